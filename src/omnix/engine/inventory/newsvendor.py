"""One order for one season: too many cost so much each, too few so much.

Snyder and Shen, Fundamentals of Supply Chain Theory, 2nd ed., ch. 4.3. The same ratio gives the
base-stock level where orders cost nothing, with demand over lead time and one review period.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from .distribution import Demand


@dataclass(frozen=True)
class Level:
    """An order-up-to level in units, and its expected cost per period."""

    level: float
    cost: float


def critical_ratio(overage_cost: float, underage_cost: float) -> float:
    """The service level that balances one unit too many against one too few."""
    if overage_cost < 0 or underage_cost < 0 or overage_cost + underage_cost <= 0:
        raise ValueError("costs must not be negative, and not both nothing")
    return underage_cost / (overage_cost + underage_cost)


def newsvendor(demand: Demand, overage_cost: float, underage_cost: float) -> Level:
    """The smallest of the best levels for any distribution."""
    level = demand.quantile(critical_ratio(overage_cost, underage_cost))
    cost = overage_cost * float(demand.left(level)) + underage_cost * float(demand.short(level))
    return Level(level, cost)


def newsvendor_normal(
    mean: float, deviation: float, overage_cost: float, underage_cost: float
) -> Level:
    """The same for a normal, exactly. Raises ValueError where a cost is nothing."""
    ratio = critical_ratio(overage_cost, underage_cost)
    if not 0 < ratio < 1:
        raise ValueError("a normal has no end to order up to: both costs must be above nothing")
    z = NormalDist().inv_cdf(ratio)
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return Level(mean + z * deviation, (overage_cost + underage_cost) * deviation * density)


def base_stock(
    period: Demand, over_protection: Demand, holding_cost: float, shortage_cost: float
) -> Level:
    """Order up to this level at each review: backlogged demand, orders that cost nothing.

    ``over_protection`` is demand over lead time and a review period, ``period`` over the latter.
    """
    if over_protection.mean + 1e-9 < period.mean:
        raise ValueError("demand over lead time and a period cannot be below that of the period")
    return newsvendor(over_protection, holding_cost, shortage_cost)
