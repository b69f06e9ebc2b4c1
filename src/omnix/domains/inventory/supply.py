"""Suppliers, and the terms on which they sell each product."""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import Any

import msgspec

from omnix.domains.products import service as products
from omnix.domains.system.settings import shop
from omnix.engine.inventory.eoq import purchase_cost
from omnix.engine.inventory.lead_time import learnt_lead_time
from omnix.kit.errors import AlreadyExists, ConditionFailed, Conflict, Invalid, NotFound
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.money import exponent
from omnix.kit.paging import Page, sorted_page, whole
from omnix.kit.text import normal
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.platform.changing import sent
from omnix.ports import Absent, Delete, Equals, Ports, Present, Put

from .declare import DELIVERIES, SUPPLIERS, SUPPLY
from .supply_model import Delivery, LeadTime, NewSupplier, NewTerms, Supplier, SupplierChange, Terms

_SCOPE = "shop"
MOST_SORTED = 2000
"""Suppliers that are held at once to search or sort them."""

_AT_ONCE = 200


def _event(id: str, at: str, data: dict[str, Any]) -> Event:
    return Event("supplier.changed", id, at, data)


async def get(ports: Ports, id: str) -> Supplier:
    """Raises NotFound."""
    stored = await ports.records.get(SUPPLIERS, (_SCOPE, id))
    if stored is None:
        raise NotFound(f"no supplier {id}")
    return msgspec.convert(stored, Supplier)


_RANKS: Mapping[str, Callable[[Supplier], str | int]] = {
    "id": lambda one: one.id,
    "name": lambda one: one.name.casefold(),
    "lead_time": lambda one: round(one.lead_time_days * 1000),
    "minimum_order": lambda one: one.minimum_order_minor,
}


async def listing(
    ports: Ports, limit: int, cursor: str | None, text: str | None = None, sort: str | None = None
) -> Page[Supplier]:
    """Suppliers by id; of those with ``text`` in name or address, or in the order of ``sort``, at
    most MOST_SORTED are looked at. Raises Invalid beyond."""
    if text is None and sort is None:
        return await _page(ports, limit, cursor)

    async def fetch(after: str | None) -> Page[Supplier]:
        return await _page(ports, _AT_ONCE, after)

    found = await whole(fetch, MOST_SORTED, "sort" if sort else "search")
    if text is not None:
        part = normal(text).casefold()
        found = [one for one in found if part in f"{one.name}\n{one.email or ''}".casefold()]
    order = sort or "id"
    return sorted_page(
        found, _RANKS[order.removeprefix("-")], lambda one: one.id,
        descending=order.startswith("-"), limit=limit, cursor=cursor,
    )  # fmt: skip


async def _page(ports: Ports, limit: int, cursor: str | None) -> Page[Supplier]:
    page = await ports.records.query(SUPPLIERS, _SCOPE, limit=limit, cursor=cursor)
    return Page([msgspec.convert(item, Supplier) for item in page.items], page.next_cursor)


def _name(text: str) -> str:
    name = normal(text)
    if not name:
        raise Invalid.field("name", "must not be blank")
    return name


async def create(ports: Ports, actor: Actor, new: NewSupplier) -> Supplier:
    """Raises AlreadyExists for a taken id, Invalid for a currency without a rate."""
    now = instant(ports.clock.now())
    given = {field: getattr(new, field) for field in new.__struct_fields__}
    given |= {"id": new.id or new_id("sup"), "name": _name(new.name)}
    given["order_weekdays"] = tuple(sorted(set(new.order_weekdays)))
    supplier = Supplier(**given, created_at=now, updated_at=now)
    await _check_currency(ports, supplier)
    stored = supplier_item(supplier)
    event = _event(supplier.id, now, msgspec.to_builtins(supplier))
    try:
        await ports.records.write([Put(SUPPLIERS, stored, when=(Absent(),))], [event])
    except ConditionFailed as error:
        raise AlreadyExists.field("id", supplier.id) from error
    return supplier


async def change(ports: Ports, actor: Actor, id: str, change: SupplierChange) -> Supplier:
    """Raises Conflict if the supplier changed since ``change.version`` was read."""
    before = await get(ports, id)
    given = sent(change, before.version, "the supplier")
    if "name" in given:
        given["name"] = _name(given["name"])
    if "order_weekdays" in given:
        given["order_weekdays"] = tuple(sorted(set(given["order_weekdays"])))
    now = instant(ports.clock.now())
    after = msgspec.structs.replace(before, **given, updated_at=now, version=before.version + 1)
    await _check_currency(ports, after)
    put = Put(SUPPLIERS, supplier_item(after), when=(Equals("version", before.version),))
    try:
        await ports.records.write([put], [_event(id, now, msgspec.to_builtins(after))])
    except ConditionFailed as error:
        raise Conflict("the supplier changed meanwhile; read it again") from error
    return after


async def _check_currency(ports: Ports, supplier: Supplier) -> None:
    shops = (await shop(ports)).currency
    if supplier.currency is not None:
        try:
            exponent(supplier.currency)
        except ValueError as error:
            raise Invalid.field("currency", str(error)) from error
    foreign = supplier.currency not in (None, shops)
    if foreign and supplier.exchange_rate is None:
        raise Invalid.field("exchange_rate", f"is needed, since the shop's currency is {shops}")
    if supplier.exchange_rate is not None and Decimal(supplier.exchange_rate) <= 0:
        raise Invalid.field("exchange_rate", "must be above 0")


def converted(minor: int, supplier: Supplier, currency: str, rate: str | None = None) -> int:
    """An amount of the supplier's in minor units of the shop's ``currency``; half rounds to even.

    ``rate`` in place of the supplier's own, such as that of the day.
    """
    source = supplier.currency or currency
    if source == currency:
        return minor
    units = Decimal(minor).scaleb(-exponent(source)) * Decimal(rate or supplier.exchange_rate or 1)
    return int(units.scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_EVEN))


def cost_of(terms: Terms, quantity: int) -> int:
    """What ``quantity`` units cost by the terms, whose unit cost is known."""
    assert terms.unit_cost_minor is not None
    breaks = [0.0, *(float(each.from_quantity) for each in terms.breaks)]
    if terms.discount == "incremental":
        breaks = [0.0, *(float(each.from_quantity - 1) for each in terms.breaks)]
    prices = [float(terms.unit_cost_minor), *(float(b.unit_cost_minor) for b in terms.breaks)]
    return round(purchase_cost(quantity, breaks, prices, terms.discount))


async def terms(ports: Ports, product_id: str) -> list[Terms]:
    """All that is known of how to buy a product: at most 200 suppliers, by id."""
    page = await ports.records.query(SUPPLY, product_id, limit=200)
    return [msgspec.convert(item, Terms) for item in page.items]


async def supplied(ports: Ports, supplier_id: str, limit: int, cursor: str | None) -> Page[Terms]:
    """What a supplier sells, by product. Raises NotFound."""
    await get(ports, supplier_id)
    page = await ports.records.query(
        SUPPLY, supplier_id, index="supplier-index", limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(item, Terms) for item in page.items], page.next_cursor)


async def set_terms(
    ports: Ports, actor: Actor, product_id: str, supplier_id: str, new: NewTerms
) -> Terms:
    """Store the terms in place of those there were. Raises NotFound for product or supplier,
    Invalid for breaks that do not ascend or have no price to begin with."""
    await products.get(ports, product_id)
    supplier = await get(ports, supplier_id)
    starts = [each.from_quantity for each in new.breaks]
    if any(b <= a for a, b in pairwise([1, *starts])):
        raise Invalid.field("breaks", "must ascend and begin above 1")
    if starts and new.unit_cost_minor is None:
        raise Invalid.field("unit_cost_minor", "is needed where there are breaks")
    now = instant(ports.clock.now())
    agreed = Terms(
        product_id=product_id,
        supplier_id=supplier_id,
        currency=supplier.currency or (await shop(ports)).currency,
        updated_at=now,
        **{field: getattr(new, field) for field in new.__struct_fields__},
    )
    stored = msgspec.to_builtins(agreed)
    await ports.records.write([Put(SUPPLY, stored)], [_event(supplier_id, now, stored)])
    return agreed


async def end_terms(ports: Ports, actor: Actor, product_id: str, supplier_id: str) -> None:
    """Raises NotFound if there were none."""
    now = instant(ports.clock.now())
    gone = {"product_id": product_id, "supplier_id": supplier_id, "ended": True}
    delete = Delete(SUPPLY, (product_id, supplier_id), when=(Present(),))
    try:
        await ports.records.write([delete], [_event(supplier_id, now, gone)])
    except ConditionFailed as error:
        raise NotFound(f"{supplier_id} has no terms for {product_id}") from error


LOOKED_AT = 30
"""Latest deliveries that a lead time is learnt from."""


async def deliveries(
    ports: Ports, supplier_id: str, limit: int, cursor: str | None
) -> Page[Delivery]:
    """What the supplier's receipts took, newest first. Raises NotFound."""
    await get(ports, supplier_id)
    page = await ports.records.query(
        DELIVERIES, supplier_id, newest_first=True, limit=limit, cursor=cursor
    )
    return Page([_delivery(item) for item in page.items], page.next_cursor)


async def lead_time(ports: Ports, supplier: Supplier) -> LeadTime:
    """The lead time to reckon with: as told at first, ever more as deliveries were."""
    page = await ports.records.query(DELIVERIES, supplier.id, newest_first=True, limit=LOOKED_AT)
    took = [_delivery(item).days for item in page.items]
    days, deviation = learnt_lead_time(
        took, supplier.lead_time_days, supplier.lead_time_deviation_days
    )
    return LeadTime(
        supplier_id=supplier.id,
        days=round(days, 2),
        deviation_days=round(deviation, 2),
        deliveries=len(took),
        told_days=supplier.lead_time_days,
        told_deviation_days=supplier.lead_time_deviation_days,
    )


def _delivery(item: Any) -> Delivery:
    return msgspec.convert({**item, "days": round(item["seconds"] / 86_400, 2)}, Delivery)


def supplier_item(supplier: Supplier) -> dict[str, Any]:
    """The supplier as stored, also for ``records.load``; terms are stored as they are."""
    return {**msgspec.to_builtins(supplier), "scope": _SCOPE}
