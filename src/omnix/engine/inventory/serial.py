"""Stages in line, each supplying the next: the best echelon base-stock levels.

Clark and Scarf (1960) decompose the line into one-dimensional problems, from the customer up;
Chen and Zheng (1994) give the recursion used here. Demand is independent from period to period
and waits; Snyder and Shen, 2nd ed., ch. 6.2.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .distribution import Floats


@dataclass(frozen=True)
class Line:
    """Echelon base-stock levels from the customer up, and the cost per period."""

    levels: Sequence[float]
    cost: float


def serial(
    lead_times: Sequence[float],
    echelon_holding: Sequence[float],
    shortage_cost: float,
    demand_mean: float,
    demand_deviation: float,
    review: float = 0.0,
    points: int = 2000,
) -> Line:
    """Normal demand per period; stages are listed from the customer up.

    ``echelon_holding`` is what each stage adds to the holding cost. ``review`` is the time
    between two looks at the customer's stage: 0 where every sale is seen at once. ``points`` of
    the grid of levels; the cost's error falls with its square.
    """
    stages = len(lead_times)
    if stages == 0 or len(echelon_holding) != stages:
        raise ValueError("each stage needs a lead time and a holding cost")
    if min(lead_times) < 0 or review < 0 or min(echelon_holding) <= 0 or shortage_cost <= 0:
        raise ValueError("lead times must not be negative; costs must be above nothing")
    if demand_mean < 0 or demand_deviation <= 0:
        raise ValueError("demand must vary and its mean must not be negative")
    whole = sum(lead_times) + review
    reach = 6 * demand_deviation * math.sqrt(whole)
    low, high = -reach - demand_mean, demand_mean * whole + reach
    level = np.linspace(low, high, points)
    step = float(level[1] - level[0])
    local = float(sum(echelon_holding))
    # What the customer's stage is charged at its echelon's level x at a period's end.
    charged = (shortage_cost + local) * np.maximum(-level, 0.0)
    levels: list[float] = []
    for stage in range(stages):
        periods = lead_times[stage] + (review if stage == 0 else 0.0)
        # Costs are taken at a period's end, when the customer has bought once more.
        until_end = 0.0 if stage == 0 else review * demand_mean
        own = charged + echelon_holding[stage] * (level - until_end)
        expected = _expected(
            own, level, step, demand_mean * periods, demand_deviation * math.sqrt(periods)
        )
        at = int(np.argmin(expected))
        best, least = _vertex(level, expected, at)
        levels.append(best)
        # The next stage pays for leaving this one below its best level.
        charged = np.where(level < best, expected, least)
    return Line(levels, least)


def _expected(cost: Floats, level: Floats, step: float, mean: float, deviation: float) -> Floats:
    """E[cost(level - D)]; beyond the grid the cost goes on as a straight line."""
    if deviation <= 0:
        return _at(cost, level, step, level - mean)
    spread = 6.0 * deviation
    count = max(3, 2 * math.ceil(spread / step) + 1)
    offsets = np.linspace(-spread, spread, count)
    weights = np.exp(-0.5 * (offsets / deviation) ** 2)
    weights /= weights.sum()
    found = np.zeros_like(level)
    for offset, weight in zip(offsets, weights, strict=True):
        found += weight * _at(cost, level, step, level - mean - offset)
    return found


def _at(cost: Floats, level: Floats, step: float, wanted: Floats) -> Floats:
    found = np.interp(wanted, level, cost)
    first, last = (cost[1] - cost[0]) / step, (cost[-1] - cost[-2]) / step
    found = np.where(wanted < level[0], cost[0] + first * (wanted - level[0]), found)
    return np.where(wanted > level[-1], cost[-1] + last * (wanted - level[-1]), found)


def _vertex(level: Floats, cost: Floats, at: int) -> tuple[float, float]:
    """The lowest point of the parabola through the least value and its neighbours."""
    if not 0 < at < level.size - 1:
        return float(level[at]), float(cost[at])
    left, middle, right = (float(c) for c in cost[at - 1 : at + 2])
    bend = left - 2 * middle + right
    if bend <= 0:
        return float(level[at]), middle
    shift = 0.5 * (left - right) / bend
    step = float(level[1] - level[0])
    return float(level[at]) + shift * step, middle - (left - right) ** 2 / (8 * bend)
