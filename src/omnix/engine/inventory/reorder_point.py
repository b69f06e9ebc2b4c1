"""(s, Q): as the position falls to s, order Q. By cost, by service level or by fill rate.

Costs are per unit of time, as is ``demand_rate``. Snyder and Shen, Fundamentals of Supply Chain
Theory, 2nd ed., ch. 5; Federgruen and Zheng (1992) for the exact discrete one; Silver, Pyke and
Thomas, 4th ed., ch. 6 for the targets.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

from .distribution import Demand, normal_short


@dataclass(frozen=True)
class ReorderPolicy:
    """Reorder point, quantity, and expected cost per unit of time (NaN where none was told)."""

    point: float
    quantity: float
    cost: float = math.nan


def by_expected_stock(
    order_cost: float,
    holding_cost: float,
    shortage_cost: float,
    demand_rate: float,
    mean: float,
    deviation: float,
) -> ReorderPolicy:
    """Expected-inventory-level approximation for normal lead-time demand (Whitin's iteration).

    ``shortage_cost`` is per unit short, ``mean`` and ``deviation`` are of lead-time demand.
    """
    if min(order_cost, holding_cost, shortage_cost, demand_rate) <= 0 or deviation < 0:
        raise ValueError("costs and demand must be above nothing")
    normal = NormalDist(mean, max(deviation, 1e-12))
    quantity = math.sqrt(2 * order_cost * demand_rate / holding_cost)
    for _ in range(200):
        out = quantity * holding_cost / (shortage_cost * demand_rate)
        if out >= 1:
            raise ValueError("a shortage costs less than holding: nothing would be kept")
        point = normal.inv_cdf(1 - out)
        missing = normal_short(mean, deviation, point)
        following = math.sqrt(
            2 * demand_rate * (order_cost + shortage_cost * missing) / holding_cost
        )
        if abs(following - quantity) < 1e-10 * quantity:
            break
        quantity = following
    missing = normal_short(mean, deviation, point)
    cost = holding_cost * (point - mean + quantity / 2)
    cost += (order_cost + shortage_cost * missing) * demand_rate / quantity
    return ReorderPolicy(point, quantity, cost)


def exact(
    order_cost: float,
    holding_cost: float,
    shortage_cost: float,
    demand_rate: float,
    lead_demand: Demand,
) -> ReorderPolicy:
    """The best (s, Q) in whole units where units sell one by one and demand waits.

    ``shortage_cost`` is per unit waiting and unit of time. Exact for Poisson arrivals.
    """
    if min(holding_cost, shortage_cost) <= 0 or min(order_cost, demand_rate) < 0:
        raise ValueError("holding and shortage must cost something")

    def cost_at(y: int) -> float:
        return holding_cost * float(lead_demand.left(y)) + shortage_cost * float(
            lead_demand.short(y)
        )

    best = math.ceil(lead_demand.quantile(shortage_cost / (holding_cost + shortage_cost)))
    while cost_at(best - 1) <= cost_at(best):
        best -= 1
    low, high = best - 1, best + 1
    total, quantity = order_cost * demand_rate + cost_at(best), 1
    while True:
        below, above = cost_at(low), cost_at(high)
        if min(below, above) >= total / quantity:
            return ReorderPolicy(low, quantity, total / quantity)
        total += min(below, above)
        quantity += 1
        low, high = (low - 1, high) if below <= above else (low, high + 1)


def for_service_level(lead_demand: Demand, level: float) -> float:
    """The point at which a cycle passes without a shortage with probability ``level``."""
    _check(level)
    return lead_demand.quantile(level)


def for_fill_rate(lead_demand: Demand, quantity: float, rate: float) -> float:
    """The smallest point at which the share ``rate`` of demand is met from stock.

    Each cycle sells ``quantity``; the shortages of a cycle may come to the rest of it.
    """
    _check(rate)
    if quantity <= 0:
        raise ValueError("the quantity must be above nothing")
    return _smallest(
        lambda x: float(lead_demand.short(x) - lead_demand.short(x + quantity)),
        (1 - rate) * quantity,
        float(lead_demand.values[-1]),
    )


def fill_rate(lead_demand: Demand, point: float, quantity: float) -> float:
    """The share of demand met from stock under (``point``, ``quantity``)."""
    missing = float(lead_demand.short(point) - lead_demand.short(point + quantity))
    return max(0.0, 1 - missing / quantity)


def fill_rate_up_to(period: Demand, lead: Demand, protection: Demand, level: float) -> float:
    """The share met from stock where each review orders up to ``level``."""
    if period.mean <= 0:
        return 1.0
    missing = float(protection.short(level) - lead.short(level))
    return min(1.0, max(0.0, 1 - missing / period.mean))


def _smallest(falling: Callable[[float], float], most: float, high: float) -> float:
    low = 0.0
    if falling(low) <= most:
        return low
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > most else (low, middle)
    return high


def _check(share: float) -> None:
    if not 0 < share < 1:
        raise ValueError("a target must lie between 0 and 1")
