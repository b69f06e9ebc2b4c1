"""What the experiments domain declares."""

from omnix.kit.declare import (
    EDITORS,
    READERS,
    Collection,
    Domain,
    Fact,
    Index,
    JobType,
    Permission,
    Schedule,
)

EXPERIMENTS = Collection(
    "experiments",
    table="experiments",
    key=("id",),
    indexes=(
        Index("listing-index", "listing", "created_at"),
        Index("status-index", "status", "created_at"),
    ),
)
FLAGS = Collection(
    "flags",
    table="experiments",
    key=("key",),
    indexes=(Index("listing-index", "listing", "key"),),
    remembered=True,
)
"""Which experiment answers for a key: the one that was started last under it."""

NAMESPACES = Collection("experiment_namespaces", table="experiments", key=("name",))
"""Which parts of a namespace the running experiments hold, by a version that grows."""

EXPOSED = Collection("exposed_units", table="experiments", key=("experiment_id", "unit_id"))
"""The variants that a unit was shown, the first one first; more than one is a fault somewhere."""

OUTCOME_IDS = Collection(
    "outcome_ids", table="experiments", key=("experiment_id", "id"), ttl="expires"
)
"""Outcomes told under an id of the caller's, so that telling them again changes nothing."""

_WHEN = {"at": "TIMESTAMP", "day": "DATE", "month": "VARCHAR"}

EXPOSURES = Fact(
    "exposures",
    columns={"experiment_id": "VARCHAR", "unit_id": "VARCHAR", "variant": "VARCHAR", **_WHEN},
    partition="month",
    order=("experiment_id", "at"),
)
"""The first time that a unit was shown a variant; ``at`` is UTC, days are the shop's."""

OUTCOMES = Fact(
    "outcomes",
    columns={
        "experiment_id": "VARCHAR",
        "unit_id": "VARCHAR",
        "metric": "VARCHAR",
        "value": "DOUBLE",
        **_WHEN,
    },
    partition="month",
    order=("experiment_id", "metric", "at"),
)
"""Figures of units that callers measured themselves: seconds, clicks, forecast errors."""

WATCH = JobType("experiments.watch", "Watch guardrails and divide traffic anew", timeout=600)

DOMAIN = Domain(
    name="experiments",
    title="Experiments",
    collections=(EXPERIMENTS, FLAGS, NAMESPACES, EXPOSED, OUTCOME_IDS),
    facts=(EXPOSURES, OUTCOMES),
    events={
        "experiment.created": "An experiment was drafted.",
        "experiment.changed": "An experiment's plan, traffic or weights changed.",
        "experiment.started": "An experiment began to show its variants.",
        "experiment.stopped": "An experiment ended, by hand or by a guardrail.",
        "experiment.shipped": "A variant of an experiment is now shown to everybody.",
        "exposure.recorded": "Units were shown a variant for the first time.",
        "outcome.recorded": "Figures of units came in for an experiment.",
    },
    jobs=(WATCH,),
    schedules=(Schedule("experiments.watch", WATCH.name, every=900),),
    permissions=(
        Permission("experiments:read", "See experiments and their results", READERS),
        Permission("experiments:write", "Plan, start, stop and ship experiments", EDITORS),
        Permission("experiments:assign", "Ask for variants and report exposures", EDITORS),
    ),
)
