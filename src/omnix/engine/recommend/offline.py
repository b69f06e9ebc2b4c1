"""What another recommender would have earned, from logged answers and their propensities.

Inverse propensity scoring, its self-normalised form, and the doubly robust estimator. Horvitz and
Thompson, JASA 47 (1952); Swaminathan and Joachims, NIPS 2015; Dudik et al., ICML 2011.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

Z95 = 1.959963984540054
LEAST_SUPPORT = 1e-6


@dataclass(frozen=True)
class Estimate:
    """``value`` a decision, with its standard error and 95% interval by the clusters' spread.

    ``effective`` is the number of decisions that the weights leave (Kish); ``clipped`` the share
    of decisions whose weight was cut; ``weight`` the mean one, near 1 where the log supports what
    the new recommender does.
    """

    value: float
    error: float
    low: float
    high: float
    effective: float
    clipped: float
    weight: float


@dataclass(frozen=True)
class Logged:
    """Decisions that were logged: ``reward`` [n] of what was shown, its ``propensity`` [n] then,
    the new recommender's probability of it, ``target`` [n]; decisions of one ``cluster`` [n], such
    as a customer, are not independent.
    """

    reward: F64
    propensity: F64
    target: F64
    cluster: NDArray[np.int64]

    def __post_init__(self) -> None:
        n = len(self.reward)
        if not n or any(len(c) != n for c in (self.propensity, self.target, self.cluster)):
            raise ValueError("every decision needs a reward, two probabilities and a cluster")
        for name, column in (("propensity", self.propensity), ("target", self.target)):
            if not ((column >= 0) & (column <= 1)).all():
                raise ValueError(f"{name} must be a probability")
        if not (self.propensity > LEAST_SUPPORT).all():
            raise ValueError("what was shown had a chance above zero; its propensity says no")
        if not np.isfinite(self.reward).all():
            raise ValueError("reward must be finite")


def ips(of: Logged, most: float = np.inf) -> Estimate:
    """Rewards by target over propensity, weights cut at ``most``; unbiased where none is cut."""
    weight, clipped = _weights(of, most)
    return _estimate(of, weight * of.reward, weight, clipped)


def snips(of: Logged, most: float = np.inf) -> Estimate:
    """IPS over the sum of its weights: a little biased, far less variable. Raises ValueError
    where the log shows nothing that the new recommender would.
    """
    weight, clipped = _weights(of, most)
    total = float(weight.mean())
    if total <= 0:
        raise ValueError("the log shows nothing that the new recommender would: no estimate")
    value = float((weight * of.reward).mean()) / total
    # The spread of a ratio, by the delta method.
    return _estimate(of, value + weight * (of.reward - value) / total, weight, clipped)


def doubly_robust(
    of: Logged, expected: F64, expected_target: F64, most: float = np.inf
) -> Estimate:
    """A model's answer, set right by what was seen: unbiased if either the model or the
    propensities are.

    ``expected`` [n] is the model's reward of what was shown, ``expected_target`` [n] its mean
    over what the new recommender would have shown. The model must not have learnt from these.
    """
    weight, clipped = _weights(of, most)
    return _estimate(of, expected_target + weight * (of.reward - expected), weight, clipped)


def _weights(of: Logged, most: float) -> tuple[F64, float]:
    plain = of.target / of.propensity
    return np.minimum(plain, most), float((plain > most).mean())


def _estimate(of: Logged, each: F64, weight: F64, clipped: float) -> Estimate:
    n = len(each)
    value = float(each.mean())
    _, code = np.unique(of.cluster, return_inverse=True)
    sums = np.bincount(code, each - value)
    clusters = len(sums)
    error = float("inf")
    if clusters > 1:
        error = float(np.sqrt((sums**2).sum() * clusters / (clusters - 1)) / n)
    squares = float((weight**2).sum())
    effective = float(weight.sum()) ** 2 / squares if squares else 0.0
    return Estimate(
        value, error, value - Z95 * error, value + Z95 * error, effective, clipped,
        float(weight.mean()),
    )  # fmt: skip
