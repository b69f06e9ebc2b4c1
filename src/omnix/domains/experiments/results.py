"""Results: every metric read three ways, judged by the way that the plan chose."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from omnix.domains.system.settings import shop
from omnix.engine.experiments.estimate import Effect, Estimate, effect
from omnix.engine.experiments.guardrail import guardrail
from omnix.engine.experiments.multiple import benjamini_hochberg, holm
from omnix.engine.experiments.readout import (
    FLAT,
    TUNED_AT,
    Prior,
    bayesian,
    fixed,
    sequential,
)
from omnix.engine.experiments.srm import RatioCheck, ratio_check
from omnix.kit.time import instant
from omnix.ports import Ports

from . import verdict
from .findings import (
    ArmUnits,
    ArmValue,
    BeliefTold,
    Comparison,
    ExperimentResults,
    IntervalTold,
    MetricResult,
    Note,
    PreferenceTold,
    SampleRatio,
)
from .model import Experiment, Method
from .reading import Counts, Figures, Reader


@dataclass(frozen=True)
class Reading:
    """The results, and the figures that a bandit goes by."""

    told: ExperimentResults
    bandit: Figures | None


async def read(ports: Ports, experiment: Experiment) -> Reading:
    """All results of an experiment as they are now; those of a draft are empty."""
    currency = (await shop(ports)).currency
    counts, figures = Counts([0] * len(experiment.variants), 0), []
    if experiment.started_at is not None:
        reader = await Reader.of(ports, experiment)
        counts = await reader.counts()
        figures = await reader.figures(counts)
    ratio, checked = _ratio(experiment, counts)
    metrics = _judged(experiment, [_metric(experiment, each) for each in figures], counts)
    told = ExperimentResults(
        experiment_id=experiment.id,
        key=experiment.key,
        name=experiment.name,
        status=experiment.status,
        method=experiment.method,
        alpha=experiment.alpha,
        allocation=experiment.allocation,
        currency=currency,
        as_of=instant(ports.clock.now()),
        started_at=experiment.started_at,
        units=sum(counts.arms),
        crossed_units=counts.crossed,
        arms=[
            ArmUnits(variant.key, n, due)
            for variant, n, due in zip(
                experiment.variants, counts.arms, ratio.expected, strict=True
            )
        ],
        sample_ratio=SampleRatio(
            checked=checked,
            mismatch=checked and ratio.mismatch,
            p=ratio.p,
            p_always=ratio.p_always,
        ),
        metrics=metrics,
        verdict=verdict.judge(
            experiment, metrics, sum(counts.arms), checked and ratio.mismatch, counts.arms
        ),
        notes=_notes(experiment, counts, metrics),
    )
    primary = (f for f in figures if f.metric.role == "primary" and f.sums)
    return Reading(told, next(primary, None))


def harmed(told: ExperimentResults) -> str | None:
    """The guardrail that is surely worse than it may be, as a sentence; None if there is none."""
    for metric in told.metrics:
        for comparison in metric.comparisons:
            if comparison.guardrail == "harmed":
                return verdict.harm(metric, comparison)
    return None


def _ratio(experiment: Experiment, counts: Counts) -> tuple[RatioCheck, bool]:
    """A bandit's weights move, so that no ratio is due."""
    weights = [variant.weight for variant in experiment.variants]
    if any(n and not weight for n, weight in zip(counts.arms, weights, strict=True)):
        weights = [1] * len(weights)
    return ratio_check(counts.arms, weights), experiment.allocation == "fixed"


def _metric(experiment: Experiment, figures: Figures) -> MetricResult:
    known = figures.definition
    arms = figures.estimates(cuped=experiment.cuped_days > 0)
    values = list(arms.arms) if arms is not None else [None] * len(experiment.variants)
    sizes = [sums.n for sums in figures.sums] or [e.n if e else 0 for e in figures.quantiles]
    vote = figures.preference
    return MetricResult(
        name=known.name,
        label=known.label,
        kind=known.kind,
        unit=known.unit,
        role=figures.metric.role,
        better=known.better,
        definition=known.definition,
        arms=[
            ArmValue(variant.key, n, value.value if value is not None else None)
            for variant, n, value in zip(experiment.variants, sizes, values, strict=False)
        ],
        comparisons=[
            told
            for variant, value in zip(experiment.variants[1:], values[1:], strict=True)
            if (told := _comparison(experiment, figures, variant.key, values[0], value)) is not None
        ],
        variance_reduction=arms.reduction if arms is not None else 0.0,
        preference=None
        if vote is None
        else PreferenceTold(
            control=vote.a,
            variant=vote.b,
            ties=vote.ties,
            share=vote.share,
            low=vote.low,
            high=vote.high,
            p=vote.p,
        ),
    )


def _comparison(
    experiment: Experiment,
    figures: Figures,
    variant: str,
    control: Estimate | None,
    treatment: Estimate | None,
) -> Comparison | None:
    if control is None or treatment is None:
        return None
    planned = experiment.planned_units or TUNED_AT
    found = effect(control, treatment, relative=True)
    if found is None or math.isinf(sequential(found, experiment.alpha, planned).high):
        found = effect(control, treatment, relative=False)
    if found is None:
        return None
    once = fixed(found, experiment.alpha)
    always = sequential(found, experiment.alpha, planned)
    state = None
    if figures.metric.role == "guardrail":
        margin = figures.metric.margin
        if not found.relative:
            margin *= abs(control.value)
        state = guardrail(always, margin, higher_is_better=figures.better == "higher")
    return Comparison(
        variant=variant,
        effect=found.value,
        relative=found.relative,
        fixed=IntervalTold(once.low, once.high, once.p),
        sequential=IntervalTold(always.low, always.high, always.p),
        bayesian=_belief(experiment, found, figures.better == "higher"),
        p_adjusted=1.0,
        significant=False,
        guardrail=state,
    )


def _belief(experiment: Experiment, found: Effect, higher: bool) -> BeliefTold:
    own = experiment.prior
    prior, words = FLAT, "nothing was believed beforehand"
    if own is not None and found.relative:
        prior = Prior(own.mean, own.sd)
        words = f"relative effects around {own.mean:g} with standard deviation {own.sd:g}"
    told = bayesian(found, prior, experiment.alpha)
    return BeliefTold(
        effect=told.effect,
        low=told.low,
        high=told.high,
        chance_better=told.chance if higher else 1.0 - told.chance,
        loss=told.loss if higher else told.forgone,
        forgone=told.forgone if higher else told.loss,
        prior=words,
    )


def _judged(
    experiment: Experiment, metrics: Sequence[MetricResult], counts: Counts
) -> list[MetricResult]:
    """With p-values adjusted within each role: Holm for the primary ones, by which is decided,
    Benjamini and Hochberg for the others, which are many and only inform."""
    due = experiment.planned_units is None or sum(counts.arms) >= experiment.planned_units
    adjusted: dict[tuple[str, str], float] = {}
    for role, correct in (
        ("primary", holm),
        ("secondary", benjamini_hochberg),
        ("guardrail", benjamini_hochberg),
    ):
        named = [(m.name, c) for m in metrics if m.role == role for c in m.comparisons]
        corrected = correct([_p(experiment.method, c) for _, c in named])
        for (name, comparison), p in zip(named, corrected, strict=True):
            adjusted[name, comparison.variant] = p

    def told(metric: MetricResult, comparison: Comparison) -> Comparison:
        p = adjusted[metric.name, comparison.variant]
        found = p < experiment.alpha and (experiment.method != "fixed" or due)
        return replace(comparison, p_adjusted=p, significant=found)

    return [
        replace(metric, comparisons=[told(metric, comparison) for comparison in metric.comparisons])
        for metric in metrics
    ]


def _p(method: Method, comparison: Comparison) -> float:
    """The deciding one. A belief's two tails stand for it where the plan decides by beliefs."""
    if method == "bayesian":
        chance = comparison.bayesian.chance_better
        return 2.0 * min(chance, 1.0 - chance)
    return comparison.sequential.p if method == "sequential" else comparison.fixed.p


def _notes(experiment: Experiment, counts: Counts, metrics: Sequence[MetricResult]) -> list[Note]:
    notes = []
    if counts.crossed:
        told = (
            f"{counts.crossed} units were shown more than one variant; they are left out of all "
            "figures. A few come from shared devices, many from broken assignment."
        )
        notes.append(Note("crossed-units", told))
    if experiment.allocation == "thompson":
        told = (
            "Traffic follows the results, so the sample ratio is not checked, and intervals are "
            "approximate: for exact ones, run an experiment of fixed weights."
        )
        notes.append(Note("bandit", told))
    if experiment.method == "fixed" and experiment.planned_units is not None:
        n = sum(counts.arms)
        if n < experiment.planned_units:
            told = f"The plan decides at {experiment.planned_units} units; there are {n}."
            notes.append(Note("not-due", told))
    if experiment.method == "bayesian":
        told = "Beliefs are not protected against looking often; the sequential figures are."
        notes.append(Note("peeking", told))
    for metric in metrics:
        if any(not comparison.relative for comparison in metric.comparisons):
            told = f"{metric.label}: effects are differences, as the control may be 0."
            notes.append(Note("absolute", told))
    return notes
