"""Periodic review with a reorder point and an order-up-to level: (R, s, S).

s covers demand over lead time and one review period at the service level, since the next
chance to order comes a review period later; S adds the mean demand of one more review period.
The quantile is the forecast's own, so no normal distribution is assumed. Silver, Pyke and
Thomas, Inventory and Production Management in Supply Chains, 4th ed., ch. 7.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True)
class TotalDemand:
    """Demand summed over the first days ahead, in units.

    ``days`` ascend; ``mean[i]`` and ``quantiles[i][j]`` belong to ``days[i]`` and ``levels[j]``.
    """

    days: Sequence[int]
    levels: Sequence[float]
    mean: Sequence[float]
    quantiles: Sequence[Sequence[float]]

    def mean_over(self, days: float) -> float:
        """Expected demand over ``days`` days; beyond those known, at the last rate."""
        return _along(self.days, self.mean, days)

    def quantile_over(self, days: float, level: float) -> float:
        """The ``level`` quantile of demand over ``days`` days, never below the one for fewer.

        Between lengths and levels it is interpolated. Beyond the longest length it grows with
        the mean, and its excess with the square root of time; beyond the highest level its
        excess grows as a normal's does.
        """
        curve = [
            _between(self.levels, row, level, mean)
            for row, mean in zip(self.quantiles, self.mean, strict=True)
        ]
        last = self.days[-1]
        if days > last:
            excess = (curve[-1] - self.mean[-1]) * math.sqrt(days / last)
            return max(0.0, self.mean_over(days) + excess)
        highest = 0.0
        rising = [highest := max(highest, value) for value in curve]
        return _along(self.days, rising, days)


def _along(days: Sequence[int], values: Sequence[float], wanted: float) -> float:
    """Linear through the origin and the points, at the last slope's rate beyond them."""
    if wanted <= 0:
        return 0.0
    before_day, before = 0, 0.0
    for day, value in zip(days, values, strict=True):
        if wanted <= day:
            return before + (value - before) * (wanted - before_day) / (day - before_day)
        before_day, before = day, value
    return values[-1] * wanted / days[-1]


def _between(levels: Sequence[float], values: Sequence[float], level: float, mean: float) -> float:
    if level <= levels[0]:
        return values[0]
    for i in range(1, len(levels)):
        if level <= levels[i]:
            share = (level - levels[i - 1]) / (levels[i] - levels[i - 1])
            return values[i - 1] + share * (values[i] - values[i - 1])
    top = levels[-1]
    if level <= top or top <= 0.5:
        return values[-1]
    normal = NormalDist()
    growth = normal.inv_cdf(level) / normal.inv_cdf(top)
    return values[-1] + max(0.0, values[-1] - mean) * (growth - 1.0)


@dataclass(frozen=True)
class Plan:
    """What to order, and the figures that it follows from, in units.

    ``protection_days`` are lead time and review period; ``reorder_point`` s; ``target`` S;
    ``position`` is stock available and on order; ``quantity`` 0 if it is not below s.
    ``low`` where the position may not even last until an order placed now arrives.
    """

    quantity: int
    position: int
    reorder_point: int
    target: int
    safety_stock: float
    protection_days: float
    demand_mean: float
    demand_quantile: float
    low: bool


def plan(
    demand: TotalDemand,
    *,
    available: int,
    on_order: int,
    lead_time_days: float,
    lead_time_deviation_days: float,
    review_days: float,
    service_level: float,
    minimum_quantity: int = 1,
    pack_size: int = 1,
) -> Plan:
    """Order up to S if the position is below s; rounded up to whole packs, at least the minimum.

    A variable lead time adds its own spread: the rate of demand times the deviation, at the
    service level's normal quantile, joined with the forecast's spread as independent.
    """
    protection = lead_time_days + review_days
    mean = demand.mean_over(protection)
    rate = mean / protection if protection > 0 else 0.0
    waiting = NormalDist().inv_cdf(service_level) * rate * lead_time_deviation_days

    def level_over(days: float) -> float:
        expected = demand.mean_over(days)
        spread = max(0.0, demand.quantile_over(days, service_level) - expected)
        return expected + math.hypot(spread, waiting)

    safety = level_over(protection) - mean
    point = math.ceil(mean + safety - 1e-9)
    target = math.ceil(point + demand.mean_over(protection + review_days) - mean - 1e-9)
    position = available + on_order
    quantity = 0
    if position < point:
        wanted = max(target - position, minimum_quantity)
        quantity = -(-wanted // pack_size) * pack_size
    return Plan(
        quantity=quantity,
        position=position,
        reorder_point=point,
        target=target,
        safety_stock=safety,
        protection_days=protection,
        demand_mean=mean,
        demand_quantile=mean + safety,
        low=position < min(point, math.ceil(level_over(lead_time_days) - 1e-9)),
    )
