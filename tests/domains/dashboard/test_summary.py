"""The summary: each figure traced, its ranges, what it costs, and shops that hold little."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.serving import serving
from domains.dashboard import by_hand
from domains.simulated import Counted, advance, facts, follow, job, opened
from omnix.domains.dashboard import analytics, rollups, service
from omnix.domains.dashboard.metrics import METRICS
from omnix.domains.dashboard.model import RANGES, Summary
from omnix.domains.forecasting.service import forecast_all
from omnix.domains.inventory.replenishment import service as replenishment
from omnix.kit.errors import Invalid
from omnix.ports import Ports

pytestmark = pytest.mark.anyio
LAST = date(2025, 12, 31)
TODAY = date(2026, 1, 1)


async def _ready(ports: Ports) -> None:
    await rollups.rebuild(job(ports))
    await forecast_all(job(ports), {})
    await follow(ports)


def _values(summary: Summary) -> dict[str, tuple[Any, Any]]:
    return {metric.name: (metric.value, metric.previous) for metric in summary.metrics}


def _traced(raw: by_hand.Rows, first: date, last: date) -> dict[str, Any]:
    rows = [row for row in raw if first <= row["day"] <= last]
    revenue = sum(row["revenue_minor"] for row in rows)
    orders = len({row["order_id"] for row in rows if row["kind"] == "sale"})
    costed = [row for row in rows if row["cost_minor"] is not None]
    margin = sum(row["revenue_minor"] - row["cost_minor"] for row in costed)
    return {
        "revenue": revenue,
        "orders": orders,
        "units": sum(row["quantity"] for row in rows if row["kind"] != "charge"),
        "aov": round(revenue / orders),
        "customers": len(by_hand.buyers(raw, first, last)),
        "new_customers": len(by_hand.newcomers(raw, first, last)),
        "returning_customers": len(
            by_hand.buyers(raw, first, last) - by_hand.newcomers(raw, first, last)
        ),
        "gross_margin": margin / sum(row["revenue_minor"] for row in costed),
        "returns": -sum(row["revenue_minor"] for row in rows if row["kind"] == "return"),
    }


async def test_every_figure_is_traced(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await _ready(ports)
        raw = await facts(ports)
        for days in (7, 30, 90):
            told = await service.summary(ports, days)
            first = TODAY - timedelta(days=days - 1)
            before = first - timedelta(days=days)
            assert (told.range.first, told.range.last) == (first.isoformat(), TODAY.isoformat())
            values = _values(told)
            assert list(values) == [metric.name for metric in METRICS]
            now, then = (
                _traced(raw, first, TODAY),
                _traced(raw, before, first - timedelta(days=1)),
            )
            whole = _traced(raw, first, LAST)
            as_many = _traced(raw, before + timedelta(days=1), first - timedelta(days=1))
            for name, value in now.items():
                assert values[name] == (pytest.approx(value), pytest.approx(then[name])), name
            for metric in told.metrics:
                if metric.name.endswith("customers"):
                    assert metric.value is not None
                    assert metric.previous
                    assert metric.change == pytest.approx(metric.value / metric.previous - 1)
                elif metric.name in whole:
                    fair = whole[metric.name] / as_many[metric.name] - 1
                    assert metric.change == pytest.approx(fair)
            assert sum(point.revenue_minor for point in told.series) == now["revenue"]
            assert [point.day for point in told.series][-1] == TODAY.isoformat()
            assert len(told.series) == days
            assert [
                (p.product_id, p.revenue_minor, p.units, p.previous_revenue_minor)
                for p in told.top_products
            ] == by_hand.top(raw, first, TODAY, rollups.TOP_PRODUCTS)


async def test_shortages_are_those_of_the_proposals(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await _ready(ports)
        told = await service.summary(ports, 30)
        every, cursor = [], None
        while True:
            page = await replenishment.listing(ports, None, True, 200, cursor)
            every += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        values = _values(told)
        assert values["low_stock"][0] == sum(each.low for each in every)
        assert values["out_of_stock"][0] == sum(
            each.available <= 0 and each.inputs.demand_mean > 0 for each in every
        )
        urgent = sorted((each.urgency for each in every if each.quantity), reverse=True)
        shown = {(each.product_id, each.location_id): each for each in every}
        assert [shown[row.product_id, row.location_id].urgency for row in told.low_stock] == urgent[
            : len(told.low_stock)
        ]
        for row in told.low_stock:
            assert row.proposal_quantity == shown[row.product_id, row.location_id].quantity


async def test_the_fan_continues_the_history(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await _ready(ports)
        told = await service.summary(ports, 30)
        fan = told.demand_forecast
        assert fan is not None
        assert fan.history[-1].day == "2025-12-31"
        assert fan.points[0].day == "2026-01-01"
        assert fan.horizon_days == len(fan.points) == 90
        totals = by_hand.day_totals(await facts(ports))
        assert [point.units for point in fan.history] == [
            totals[point.day]["units"] if point.day in totals else 0 for point in fan.history
        ]
        for point in fan.points:
            assert point.q10 <= point.q25 <= point.q50 <= point.q75 <= point.q90


async def test_it_asks_no_lake_and_few_records(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await _ready(ports)
        for days in RANGES:
            lake, records = Counted(ports.lake), Counted(ports.records)
            counted = replace(ports, lake=lake, records=records)  # type: ignore[arg-type]
            await service.summary(counted, days)
            assert lake.calls == []
            assert len(records.calls) <= 11
            assert set(records.calls) <= {"get", "get_many", "query"}
        lake = Counted(ports.lake)
        await analytics.cohorts(replace(ports, lake=lake))  # type: ignore[arg-type]
        await analytics.rfm(replace(ports, lake=lake))  # type: ignore[arg-type]
        first, last = await analytics.default_range(replace(ports, lake=lake), None, None, 90)  # type: ignore[arg-type]
        await analytics.sales(replace(ports, lake=lake), first, last, "week")  # type: ignore[arg-type]
        assert lake.calls == []


async def test_ranges_follow_a_live_shop_and_stay_with_old_data(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await rollups.rebuild(job(ports))
        assert (await service.summary(ports, 7)).as_of == "2026-01-01"
        advance(ports, days=3)
        quiet = await service.summary(ports, 7)
        assert quiet.as_of == "2026-01-04"
        assert [point.orders for point in quiet.series[-3:]] == [0, 0, 0]
    async with opened(shop_data, datetime(2031, 5, 5, tzinfo=UTC)) as ports:
        await rollups.rebuild(job(ports))
        old = await service.summary(ports, 7)
        assert (old.as_of, old.range.last) == ("2025-12-31", "2025-12-31")
        assert "data-ends" in {note.code for note in old.notes}
        first, last = await analytics.default_range(ports, None, None, 90)
        assert (first, last) == (date(2025, 10, 3), LAST)


@pytest.mark.parametrize("by", ["day", "week", "month"])
async def test_sales_over_time_add_up(shop_data: Path, by: str) -> None:
    async with opened(shop_data) as ports:
        await rollups.rebuild(job(ports))
        totals = by_hand.day_totals(await facts(ports))
        first = LAST - timedelta(days=100)
        series = await analytics.sales(ports, first, LAST, by)
        wanted = [row for day, row in totals.items() if day >= first.isoformat()]
        for name in ("revenue_minor", "orders", "units", "returns_minor"):
            assert sum(getattr(p, name) for p in series.points) == sum(row[name] for row in wanted)
        assert series.points == sorted(series.points, key=lambda point: point.period)


async def test_a_days_page_agrees_with_the_product_pages(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await rollups.rebuild(job(ports))
        told = await service.summary(ports, 30)
        first = date.fromisoformat(told.range.first)
        for product in told.top_products[:3]:
            page = await analytics.product_sales(ports, product.product_id, first, TODAY)
            assert sum(day.units for day in page.points) == product.units
            assert sum(day.revenue_minor for day in page.points) == product.revenue_minor
            assert len(page.points) == 30


async def test_an_empty_shop_answers_everywhere(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        for _ in range(2):
            for days in RANGES:
                answer = await served.call("GET", f"/dashboard/summary?days={days}")
                assert answer.status_code == 200, answer.text
                told = answer.json()
                assert told["demand_forecast"] is None
                assert told["notes"][0]["code"] == "no-sales"
                assert len(told["series"]) == days
                values = {metric["name"]: metric["value"] for metric in told["metrics"]}
                assert values["revenue"] == values["orders"] == values["units"] == 0
                for name in ("aov", "gross_margin", "stock_value", "low_stock", "out_of_stock"):
                    assert values[name] is None, name
            for path in (
                "/dashboard/sales",
                "/dashboard/cohorts",
                "/dashboard/customers",
                "/metrics",
                "/forecasts",
                "/forecasts?category=none",
                "/forecasts/accuracy",
                "/inventory/replenishment",
                "/inventory/replenishment?include=all",
            ):
                answer = await served.call("GET", path)
                assert answer.status_code == 200, (path, answer.text)
            # And so it does after the nightly jobs found nothing.
            await rollups.rebuild(job(served.ports))
            await forecast_all(job(served.ports), {})
            await follow(served.ports)


async def test_wrong_ranges_are_refused_with_the_field(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        for query, name in (
            ("summary?days=31", "days"),
            ("summary?days=x", "days"),
            ("sales?from=2026-02-01&to=2026-01-01", "from"),
            ("sales?from=1900-01-01&to=2026-01-01", "from"),
            ("sales?from=2026-02-30", "from"),
            ("sales?to=0001-01-01", "to"),
            ("sales?by=year", "by"),
        ):
            answer = await served.call("GET", f"/dashboard/{query}")
            assert answer.status_code == 400, (query, answer.text)
            assert name in {error["field"] for error in answer.json()["errors"]}, answer.text
    with pytest.raises(Invalid):
        analytics.check_range(date(2026, 1, 2), date(2026, 1, 1))
