"""Why a figure changed, on a real lake: it adds up to what the dashboard says, and names causes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from domains.dashboard import by_hand
from domains.simulated import SPEC, facts, opened
from omnix.adapters.local.clock import ManualClock
from omnix.adapters.local.platform import open_local
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.dashboard.changes.model import Changes
from omnix.domains.dashboard.changes.service import MOST_DAYS, explain_change
from omnix.domains.inventory.declare import STOCK_DAYS
from omnix.domains.orders.declare import SALES
from omnix.domains.products.declare import PRICES, PRODUCTS
from omnix.engine.simulator import Planted, ShopSpec, SimulatedShop, simulate
from omnix.kit.errors import Invalid
from omnix.ports import Ports
from omnix.transfer.demo import items

pytestmark = pytest.mark.anyio
SHOP = ShopSpec(last_day=date(2025, 10, 26), days=200, products=150, customers=900, seed=11)
FIRST = SHOP.last_day - timedelta(days=6)


@asynccontextmanager
async def _loaded(folder: Path, made: SimulatedShop) -> AsyncIterator[Ports]:
    """A platform that holds nothing but the shop's facts and catalogue."""
    names = items.Names.of(made)
    clock = ManualClock(datetime(2025, 10, 27, 8, tzinfo=UTC))
    async with open_local(folder, COLLECTIONS, FACTS, clock=clock) as platform:
        ports = platform.ports
        await ports.records.load(
            PRODUCTS, [items.product_item(each) for each in items.products(made, names)]
        )
        for fact, rows in ((SALES, items.sales), (PRICES, items.prices),
                           (STOCK_DAYS, items.stock_days)):  # fmt: skip
            await ports.lake.append(fact, rows(made, names), source="test", version=1)
        yield ports


async def _asked(folder: Path, planted: Planted) -> Changes:
    async with _loaded(folder, simulate(SHOP, planted=planted)) as ports:
        return await explain_change(ports, first=FIRST, last=SHOP.last_day)


def _sellers(count: int) -> tuple[int, ...]:
    made = simulate(SHOP)
    lines = made.order_lines
    money = np.bincount(lines.product, lines.quantity * lines.unit_price_minor, SHOP.products)
    money[made.products.is_bundle | (made.products.retire_day < SHOP.days)] = 0
    return tuple(np.argsort(-money)[:count].tolist())


async def test_empty_shelves_of_best_sellers_are_named_first(tmp_path: Path) -> None:
    rows = _sellers(6)
    told = await _asked(tmp_path, Planted(SHOP.days - 7, SHOP.days - 1, blocked_products=rows))
    first = told.causes[0]
    assert not told.ordinary
    assert first.kind == "stock"
    assert first.effect < 0
    skus = simulate(SHOP).products.sku
    assert {each.sku for each in first.products[:6]} == {str(skus[row]) for row in rows}
    assert "Most telling: Stock-outs" in told.headline


async def test_lost_customers_are_named_first_by_what_they_have_in_common(tmp_path: Path) -> None:
    made = simulate(SHOP)
    lost = np.flatnonzero(made.customers.home_location == 1)
    planted = Planted(SHOP.days - 7, SHOP.days - 1, lost_customers=tuple(lost.tolist()))
    told = await _asked(tmp_path, planted)
    first = told.causes[0]
    assert first.kind == "segment"
    assert first.effect < 0
    assert first.segment is not None
    assert (first.segment.grouping, first.segment.label) == ("home", "shop-2")


async def test_the_end_of_a_promotion_is_named_first(tmp_path: Path) -> None:
    rows = _sellers(25)
    begun = SHOP.days - 21
    told = await _asked(
        tmp_path, Planted(begun, SHOP.days - 8, promoted_products=rows, percent_off=40)
    )
    first = told.causes[0]
    assert first.kind == "promotion"
    assert first.volume is not None
    assert first.volume < 0


async def test_dearer_products_are_named_first(tmp_path: Path) -> None:
    rows = _sellers(30)
    told = await _asked(
        tmp_path,
        Planted(SHOP.days - 7, SHOP.days - 1, priced_products=rows, price_ratio=1.4),
    )
    first = told.causes[0]
    assert first.kind == "price"
    assert first.volume is not None
    assert first.volume < 0


async def test_most_weeks_with_nothing_planted_are_ordinary(tmp_path: Path) -> None:
    """The simulator's own promotions and stock-outs go on: now and then one stands out truly."""
    made = simulate(SHOP)
    async with _loaded(tmp_path, made) as ports:
        told = [
            await explain_change(ports, first=last - timedelta(days=6), last=last)
            for last in (SHOP.last_day - timedelta(days=7 * back) for back in range(4, 10))
        ]
    quiet = [each for each in told if each.ordinary]
    assert len(quiet) >= 4
    assert all("Nothing out of the ordinary" in each.headline for each in quiet)


@pytest.mark.parametrize("metric", ["revenue", "units", "margin"])
@pytest.mark.parametrize("against", ["previous", "last_year"])
async def test_the_causes_sum_to_what_the_facts_say(shop: Ports, metric: str, against: str) -> None:
    last = SPEC.last_day - timedelta(days=5)
    first = last - timedelta(days=9)
    told = await explain_change(
        shop,
        metric=metric,  # type: ignore[arg-type]
        first=first,
        last=last,
        against=against,  # type: ignore[arg-type]
    )
    days = by_hand.day_totals(await facts(shop))

    def total(begin: date, end: date) -> int:
        rows = [row for day, row in days.items() if begin.isoformat() <= day <= end.isoformat()]
        sums = {name: sum(row[name] for row in rows) for name in by_hand.NAMES}
        margin = sums["costed_revenue_minor"] - sums["cost_minor"]
        return {"revenue": sums["revenue_minor"], "units": sums["units"], "margin": margin}[metric]

    assert told.now == total(first, last)
    assert told.before == total(
        date.fromisoformat(told.against.first), date.fromisoformat(told.against.last)
    )
    assert sum(cause.effect for cause in told.causes) == told.change == told.now - told.before
    for cause in told.causes:
        if cause.products:
            assert sum(each.effect for each in cause.products) + cause.others == cause.effect


async def test_the_last_whole_week_is_the_question_where_none_is_asked(shop: Ports) -> None:
    told = await explain_change(shop)
    assert (told.range.first, told.range.last) == ("2025-12-25", "2025-12-31")
    assert (told.against.first, told.against.last) == ("2025-12-18", "2025-12-24")
    assert told.compared_pairs >= 8
    assert "opening" in [cause.kind for cause in told.causes]
    four = await explain_change(shop, days=28)
    assert (four.range.first, four.range.last) == ("2025-12-04", "2025-12-31")
    assert (four.against.first, four.against.last) == ("2025-11-06", "2025-12-03")


async def test_what_is_asked_wrongly_is_refused(shop: Ports) -> None:
    day = SPEC.last_day
    for first, last in (
        (day, day - timedelta(days=1)),
        (day - timedelta(days=MOST_DAYS), day),
        (date(1970, 1, 2), date(1970, 1, 3)),
    ):
        with pytest.raises(Invalid):
            await explain_change(shop, first=first, last=last)


async def test_a_shop_without_sales_has_an_answer(tmp_path: Path) -> None:
    async with open_local(tmp_path / "data", COLLECTIONS, FACTS) as platform:
        told = await explain_change(platform.ports)
    assert told.change == told.before == 0
    assert told.causes == []
    assert told.ordinary


@pytest.fixture
async def shop(shop_data: Path) -> AsyncIterator[Ports]:
    async with opened(shop_data) as ports:
        yield ports
