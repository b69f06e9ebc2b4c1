"""Demand over some span of time as weighted values: what every policy here is computed from.

Whatever it comes from - samples, a forecast's quantiles, a Poisson or a normal - it ends as
ascending values with weights, so that no formula has to assume a family.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
NODES = 512
"""Equally likely values by which a continuous distribution is represented."""


@dataclass(frozen=True, eq=False)
class Demand:
    """Ascending ``values`` in units, not negative; ``weights`` sum to 1."""

    values: Floats
    weights: Floats

    @staticmethod
    def of(values: ArrayLike, weights: ArrayLike | None = None) -> "Demand":
        """From samples; negative ones (net returns) count as none.

        Raises ValueError for none at all, or one that is not finite.
        """
        given = np.maximum(np.asarray(values, float).ravel(), 0.0)
        shares = np.ones_like(given) if weights is None else np.asarray(weights, float).ravel()
        if given.size == 0 or given.shape != shares.shape or not np.isfinite(given).all():
            raise ValueError("samples must be finite, at least one, each with a weight")
        if not np.isfinite(shares).all() or shares.min() < 0 or shares.sum() <= 0:
            raise ValueError("weights must not be negative, nor all zero")
        order = np.argsort(given, kind="stable")
        return Demand(given[order], shares[order] / shares.sum())

    @staticmethod
    def of_quantiles(levels: Sequence[float], quantiles: Sequence[float]) -> "Demand":
        """From quantiles at ascending ``levels``, linear between them.

        Beyond the highest and the lowest level it goes on as a normal's tails do, not below 0.
        """
        if not levels or len(levels) != len(quantiles):
            raise ValueError("each level needs a quantile, at least one")
        u = (np.arange(NODES) + 0.5) / NODES
        rising = np.maximum.accumulate(np.maximum(np.asarray(quantiles, float), 0.0))
        values = np.interp(u, levels, rising)
        middle = float(np.interp(0.5, levels, rising))
        normal = NormalDist()
        for outer, edge, beyond in (
            (levels[-1], rising[-1], u > levels[-1]),
            (levels[0], rising[0], u < levels[0]),
        ):
            if 0 < outer < 1 and abs(outer - 0.5) > 1e-9 and beyond.any():
                per_deviation = abs(edge - middle) / abs(normal.inv_cdf(outer))
                steps = [normal.inv_cdf(float(p)) - normal.inv_cdf(outer) for p in u[beyond]]
                values[beyond] = edge + per_deviation * np.asarray(steps)
        return Demand.of(values)

    @staticmethod
    def poisson(mean: float) -> "Demand":
        """Poisson, cut where less than 1e-12 is left on either side."""
        if mean < 0 or not math.isfinite(mean):
            raise ValueError("a mean must be finite and not negative")
        if mean == 0:
            return Demand(np.zeros(1), np.ones(1))
        reach = 8.0 * math.sqrt(mean) + 20.0
        counts = np.arange(max(0, math.floor(mean - reach)), math.ceil(mean + reach) + 1)
        logs = counts * math.log(mean) - mean - np.array([math.lgamma(n + 1.0) for n in counts])
        return Demand.of(counts, np.exp(logs))

    @staticmethod
    def normal(mean: float, deviation: float) -> "Demand":
        """Normal at NODES equally likely values; what would be negative is zero."""
        normal = NormalDist()
        u = [normal.inv_cdf((k + 0.5) / NODES) for k in range(NODES)]
        return Demand.of(mean + deviation * np.asarray(u))

    @cached_property
    def mean(self) -> float:
        """Expected demand."""
        return float(self.values @ self.weights)

    @cached_property
    def deviation(self) -> float:
        """Standard deviation."""
        return math.sqrt(max(0.0, float(self.values**2 @ self.weights) - self.mean**2))

    @cached_property
    def _cumulated(self) -> Floats:
        return np.cumsum(self.weights)

    @cached_property
    def _worth(self) -> Floats:
        return np.cumsum(self.weights * self.values)

    def probability(self, x: ArrayLike) -> Floats:
        """P(D <= x)."""
        at = np.searchsorted(self.values, np.asarray(x, float), side="right")
        found: Floats = np.concatenate([[0.0], self._cumulated])[at]
        return found

    def quantile(self, level: float) -> float:
        """The smallest value that demand stays within with probability ``level``."""
        at = int(np.searchsorted(self._cumulated, level - 1e-12))
        return float(self.values[min(at, self.values.size - 1)])

    def left(self, x: ArrayLike) -> Floats:
        """E[(x - D)+]: what remains of ``x``, in units."""
        wanted = np.asarray(x, float)
        at = np.searchsorted(self.values, wanted, side="right")
        below = np.concatenate([[0.0], self._cumulated])[at]
        found: Floats = wanted * below - np.concatenate([[0.0], self._worth])[at]
        return found

    def short(self, x: ArrayLike) -> Floats:
        """E[(D - x)+]: what ``x`` falls short by, in units (the loss function)."""
        found: Floats = np.maximum(self.left(x) - np.asarray(x, float) + self.mean, 0.0)
        return found

    def counts(self) -> Floats:
        """P(D = 0), P(D = 1), ...: each value shared between the whole numbers around it."""
        low = np.floor(self.values).astype(np.int64)
        share = self.values - low
        found = np.zeros(int(low[-1]) + 2)
        np.add.at(found, low, self.weights * (1 - share))
        np.add.at(found, low + 1, self.weights * share)
        return found if found[-1] > 0 or found.size == 1 else found[:-1]


def over_lead_time(
    a_period: Demand, lead_periods: Sequence[float], more: int = 0, chances: ArrayLike | None = None
) -> Demand:
    """Demand over a random number of whole periods plus ``more``, periods independent.

    ``lead_periods`` are equally likely unless ``chances`` says otherwise, such as lead times
    observed; each is rounded up. Values are whole units.
    """
    pmf = a_period.counts()
    lengths = np.ceil(np.maximum(np.asarray(lead_periods, float), 0) - 1e-9).astype(int) + more
    shares = np.ones(lengths.size) if chances is None else np.asarray(chances, float)
    if lengths.size == 0 or shares.shape != lengths.shape or shares.sum() <= 0:
        raise ValueError("at least one lead time, each with a chance")
    longest = int(lengths.max())
    found = np.zeros(longest * (pmf.size - 1) + 1)
    sum_of = np.ones(1)
    for periods in range(longest + 1):
        found[: sum_of.size] += sum_of * shares[lengths == periods].sum()
        sum_of = np.convolve(sum_of, pmf)
    kept = found > 0
    return Demand.of(np.flatnonzero(kept), found[kept])


def normal_short(mean: float, deviation: float, x: float) -> float:
    """E[(D - x)+] of a normal, exactly."""
    if deviation <= 0:
        return max(0.0, mean - x)
    z = (x - mean) / deviation
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return deviation * (density - z * 0.5 * math.erfc(z / math.sqrt(2)))
