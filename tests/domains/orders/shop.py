"""A small shop for tests of stock and orders: real local ports, products loaded straight in."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from omnix.adapters.local.clock import ManualClock
from omnix.adapters.local.platform import open_local
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.customers.model import Customer
from omnix.domains.customers.model import item as customer_item
from omnix.domains.inventory import locations, stock
from omnix.domains.inventory.declare import BALANCES, LEDGER, LOCATIONS
from omnix.domains.orders.model import NewLine, NewOrder
from omnix.domains.products.declare import PRODUCTS
from omnix.domains.products.model import Component, Product, item
from omnix.platform.access import Actor
from omnix.ports import Ports

ACTOR = Actor("usr_test", "admin", frozenset())
AT = "2026-01-01T00:00:00.000Z"


def product(id: str, **given: Any) -> Product:
    fields = {"sku": f"sku-{id}", "name": f"Product {id}", "price_minor": 1_000, "currency": "EUR"}
    return Product(id=id, created_at=AT, updated_at=AT, **{**fields, **given})


def bundle(id: str, parts: Mapping[str, int], **given: Any) -> Product:
    return product(id, components=tuple(Component(p, n) for p, n in parts.items()), **given)


async def fill(ports: Ports, products: Sequence[Product], on_hand: Mapping[str, int]) -> None:
    """Products, a customer called cus_1, a location called main, and counted stock there."""
    customer = Customer(id="cus_1", name="One", created_at=AT, updated_at=AT)
    await ports.records.load(CUSTOMERS, [customer_item(customer)])
    await ports.records.load(PRODUCTS, [item(each) for each in products])
    await ports.records.load(LOCATIONS, locations.location_items([("main", "Main")], AT))
    await add_stock(ports, on_hand, "main")


async def add_stock(ports: Ports, on_hand: Mapping[str, int], place: str) -> None:
    rows = [(id, place, n) for id, n in on_hand.items()]
    balances, ledger = stock.opening_items(rows, AT, "test", counted=True)
    await ports.records.load(BALANCES, balances)
    await ports.records.load(LEDGER, ledger)


@asynccontextmanager
async def shop(folder: Path, stock: Mapping[str, int], *more: Product) -> AsyncIterator[Ports]:
    """A shop that sells each product of ``stock`` for 10.00, and ``more``."""
    async with open_local(folder, COLLECTIONS, FACTS, clock=ManualClock()) as platform:
        await fill(platform.ports, [*(product(id) for id in stock), *more], stock)
        yield platform.ports


def order(*lines: tuple[str, int], **given: Any) -> NewOrder:
    return NewOrder(lines=tuple(NewLine(id, n) for id, n in lines), **given)


async def all_balances(ports: Ports) -> dict[tuple[str, str], tuple[int, int]]:
    """On hand and reserved by product and place; proves the ledger on the way."""
    assert await stock.differences(ports) == []
    return {
        (each["product_id"], each["location_id"]): (each.get("on_hand", 0), each.get("reserved", 0))
        async for items in ports.records.scan(BALANCES)
        for each in items
    }


async def balances(ports: Ports, place: str = "main") -> dict[str, tuple[int, int]]:
    """The same of one place, by product."""
    found = await all_balances(ports)
    return {product_id: held for (product_id, where), held in found.items() if where == place}


def plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))
