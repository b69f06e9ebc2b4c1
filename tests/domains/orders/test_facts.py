"""Sales facts follow from events, once however often those are delivered."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from domains.orders.shop import ACTOR, add_stock, order, product, shop
from omnix.adapters.local.clock import ManualClock
from omnix.adapters.local.platform import open_local
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.orders import figures, handlers, service, transitions
from omnix.domains.orders.declare import SALES
from omnix.domains.orders.model import (
    Cancellation,
    Fulfilment,
    GoodsReturn,
    LineReturn,
    LineUnits,
    NewLine,
    NewOrder,
)
from omnix.domains.system.settings import ShopChange, change_shop
from omnix.domains.system.setup import data_until
from omnix.kit.errors import Invalid
from omnix.platform.consume import consume_once
from omnix.ports import Ports, Query

pytestmark = pytest.mark.anyio

_ALL = Query(
    "all", "All sales", "SELECT * FROM sales ORDER BY order_id, line, kind DESC", ("sales",)
)
_SUMS = Query(
    "sums",
    "Sums",
    "SELECT count(*) AS n, sum(quantity)::BIGINT AS units FROM sales",
    ("sales",),
)


async def _follow(ports: Ports) -> list[dict[str, Any]]:
    (consumer,) = handlers.CONSUMERS
    while (await consume_once(ports, consumer))[0]:
        pass
    return await ports.lake.rows(_ALL)


async def test_rows_of_a_sale_its_return_and_its_cancellation(tmp_path: Path) -> None:
    async with shop(tmp_path, {"b": 9}, product("a", cost_minor=400)) as ports:
        await change_shop(ports, ACTOR, ShopChange(version=0, time_zone="Asia/Tokyo"))
        ports.clock.advance(15 * 3600)  # type: ignore[attr-defined]
        await add_stock(ports, {"a": 9}, "main")
        new = NewOrder(
            lines=(NewLine("a", 3), NewLine("b", 1)),
            customer_id="cus_1",
            channel="pos",
            discount_minor=400,
            shipping_minor=495,
            tax_minor=100,
        )
        id = (await service.place(ports, ACTOR, new))["id"]
        rows = await _follow(ports)
        assert set(rows[0]) == set(SALES.columns)
        told = [
            (r["line"], r["kind"], r["product_id"], r["quantity"], r["revenue_minor"],
             r["discount_minor"], r["cost_minor"])
            for r in rows
        ]  # fmt: skip
        assert told == [
            (0, "charge", None, 1, 495, 0, None),
            (1, "sale", "a", 3, 2700, 300, 1200),
            (2, "sale", "b", 1, 900, 100, None),
        ]
        first = rows[1]
        assert (str(first["day"]), first["month"]) == ("2026-01-02", "2026-01")
        assert (first["customer_id"], first["channel"], first["source"]) == ("cus_1", "pos", "live")
        await transitions.fulfil(ports, ACTOR, id, Fulfilment())
        ports.clock.advance(86_400)  # type: ignore[attr-defined]
        back = GoodsReturn(lines=(LineReturn(1, 1),))
        await transitions.take_back(ports, ACTOR, id, back)
        (gone,) = [r for r in await _follow(ports) if r["kind"] == "return"]
        assert (gone["quantity"], gone["revenue_minor"], gone["cost_minor"]) == (-1, -900, -400)
        assert str(gone["day"]) == "2026-01-03"


async def test_a_cancelled_order_leaves_nothing_in_the_sums(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 9}) as ports:
        id = (await service.place(ports, ACTOR, order(("a", 2), shipping_minor=5)))["id"]
        await transitions.cancel(ports, ACTOR, id, Cancellation())
        rows = await _follow(ports)
        assert len(rows) == 4
        assert sum(r["revenue_minor"] for r in rows) == sum(r["quantity"] for r in rows) == 0


async def test_events_delivered_again_add_nothing(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 90}) as ports:
        (consumer,) = handlers.CONSUMERS
        for _ in range(5):
            await service.place(ports, ACTOR, order(("a", 2)))
        # The process dies after the rows are stored and before the position is.
        batch = await ports.bus.read(consumer.name, consumer.types, 3)
        await consumer.handle(ports, batch.events)
        await _follow(ports)
        await ports.bus.rewind(consumer.name, 0)
        await _follow(ports)
        assert await ports.lake.rows(_SUMS) == [{"n": 5, "units": 10}]


async def test_two_that_take_the_same_events_at_once_append_them_once(tmp_path: Path) -> None:
    """As when a command finishes its work while a server's worker begins."""
    (consumer,) = handlers.CONSUMERS
    opened = open_local(tmp_path, COLLECTIONS, FACTS, clock=ManualClock())
    async with shop(tmp_path, {"a": 900}) as ports, opened as other:
        for total in range(12, 61, 12):
            for _ in range(12):
                await service.place(ports, ACTOR, order(("a", 1)))
            events = (await ports.bus.read("test", consumer.types)).events[-12:]
            await asyncio.gather(
                consumer.handle(ports, events[: total // 6]), consumer.handle(other.ports, events)
            )
            assert await ports.lake.rows(_SUMS) == [{"n": total, "units": total}]


async def test_each_stream_of_the_bus_counts_for_itself(tmp_path: Path) -> None:
    """Streams number their events alike; a stream delivered again adds nothing."""
    async with shop(tmp_path, {"a": 9}) as ports:
        (consumer,) = handlers.CONSUMERS
        for _ in range(4):
            await service.place(ports, ACTOR, order(("a", 1)))
        told = (await ports.bus.read("test", consumer.types)).events
        streams = [
            [replace(event, stream=name, sequence=7 + n) for n, event in enumerate(some)]
            for name, some in (("one", told[:2]), ("two", told[2:]))
        ]
        for events in (*streams, *streams):
            await consumer.handle(ports, events)
        assert await ports.lake.rows(_SUMS) == [{"n": 4, "units": 4}]


async def test_a_long_order_is_told_in_parts(tmp_path: Path) -> None:
    stock = {f"p{n:04d}": 9 for n in range(1100)}
    async with shop(tmp_path, stock) as ports:
        await service.place(ports, ACTOR, order(*((id, 1) for id in stock)))
        await _follow(ports)
        assert await ports.lake.rows(_SUMS) == [{"n": 1100, "units": 1100}]


async def test_the_data_goes_as_far_as_the_last_sale(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 9}) as ports:
        assert isinstance(ports.clock, ManualClock)
        for day in (1, 3):
            await service.place(ports, ACTOR, order(("a", 1)))
            await _follow(ports)
            assert await data_until(ports) == date(2026, 1, day)
            ports.clock.advance(2 * 86_400)


async def test_figures_are_those_of_the_facts(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 99}) as ports:
        empty = await figures.summary(ports, None, None)
        assert (empty.orders, empty.average_order_minor, empty.first_day) == (0, None, "2025-12-03")
        one = await service.place(ports, ACTOR, order(("a", 3), channel="pos", shipping_minor=500))
        await service.place(ports, ACTOR, order(("a", 1), customer_id="cus_1", discount_minor=101))
        await transitions.cancel(ports, ACTOR, one["id"], Cancellation(lines=(LineUnits(1, 1),)))
        await _follow(ports)
        found = await figures.summary(ports, None, None)
        assert (found.orders, found.units, found.customers) == (2, 3, 1)
        assert found.revenue_minor == 3000 - 1000 + 500 + 1000 - 101
        assert found.average_order_minor == 1700  # 1699.5
        assert (found.charges_minor, found.cancellations_minor) == (500, 1000)
        apart = await figures.statistics(ports, date(2026, 1, 1), date(2026, 1, 1))
        assert {g.key: g.revenue_minor for g in apart.channels} == {"online": 899, "pos": 2500}
        assert [(g.key, g.orders) for g in apart.locations] == [("main", 2)]
        assert [(g.key, g.units) for g in apart.weekdays] == [("4", 3)]  # a Thursday
        with pytest.raises(Invalid, match="from"):
            await figures.summary(ports, date(2026, 1, 2), date(2026, 1, 1))
