"""Suppliers, and the terms on which they sell each product."""

from typing import Any

import msgspec
from msgspec import UNSET

from omnix.domains.products import service as products
from omnix.domains.system.settings import shop
from omnix.kit.errors import AlreadyExists, ConditionFailed, Conflict, Invalid, NotFound
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.text import normal
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.ports import Absent, Delete, Equals, Ports, Present, Put

from .declare import SUPPLIERS, SUPPLY
from .model import NewSupplier, NewTerms, Supplier, SupplierChange, Terms

_SCOPE = "shop"


def _event(id: str, at: str, data: dict[str, Any]) -> Event:
    return Event("supplier.changed", id, at, data)


async def get(ports: Ports, id: str) -> Supplier:
    """Raises NotFound."""
    stored = await ports.records.get(SUPPLIERS, (_SCOPE, id))
    if stored is None:
        raise NotFound(f"no supplier {id}")
    return msgspec.convert(stored, Supplier)


async def listing(ports: Ports, limit: int, cursor: str | None) -> Page[Supplier]:
    """Suppliers by id."""
    page = await ports.records.query(SUPPLIERS, _SCOPE, limit=limit, cursor=cursor)
    return Page([msgspec.convert(item, Supplier) for item in page.items], page.next_cursor)


def _name(text: str) -> str:
    name = normal(text)
    if not name:
        raise Invalid.field("name", "must not be blank")
    return name


async def create(ports: Ports, actor: Actor, new: NewSupplier) -> Supplier:
    """Raises AlreadyExists for a taken id."""
    now = instant(ports.clock.now())
    supplier = Supplier(
        id=new.id or new_id("sup"),
        name=_name(new.name),
        lead_time_days=new.lead_time_days,
        lead_time_deviation_days=new.lead_time_deviation_days,
        note=new.note,
        created_at=now,
        updated_at=now,
    )
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
    if change.version != before.version:
        raise Conflict(f"the supplier is at version {before.version}; read it again")
    given = {
        field: value
        for field in change.__struct_fields__
        if field != "version" and (value := getattr(change, field)) is not UNSET
    }
    if "name" in given:
        given["name"] = _name(given["name"])
    now = instant(ports.clock.now())
    after = msgspec.structs.replace(before, **given, updated_at=now, version=before.version + 1)
    put = Put(SUPPLIERS, supplier_item(after), when=(Equals("version", before.version),))
    try:
        await ports.records.write([put], [_event(id, now, msgspec.to_builtins(after))])
    except ConditionFailed as error:
        raise Conflict("the supplier changed meanwhile; read it again") from error
    return after


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
    """Store the terms in place of those there were. Raises NotFound for product or supplier."""
    await products.get(ports, product_id)
    await get(ports, supplier_id)
    now = instant(ports.clock.now())
    agreed = Terms(
        product_id=product_id,
        supplier_id=supplier_id,
        currency=(await shop(ports)).currency,
        updated_at=now,
        **msgspec.to_builtins(new),
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


def supplier_item(supplier: Supplier) -> dict[str, Any]:
    """The supplier as stored, also for ``records.load``; terms are stored as they are."""
    return {**msgspec.to_builtins(supplier), "scope": _SCOPE}
