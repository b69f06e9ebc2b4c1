"""Drafting purchase orders and taking them from step to step.

An order and the ``on_order`` of every stock it concerns change in the same commit. Asking for a
step that was taken already changes nothing and answers with the order.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from msgspec import UNSET

from omnix.domains.inventory import locations, supply
from omnix.domains.inventory.declare import BALANCES, PURCHASE_ORDERS
from omnix.domains.inventory.supply_model import Supplier, Terms
from omnix.domains.products import service as products
from omnix.domains.products.model import Product
from omnix.domains.system.settings import shop
from omnix.kit.errors import ConditionFailed, Conflict, Invalid, NotFound
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.money import MAX_MINOR
from omnix.kit.paging import Page, sorted_page, whole
from omnix.kit.time import day_of, instant
from omnix.platform.access import Actor
from omnix.platform.idempotency import Retry
from omnix.ports import Absent, Equals, Operation, Ports, Put, Update

from .model import (
    OPEN_STATES,
    SCOPE,
    Line,
    NewLine,
    NewPurchaseOrder,
    PurchaseOrder,
    PurchaseOrderChange,
    State,
    stored,
)


async def get(ports: Ports, id: str) -> PurchaseOrder:
    """Raises NotFound."""
    item = await ports.records.get(PURCHASE_ORDERS, (SCOPE, id))
    if item is None:
        raise NotFound(f"no purchase order {id}")
    return msgspec.convert(item, PurchaseOrder)


MOST_SORTED = 2000
"""Purchase orders that are held at once to put them in an order that no index has."""

_AT_ONCE = 200
_RANKS: Mapping[str, Callable[[PurchaseOrder], str | None]] = {
    "expected_on": lambda one: one.expected_on,
    "supplier": lambda one: one.supplier.casefold(),
}


async def listing(
    ports: Ports,
    state: str | None,
    supplier_id: str | None,
    limit: int,
    cursor: str | None,
    sort: str = "-created_at",
) -> Page[PurchaseOrder]:
    """All, those in a state, or those of a supplier, newest first unless ``sort`` says otherwise.

    Raises Invalid for an order other than by creation over more than MOST_SORTED of them.
    """
    if state is not None and supplier_id is not None:
        raise Invalid.field("supplier_id", "filter by state or by supplier, not by both")
    if supplier_id is not None:
        partition, index = supplier_id, "supplier-index"
    elif state is not None:
        partition, index = state, "state-index"
    else:
        partition, index = "all", "listing-index"
    order, backwards = sort.removeprefix("-"), sort.startswith("-")

    async def fetch(after: str | None, number: int = _AT_ONCE) -> Page[PurchaseOrder]:
        page = await ports.records.query(
            PURCHASE_ORDERS, partition, index=index, limit=number, cursor=after,
            newest_first=backwards or order != "created_at",
        )  # fmt: skip
        return Page([msgspec.convert(item, PurchaseOrder) for item in page.items], page.next_cursor)

    if order == "created_at":
        return await fetch(cursor, limit)
    rank = _RANKS.get(order)
    if rank is None:
        raise Invalid.field("sort", "must be created_at, expected_on or supplier")
    return sorted_page(
        await whole(fetch, MOST_SORTED), rank, lambda one: one.id, descending=backwards,
        limit=limit, cursor=cursor,
    )  # fmt: skip


async def create(
    ports: Ports, actor: Actor, new: NewPurchaseOrder, key: str | None = None
) -> PurchaseOrder:
    """Draft an order. Raises Invalid for what cannot be ordered so."""
    retry = Retry.of(key, actor.id, "purchase-order", new)
    if retry is not None and (answer := await retry.recall(ports.records)) is not None:
        return await get(ports, answer["id"])
    order = await drafted(ports, actor, new)
    operations = drafting(order)
    if retry is not None:
        now = int(ports.clock.now().timestamp())
        operations.append(retry.remember({"id": order.id}, now))
    try:
        await ports.records.write(operations, [event(order, actor.id)])
    except ConditionFailed as error:
        if retry is not None and (answer := await retry.recall(ports.records)) is not None:
            return await get(ports, answer["id"])
        raise Conflict("the order could not be drafted; try again") from error
    return order


async def drafted(
    ports: Ports, actor: Actor, new: NewPurchaseOrder, *, origin: str = "manual"
) -> PurchaseOrder:
    """The order as it would be drafted; nothing is stored."""
    supplier = await _supplier(ports, new.supplier_id)
    place = await locations.given_or_default(ports, new.location_id)
    settings = await shop(ports)
    lines = await _lines(ports, supplier, new.lines)
    now = ports.clock.now()
    at = instant(now)
    expected = new.expected_on
    if expected is None:
        lead = await supply.lead_time(ports, supplier)
        arrives = day_of(now, settings.time_zone) + timedelta(days=round(lead.days))
        expected = arrives.isoformat()
    else:
        _check_day(expected)
    order = PurchaseOrder(
        id=new_id("po"),
        supplier_id=supplier.id,
        supplier=supplier.name,
        location_id=place,
        currency=supplier.currency or settings.currency,
        exchange_rate=supplier.exchange_rate if supplier.currency else None,
        lines=lines,
        expected_on=expected,
        origin="replenishment" if origin == "replenishment" else "manual",
        note=new.note,
        created_at=at,
        created_by=actor.id,
        updated_at=at,
    )
    return _totalled(order, supplier)


def _check_day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise Invalid.field("expected_on", "is no day of the calendar") from error


def _totalled(order: PurchaseOrder, supplier: Supplier) -> PurchaseOrder:
    goods = sum(line.cost_minor or 0 for line in order.lines)
    free_from = supplier.free_delivery_from_minor
    delivery = 0 if free_from is not None and goods >= free_from else supplier.delivery_minor
    if goods + delivery > MAX_MINOR:
        raise Invalid.field("lines", "come to more than an order may")
    return msgspec.structs.replace(order, delivery_minor=delivery, total_minor=goods + delivery)


async def _supplier(ports: Ports, id: str) -> Supplier:
    try:
        return await supply.get(ports, id)
    except NotFound as error:
        raise Invalid.field("supplier_id", error.detail) from error


async def _lines(ports: Ports, supplier: Supplier, asked: Sequence[NewLine]) -> tuple[Line, ...]:
    known = await products.get_many(ports, [line.product_id for line in asked])
    found: list[Line] = []
    seen: set[str] = set()
    for position, line in enumerate(asked):
        field = f"lines[{position}].product_id"
        product = known.get(line.product_id)
        if product is None:
            raise Invalid.field(field, f"no product {line.product_id}")
        if product.components:
            raise Invalid.field(field, "is a bundle; order its parts")
        if line.product_id in seen:
            raise Invalid.field(field, "is named twice")
        seen.add(line.product_id)
        terms = next(
            (t for t in await supply.terms(ports, product.id) if t.supplier_id == supplier.id), None
        )
        found.append(line_of(product, line.quantity, terms, line.unit_cost_minor))
    return tuple(found)


def line_of(
    product: Product, quantity: int, terms: Terms | None, unit_cost_minor: int | None = None
) -> Line:
    """A line at the unit cost given, or by the terms with their price breaks."""
    unit, cost = unit_cost_minor, None
    if unit is not None:
        cost = unit * quantity
    elif terms is not None and terms.unit_cost_minor is not None:
        cost = supply.cost_of(terms, quantity)
        unit = round(cost / quantity)
    return Line(
        product_id=product.id,
        sku=product.sku,
        name=product.name,
        supplier_sku=terms.supplier_sku if terms else "",
        quantity=quantity,
        unit_cost_minor=unit,
        cost_minor=cost,
    )


async def change(ports: Ports, actor: Actor, id: str, change: PurchaseOrderChange) -> PurchaseOrder:
    """Change a draft. Raises Conflict for another state, or a change since it was read."""
    before = await get(ports, id)
    if change.version != before.version:
        raise Conflict(f"the order is at version {before.version}; read it again")
    if before.state != "draft":
        raise Conflict(f"the order is {before.state}; only a draft can be changed")
    supplier = await _supplier(ports, before.supplier_id)
    given: dict[str, Any] = {}
    if change.lines is not UNSET:
        given["lines"] = await _lines(ports, supplier, change.lines)
    if change.expected_on is not UNSET:
        if change.expected_on is not None:
            _check_day(change.expected_on)
        given["expected_on"] = change.expected_on
    if change.note is not UNSET:
        given["note"] = change.note
    after = _totalled(msgspec.structs.replace(before, **given), supplier)
    return await store(ports, actor, before, after)


async def approve(ports: Ports, actor: Actor, id: str) -> PurchaseOrder:
    """From now on what it orders counts as on order."""
    before = await get(ports, id)
    if before.state in ("approved", "sent", "partly_received", "received"):
        return before
    _from(before, ("draft",), "approved")
    at = instant(ports.clock.now())
    after = msgspec.structs.replace(before, state="approved", approved_at=at, approved_by=actor.id)
    return await store(ports, actor, before, after)


async def send(
    ports: Ports, actor: Actor, id: str, mailed: tuple[str, str] | None = None
) -> PurchaseOrder:
    """The order went to the supplier: its lead time begins. ``mailed`` is where to, and as what."""
    before = await get(ports, id)
    if gone(before):
        return before
    at = instant(ports.clock.now())
    to, name = mailed if mailed is not None else (None, None)
    after = msgspec.structs.replace(
        before, state="sent", sent_at=at, sent_by=actor.id, mailed_to=to, mailed_as=name
    )
    return await store(ports, actor, before, after)


def gone(order: PurchaseOrder) -> bool:
    """Whether it went to the supplier already. Raises Conflict unless it did or may go now."""
    if order.state in ("sent", "partly_received", "received"):
        return True
    _from(order, ("approved",), "sent")
    return False


async def cancel(ports: Ports, actor: Actor, id: str) -> PurchaseOrder:
    """Nothing of it will come. Raises Conflict where some came already: close it then."""
    return await _ended(ports, actor, id, "cancelled", ("draft", "approved", "sent"))


async def close(ports: Ports, actor: Actor, id: str) -> PurchaseOrder:
    """Nothing more will come of what is outstanding."""
    return await _ended(ports, actor, id, "closed", ("partly_received", "received"))


async def _ended(
    ports: Ports, actor: Actor, id: str, state: State, allowed: tuple[State, ...]
) -> PurchaseOrder:
    before = await get(ports, id)
    if before.state == state:
        return before
    _from(before, allowed, state)
    at = instant(ports.clock.now())
    after = msgspec.structs.replace(before, state=state, ended_at=at)
    return await store(ports, actor, before, after)


def _from(order: PurchaseOrder, allowed: tuple[State, ...], wanted: str) -> None:
    if order.state not in allowed:
        told = " or ".join(state.replace("_", " ") for state in allowed)
        raise Conflict(f"the order is {order.state}; to be {wanted} it must be {told}")


async def store(
    ports: Ports, actor: Actor, before: PurchaseOrder, after: PurchaseOrder
) -> PurchaseOrder:
    """Write a step with what it changes on order. Raises Conflict if another came first."""
    at = instant(ports.clock.now())
    after = msgspec.structs.replace(after, version=before.version + 1, updated_at=at)
    put = Put(PURCHASE_ORDERS, stored(after), when=(Equals("version", before.version),))
    operations = [put, *moved_on_order(before, after)]
    try:
        await ports.records.write(operations, [event(after, actor.id, before)])
    except ConditionFailed as error:
        raise Conflict("the order changed meanwhile; read it again") from error
    return after


def drafting(order: PurchaseOrder) -> list[Operation]:
    """The operations that store a new draft."""
    put = Put(PURCHASE_ORDERS, stored(order), when=(Absent(),))
    return [put, *moved_on_order(None, order)]


def moved_on_order(
    before: PurchaseOrder | None, after: PurchaseOrder, skip: frozenset[str] = frozenset()
) -> list[Operation]:
    """Updates of the stocks whose ``on_order`` or ``drafted`` a step changes."""
    place, at = after.location_id, after.updated_at
    changes: dict[str, dict[str, int]] = {}
    for order, sign in ((before, -1), (after, 1)):
        for id, attribute, units in counted(order) if order is not None else ():
            stock = changes.setdefault(id, {})
            stock[attribute] = stock.get(attribute, 0) + sign * units
    return [
        Update(BALANCES, (id, place), add=add, set={"updated_at": at})
        for id, stock in changes.items()
        if id not in skip and (add := {name: n for name, n in stock.items() if n})
    ]


def counted(order: PurchaseOrder) -> list[tuple[str, str, int]]:
    """Product, attribute and units: what the order counts for among each stock's numbers."""
    if order.state == "draft":
        return [(line.product_id, "drafted", line.quantity) for line in order.lines]
    if order.state in OPEN_STATES:
        return [(line.product_id, "on_order", line.outstanding) for line in order.lines]
    return []


def event(order: PurchaseOrder, by: str, before: PurchaseOrder | None = None) -> Event:
    """Told with the stocks concerned, whose proposals follow."""
    ids: Mapping[str, None] = dict.fromkeys(
        line.product_id for each in (before, order) if each is not None for line in each.lines
    )
    data = {
        "id": order.id,
        "state": order.state,
        "supplier_id": order.supplier_id,
        "total_minor": order.total_minor,
        "currency": order.currency,
        "moves": [{"product_id": id, "location_id": order.location_id} for id in ids],
        "by": by,
    }
    if order.sent_at is not None:
        data["method"] = "hand" if order.mailed_to is None else "mail"
    return Event("purchase-order.changed", order.id, order.updated_at, data)
