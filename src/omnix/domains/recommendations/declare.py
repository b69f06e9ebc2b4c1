"""What the recommendations domain declares."""

from omnix.kit.declare import (
    CUSTOMER,
    EDITORS,
    READERS,
    Collection,
    Domain,
    Fact,
    Index,
    JobType,
    Model,
    Permission,
    Schedule,
)

LISTS = Collection("recommendation_lists", table="recommendations", key=("customer_id",))
"""The candidates of each customer who ever bought, the likeliest first, with their reasons."""

BESIDE = Collection("product_neighbours", table="recommendations", key=("product_id",))
"""What is bought with a product, goes with it, stands in for it or is like it."""

RECENT = Collection("customer_recent", table="recommendations", key=("customer_id",), ttl="expires")
"""What a customer looked at, put into the cart or bought lately, and what it does not want."""

SHELVES = Collection(
    "recommendation_shelves", table="recommendations", key=("name",), remembered=True
)
"""``popular``, ``trending`` and ``seasonal`` products of the shop; and the last ``run``."""

ACTIONS = Collection(
    "manager_actions",
    table="recommendations",
    key=("id",),
    indexes=(
        Index("listing-index", "listing", "at_stake_minor"),
        Index("kind-index", "listed_kind", "at_stake_minor"),
    ),
)
"""``listing`` is the status, ``listed_kind`` status and kind; the id names kind and product."""

SHOWN = Fact(
    "recommendations_shown",
    columns={
        "answer_id": "VARCHAR",
        "customer_id": "VARCHAR",
        "context": "VARCHAR",
        "at": "TIMESTAMP",
        "day": "DATE",
        "product_id": "VARCHAR",
        "position": "INTEGER",
        "score": "DOUBLE",
        "propensity": "DOUBLE",
        "explored": "BOOLEAN",
        "model_version": "BIGINT",
        "experiment_id": "VARCHAR",
        "variant": "VARCHAR",
    },
    partition="day",
    order=("customer_id", "at"),
)
"""Each product of each answer. ``propensity`` is the chance that it stood there, given those
before it: what is needed to judge another recommender by these answers."""

ANSWERED = Fact(
    "recommendations_answered",
    columns={
        "answer_id": "VARCHAR",
        "customer_id": "VARCHAR",
        "product_id": "VARCHAR",
        "verdict": "VARCHAR",
        "at": "TIMESTAMP",
        "day": "DATE",
    },
    partition="day",
    order=("customer_id", "at"),
)
"""What customers made of them: accepted, dismissed, liked, disliked."""

MAKE = JobType("recommendations.make", "Find what each customer may want next", timeout=900)

RANKER = Model(
    "recommendations",
    "What each customer buys next",
    kind="recommendation",
    job=MAKE,
    metric="recall_10",
    more_is_better=True,
)

DOMAIN = Domain(
    name="recommendations",
    title="Recommendations",
    collections=(LISTS, BESIDE, RECENT, SHELVES, ACTIONS),
    facts=(SHOWN, ANSWERED),
    jobs=(MAKE,),
    schedules=(Schedule("recommendations-nightly", job=MAKE.name, at="03:50"),),
    models=(RANKER,),
    events={
        "recommendations.made": "Every customer's recommendations were found anew.",
        "shown.recommendations": "A customer was shown recommendations.",
        "shown.answered": "A customer accepted, dismissed or judged a recommendation.",
        "action.decided": "Somebody accepted or dismissed what a manager is advised to do, or "
        "took that back.",
    },
    permissions=(
        Permission("recommendations:read", "See recommendations", READERS | {CUSTOMER}),
        Permission(
            "recommendations:answer", "Accept or dismiss recommendations", EDITORS | {CUSTOMER}
        ),
        Permission("recommendations:write", "Decide on advice, recommend to all anew", EDITORS),
        Permission("actions:read", "See what a manager is advised to do", READERS),
    ),
)
