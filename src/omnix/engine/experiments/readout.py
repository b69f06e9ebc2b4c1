"""Three ways to read one effect: at a fixed horizon, at any time, and as a belief.

- ``fixed``: Welch's t-test. Valid once, at a sample size chosen beforehand.
- ``sequential``: a normal-mixture confidence sequence (Robbins, 1970; Howard et al., 2021;
  asymptotic for any metric: Waudby-Smith et al., 2023). Valid at every look at once, so one may
  look as often as one likes and stop when pleased; wider for it.
- ``bayesian``: the posterior of the effect under a stated normal prior.
"""

import math
from dataclasses import dataclass

from omnix.engine.experiments.estimate import Effect, Estimate
from omnix.engine.experiments.special import (
    normal_cdf,
    normal_pdf,
    normal_quantile,
    t_quantile,
    t_tail,
)

TUNED_AT = 5_000
"""Units at which a sequential interval is narrowest, where nobody said how many are planned."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An effect with the interval that holds it with confidence 1 - alpha, and its p-value."""

    effect: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Belief:
    """The posterior of an effect: mean, interval of credibility 1 - alpha, chance of being above 0.

    ``loss`` is how much is lost on average by choosing the treatment, should it be worse;
    ``forgone`` by keeping the control, should the treatment be better; in the effect's unit.
    """

    effect: float
    low: float
    high: float
    chance: float
    loss: float
    forgone: float


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of an effect beforehand: normal, or nothing at all (``sd`` infinite)."""

    mean: float = 0.0
    sd: float = math.inf

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and self.sd > 0.0):
            raise ValueError("a prior needs a finite mean and a positive standard deviation")


FLAT = Prior()


def _check(alpha: float) -> None:
    if not 0.0 < alpha < 1.0:
        raise ValueError("alpha must lie between 0 and 1")


def fixed(effect: Effect, alpha: float = 0.05) -> Interval:
    """Two-sided t-test and interval, for a single look at the planned size."""
    _check(alpha)
    error = math.sqrt(effect.variance)
    half = t_quantile(1.0 - alpha / 2.0, effect.df) * error
    p = min(1.0, 2.0 * t_tail(effect.value / error, effect.df))
    return Interval(effect.value, effect.value - half, effect.value + half, p)


def mixing_rate(tuned_at: int, alpha: float) -> float:
    """The mixture's squared scale for which the interval is narrowest at ``tuned_at`` units.

    Howard et al., 2021, section 3.5, by the approximation of the Lambert function.
    """
    if tuned_at < 1:
        raise ValueError("a sequential test is tuned at one unit or more")
    log = -2.0 * math.log(alpha)
    return (log + math.log(log + 1.0)) / tuned_at


def boundary(n: int, alpha: float, tuned_at: int) -> float:
    """How many standard errors around the estimate hold the truth at all looks together."""
    mixed = n * mixing_rate(tuned_at, alpha)
    return math.sqrt(2.0 * (mixed + 1.0) / mixed * (0.5 * math.log1p(mixed) - math.log(alpha)))


def sequential(effect: Effect, alpha: float = 0.05, tuned_at: int = TUNED_AT) -> Interval:
    """Interval and p-value that hold at all looks together, with probability 1 - alpha.

    ``tuned_at`` must be chosen before the data, as must alpha. It moves where the interval is
    narrow, not whether it holds. A relative effect's interval holds each ratio r for which
    treatment - r control may be 0 (Fieller, 1954), since the delta method is far too sure of
    itself while the control is small; it is infinite while the control itself may be 0. The
    p-value is of the difference in either case.
    """
    _check(alpha)
    a, b = effect.control, effect.treatment
    mixed = effect.n * mixing_rate(tuned_at, alpha)
    variance = a.variance + b.variance
    square = (b.value - a.value) ** 2 / variance
    p = math.exp(min(0.0, 0.5 * math.log1p(mixed) - 0.5 * square * mixed / (mixed + 1.0)))
    width = boundary(effect.n, alpha, tuned_at)
    if not effect.relative:
        half = width * math.sqrt(variance)
        return Interval(effect.value, effect.value - half, effect.value + half, p)
    low, high = _ratios(a, b, width)
    return Interval(effect.value, low - 1.0, high - 1.0, p)


def _ratios(a: Estimate, b: Estimate, width: float) -> tuple[float, float]:
    """The least and largest r with |b - r a| at most ``width`` standard errors."""
    square = width * width
    leading = a.value * a.value - square * a.variance
    if leading <= 0.0:
        return -math.inf, math.inf
    middle = a.value * b.value
    rest = b.value * b.value - square * b.variance
    root = math.sqrt(max(0.0, middle * middle - leading * rest))
    return (middle - root) / leading, (middle + root) / leading


def bayesian(effect: Effect, prior: Prior = FLAT, alpha: float = 0.05) -> Belief:
    """Normal prior times normal likelihood. Prior and effect are in the same unit."""
    _check(alpha)
    precision = 1.0 / effect.variance
    mean, variance = effect.value, effect.variance
    if math.isfinite(prior.sd):
        before = 1.0 / (prior.sd * prior.sd)
        variance = 1.0 / (precision + before)
        mean = variance * (precision * effect.value + before * prior.mean)
    sd = math.sqrt(variance)
    half = normal_quantile(1.0 - alpha / 2.0) * sd
    ratio = mean / sd
    density = sd * normal_pdf(ratio)
    loss = max(0.0, density - mean * normal_cdf(-ratio))
    forgone = max(0.0, density + mean * normal_cdf(ratio))
    return Belief(mean, mean - half, mean + half, normal_cdf(ratio), loss, forgone)
