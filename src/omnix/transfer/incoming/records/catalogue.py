"""Products and customers that come in: stored, kept as they are, or brought up to date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from omnix.domains.customers import service as customer_service
from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.customers.model import Customer
from omnix.domains.customers.model import item as customer_item
from omnix.domains.customers.model import texts as customer_texts
from omnix.domains.products import service as product_service
from omnix.domains.products.declare import CATEGORIES, PRODUCTS
from omnix.domains.products.model import Product
from omnix.domains.products.model import item as product_item
from omnix.domains.products.model import texts as product_texts
from omnix.platform import search, unique
from omnix.platform.search import SEARCH
from omnix.platform.unique import UNIQUE
from omnix.ports import Operation, Ports

PRODUCT_SCOPE = "product"


@dataclass
class Tally:
    """What became of things of one kind."""

    created: int = 0
    changed: int = 0
    same: int = 0
    ids: set[str] = field(default_factory=set)


async def put_products(
    ports: Ports, products: Sequence[Product], known: dict[str, Product]
) -> Tally:
    """Store these; ``known`` are those of them that are there, by id.

    The version grows with each change; what is the same but for times is left alone.
    """
    tally = Tally()
    fresh: list[Product] = []
    for product in products:
        before = known.get(product.id)
        if before is None:
            fresh.append(product)
            continue
        after = msgspec.structs.replace(
            product,
            version=before.version,
            created_at=before.created_at,
            updated_at=before.updated_at,
        )
        if after == before:
            tally.same += 1
            continue
        tally.changed += 1
        fresh.append(
            msgspec.structs.replace(
                product, version=before.version + 1, created_at=before.created_at
            )
        )
        await _write(
            ports,
            search.reindex(
                PRODUCT_SCOPE, product.id, product_texts(before), product_texts(product)
            ),
        )
        if before.barcode and before.barcode != product.barcode:
            await _write(ports, [unique.release("product.barcode", before.barcode, product.id)])
    tally.created = len(fresh) - tally.changed
    tally.ids = {product.id for product in fresh}
    # The sentinels first: a product that cannot be claimed must not be there.
    sentinels: list[dict[str, str]] = []
    for product in fresh:
        sentinels.append(unique.sentinel("product.sku", product.sku, product.id))
        if product.barcode:
            sentinels.append(unique.sentinel("product.barcode", product.barcode, product.id))
    await ports.records.load(UNIQUE, sentinels)
    await ports.records.load(
        SEARCH,
        [e for p in fresh for e in search.entries(PRODUCT_SCOPE, p.id, product_texts(p))],
    )
    await ports.records.load(PRODUCTS, [product_item(p) for p in fresh])
    if fresh:
        await count_categories(ports)
    return tally


async def count_categories(ports: Ports) -> None:
    """Set the number of active products of each category from the products themselves."""
    counts: dict[str, int] = {}
    async for items in ports.records.scan(PRODUCTS):
        for stored in items:
            if "in_category" in stored:
                name = stored["in_category"]
                counts[name] = counts.get(name, 0) + 1
    async for items in ports.records.scan(CATEGORIES):
        for stored in items:
            counts.setdefault(stored["name"], 0)
    await ports.records.load(
        CATEGORIES,
        [{"scope": "active", "name": name, "products": n} for name, n in counts.items()],
    )


async def put_customers(ports: Ports, customers: Sequence[Customer], *, keep: bool) -> Tally:
    """Store these; with ``keep`` those that are there stay as they are."""
    tally = Tally()
    known = await known_customers(ports, [c.id for c in customers])
    fresh: list[Customer] = []
    for customer in customers:
        before = known.get(customer.id)
        if before is None:
            tally.created += 1
            fresh.append(customer)
            continue
        after = msgspec.structs.replace(
            customer,
            version=before.version,
            created_at=before.created_at,
            updated_at=before.updated_at,
        )
        if keep or after == before:
            tally.same += 1
            continue
        tally.changed += 1
        changed = msgspec.structs.replace(
            customer, version=before.version + 1, created_at=before.created_at
        )
        fresh.append(changed)
        await _write(
            ports,
            search.reindex(
                customer_service.SCOPE, customer.id, customer_texts(before), customer_texts(changed)
            ),
        )
        if before.email and before.email != changed.email:
            release = unique.release(customer_service.EMAIL_SCOPE, before.email, customer.id)
            await _write(ports, [release])
    tally.ids = {customer.id for customer in fresh}
    await ports.records.load(
        UNIQUE,
        [
            unique.sentinel(customer_service.EMAIL_SCOPE, c.email, c.id)
            for c in fresh
            if c.email is not None
        ],
    )
    await ports.records.load(
        SEARCH,
        [e for c in fresh for e in search.entries(customer_service.SCOPE, c.id, customer_texts(c))],
    )
    await ports.records.load(CUSTOMERS, [customer_item(c) for c in fresh])
    return tally


async def known_customers(ports: Ports, ids: Iterable[str]) -> dict[str, Customer]:
    found: dict[str, Customer] = {}
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), 100):
        for stored in await ports.records.get_many(CUSTOMERS, wanted[start : start + 100]):
            if stored is not None:
                found[stored["id"]] = msgspec.convert(stored, Customer)
    return found


async def known_products(ports: Ports, ids: Sequence[str]) -> dict[str, Product]:
    return await product_service.get_many(ports, ids)


async def _write(ports: Ports, operations: Sequence[Operation]) -> None:
    for start in range(0, len(operations), 100):
        await ports.records.write(operations[start : start + 100])


def as_item(value: Any) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(value)
    return built
