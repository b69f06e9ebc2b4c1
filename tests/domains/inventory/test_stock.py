"""Stock outside of orders: balances and ledger agree, whoever changes them at the same time."""

import asyncio
from pathlib import Path

import pytest

from domains.orders.shop import ACTOR, add_stock, balances, bundle, order, plain, product, shop
from omnix.adapters.local.platform import open_local
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.inventory import locations, service, stock, supply
from omnix.domains.inventory.declare import BALANCES
from omnix.domains.inventory.model import (
    Adjustment,
    NewLocation,
    NewTransfer,
    Receipt,
    TransferLine,
)
from omnix.domains.inventory.stock import OutOfStock
from omnix.domains.inventory.supply_model import NewSupplier, NewTerms, SupplierChange
from omnix.domains.orders import service as orders
from omnix.kit.errors import AlreadyExists, Conflict, Invalid, NotFound
from omnix.platform.idempotency import KeyReused
from omnix.ports import Update

pytestmark = pytest.mark.anyio


async def test_the_first_location_appears_when_it_is_needed(tmp_path: Path) -> None:
    async with open_local(tmp_path, COLLECTIONS, FACTS) as platform:
        ports = platform.ports
        found = await asyncio.gather(*(locations.default(ports) for _ in range(5)))
        assert set(found) == {"main"}
        page = await locations.listing(ports, 50, None)
        assert [(each.id, each.default) for each in page.items] == [("main", True)]
        with pytest.raises(AlreadyExists):
            await locations.create(ports, ACTOR, NewLocation(id="main", name="Again"))
        second = await locations.create(ports, ACTOR, NewLocation(name="Second"))
        assert not second.default


async def test_the_location_opened_first_is_the_default(tmp_path: Path) -> None:
    async with open_local(tmp_path, COLLECTIONS, FACTS) as platform:
        made = await locations.create(platform.ports, ACTOR, NewLocation(id="x", name="X"))
        assert made.default
        assert await locations.default(platform.ports) == "x"


async def test_differences_counts_and_receipts(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 10}) as ports:
        await orders.place(ports, ACTOR, order(("a", 4)))
        after = await service.adjust(ports, ACTOR, "a", Adjustment(delta=-6, reason="theft"))
        assert (after.on_hand, after.reserved, after.available) == (4, 4, 0)
        with pytest.raises(OutOfStock, match="only 0 available"):
            await service.adjust(ports, ACTOR, "a", Adjustment(delta=-1))
        counted = await service.adjust(ports, ACTOR, "a", Adjustment(count_to=1))
        assert (counted.on_hand, counted.available) == (1, -3)
        assert counted.counted_at is not None
        with pytest.raises(OutOfStock):
            await orders.place(ports, ACTOR, order(("a", 1)))
        more = await service.receive(ports, ACTOR, "a", Receipt(quantity=5, reference="PO-1"))
        assert (more.on_hand, more.available) == (6, 2)
        assert await balances(ports) == {"a": (6, 4)}
        page = await service.history(ports, "a", None, 50, None)
        told = {(entry.kind, entry.on_hand_delta, entry.reason) for entry in page.items}
        assert told == {
            ("receipt", 5, None),
            ("count", -3, "correction"),
            ("adjustment", -6, "theft"),
            ("reservation", 0, None),
            ("count", 10, "opening"),
        }


async def test_a_count_confirms_also_where_nothing_changed(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 3}, product("n")) as ports:
        assert (await service.adjust(ports, ACTOR, "n", Adjustment(count_to=0))).counted_at
        assert (await service.adjust(ports, ACTOR, "a", Adjustment(count_to=3))).on_hand == 3
        assert await balances(ports) == {"a": (3, 0), "n": (0, 0)}


async def test_counting_while_others_change_the_stock(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 1000}) as ports:
        await asyncio.gather(
            *(orders.place(ports, ACTOR, order(("a", 2))) for _ in range(30)),
            *(service.receive(ports, ACTOR, "a", Receipt(quantity=1)) for _ in range(10)),
            *(service.adjust(ports, ACTOR, "a", Adjustment(count_to=500 + n)) for n in range(5)),
        )
        on_hand, reserved = (await balances(ports))["a"]
        assert reserved == 60
        assert 500 <= on_hand <= 514


async def test_a_key_adjusts_once(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 10}) as ports:
        change = Adjustment(delta=5, reason="found")
        await asyncio.gather(*(service.adjust(ports, ACTOR, "a", change, "key") for _ in range(8)))
        assert await balances(ports) == {"a": (15, 0)}
        with pytest.raises(KeyReused):
            await service.adjust(ports, ACTOR, "a", Adjustment(delta=6), "key")


async def test_a_retry_is_told_what_the_first_was_told(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 10}) as ports:
        receipt = Receipt(quantity=3)
        took = await service.receive(ports, ACTOR, "a", receipt, "received")
        assert took.on_hand == 13
        await service.adjust(ports, ACTOR, "a", Adjustment(count_to=1), "counted")
        gone = await service.adjust(ports, ACTOR, "a", Adjustment(delta=-1), "gone")
        assert gone.on_hand == 0
        for _ in range(2):
            assert await service.receive(ports, ACTOR, "a", receipt, "received") == took
            again = await service.adjust(ports, ACTOR, "a", Adjustment(count_to=1), "counted")
            assert again.on_hand == 1
        assert await balances(ports) == {"a": (0, 0)}


async def test_those_who_send_one_request_at_once_are_told_the_same(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 10}) as ports:
        change = Adjustment(delta=5)
        told = await asyncio.gather(
            *(service.adjust(ports, ACTOR, "a", change, "key") for _ in range(8)),
            *(service.receive(ports, ACTOR, "a", Receipt(quantity=1)) for _ in range(8)),
        )
        assert len({plain(each)["on_hand"] for each in told[:8]}) == 1
        assert await balances(ports) == {"a": (23, 0)}


async def test_transfers_move_all_lines_or_none(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 10, "b": 1}) as ports:
        await locations.create(ports, ACTOR, NewLocation(id="east", name="East"))
        both = NewTransfer(
            from_location_id="main",
            to_location_id="east",
            lines=(TransferLine("a", 4), TransferLine("b", 2)),
        )
        with pytest.raises(OutOfStock) as refused:
            await service.transfer(ports, ACTOR, both)
        assert [(e.field, e.reason) for e in refused.value.errors] == [
            ("lines[1].quantity", "1 available")
        ]
        one = NewTransfer(
            from_location_id="main", to_location_id="east", lines=(TransferLine("a", 4),)
        )
        first = await service.transfer(ports, ACTOR, one, "key")
        again = await service.transfer(ports, ACTOR, one, "key")
        assert plain(first) == plain(again)
        assert await balances(ports) == {"a": (6, 0), "b": (1, 0)}
        assert await balances(ports, "east") == {"a": (4, 0)}
        placed = await orders.place(ports, ACTOR, order(("a", 4), location_id="east"))
        assert placed["location_id"] == "east"


async def test_a_bundle_has_no_stock_of_its_own(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 10}, bundle("set", {"a": 2})) as ports:
        with pytest.raises(Invalid, match="bundle"):
            await service.adjust(ports, ACTOR, "set", Adjustment(delta=1))
        with pytest.raises(NotFound):
            await service.adjust(ports, ACTOR, "none", Adjustment(delta=1))
        with pytest.raises(Invalid, match="location_id"):
            await service.adjust(ports, ACTOR, "a", Adjustment(delta=1, location_id="none"))


async def test_lists_by_product_by_location_and_of_all(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 1, "b": 2, "c": 3}) as ports:
        await locations.create(ports, ACTOR, NewLocation(id="east", name="East"))
        await add_stock(ports, {"a": 5, "c": 7}, "east")

        async def walk(**given: str) -> list[tuple[str, str]]:
            found: list[tuple[str, str]] = []
            cursor = None
            while True:
                page = await service.listing(
                    ports, given.get("product"), given.get("place"), 2, cursor
                )
                found += [(b.location_id, b.product_id) for b in page.items]
                cursor = page.next_cursor
                if cursor is None:
                    return found

        assert await walk(product="a") == [("east", "a"), ("main", "a")]
        assert await walk(place="main") == [("main", "a"), ("main", "b"), ("main", "c")]
        assert await walk(product="b", place="main") == [("main", "b")]
        east = [("east", "a"), ("east", "c")]
        assert await walk() == [*east, ("main", "a"), ("main", "b"), ("main", "c")]
        with pytest.raises(Invalid, match="cursor"):
            await service.listing(ports, None, None, 2, "WyJlYXN0Il0")


async def test_a_balance_that_the_ledger_does_not_explain_is_found(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 10, "b": 10}) as ports:
        assert await stock.differences(ports) == []
        await ports.records.write([Update(BALANCES, ("a", "main"), add={"on_hand": 1})])
        wrong = await stock.differences(ports)
        assert len(wrong) == 2
        assert all(sentence.startswith("a@main") for sentence in wrong)


async def test_suppliers_and_their_terms(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 10}) as ports:
        new = NewSupplier(name=" Acme ", lead_time_days=7.5, lead_time_deviation_days=2, id="acme")
        made = await supply.create(ports, ACTOR, new)
        assert made.name == "Acme"
        with pytest.raises(AlreadyExists):
            await supply.create(ports, ACTOR, new)
        after = await supply.change(
            ports, ACTOR, "acme", SupplierChange(version=1, lead_time_days=5)
        )
        assert (after.lead_time_days, after.lead_time_deviation_days, after.version) == (5, 2, 2)
        with pytest.raises(Conflict):
            await supply.change(ports, ACTOR, "acme", SupplierChange(version=1, name="Other"))
        terms = NewTerms(unit_cost_minor=450, minimum_quantity=12, pack_size=6)
        await supply.set_terms(ports, ACTOR, "a", "acme", terms)
        assert [each.pack_size for each in await supply.terms(ports, "a")] == [6]
        assert [each.product_id for each in (await supply.supplied(ports, "acme", 9, None)).items]
        with pytest.raises(NotFound):
            await supply.set_terms(ports, ACTOR, "a", "nobody", terms)
        await supply.end_terms(ports, ACTOR, "a", "acme")
        assert await supply.terms(ports, "a") == []
        with pytest.raises(NotFound):
            await supply.end_terms(ports, ACTOR, "a", "acme")


async def test_every_balance_is_read_once_and_no_entry_of_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_CHUNK", 3)
    async with shop(tmp_path, dict.fromkeys("abcdefg", 1)) as ports:
        await locations.create(ports, ACTOR, NewLocation(id="back", name="Back"))
        await add_stock(ports, {"a": 2, "g": 3}, "back")
        found = [
            (item["product_id"], item["location_id"], item["on_hand"])
            async for items in service.everything(ports)
            for item in items
        ]
        main = [(id, "main", 1) for id in "abcdefg"]
        assert sorted(found) == sorted([*main, ("a", "back", 2), ("g", "back", 3)])


async def test_unknown_products_places_and_suppliers_are_told(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 1}) as ports:
        assert len((await service.history(ports, "a", None, 50, None)).items) == 1
        with pytest.raises(NotFound):
            await service.history(ports, "ghost", None, 50, None)
        with pytest.raises(Invalid, match="location_id"):
            await service.history(ports, "a", "ghost", 50, None)
        with pytest.raises(NotFound):
            await supply.supplied(ports, "ghost", 50, None)


async def test_a_shop_has_as_many_locations_as_are_shown(tmp_path: Path) -> None:
    async with shop(tmp_path, {}) as ports:
        for n in range(locations.MOST - 1):
            await locations.create(ports, ACTOR, NewLocation(id=f"l{n}", name="L"))
        with pytest.raises(Conflict, match="200"):
            await locations.create(ports, ACTOR, NewLocation(name="One more"))
        assert len((await locations.listing(ports, 200, None)).items) == locations.MOST
