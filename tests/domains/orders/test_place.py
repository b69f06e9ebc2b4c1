"""Placing orders: exact stock, exact money, one answer to a key."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from domains.orders.shop import ACTOR, balances, bundle, fill, order, plain, product, shop
from omnix.domains.inventory.stock import OutOfStock
from omnix.domains.orders import service, transitions
from omnix.domains.orders.declare import ORDERS
from omnix.domains.orders.model import Fulfilment, NewLine, NewOrder, Order
from omnix.kit.errors import Invalid
from omnix.platform.idempotency import KeyReused

pytestmark = pytest.mark.anyio


async def test_an_order_reserves_and_its_amounts_add_up(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 10, "b": 5}) as ports:
        new = NewOrder(
            lines=(NewLine("a", 3, discount_minor=100), NewLine("b", 1, unit_price_minor=333)),
            discount_minor=100,
            shipping_minor=495,
            tax_minor=77,
            payment_state="paid",
        )
        placed = await service.place(ports, ACTOR, new)
        found = await service.get(ports, placed["id"])
        assert plain(found) == plain(placed)
        assert [line.total_minor for line in found.lines] == [2900 - 90, 333 - 10]
        assert found.subtotal_minor == 3233
        assert found.total_minor == 3233 - 100 + 495 + 77 == found.paid_minor
        assert await balances(ports) == {"a": (10, 3), "b": (5, 1)}
        page = await service.listing(ports, number=found.number.lower())
        assert [each.id for each in page.items] == [found.id]


async def test_the_document_has_the_order_of_the_struct(tmp_path: Path) -> None:
    """Else a replay, which goes through the struct, would have other bytes."""
    async with shop(tmp_path, {"a": 10}, bundle("set", {"a": 2})) as ports:
        placed = await service.place(ports, ACTOR, order(("a", 1), ("set", 1)))
        through = msgspec.json.encode(msgspec.convert(placed, Order))
        assert msgspec.json.encode(placed) == through


async def test_the_same_product_twice_and_in_a_bundle_is_summed(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 6, "b": 9}, bundle("set", {"a": 2, "b": 1})) as ports:
        with pytest.raises(OutOfStock) as refused:
            await service.place(ports, ACTOR, order(("a", 2), ("set", 2), ("b", 1), ("a", 1)))
        assert [error.field for error in refused.value.errors] == [
            "lines[0].quantity",
            "lines[1].quantity",
            "lines[3].quantity",
        ]
        assert "6 of a available, 7 asked for" in refused.value.errors[0].reason
        assert await balances(ports) == {"a": (6, 0), "b": (9, 0)}
        await service.place(ports, ACTOR, order(("a", 1), ("set", 2), ("b", 1), ("a", 1)))
        assert await balances(ports) == {"a": (6, 6), "b": (9, 3)}


async def test_what_cannot_be_ordered_is_named(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 6}, product("old", status="archived")) as ports:
        with pytest.raises(Invalid) as refused:
            await service.place(ports, ACTOR, order(("a", 1), ("old", 1), ("none", 1)))
        fields = [error.field for error in refused.value.errors]
        assert fields == ["lines[1].product_id", "lines[2].product_id"]
        with pytest.raises(Invalid, match="location_id"):
            await service.place(ports, ACTOR, order(("a", 1), location_id="nowhere"))
        with pytest.raises(Invalid, match="discount_minor"):
            await service.place(ports, ACTOR, order(("a", 1), discount_minor=1_001))


async def test_thirty_two_clients_race_for_the_last_twenty(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 20}) as ports:
        placing = (service.place(ports, ACTOR, order(("a", 1)), f"k{n}") for n in range(32))
        answers = await asyncio.gather(*placing, return_exceptions=True)
        assert sum(isinstance(answer, OutOfStock) for answer in answers) == 12
        assert sum(isinstance(answer, dict) for answer in answers) == 20
        assert await balances(ports) == {"a": (20, 20)}


async def test_bundles_and_their_parts_race_for_the_same_stock(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 20, "b": 100}, bundle("set", {"a": 2, "b": 3})) as ports:
        mixed = [order(("set", 1)) if n % 2 else order(("a", 1)) for n in range(40)]
        answers = await asyncio.gather(
            *(service.place(ports, ACTOR, each) for each in mixed), return_exceptions=True
        )
        sold = [n for n, answer in enumerate(answers) if isinstance(answer, dict)]
        assert all(isinstance(answer, (dict, OutOfStock)) for answer in answers)
        sets = sum(n % 2 for n in sold)
        assert await balances(ports) == {"a": (20, len(sold) + sets), "b": (100, 3 * sets)}
        assert len(sold) + sets in (19, 20)


async def test_a_key_gets_the_first_answer_whatever_came_since(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 2}) as ports:
        new = order(("a", 2))
        first = await service.place(ports, ACTOR, new, "once")
        await transitions.fulfil(ports, ACTOR, first["id"], Fulfilment())
        again = await service.place(ports, ACTOR, new, "once")
        assert msgspec.json.encode(again) == msgspec.json.encode(first)
        with pytest.raises(KeyReused):
            await service.place(ports, ACTOR, order(("a", 1)), "once")
        with pytest.raises(KeyReused):
            await service.place(ports, ACTOR, order(("gone", 1)), "once")


async def test_one_key_at_once_makes_one_order(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 100}) as ports:
        new = order(("a", 3))
        answers = await asyncio.gather(
            *(service.place(ports, ACTOR, new, "same") for _ in range(20))
        )
        assert len({answer["id"] for answer in answers}) == 1
        assert await balances(ports) == {"a": (100, 3)}


async def test_an_order_of_1350_lines_is_placed(tmp_path: Path) -> None:
    stock = {f"p{n:04d}": 10 for n in range(1350)}
    async with shop(tmp_path, stock) as ports:
        new = order(*((id, 2) for id in stock), shipping_minor=500)
        placed = await service.place(ports, ACTOR, new, "long")
        assert placed["total_minor"] == 1350 * 2 * 1000 + 500
        assert set((await balances(ports)).values()) == {(10, 2)}
        found = await service.get(ports, placed["id"])
        assert plain(found) == plain(placed)
        again = await service.place(ports, ACTOR, new, "long")
        assert msgspec.json.encode(again) == msgspec.json.encode(placed)
        told = (await ports.bus.read("test", ["order.placed"])).events
        assert [(e.data["part"], e.data["parts"]) for e in told] == [(1, 2), (2, 2)]
        assert sum(len(e.data["rows"]["line"]) for e in told) == 1351
        assert max(len(msgspec.json.encode(dict(e.data))) for e in told) < 250_000
        await transitions.fulfil(ports, ACTOR, placed["id"], Fulfilment())
        assert set((await balances(ports)).values()) == {(8, 0)}


async def test_a_long_order_that_lacks_one_thing_leaves_no_trace(tmp_path: Path) -> None:
    stock = {f"p{n:04d}": 10 for n in range(1350)} | {"p1349": 1}
    async with shop(tmp_path, stock) as ports:
        new = order(*((id, 2) for id in stock))
        with pytest.raises(OutOfStock) as refused:
            await service.place(ports, ACTOR, new, "long")
        assert [error.field for error in refused.value.errors] == ["lines[1349].quantity"]
        assert {reserved for _, reserved in (await balances(ports)).values()} == {0}
        assert (await service.listing(ports)).items == []
        assert (await ports.bus.read("test", [])).events == []
        with pytest.raises(OutOfStock):
            await service.place(ports, ACTOR, new, "long")


async def test_a_bundle_goes_with_its_parts(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 9}, bundle("set", {"a": 2, "b": 1}, cost_minor=5)) as ports:
        await fill(ports, [product("b", status="archived")], {"b": 9})
        with pytest.raises(Invalid, match="product set needs b, which is archived"):
            await service.place(ports, ACTOR, order(("set", 1)))
        await fill(ports, [product("b")], {})
        await service.place(ports, ACTOR, order(("set", 1)))


@pytest.mark.parametrize("lines", [1, 60])
async def test_an_order_of_nobody_known_is_refused_and_leaves_no_trace(
    tmp_path: Path, lines: int
) -> None:
    stock = {f"p{n}": 5 for n in range(lines)}
    async with shop(tmp_path, stock) as ports:
        asked = order(*((id, 1) for id in stock), customer_id="cus_2")
        with pytest.raises(Invalid, match="customer_id: no customer cus_2"):
            await service.place(ports, ACTOR, asked, "k")
        assert await balances(ports) == dict.fromkeys(stock, (5, 0))
        assert [items async for items in ports.records.scan(ORDERS)] == []
        known = order(*((id, 1) for id in stock), customer_id="cus_1")
        made = await service.place(ports, ACTOR, known, "k")
        assert made["customer_id"] == "cus_1"
