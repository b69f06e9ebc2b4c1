"""Lot sizes over a known horizon: which periods to order in, and how much (Wagner and Whitin).

Wagner and Whitin (1958), Dynamic version of the economic lot size model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class LotPlan:
    """What to order at the start of each period, and what that costs in all."""

    quantities: Sequence[float]
    cost: float


def wagner_whitin(
    demand: ArrayLike, order_cost: ArrayLike, holding_cost: ArrayLike, unit_cost: ArrayLike = 0.0
) -> LotPlan:
    """The cheapest plan that meets all demand in time.

    ``demand`` of T periods; costs are one number or one a period. Holding is per unit left at a
    period's end. Of equally cheap plans, the one whose lots last longest.
    """
    needed = np.asarray(demand, float)
    periods = needed.size
    if periods and (not np.isfinite(needed).all() or needed.min() < 0):
        raise ValueError("demand must be finite and not negative")
    lump, holding, unit = (
        np.broadcast_to(np.asarray(cost, float), (periods,))
        for cost in (order_cost, holding_cost, unit_cost)
    )
    least = np.zeros(periods + 1)
    until = np.zeros(periods, int)
    for first in range(periods - 1, -1, -1):
        # Carrying a unit into period k costs the holding of all periods before it.
        carried = np.concatenate([[0.0], np.cumsum(holding[first:-1])])
        served = needed[first:]
        cost = lump[first] * (np.cumsum(served) > 0)
        cost = cost + unit[first] * np.cumsum(served) + np.cumsum(served * carried)
        cost = cost + least[first + 1 :]
        last = int(np.flatnonzero(cost <= cost.min() + 1e-9)[-1])
        least[first], until[first] = cost[last], first + last + 1
    quantities = [0.0] * periods
    first = 0
    while first < periods:
        quantities[first] = float(needed[first : until[first]].sum())
        first = int(until[first])
    return LotPlan(quantities, float(least[0]))
