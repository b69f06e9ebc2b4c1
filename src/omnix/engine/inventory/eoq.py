"""Economic order quantities: steady demand, a cost for each order, a cost of holding.

Rates are per unit of time, whichever it is, and the same in all arguments. Snyder and Shen,
Fundamentals of Supply Chain Theory, 2nd ed., ch. 3; Hadley and Whitin for the discounts.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal


@dataclass(frozen=True)
class Lot:
    """A quantity and its cost per unit of time, purchase included where prices vary."""

    quantity: float
    cost: float


def economic_quantity(order_cost: float, holding_cost: float, demand_rate: float) -> Lot:
    """Harris' formula. Raises ValueError for a negative argument or free holding."""
    _check(order_cost, demand_rate)
    if holding_cost <= 0:
        raise ValueError("holding must cost something, or the quantity has no bound")
    quantity = math.sqrt(2 * order_cost * demand_rate / holding_cost)
    return Lot(quantity, math.sqrt(2 * order_cost * demand_rate * holding_cost))


def with_backorders(
    order_cost: float, holding_cost: float, shortage_cost: float, demand_rate: float
) -> tuple[Lot, float]:
    """The quantity where demand may wait at ``shortage_cost`` a unit and time; share that waits."""
    if shortage_cost <= 0:
        raise ValueError("a shortage must cost something")
    plain = economic_quantity(order_cost, holding_cost, demand_rate)
    share = shortage_cost / (shortage_cost + holding_cost)
    lot = Lot(plain.quantity / math.sqrt(share), plain.cost * math.sqrt(share))
    return lot, holding_cost / (holding_cost + shortage_cost)


def production_quantity(
    order_cost: float, holding_cost: float, demand_rate: float, production_rate: float
) -> Lot:
    """The quantity where a lot arrives at ``production_rate`` rather than at once."""
    if production_rate <= demand_rate:
        raise ValueError("production must be faster than demand")
    idle = 1 - demand_rate / production_rate
    return economic_quantity(order_cost, holding_cost * idle, demand_rate)


DiscountKind = Literal["all_units", "incremental"]


def purchase_cost(
    quantity: float,
    breaks: Sequence[float],
    unit_costs: Sequence[float],
    kind: DiscountKind = "all_units",
) -> float:
    """What ``quantity`` units cost. From ``breaks[j]`` units on ``unit_costs[j]`` holds: for all
    of them, or for those above the break. ``breaks`` begin with 0 and ascend.
    """
    _check_breaks(breaks, unit_costs)
    if kind == "all_units":
        at = max(j for j, start in enumerate(breaks) if start <= quantity or j == 0)
        return quantity * unit_costs[at]
    ends = [*breaks[1:], math.inf]
    return sum(
        unit * (min(quantity, end) - start)
        for start, end, unit in zip(breaks, ends, unit_costs, strict=True)
        if quantity > start
    )


def discounted_quantity(
    order_cost: float,
    holding_rate: float,
    demand_rate: float,
    breaks: Sequence[float],
    unit_costs: Sequence[float],
    kind: DiscountKind = "all_units",
) -> Lot:
    """The cheapest quantity under quantity discounts.

    Holding costs ``holding_rate`` of a unit's price per unit of time. Of each price, the best
    quantity that gets it is a candidate: its own economic quantity, or the break.
    """
    _check(order_cost, demand_rate)
    _check_breaks(breaks, unit_costs)
    if holding_rate <= 0:
        raise ValueError("holding must cost something, or the quantity has no bound")
    ends = [*breaks[1:], math.inf]
    candidates: list[float] = []
    saved = 0.0
    before = unit_costs[0]
    for start, end, unit in zip(breaks, ends, unit_costs, strict=True):
        if kind == "incremental":
            saved += start * (before - unit)
            before = unit
        lump = order_cost + (saved if kind == "incremental" else 0.0)
        own = math.sqrt(2 * lump * demand_rate / (holding_rate * unit)) if unit > 0 else start
        if start <= own < end:
            candidates.append(own)
        elif own < start and kind == "all_units":
            candidates.append(start)
    lots = [
        Lot(q, _rate(q, order_cost, holding_rate, demand_rate, breaks, unit_costs, kind))
        for q in candidates
        if q > 0
    ]
    return min(lots, key=lambda lot: (lot.cost, lot.quantity)) if lots else Lot(0.0, 0.0)


def _rate(
    quantity: float,
    order_cost: float,
    holding_rate: float,
    demand_rate: float,
    breaks: Sequence[float],
    unit_costs: Sequence[float],
    kind: DiscountKind,
) -> float:
    paid = purchase_cost(quantity, breaks, unit_costs, kind)
    return (order_cost + paid) * demand_rate / quantity + holding_rate * paid / 2


def _check(order_cost: float, demand_rate: float) -> None:
    if not (0 <= order_cost < math.inf and 0 <= demand_rate < math.inf):
        raise ValueError("cost of an order and demand must be finite and not negative")


def _check_breaks(breaks: Sequence[float], unit_costs: Sequence[float]) -> None:
    if not breaks or len(breaks) != len(unit_costs) or breaks[0] != 0:
        raise ValueError("breaks begin with 0 and have a price each")
    if any(b <= a for a, b in pairwise(breaks)) or min(unit_costs) < 0:
        raise ValueError("breaks must ascend and no price be negative")
