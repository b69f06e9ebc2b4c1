"""What is wrong with the data is found, counted, explained and told again until it is mended."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domains.orders.shop import ACTOR, AT, add_stock, bundle, order, product, shop
from domains.simulated import follow, job, opened
from omnix import work
from omnix.adapters.local.clock import ManualClock
from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.customers.model import Customer
from omnix.domains.customers.model import item as customer_item
from omnix.domains.inventory.declare import BALANCES, SUPPLY
from omnix.domains.orders.declare import SALES
from omnix.domains.orders.quality import gaps
from omnix.domains.orders.service import place
from omnix.domains.products.declare import PRODUCTS
from omnix.domains.products.model import item
from omnix.domains.system import quality
from omnix.domains.system.declare import QUALITY
from omnix.domains.system.quality import QualityReport
from omnix.ports import Delete, Ports, Put

pytestmark = pytest.mark.anyio
CHECKS = {check.name for survey in work.SURVEYS for check in survey.checks}


async def checked(ports: Ports) -> dict[str, QualityReport]:
    await quality.checking(work.SURVEYS).run(job(ports), {})
    page = await quality.listing(ports, None, None, 200, None)
    return {report.check: report for report in page.items}


def found(reports: dict[str, QualityReport]) -> dict[str, list[str]]:
    return {name: [e.id for e in r.examples] for name, r in reports.items() if r.state == "found"}


@pytest.fixture
async def ports(tmp_path: Path) -> AsyncIterator[Ports]:
    """A shop in which nothing is amiss: tea and milk with costs, suppliers and categories."""
    whole = {"cost_minor": 400, "category": "Drinks"}
    async with shop(tmp_path, {}, product("tea", **whole), product("milk", **whole)) as ports:
        for id in ("tea", "milk"):
            terms = {"product_id": id, "supplier_id": "sup"}
            await ports.records.write([Put(SUPPLY, terms)])
        one = Customer(id="cus_1", name="One", email="one@a.test", created_at=AT, updated_at=AT)
        await ports.records.load(CUSTOMERS, [customer_item(one)])
        yield ports


async def test_a_tidy_shop_has_nothing_to_mend_and_says_what_was_looked_at(ports: Ports) -> None:
    reports = await checked(ports)
    assert reports.keys() == CHECKS
    assert found(reports) == {}
    assert all(r.count == 0 and r.since is None and r.advice for r in reports.values())


async def test_the_catalogue_s_faults_are_named(ports: Ports) -> None:
    made = [
        product("free", price_minor=0, cost_minor=1, category="A"),
        product("cheap", price_minor=100, cost_minor=150, category="A"),
        product("unknown", category="A"),
        product("bare", cost_minor=1),
        product("gone", price_minor=0, status="archived"),
        bundle("set", {"tea": 1, "gone": 1}, category="A"),
    ]
    await ports.records.load(PRODUCTS, [item(each) for each in made])
    reports = await checked(ports)
    told = found(reports)
    assert told["products.no-price"] == ["free"]
    assert told["products.below-cost"] == ["cheap"]
    assert told["products.no-cost"] == ["unknown"]
    assert told["products.no-category"] == ["bare"]
    assert told["products.broken-bundle"] == ["set"]
    assert told["inventory.no-supplier"] == ["bare", "cheap", "free", "unknown"]
    (cheap,) = reports["products.below-cost"].examples
    assert cheap.text == "Product cheap costs 1.50 and is sold for 1.00 EUR"
    assert cheap.link == "/product/?id=cheap"


async def test_stock_that_cannot_be_is_named(ports: Ports) -> None:
    def balance(id: str, on_hand: int, reserved: int = 0) -> dict[str, Any]:
        free = on_hand - reserved
        return {"product_id": id, "location_id": "main", "on_hand": on_hand, "reserved": reserved,
                "available": free, "on_order": 0, "drafted": 0, "updated_at": AT}  # fmt: skip

    old = product("old", cost_minor=1, category="A", status="archived")
    await ports.records.load(PRODUCTS, [item(old)])
    balances = [balance("tea", -2), balance("milk", 1, 3), balance("old", 4), balance("no", 1)]
    await ports.records.load(BALANCES, balances)
    told = found(await checked(ports))
    assert sorted(told["inventory.negative-stock"]) == ["milk", "tea"]
    assert told["inventory.unknown-product"] == ["no"]
    assert told["inventory.archived-stock"] == ["old"]


async def test_customers_who_may_be_one_are_named_by_id_alone(ports: Ports) -> None:
    given: list[dict[str, Any]] = [
        {"id": "a", "email": "Same@b.test", "phone": "+43 660 1234567"},
        {"id": "b", "email": "same@b.test"},
        {"id": "c", "phone": "0043/6601234567"},
        {"id": "d", "phone": "(43) 660-1234567"},
        {"id": "e"},
        {"id": "f", "email": "same@b.test", "status": "archived"},
    ]
    made = [Customer(name="Ann Smith", created_at=AT, updated_at=AT, **each) for each in given]
    await ports.records.load(CUSTOMERS, [customer_item(each) for each in made])
    reports = await checked(ports)
    told = found(reports)
    assert told["customers.same-email"] == ["a"]
    assert told["customers.same-phone"] == ["a"]
    assert reports["customers.same-phone"].examples[0].text == "2 customers: a, d"
    assert told["customers.unreachable"] == ["e"]
    stored = [found async for chunk in ports.records.scan(QUALITY) for found in chunk]
    assert "Smith" not in str(stored)
    assert "@" not in str(stored)


def row(order: str, day: date, **given: Any) -> dict[str, Any]:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).replace(tzinfo=None)
    usual = {
        "order_id": order, "line": 1, "kind": "sale", "at": at, "day": day,
        "month": f"{day:%Y-%m}", "product_id": "tea", "customer_id": None, "location_id": "main",
        "channel": "shop", "quantity": 1, "revenue_minor": 1000, "discount_minor": 0,
        "cost_minor": 400, "currency": "EUR", "source": "import",
    }  # fmt: skip
    return {**usual, **given}


async def sold(ports: Ports, *rows: dict[str, Any]) -> None:
    await ports.lake.append(SALES, {name: [r[name] for r in rows] for name in SALES.columns})


async def test_what_was_sold_wrongly_is_named(ports: Ports) -> None:
    today = ports.clock.now().date()
    day = today - timedelta(days=30)
    charge = {"kind": "charge", "product_id": None, "line": 0}
    await sold(
        ports,
        row("o-1", day),
        row("o-2", day, **charge),
        row("o-3", day, product_id="tee"),
        row("o-4", day, product_id="milk", revenue_minor=300),
        row("o-5", today + timedelta(days=1)),
        row("o-6", today - timedelta(days=200), product_id="milk", revenue_minor=1),
    )
    reports = await checked(ports)
    told = found(reports)
    assert told["orders.without-lines"] == ["o-2"]
    assert told["orders.future-dates"] == ["o-5"]
    assert told["sales.unknown-product"] == ["tee"]
    assert told["sales.below-cost"] == ["milk"]
    assert reports["sales.below-cost"].examples[0].text == "Product milk: 1.00 EUR lost on 1 units"


async def test_more_cases_than_examples_are_counted(ports: Ports) -> None:
    day = ports.clock.now().date() - timedelta(days=30)
    charge = {"kind": "charge", "product_id": None, "line": 0}
    await sold(ports, *(row(f"o-{n:02}", day, **charge) for n in range(50)))
    report = (await checked(ports))["orders.without-lines"]
    assert (report.count, len(report.examples)) == (50, quality.MOST_EXAMPLES)


def test_a_gap_is_a_day_on_which_the_shop_usually_sells() -> None:
    first = date(2026, 1, 5)  # a Monday
    open_days = [
        day for n in range(70) if (day := first + timedelta(days=n)).weekday() != 6
    ]  # closed on Sundays
    assert gaps(open_days) == []
    missing = {date(2026, 1, 21), *(date(2026, 2, 6) + timedelta(days=n) for n in range(4))}
    told = gaps([day for day in open_days if day not in missing])
    assert told == [
        (date(2026, 1, 21), date(2026, 1, 21)),
        (date(2026, 2, 6), date(2026, 2, 9)),
    ]
    assert gaps(open_days[:20]) == gaps([]) == []


async def test_days_that_are_missing_are_counted(ports: Ports) -> None:
    today = ports.clock.now().date()
    days = [today - timedelta(days=n) for n in range(1, 60) if n not in (20, 21, 22)]
    await sold(ports, *(row(f"o-{day}", day) for day in days))
    report = (await checked(ports))["sales.gaps"]
    assert report.count == 3
    begins, ends = today - timedelta(days=22), today - timedelta(days=20)
    assert [e.text for e in report.examples] == [f"{begins} to {ends}"]


async def test_orders_are_held_against_the_facts(ports: Ports) -> None:
    clock = ports.clock
    assert isinstance(clock, ManualClock)
    await follow(ports, work.CONSUMERS)
    await add_stock(ports, {"tea": 100, "milk": 100}, "main")
    right = await place(ports, ACTOR, order(("tea", 2), ("milk", 1)))
    clock.advance(3600)
    assert found(await checked(ports))["orders.differ-from-facts"] == [right["id"]]
    await follow(ports, work.CONSUMERS)
    assert found(await checked(ports)) == {}
    fresh = await place(ports, ACTOR, order(("tea", 1)))  # on its way: not judged yet
    assert found(await checked(ports)) == {}
    await follow(ports, work.CONSUMERS)
    clock.advance(3600)
    await ports.lake.delete(SALES, {"order_id": fresh["id"]})
    await sold(ports, row("ord_none", clock.now().date(), source="live"))
    told = (await checked(ports))["orders.differ-from-facts"]
    assert [e.id for e in told.examples] == [fresh["id"], "ord_none"]
    assert "in the facts 0 for 0.00 EUR" in told.examples[0].text


async def test_what_was_found_keeps_its_first_day_until_it_is_mended(ports: Ports) -> None:
    clock = ports.clock
    assert isinstance(clock, ManualClock)
    bad = product("free", price_minor=0, cost_minor=0, category="A")
    await ports.records.load(PRODUCTS, [item(bad)])
    first = (await checked(ports))["products.no-price"]
    clock.advance(86_400)
    second = (await checked(ports))["products.no-price"]
    assert second.since == first.since == first.checked_at != second.checked_at
    await ports.records.write([Delete(PRODUCTS, "free")])
    mended = (await checked(ports))["products.no-price"]
    assert (mended.state, mended.since) == ("clean", None)


async def test_the_worst_comes_first_and_can_be_asked_for(ports: Ports) -> None:
    made = [product("free", price_minor=0, cost_minor=0), product("bare", cost_minor=1)]
    await ports.records.load(PRODUCTS, [item(each) for each in made])
    await checked(ports)
    page = await quality.listing(ports, None, None, 200, None)
    order = [(r.state, r.severity) for r in page.items]
    ranks = {"error": 0, "warning": 1, "info": 2}
    assert order == sorted(order, key=lambda one: (one[0] == "clean", ranks[one[1]]))
    assert page.items[0].check == "products.no-price"
    ids: list[str] = []
    cursor = None
    while True:
        part = await quality.listing(ports, None, None, 4, cursor)
        ids += [r.check for r in part.items]
        if (cursor := part.next_cursor) is None:
            break
    assert ids == [r.check for r in page.items]
    bad = await quality.listing(ports, None, "found", 200, None)
    assert {r.check for r in bad.items} == {
        "products.no-price",
        "products.no-category",
        "inventory.no-supplier",
    }
    some = await quality.listing(ports, "info", "found", 200, None)
    assert [r.check for r in some.items] == ["products.no-category"]


async def test_a_check_that_is_made_no_more_is_forgotten(ports: Ports) -> None:
    await checked(ports)
    await quality.checking(work.SURVEYS[:1]).run(job(ports), {})
    page = await quality.listing(ports, None, None, 200, None)
    assert {r.check for r in page.items} == {c.name for c in work.SURVEYS[0].checks}


async def test_the_simulated_shop_is_not_blamed(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        told = found(await checked(ports))
    assert not {name for name in told if name.startswith(("orders.", "inventory.negative"))}, told
