"""Models over HTTP."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.datastructures import State
from msgspec import Meta, field

from omnix.kit.declare import Model
from omnix.kit.errors import NotFound
from omnix.platform import jobs
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.jobs import JobRun
from omnix.ports import Ports

from . import desk, stored
from .model import Change, Standing, Version, Watch

DEFINITIONS = {
    "champion": "The version that answers.",
    "challenger": "A version that was trained and has not won a contest.",
    "promotion": "A challenger answers where it beats the champion by the margin stated, forecast "
    "from the same rolling origins on the same series, on most origins, without spoiling a guard.",
    "series": "How many products, customers or the like are behind a figure.",
    "origins": "From how many earlier days forecasts were made and compared with what followed.",
    "psi": "Population stability index: how far a feature is spread otherwise than where the "
    "champion learnt. From 0.1 it is watched, from 0.25 it has drifted, unless chance alone could "
    "do it.",
    "realised": "How answers given in earnest came true, beside what the backtest let expect.",
}
Reason = Annotated[str, Meta(min_length=3, max_length=500, pattern=r"\S")]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that a challenger must not move away from ``target`` by more than ``slack``."""

    metric: str
    target: float
    slack: float


class ModelView(msgspec.Struct, frozen=True, kw_only=True):
    """A model: what it is for, what decides between its versions, and how it stands."""

    name: str
    title: str
    kind: str
    job: str
    metric: str
    more_is_better: bool
    margin: float
    least_origins: int
    guards: list[Rule]
    every_days: int | None
    standing: Standing


class ModelList(msgspec.Struct, frozen=True):
    """All models of the platform."""

    items: list[ModelView]
    definitions: dict[str, str] = field(default_factory=DEFINITIONS.copy)


class ModelDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A model with the versions that answer, the default first, and what was seen last."""

    model: ModelView
    champions: list[Version]
    watched: Watch | None
    definitions: dict[str, str] = field(default_factory=DEFINITIONS.copy)


class VersionList(Listing, frozen=True, kw_only=True):
    """A page of versions."""

    items: list[Version]


class ChangeList(Listing, frozen=True, kw_only=True):
    """A page of decisions."""

    items: list[Change]


class WatchList(Listing, frozen=True, kw_only=True):
    """A page of what was seen, day by day."""

    items: list[Watch]


class Promotion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The version that is to answer where it won its backtest, and why it is asked for."""

    version: Annotated[int, Meta(ge=1, le=2**53)]
    reason: Reason


class Rollback(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why, and to which former version; without one, to what answered before the last change."""

    reason: Reason
    version: Annotated[int, Meta(ge=1, le=2**53)] | None = None


def _model(state: State, name: str) -> Model:
    models: Mapping[str, Model] = state.models
    if name not in models:
        raise NotFound(f"no model {name}; there is {', '.join(sorted(models))}")
    return models[name]


def _view(model: Model, standing: Standing) -> ModelView:
    return ModelView(
        name=model.name, title=model.title, kind=model.kind, job=model.job.name,
        metric=model.metric, more_is_better=model.more_is_better, margin=model.margin,
        least_origins=model.least_origins, every_days=model.every_days, standing=standing,
        guards=[Rule(metric=g.metric, target=g.target, slack=g.slack) for g in model.guards],
    )  # fmt: skip


@get("/ml/models", opt=allow("models:read"), summary="List models")
async def list_models(ports: Ports, state: State) -> ModelList:
    """Every model, what decides between its versions, and how it stands."""
    models: Mapping[str, Model] = state.models
    return ModelList([_view(m, await stored.standing(ports, m)) for m in models.values()])


@get("/ml/models/{name:str}", opt=allow("models:read"), summary="Get a model")
async def get_model(ports: Ports, state: State, name: str) -> ModelDetail:
    """One model with the lineage and figures of what answers, and its drift."""
    model = _model(state, name)
    standing = await stored.standing(ports, model)
    numbers: list[int] = []
    if standing.now is not None:
        numbers = [standing.now.default, *sorted(standing.now.versions() - {standing.now.default})]
    watched = await desk.watches(ports, model, 1, None)
    return ModelDetail(
        model=_view(model, standing),
        champions=[await stored.version(ports, name, number) for number in numbers],
        watched=watched.items[0] if watched.items else None,
    )


@get("/ml/models/{name:str}/versions", opt=allow("models:read"), summary="List versions")
async def list_model_versions(
    ports: Ports, state: State, name: str, limit: Limit, cursor: Cursor
) -> VersionList:
    """Versions with their lineage and figures, newest first."""
    page = await desk.versions(ports, _model(state, name), limit, cursor)
    return VersionList(items=list(page.items), next_cursor=page.next_cursor)


@get(
    "/ml/models/{name:str}/versions/{version:str}",
    opt=allow("models:read"),
    summary="Get a version",
)
async def get_model_version(ports: Ports, state: State, name: str, version: str) -> Version:
    """What a version learnt from, with which code and parameters, and how it fared."""
    _model(state, name)
    if not (version.isascii() and version.isdigit() and len(version) < 16):
        raise NotFound(f"no version {version} of {name}")
    return await stored.version(ports, name, int(version))


@get("/ml/models/{name:str}/changes", opt=allow("models:read"), summary="List decisions")
async def list_model_changes(
    ports: Ports, state: State, name: str, limit: Limit, cursor: Cursor
) -> ChangeList:
    """Promotions, refusals and rollbacks with their reasons, newest first."""
    page = await desk.changes(ports, _model(state, name), limit, cursor)
    return ChangeList(items=list(page.items), next_cursor=page.next_cursor)


@get("/ml/models/{name:str}/drift", opt=allow("models:read"), summary="Drift of a model")
async def list_model_drift(
    ports: Ports, state: State, name: str, limit: Limit, cursor: Cursor
) -> WatchList:
    """How its data moved and how its answers came true, by day, newest first."""
    page = await desk.watches(ports, _model(state, name), limit, cursor)
    return WatchList(items=list(page.items), next_cursor=page.next_cursor)


@post(
    "/ml/models/{name:str}/train",
    opt=allow("models:write", 404),
    status_code=202,
    summary="Train a model",
)
async def train_model(ports: Ports, actor: Actor, state: State, name: str) -> JobRun:
    """Asks for the job that trains it; follow it at ``/v1/jobs/{id}``."""
    return await jobs.submit(ports, _model(state, name).job, {"reason": "asked for"}, by=actor.id)


@post(
    "/ml/models/{name:str}/promote",
    opt=allow("models:write", 404, 409),
    status_code=200,
    summary="Promote a version",
)
async def promote_model(
    ports: Ports, actor: Actor, state: State, name: str, data: Promotion
) -> Standing:
    """Lets a version answer where its backtest beat what answers now; refused anywhere else."""
    return await desk.promote(ports, _model(state, name), data.version, actor.id, data.reason)


@post(
    "/ml/models/{name:str}/rollback",
    opt=allow("models:write", 404, 409),
    status_code=200,
    summary="Roll a model back",
)
async def roll_model_back(
    ports: Ports, actor: Actor, state: State, name: str, data: Rollback
) -> Standing:
    """Goes back to a former version; what is left is not promoted again but by hand."""
    return await desk.roll_back(ports, _model(state, name), actor.id, data.reason, data.version)


ROUTES = (
    list_models,
    get_model,
    list_model_versions,
    get_model_version,
    list_model_changes,
    list_model_drift,
    train_model,
    promote_model,
    roll_model_back,
)
