"""Many products, one budget: money goes where it saves most.

The Lagrangian of the constrained problem: at a price of money each product takes the quantity
that is best for it, and the price is raised until the sum fits. What is left over goes, pack by
pack, to the greatest saving per unit of money.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .ahead import Floats


@dataclass(frozen=True)
class Spending:
    """``chosen[i]`` is the option taken of product i; ``spent`` is never above the budget.

    ``price`` is what one more unit of money would have saved, about.
    """

    chosen: Sequence[int]
    spent: float
    cost: float
    price: float


def within_budget(spend: Sequence[ArrayLike], cost: Sequence[ArrayLike], budget: float) -> Spending:
    """Choose one option of each product. The first option of each must cost no money.

    ``spend[i]`` are the options' purchase values, ``cost[i]`` their expected costs.
    """
    values = [np.asarray(each, float) for each in spend]
    costs = [np.asarray(each, float) for each in cost]
    for value, expected in zip(values, costs, strict=True):
        if value.size == 0 or value.shape != expected.shape or value[0] != 0 or value.min() < 0:
            raise ValueError("each product needs options, the first of which spends nothing")
    if budget < 0:
        raise ValueError("a budget cannot be negative")
    chosen, low = _at(values, costs, 0.0), 0.0
    if _sum(values, chosen) > budget:
        high = 1e-9
        while _sum(values, _at(values, costs, high)) > budget:
            low, high = high, high * 4
        for _ in range(60):
            middle = (low + high) / 2
            if _sum(values, _at(values, costs, middle)) > budget:
                low = middle
            else:
                high = middle
        chosen, low = _at(values, costs, high), high
        _spend_rest(values, costs, chosen, budget)
    return Spending(chosen, _sum(values, chosen), _sum(costs, chosen), low)


def _at(values: Sequence[Floats], costs: Sequence[Floats], price: float) -> list[int]:
    return [int(np.argmin(c + price * v)) for v, c in zip(values, costs, strict=True)]


def _sum(of: Sequence[Floats], chosen: Sequence[int]) -> float:
    return float(sum(each[k] for each, k in zip(of, chosen, strict=True)))


def _spend_rest(
    values: Sequence[Floats], costs: Sequence[Floats], chosen: list[int], budget: float
) -> None:
    rest = budget - _sum(values, chosen)
    while True:
        best: tuple[float, int, int] | None = None
        for i, (value, cost) in enumerate(zip(values, costs, strict=True)):
            more, saved = value - value[chosen[i]], cost[chosen[i]] - cost
            fits = (more > 0) & (more <= rest) & (saved > 0)
            if fits.any():
                worth = np.where(fits, saved / np.where(fits, more, 1.0), 0.0)
                k = int(np.argmax(worth))
                if best is None or worth[k] > best[0]:
                    best = (float(worth[k]), i, k)
        if best is None:
            return
        _, i, k = best
        rest -= float(values[i][k] - values[i][chosen[i]])
        chosen[i] = k


def share_out(
    stock: int, values: Sequence[Floats], weights: Floats, margins: ArrayLike
) -> list[int]:
    """Divide ``stock`` between places so that the expected margin lost is least.

    ``values[i]`` is demand of place i at nodes with ``weights``: each unit goes where it is most
    likely to be sold, by margin. Exact, since what a place gains by a unit only falls.
    """
    margin = np.asarray(margins, float)
    given = [0] * len(values)
    gains = [_gain(values[i], weights, 0, margin[i]) for i in range(len(values))]
    for _ in range(max(0, stock)):
        if not gains:
            break
        i = int(np.argmax(gains))
        if gains[i] <= 0:
            break
        given[i] += 1
        gains[i] = _gain(values[i], weights, given[i], margin[i])
    return given


def _gain(values: Floats, weights: Floats, have: int, margin: float) -> float:
    sold = np.minimum(values, have + 1) - np.minimum(values, have)
    return float(margin * (sold @ weights))
