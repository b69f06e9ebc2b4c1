"""Contests between two ways to forecast, group by group."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from domains.simulated import opened
from engine.forecast.panels import retail
from omnix.domains.forecasting.backtests.contest import LEAST_SERIES, contests
from omnix.domains.forecasting.backtests.study import ALL, Grouping
from omnix.domains.forecasting.declare import FORECAST_MODEL
from omnix.domains.forecasting.history import Window
from omnix.domains.ml import service as registry
from omnix.domains.ml.gate import judge
from omnix.domains.ml.model import Data, Trained
from omnix.engine.forecast.backtest import rolling, rolling_cuts
from omnix.engine.forecast.tally import SUMS, Gathered, Tally

pytestmark = pytest.mark.anyio
SPAN = Window(date(2024, 1, 1), date(2024, 12, 25))
LOSS = SUMS.index("pinball")


def _sides() -> tuple[Gathered, Gathered, Grouping]:
    """The engine, and one that is half as far off in the first group and twice in the others."""
    truth = retail(60, 360, level=1.0, spread=0.8, groups=3)
    small = np.where(np.arange(60) < LEAST_SERIES - 1, 3, truth.panel.group)
    grouping = Grouping([f"G{g}" for g in small])
    sides = [
        Gathered(60, {ALL: (1, np.zeros(60, np.int64)), "category": (4, grouping.code)})
        for _ in range(2)
    ]
    times = np.where(grouping.code == 0, 0.5, 2.0)[:, None]
    for one in rolling(truth.panel, 28, rolling_cuts(360, 28, 4)):
        sides[0].add(one)
        sums = one.sums.copy()
        sums[LOSS] *= times
        sides[1].add(Tally(one.origin, one.parts, sums, one.scale, one.steps))
    return sides[0], sides[1], grouping


def test_each_group_has_its_own_and_small_ones_none() -> None:
    champion, challenger, grouping = _sides()
    found = contests(champion, challenger, "category", grouping, SPAN)
    assert {c.group for c in found} == {"all", "category:G0", "category:G1", "category:G2"}
    by_name = {c.group: c for c in found}
    assert all(len(c.origins) == len(c.champion) == len(c.challenger) == 4 for c in found)
    first = by_name["category:G0"]
    assert first.challenger == pytest.approx([0.5 * value for value in first.champion])
    assert judge(FORECAST_MODEL, first).won
    assert not judge(FORECAST_MODEL, by_name["category:G1"]).won
    assert set(first.champion_guards) == {"bias", "coverage_80"}


def test_sides_of_other_origins_are_no_contest() -> None:
    champion, challenger, grouping = _sides()
    challenger.origins[0] += 1
    with pytest.raises(ValueError, match="same origins"):
        contests(champion, challenger, "category", grouping, SPAN)


async def test_the_winner_of_a_group_answers_for_it(tmp_path: Path) -> None:
    champion, challenger, grouping = _sides()
    data = Data(fingerprint="f", first_day="2024-01-01", last_day="2024-12-25", rows=1)
    async with opened(tmp_path) as ports:
        for name in ("a", "b"):
            version = await registry.register(
                ports, FORECAST_MODEL, Trained(algorithm=name, code="c", data=data), name
            )
        await registry.contend(
            ports, FORECAST_MODEL, version,
            contests(champion, challenger, "category", grouping, SPAN),
        )  # fmt: skip
        place = (await registry.standing(ports, FORECAST_MODEL)).now
        assert place is not None
        assert (place.default, place.groups) == (1, {"category:G0": 2})
