"""Several products from one supplier: an order costs something shared and something for each.

Silver's procedure with its fractional optimum iterated (Silver, Pyke and Thomas, 4th ed.,
ch. 11.3; Kaspi and Rosenblatt, 1991, start from several base cycles). Topping up an order to
the supplier's minimum, or to free shipping, takes what is cheapest to have early.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class JointCycle:
    """Order every ``base`` units of time; product i in every ``multiples[i]``-th order."""

    base: float
    multiples: Sequence[int]
    quantities: Sequence[float]
    cost: float


def joint_cycle(
    shared_cost: float, own_costs: ArrayLike, holding_costs: ArrayLike, demand_rates: ArrayLike
) -> JointCycle:
    """The cheapest cycle found; steady demand, costs per unit of time. Best of several starts."""
    own, holding, rate = (
        np.asarray(each, float) for each in (own_costs, holding_costs, demand_rates)
    )
    if own.size == 0 or own.shape != holding.shape or own.shape != rate.shape:
        raise ValueError("each product needs its cost of ordering, of holding and its demand")
    if shared_cost < 0 or own.min() < 0 or (holding * rate).min() <= 0:
        raise ValueError("no cost may be negative; holding and demand must be above nothing")
    half = holding * rate / 2
    alone = np.sqrt(own / half)
    together = math.sqrt((shared_cost + own.sum()) / half.sum())
    if shared_cost + own.sum() <= 0:
        raise ValueError("an order must cost something")
    low = max(min(float(alone.min()), together), together / 50)
    best: JointCycle | None = None
    for start in np.geomspace(low, together, 12):
        base, multiples = float(start), np.ones(own.size)
        for _ in range(50):
            ideal = alone / base
            # k is best as long as ideal^2 lies between k(k-1) and k(k+1).
            new = np.maximum(1.0, np.ceil((np.sqrt(1 + 4 * ideal**2) - 1) / 2 - 1e-12))
            base = math.sqrt((shared_cost + float((own / new).sum())) / float((half * new).sum()))
            if (new == multiples).all():
                break
            multiples = new
        cost = (shared_cost + float((own / multiples).sum())) / base
        cost += base * float((half * multiples).sum())
        if best is None or cost < best.cost:
            found = [int(k) for k in multiples]
            quantities = [float(q) for q in rate * multiples * base]
            best = JointCycle(base, found, quantities, cost)
    assert best is not None
    return best


@dataclass(frozen=True)
class TopUp:
    """What each product gets; ``added`` the rise in expected cost. ``reached`` says whether the
    order comes to the value wanted."""

    quantities: Sequence[int]
    value: int
    added: float
    reached: bool


def top_up(
    quantities: Sequence[int],
    unit_costs: Sequence[int],
    pack_sizes: Sequence[int],
    daily_holding: Sequence[float],
    days_early: Sequence[Sequence[float]],
    wanted: int,
) -> TopUp:
    """Raise an order to the value ``wanted``, in minor units, at the least cost of having early.

    The k-th pack more of product i would have been bought ``days_early[i][k]`` days later, which
    ascend; each unit costs ``daily_holding[i]`` a day. Only products with packs listed grow.
    """
    have = list(quantities)
    value = sum(q * c for q, c in zip(have, unit_costs, strict=True))
    taken = [0] * len(have)
    added = 0.0
    while value < wanted:
        best: tuple[float, int] | None = None
        for i, early in enumerate(days_early):
            if taken[i] < len(early) and unit_costs[i] > 0:
                # Beyond the gap money buys nothing, so a large pack is judged by what it fills.
                filled = min(pack_sizes[i] * unit_costs[i], wanted - value)
                price = daily_holding[i] * pack_sizes[i] * early[taken[i]] / filled
                if best is None or price < best[0]:
                    best = (price, i)
        if best is None:
            return TopUp(have, value, added, reached=False)
        i = best[1]
        added += daily_holding[i] * pack_sizes[i] * days_early[i][taken[i]]
        have[i] += pack_sizes[i]
        value += pack_sizes[i] * unit_costs[i]
        taken[i] += 1
    return TopUp(have, value, added, reached=True)
