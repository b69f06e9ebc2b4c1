"""Backtests of a simulated shop: by group and horizon, honest about what is behind them."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.serving import Served, serving
from domains.forecasting.known import forget_promotions, known
from domains.simulated import job, opened
from omnix import app
from omnix.domains.forecasting import catalogue, history
from omnix.domains.forecasting.backtests import study
from omnix.domains.forecasting.backtests.desk import get, groups, listing
from omnix.domains.forecasting.backtests.model import KINDS, Backtest, Group
from omnix.domains.forecasting.backtests.run import run
from omnix.engine.forecast.backtest import rolling_cuts
from omnix.engine.forecast.patterns import PATTERNS
from omnix.kit.errors import NotFound
from omnix.platform.jobs import Cancelled, work_once
from omnix.ports import Ports

pytestmark = pytest.mark.anyio
ASKED = {"horizon_days": 28, "origins": 3}


async def _made(ports: Ports, **asked: Any) -> Backtest:
    told = await run(job(ports), {**ASKED, **asked})
    return await get(ports, told["backtest_id"])


async def _groups(ports: Ports, kind: Any) -> list[Group]:
    found: list[Group] = []
    cursor = None
    while True:
        page = await groups(ports, "job_test", kind, 7, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def test_figures_by_group_add_up_to_the_whole(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        made = await _made(ports)
        assert made.origins == ["2025-12-04", "2025-11-06", "2025-10-09"]
        assert [(p.first, p.last) for p in made.all.parts] == [(1, 7), (8, 14), (15, 28)]
        whole = made.all.whole
        assert whole.origins == 3
        assert whole.coverage_80 == pytest.approx(0.8, abs=0.06)
        assert whole.value_added is not None
        assert whole.value_added > 0.15  # the shop was simulated with weekdays and noise
        assert len(made.steps) == 28
        assert made.total is not None
        assert made.total.whole.series == 1
        assert {g.kind for g in made.groups} == set(KINDS)
        for kind in ("category", "class"):
            found = await _groups(ports, kind)
            assert len(found) == next(g.kept for g in made.groups if g.kind == kind) > 1
            assert sum(g.whole.observations for g in found) == whole.observations
            assert sum(g.whole.series for g in found) == whole.series
            for group in found:
                parts = sum(p.figures.observations for p in group.parts)
                assert parts == group.whole.observations
                assert [o.forecast_date for o in group.by_origin] == made.origins
        assert {g.name for g in await _groups(ports, "location")} == {"shop-1", "shop-2"}
        brief = (await listing(ports, 10, None)).items
        assert [(b.id, b.whole) for b in brief] == [(made.id, whole)]


async def test_a_group_is_what_its_days_say(shop_data: Path) -> None:
    """One category's WAPE of one origin, from the engine's forecast of that day alone."""
    async with opened(shop_data) as ports:
        await forget_promotions(ports)
        made = await _made(ports, origins=1)
        span = await history.window(ports)
        assert span is not None
        products = await catalogue.active(ports)
        past = await history.read(ports, span, products, all=True)
        cut = span.days - 28
        from omnix.engine.forecast import forecast

        days = (await known(ports, past)).signals(len(products))
        at = forecast(past.by_product.until(cut), 28, signals=days)
        by_id = {p.id: p for p in products}
        name = (await _groups(ports, "category"))[0].name
        rows = [n for n, id in enumerate(past.products) if by_id[id].category == name]
        started = past.by_product.start[rows, None] <= np.arange(cut, span.days)
        truth = np.where(started, past.by_product.values[rows, cut:], np.nan)
        error = np.nansum(np.abs(at.mean[rows] - truth))
        told = (await _groups(ports, "category"))[0].whole
        assert told.wape == pytest.approx(error / np.nansum(truth), abs=2e-4)
        assert told.observations == np.isfinite(truth).sum()
        assert made.all.whole.origins == 1


async def test_classes_know_nothing_of_what_came_later(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        span = await history.window(ports)
        assert span is not None
        products = await catalogue.active(ports)
        past = await history.read(ports, span, products, all=True)
        by_id = {p.id: p for p in products}
        cut = rolling_cuts(span.days, 28, 3)[-1]
        plain, patterns = study.by_class(by_id, past, cut), study.by_pattern(past, cut)
        past.by_product.values[:, cut:] *= 100
        later = study.by_class(by_id, past, cut)
        assert plain.names == later.names
        assert (plain.code == later.code).all()
        assert (study.by_pattern(past, cut).code == patterns.code).all()
        assert set(patterns.names) <= set(PATTERNS)
        past.by_product.values[3, cut - 40 : cut] *= 1e4
        assert (
            study.by_class(by_id, past, cut)
            .names[study.by_class(by_id, past, cut).code[3]]
            .startswith("A")
        )


async def test_history_decides_how_many_origins_there_are(shop_data: Path, tmp_path: Path) -> None:
    async with opened(shop_data) as ports:
        made = await _made(ports, origins=12, horizon_days=91)
        assert (made.asked, len(made.origins)) == (12, 8)
        assert made.all.whole.origins == 8
        assert made.all.parts[-1].last == 91
    (tmp_path / "none").mkdir()
    async with opened(tmp_path / "none") as ports:
        told = await run(job(ports), ASKED)
        assert (told["backtest_id"], told["reason"]) == (None, "nothing was sold yet")
        with pytest.raises(NotFound):
            await get(ports, "job_test")


async def test_too_short_a_history_is_told(
    shop_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(shop_data) as ports:
        window = history.window

        async def short(ports: Ports) -> history.Window | None:
            span = await window(ports)
            assert span is not None
            return history.Window(span.last - timedelta(days=39), span.last)

        monkeypatch.setattr(history, "window", short)
        told = await run(job(ports), ASKED)
        assert told == {
            "backtest_id": None,
            "reason": "40 days of sales are too few to look 28 ahead",
        }
        assert (await listing(ports, 10, None)).items == []


async def test_a_run_that_comes_again_changes_nothing(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        first = await _made(ports, origins=1)
        before = [await _groups(ports, kind) for kind in KINDS]
        assert await _made(ports, origins=1) == first
        assert [await _groups(ports, kind) for kind in KINDS] == before
        assert len((await listing(ports, 10, None)).items) == 1


class _Stopped:
    """A job whose user asks it to stop at its fourth sign of progress."""

    id = "job_test"

    def __init__(self, ports: Ports) -> None:
        self.ports, self.told = ports, 0

    async def progress(self, *_: Any) -> None:
        self.told += 1
        if self.told == 4:
            raise Cancelled


async def test_cancelled_it_stops_and_stores_nothing(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        with pytest.raises(Cancelled):
            await run(_Stopped(ports), ASKED)  # type: ignore[arg-type]
        assert (await listing(ports, 10, None)).items == []


@pytest.fixture
async def served(shop_data: Path) -> AsyncIterator[Served]:
    async with serving(shop_data) as served:
        yield served


async def test_over_http(served: Served) -> None:
    asked = await served.call("POST", "/forecasts/backtests", json={"origins": 2})
    assert asked.status_code == 202
    while await work_once(served.ports, app.JOBS):
        pass
    told = (await served.call("GET", f"/jobs/{asked.json()['id']}")).json()
    assert told["state"] == "done", told
    id = told["result"]["backtest_id"]
    made = (await served.call("GET", f"/forecasts/backtests/{id}")).json()
    assert made["all"]["whole"]["origins"] == 2
    assert made["definitions"]["value_added"]
    first = (await served.call("GET", f"/forecasts/backtests/{id}/groups?limit=2")).json()
    assert len(first["items"]) == 2
    more = {"limit": 200, "cursor": first["next_cursor"]}
    rest = (await served.call("GET", f"/forecasts/backtests/{id}/groups", params=more)).json()
    assert len(rest["items"]) + 2 == sum(g["kept"] for g in made["groups"])
    one = await served.call("GET", f"/forecasts/backtests/{id}/groups?kind=class")
    assert {item["kind"] for item in one.json()["items"]} == {"class"}
    listed = (await served.call("GET", "/forecasts/backtests?limit=1")).json()
    assert listed["items"][0]["id"] == id
    for wrong in ({"origins": 13}, {"horizon_days": 0}, {"orgins": 2}):
        answer = await served.call("POST", "/forecasts/backtests", json=wrong)
        assert answer.status_code == 400, wrong
    for path in ("/forecasts/backtests/none", "/forecasts/backtests/none/groups"):
        assert (await served.call("GET", path)).status_code == 404
    assert date.fromisoformat(made["last_day"]) - timedelta(days=27) == date.fromisoformat(
        made["origins"][0]
    )
