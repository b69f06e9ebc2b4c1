"""Purchase orders from draft to received, and the stock, money and lead times that follow."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from domains.simulated import ACTOR, Counted, Killed, advance, opened, wrapped
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory import stock, supply, valuation
from omnix.domains.inventory.model import NewTransfer, TransferLine
from omnix.domains.inventory.policy import PolicyChange
from omnix.domains.inventory.policy import change as change_policy
from omnix.domains.inventory.purchasing import receiving, service
from omnix.domains.inventory.purchasing.document import document
from omnix.domains.inventory.purchasing.model import (
    NewLine,
    NewPurchaseOrder,
    NewReceipt,
    PurchaseOrder,
    PurchaseOrderChange,
    Received,
)
from omnix.domains.inventory.supply_model import NewSupplier, NewTerms, PriceBreak, SupplierChange
from omnix.domains.products import service as products
from omnix.kit.errors import Conflict, Invalid, NotFound
from omnix.platform.idempotency import KeyReused
from omnix.ports import Ports

from .buying import count, shop_of, supplier_of

pytestmark = pytest.mark.anyio


def _new(**units: int) -> NewPurchaseOrder:
    lines = tuple(NewLine(product_id=id, quantity=n) for id, n in units.items())
    return NewPurchaseOrder(supplier_id="acme", location_id="north", lines=lines)


def _came(**units: int) -> NewReceipt:
    return NewReceipt(lines=tuple(Received(product_id=id, quantity=n) for id, n in units.items()))


async def _numbers(ports: Ports, product_id: str) -> tuple[int, int, int]:
    found = await inventory.get(ports, product_id, "north")
    return found.on_hand, found.on_order, found.drafted


async def _sent(ports: Ports, **units: int) -> PurchaseOrder:
    order = await service.create(ports, ACTOR, _new(**units))
    await service.approve(ports, ACTOR, order.id)
    return await service.send(ports, ACTOR, order.id)


async def test_from_draft_to_received_in_two_parts(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2, "mug": 1})
        await supplier_of(ports, "acme", {"tea": 200, "mug": 300}, delivery_minor=500)
        order = await service.create(ports, ACTOR, _new(tea=10, mug=4))
        assert (order.state, order.total_minor) == ("draft", 10 * 200 + 4 * 300 + 500)
        assert order.expected_on == "2026-01-08"
        assert await _numbers(ports, "tea") == (0, 0, 10)
        order = await service.approve(ports, ACTOR, order.id)
        assert await _numbers(ports, "tea") == (0, 10, 0)
        assert (await service.approve(ports, ACTOR, order.id)).version == order.version
        order = await service.send(ports, ACTOR, order.id)
        advance(ports, days=5)
        order = await receiving.receive(ports, ACTOR, order.id, _came(tea=6))
        assert order.state == "partly_received"
        assert await _numbers(ports, "tea") == (6, 4, 0)
        assert await _numbers(ports, "mug") == (0, 4, 0)
        advance(ports, days=2)
        order = await receiving.receive(ports, ACTOR, order.id, _came(tea=5, mug=4))
        assert order.state == "received"
        assert await _numbers(ports, "tea") == (11, 0, 0)  # one more came than was ordered
        assert await _numbers(ports, "mug") == (4, 0, 0)
        assert await stock.differences(ports) == []
        entries = (await inventory.history(ports, "tea", "north", 10, None)).items
        assert [(e.kind, e.on_hand_delta, e.reference, e.unit_cost_minor) for e in entries] == [
            ("receipt", 5, order.id, 200),
            ("receipt", 6, order.id, 200),
        ]
        assert (await service.close(ports, ACTOR, order.id)).state == "closed"


async def test_what_does_not_come_is_closed_or_cancelled(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2})
        await supplier_of(ports, "acme", {"tea": 200})
        order = await _sent(ports, tea=10)
        await receiving.receive(ports, ACTOR, order.id, _came(tea=3))
        with pytest.raises(Conflict, match="partly_received"):
            await service.cancel(ports, ACTOR, order.id)
        await service.close(ports, ACTOR, order.id)
        assert await _numbers(ports, "tea") == (3, 0, 0)
        with pytest.raises(Conflict, match="closed"):
            await receiving.receive(ports, ACTOR, order.id, _came(tea=1))
        for steps in ((), (service.approve,), (service.approve, service.send)):
            order = await service.create(ports, ACTOR, _new(tea=7))
            for step in steps:
                await step(ports, ACTOR, order.id)
            assert (await service.cancel(ports, ACTOR, order.id)).state == "cancelled"
            assert await _numbers(ports, "tea") == (3, 0, 0)
            again = await service.cancel(ports, ACTOR, order.id)
            assert again.state == "cancelled"


async def test_a_draft_can_be_changed_until_it_is_approved(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2, "mug": 1})
        await supplier_of(ports, "acme", {"tea": 200, "mug": 300})
        order = await service.create(ports, ACTOR, _new(tea=10))
        lines = (NewLine(product_id="mug", quantity=3, unit_cost_minor=250),)
        change = PurchaseOrderChange(version=1, lines=lines, note="soon")
        order = await service.change(ports, ACTOR, order.id, change)
        assert (order.total_minor, order.note, order.version) == (750, "soon", 2)
        assert await _numbers(ports, "tea") == (0, 0, 0)
        assert await _numbers(ports, "mug") == (0, 0, 3)
        with pytest.raises(Conflict, match="version 2"):
            await service.change(ports, ACTOR, order.id, change)
        order = await service.approve(ports, ACTOR, order.id)
        late = PurchaseOrderChange(version=order.version, note="x")
        with pytest.raises(Conflict, match="approved"):
            await service.change(ports, ACTOR, order.id, late)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"supplier_id": "none"}, "supplier_id"),
        ({"location_id": "none"}, "location_id"),
        ({"lines": (NewLine(product_id="none", quantity=1),)}, "lines[0].product_id"),
        ({"lines": (NewLine(product_id="tea", quantity=1),) * 2}, "lines[1].product_id"),
        ({"expected_on": "2026-02-30"}, "expected_on"),
        (
            {"lines": (NewLine(product_id="tea", quantity=10**9, unit_cost_minor=10**12),)},
            "lines",
        ),
    ],
)
async def test_what_cannot_be_ordered(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2})
        await supplier_of(ports, "acme", {"tea": 200})
        fields: dict[str, Any] = {"supplier_id": "acme", "lines": _new(tea=1).lines, **change}
        with pytest.raises(Invalid) as refused:
            await service.create(ports, ACTOR, NewPurchaseOrder(**fields))
        assert [e.field for e in refused.value.errors] == [field]


async def test_what_cannot_be_received(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2, "mug": 1})
        await supplier_of(ports, "acme", {"tea": 200})
        order = await service.create(ports, ACTOR, _new(tea=1))
        with pytest.raises(Conflict, match="draft"):
            await receiving.receive(ports, ACTOR, order.id, _came(tea=1))
        order = await _sent(ports, tea=1)
        with pytest.raises(Invalid, match="not on this order"):
            await receiving.receive(ports, ACTOR, order.id, _came(mug=1))
        with pytest.raises(NotFound):
            await receiving.receive(ports, ACTOR, "po_none", _came(tea=1))


async def test_retries_do_nothing_twice(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2})
        await supplier_of(ports, "acme", {"tea": 200})
        first = await service.create(ports, ACTOR, _new(tea=5), "key-1")
        assert (await service.create(ports, ACTOR, _new(tea=5), "key-1")).id == first.id
        with pytest.raises(KeyReused):
            await service.create(ports, ACTOR, _new(tea=6), "key-1")
        assert await _numbers(ports, "tea") == (0, 0, 5)
        await service.approve(ports, ACTOR, first.id)
        await service.send(ports, ACTOR, first.id)
        once = await receiving.receive(ports, ACTOR, first.id, _came(tea=2), "key-2")
        again = await receiving.receive(ports, ACTOR, first.id, _came(tea=2), "key-2")
        assert once == again
        assert await _numbers(ports, "tea") == (2, 3, 0)
        assert len((await supply.deliveries(ports, "acme", 10, None)).items) == 1


async def test_receipts_at_once_add_up(tmp_path: Path) -> None:
    """Eight people receive parts of four orders at the same time."""
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2, "mug": 1})
        await supplier_of(ports, "acme", {"tea": 200, "mug": 100})
        orders = [await _sent(ports, tea=10, mug=10) for _ in range(4)]
        receipts = [
            receiving.receive(ports, ACTOR, order.id, _came(tea=5, mug=5))
            for order in orders
            for _ in range(2)
        ]
        await asyncio.gather(*receipts)
        assert await _numbers(ports, "tea") == (40, 0, 0)
        assert await _numbers(ports, "mug") == (40, 0, 0)
        assert await stock.differences(ports) == []
        assert (await products.get(ports, "tea")).cost_minor == 200
        for order in orders:
            assert (await service.get(ports, order.id)).state == "received"


async def test_a_receipt_is_all_or_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2})
        await supplier_of(ports, "acme", {"tea": 200})
        order = await _sent(ports, tea=10)
        records = Counted(ports.records, fail_at=1, only="write")
        with pytest.raises(Killed):
            await receiving.receive(wrapped(ports, records=records), ACTOR, order.id, _came(tea=4))
        assert await _numbers(ports, "tea") == (0, 10, 0)
        assert (await service.get(ports, order.id)).lines[0].received == 0


async def test_stock_is_worth_its_moving_average(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2, "mug": 1, "pot": 1}, cost_minor=100)
        await supplier_of(ports, "acme", {"tea": 200})
        await count(ports, "tea", 10)
        order = await _sent(ports, tea=20)
        await receiving.receive(ports, ACTOR, order.id, _came(tea=20))
        assert (await products.get(ports, "tea")).cost_minor == 167  # (10 x 100 + 20 x 200) / 30
        worth = {w.product_id: w for w in (await valuation.listing(ports, 10, None)).items}
        assert (worth["tea"].on_hand, worth["tea"].value_minor) == (30, 5000)
        assert worth["tea"].basis == "moving-average"
        assert (worth["mug"].value_minor, worth["mug"].basis) == (0, "unit-cost")
        move = NewTransfer(
            from_location_id="north", to_location_id="south", lines=(TransferLine("tea", 12),)
        )
        await inventory.transfer(ports, ACTOR, move)
        worth = {w.product_id: w for w in (await valuation.listing(ports, 10, None)).items}
        assert worth["tea"].value_minor == 5000
        await supply.set_terms(ports, ACTOR, "tea", "acme", NewTerms(unit_cost_minor=80))
        order = await _sent(ports, tea=30)
        await receiving.receive(ports, ACTOR, order.id, _came(tea=30))
        assert (await products.get(ports, "tea")).cost_minor == 123  # (5000 + 2400) / 60
        await change_policy(ports, ACTOR, PolicyChange(version=0, cost_from_receipts=False))
        order = await _sent(ports, tea=60)
        await receiving.receive(ports, ACTOR, order.id, _came(tea=60))
        assert (await products.get(ports, "tea")).cost_minor == 123


async def test_another_currency_is_received_at_its_rate(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2})
        given: dict[str, Any] = {"name": "Yama", "lead_time_days": 3.0, "currency": "JPY"}
        with pytest.raises(Invalid, match="exchange_rate"):
            await supply.create(ports, ACTOR, NewSupplier(id="yama", **given))
        with pytest.raises(Invalid, match="above 0"):
            await supply.create(ports, ACTOR, NewSupplier(id="yama", exchange_rate="0.0", **given))
        await supplier_of(
            ports, "acme", {"tea": 350}, currency="JPY", exchange_rate="0.006", lead_time_days=3
        )
        (terms,) = await supply.terms(ports, "tea")
        assert terms.currency == "JPY"
        order = await _sent(ports, tea=10)
        assert (order.currency, order.total_minor, order.exchange_rate) == ("JPY", 3500, "0.006")
        await receiving.receive(ports, ACTOR, order.id, _came(tea=5))
        assert (await products.get(ports, "tea")).cost_minor == 210  # 350 yen are 2.10 euros
        receipt = NewReceipt(lines=_came(tea=5).lines, exchange_rate="0.008")
        await receiving.receive(ports, ACTOR, order.id, receipt)
        assert (await products.get(ports, "tea")).cost_minor == 245
        assert "3500 JPY" in (await document(ports, order)).text


async def test_lead_times_are_learnt_from_receipts(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2})
        await supplier_of(ports, "acme", {"tea": 200}, lead_time_days=7.0)
        acme = await supply.get(ports, "acme")
        told = await supply.lead_time(ports, acme)
        assert (told.days, told.deviation_days, told.deliveries) == (7, 0, 0)
        for took in (14, 14, 14):
            order = await _sent(ports, tea=3)
            advance(ports, days=took)
            await receiving.receive(ports, ACTOR, order.id, _came(tea=3))
        learnt = await supply.lead_time(ports, acme)
        assert learnt.days == 10.5  # three deliveries weigh as much as what was told
        assert learnt.deviation_days > 0
        assert learnt.deliveries == 3
        for _ in range(40):
            order = await _sent(ports, tea=3)
            advance(ports, days=14)
            await receiving.receive(ports, ACTOR, order.id, _came(tea=3))
        learnt = await supply.lead_time(ports, acme)
        assert learnt.deliveries == supply.LOOKED_AT
        assert learnt.days == pytest.approx(14, abs=0.7)
        page = await supply.deliveries(ports, "acme", 5, None)
        assert [each.days for each in page.items] == [14] * 5
        assert page.next_cursor is not None


async def test_price_breaks_are_paid(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2, "mug": 2})
        await supplier_of(ports, "acme", {})
        breaks = (PriceBreak(50, 90), PriceBreak(100, 80))
        for id, kind in (("tea", "all_units"), ("mug", "incremental")):
            terms = NewTerms(unit_cost_minor=100, breaks=breaks, discount=kind)  # type: ignore[arg-type]
            await supply.set_terms(ports, ACTOR, id, "acme", terms)
        order = await service.create(ports, ACTOR, _new(tea=49, mug=49))
        assert [line.cost_minor for line in order.lines] == [4900, 4900]
        order = await service.create(ports, ACTOR, _new(tea=120, mug=120))
        assert [line.cost_minor for line in order.lines] == [9600, 4900 + 50 * 90 + 21 * 80]
        wrong = (
            NewTerms(unit_cost_minor=100, breaks=(PriceBreak(50, 90), PriceBreak(50, 80))),
            NewTerms(unit_cost_minor=100, breaks=(PriceBreak(1, 90),)),
            NewTerms(breaks=breaks),
        )
        for terms in wrong:
            with pytest.raises(Invalid):
                await supply.set_terms(ports, ACTOR, "tea", "acme", terms)


async def test_the_message_to_the_supplier(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2, "mug": 1})
        await supplier_of(ports, "acme", {"tea": 200}, email="order@acme.test")
        await supply.set_terms(
            ports, ACTOR, "tea", "acme", NewTerms(unit_cost_minor=250, supplier_sku="T-9")
        )
        order = await service.create(ports, ACTOR, _new(tea=12, mug=3))
        told = await document(ports, order)
        assert told.to == "order@acme.test"
        assert order.id in told.subject
        row = next(line for line in told.text.splitlines() if "T-9" in line)
        assert row.split()[-3:] == ["12", "2.50", "30.00"]
        assert "Deliver to: North" in told.text
        assert "Total: 30.00 EUR" in told.text
        assert "confirm the prices" in told.text


async def test_lists_by_state_and_supplier(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2})
        for id in ("acme", "other"):
            await supplier_of(ports, id, {"tea": 200})
        made = [await service.create(ports, ACTOR, _new(tea=n)) for n in range(1, 6)]
        await service.approve(ports, ACTOR, made[0].id)
        page = await service.listing(ports, "draft", None, 3, None)
        rest = await service.listing(ports, "draft", None, 3, page.next_cursor)
        assert {o.id for o in [*page.items, *rest.items]} == {o.id for o in made[1:]}
        assert len((await service.listing(ports, None, "acme", 50, None)).items) == 5
        assert not (await service.listing(ports, None, "other", 50, None)).items
        assert len((await service.listing(ports, None, None, 50, None)).items) == 5
        with pytest.raises(Invalid):
            await service.listing(ports, "draft", "acme", 50, None)


async def test_a_suppliers_new_fields_are_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2})
        await supplier_of(ports, "acme", {}, order_weekdays=(4, 0, 4), minimum_order_minor=5000)
        acme = await supply.get(ports, "acme")
        assert acme.order_weekdays == (0, 4)
        change = SupplierChange(version=1, email="a@b.test", free_delivery_from_minor=9000)
        acme = await supply.change(ports, ACTOR, "acme", change)
        assert (acme.email, acme.free_delivery_from_minor) == ("a@b.test", 9000)
        assert acme.minimum_order_minor == 5000
