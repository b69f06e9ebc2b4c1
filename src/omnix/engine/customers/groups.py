"""Customers in groups: fifths of recency, frequency and money, and clusters by k-means++."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


def fifths(values: Array) -> Ints:
    """1 (lowest) to 5 by rank, equal values by their position, sizes as SQL's NTILE(5) has them."""
    n = len(values)
    rank = np.empty(n, np.int64)
    rank[np.argsort(values, kind="stable")] = np.arange(n)
    size, more = divmod(n, 5)
    ends = np.cumsum([size + (k < more) for k in range(5)])
    return np.asarray(np.searchsorted(ends, rank, side="right") + 1, np.int64)


@dataclass(frozen=True)
class Clusters:
    """``of`` is each row's cluster; ``centres`` are in standard deviations from the mean."""

    of: Ints
    centres: Array
    within: float


def cluster(features: Array, k: int, seed: int = 1, rounds: int = 50) -> Clusters:
    """Lloyd's algorithm from k-means++ (Arthur and Vassilvitskii 2007), largest cluster first.

    Features are standardised and cut at 4 deviations, so that one giant makes no cluster of its
    own. Raises ValueError for fewer rows than ``k``.
    """
    if not 1 <= k <= len(features):
        raise ValueError("there must be at least as many customers as clusters")
    scale = features.std(0)
    z = (features - features.mean(0)) / np.where(scale > 1e-12, scale, 1.0)
    z = np.clip(z, -4.0, 4.0)
    random = np.random.default_rng(seed)
    centres = z[[random.integers(len(z))]]
    while len(centres) < k:
        near = _distances(z, centres).min(1)
        total = near.sum()
        weights = near / total if total > 0 else None
        centres = np.concatenate([centres, z[[random.choice(len(z), p=weights)]]])
    of = np.full(len(z), -1)
    for _ in range(rounds):
        nearest = _distances(z, centres).argmin(1)
        if (nearest == of).all():
            break
        of = nearest
        size = np.bincount(of, minlength=k)
        sums = np.stack([np.bincount(of, column, minlength=k) for column in z.T], axis=1)
        centres = np.where(size[:, None] > 0, sums / np.maximum(size, 1)[:, None], centres)
    order = np.argsort(-np.bincount(of, minlength=k), kind="stable")
    place = np.empty(k, np.int64)
    place[order] = np.arange(k)
    within = float(_distances(z, centres)[np.arange(len(z)), of].sum())
    return Clusters(place[of], centres[order], within)


def _distances(z: Array, centres: Array) -> Array:
    squares = (z * z).sum(1)[:, None] - 2.0 * z @ centres.T + (centres * centres).sum(1)
    return np.asarray(np.maximum(squares, 0.0))
