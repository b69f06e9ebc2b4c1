"""What results look like to a reader."""

from typing import Literal

import msgspec

from .metrics import Better, MetricKind, MetricUnit
from .model import Allocation, Method, Role, Status

GuardrailState = Literal["safe", "unclear", "harmed"]
VerdictState = Literal["no_data", "broken", "harmed", "better", "worse", "undecided"]


class ArmUnits(msgspec.Struct, frozen=True):
    """Units that were shown this variant alone, and how many its weight asks for."""

    variant: str
    units: int
    expected: float


class SampleRatio(msgspec.Struct, frozen=True, kw_only=True):
    """Whether as many units came as the weights ask for. ``p_always`` may be looked at any time."""

    checked: bool
    mismatch: bool
    p: float
    p_always: float


class ArmValue(msgspec.Struct, frozen=True):
    """A metric in one arm; money is an average in minor units. None where there is none yet."""

    variant: str
    units: int
    value: float | None


class IntervalTold(msgspec.Struct, frozen=True):
    """Interval of confidence 1 - alpha, and the p-value."""

    low: float
    high: float
    p: float


class BeliefTold(msgspec.Struct, frozen=True, kw_only=True):
    """Interval of credibility 1 - alpha, and the chance that the variant is the better one.

    ``loss`` is lost on average by choosing the variant, ``forgone`` by keeping the control, both
    in the unit of the effect and in the direction that the metric calls better.
    """

    effect: float
    low: float
    high: float
    chance_better: float
    loss: float
    forgone: float
    prior: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A variant against the control. ``effect`` is relative where ``relative``, else in the
    metric's unit. ``p_adjusted`` is the deciding method's, corrected for all comparisons of
    the metric's role; ``significant`` follows from it."""

    variant: str
    effect: float
    relative: bool
    fixed: IntervalTold
    sequential: IntervalTold
    bayesian: BeliefTold
    p_adjusted: float
    significant: bool
    guardrail: GuardrailState | None = None


class PreferenceTold(msgspec.Struct, frozen=True, kw_only=True):
    """Of an interleaving: units that preferred each ranking, and the exact sign test."""

    control: int
    variant: int
    ties: int
    share: float
    low: float
    high: float
    p: float


class MetricResult(msgspec.Struct, frozen=True, kw_only=True):
    """One metric in all arms. ``variance_reduction`` is the share that CUPED took away."""

    name: str
    label: str
    kind: MetricKind
    unit: MetricUnit
    role: Role
    better: Better
    definition: str
    arms: list[ArmValue]
    comparisons: list[Comparison]
    variance_reduction: float = 0.0
    preference: PreferenceTold | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What it comes to, in a sentence."""

    state: VerdictState
    text: str
    variant: str | None = None


class Note(msgspec.Struct, frozen=True):
    """Something to know when reading the figures."""

    code: str
    text: str


class ExperimentResults(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of an experiment at a moment."""

    experiment_id: str
    key: str
    name: str
    status: Status
    method: Method
    alpha: float
    allocation: Allocation
    currency: str
    as_of: str
    started_at: str | None
    units: int
    crossed_units: int
    arms: list[ArmUnits]
    sample_ratio: SampleRatio
    metrics: list[MetricResult]
    verdict: Verdict
    notes: list[Note]


class EffectTold(msgspec.Struct, frozen=True):
    """A difference to the control in the metric's unit, money in minor units, with its interval
    of confidence 1 - alpha and p-value."""

    effect: float
    low: float
    high: float
    p: float


class UpliftGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A fifth of the customers in the order of the effect that was to be expected, or those whose
    trait is above or not above the middle."""

    customers: int
    effect: EffectTold


class UpliftTrait(msgspec.Struct, frozen=True, kw_only=True):
    """Something known of customers in the year before the start. ``above`` are those above the
    ``middle``, ``others`` the rest, also those of whom it is not known; ``p`` is of the
    difference between their effects, corrected for all traits."""

    name: str
    label: str
    middle: float
    above: UpliftGroup
    others: UpliftGroup
    p: float


class ExperimentUplift(msgspec.Struct, frozen=True, kw_only=True):
    """For whom a variant worked, by what was known of customers before the start.

    ``gain`` is what choosing customers by it gives per customer over choosing as many at random,
    on average over all shares that may be chosen: the area of the Qini curve. ``differs`` says
    whether that is surely more than nothing. ``text`` alone is there while an arm is too small.
    """

    experiment_id: str
    variant: str
    metric: str
    label: str
    unit: MetricUnit
    better: Better
    currency: str
    as_of: str
    differs: bool
    text: str
    effect: EffectTold | None
    gain: EffectTold | None
    groups: list[UpliftGroup]
    traits: list[UpliftTrait]
