"""Quantiles of counts by mean and variance: negative binomial, Poisson where they are equal."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

_MOST_STEPS = 400
_POISSON = 1.0 + 1e-6


def count_quantiles(mean: F64, variance: F64, levels: tuple[float, ...]) -> F64:
    """Smallest whole numbers [m,q] whose distribution function reaches each level.

    Variances [m] below the mean count as Poisson. Beyond some hundred the expansion of Cornish and
    Fisher (1937) by the skewness takes the place of the sum.
    """
    mean = np.maximum(np.asarray(mean, np.float64), 0.0)
    variance = np.maximum(np.asarray(variance, np.float64), mean * _POISSON)
    out = np.zeros((len(mean), len(levels)))
    top = mean + 10.0 * np.sqrt(variance)
    few = (mean > 0) & (top < _MOST_STEPS)
    rows = np.flatnonzero(few)
    if len(rows):
        out[rows] = _by_recurrence(mean[rows], variance[rows], levels)
    rows = np.flatnonzero((mean > 0) & ~few)
    if len(rows):
        z = np.array([NormalDist().inv_cdf(level) for level in levels])
        deviation = np.sqrt(variance[rows])[:, None]
        skew = (2.0 * variance[rows] / mean[rows] - 1.0)[:, None] / deviation
        out[rows] = np.round(mean[rows, None] + deviation * (z + skew * (z**2 - 1.0) / 6.0))
    return np.maximum(out, 0.0)


def _by_recurrence(mean: F64, variance: F64, levels: tuple[float, ...]) -> F64:
    """p(k) = p(k - 1) (k - 1 + r) / k * (1 - s) with r successes at probability s."""
    success = mean / variance
    size = mean * success / (1.0 - success)
    chance = np.exp(size * np.log(success))
    reached = chance.copy()
    out = np.zeros((len(mean), len(levels)))
    goal = np.array(levels)
    open_rows = np.arange(len(mean))
    for k in range(1, 4 * _MOST_STEPS):
        below = reached[open_rows, None] < goal[None, :] * (1.0 - 1e-12)
        left = below.any(1)
        open_rows, below = open_rows[left], below[left]
        if not len(open_rows):
            break
        out[open_rows] += below
        rows = open_rows
        chance[rows] *= (k - 1 + size[rows]) / k * (1.0 - success[rows])
        reached[rows] += chance[rows]
    return out
