"""Weekday profiles: each series' own, shrunk to its group's, shrunk to that of all series."""

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.aggregate import Moments

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

WINDOW = 7 * 52
HALF_LIFE = 7 * 26
OWN_PRIOR = 100.0
GROUP_PRIOR = 40.0


def fade(cut: int) -> F32:
    """Weights of the last columns before `cut` in the profile, halved every half year."""
    age = np.arange(min(WINDOW, cut) - 1, -1, -1)
    return np.asarray(np.float32(0.5) ** (age / HALF_LIFE), np.float32)


def dispersion(moments: Moments) -> F64:
    """Index of dispersion (variance / mean) [n] of the recent observed days.

    Has the unit of the values; at least a hundredth of the mean size of a sale, so that a
    constant series has a finite weight. One where nothing was sold.
    """
    count = np.maximum(moments.count, 1)
    mean = moments.total / count
    variance = np.maximum(moments.square / count - mean * mean, 0.0)
    size = moments.total / np.maximum(moments.sales, 1)
    index = variance / np.maximum(mean, 1e-30)
    return np.where(moments.total > 0, np.maximum(index, 0.01 * size), 1.0)


def weekday_profile(sums: F64, days: F64, group: NDArray[np.int32], groups: int, scale: F64) -> F64:
    """Multiplicative factors [n,m] with mean one from sums sold and days observed by slot [n,m].

    A gamma-Poisson ratio estimator: units sold on a slot over units expected there from the
    series' level, both divided by the dispersion `scale` [n] so that they count as independent
    sales, plus prior sales at the group's profile. Days not observed enter neither side.
    """
    level = sums.sum(1) / np.maximum(days.sum(1), 1e-9)
    sold = sums / scale[:, None]
    expected = level[:, None] * days / scale[:, None]
    whole = expected.sum(0)
    top = np.where(whole > 0, sold.sum(0) / np.where(whole > 0, whole, 1.0), 1.0)
    pooled = np.empty((groups, sums.shape[1]))
    for k in range(sums.shape[1]):
        numerator = np.bincount(group, sold[:, k], groups) + GROUP_PRIOR * top[k]
        pooled[:, k] = numerator / (np.bincount(group, expected[:, k], groups) + GROUP_PRIOR)
    own = (sold + OWN_PRIOR * pooled[group]) / (expected + OWN_PRIOR)
    return np.asarray(own / np.maximum(own.mean(1, keepdims=True), 1e-9))
