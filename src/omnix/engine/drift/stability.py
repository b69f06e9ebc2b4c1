"""The population stability index of two spreads over the same bins. Standard library only.

PSI is the sum over bins of (q - p) ln(q / p), the symmetrised Kullback-Leibler divergence (Siddiqi,
Credit Risk Scorecards, 2006, ch. 9). Without any change it is close to chi-squared with B - 1
degrees of freedom times 1/n + 1/m (Yurdakul and Naranjo, Journal of Risk Model Validation 14,
2020): for small samples the customary limits are passed by chance alone.
"""

import math
from collections.abc import Sequence

_Z_999 = 3.0902323061678132
_ADDED = 0.5


def psi(then: Sequence[int], now: Sequence[int]) -> float:
    """Of counts by bin; half an observation is added to each, so that an empty one is no
    infinity. Raises ValueError for different bins or fewer than one.
    """
    if len(then) != len(now) or not then:
        raise ValueError("both sides need the same bins")
    n = sum(then) + _ADDED * len(then)
    m = sum(now) + _ADDED * len(now)
    total = 0.0
    for a, b in zip(then, now, strict=True):
        p, q = (a + _ADDED) / n, (b + _ADDED) / m
        total += (q - p) * math.log(q / p)
    return total


def by_chance(bins: int, then: int, now: int) -> float:
    """What PSI stays under in 999 of 1000 cases where nothing changed; infinite without data.

    The quantile of chi-squared is Wilson and Hilferty's (1931).
    """
    k = bins - 1
    if k < 1:
        return 0.0
    if not (then and now):
        return math.inf
    spread = 2.0 / (9.0 * k)
    quantile = k * (1.0 - spread + _Z_999 * math.sqrt(spread)) ** 3
    return quantile * (1.0 / then + 1.0 / now)
