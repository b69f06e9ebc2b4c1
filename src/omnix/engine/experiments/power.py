"""Before an experiment: how many units, for how long, and what could then be seen.

The t-test's power is exact, by the noncentral t distribution, as R's and statsmodels' is.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from omnix.engine.experiments.readout import boundary
from omnix.engine.experiments.special import normal_cdf, normal_quantile, t_quantile

Sides = Literal["two-sided", "larger", "smaller"]
MOST_UNITS = 10**12
_FEW = 1e5


@lru_cache(maxsize=64)
def _scale_nodes(df: float) -> tuple[tuple[float, float], ...]:
    """Points and weights for integrals over sqrt(chi-square / df)."""
    x, w = np.polynomial.legendre.leggauss(160)
    spread = 9.0 / math.sqrt(2.0 * df)
    low, high = max(1e-12, 1.0 - spread), 1.0 + spread + 3.0 / df
    s = 0.5 * (high - low) * x + 0.5 * (high + low)
    log = (df - 1.0) * np.log(s) - 0.5 * df * s * s
    log += math.log(2.0) + 0.5 * df * math.log(0.5 * df) - math.lgamma(0.5 * df)
    weights = 0.5 * (high - low) * w * np.exp(log)
    return tuple(zip(s.tolist(), weights.tolist(), strict=True))


def noncentral_t_cdf(t: float, df: float, shift: float) -> float:
    """P(T <= t) of the noncentral t: the normal probability, averaged over the scale."""
    if df > _FEW:
        return normal_cdf((t * (1.0 - 0.25 / df) - shift) / math.sqrt(1.0 + 0.5 * t * t / df))
    return min(1.0, sum(w * normal_cdf(t * s - shift) for s, w in _scale_nodes(df)))


def _power(shift: float, df: float, alpha: float, sides: Sides) -> float:
    if sides == "smaller":
        return _power(-shift, df, alpha, "larger")
    if sides == "larger":
        return 1.0 - noncentral_t_cdf(t_quantile(1.0 - alpha, df), df, shift)
    bound = t_quantile(1.0 - alpha / 2.0, df)
    above = 1.0 - noncentral_t_cdf(bound, df, shift)
    return min(1.0, above + noncentral_t_cdf(-bound, df, shift))


def one_sample_power(
    size: float, n: float, alpha: float = 0.05, sides: Sides = "two-sided"
) -> float:
    """Power of the t-test on ``n`` units, or pairs; ``size`` is in standard deviations."""
    if n <= 1:
        raise ValueError("a t-test needs more than one unit")
    return _power(size * math.sqrt(n), n - 1.0, alpha, sides)


def two_sample_power(
    size: float,
    n: float,
    ratio: float = 1.0,
    alpha: float = 0.05,
    sides: Sides = "two-sided",
) -> float:
    """Power with ``n`` units in the control and ``ratio`` times as many in the treatment."""
    other = n * ratio
    if n <= 1 or other <= 1:
        raise ValueError("a t-test needs more than one unit in each arm")
    return _power(size * math.sqrt(n * other / (n + other)), n + other - 2.0, alpha, sides)


def sequential_power(
    size: float, n: float, ratio: float = 1.0, alpha: float = 0.05, tuned_at: int | None = None
) -> float:
    """Chance that the interval for every look leaves out 0 at ``n`` units in the control.

    A floor: it may have done so at an earlier look. Tuned at the units of both arms unless told.
    """
    other = n * ratio
    bound = boundary(math.ceil(n + other), alpha, tuned_at or max(1, round(n + other)))
    shift = abs(size) * math.sqrt(n * other / (n + other))
    return normal_cdf(shift - bound) + normal_cdf(-shift - bound)


def sample_size(
    size: float,
    power: float = 0.8,
    ratio: float = 1.0,
    alpha: float = 0.05,
    sides: Sides = "two-sided",
    *,
    sequential: bool = False,
) -> int:
    """Units in the control for this power, rounded up. Raises ValueError for no effect.

    ``sequential`` for the size at which the interval for every look has it, at the latest.
    """
    if size == 0 or not math.isfinite(size):
        raise ValueError("an effect must be finite, and of nothing it is never found")
    if not 0.0 < power < 1.0 or not 0.0 < alpha < 1.0 or ratio <= 0.0:
        raise ValueError("power and alpha must lie between 0 and 1, and the ratio above 0")

    def enough(n: int) -> bool:
        if sequential:
            return sequential_power(size, n, ratio, alpha) >= power
        return two_sample_power(size, n, ratio, alpha, sides) >= power

    low = max(2, math.floor(1.0 / ratio) + 1)
    if enough(low):
        return low
    # By the normal formula first, so that few sizes have to be tried.
    shift = (normal_quantile(1.0 - alpha / 2.0) + normal_quantile(power)) / size
    wanted = 1.02 * (1.0 + 1.0 / ratio) * shift * shift
    high = max(low + 1, math.ceil(min(wanted, 2.0 * MOST_UNITS)) + 2)
    while high <= MOST_UNITS and not enough(high):
        low, high = high, 2 * high
    if high > MOST_UNITS:
        raise ValueError("no number of units that exists would be enough")
    near = int(0.9 * high)
    if near > low and not enough(near):
        low = near
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def detectable(n: float, power: float = 0.8, ratio: float = 1.0, alpha: float = 0.05) -> float:
    """The smallest effect, in standard deviations, that ``n`` units in the control would show."""
    low, high = 0.0, 1.0
    while two_sample_power(high, n, ratio, alpha) < power:
        high *= 2.0
    for _ in range(100):
        middle = 0.5 * (low + high)
        if two_sample_power(middle, n, ratio, alpha) < power:
            low = middle
        else:
            high = middle
        if high - low < 1e-10 * high:
            break
    return high


@dataclass(frozen=True, slots=True)
class Plan:
    """Units in each arm and in all, and the days that they take to come; by a fixed horizon and
    at the latest when looked at any time."""

    per_arm: int
    total: int
    days: int
    sequential_per_arm: int
    sequential_days: int


def plan(
    baseline: float,
    deviation: float,
    relative_effect: float,
    units_per_day: float,
    *,
    arms: int = 2,
    alpha: float = 0.05,
    power: float = 0.8,
    explained: float = 0.0,
) -> Plan:
    """Equal arms for a relative effect on a metric of this mean and standard deviation.

    ``explained`` is the share of the variance that CUPED takes away. More than one treatment
    divides alpha among the comparisons. Days are whole weeks from a week on, since weekdays differ.
    Raises ValueError for what is not positive or cannot be reached.
    """
    if arms < 2:
        raise ValueError("an experiment needs two arms")
    if not (baseline > 0 and deviation > 0 and units_per_day > 0 and 0 <= explained < 1):
        raise ValueError("baseline, deviation and units a day must be positive")
    unexplained = deviation * math.sqrt(1.0 - explained)
    if unexplained == 0.0:
        raise ValueError("the deviation is too small to divide by")
    size = baseline * relative_effect / unexplained
    per = alpha / (arms - 1)
    fixed = sample_size(size, power, alpha=per)
    late = sample_size(size, power, alpha=per, sequential=True)

    def days(units: int) -> int:
        plain = math.ceil(units * arms / units_per_day)
        return plain if plain < 7 else 7 * math.ceil(plain / 7)

    return Plan(fixed, fixed * arms, days(fixed), late, days(late))


def proportion_deviation(share: float) -> float:
    """Standard deviation of a unit that succeeds with this probability."""
    if not 0.0 < share < 1.0:
        raise ValueError("a share must lie between 0 and 1")
    return math.sqrt(share * (1.0 - share))
