"""Demand ahead of many stocks at once: its distribution over any number of days.

Each stock's forecast tells quantiles of demand summed over some lengths of time. They are read
at fixed nodes, so that an expectation is a weighted sum over the last axis.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

EDGES = (
    0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.775, 0.825, 0.875,
    0.915, 0.945, 0.965, 0.98, 0.9875, 0.9925, 0.996, 0.998, 0.9992, 1.0,
)  # fmt: skip
"""Between two of them lies a node: dense where the costs of running out are decided."""

_NODES = np.array([(a + b) / 2 for a, b in pairwise(EDGES)])
WEIGHTS: Floats = np.diff(np.array(EDGES))
_CHUNK = 1024
_NORMAL = NormalDist()
_DEVIATES = np.array([_NORMAL.inv_cdf(float(p)) for p in _NODES])


@dataclass(frozen=True, eq=False)
class Ahead:
    """``mean`` (N, D) over the first ``days`` days, and values at the nodes (N, D, K)."""

    days: Floats
    mean: Floats
    nodes: Floats

    @staticmethod
    def of(
        days: Sequence[int], levels: Sequence[float], mean: ArrayLike, quantiles: ArrayLike
    ) -> "Ahead":
        """``mean`` of shape (N, D) and ``quantiles`` of (N, D, L), in units.

        What is not finite or negative counts as zero; quantiles never fall with level or time.
        """
        expected, told = np.asarray(mean, float), np.asarray(quantiles, float)
        if expected.ndim != 2 or told.shape != (*expected.shape, len(levels)):
            raise ValueError("mean is (N, days), quantiles (N, days, levels)")
        if expected.shape[1] != len(days) or len(days) == 0 or len(levels) == 0:
            raise ValueError("each length of time needs its mean")
        # A zero before and after, so that time interpolates from the origin.
        stocks = len(expected)
        whole = np.zeros((stocks, len(days) + 1))
        nodes = np.zeros((stocks, len(days) + 1, _NODES.size))
        for start in range(0, stocks, _CHUNK):
            part = slice(start, start + _CHUNK)
            whole[part, 1:] = _usable(expected[part])
            # Levels first, so that each step runs over whole stretches of memory.
            level = _usable(told[part].transpose(2, 0, 1))
            np.maximum.accumulate(level, axis=0, out=level)
            np.maximum.accumulate(level, axis=2, out=level)
            at = _at_nodes(np.asarray(levels, float), level, whole[part, 1:])
            nodes[part, 1:] = at.transpose(1, 2, 0)
        return Ahead(np.array([0.0, *days]), whole, nodes)

    def __len__(self) -> int:
        return int(self.mean.shape[0])

    def part(self, start: int, stop: int) -> "Ahead":
        """The stocks from ``start`` to ``stop``."""
        return Ahead(self.days, self.mean[start:stop], self.nodes[start:stop])

    def repeated(self, count: int) -> "Ahead":
        """One stock's, for ``count`` things that may be done about it."""
        return Ahead(
            self.days,
            np.broadcast_to(self.mean, (count, *self.mean.shape[1:])),
            np.broadcast_to(self.nodes, (count, *self.nodes.shape[1:])),
        )

    def mean_over(self, days: Floats) -> Floats:
        """Expected demand (N,) over ``days`` (N,); beyond those known at the average rate."""
        at, share, beyond = self._between(days)
        rows = np.arange(len(self))
        mean = self.mean[rows, at - 1] * (1 - share) + self.mean[rows, at] * share
        return np.where(beyond > 1, self.mean[:, -1] * beyond, mean)

    def values_over(self, days: Floats, lead_deviation: Floats | None = None) -> Floats:
        """Demand at the nodes (N, K) over ``days`` (N,).

        A deviation of the lead time (N,), in days, joins the spread as independent.
        """
        at, share, beyond = self._between(days)
        rows = np.arange(len(self))
        weight = share[:, None]
        values = self.nodes[rows, at - 1] * (1 - weight) + self.nodes[rows, at] * weight
        late = beyond > 1
        if late.any():
            last = self.nodes[late, -1]
            mean = self.mean[late, -1][:, None]
            grown = mean * beyond[late, None] + (last - mean) * np.sqrt(beyond[late, None])
            values[late] = np.maximum(grown, 0.0)
        if lead_deviation is not None and lead_deviation.any():
            mean = self.mean_over(days)
            rate = mean / np.maximum(days, 1.0)
            waiting = (rate * lead_deviation)[:, None] * _DEVIATES
            spread = values - mean[:, None]
            joined = np.hypot(spread, waiting) * np.where(_DEVIATES >= 0, 1.0, -1.0)
            varies = (lead_deviation > 0)[:, None]
            values = np.where(varies, np.maximum(mean[:, None] + joined, 0.0), values)
        return values

    def _between(self, days: Floats) -> tuple[NDArray[np.intp], Floats, Floats]:
        wanted = np.maximum(np.asarray(days, float), 0.0)
        at = np.clip(np.searchsorted(self.days, wanted), 1, self.days.size - 1)
        share = (wanted - self.days[at - 1]) / (self.days[at] - self.days[at - 1])
        return at, np.minimum(share, 1.0), wanted / self.days[-1]


def _usable(values: Floats) -> Floats:
    """A copy in which what is not finite, or negative, is zero."""
    found = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    return np.ascontiguousarray(np.maximum(found, 0.0))


def _at_nodes(levels: Floats, quantiles: Floats, mean: Floats) -> Floats:
    """Quantiles (L, ...) at the nodes (K, ...): linear between levels, a normal's tails beyond
    them, none below 0."""
    found = np.empty((_NODES.size, *mean.shape))
    top = float(levels[-1])
    growth = _NORMAL.inv_cdf(top) if 0.5 < top < 1 else 0.0
    bottom = float(levels[0])
    fall = _NORMAL.inv_cdf(bottom) if 0 < bottom < 0.5 else 0.0
    lack = np.maximum(mean - quantiles[0], 0.0)
    excess = np.maximum(quantiles[-1] - mean, 0.0)
    for k, p in enumerate(_NODES):
        if p <= levels[0]:
            less = float(_DEVIATES[k]) / fall - 1.0 if fall < 0 else 0.0
            found[k] = np.maximum(quantiles[0] - lack * less, 0.0)
        elif p >= top:
            more = float(_DEVIATES[k]) / growth - 1.0 if growth > 0 else 0.0
            found[k] = quantiles[-1] + excess * more
        else:
            j = int(np.searchsorted(levels, p))
            share = (p - levels[j - 1]) / (levels[j] - levels[j - 1])
            found[k] = quantiles[j - 1] * (1 - share) + quantiles[j] * share
    return found


def left(values: Floats, level: Floats) -> Floats:
    """E[(level - D)+] (N,) of demand at the nodes (N, K)."""
    return np.maximum(level[:, None] - values, 0.0) @ WEIGHTS


def short(values: Floats, level: Floats) -> Floats:
    """E[(D - level)+] (N,) of demand at the nodes (N, K)."""
    return np.maximum(values - level[:, None], 0.0) @ WEIGHTS


def within(values: Floats, level: Floats) -> Floats:
    """P(D <= level) (N,) of demand at the nodes (N, K)."""
    return (values <= level[:, None]) @ WEIGHTS
