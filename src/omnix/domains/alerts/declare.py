"""What the alerts domain declares."""

from omnix.kit.declare import (
    ADMIN,
    EDITORS,
    MANAGER,
    READERS,
    Collection,
    Domain,
    Fact,
    Index,
    JobType,
    Permission,
    Schedule,
)

ALERTS = Collection(
    "alerts",
    table="alerts",
    key=("id",),
    indexes=(
        Index("priority-created-index", "listing", "rank"),
        Index("created-index", "listing", "created_at"),
        Index("kind-index", "listing_kind", "rank"),
        Index("subject-index", "subject", "created_at"),
    ),
    ttl="expires",
)
"""``listing`` is active, snoozed or closed, ``listing_kind`` that with the kind. ``rank`` sorts by
money at stake, then by severity, then by time. Kept for 30 days after it was last seen."""

STANDING = Collection("alerts_standing", table="system", key=("rule_id", "subject"), ttl="expires")
"""The alert that stands for a rule and a subject, so that there is never a second one. It outlasts
an alert that was dismissed, and for a while one that was resolved."""

RULES = Collection("alert_rules", table="system", key=("scope", "id"), remembered=True)
"""Rules that people wrote, and built-in ones where somebody changed them."""

CHANNELS = Collection("alert_channels", table="system", key=("scope", "id"), remembered=True)
"""Where alerts are told besides the page, secrets included: shown once, never again."""

NOTICES = Collection("alert_notices", table="system", key=("channel_id", "entry"), ttl="expires")
"""What a channel has still to tell; ``entry`` begins with the moment from which it may."""

WAITING = Collection("alert_waiting", table="system", key=("listing", "entry"), ttl="expires")
"""What is to happen at a time unless somebody acts before: an escalation, a snooze that ends, a
message that waits for its hour. ``entry`` begins with the moment; ``listing`` is ``all``."""

TALLIES = Collection("alert_tallies", table="system", key=("rule_id",))
"""How many alerts each rule opened, what became of them, and the money expected and realised."""

SIGNALS = Fact(
    "signals",
    columns={
        "day": "DATE",
        "month": "VARCHAR",
        "kind": "VARCHAR",
        "subject": "VARCHAR",
        "name": "VARCHAR",
        "bucket": "INTEGER",
        "attributes": "VARCHAR",
        "loss_minor": "BIGINT",
    },
    partition="month",
    order=("kind", "day"),
)
"""What rules looked at on each day, so that a new rule can be tried on the days before it.
Subjects fall into 64 buckets, so that a part of them can be read. ``attributes`` is JSON: the
attributes, and the loss of each face; ``loss_minor`` is the largest."""

NOTIFY = JobType(
    "alerts.notify", "Tell a channel of alerts", timeout=60, attempts=12,
    queue="notifications-queue",
)  # fmt: skip
MAIL = JobType(
    "alerts.mail", "Mail a text to a user", timeout=60, attempts=8, queue="notifications-queue"
)
SWEEP = JobType("alerts.sweep", "Hold what is known against the alert rules", timeout=600)
TICK = JobType("alerts.tick", "Wake snoozed alerts, escalate, send what waited", timeout=120)

DOMAIN = Domain(
    name="alerts",
    title="Alerts",
    collections=(ALERTS, STANDING, RULES, CHANNELS, NOTICES, WAITING, TALLIES),
    facts=(SIGNALS,),
    events={
        "alert.opened": "A rule found something that is about to cost money.",
        "alert.changed": "An alert was taken on, assigned, snoozed, escalated, ended or reopened.",
        "alert.refreshed": "The money at stake of an alert that stands has moved.",
        "alert-rule.changed": "An alert rule was written, changed or deleted.",
        "alert-channel.changed": "A channel for alerts was added, changed or deleted.",
    },
    jobs=(NOTIFY, MAIL, SWEEP, TICK),
    schedules=(
        Schedule("alerts.sweep", SWEEP.name, every=3600),
        Schedule("alerts.tick", TICK.name, every=300),
    ),
    permissions=(
        Permission("alerts:read", "See alerts and their rules", READERS),
        Permission("alerts:write", "Acknowledge, assign, snooze, end and reopen alerts", EDITORS),
        Permission("alert-rules:write", "Write alert rules", EDITORS),
        Permission(
            "alert-channels:write", "See and change where alerts are sent",
            frozenset({ADMIN, MANAGER}),
        ),
    ),
)  # fmt: skip
