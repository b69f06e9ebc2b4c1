"""What price and promotion do to demand, from how a product sold before and after, beside others.

Each change is a contrast: the log ratio of what sold in the weeks after to the weeks before, over
the same ratio of the other products, against the log ratio of the prices (or the depth of the
cut). A product's slope comes from its own contrasts and is drawn to its group's. How much demand
drifts without a change is measured where there was none, so that drift is not taken for an effect.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.effects import Effect, pooled

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

WINDOW_DAYS = 56
PRICE_PRIOR, PRICE_PRIOR_ERROR = -1.5, 1.0
PROMOTION_PRIOR, PROMOTION_PRIOR_ERROR = 2.0, 2.0
_LEAST_DAYS = 14
_LEAST_UNITS = 5.0
_SMALLEST_CHANGE = 0.005
_MOST_PLACEBOS = 2000
_PRODUCTS_DIFFER = 0.3


@dataclass(frozen=True)
class Learnt:
    """An effect on the log of demand, and how many changes of each series [n] tell of it."""

    effect: Effect
    changes: I64


@dataclass(frozen=True)
class _Contrast:
    row: int
    x: float
    ratio: float
    variance: float


class _Sales:
    """Demand beside what the other products of the group sold, seen days without promotion."""

    def __init__(self, demand: F32, depth: F32, group: I64, clump: F64) -> None:
        seen = np.isfinite(demand)
        y = np.where(seen, np.maximum(demand, 0.0), 0.0).astype(np.float64)
        groups = int(group.max()) + 1 if len(group) else 0
        sums = np.zeros((groups, demand.shape[1]))
        np.add.at(sums, group, y)
        all_sold = sums.sum(0)
        share = sums.sum(1, keepdims=True) / max(float(all_sold.sum()), 1e-9)
        # A small group's course would be noise, so the whole shop's counts a little with it.
        self.course = sums + 0.1 * share * all_sold
        self.y, self.seen, self.depth, self.group, self.clump = y, seen, depth, group, clump
        self.plain = seen & (depth <= 0)

    def sums(self, row: int, days: NDArray[np.bool_], first: int) -> tuple[float, float, int]:
        """Units sold and expected on some days from column `first`, and how many days."""
        at = np.flatnonzero(days) + first
        sold = self.y[row, at]
        return float(sold.sum()), float((self.course[self.group[row], at] - sold).sum()), len(at)

    def contrast(
        self, row: int, x: float, before: tuple[float, float, int], after: tuple[float, float, int]
    ) -> _Contrast | None:
        if min(before[2], after[2]) < 1 or before[0] + after[0] < _LEAST_UNITS:
            return None
        if min(before[1], after[1]) <= 0:
            return None
        ratio = np.log((after[0] + 0.5) / (before[0] + 0.5) * before[1] / after[1])
        own = self.clump[row] * (1.0 / (before[0] + 0.5) + 1.0 / (after[0] + 0.5))
        others = self.clump[row] * (1.0 / before[1] + 1.0 / after[1])
        return _Contrast(row, x, float(ratio), float(own + others))


def price_effect(demand: F32, price: F32, depth: F32, group: I64, clump: F64) -> Learnt:
    """Elasticity of each series [n] from steps of its shelf price.

    demand and price [n,t], NaN where not known; depth [n,t] of promotions, whose days are left
    out; clump [n] mean squared over mean units of a purchase.
    """
    sales = _Sales(demand, depth, group, clump)
    found = []
    for row in range(len(demand)):
        found += list(_steps(sales, row, price[row]))
    return _fit(sales, found, len(demand), group, PRICE_PRIOR, PRICE_PRIOR_ERROR)


def _steps(sales: _Sales, row: int, price: F32) -> Iterator[_Contrast]:
    known = np.isfinite(price) & (price > 0)
    logs = np.where(known, np.log(np.where(known, price, 1.0)), np.nan)
    both = known[1:] & known[:-1]
    at = np.flatnonzero(both & (np.abs(np.diff(logs)) > _SMALLEST_CHANGE)) + 1
    edges = [0, *at.tolist(), len(price)]
    for k, day in enumerate(at.tolist(), 1):
        first, last = max(edges[k - 1], day - WINDOW_DAYS), min(edges[k + 1], day + WINDOW_DAYS)
        before = sales.sums(row, sales.plain[row, first:day], first)
        after = sales.sums(row, sales.plain[row, day:last], day)
        if min(before[2], after[2]) < _LEAST_DAYS:
            continue
        made = sales.contrast(row, float(logs[day] - logs[day - 1]), before, after)
        if made is not None:
            yield made


def promotion_effect(demand: F32, depth: F32, group: I64, clump: F64) -> Learnt:
    """Log lift per unit of depth of each series [n], from its promotions beside the days around.

    Arrays as in `price_effect`. A display beside the cut price is part of the lift.
    """
    sales = _Sales(demand, depth, group, clump)
    found = []
    for row in np.flatnonzero((depth > 0).any(1)).tolist():
        on = depth[row] > 0
        edge = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8)))
        for first, stop in edge.reshape(-1, 2).tolist():
            low, high = max(0, first - 28), min(len(on), stop + 28)
            around = sales.sums(row, sales.plain[row, low:high], low)
            during = sales.sums(row, sales.seen[row, first:stop], first)
            if around[2] < _LEAST_DAYS:
                continue
            x = float(depth[row, first:stop].mean())
            made = sales.contrast(row, x, around, during)
            if made is not None:
                found.append(made)
    return _fit(sales, found, len(demand), group, PROMOTION_PRIOR, PROMOTION_PRIOR_ERROR)


def _drift(sales: _Sales) -> float:
    """Variance of contrasts where nothing changed, beyond what chance explains."""
    days = sales.y.shape[1]
    rows = np.flatnonzero(sales.plain.sum(1) >= 2 * _LEAST_DAYS)
    excess, weight = 0.0, 0.0
    for k, row in enumerate(rows[:_MOST_PLACEBOS].tolist()):
        # Spread over the history, or one odd week of the shop would decide.
        day = WINDOW_DAYS + (k * 37) % max(days - 2 * WINDOW_DAYS, 1)
        if day >= days:
            continue
        low, high = max(0, day - WINDOW_DAYS), min(days, day + WINDOW_DAYS)
        made = sales.contrast(
            row,
            0.0,
            sales.sums(row, sales.plain[row, low:day], low),
            sales.sums(row, sales.plain[row, day:high], day),
        )
        if made is not None:
            w = 1.0 / (made.variance + 0.05) ** 2
            excess += w * (made.ratio**2 - made.variance)
            weight += w
    return max(excess / weight, 1e-3) if weight else 0.02


def _fit(
    sales: _Sales, found: list[_Contrast], n: int, group: I64, prior: float, prior_error: float
) -> Learnt:
    drift = _drift(sales)
    row = np.array([each.row for each in found], np.int64)
    x = np.array([each.x for each in found])
    ratio = np.array([each.ratio for each in found])
    weight = 1.0 / (np.array([each.variance for each in found]) + drift)
    precision = np.bincount(row, weight * x * x, n).astype(np.float64)
    own = np.bincount(row, weight * x * ratio, n) / np.maximum(precision, 1e-12)
    own = np.clip(own, -50.0, 50.0)
    effect = pooled(own, precision, group, prior, prior_error, _PRODUCTS_DIFFER)
    return Learnt(effect, np.bincount(row, minlength=n))
