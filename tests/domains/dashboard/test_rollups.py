"""Rollups equal recomputation from the raw facts, whatever came in and how often it was told."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from domains.dashboard import by_hand
from domains.simulated import (
    ACTOR,
    SPEC,
    Counted,
    Killed,
    advance,
    facts,
    follow,
    job,
    opened,
    wrapped,
)
from omnix.domains.dashboard import analytics, handlers, rollups, service
from omnix.domains.dashboard.declare import DAY_TOTALS, SNAPSHOTS
from omnix.domains.dashboard.model import RANGES
from omnix.domains.inventory.declare import BALANCES
from omnix.domains.orders import handlers as order_handlers
from omnix.domains.orders import service as orders
from omnix.domains.orders import transitions
from omnix.domains.orders.model import (
    Cancellation,
    Fulfilment,
    GoodsReturn,
    LineReturn,
    LineUnits,
    NewLine,
    NewOrder,
)
from omnix.kit.events import Event
from omnix.kit.time import day_of
from omnix.platform.consume import consume_once
from omnix.ports import Ports, Update

pytestmark = pytest.mark.anyio
TODAY = date(2026, 1, 1)


async def _stocked(ports: Ports, number: int) -> list[str]:
    """Products that are well in stock."""
    page = await ports.records.query(BALANCES, "shop-1", index="location-index", limit=200)
    most = sorted(page.items, key=lambda item: (-item["available"], item["product_id"]))
    return [item["product_id"] for item in most[:number]]


async def _proven(ports: Ports) -> None:
    """Every rollup against the slow loops."""
    raw = await facts(ports)
    stored = {}
    async for items in ports.records.scan(DAY_TOTALS):
        stored.update({item["date"]: {n: item[n] for n in by_hand.NAMES} for item in items})
    wanted = by_hand.day_totals(raw)
    assert {day: row for day, row in stored.items() if any(row.values())} == {
        day: row for day, row in wanted.items() if any(row.values())
    }
    snapshot = await ports.records.get(SNAPSHOTS, rollups.RANGES_KEY)
    assert snapshot is not None
    last = date.fromisoformat(snapshot["as_of"])
    for days in RANGES:
        first = last - timedelta(days=days - 1)
        before, until = first - timedelta(days=days), first - timedelta(days=1)
        told = snapshot[f"last_{days}"]
        assert told["customers"] == len(by_hand.buyers(raw, first, last))
        assert told["new_customers"] == len(by_hand.newcomers(raw, first, last))
        assert told["previous_customers"] == len(by_hand.buyers(raw, before, until))
        assert told["previous_new_customers"] == len(by_hand.newcomers(raw, before, until))
        assert [tuple(row.values()) for row in told["top_products"]] == by_hand.top(
            raw, first, last, rollups.TOP_PRODUCTS
        )
    got = [(each.month, each.size, each.active) for each in await analytics.cohorts(ports)]
    assert got == by_hand.cohorts(raw, rollups.COHORT_MONTHS)
    cells = {
        (c.recency, c.frequency, c.money): (c.customers, c.revenue_minor)
        for c in await analytics.rfm(ports)
    }
    assert cells == by_hand.rfm(raw)


async def test_a_rebuild_is_a_recomputation(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        context = job(ports)
        assert await rollups.rebuild(context) == {"days": SPEC.days}
        await _proven(ports)


async def _live_day(ports: Ports) -> None:
    """Orders, a partial return, a cancellation and a sale to nobody known."""
    a, b, c = await _stocked(ports, 3)

    async def place(lines: list[tuple[str, int]], customer: str | None) -> str:
        new = NewOrder(
            lines=tuple(NewLine(id, n) for id, n in lines),
            customer_id=customer,
            location_id="shop-1",
            shipping_minor=495 if customer else 0,
            discount_minor=101,
        )
        return str((await orders.place(ports, ACTOR, new))["id"])

    kept = await place([(a, 2), (b, 1)], "C00001")
    await transitions.fulfil(ports, ACTOR, kept, Fulfilment())
    back = GoodsReturn(lines=(LineReturn(1, 1),))
    await transitions.take_back(ports, ACTOR, kept, back)
    gone = await place([(c, 3)], "C00120")
    await transitions.cancel(ports, ACTOR, gone, Cancellation(lines=(LineUnits(1, 1),)))
    await transitions.cancel(ports, ACTOR, gone, Cancellation())
    await place([(a, 1)], None)


async def test_live_orders_returns_and_cancellations(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await rollups.rebuild(job(ports))
        before = await service.summary(ports, 30)
        assert before.as_of == TODAY.isoformat()
        assert before.series[-1].orders == 0
        await _live_day(ports)
        await follow(ports)
        await _proven(ports)
        after = await service.summary(ports, 30)
        assert after.as_of == TODAY.isoformat()
        assert after.series[-1].orders == 3
        assert "today-so-far" in {note.code for note in after.notes}
        advance(ports, days=1)
        await _live_day(ports)
        await follow(ports)
        await _proven(ports)
        last = (await service.summary(ports, 30)).series
        assert [point.orders for point in last[-2:]] == [3, 3]


async def test_a_second_delivery_changes_nothing(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await rollups.rebuild(job(ports))
        start = await ports.bus.end()
        await _live_day(ports)
        await follow(ports)
        count = len(await facts(ports))
        for consumer in (*order_handlers.CONSUMERS, *handlers.CONSUMERS):
            await ports.bus.rewind(consumer.name, start)
        await follow(ports)
        assert len(await facts(ports)) == count
        await _proven(ports)


async def test_late_events_reach_their_own_day(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await rollups.rebuild(job(ports))
        start = await ports.bus.end()
        await _live_day(ports)
        await ports.bus.rewind("test", start)
        events = (await ports.bus.read("test", ("order.placed",))).events
        late = []
        for number, event in enumerate(events):
            at = f"2025-1{number % 2}-0{number + 3}T23:30:00.000Z"
            data = {**event.data, "order_id": f"late-{number}", "number": f"late-{number}"}
            late.append(Event(event.type, f"late-{number}", at, data))
        await ports.bus.publish(late)
        await follow(ports)
        await _proven(ports)
        for event in late:
            day = day_of(datetime.fromisoformat(event.at), SPEC.time_zone)
            assert day != datetime.fromisoformat(event.at).date()  # in Berlin it is tomorrow
            raw = [row for row in await facts(ports) if row["order_id"] == event.key]
            assert raw
            assert {row["day"] for row in raw} == {day}


async def test_a_crash_between_the_lake_and_the_telling(shop_data: Path) -> None:
    """The facts are there, nobody was told: the redelivery tells, and adds no row."""
    (sales,) = order_handlers.CONSUMERS
    async with opened(shop_data) as ports:
        await rollups.rebuild(job(ports))
        await _live_day(ports)
        count = len(await facts(ports))
        broken = wrapped(ports, bus=Counted(ports.bus, fail_at=1, only="publish"))
        with pytest.raises(Killed):
            await consume_once(broken, sales)
        appended = len(await facts(ports))
        assert appended > count
        await follow(ports)
        assert len(await facts(ports)) == appended
        await _proven(ports)


async def test_stock_is_valued_at_cost(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await _live_day(ports)
        # Ordered from a supplier, and never seen yet.
        awaited = Update(BALANCES, ("awaited", "shop-1"), add={"on_order": 12})
        await ports.records.write([awaited])
        await follow(ports)
        costs, value, pieces = {"awaited": 100}, 0, 0
        async for items in ports.records.scan(rollups.PRODUCTS):
            costs.update({item["id"]: item["cost_minor"] for item in items})
        async for items in ports.records.scan(BALANCES):
            for item in items:
                value += item.get("on_hand", 0) * costs[item["product_id"]]
                pieces += item.get("on_hand", 0)
        stored = await ports.records.get(SNAPSHOTS, rollups.STOCK_KEY)
        assert stored is not None
        assert (stored["value_minor"], stored["pieces"]) == (value, pieces)
        assert value > 0


async def test_a_days_refresh_reads_its_own_months_only(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        lake, records = Counted(ports.lake), Counted(ports.records)
        counted = replace(ports, lake=lake, records=records)  # type: ignore[arg-type]
        event = Event(
            "sales.recorded", "sales", "2026-01-01T00:00:00.000Z", {"days": ["2025-12-31"]}
        )
        await handlers._days(counted, [event] * 100)
        assert (lake.calls, records.calls) == (["rows"], ["load"])
