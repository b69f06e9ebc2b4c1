"""Stages of supply: the routes' functions against enumeration and the textbook."""

from itertools import product
from math import sqrt

import pytest

from omnix.domains.inventory.echelon_routes import (
    MOST_PERIODS,
    LineIn,
    LinkIn,
    Network,
    StageIn,
    line_levels,
    place_stock,
)
from omnix.kit.errors import Invalid
from omnix.platform.turns import Turns

pytestmark = pytest.mark.anyio
STAGES = (
    StageIn(id="plant", time=3, holding=1.0),
    StageIn(id="depot", time=2, holding=2.0),
    StageIn(id="north", time=1, holding=4.0, deviation=6.0, promised=0),
    StageIn(id="south", time=2, holding=3.0, deviation=8.0, promised=1),
)
LINKS = (
    LinkIn(source="plant", target="depot"),
    LinkIn(source="depot", target="north"),
    LinkIn(source="depot", target="south"),
)


def _slow() -> float:
    """Every choice of service times that keeps the promises."""
    pooled = sqrt(6**2 + 8**2)
    best = float("inf")
    for plant, depot, north, south in product(range(4), range(6), range(1), range(2)):
        covered = (3 - plant, plant + 2 - depot, depot + 1 - north, depot + 2 - south)
        if min(covered) < 0:
            continue
        roots = [1.645 * sqrt(periods) for periods in covered]
        cost = roots[0] * pooled + 2 * roots[1] * pooled + 4 * roots[2] * 6 + 3 * roots[3] * 8
        best = min(best, cost)
    return best


async def test_the_cheapest_placement_is_found() -> None:
    placed = await place_stock.fn(Turns(), Network(stages=STAGES, links=LINKS))
    assert placed.cost == pytest.approx(_slow())
    assert [stage.id for stage in placed.stages] == ["plant", "depot", "north", "south"]
    assert placed.stages[2].service_time == 0


async def test_the_textbook_line_of_three_stages() -> None:
    """Snyder and Shen, example 6.1."""
    line = LineIn(
        lead_times=(1, 1, 2),
        echelon_holding=(3, 2, 2),
        shortage_cost=37.12,
        demand_mean=5,
        demand_deviation=1,
    )
    assert (await line_levels.fn(Turns(), line)).cost == pytest.approx(47.65, abs=0.2)


async def test_what_is_no_tree_or_too_long_is_refused() -> None:
    with pytest.raises(Invalid, match="tree"):
        await place_stock.fn(Turns(), Network(stages=STAGES, links=LINKS[:2]))
    long = StageIn(id="far", time=MOST_PERIODS, holding=1.0)
    with pytest.raises(Invalid, match="sum"):
        await place_stock.fn(Turns(), Network(stages=(STAGES[0], long), links=()))
    line = LineIn(
        lead_times=(1,), echelon_holding=(1, 2), shortage_cost=9, demand_mean=5, demand_deviation=1
    )
    with pytest.raises(Invalid, match="each lead time"):
        await line_levels.fn(Turns(), line)
