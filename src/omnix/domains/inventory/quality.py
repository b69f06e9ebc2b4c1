"""What is looked for in stock and in how it is bought."""

from omnix.domains.products.declare import PRODUCTS
from omnix.domains.system.quality import Notes, QualityCheck, Survey, page_of
from omnix.ports import Ports

from .declare import BALANCES, SUPPLY

NEGATIVE = QualityCheck(
    "inventory.negative-stock",
    "Stock below zero",
    "error",
    "Count it: something was sold or taken that was never received.",
)
UNKNOWN = QualityCheck(
    "inventory.unknown-product",
    "Stock of products that are not in the catalogue",
    "error",
    "Import the product under this id, or adjust the stock to zero.",
)
NO_SUPPLIER = QualityCheck(
    "inventory.no-supplier",
    "Products without a supplier",
    "warning",
    "Enter who sells it and on what terms: proposals assume the shop's lead time without.",
)
ARCHIVED = QualityCheck(
    "inventory.archived-stock",
    "Stock of archived products",
    "info",
    "Sell it off, write it off, or bring the product back: its money is bound.",
)


async def look(ports: Ports, notes: Notes) -> None:
    """At every balance, and at the terms of every active product."""
    names: dict[str, str] = {}
    active: set[str] = set()
    bundles: set[str] = set()
    async for chunk in ports.records.scan(PRODUCTS):
        for product in chunk:
            names[product["id"]] = product["name"]
            if product["status"] == "active":
                active.add(product["id"])
            if product["components"]:
                bundles.add(product["id"])
    async for chunk in ports.records.scan(BALANCES):
        for balance in chunk:
            id, place = balance["product_id"], balance["location_id"]
            on_hand, free = balance.get("on_hand", 0), balance.get("available", 0)
            name = names.get(id, id)
            if on_hand < 0 or free < 0:
                told = f"{name} at {place}: {on_hand} on hand, {free} available"
                notes.add(NEGATIVE, id, told, page_of("product", id))
            if id not in names and (on_hand or balance.get("reserved")):
                notes.add(UNKNOWN, id, f"{on_hand} of {id} at {place}")
            elif id in names and id not in active and on_hand > 0:
                told = f"{on_hand} of {name} at {place}"
                notes.add(ARCHIVED, id, told, page_of("product", id))
    supplied: set[str] = set()
    async for chunk in ports.records.scan(SUPPLY):
        supplied.update(terms["product_id"] for terms in chunk)
    for id in sorted(active - bundles - supplied):
        notes.add(NO_SUPPLIER, id, names[id], page_of("product", id))


SURVEY = Survey((NEGATIVE, UNKNOWN, NO_SUPPLIER, ARCHIVED), look)
