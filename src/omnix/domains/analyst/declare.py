"""What the analyst declares."""

from omnix.kit.declare import ADMINS, READERS, Collection, Domain, Index, Permission

CALLS = Collection(
    "ai_calls",
    table="system",
    key=("id",),
    indexes=(Index("listing-index", "listing", "at"),),
    ttl="expires",
)
"""Every answer that was given: who asked, what it cost and how it ended; never its words."""

USAGE = Collection("ai_usage", table="system", key=("key",), ttl="expires")
"""Calls and tokens of a day, by user and for all."""

LIMITS = Collection("ai_limits", table="system", key=("key",))
"""What may be spent on the language model in a day."""

INSIGHTS = Collection("ai_insights", table="system", key=("key",), ttl="expires")
"""The last insight of each subject, by the fingerprint of what it was made from."""

ANSWERS = Collection("ai_answers", table="system", key=("key",), ttl="expires")
"""Words of a model's answers, with references in place of figures, for a day."""

DRAFTS = Collection(
    "ai_drafts",
    table="system",
    key=("id",),
    indexes=(Index("listing-index", "listing", "created_at"),),
    ttl="expires",
)
"""What assistants proposed; ``listing`` is ``open`` until a person decided."""

DOMAIN = Domain(
    name="analyst",
    title="Analyst",
    collections=(CALLS, USAGE, LIMITS, INSIGHTS, ANSWERS, DRAFTS),
    events={
        "ai.asked": "Somebody asked the analyst, and a language model was called or not.",
        "ai.spent": "Much or all of a day's budget of the language model is used.",
        "ai.drafted": "An assistant drafted something for a person to approve.",
        "ai.decided": "A person approved or refused what an assistant drafted.",
    },
    permissions=(
        Permission("ai:ask", "Ask the analyst, and use its tools from other assistants", READERS),
        Permission("ai:manage", "Set the analyst's budget and see its calls", ADMINS),
    ),
)
