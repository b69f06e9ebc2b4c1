"""(s, S): at a review below s, order up to S. The exact optimum for independent periods.

Zheng and Federgruen (1991), Finding optimal (s, S) policies is about as simple as evaluating a
single policy; backlogged demand, whole units.
"""

import math
from dataclasses import dataclass

import numpy as np

from .distribution import Demand, Floats


@dataclass(frozen=True)
class OrderUpTo:
    """Order if the position is at or below ``point``, up to ``target``; cost per period."""

    point: int
    target: int
    cost: float


class _Renewal:
    """m(j): expected periods that the position spends j below the target; M(j) their sum."""

    def __init__(self, pmf: Floats) -> None:
        if pmf[0] >= 1:
            raise ValueError("without demand nothing needs to be ordered")
        self._pmf = pmf
        self.spent = [1.0 / (1.0 - pmf[0])]
        self.total = [0.0]

    def reach(self, count: int) -> None:
        pmf = self._pmf
        while len(self.spent) < count:
            j = len(self.spent)
            top = min(j, pmf.size - 1)
            past = np.asarray(self.spent[j - top : j])[::-1]
            self.spent.append(float(pmf[1 : top + 1] @ past) / (1.0 - pmf[0]))
        while len(self.total) <= count:
            self.total.append(self.total[-1] + self.spent[len(self.total) - 1])


def cost_of(
    point: int, target: int, order_cost: float, period_cost: dict[int, float], renewal: _Renewal
) -> float:
    """Long-run cost per period; ``period_cost`` by position after the order."""
    count = target - point
    renewal.reach(count)
    total = math.fsum(renewal.spent[j] * period_cost[target - j] for j in range(count))
    return float((order_cost + total) / renewal.total[count])


class _Costs(dict[int, float]):
    def __init__(self, over: Demand, holding_cost: float, shortage_cost: float) -> None:
        super().__init__()
        self._over, self._holding, self._shortage = over, holding_cost, shortage_cost

    def __missing__(self, y: int) -> float:
        held, short = float(self._over.left(y)), float(self._over.short(y))
        self[y] = self._holding * held + self._shortage * short
        return self[y]


def evaluate(
    point: int,
    target: int,
    order_cost: float,
    holding_cost: float,
    shortage_cost: float,
    period: Demand,
    over_protection: Demand | None = None,
) -> float:
    """Cost per period of a given policy. ``over_protection`` is demand over lead time and one
    period, where there is a lead time.
    """
    if target <= point:
        raise ValueError("the target must lie above the point")
    over = over_protection or period
    costs = _Costs(over, holding_cost, shortage_cost)
    return cost_of(point, target, order_cost, costs, _Renewal(period.counts()))


def best(
    order_cost: float,
    holding_cost: float,
    shortage_cost: float,
    period: Demand,
    over_protection: Demand | None = None,
) -> OrderUpTo:
    """The best policy; costs per order, per unit left and per unit waiting at a period's end."""
    if min(holding_cost, shortage_cost) <= 0 or order_cost < 0:
        raise ValueError("holding and shortage must cost something")
    over = over_protection or period
    costs = _Costs(over, holding_cost, shortage_cost)
    renewal = _Renewal(period.counts())
    start = math.ceil(over.quantile(shortage_cost / (holding_cost + shortage_cost)))
    while costs[start - 1] < costs[start]:
        start -= 1

    def cost(point: int, target: int) -> float:
        return cost_of(point, target, order_cost, costs, renewal)

    point, target = start - 1, start
    while cost(point, target) > costs[point]:
        point -= 1
    least = cost(point, target)
    tried = target + 1
    while costs[tried] <= least:
        if cost(point, tried) < least:
            target = tried
            while cost(point, target) <= costs[point + 1]:
                point += 1
            least = cost(point, target)
        tried += 1
    return OrderUpTo(point, target, least)
