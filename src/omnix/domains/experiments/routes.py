"""Experiments over HTTP."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import get, patch, post
from litestar.params import Parameter
from msgspec import Meta

from omnix.kit.errors import Invalid
from omnix.kit.ids import Id
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.turns import Turns
from omnix.ports import Ports

from . import assign, reports, service
from .assign import Evaluation, Placed
from .findings import ExperimentResults, ExperimentUplift
from .metrics import METRICS
from .model import Alpha, Experiment, ExperimentChange, NewExperiment, Status, UnitId
from .reports import Exposure, Outcome, Taken

Positive = Annotated[float, Meta(gt=0.0, le=1e12)]
MOST_AT_ONCE = 500


class ExperimentList(Listing, frozen=True, kw_only=True):
    """A page of experiments."""

    items: list[Experiment]


class MetricTold(msgspec.Struct, frozen=True, kw_only=True):
    """A metric that experiments may be judged by."""

    name: str
    label: str
    kind: str
    unit: str
    better: str
    definition: str
    units: list[str]


class MetricList(msgspec.Struct, frozen=True):
    """The catalogue."""

    items: list[MetricTold]


class Stop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it is stopped."""

    reason: Annotated[str, Meta(max_length=1_000)] = ""


class Ship(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The variant that everybody is to see."""

    variant: Id


class AssignmentRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit with what is known of it. Without ``expose`` nothing is noted."""

    unit_id: UnitId
    attributes: Annotated[dict[str, Any], Meta(max_length=100)] = {}
    expose: bool = True


class Interleaving(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rankings of item ids, best first, by the variant that made each."""

    impression_id: UnitId
    rankings: Annotated[
        dict[Id, Annotated[list[UnitId], Meta(max_length=500)]], Meta(min_length=2, max_length=2)
    ]
    length: Annotated[int, Meta(ge=1, le=500)] = 20


class Interleaved(msgspec.Struct, frozen=True):
    """The list to show; report +1 for each click on the second variant's, -1 on the first's."""

    items: list[Placed]


class ExposureBatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exposures of any experiments."""

    exposures: Annotated[tuple[Exposure, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class OutcomeBatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Outcomes of any experiments."""

    outcomes: Annotated[tuple[Outcome, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class PowerRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question before an experiment. ``deviation`` is needed for a mean, and follows from the
    baseline for a proportion; ``explained`` is the share of variance that CUPED takes away."""

    baseline: Positive
    relative_effect: Annotated[float, Meta(ge=-0.99, le=100.0)]
    kind: Literal["proportion", "mean"] = "proportion"
    deviation: Positive | None = None
    units_per_day: Annotated[float, Meta(ge=0.01, le=1e12)] = 1_000.0
    arms: Annotated[int, Meta(ge=2, le=10)] = 2
    alpha: Alpha = 0.05
    power: Annotated[float, Meta(ge=0.5, le=0.999)] = 0.8
    explained: Annotated[float, Meta(ge=0.0, le=0.95)] = 0.0


class PowerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Units in each arm and in all, and days, when looked at once; and at the latest, when looked
    at any time."""

    units_per_arm: int
    units: int
    days: int
    sequential_units_per_arm: int
    sequential_units: int
    sequential_days: int
    text: str


@get("/experiments", opt=allow("experiments:read"), summary="List experiments")
async def list_experiments(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    status: Status | None = None,
    sort: Annotated[
        Literal["-created_at", "created_at"],
        Parameter(description="The newest first, or the oldest."),
    ] = "-created_at",
) -> ExperimentList:
    """One page by time: all, or those of a status."""
    page = await service.listing(ports, status, limit, cursor, newest_first=sort != "created_at")
    return ExperimentList(items=list(page.items), next_cursor=page.next_cursor)


@post("/experiments", opt=allow("experiments:write"), summary="Draft an experiment")
async def create_experiment(ports: Ports, actor: Actor, data: NewExperiment) -> Experiment:
    """Drafts it; nothing is shown to anybody yet. Safe to retry with a chosen ``id``."""
    return await service.create(ports, actor, data)


@get(
    "/experiments/metrics",
    opt=allow("experiments:read"),
    summary="Metrics of experiments",
    sync_to_thread=False,
)
def list_experiment_metrics() -> MetricList:
    """What experiments may be judged by; outcomes that callers report come besides."""
    return MetricList(
        [
            MetricTold(
                name=each.name,
                label=each.label,
                kind=each.kind,
                unit=each.unit,
                better=each.better,
                definition=each.definition,
                units=list(each.units),
            )
            for each in METRICS
        ]
    )


@get("/experiments/{experiment_id:str}", opt=allow("experiments:read"), summary="Get an experiment")
async def get_experiment(ports: Ports, experiment_id: str) -> Experiment:
    """One experiment by its id."""
    return await service.get(ports, experiment_id)


@patch(
    "/experiments/{experiment_id:str}",
    opt=allow("experiments:write"),
    summary="Change an experiment",
)
async def change_experiment(
    ports: Ports, actor: Actor, experiment_id: str, data: ExperimentChange
) -> Experiment:
    """Changes a draft; of one that runs its words and, upwards, its traffic."""
    return await service.change(ports, actor, experiment_id, data)


@post(
    "/experiments/{experiment_id:str}/start",
    opt=allow("experiments:write", 404, 409),
    status_code=200,
    summary="Start an experiment",
)
async def start_experiment(ports: Ports, actor: Actor, experiment_id: str) -> Experiment:
    """Begins to show the variants under the experiment's key."""
    return await service.start(ports, actor, experiment_id)


@post(
    "/experiments/{experiment_id:str}/stop",
    opt=allow("experiments:write", 404, 409),
    status_code=200,
    summary="Stop an experiment",
)
async def stop_experiment(
    ports: Ports, actor: Actor, experiment_id: str, data: Stop | None = None
) -> Experiment:
    """Ends it: everybody sees the control again."""
    return await service.stop(ports, actor, experiment_id, data.reason if data else "")


@post(
    "/experiments/{experiment_id:str}/ship",
    opt=allow("experiments:write", 404, 409),
    status_code=200,
    summary="Ship a variant",
)
async def ship_experiment(ports: Ports, actor: Actor, experiment_id: str, data: Ship) -> Experiment:
    """Shows one variant to everybody, and ends the experiment if it still runs."""
    return await service.ship(ports, actor, experiment_id, data.variant)


@get(
    "/experiments/{experiment_id:str}/results",
    opt=allow("experiments:read"),
    summary="Results of an experiment",
)
async def experiment_results(ports: Ports, turns: Turns, experiment_id: str) -> ExperimentResults:
    """Every metric read at a fixed horizon, at any time and as a belief, with a verdict."""
    from . import results

    experiment = await service.get(ports, experiment_id)
    async with turns.take():
        return (await results.read(ports, experiment)).told


@get(
    "/experiments/{experiment_id:str}/uplift",
    opt=allow("experiments:read"),
    summary="For whom an experiment worked",
)
async def experiment_uplift(
    ports: Ports,
    turns: Turns,
    experiment_id: str,
    variant: str | None = None,
    metric: str | None = None,
) -> ExperimentUplift:
    """Whether customers gain differently, by what was known of them before the start."""
    from . import whom

    experiment = await service.get(ports, experiment_id)
    async with turns.take():
        return await whom.read(ports, experiment, variant, metric)


@post(
    "/experiments/{experiment_id:str}/assignment",
    opt=allow("experiments:assign", 404),
    status_code=200,
    summary="Which variant to show",
)
async def assign_variant(ports: Ports, experiment_id: str, data: AssignmentRequest) -> Evaluation:
    """The variant of a unit, the same whenever asked; the exposure is noted once."""
    experiment = await service.get(ports, experiment_id)
    return await assign.evaluate(
        ports, experiment, data.unit_id, data.attributes, expose=data.expose
    )


@post(
    "/experiments/{experiment_id:str}/interleaving",
    opt=allow("experiments:assign", 404, 409),
    status_code=200,
    summary="Interleave two rankings",
)
async def interleave_rankings(ports: Ports, experiment_id: str, data: Interleaving) -> Interleaved:
    """Both variants' rankings in one list, fairly, and whose each item is."""
    experiment = await service.get(ports, experiment_id)
    return Interleaved(
        assign.interleave(experiment, data.impression_id, data.rankings, data.length)
    )


@post(
    "/experiments/exposures",
    opt=allow("experiments:assign"),
    status_code=200,
    summary="Report exposures",
)
async def report_exposures(ports: Ports, data: ExposureBatch) -> Taken:
    """Notes who was shown what, once each. Wrong ones are named, and the others are taken."""
    return await reports.record(ports, data.exposures)


@post(
    "/experiments/outcomes",
    opt=allow("experiments:assign"),
    status_code=200,
    summary="Report outcomes",
)
async def report_outcomes(ports: Ports, data: OutcomeBatch) -> Taken:
    """Notes figures of units for metrics of the experiments' own."""
    return await reports.record_outcomes(ports, data.outcomes)


@post(
    "/experiments/power", opt=allow("experiments:read"), status_code=200, summary="How many units"
)
async def experiment_power(data: PowerRequest) -> PowerAnswer:
    """Units and days that an effect of this size takes to be found."""
    from omnix.engine.experiments.power import plan, proportion_deviation

    if data.kind == "proportion" and data.baseline >= 1.0:
        raise Invalid.field("baseline", "must be below 1 for a proportion")
    if data.kind == "mean" and data.deviation is None:
        raise Invalid.field("deviation", "is needed for a mean")
    deviation = data.deviation or proportion_deviation(data.baseline)
    try:
        made = plan(
            data.baseline,
            deviation,
            data.relative_effect,
            data.units_per_day,
            arms=data.arms,
            alpha=data.alpha,
            power=data.power,
            explained=data.explained,
        )
    except ValueError as error:
        raise Invalid.field("relative_effect", str(error)) from error
    return PowerAnswer(
        units_per_arm=made.per_arm,
        units=made.total,
        days=made.days,
        sequential_units_per_arm=made.sequential_per_arm,
        sequential_units=made.sequential_per_arm * data.arms,
        sequential_days=made.sequential_days,
        text=(
            f"To find a change of {100 * data.relative_effect:+g} % with a chance of "
            f"{100 * data.power:g} %, show it to {made.per_arm} units in each of {data.arms} "
            f"variants: {made.days} days at this pace. Looking at any time, it takes "
            f"{made.sequential_days} days at the latest."
        ),
    )


ROUTES = (
    list_experiments,
    create_experiment,
    list_experiment_metrics,
    report_exposures,
    report_outcomes,
    experiment_power,
    get_experiment,
    change_experiment,
    start_experiment,
    stop_experiment,
    ship_experiment,
    experiment_results,
    experiment_uplift,
    assign_variant,
    interleave_rankings,
)
