"""What the figures come to, in plain sentences. Every number in them stands in the results."""

import math
from collections.abc import Sequence

from .findings import Comparison, MetricResult, Verdict
from .model import Experiment


def _share(value: float) -> str:
    return f"{100 * value:+.1f} %"


def _by(metric: MetricResult, value: float, relative: bool) -> str:
    if relative:
        return _share(value)
    scale, digits = (100.0, " points") if metric.unit == "share" else (1.0, "")
    return f"{scale * value:+.4g}{digits}"


def _interval(experiment: Experiment, comparison: Comparison) -> tuple[float, float, str]:
    if experiment.method == "bayesian":
        return comparison.bayesian.low, comparison.bayesian.high, "credible"
    if experiment.method == "fixed":
        return comparison.fixed.low, comparison.fixed.high, "confidence"
    return comparison.sequential.low, comparison.sequential.high, "always-valid"


def _effect(experiment: Experiment, metric: MetricResult, comparison: Comparison) -> str:
    low, high, kind = _interval(experiment, comparison)
    relative = comparison.relative
    return (
        f"{comparison.variant} changes {metric.label.lower()} by "
        f"{_by(metric, comparison.effect, relative)} ({100 * (1 - experiment.alpha):g} % {kind} "
        f"interval {_by(metric, low, relative)} to {_by(metric, high, relative)})"
    )


def harm(metric: MetricResult, comparison: Comparison) -> str:
    """Why a guardrail stops the experiment."""
    told = comparison.sequential
    relative = comparison.relative
    return (
        f"{comparison.variant} changes {metric.label.lower()} by "
        f"{_by(metric, comparison.effect, relative)}, and surely between "
        f"{_by(metric, told.low, relative)} and {_by(metric, told.high, relative)}: worse than "
        "its guardrail bears"
    )


def judge(
    experiment: Experiment,
    metrics: Sequence[MetricResult],
    units: int,
    mismatch: bool,
    counts: Sequence[int],
) -> Verdict:
    """The first that applies: nobody came, the split is broken, a guardrail is harmed, a variant
    is better, all that is known is worse, or nothing is decided yet."""
    votes = [metric for metric in metrics if metric.preference is not None]
    if units == 0 and not votes:
        return Verdict(state="no_data", text="Nobody has been shown a variant yet.")
    if mismatch:
        named = ", ".join(
            f"{variant.key} {n}" for variant, n in zip(experiment.variants, counts, strict=True)
        )
        text = (
            f"Do not read these results: units came in other numbers than the weights ask for "
            f"({named}). Look for a fault in assignment, redirects or reporting."
        )
        return Verdict(state="broken", text=text)
    for metric in metrics:
        for comparison in metric.comparisons:
            if comparison.guardrail == "harmed":
                text = f"Stop: {harm(metric, comparison)}."
                return Verdict(state="harmed", text=text, variant=comparison.variant)
    primary = [metric for metric in metrics if metric.role == "primary"]
    return (
        _decided(experiment, primary)
        or _preferred(experiment, primary)
        or _open(experiment, primary, counts)
    )


def _decided(experiment: Experiment, primary: Sequence[MetricResult]) -> Verdict | None:
    found = [(m, c) for m in primary for c in m.comparisons if c.significant]
    good = [(m, c) for m, c in found if (c.effect > 0) == (m.better == "higher")]
    bad = {c.variant for m, c in found if (c.effect > 0) != (m.better == "higher")}
    better = [(m, c) for m, c in good if c.variant not in bad]
    if better:
        metric, best = max(better, key=lambda pair: abs(pair[1].effect))
        text = f"{_effect(experiment, metric, best)}. {_holds(experiment)} Ship it."
        return Verdict(state="better", text=text, variant=best.variant)
    if bad and all(variant.key in bad for variant in experiment.variants[1:]):
        metric, worst = next((m, c) for m, c in found if c.variant in bad)
        text = f"{_effect(experiment, metric, worst)}. {_holds(experiment)} Keep the control."
        return Verdict(state="worse", text=text, variant=worst.variant)
    return None


def _holds(experiment: Experiment) -> str:
    return {
        "sequential": "That holds however often one looks.",
        "fixed": "That is the planned look.",
        "bayesian": "That is what is to be believed under the stated prior.",
    }[experiment.method]


def _preferred(experiment: Experiment, primary: Sequence[MetricResult]) -> Verdict | None:
    for metric in primary:
        vote = metric.preference
        if vote is None or vote.p >= experiment.alpha:
            continue
        wins = vote.variant > vote.control
        control, variant = experiment.variants[0].key, experiment.variants[1].key
        winner, loser = (variant, control) if wins else (control, variant)
        more, less = max(vote.variant, vote.control), min(vote.variant, vote.control)
        text = f"{winner} was preferred to {loser} by {more} units against {less}."
        return Verdict(state="better" if wins else "worse", text=text, variant=variant)
    return None


def _open(
    experiment: Experiment, primary: Sequence[MetricResult], counts: Sequence[int]
) -> Verdict:
    for metric in primary:
        if metric.comparisons:
            nearest = min(metric.comparisons, key=lambda c: c.p_adjusted)
            text = f"Nothing is decided yet: {_effect(experiment, metric, nearest)}."
            more = _units_to_go(experiment, nearest, sum(counts))
            if more is not None and experiment.status == "running":
                text += f" If it stays like this, about {more} units in all would decide."
            return Verdict(state="undecided", text=text)
    return Verdict(state="undecided", text="Too few units in some variant to compare them yet.")


def _units_to_go(experiment: Experiment, comparison: Comparison, units: int) -> int | None:
    """Units at which an interval as wide as it would be then leaves out 0; intervals narrow with
    the square root of units."""
    low, high, _ = _interval(experiment, comparison)
    half, effect = 0.5 * (high - low), abs(comparison.effect)
    if effect == 0.0 or half <= effect:
        return None
    wanted = units * (half / effect) ** 2
    if wanted > 1e9:
        return None
    digits = int(10 ** max(0, int(math.log10(wanted)) - 1))
    return math.ceil(wanted / digits) * digits
