"""A process that dies at any write leaves an order that is complete or gone, never half."""

import asyncio
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from domains.orders.shop import ACTOR, balances, order, shop
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory.model import Adjustment
from omnix.domains.inventory.stock import OutOfStock
from omnix.domains.orders import handlers, service, transitions, work
from omnix.domains.orders.declare import ORDER_LINES, ORDERS
from omnix.domains.orders.model import Cancellation, Fulfilment, GoodsReturn
from omnix.ports import Operation, Ports, Update

pytestmark = pytest.mark.anyio

LINES = 7
CHUNK = 2


class Died(Exception):
    """The process is gone."""


class Mortal:
    """Records whose process dies at the ``at``-th write: before it, or just after its commit."""

    def __init__(self, records: Any, at: int, *, committed: bool) -> None:
        self._records, self._at, self._committed = records, at, committed
        self.writes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._records, name)

    async def write(self, operations: Sequence[Operation], events: Sequence[Any] = ()) -> None:
        if self.writes >= self._at:
            raise Died  # nothing works after death
        self.writes += 1
        dies = self.writes == self._at
        if dies and not self._committed:
            raise Died
        await self._records.write(operations, events)
        if dies:
            raise Died


def mortal(ports: Ports, at: int, *, committed: bool) -> Ports:
    return dataclasses.replace(ports, records=Mortal(ports.records, at, committed=committed))


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of two products, so that a short order takes as many as a long one."""
    monkeypatch.setattr(work, "CHUNK", CHUNK)
    monkeypatch.setattr(work, "INLINE_LINES", 3)


STOCK = {f"p{n}": 100 for n in range(LINES)}
WRITES = 1 + -(-LINES // CHUNK) + 1
"""To begin, a step for each chunk, and to end."""


async def _events(ports: Ports) -> list[str]:
    return [event.type for event in (await ports.bus.read("test", [])).events]


async def _pending(ports: Ports) -> int:
    page = await ports.records.query(ORDERS, "yes", index="pending-index")
    lines = [row async for rows in ports.records.scan(ORDER_LINES) for row in rows]
    orders = [row async for rows in ports.records.scan(ORDERS) for row in rows]
    known = {row["id"] for row in orders}
    assert all(row["order_id"] in known for row in lines)
    return len(page.items)


async def test_placing_survives_death_at_every_write(tmp_path: Path) -> None:
    """With a key the order is finished at start-up, and the retry gets it."""
    new = order(*((id, 3) for id in STOCK), shipping_minor=5)
    async with shop(tmp_path, STOCK) as ports:
        count = 0
        for at in range(1, WRITES + 1):
            for committed in (False, True):
                key = f"{at}-{committed}"
                dying = mortal(ports, at, committed=committed)
                with pytest.raises(Died):
                    await service.place(dying, ACTOR, new, key)
                began = at > 1 or committed
                seen = len((await service.listing(ports, limit=200)).items)
                assert seen == count + (at == WRITES and committed)
                await handlers.sweep(ports, 0)
                assert await _pending(ports) == 0
                assert len((await service.listing(ports, limit=200)).items) == count + began
                first = await service.place(ports, ACTOR, new, key)
                again = await service.place(ports, ACTOR, new, key)
                assert msgspec.json.encode(first) == msgspec.json.encode(again)
                count += 1
                reserved = {r for _, r in (await balances(ports)).values()}
                assert reserved == {3 * count}
                assert await _events(ports) == ["order.placed"] * count
        assert count == 2 * WRITES


async def test_a_retry_goes_on_where_the_dead_process_was(tmp_path: Path) -> None:
    new = order(*((id, 3) for id in STOCK))
    async with shop(tmp_path, STOCK) as ports:
        count = 0
        for at in range(1, WRITES + 1):
            for committed in (False, True):
                key = f"{at}-{committed}"
                dying = mortal(ports, at, committed=committed)
                with pytest.raises(Died):
                    await service.place(dying, ACTOR, new, key)
                await service.place(ports, ACTOR, new, key)
                count += 1
                assert {r for _, r in (await balances(ports)).values()} == {3 * count}
                assert await _events(ports) == ["order.placed"] * count
        assert await handlers.sweep(ports, 0) == {"finished": 0, "taken_back": 0, "failed": 0}


async def test_an_order_without_a_key_is_taken_back(tmp_path: Path) -> None:
    """Nobody can ask for it again, and nobody was told of it."""
    new = order(*((id, 3) for id in STOCK))
    async with shop(tmp_path, STOCK) as ports:
        for at in range(1, WRITES + 1):
            for committed in (False, True):
                if (at, committed) == (WRITES, True):
                    continue  # acknowledged but for the answer
                with pytest.raises(Died):
                    await service.place(mortal(ports, at, committed=committed), ACTOR, new)
                await handlers.sweep(ports, 0)
                assert await _pending(ports) == 0
                assert {r for _, r in (await balances(ports)).values()} == {0}
                assert (await service.listing(ports)).items == []
        assert await _events(ports) == []


async def test_taking_back_survives_death_at_every_write(tmp_path: Path) -> None:
    """The last product is lacking: whatever happens, all is released and the key is free."""
    stock = {**STOCK, f"p{LINES - 1}": 2}
    new = order(*((id, 3) for id in stock))
    chunks = -(-LINES // CHUNK)
    # Begin, the chunks but the last, that one refused, turn, take back, remove.
    writes = 1 + (chunks - 1) + 1 + 1 + (chunks - 1) + 1
    async with shop(tmp_path, stock) as ports:
        for at in range(1, writes + 1):
            for committed in (False, True):
                dying = mortal(ports, at, committed=committed)
                with pytest.raises((Died, OutOfStock)):
                    await service.place(dying, ACTOR, new, "key")
                await handlers.sweep(ports, 0)
                assert await _pending(ports) == 0
                assert {r for _, r in (await balances(ports)).values()} == {0}
                with pytest.raises(OutOfStock):
                    await service.place(ports, ACTOR, new, "key")
        await service.place(ports, ACTOR, order(("p0", 1)), "key")
        assert await _events(ports) == ["order.placed"]


@pytest.mark.parametrize("kind", ["fulfil", "cancel", "return"])
async def test_changes_survive_death_at_every_write(tmp_path: Path, kind: str) -> None:
    new = order(*((id, 3) for id in STOCK))
    on_hand, sold = 100, 0
    async with shop(tmp_path, STOCK) as ports:
        for at in range(1, WRITES + 1):
            for committed in (False, True):
                id = (await service.place(ports, ACTOR, new))["id"]
                if kind == "return":
                    await transitions.fulfil(ports, ACTOR, id, Fulfilment())
                dying = mortal(ports, at, committed=committed)
                body, change = {
                    "fulfil": (Fulfilment(), transitions.fulfil),
                    "cancel": (Cancellation(), transitions.cancel),
                    "return": (GoodsReturn(), transitions.take_back),
                }[kind]
                with pytest.raises(Died):
                    await change(dying, ACTOR, id, body, f"key-{id}")  # type: ignore[operator]
                await handlers.sweep(ports, 0)
                assert await _pending(ports) == 0
                done = await change(ports, ACTOR, id, body, f"key-{id}")  # type: ignore[operator]
                status = {"fulfil": "fulfilled", "cancel": "cancelled", "return": "returned"}
                assert done.status == status[kind]
                assert done.version == (3 if kind == "return" else 2)
                sold += 3 * (kind == "fulfil")
                assert set((await balances(ports)).values()) == {(on_hand - sold, 0)}


async def test_a_fulfilment_that_lacks_goods_is_taken_back(tmp_path: Path) -> None:
    """Somebody counted fewer than were sold: nothing of the order leaves."""
    new = order(*((id, 3) for id in STOCK))
    async with shop(tmp_path, STOCK) as ports:
        id = (await service.place(ports, ACTOR, new))["id"]
        counted = await inventory.adjust(ports, ACTOR, "p6", Adjustment(count_to=2))
        assert counted.available == -1
        before = await balances(ports)
        with pytest.raises(OutOfStock) as refused:
            await transitions.fulfil(ports, ACTOR, id, Fulfilment(), "key")
        assert refused.value.errors[0].reason == "2 of p6 on hand, 3 asked for"
        assert await balances(ports) == before
        found = await service.get(ports, id)
        assert (found.status, found.version) == ("placed", 1)
        await inventory.adjust(ports, ACTOR, "p6", Adjustment(count_to=3))
        assert (await transitions.fulfil(ports, ACTOR, id, Fulfilment(), "key")).version == 2


async def test_any_number_of_drivers_make_one_order(tmp_path: Path) -> None:
    """The first request, its impatient retries and the sweeper, all at once."""
    new = order(*((id, 3) for id in STOCK))
    async with shop(tmp_path, STOCK) as ports:
        for count in range(1, 6):
            placing = (service.place(ports, ACTOR, new, f"key-{count}") for _ in range(6))
            sweeping = (handlers.sweep(ports, 0) for _ in range(3))
            answers = (await asyncio.gather(*placing, *sweeping))[:6]
            assert len({msgspec.json.encode(answer) for answer in answers}) == 1
            assert {r for _, r in (await balances(ports)).values()} == {3 * count}
            assert await _events(ports) == ["order.placed"] * count
            assert await _pending(ports) == 0


async def test_long_orders_race_for_the_last_units(tmp_path: Path) -> None:
    """Each takes some before it finds the last product gone; all but two are taken back."""
    stock = {**STOCK, f"p{LINES - 1}": 6}
    new = order(*((id, 3) for id in stock))
    async with shop(tmp_path, stock) as ports:
        placing = (service.place(ports, ACTOR, new, f"key-{n}") for n in range(10))
        answers = await asyncio.gather(*placing, return_exceptions=True)
        assert sum(isinstance(answer, OutOfStock) for answer in answers) == 8
        assert {r for _, r in (await balances(ports)).values()} == {6}
        assert await _events(ports) == ["order.placed"] * 2
        assert await _pending(ports) == 0


async def test_an_order_that_cannot_be_read_keeps_no_other_from_its_end(tmp_path: Path) -> None:
    new = order(*((id, 3) for id in STOCK))
    async with shop(tmp_path, STOCK) as ports:
        for _ in range(3):
            with pytest.raises(Died):
                await service.place(mortal(ports, 2, committed=True), ACTOR, new)
        page = await ports.records.query(ORDERS, "yes", index="pending-index")
        broken = page.items[0]["id"]
        await ports.records.write([Update(ORDERS, broken, set={"lines": 7})])
        assert await handlers.sweep(ports, 0) == {"finished": 0, "taken_back": 2, "failed": 1}
        left = await ports.records.query(ORDERS, "yes", index="pending-index")
        assert [item["id"] for item in left.items] == [broken]
