"""Receipts of more products than one commit takes: by groups, each exactly once."""

from pathlib import Path

import pytest

from domains.simulated import ACTOR, Counted, Killed, advance, opened, wrapped
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory import stock
from omnix.domains.inventory.declare import DELIVERIES
from omnix.domains.inventory.purchasing import receiving, service
from omnix.domains.inventory.purchasing.model import (
    MAX_RECEIPT_LINES,
    NewLine,
    NewPurchaseOrder,
    NewReceipt,
    PurchaseOrder,
    Received,
)
from omnix.kit.errors import Conflict, Invalid
from omnix.platform.idempotency import KeyReused
from omnix.ports import Ports

from .buying import shop_of, supplier_of

pytestmark = pytest.mark.anyio
IDS = [f"p{n:02}" for n in range(2 * MAX_RECEIPT_LINES + 4)]


async def sent(ports: Ports) -> PurchaseOrder:
    await shop_of(ports, dict.fromkeys(IDS, 1.0))
    await supplier_of(ports, "acme", dict.fromkeys(IDS, 200))
    lines = tuple(NewLine(product_id=id, quantity=5) for id in IDS)
    new = NewPurchaseOrder(supplier_id="acme", location_id="north", lines=lines)
    order = await service.create(ports, ACTOR, new)
    await service.approve(ports, ACTOR, order.id)
    return await service.send(ports, ACTOR, order.id)


def came(units: int = 5, *, ids: list[str] = IDS) -> NewReceipt:
    return NewReceipt(lines=tuple(Received(product_id=id, quantity=units) for id in ids))


async def on_hand(ports: Ports) -> set[tuple[int, int]]:
    found = [await inventory.get(ports, id, "north") for id in IDS]
    return {(each.on_hand, each.on_order) for each in found}


async def test_killed_between_groups_it_goes_on_under_the_same_key(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        order = await sent(ports)
        records = Counted(ports.records, fail_at=3, only="write")
        with pytest.raises(Killed):
            await receiving.receive(wrapped(ports, records=records), ACTOR, order.id, came(), "k1")
        assert await on_hand(ports) == {(5, 0), (0, 5)}
        done = await receiving.receive(ports, ACTOR, order.id, came(), "k1")
        assert done.state == "received"
        assert await receiving.receive(ports, ACTOR, order.id, came(), "k1") == done
        assert await on_hand(ports) == {(5, 0)}
        assert await stock.differences(ports) == []
        page = await ports.records.query(DELIVERIES, "acme", limit=10)
        assert [item["units"] for item in page.items] == [5 * len(IDS)]
        with pytest.raises(KeyReused):
            await receiving.receive(ports, ACTOR, order.id, came(4), "k1")


async def test_what_is_wrong_anywhere_takes_nothing_in(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        order = await sent(ports)
        with pytest.raises(Invalid, match="Idempotency-Key"):
            await receiving.receive(ports, ACTOR, order.id, came())
        with pytest.raises(Invalid, match="not on this order"):
            await receiving.receive(ports, ACTOR, order.id, came(ids=[*IDS, "p99"]), "k1")
        with pytest.raises(Invalid, match="twice"):
            await receiving.receive(ports, ACTOR, order.id, came(ids=[*IDS, IDS[0]]), "k2")
        assert await on_hand(ports) == {(0, 5)}


async def test_the_rest_of_a_receipt_may_be_more_than_was_ordered(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        order = await sent(ports)
        late = IDS[MAX_RECEIPT_LINES:]
        await receiving.receive(ports, ACTOR, order.id, came(ids=late), "first")
        advance(ports, hours=1)
        # The first group completes the order; the second brings more of what had come.
        again = came(5, ids=IDS[:MAX_RECEIPT_LINES]).lines + came(1, ids=late[:2]).lines
        done = await receiving.receive(ports, ACTOR, order.id, NewReceipt(lines=again), "second")
        assert done.state == "received"
        assert (await inventory.get(ports, late[0], "north")).on_hand == 6
        assert (await inventory.get(ports, late[2], "north")).on_hand == 5
        assert await stock.differences(ports) == []
        with pytest.raises(Conflict, match="received"):
            await receiving.receive(ports, ACTOR, order.id, came(1, ids=late[:1]), "third")
