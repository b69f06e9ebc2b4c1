"""The catalogue's use cases."""

from collections.abc import Sequence
from typing import Any

import msgspec

from omnix.domains.system import settings
from omnix.kit.errors import AlreadyExists, ConditionFailed, Conflict, Invalid, NotFound
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.platform import search, unique
from omnix.platform.access import Actor
from omnix.platform.changing import sent
from omnix.ports import Absent, Equals, Item, Operation, Ports, Put, Update

from . import variants
from .declare import CATEGORIES, PARENTS, PRODUCTS
from .model import (
    Component,
    NewProduct,
    Product,
    ProductChange,
    Status,
    check_attributes,
    item,
    texts,
    tidy,
)

_SCOPE = "product"
_ORDERS = {"name": "listing-index", "created_at": "created-index", "price_minor": "price-index"}


async def get(ports: Ports, id: str) -> Product:
    """Raises NotFound."""
    stored = await ports.records.get(PRODUCTS, id)
    if stored is None:
        raise NotFound(f"no product {id}")
    return msgspec.convert(stored, Product)


async def get_many(ports: Ports, ids: Sequence[str]) -> dict[str, Product]:
    """The products that exist among ``ids``, of any number."""
    found = await stored(ports, ids)
    return {id: msgspec.convert(each, Product) for id, each in found.items()}


async def stored(ports: Ports, ids: Sequence[str]) -> dict[str, Item]:
    """As ``get_many``, but as the store has them: for where a microsecond counts."""
    distinct = list(dict.fromkeys(ids))
    found: dict[str, Item] = {}
    for start in range(0, len(distinct), 100):
        for each in await ports.records.get_many(PRODUCTS, distinct[start : start + 100]):
            if each is not None:
                found[each["id"]] = each
    return found


async def listing(
    ports: Ports,
    *,
    text: str | None = None,
    parent: str | None = None,
    category: str | None = None,
    status: Status = "active",
    sort: str = "name",
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Product]:
    """One page: by words, by parent, by category in the order of names, or all of a status.

    A parent's variants come in the order in which they became such. Raises Invalid for an order
    that the list does not have.
    """
    if parent is not None:
        if text is not None or category is not None or sort != "name":
            raise Invalid.field("parent", "lists the variants of a parent, by itself")
        known = [p for p in await variants_of(ports, parent) if p.status == status]
        return _after(known, limit, cursor)
    if text is not None:
        return await _found(ports, text, category, status, limit, cursor)
    order = sort.removeprefix("-")
    if order not in _ORDERS:
        raise Invalid.field("sort", f"must be one of {', '.join(_ORDERS)}, or one with a minus")
    index, partition = _ORDERS[order], str(status)
    if category is not None:
        if status != "active" or order != "name":
            raise Invalid.field("category", "lists active products by name only")
        index, partition = "category-index", category
    page = await ports.records.query(
        PRODUCTS,
        partition,
        index=index,
        newest_first=sort.startswith("-"),
        limit=limit,
        cursor=cursor,
    )
    return Page([msgspec.convert(stored, Product) for stored in page.items], page.next_cursor)


def _after(known: Sequence[Product], limit: int, cursor: str | None) -> Page[Product]:
    """The page after the product that ``cursor`` names."""
    ids = [product.id for product in known]
    if cursor is not None and cursor not in ids:
        raise Invalid.field("cursor", "is not one of this list's")
    first = 0 if cursor is None else ids.index(cursor) + 1
    page = list(known[first : first + limit])
    return Page(page, ids[first + limit - 1] if first + limit < len(ids) else None)


async def variants_of(ports: Ports, parent: str) -> list[Product]:
    """The variants of a parent, whatever their status. Raises NotFound for no such parent."""
    ids = (await variants.get(ports, parent)).variants
    found = await get_many(ports, list(ids))
    return [found[id] for id in ids if id in found]


async def _found(
    ports: Ports, text: str, category: str | None, status: Status, limit: int, cursor: str | None
) -> Page[Product]:
    owners = await search.find(ports.records, _SCOPE, text, limit, cursor)
    by_id = await get_many(ports, owners.items)
    fitting = [
        product
        for id in owners.items
        if (product := by_id.get(id)) is not None
        and product.status == status
        and category in (None, product.category)
    ]
    return Page(fitting, owners.next_cursor)


async def categories(ports: Ports, limit: int, cursor: str | None) -> Page[dict[str, object]]:
    """Names in use by active products, with how many there are."""
    page = await ports.records.query(CATEGORIES, "active", limit=limit, cursor=cursor)
    named: list[dict[str, object]] = [
        {"name": stored["name"], "products": stored["products"]}
        for stored in page.items
        if stored["products"] > 0
    ]
    return Page(named, page.next_cursor)


async def create(ports: Ports, actor: Actor, new: NewProduct) -> Product:
    """Raises AlreadyExists for a taken id, SKU or barcode; Invalid for a wrong bundle."""
    while True:
        made = await _create(ports, actor, new, await settings.shop(ports))
        if made is not None:
            return made


async def _create(
    ports: Ports, actor: Actor, new: NewProduct, shop: settings.Shop
) -> Product | None:
    """None where the settings of a shop that was empty changed meanwhile."""
    check_attributes(new.attributes)
    now = instant(ports.clock.now())
    product = Product(
        id=new.id or new_id("prd"),
        sku=tidy(new.sku, "sku"),
        name=tidy(new.name, "name"),
        price_minor=new.price_minor,
        currency=shop.currency,
        barcode=new.barcode,
        description=new.description.strip(),
        category=tidy(new.category, "category"),
        cost_minor=new.cost_minor,
        attributes=new.attributes,
        components=new.components,
        parent_id=new.parent_id,
        options=tuple(tidy(value, "options") for value in new.options),
        created_at=now,
        updated_at=now,
    )
    await _check_components(ports, product)
    operations: list[Operation] = [Put(PRODUCTS, item(product), when=(Absent(),))]
    operations += _claims(None, product)
    operations += _counts(None, product)
    operations += search.reindex(_SCOPE, product.id, (), texts(product))
    operations += await variants.membership(ports, None, product)
    opening, events = settings.opening(shop, actor.id, now)
    operations += opening
    events.append(Event("product.created", product.id, now, _told(product, None)))
    try:
        await ports.records.write(operations, events)
    except ConditionFailed as error:
        if settings.reopened(error, operations):
            return None
        raise _taken(error, operations, product) from error
    return product


async def change(ports: Ports, actor: Actor, id: str, change: ProductChange) -> Product:
    """Raises Conflict if the product changed since ``change.version`` was read."""
    before = await get(ports, id)
    given = sent(change, before.version, "the product")
    if "attributes" in given:
        check_attributes(given["attributes"])
    for field in ("sku", "name", "category"):
        if field in given:
            given[field] = tidy(given[field], field)
    if "options" in given:
        given["options"] = tuple(tidy(value, "options") for value in given["options"])
    elif given.get("parent_id", before.parent_id) is None:
        given["options"] = ()  # what is no variant any more has none
    now = instant(ports.clock.now())
    after = msgspec.structs.replace(before, **given, updated_at=now, version=before.version + 1)
    if after.components != before.components:
        if not (after.components and before.components):
            # It may have stock, or be a part itself; a bundle may have neither.
            raise Invalid.field("components", "make a bundle of a product only at its creation")
        await _check_components(ports, after)
    operations: list[Operation] = [
        Put(PRODUCTS, item(after), when=(Equals("version", before.version),))
    ]
    operations += _claims(before, after)
    operations += _counts(before, after)
    operations += search.reindex(_SCOPE, id, texts(before), texts(after))
    operations += await variants.membership(ports, before, after)
    archived = before.status != after.status == "archived"
    kind = "product.archived" if archived else "product.changed"
    try:
        await ports.records.write(operations, [Event(kind, id, now, _told(after, before))])
    except ConditionFailed as error:
        raise _taken(error, operations, after) from error
    return after


def with_cost(before: Product, cost_minor: int, at: str) -> tuple[Operation, Event]:
    """What sets a product's unit cost in a batch of somebody else's, such as a receipt.

    The batch fails if the product changed since it was read.
    """
    after = msgspec.structs.replace(
        before, cost_minor=cost_minor, updated_at=at, version=before.version + 1
    )
    put = Put(PRODUCTS, item(after), when=(Equals("version", before.version),))
    return put, Event("product.changed", after.id, at, _told(after, before))


async def archive(ports: Ports, actor: Actor, id: str) -> Product:
    """Take the product out of the active catalogue; history keeps it. Done twice is done once."""
    before = await get(ports, id)
    if before.status == "archived":
        return before
    return await change(ports, actor, id, ProductChange(version=before.version, status="archived"))


async def _check_components(ports: Ports, product: Product) -> None:
    parts = await get_many(ports, [c.product_id for c in product.components])
    seen: set[str] = set()
    for position, component in enumerate(product.components):
        field = f"components[{position}].product_id"
        part = parts.get(component.product_id)
        if part is None or component.product_id == product.id:
            raise Invalid.field(field, f"no other product {component.product_id}")
        if part.components:
            raise Invalid.field(field, "is a bundle itself; name its parts instead")
        if component.product_id in seen:
            raise Invalid.field(field, "is named twice; raise its quantity instead")
        seen.add(component.product_id)


def expand(product: Product, quantity: int) -> list[Component]:
    """The stocked products that ``quantity`` of ``product`` draws on, with how many of each."""
    if not product.components:
        return [Component(product.id, quantity)]
    return [Component(c.product_id, c.quantity * quantity) for c in product.components]


def _told(after: Product, before: Product | None) -> dict[str, Any]:
    """What an event tells of a product; who wants more reads it."""
    return {
        "id": after.id,
        "version": after.version,
        "status": after.status,
        "category": after.category,
        "price_minor": after.price_minor,
        "previous_price_minor": before.price_minor if before is not None else None,
        "cost_minor": after.cost_minor,
        "currency": after.currency,
    }


def _claims(before: Product | None, after: Product) -> list[Operation]:
    """Sentinels of SKU and barcode, given back and taken where they changed."""
    operations: list[Operation] = []
    for field in ("sku", "barcode"):
        old = getattr(before, field) if before else None
        new = getattr(after, field)
        if old == new:
            continue
        if old is not None:
            operations.append(unique.release(f"product.{field}", old, after.id))
        if new is not None:
            operations.append(unique.claim(f"product.{field}", new, after.id))
    return operations


def _counts(before: Product | None, after: Product) -> list[Operation]:
    """How many active products each category has."""
    old = before.category if before and before.status == "active" else None
    new = after.category if after.status == "active" else None
    if old == new:
        return []
    steps = [(old, -1), (new, 1)]
    return [
        Update(CATEGORIES, ("active", name), add={"products": step})
        for name, step in steps
        if name is not None
    ]


def _taken(error: ConditionFailed, operations: list[Operation], product: Product) -> Exception:
    for position in error.failed:
        operation = operations[position]
        if isinstance(operation, Put) and operation.collection is unique.UNIQUE:
            field = str(operation.item["value"]).split("#", 1)[0].removeprefix("product.")
            return AlreadyExists.field(field, getattr(product, field))
        if isinstance(operation, Put) and operation.collection is PARENTS:
            return Conflict("the parent product changed meanwhile; try again")
        if isinstance(operation, Put) and operation.when == (Absent(),):
            return AlreadyExists.field("id", product.id)
    return Conflict("the product changed meanwhile; read it again")
