"""What the ml domain declares."""

from omnix.kit.declare import (
    EDITORS,
    READERS,
    Collection,
    Domain,
    JobType,
    Permission,
    Schedule,
)

STANDINGS = Collection("model_standings", table="models", key=("model",))
"""Which version of a model answers, by a revision that grows with each change."""

VERSIONS = Collection("model_versions", table="models", key=("model", "version"))
"""Versions with their lineage and figures: the newest, and whatever answers or did before."""

TRAININGS = Collection("model_trainings", table="models", key=("model", "id"), ttl="expires")
"""The version that a training made, by the training's id, so that a repetition makes no other."""

CHANGES = Collection("model_changes", table="models", key=("model", "entry"))
"""Each decision about a version: promoted, refused, rolled back; by whom and for what reason."""

WATCHES = Collection("model_watches", table="models", key=("model", "day"), ttl="expires")
"""What was seen of a model on a day: how its data moved, and how its answers came true."""

RETRAIN = JobType("ml.retrain", "Ask for models that are due or have drifted to be trained")

DOMAIN = Domain(
    name="ml",
    title="Models",
    collections=(STANDINGS, VERSIONS, TRAININGS, CHANGES, WATCHES),
    jobs=(RETRAIN,),
    schedules=(Schedule("ml.retrain", RETRAIN.name, at="05:00"),),
    events={
        "model.trained": "A model was trained: it has a new version.",
        "model.promoted": "A version of a model answers from now on.",
        "model.refused": "A version did not win its backtest, so another goes on to answer.",
        "model.rolled-back": "Somebody took a model back to a former version.",
        "model.drifted": "A model's data or its errors moved beyond what is usual.",
    },
    permissions=(
        Permission("models:read", "See models, their versions and how they fare", READERS),
        Permission("models:write", "Train, promote and roll back models", EDITORS),
    ),
)
