"""The demo shop: what was simulated is what the shop's own books and facts say."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from domains.simulated import OPENED, Counted, Killed, facts, follow, opened, silent, wrapped
from omnix.domains.dashboard import service as dashboard
from omnix.domains.inventory import stock
from omnix.domains.inventory.declare import BALANCES, LEDGER, STOCK_DAYS
from omnix.domains.orders import service as orders
from omnix.domains.orders.declare import ORDERS
from omnix.domains.orders.model import NewLine, NewOrder
from omnix.domains.products.declare import PRICES, PRODUCTS
from omnix.domains.system.settings import ShopChange, change_shop, shop, store_shop
from omnix.domains.system.setup import setup
from omnix.engine.simulator import ShopSpec, SimulatedShop, simulate
from omnix.kit.errors import Conflict
from omnix.platform.access import SYSTEM, Actor
from omnix.platform.jobs import work_once
from omnix.ports import Ports, Query
from omnix.transfer import following
from omnix.transfer.demo import load as demo

pytestmark = pytest.mark.anyio
ACTOR = Actor("usr_test", "admin", frozenset())
SPEC = ShopSpec(
    last_day=datetime(2025, 12, 31, tzinfo=UTC).date(),
    seed=11,
    products=25,
    customers=40,
    days=90,
)


@pytest.fixture(scope="module")
def made() -> SimulatedShop:
    return simulate(SPEC)


async def _everything(ports: Ports) -> dict[str, Any]:
    """All that is stored, apart from when the settings were."""
    found: dict[str, Any] = {}
    for collection in (PRODUCTS, ORDERS, BALANCES, LEDGER):
        rows = [dict(each) async for items in ports.records.scan(collection) for each in items]
        found[collection.name] = sorted(rows, key=lambda row: msgspec.json.encode(row))
    for fact in ("sales", "prices", "stock_days"):
        query = Query(fact, "Every row.", f"SELECT * FROM {fact} ORDER BY ALL", (fact,))
        found[fact] = await ports.lake.rows(query)
    found["truth"] = await ports.blobs.get(demo.TRUTH) is not None
    return found


async def test_the_books_and_the_facts_agree(tmp_path: Path, made: SimulatedShop) -> None:
    async with opened(tmp_path) as ports:
        counts = await demo.load_demo(ports, SPEC, silent)
        assert await stock.differences(ports) == []
        raw = await facts(ports)
        lines, back = made.order_lines, made.returns
        assert counts["orders"] == len(made.orders.id)
        assert counts["sales"] == len(raw) == len(lines.order) + len(back.line)

        # Against the simulator's tables.
        sold = lines.quantity.astype(np.int64) * lines.unit_price_minor - lines.discount_minor
        kinds = {kind: [row for row in raw if row["kind"] == kind] for kind in ("sale", "return")}
        assert sum(row["revenue_minor"] for row in kinds["sale"]) == sold.sum()
        assert sum(row["quantity"] for row in kinds["sale"]) == lines.quantity.sum()
        assert (
            sum(row["cost_minor"] for row in kinds["sale"])
            == (lines.quantity * lines.unit_cost_minor).sum()
        )
        assert -sum(row["quantity"] for row in kinds["return"]) == back.quantity.sum()
        by_day = np.zeros(SPEC.days, np.int64)
        for row in kinds["sale"]:
            by_day[(row["day"] - made.first_day).days] += row["quantity"]
        assert (by_day == made.stock_days.sold.sum((0, 1))).all()

        # Against the order documents, each as its page shows it.
        by_order: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for row in raw:
            by_order[row["order_id"]][0] += row["quantity"]
            by_order[row["order_id"]][1] += row["revenue_minor"]
        shown = 0
        async for items in ports.records.scan(ORDERS):
            for each in items:
                order = await orders.get(ports, each["id"])
                kept = sum(line.quantity - line.returned for line in order.lines)
                assert order.total_minor == sum(line.total_minor for line in order.lines)
                assert by_order[order.id] == [kept, order.total_minor - order.refunded_minor]
                assert order.payment_state == (
                    "paid"
                    if not order.refunded_minor
                    else "partly_refunded"
                    if kept or order.refunded_minor < order.total_minor
                    else "refunded"
                )
                assert (order.status == "returned") == (kept == 0)
                shown += 1
        assert shown == counts["orders"]

        # And the shelves against the simulator's last evening.
        at = {sku: n for n, sku in enumerate(made.products.sku.tolist())}
        async for items in ports.records.scan(BALANCES):
            for each in items:
                place = int(each["location_id"].removeprefix("shop-")) - 1
                assert each["on_hand"] == made.final_stock[at[each["product_id"]], place]


async def test_prices_and_stock_days_are_the_simulators(
    tmp_path: Path, made: SimulatedShop
) -> None:
    async with opened(tmp_path) as ports:
        await demo.load_demo(ports, SPEC, silent)
        stored = await _everything(ports)
        assert set(stored["prices"][0]) == set(PRICES.columns)
        assert set(stored["stock_days"][0]) == set(STOCK_DAYS.columns)
        assert len(stored["prices"]) == len(made.prices.product)
        at = {sku: n for n, sku in enumerate(made.products.sku.tolist())}
        for row in stored["stock_days"]:
            cell = (
                at[row["product_id"]],
                int(row["location_id"].removeprefix("shop-")) - 1,
                (row["day"] - made.first_day).days,
            )
            assert row["on_hand"] == made.stock_days.on_hand[cell]
            assert row["in_stock"] == pytest.approx(made.stock_days.in_stock[cell], abs=1e-3)


async def test_twice_is_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await demo.load_demo(ports, SPEC, silent)
        once = await _everything(ports)
        assert once["truth"]
        await demo.load_demo(ports, SPEC, silent)
        assert await _everything(ports) == once
        with pytest.raises(Conflict):
            await demo.load_demo(ports, replace(SPEC, seed=12), silent)
        assert await _everything(ports) == once


@pytest.mark.parametrize("port", ["records", "lake", "blobs"])
async def test_killed_at_any_call_and_run_again(tmp_path: Path, port: str) -> None:
    async with opened(tmp_path / "whole") as ports:
        counted = Counted(getattr(ports, port))
        await demo.load_demo(wrapped(ports, **{port: counted}), SPEC, silent)
        wanted = await _everything(ports)
    calls = len(counted.calls)
    for number in sorted({1, calls // 3, 2 * calls // 3, calls} - {0}):
        async with opened(tmp_path / f"torn-{number}") as ports:
            broken = wrapped(ports, **{port: Counted(getattr(ports, port), fail_at=number)})
            with pytest.raises(Killed):
                await demo.load_demo(broken, SPEC, silent)
            await demo.load_demo(ports, SPEC, silent)
            assert await _everything(ports) == wanted
            assert await stock.differences(ports) == []


async def test_stock_that_moved_since_a_crash_is_kept(tmp_path: Path) -> None:
    """An order placed between two attempts must not be undone by the second."""
    async with opened(tmp_path) as ports:
        await demo.load_demo(ports, SPEC, silent)
        page = await ports.records.query(BALANCES, "shop-1", index="location-index", limit=50)
        rich = max(page.items, key=lambda each: each["available"])
        new = NewOrder(lines=(NewLine(rich["product_id"], 1),), location_id="shop-1")
        await orders.place(ports, ACTOR, new)
        await demo.load_demo(ports, SPEC, silent)
        assert await stock.differences(ports) == []
        kept = await ports.records.get(BALANCES, (rich["product_id"], "shop-1"))
        assert kept is not None
        assert kept["reserved"] == 1


async def test_the_job_ends_with_a_shop_that_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def small(ports: Ports) -> ShopSpec:
        return SPEC

    monkeypatch.setattr(demo, "default_spec", small)
    async with opened(tmp_path, OPENED) as ports:
        await demo.ask_for_demo(ports)
        assert (await setup(ports)).state == "working"
        await demo.ask_for_demo(ports)
        assert await work_once(ports, demo.JOBS)
        assert not await work_once(ports, demo.JOBS)
        assert (await setup(ports)).state == "ready"
        names = [type.name for type in following.BESIDE]
        queued = [await ports.jobs.receive([name], 60) for name in names]
        assert None not in queued, "segments and recommendations would wait for the night"
        told = await dashboard.summary(ports, 30)
        assert told.demand_forecast is not None
        assert told.shop.mode == "demo"
        assert all(figure.value is not None for figure in told.metrics), [
            figure.name for figure in told.metrics if figure.value is None
        ]
        await follow(ports)
        assert (await dashboard.summary(ports, 30)).metrics == told.metrics
        await demo.ask_for_demo(ports)
        assert not await work_once(ports, demo.JOBS)


async def test_a_real_shop_is_left_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        named = ShopChange(version=0, name="Mine")
        await change_shop(ports, ACTOR, named)
        before = await shop(ports)
        await store_shop(ports, SYSTEM, before, msgspec.structs.replace(before, mode="real"))
        with pytest.raises(Conflict):
            await demo.load_demo(ports, SPEC, silent)
        await demo.ask_for_demo(ports)
        assert not await work_once(ports, demo.JOBS)
