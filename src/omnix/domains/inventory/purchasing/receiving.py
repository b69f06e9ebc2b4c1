"""Goods that come: into stock, at what they cost, and as a lesson on how long they took."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from omnix.domains.inventory import policy, stock, supply, valuation
from omnix.domains.inventory.declare import DELIVERIES, PURCHASE_ORDERS
from omnix.domains.inventory.stock import Cause, Move
from omnix.domains.inventory.supply_model import Supplier
from omnix.domains.products import service as products
from omnix.domains.system.settings import shop
from omnix.kit.errors import ConditionFailed, Conflict, Invalid
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.time import instant, parse_instant
from omnix.platform.access import Actor
from omnix.platform.idempotency import Retry
from omnix.ports import Equals, Operation, Ports, Put, Update

from .model import MAX_RECEIPT_LINES, Line, NewReceipt, PurchaseOrder, Received, stored
from .service import event, get, moved_on_order

ATTEMPTS = 20


@dataclass(frozen=True)
class _Came:
    order: PurchaseOrder
    units: Mapping[str, int]
    unit_costs: Mapping[str, int | None]
    """In the shop's currency; None where nobody told it."""


async def receive(
    ports: Ports, actor: Actor, id: str, receipt: NewReceipt, key: str | None = None
) -> PurchaseOrder:
    """Take goods in; answers with the order as it is afterwards.

    Stock, ledger, order, average cost and delivery change in one commit. More products than fit
    in one are taken in by groups, each once under the key: who repeats the request goes on where
    it stopped. Raises Conflict for an order that was not sent, Invalid for a product that is not
    on it, or for many products without a key.
    """
    groups = [
        receipt.lines[start : start + MAX_RECEIPT_LINES]
        for start in range(0, len(receipt.lines), MAX_RECEIPT_LINES)
    ]
    if len(groups) > 1:
        if key is None:
            told = f"must be given with more than {MAX_RECEIPT_LINES} products"
            raise Invalid.field("Idempotency-Key", told)
        await _came(ports, await get(ports, id), receipt)
    units = sum(line.quantity for line in receipt.lines)
    found: PurchaseOrder | None = None
    for number, lines in enumerate(groups):
        route = f"receive {id}" if number == 0 else f"receive {id} part {number + 1}"
        retry = Retry.of(key, actor.id, route, receipt)
        part = _Part(lines, receipt, number, units)
        found = await _taken(ports, actor, id, part, retry)
    assert found is not None
    return found


@dataclass(frozen=True)
class _Part:
    """One group of a receipt: its number from 0, and how many units come in all groups."""

    lines: tuple[Received, ...]
    whole: NewReceipt
    number: int
    units: int


async def _taken(
    ports: Ports, actor: Actor, id: str, part: _Part, retry: Retry | None
) -> PurchaseOrder:
    for _ in range(ATTEMPTS):
        if retry is not None and (answer := await retry.recall(ports.records)) is not None:
            return msgspec.convert(answer, PurchaseOrder)
        try:
            return await _received(ports, actor, await get(ports, id), part, retry)
        except ConditionFailed:
            continue
    raise Conflict("the order or its products change too often to receive now; try again")


async def _received(
    ports: Ports,
    actor: Actor,
    before: PurchaseOrder,
    part: _Part,
    retry: Retry | None,
) -> PurchaseOrder:
    receipt = msgspec.structs.replace(part.whole, lines=part.lines)
    # An earlier group of the same receipt may have been all that was still to come.
    open_to = ("sent", "partly_received", *(("received",) if part.number else ()))
    if before.state not in open_to:
        raise Conflict(f"the order is {before.state}; only what was sent can be received")
    now = ports.clock.now()
    at = instant(now)
    came = await _came(ports, before, receipt)
    lines = tuple(
        msgspec.structs.replace(line, received=line.received + came.units.get(line.product_id, 0))
        for line in before.lines
    )
    done = all(line.outstanding == 0 for line in lines)
    after = msgspec.structs.replace(
        before, lines=lines, state="received" if done else "partly_received",
        received_at=at, updated_at=at, version=before.version + 1,
    )  # fmt: skip
    put = Put(PURCHASE_ORDERS, stored(after), when=(Equals("version", before.version),))
    operations: list[Operation] = [put, *_into_stock(came, after, at, actor.id, receipt.note)]
    # Products that did not come keep their stock; those that did have it in the same update.
    operations += moved_on_order(before, after, frozenset(came.units))
    more, events = await _costs(ports, came, at)
    operations += more
    if part.number == 0:
        # One delivery, however many groups it is taken in by.
        operations.append(_delivery(before, after.location_id, part.units, at))
    if retry is not None:
        told = msgspec.to_builtins(after)
        operations.append(retry.remember(told, int(now.timestamp())))
    events += [event(after, actor.id, before), _moved(came, after, at, actor.id)]
    await ports.records.write(operations, events)
    return after


async def _came(ports: Ports, order: PurchaseOrder, receipt: NewReceipt) -> _Came:
    on_it: dict[str, Line] = {line.product_id: line for line in order.lines}
    currency = (await shop(ports)).currency
    supplier = await supply.get(ports, order.supplier_id)
    supplier = msgspec.structs.replace(supplier, currency=order.currency)
    units: dict[str, int] = {}
    costs: dict[str, int | None] = {}
    for position, each in enumerate(receipt.lines):
        field = f"lines[{position}].product_id"
        if each.product_id not in on_it:
            raise Invalid.field(field, "is not on this order")
        if each.product_id in units:
            raise Invalid.field(field, "is named twice")
        units[each.product_id] = each.quantity
        costs[each.product_id] = _unit_cost(
            on_it[each.product_id], supplier, currency, receipt.exchange_rate or order.exchange_rate
        )
    return _Came(order, units, costs)


def _unit_cost(line: Line, supplier: Supplier, currency: str, rate: str | None) -> int | None:
    if line.unit_cost_minor is None:
        return None
    return supply.converted(line.unit_cost_minor, supplier, currency, rate)


def _into_stock(came: _Came, after: PurchaseOrder, at: str, by: str, note: str) -> list[Operation]:
    cause = Cause("receipt", f"{at}#{new_id('mov')}", at, by, after.id)
    owed = {line.product_id: line.outstanding for line in came.order.lines}
    found: list[Operation] = []
    for product_id, units in came.units.items():
        more: dict[str, Any] = {"note": note}
        if came.unit_costs[product_id] is not None:
            more["unit_cost_minor"] = came.unit_costs[product_id]
        update, ledger = stock.operations(
            [Move(product_id, units, 0)], after.location_id, cause, more=more
        )
        assert isinstance(update, Update)
        fewer = min(units, owed[product_id])
        add = {**update.add, "on_order": -fewer} if fewer else update.add
        found += [Update(update.collection, update.key, add, update.set), ledger]
    return found


async def _costs(ports: Ports, came: _Came, at: str) -> tuple[list[Operation], list[Event]]:
    operations: list[Operation] = []
    events: list[Event] = []
    follow = (await policy.get(ports)).cost_from_receipts
    known = await products.get_many(ports, list(came.units))
    for product_id, units in came.units.items():
        cost = came.unit_costs[product_id]
        product = known.get(product_id)
        if cost is None or product is None:
            continue
        average, operation = await valuation.received(ports, product, units, cost)
        operations.append(operation)
        if follow and average != product.cost_minor:
            put, told = products.with_cost(product, average, at)
            operations.append(put)
            events.append(told)
    return operations, events


def _delivery(order: PurchaseOrder, place: str, units: int, at: str) -> Operation:
    assert order.sent_at is not None
    took = parse_instant(at) - parse_instant(order.sent_at)
    item = {
        "supplier_id": order.supplier_id,
        "entry": f"{at}#{order.id}#{order.version}",
        "purchase_order_id": order.id,
        "location_id": place,
        "seconds": max(0, int(took.total_seconds())),
        "units": units,
        "at": at,
    }
    return Put(DELIVERIES, item)


def _moved(came: _Came, order: PurchaseOrder, at: str, by: str) -> Event:
    data = {
        "kind": "receipt",
        "moves": [
            {"product_id": id, "location_id": order.location_id, "on_hand_delta": units}
            for id, units in came.units.items()
        ],
        "reason": None,
        "reference": order.id,
        "by": by,
    }
    return Event("stock.moved", order.id, at, data)
