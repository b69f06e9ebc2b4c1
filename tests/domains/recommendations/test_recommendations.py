"""Recommendations of the simulated shop: made, asked for with every filter, and what follows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domains.simulated import ACTOR, OPENED, Counted, advance, follow, job, opened, wrapped
from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.inventory.declare import BALANCES
from omnix.domains.ml import service as registry
from omnix.domains.orders import service as orders
from omnix.domains.orders.declare import SALES
from omnix.domains.orders.model import NewLine, NewOrder
from omnix.domains.products.declare import PRODUCTS
from omnix.domains.recommendations import decide, make, recent, serving, shelves
from omnix.domains.recommendations.declare import (
    BESIDE,
    LISTS,
    RANKER,
    RECENT,
    SHELVES,
)
from omnix.domains.recommendations.handlers import CONSUMERS
from omnix.domains.recommendations.model import Asked, Recommendations
from omnix.domains.streaming.model import EventBatch
from omnix.domains.streaming.taking import take_batch
from omnix.kit.errors import Forbidden, Invalid, NotFound
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.platform.jobs import Cancelled
from omnix.ports import Ports, Query, Update

pytestmark = pytest.mark.anyio

SHOWN_ROWS = Query(
    "all_shown", "Every row.", "SELECT * FROM recommendations_shown ORDER BY answer_id, position",
    ("recommendations_shown",),
)  # fmt: skip
ANSWERED_ROWS = Query(
    "all_answered", "Every row.", "SELECT * FROM recommendations_answered",
    ("recommendations_answered",),
)  # fmt: skip


@asynccontextmanager
async def _made(data: Path) -> AsyncIterator[Ports]:
    async with opened(data) as ports:
        await make.make_all(job(ports), {})
        yield ports


async def _ask(ports: Ports, customer: str, **asked: Any) -> Recommendations:
    return await serving.personal(ports, ACTOR, customer, Asked(**asked))


def _ids(of: Recommendations) -> list[str]:
    return [item.product_id for item in of.items]


async def _listed(ports: Ports) -> list[dict[str, Any]]:
    found = []
    async for chunk in ports.records.scan(LISTS):
        found += [dict(item) for item in chunk]
    return sorted(found, key=lambda item: item["customer_id"])


async def _click(ports: Ports, customer: str, product: str, type: str, **more: Any) -> None:
    sent = {
        "message_id": f"{customer}{product}{type}{instant(ports.clock.now())}", "type": type,
        "customer_id": customer, "product_id": product, **more,
    }  # fmt: skip
    taken = await take_batch(ports, EventBatch(events=[sent]))
    assert taken.accepted == 1
    await follow(ports, CONSUMERS)


async def test_every_buyer_gets_a_list_whose_reasons_add_up(shop_data: Path) -> None:
    async with _made(shop_data) as ports:
        lists = await _listed(ports)
        assert len(lists) > 100
        for stored in lists:
            chances = [chance for _, chance, *_ in stored["items"]]
            assert chances == sorted(chances, reverse=True)
        customer = lists[3]["customer_id"]
        found = await _ask(ports, customer)
        assert len(found.items) == 20
        assert found.fallback is None
        assert found.as_of == "2026-01-01"
        assert found.model_version == 1
        for item in found.items:
            assert sum(part.share for part in item.contributions) == pytest.approx(item.score)
            assert item.reason
            assert item.available is None or item.available > 0
        run = await ports.records.get(SHELVES, "run")
        assert run is not None
        assert 0 < run["recall_10"] <= 1
        again = await make.make_all(job(ports), {})
        assert again["customers"] == len(lists)
        after = await _listed(ports)
        assert [i["items"] for i in after] == [i["items"] for i in lists]


async def test_the_ranker_is_in_the_registry(shop_data: Path) -> None:
    async with _made(shop_data) as ports:
        version = await registry.champion(ports, RANKER)
        assert version is not None
        assert version.algorithm == "boosted ranker"
        score = version.score()
        assert score is not None
        assert set(score.values) == {"recall_10", "habit_recall_10"}
        assert version.data.last_day == "2025-12-31"


async def test_filters_and_rules_apply_at_once(shop_data: Path) -> None:
    async with _made(shop_data) as ports:
        customer = (await _listed(ports))[0]["customer_id"]
        first = await _ask(ports, customer)
        top = first.items[0]
        location = "main"
        async for chunk in ports.records.scan(BALANCES):
            location = next(
                (b["location_id"] for b in chunk if b["product_id"] == top.product_id), location
            )
        await ports.records.write(
            [Update(BALANCES, (top.product_id, location), set={"available": 0})]
        )
        assert top.product_id not in _ids(await _ask(ports, customer))
        assert top.product_id in _ids(await _ask(ports, customer, in_stock=False))
        second = first.items[1]
        await ports.records.write([Update(PRODUCTS, second.product_id, set={"status": "archived"})])
        assert second.product_id not in _ids(await _ask(ports, customer))
        only = await _ask(ports, customer, category=first.items[2].category)
        assert {item.category for item in only.items} == {first.items[2].category}
        capped = await _ask(ports, customer, per_category=1)
        categories = [item.category for item in capped.items]
        assert len(categories) == len(set(categories)) > 3
        new = await _ask(ports, customer, own="exclude")
        assert new.items
        assert not any(item.bought_before for item in new.items)
        assert all(i.bought_before for i in (await _ask(ports, customer, own="only")).items)
        rich = await _ask(ports, customer, min_margin=40)
        products = await ports.records.get_many(PRODUCTS, _ids(rich))
        assert products
        for product in products:
            assert product is not None
            margin = (product["price_minor"] - product["cost_minor"]) / product["price_minor"]
            assert margin >= 0.4


async def test_a_click_and_a_purchase_change_the_next_answer(shop_data: Path) -> None:
    async with _made(shop_data) as ports:
        customer = (await _listed(ports))[0]["customer_id"]
        before = await _ask(ports, customer, limit=50, in_stock=False)
        advance(ports, minutes=1)
        beside: dict[str, Any] = {}
        async for chunk in ports.records.scan(BESIDE):
            beside.update((item["product_id"], item) for item in chunk)
        looked = next(i for i in _ids(before) if beside[i]["together"])
        lifted = beside[looked]["together"][0][0]
        await _click(ports, customer, looked, "product_view")
        after = await _ask(ports, customer, limit=50, in_stock=False)
        scores = {item.product_id: item for item in before.items}
        now = {item.product_id: item for item in after.items}
        assert now[lifted].score > scores[lifted].score
        assert any(
            part.reason == "viewed" and part.product_id == looked
            for part in now[lifted].contributions
        )
        assert looked not in _ids(await _ask(ports, customer, seen="exclude"))
        top = before.items[0].product_id
        await _click(ports, customer, top, "purchase")
        bought = {i.product_id: i for i in (await _ask(ports, customer, limit=50)).items}
        assert top not in bought or bought[top].score < 0.5 * scores[top].score
        assert top not in _ids(await _ask(ports, customer, own="exclude"))
        cart = next(i for i in _ids(before) if i not in (top, looked))
        await _click(ports, customer, cart, "add_to_cart")
        assert cart not in _ids(await _ask(ports, customer, limit=50))
        advance(ports, minutes=1)
        await _click(ports, customer, cart, "remove_from_cart")
        assert cart in _ids(await _ask(ports, customer, limit=50, in_stock=False))


async def test_an_order_is_in_the_next_answer_before_anybody_heard_of_it(shop_data: Path) -> None:
    async with _made(shop_data) as ports:
        customer = (await _listed(ports))[0]["customer_id"]
        advance(ports, minutes=1)
        before = await _ask(ports, customer, limit=50)
        top, second = before.items[0], before.items[1]
        new = NewOrder(customer_id=customer, lines=[NewLine(top.product_id, 1)])
        await orders.place(ports, ACTOR, new)
        after = {item.product_id: item for item in (await _ask(ports, customer, limit=50)).items}
        assert top.product_id not in after or after[top.product_id].score < 0.5 * top.score
        assert after[second.product_id].score >= second.score
        own = await _ask(ports, customer, limit=50, own="exclude")
        assert top.product_id not in _ids(own)
        await follow(ports, CONSUMERS)
        told = {item.product_id: item for item in (await _ask(ports, customer, limit=50)).items}
        assert {id: item.score for id, item in told.items()} == pytest.approx(
            {id: item.score for id, item in after.items()}
        )


async def test_page_and_cart_ask_for_what_goes_with_them(shop_data: Path) -> None:
    async with _made(shop_data) as ports:
        customer = (await _listed(ports))[0]["customer_id"]
        sides = [dict(item) async for chunk in ports.records.scan(BESIDE) for item in chunk]
        stored = next(item for item in sides if len(item["together"]) > 3)
        product = stored["product_id"]
        page = await _ask(ports, customer, context="product", product_id=product, limit=3)
        assert page.items
        assert product not in _ids(page)
        assert any(p.reason == "beside" for item in page.items for p in item.contributions)
        cart = (product, stored["together"][0][0])
        found = await _ask(ports, customer, context="cart", cart=cart)
        assert not set(cart) & set(_ids(found))
        for cart in (("gone",), ("gone", "never")):
            alone = await _ask(ports, customer, context="cart", cart=cart)
            assert alone.fallback == "alone"
            assert alone.fallback_text
            assert _ids(alone) == _ids(await _ask(ports, customer, context="cart", cart=("no",)))
        for kind in ("similar", "complements", "substitutes", "together"):
            side = await shelves.beside(ports, product, kind, 5, in_stock=False)
            assert side.state == "ready"
            assert [i.product_id for i in side.items] == [row[0] for row in stored[kind][:5]]
        with pytest.raises(NotFound):
            await shelves.beside(ports, "nothing", "similar", 5, in_stock=True)
        for name in ("popular", "trending", "seasonal"):
            shelf = await shelves.shelf(ports, name, 5, None, in_stock=False)
            assert shelf.state == "ready"
        assert len((await shelves.shelf(ports, "popular", 5, None, in_stock=True)).items) == 5


async def test_strangers_get_a_labelled_fallback(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        item = {"id": "stranger", "listing": "active", "sort_name": "s", "created_at": "2026"}
        known = await _some_customer(ports)
        await ports.records.load(CUSTOMERS, [{**known, **item}])
        early = await _ask(ports, "stranger")
        assert early.fallback == "newest"
        assert early.items
        assert early.as_of is None
        await make.make_all(job(ports), {})
        found = await _ask(ports, "stranger")
        assert found.fallback == "popular"
        assert found.fallback_text
        assert found.model_version is None
        assert {p.reason for item in found.items for p in item.contributions} == {"popular"}
        await _click(ports, "stranger", found.items[0].product_id, "product_view")
        assert (await _ask(ports, "stranger")).fallback == "recent"
        with pytest.raises(NotFound):
            await _ask(ports, "nobody")
        assert (await _ask(ports, "stranger", context="next_basket")).items


async def _some_customer(ports: Ports) -> dict[str, Any]:
    async for chunk in ports.records.scan(CUSTOMERS):
        return dict(chunk[0])
    raise AssertionError("no customer")


async def test_customers_see_only_themselves(shop_data: Path) -> None:
    async with _made(shop_data) as ports:
        mine, other = [item["customer_id"] for item in (await _listed(ports))[:2]]
        actor = Actor("usr", "customer", frozenset(), customer_id=mine)
        assert (await serving.personal(ports, actor, mine, Asked())).items
        with pytest.raises(NotFound):
            await serving.personal(ports, actor, other, Asked())
        with pytest.raises(Forbidden):
            await serving.personal(ports, actor, mine, Asked(min_margin=10))
        theirs = await _ask(ports, other)
        with pytest.raises(NotFound):
            await decide.answer(ports, actor, theirs.id, theirs.items[0].product_id, "liked")


async def test_an_answer_reads_the_same_however_large_the_shop_and_the_past(
    shop_data: Path,
) -> None:
    async with _made(shop_data) as ports:
        customer = (await _listed(ports))[0]["customer_id"]
        products = _ids(await _ask(ports, customer, limit=50, in_stock=False))
        for product in products[:30]:
            await _click(ports, customer, product, "product_view")
        advance(ports, minutes=1)
        records, lake = Counted(ports.records), Counted(ports.lake)
        counted = wrapped(ports, records=records, lake=lake)
        await serving.personal(counted, ACTOR, customer, Asked(limit=50, category="nothing"))
        assert not lake.calls
        assert "scan" not in records.calls
        assert records.calls.count("query") == 1  # the orders of the last minutes
        assert len(records.calls) <= 14
        stored = await ports.records.get(RECENT, customer)
        assert stored is not None
        assert len(stored["touched"]) <= recent.MOST_TOUCHED


async def test_a_clock_that_is_ahead_counts_as_now_and_sales_to_come_are_left_out(
    shop_data: Path,
) -> None:
    async with opened(shop_data) as ports:
        known = await _some_customer(ports)
        future = OPENED + timedelta(days=400)
        sold = (await ports.lake.rows(Query("s", "s", "SELECT * FROM sales LIMIT 1", ("sales",))))[
            0
        ]
        row = {
            **sold, "kind": "sale", "customer_id": known["id"], "order_id": "from the future",
            "at": future.replace(tzinfo=None), "day": future.date(), "month": f"{future:%Y-%m}",
        }  # fmt: skip
        await ports.lake.append(SALES, {name: [row[name]] for name in SALES.columns})
        await make.make_all(job(ports), {})
        assert (await ports.records.get(SHELVES, "run") or {})["as_of"] == "2026-01-01"
        product = (await _ask(ports, known["id"])).items[0].product_id
        ahead = instant(OPENED + timedelta(days=300))
        await recent.said(ports, [_view(known["id"], product, ahead)])
        (touched,) = (await recent.of(ports, known["id"])).touched
        assert touched.at == instant(OPENED)


def _view(customer: str, product: str, at: str) -> Any:
    from omnix.kit.events import Event

    rows = {
        "customer_id": [customer], "type": ["product_view"], "at": [at],
        "items": [[[product, 1, None]]],
    }  # fmt: skip
    return Event("events.received", "evb", at, {"rows": rows})


async def test_a_product_deleted_since_is_passed_over(shop_data: Path) -> None:
    async with _made(shop_data) as ports:
        stored = (await _listed(ports))[0]
        gone = ["ghost", 0.99, [0.9, 0.0, 0.0, 0.0], "ghost too", [3, 7.0, 2]]
        await ports.records.load(LISTS, [{**stored, "items": [gone, *stored["items"]]}])
        found = await _ask(ports, stored["customer_id"])
        assert "ghost" not in _ids(found)
        assert len(found.items) == 20


async def test_what_was_shown_is_logged_with_its_propensities_once(shop_data: Path) -> None:
    async with _made(shop_data) as ports:
        customer = (await _listed(ports))[0]["customer_id"]
        looked = await _ask(ports, customer, preview=True)
        found = await _ask(ports, customer)
        assert _ids(looked) == _ids(found)
        await follow(ports, CONSUMERS)
        await ports.bus.rewind("recommendations-shown", 0)
        await follow(ports, CONSUMERS)
        rows = await ports.lake.rows(SHOWN_ROWS)
        assert [row["product_id"] for row in rows] == _ids(found)
        assert [row["position"] for row in rows] == list(range(1, 21))
        assert {row["answer_id"] for row in rows} == {found.id}
        assert all(0 < row["propensity"] <= 1 for row in rows)
        assert [row["explored"] for row in rows] == [item.explored for item in found.items]


async def test_what_is_dismissed_stays_away(shop_data: Path) -> None:
    async with _made(shop_data) as ports:
        customer = (await _listed(ports))[0]["customer_id"]
        found = await _ask(ports, customer)
        product = found.items[0].product_id
        told = await decide.decide(ports, ACTOR, found.id, product, "dismissed")
        assert told.verdict == "dismissed"
        assert product not in _ids(await _ask(ports, customer))
        await decide.decide(ports, ACTOR, found.id, found.items[1].product_id, "accepted")
        await follow(ports, CONSUMERS)
        rows = await ports.lake.rows(ANSWERED_ROWS)
        assert {(row["product_id"], row["verdict"]) for row in rows} == {
            (product, "dismissed"), (found.items[1].product_id, "accepted"),
        }  # fmt: skip
        with pytest.raises(Invalid):
            await decide.decide(ports, ACTOR, found.id, None, "accepted")
        with pytest.raises(NotFound):
            await decide.decide(ports, ACTOR, "nothing", None, "accepted")
        with pytest.raises(NotFound):
            await decide.answer(ports, ACTOR, found.id, "ghost", "liked")


async def test_an_empty_shop_and_a_cancelled_run(shop_data: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "empty") as ports:
        assert (await make.make_all(job(ports), {}))["customers"] == 0
    async with opened(shop_data) as ports:
        context = job(ports)
        steps = 0

        async def stop(done: int, total: int, step: str = "") -> None:
            nonlocal steps
            steps += 1
            if step.startswith("ranking"):
                raise Cancelled

        context.progress = stop  # type: ignore[method-assign]
        with pytest.raises(Cancelled):
            await make.make_all(context, {})
        assert steps > 3
        assert await ports.records.get(SHELVES, "run") is None
