"""Experiments and their rules."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from omnix.engine.experiments.buckets import POINTS
from omnix.kit.errors import Invalid
from omnix.kit.ids import Id

from .metrics import BY_NAME, Better, MetricKind
from .targeting import Rule

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=5_000)]
Points = Annotated[int, Meta(ge=0, le=POINTS, description="Ten-thousandths")]
UnitId = Annotated[
    str,
    Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", description="Whose it is"),
]
Unit = Literal["customer", "product", "location", "visitor"]
Status = Literal["draft", "running", "stopped", "shipped"]
Method = Literal["sequential", "fixed", "bayesian"]
Role = Literal["primary", "secondary", "guardrail"]
Allocation = Literal["fixed", "thompson"]
Alpha = Annotated[float, Meta(ge=0.001, le=0.2)]
MAX_VALUE = 10_000


class Variant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One arm. ``value`` is what the flag is where it is shown; without one, its key."""

    key: Id
    weight: Points
    name: Annotated[str, Meta(max_length=200)] = ""
    value: Any = None


class Namespace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The part of a namespace, from ``first`` up to ``end``, that is this experiment's."""

    name: Id
    first: Points
    end: Points


class OutcomeKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How outcomes that callers report become a metric.

    proportion: units with any above 0. mean: their sum per unit. ratio: their mean, where a unit
    may have many. quantile: theirs at ``level``. preference: units whose sum is above 0 prefer
    the second variant, below 0 the first, as interleaving credits them.
    """

    kind: MetricKind
    better: Better = "higher"
    level: Annotated[float, Meta(gt=0.0, lt=1.0)] = 0.5


class Metric(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A metric in its role. ``margin`` is the relative change for the worse that a guardrail
    bears; ``outcome`` is given for one that is not in the catalogue."""

    name: Id
    role: Role = "primary"
    margin: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    outcome: OutcomeKind | None = None


class PriorBelief(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is believed of the relative effect beforehand: a normal distribution."""

    mean: Annotated[float, Meta(ge=-1.0, le=1.0)] = 0.0
    sd: Annotated[float, Meta(ge=0.001, le=10.0)] = 0.3


Variants = Annotated[tuple[Variant, ...], Meta(min_length=2, max_length=10)]
Rules = Annotated[tuple[Rule, ...], Meta(max_length=20)]
Metrics = Annotated[tuple[Metric, ...], Meta(min_length=1, max_length=20)]
PlannedUnits = Annotated[int, Meta(ge=10, le=1_000_000_000)]
Days = Annotated[int, Meta(ge=0, le=365)]
Rate = Annotated[float, Meta(ge=0.0, le=2.0)]


class NewExperiment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan. The first variant is the control. ``planned_units`` of all arms together is where
    the sequential interval is narrowest, and when a fixed-horizon result is due."""

    key: Id
    name: Name
    variants: Variants
    metrics: Metrics
    id: Id | None = None
    hypothesis: Text = ""
    unit: Unit = "customer"
    traffic: Points = POINTS
    targeting: Rules = ()
    namespace: Namespace | None = None
    method: Method = "sequential"
    alpha: Alpha = 0.05
    planned_units: PlannedUnits | None = None
    prior: PriorBelief | None = None
    cuped_days: Days = 28
    allocation: Allocation = "fixed"
    holding_rate: Rate = 0.25


class ExperimentChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields to change; ``version`` is the one that was read. While it runs only the words
    change, and traffic grows; afterwards only the words."""

    version: int
    name: Name | UnsetType = UNSET
    hypothesis: Text | UnsetType = UNSET
    traffic: Points | UnsetType = UNSET
    variants: Variants | UnsetType = UNSET
    metrics: Metrics | UnsetType = UNSET
    unit: Unit | UnsetType = UNSET
    targeting: Rules | UnsetType = UNSET
    namespace: Namespace | UnsetType | None = UNSET
    method: Method | UnsetType = UNSET
    alpha: Alpha | UnsetType = UNSET
    planned_units: PlannedUnits | UnsetType | None = UNSET
    prior: PriorBelief | UnsetType | None = UNSET
    cuped_days: Days | UnsetType = UNSET
    allocation: Allocation | UnsetType = UNSET
    holding_rate: Rate | UnsetType = UNSET


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """An experiment as it stands."""

    id: str
    key: str
    name: str
    hypothesis: str
    unit: Unit
    variants: tuple[Variant, ...]
    metrics: tuple[Metric, ...]
    traffic: int
    targeting: tuple[Rule, ...]
    namespace: Namespace | None
    method: Method
    alpha: float
    planned_units: int | None
    prior: PriorBelief | None
    cuped_days: int
    allocation: Allocation
    holding_rate: float
    status: Status = "draft"
    created_at: str
    updated_at: str
    created_by: str
    started_at: str | None = None
    stopped_at: str | None = None
    stop_reason: str | None = None
    shipped_variant: str | None = None
    version: int = 1

    @property
    def control(self) -> Variant:
        """The first variant, which the others are compared with."""
        return self.variants[0]

    def variant(self, key: str) -> Variant | None:
        """The variant called ``key``, if there is one."""
        return next((each for each in self.variants if each.key == key), None)


def item(experiment: Experiment) -> dict[str, Any]:
    """The experiment as stored: its fields and the one that its list needs."""
    stored: dict[str, Any] = msgspec.to_builtins(experiment)
    stored["listing"] = "all"
    return stored


def value_of(variant: Variant) -> Any:
    """What the flag is where this variant is shown."""
    return variant.key if variant.value is None else variant.value


def check(experiment: Experiment) -> None:
    """Raises Invalid for a plan that contradicts itself, naming the field."""
    _check_variants(experiment)
    _check_metrics(experiment)
    for position, rule in enumerate(experiment.targeting):
        told = rule.wrong()
        if told is not None:
            raise Invalid.field(f"targeting[{position}].values", told)
    space = experiment.namespace
    if space is not None and space.first >= space.end:
        raise Invalid.field("namespace.end", "must be above first")
    if experiment.method == "fixed" and experiment.planned_units is None:
        raise Invalid.field("planned_units", "is needed to know when a fixed-horizon test is due")


def _check_variants(experiment: Experiment) -> None:
    keys = [variant.key for variant in experiment.variants]
    if len(set(keys)) < len(keys):
        raise Invalid.field("variants", "need keys of their own")
    whole = sum(variant.weight for variant in experiment.variants)
    if whole != POINTS:
        raise Invalid.field("variants", f"have weights that sum to {whole}, not to {POINTS}")
    kinds = {_kind(value_of(variant)) for variant in experiment.variants}
    if len(kinds) > 1:
        raise Invalid.field(
            "variants", f"have values of different types: {', '.join(sorted(kinds))}"
        )
    for position, variant in enumerate(experiment.variants):
        if len(msgspec.json.encode(variant.value)) > MAX_VALUE:
            told = f"must not exceed {MAX_VALUE} bytes as JSON"
            raise Invalid.field(f"variants[{position}].value", told)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "text"
    return "object" if isinstance(value, dict) else "list"


def _check_metrics(experiment: Experiment) -> None:
    names = [metric.name for metric in experiment.metrics]
    if len(set(names)) < len(names):
        raise Invalid.field("metrics", "name one twice")
    if not any(metric.role == "primary" for metric in experiment.metrics):
        raise Invalid.field("metrics", "need one in the role primary, by which to decide")
    for position, metric in enumerate(experiment.metrics):
        field = f"metrics[{position}]"
        known = BY_NAME.get(metric.name)
        if metric.outcome is not None:
            if known is not None:
                raise Invalid.field(f"{field}.name", "is in the catalogue; give no outcome")
            if metric.outcome.kind == "preference" and len(experiment.variants) != 2:
                raise Invalid.field(f"{field}.outcome", "a preference needs two variants")
        elif known is None:
            told = f"is none of {', '.join(BY_NAME)}; give an outcome for one of your own"
            raise Invalid.field(f"{field}.name", told)
        elif experiment.unit not in known.units:
            told = f"cannot be told of a {experiment.unit}; report it as an outcome"
            raise Invalid.field(f"{field}.name", told)
    if experiment.allocation == "thompson":
        first = next(metric for metric in experiment.metrics if metric.role == "primary")
        known = BY_NAME.get(first.name)
        kind = known.kind if known is not None else first.outcome and first.outcome.kind
        if kind not in ("proportion", "mean", "ratio"):
            raise Invalid.field("allocation", f"thompson cannot go by a {kind}")
