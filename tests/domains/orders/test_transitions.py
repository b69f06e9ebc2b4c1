"""What may happen to an order, and what it leaves in stock, money and events."""

import asyncio
from pathlib import Path

import pytest

from domains.orders.shop import ACTOR, balances, bundle, order, plain, shop
from omnix.domains.orders import service, transitions
from omnix.domains.orders.changes import MAX_CHANGES
from omnix.domains.orders.declare import ORDERS
from omnix.domains.orders.model import (
    Cancellation,
    Confirmation,
    Fulfilment,
    GoodsReturn,
    LineReturn,
    LineUnits,
    NewLine,
    NewOrder,
    Payment,
    Refund,
)
from omnix.kit.errors import Conflict, Invalid, NotFound

pytestmark = pytest.mark.anyio


async def test_from_part_fulfilment_to_return(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 10, "b": 10}, bundle("set", {"a": 1, "b": 2})) as ports:
        id = (await service.place(ports, ACTOR, order(("a", 4), ("set", 2))))["id"]
        assert await balances(ports) == {"a": (10, 6), "b": (10, 4)}
        some = Fulfilment(lines=(LineUnits(2, 1), LineUnits(1, 3)))
        part = await transitions.fulfil(ports, ACTOR, id, some)
        assert part.status == "partly_fulfilled"
        assert await balances(ports) == {"a": (6, 2), "b": (8, 2)}
        cut = await transitions.cancel(ports, ACTOR, id, Cancellation())
        assert [(x.fulfilled, x.cancelled) for x in cut.lines] == [(3, 1), (1, 1)]
        assert cut.status == "fulfilled"
        assert await balances(ports) == {"a": (6, 0), "b": (8, 0)}
        back = GoodsReturn(lines=(LineReturn(1, 2), LineReturn(2, 1, restock=False)))
        await transitions.take_back(ports, ACTOR, id, back)
        assert await balances(ports) == {"a": (8, 0), "b": (8, 0)}
        end = await transitions.take_back(ports, ACTOR, id, GoodsReturn(restock=False))
        assert (end.status, end.version) == ("returned", 5)
        assert await balances(ports) == {"a": (8, 0), "b": (8, 0)}
        assert plain(await service.get(ports, id)) == plain(end)
        with pytest.raises(Conflict):
            await transitions.take_back(ports, ACTOR, id, GoodsReturn())
        page = await service.listing(ports, status="returned")
        assert [each.id for each in page.items] == [id]
        assert (await service.listing(ports, status="placed")).items == []


async def test_an_order_is_confirmed_once_and_before_it_goes_out(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 10}) as ports:
        id = (await service.place(ports, ACTOR, order(("a", 4))))["id"]
        one = await transitions.confirm(ports, ACTOR, id, Confirmation(note="by phone"), "key")
        assert (one.status, one.version) == ("confirmed", 2)
        assert plain(
            await transitions.confirm(ports, ACTOR, id, Confirmation(note="by phone"), "key")
        ) == plain(one)
        with pytest.raises(Conflict, match="confirmed already"):
            await transitions.confirm(ports, ACTOR, id, Confirmation())
        assert await balances(ports) == {"a": (10, 4)}
        assert [o.id for o in (await service.listing(ports, status="confirmed")).items] == [id]
        some = Fulfilment(lines=(LineUnits(1, 1),))
        assert (await transitions.fulfil(ports, ACTOR, id, some)).status == "partly_fulfilled"
        with pytest.raises(Conflict, match="partly fulfilled already"):
            await transitions.confirm(ports, ACTOR, id, Confirmation())


async def test_beyond_what_is_open_is_refused_by_line(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 10}) as ports:
        id = (await service.place(ports, ACTOR, order(("a", 4))))["id"]
        with pytest.raises(Conflict) as refused:
            await transitions.fulfil(ports, ACTOR, id, Fulfilment(lines=(LineUnits(1, 5),)))
        assert refused.value.errors[0].field == "lines[0].quantity"
        with pytest.raises(Invalid, match="1 lines"):
            await transitions.fulfil(ports, ACTOR, id, Fulfilment(lines=(LineUnits(2, 1),)))
        twice = Fulfilment(lines=(LineUnits(1, 1), LineUnits(1, 1)))
        with pytest.raises(Invalid, match="twice"):
            await transitions.fulfil(ports, ACTOR, id, twice)
        with pytest.raises(Conflict, match="version 1"):
            await transitions.fulfil(ports, ACTOR, id, Fulfilment(version=7))
        with pytest.raises(NotFound):
            await transitions.fulfil(ports, ACTOR, "ord_none", Fulfilment())
        assert await balances(ports) == {"a": (10, 4)}


async def test_returns_and_cancellations_undo_revenue_exactly(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 10}) as ports:
        new = NewOrder(
            lines=(NewLine("a", 7, unit_price_minor=143, discount_minor=1),), discount_minor=99
        )
        id = (await service.place(ports, ACTOR, new))["id"]
        await transitions.fulfil(ports, ACTOR, id, Fulfilment(lines=(LineUnits(1, 5),)))
        for units in (2, 1, 2):
            back = GoodsReturn(lines=(LineReturn(1, units),))
            await transitions.take_back(ports, ACTOR, id, back)
        await transitions.cancel(ports, ACTOR, id, Cancellation())
        rows = [e.data["rows"] for e in (await ports.bus.read("test", [])).events]
        sums = {
            name: sum(n for row in rows for n, kind in zip(row[name], row["kind"], strict=True)
                      if kind != "fulfilment")
            for name in ("quantity", "revenue_minor", "discount_minor")
        }  # fmt: skip
        assert sums == {"quantity": 0, "revenue_minor": 0, "discount_minor": 0}


async def test_no_more_money_goes_back_than_came(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 10}) as ports:
        id = (await service.place(ports, ACTOR, order(("a", 2))))["id"]
        with pytest.raises(Conflict):
            await transitions.refund(ports, ACTOR, id, Refund(amount_minor=1))
        paid = await transitions.pay(ports, ACTOR, id, Payment())
        assert (paid.payment_state, paid.paid_minor) == ("paid", 2000)
        with pytest.raises(Conflict, match="paid already"):
            await transitions.pay(ports, ACTOR, id, Payment())
        tries = (transitions.refund(ports, ACTOR, id, Refund(amount_minor=500)) for _ in range(5))
        answers = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(answer, Conflict) for answer in answers) == 1
        found = await service.get(ports, id)
        assert (found.payment_state, found.refunded_minor) == ("refunded", 2000)


async def test_a_repeated_change_happens_once_and_answers_as_before(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 10}) as ports:
        id = (await service.place(ports, ACTOR, order(("a", 4))))["id"]
        body = Fulfilment(lines=(LineUnits(1, 2),))
        first = await transitions.fulfil(ports, ACTOR, id, body, "key")
        await transitions.cancel(ports, ACTOR, id, Cancellation())
        again = await transitions.fulfil(ports, ACTOR, id, body, "key")
        assert plain(again) == plain(first)
        assert await balances(ports) == {"a": (8, 0)}
        same = [transitions.pay(ports, ACTOR, id, Payment(), "pay") for _ in range(5)]
        assert len({each.version for each in await asyncio.gather(*same)}) == 1


async def test_an_imported_order_never_reserved_anything(tmp_path: Path) -> None:
    """Nor has it anything to release; what comes back from it is for sale again."""
    async with shop(tmp_path, {"a": 10}) as ports:
        id = (await service.place(ports, ACTOR, order(("a", 4))))["id"]
        stored = dict(await service.load(ports, id))
        past = {**stored, "id": "536365", "source": "import", "own_number": "A-7"}
        await ports.records.load(ORDERS, [past])
        await transitions.fulfil(ports, ACTOR, "536365", Fulfilment(lines=(LineUnits(1, 3),)))
        await transitions.cancel(ports, ACTOR, "536365", Cancellation())
        assert await balances(ports) == {"a": (10, 4)}
        await transitions.take_back(ports, ACTOR, "536365", GoodsReturn())
        assert await balances(ports) == {"a": (13, 4)}
        for number in ("A-7", "536365"):
            found = await service.listing(ports, number=number)
            assert [each.id for each in found.items] == ["536365"]


async def test_an_order_is_changed_so_often_and_no_more(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 1}) as ports:
        placed = await service.place(ports, ACTOR, order(("a", 1), payment_state="paid"))
        for _ in range(MAX_CHANGES):
            await transitions.refund(ports, ACTOR, placed["id"], Refund(amount_minor=1))
        with pytest.raises(Conflict, match="200 times"):
            await transitions.refund(ports, ACTOR, placed["id"], Refund(amount_minor=1))
        assert (await service.get(ports, placed["id"])).refunded_minor == MAX_CHANGES
