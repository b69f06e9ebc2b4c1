"""Sample ratio mismatch: did as many units come into each arm as the weights ask for?

A mismatch means that assignment or logging is broken, and no result is worth reading.
Fabijan et al., 2019, "Diagnosing sample ratio mismatch in online controlled experiments".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from omnix.engine.experiments.special import chi_square_tail

WARN_BELOW = 0.001
"""The p-value from which on a mismatch is called one: units are many and looks are frequent."""

CONCENTRATION = 10_000.0


@dataclass(frozen=True, slots=True)
class RatioCheck:
    """``p`` of the chi-square test; ``p_always``, which may be looked at after every unit.

    ``expected`` are the units that each arm should have.
    """

    chi_square: float
    p: float
    p_always: float
    expected: tuple[float, ...]

    @property
    def mismatch(self) -> bool:
        """Whether either p-value is below WARN_BELOW."""
        return min(self.p, self.p_always) < WARN_BELOW


def ratio_check(counts: Sequence[int], weights: Sequence[float]) -> RatioCheck:
    """Counts of units against the arms' weights, which need not sum to 1.

    The p-value for every look is the inverse of a Bayes factor: a Dirichlet prior around the
    weights against the weights themselves (Lindon and Malek, 2022). Arms of weight 0 take no
    part. Raises ValueError for negative numbers, and for units in an arm of weight 0.
    """
    if len(counts) != len(weights) or min(counts, default=0) < 0 or min(weights, default=0) < 0:
        raise ValueError("counts and weights must be as many as arms and not negative")
    if any(count and not weight for count, weight in zip(counts, weights, strict=True)):
        raise ValueError("there are units in an arm of weight 0")
    whole, n = float(sum(weights)), sum(counts)
    expected = tuple(n * weight / whole if whole else 0.0 for weight in weights)
    pairs = [(c, e) for c, e in zip(counts, expected, strict=True) if e > 0]
    if n == 0 or len(pairs) < 2:
        return RatioCheck(0.0, 1.0, 1.0, expected)
    square = sum((count - wanted) ** 2 / wanted for count, wanted in pairs)
    log_factor = math.lgamma(CONCENTRATION) - math.lgamma(CONCENTRATION + n)
    for count, wanted in pairs:
        share = wanted / n
        prior = CONCENTRATION * share
        log_factor += math.lgamma(prior + count) - math.lgamma(prior) - count * math.log(share)
    p = chi_square_tail(square, len(pairs) - 1)
    return RatioCheck(square, p, math.exp(min(0.0, -log_factor)), expected)
