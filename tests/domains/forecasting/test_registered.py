"""What the registry of models knows of each night's forecasts, and what it makes of what came."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from domains.forecasting.known import known
from domains.simulated import Job, advance, opened
from omnix.domains.forecasting import catalogue, history, make, realised, registered, service
from omnix.domains.forecasting.declare import FORECAST_MODEL
from omnix.domains.forecasting.model import Accuracy
from omnix.domains.ml import desk
from omnix.domains.ml import service as registry
from omnix.domains.ml.model import Version, Watch
from omnix.domains.orders.declare import SALES
from omnix.domains.products.declare import PRODUCTS
from omnix.ports import Ports, Query

pytestmark = pytest.mark.anyio


async def _night(ports: Ports, id: str) -> Watch:
    await service.forecast_all(Job(ports, id=id), {})  # type: ignore[arg-type]
    return (await desk.watches(ports, FORECAST_MODEL, 1, None)).items[0]


async def _sold_again(ports: Ports, days: int, times: int) -> None:
    """What was sold on the last ``days`` days of the shop's data, sold again on as many after."""
    columns = ", ".join(f'"{name}"' for name in SALES.columns)
    rows = await ports.lake.rows(
        Query(
            "again", "The last days.",
            f"SELECT {columns} FROM sales WHERE day > DATE '2025-12-31' - {days}",
            ("sales",),
        )
    )  # fmt: skip
    made: dict[str, list[object]] = {name: [] for name in SALES.columns}
    shift = timedelta(days=days)
    for row in rows:
        later = {**row, "at": row["at"] + shift, "day": row["day"] + shift}
        later |= {"month": f"{later['day']:%Y-%m}", "quantity": times * row["quantity"]}
        later["order_id"] = f"{row['order_id']}-again"
        for name, column in made.items():
            column.append(later[name])
    await ports.lake.append(SALES, made)


def _groups_are_those_of_the_registry(run: Accuracy, version: Version) -> None:
    """What the accuracy page tells of a group is what the registry keeps of it."""
    scores = {score.group: score for score in version.scores}
    assert {group.kind for group in run.groups} == {"category", "class", "pattern"}
    for group in run.groups:
        score = scores[f"{group.kind}:{group.name}"]
        assert (group.series, group.coverage_80) == (score.series, score.values["coverage_80"])
        assert group.coverage_80 is None or 0.0 <= group.coverage_80 <= 1.0
    for kind in ("category", "class", "pattern"):
        mine = [group for group in run.groups if group.kind == kind]
        assert sum(group.series for group in mine) == run.series
        days = sum(group.observations for group in mine)
        held = sum((group.coverage_80 or 0.0) * group.observations for group in mine)
        assert held / days == pytest.approx(run.coverage_80, abs=0.005)


async def test_a_night_is_registered_with_its_lineage(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        seen = await _night(ports, "job_1")
        assert seen.label == "unknown"  # there was nothing to compare with
        version = await registry.champion(ports, FORECAST_MODEL)
        assert version is not None
        assert (version.algorithm, version.data.last_day) == ("ets_tsb", "2025-12-31")
        assert version.code.startswith("0.")
        whole = version.score()
        assert whole is not None
        assert whole.origins == 3
        assert whole.series > 40
        run = await service.accuracy(ports)
        assert whole.values["wape"] == run.wape
        kinds = {score.group.partition(":")[0] for score in version.scores}
        assert kinds == {"all", "category", "class", "pattern"}
        _groups_are_those_of_the_registry(run, version)
        assert set(version.profile) == {"demand level", "price", "mix of categories"}
        again = await _night(ports, "job_2")
        second = await registry.champion(ports, FORECAST_MODEL)
        assert second is not None
        assert second.version == 2
        assert second.data == version.data  # the same data, so the same fingerprint
        assert {m.label for m in again.moved} == {"none"}


async def test_what_came_is_compared_with_what_was_forecast(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await _night(ports, "job_1")
        assert await ports.blobs.list("forecasting/made/") == ["forecasting/made/2026-01-01.npz"]
        await _sold_again(ports, 28, 1)
        advance(ports, days=28)
        usual = await _night(ports, "job_2")
        (real,) = usual.realised
        assert (real.made_on, real.days) == ("2026-01-01", 28)
        assert real.series >= 40
        assert real.label == "none", real
        assert abs(real.others["bias"]) < 0.25
        assert (await registry.standing(ports, FORECAST_MODEL)).drift in ("none", "watch")


async def test_realised_errors_against_a_loop(shop_data: Path) -> None:
    """The figures of what came true, from the forecasts as they were stored for users."""
    async with opened(shop_data) as ports:
        span = await history.window(ports)
        assert span is not None
        products = await catalogue.active(ports)
        cut = history.Window(span.first, span.last - timedelta(days=28))
        then = await history.read(ports, cut, products, all=True)
        made, _, _ = await make.engine(then, await known(ports, then))
        assert await realised.keep(ports, then, made, 0.5)
        assert not await realised.keep(ports, then, made, 0.5)
        past = await history.read(ports, span, products, all=True)
        found = await realised.came_true(ports, past)
        assert found is not None
        error = actual = loss = 0.0
        for row in range(len(past.products)):
            for day in range(28):
                truth = float(past.by_product.values[row, cut.days + day])
                if np.isnan(truth):
                    continue
                actual += truth
                error += abs(float(made.mean[row, day]) - truth)
                for k, level in enumerate(made.levels):
                    gap = truth - float(made.quantiles[row, day, k])
                    loss += max(level * gap, (level - 1) * gap) / len(made.levels)
        assert found.others["wape"] == pytest.approx(error / actual, abs=1e-3)
        assert found.expected == 0.5
        assert found.value == pytest.approx(2 * loss / actual, abs=1e-3)


async def test_four_times_the_demand_drifts(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await _night(ports, "job_1")
        await _sold_again(ports, 28, 4)
        advance(ports, days=28)
        seen = await _night(ports, "job_2")
        assert seen.label == "drifted"
        (real,) = seen.realised
        assert real.label == "drifted"
        assert real.others["bias"] < -0.5
        assert "where the backtest let expect" in seen.text
        assert (await registry.standing(ports, FORECAST_MODEL)).drift == "drifted"
        told = (await ports.bus.read("test", ["model.drifted"])).events
        assert len(told) == 1


async def test_prices_that_double_move_the_profile(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await _night(ports, "job_1")
        items = []
        async for chunk in ports.records.scan(PRODUCTS):
            items += [{**one, "price_minor": 10 * one["price_minor"]} for one in chunk]
        await ports.records.load(PRODUCTS, items)
        seen = await _night(ports, "job_2")
        labels = {m.feature: m.label for m in seen.moved}
        assert labels["price"] == "drifted"
        assert labels["demand level"] == "none"


async def test_forecasts_put_aside_are_few(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        span = await history.window(ports)
        assert span is not None
        products = await catalogue.active(ports)
        past = await history.read(ports, span, products, all=True)
        made, _, _ = await make.engine(past, await known(ports, past))
        kept = 0
        for day in range(0, 120, 3):
            window = history.Window(span.first, span.last + timedelta(days=day))
            moved = replace(past, window=window)
            kept += await realised.keep(ports, moved, made, None)
        assert kept == 14  # every ninth day, the first multiple of three after a week
        names = await ports.blobs.list("forecasting/made/")
        days = [date.fromisoformat(name[-14:-4]) for name in names]
        assert max(days) - min(days) <= timedelta(days=63)
        assert len(days) <= 9


def test_a_category_that_is_new_is_among_the_others() -> None:
    first = registered._mix({"Tea": 10.0, "Oil": 5.0}, None)
    assert (first.names, first.counts) == (["Oil", "Tea", "(others)"], [5, 10, 0])
    later = registered._mix({"Tea": 1.0, "Ink": 7.0}, first)
    assert (later.names, later.counts) == (first.names, [0, 1, 7])
