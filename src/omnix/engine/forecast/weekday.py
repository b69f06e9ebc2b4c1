"""Weekday profiles: each series' own, shrunk to its group's, shrunk to that of all series."""

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

WINDOW = 7 * 26
HALF_LIFE = 7 * 13
OWN_PRIOR = 60.0
GROUP_PRIOR = 40.0


def dispersion(values: F32, seen: NDArray[np.bool_], start: NDArray[np.int32]) -> F64:
    """Index of dispersion (variance / mean) of each row of [n,t] over its observed life.

    Has the unit of the values; at least a hundredth of the mean size of a sale, so that a
    constant series has a finite weight.
    """
    used = seen & (np.arange(values.shape[1])[None, :] >= start[:, None])
    count = np.maximum(used.sum(1), 1)
    y = np.where(used, values, np.float32(0.0))
    total = y.sum(1, dtype=np.float64)
    mean = total / count
    square = np.einsum("ij,ij->i", y, y, dtype=np.float64) / count
    index = np.maximum(square - mean * mean, 0.0) / np.maximum(mean, 1e-30)
    size = total / np.maximum((y > 0).sum(1), 1)
    return np.where(total > 0, np.maximum(index, 0.01 * size), 1.0)


def weekday_profile(
    values: F32,
    seen: NDArray[np.bool_],
    start: NDArray[np.int32],
    group: NDArray[np.int32],
    scale: F64,
    *,
    season: int = 7,
) -> F64:
    """Multiplicative factors [n,season] with mean one; slot k is columns t with t % season == k.

    A gamma-Poisson ratio estimator: units sold on slot k over units expected there from the
    series' level, both divided by the dispersion `scale` [n] so that they count as independent
    sales, plus prior sales at the group's profile. Days not observed enter neither side.
    """
    n, t = values.shape
    low = max(0, t - WINDOW)
    age = (t - 1) - np.arange(low, t)
    fade = np.float32(0.5) ** (age / HALF_LIFE).astype(np.float32)
    used = seen[:, low:] & (np.arange(low, t)[None, :] >= start[:, None])
    weight = used * fade
    sold = np.where(used, values[:, low:], np.float32(0.0)) * fade
    slots = np.arange(low, t) % season
    onto = (slots[:, None] == np.arange(season)[None, :]).astype(np.float32)
    sums = (sold @ onto).astype(np.float64)
    days = (weight @ onto).astype(np.float64)
    level = sums.sum(1) / np.maximum(days.sum(1), 1e-9)
    sums /= scale[:, None]
    expected = level[:, None] * days / scale[:, None]

    groups = int(group.max()) + 1 if n else 0
    top = (sums.sum(0) + 1e-3) / (expected.sum(0) + 1e-3)
    group_sums = np.zeros((groups, season))
    group_expected = np.zeros((groups, season))
    for k in range(season):
        group_sums[:, k] = np.bincount(group, sums[:, k], groups)
        group_expected[:, k] = np.bincount(group, expected[:, k], groups)
    pooled = (group_sums + GROUP_PRIOR * top) / (group_expected + GROUP_PRIOR)
    own = (sums + OWN_PRIOR * pooled[group]) / (expected + OWN_PRIOR)
    return np.asarray(own / np.maximum(own.mean(1, keepdims=True), 1e-9), np.float64)
