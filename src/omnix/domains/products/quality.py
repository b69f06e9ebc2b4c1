"""What is looked for in the catalogue."""

from collections.abc import Mapping
from typing import Any

from omnix.domains.system.quality import Notes, QualityCheck, Survey, page_of
from omnix.kit.money import to_text
from omnix.ports import Ports

from .declare import PRODUCTS
from .model import UNCATEGORISED

NO_PRICE = QualityCheck(
    "products.no-price",
    "Products without a price",
    "error",
    "Set the price, or archive what is not for sale: it is given away as it stands.",
)
BELOW_COST = QualityCheck(
    "products.below-cost",
    "Products priced below their cost",
    "warning",
    "Raise the price or correct the cost; each sale loses the difference.",
)
NO_COST = QualityCheck(
    "products.no-cost",
    "Products without a cost",
    "warning",
    "Enter the cost, or receive goods with one: margin and order quantities lack it.",
)
BROKEN_BUNDLE = QualityCheck(
    "products.broken-bundle",
    "Bundles with parts that are archived or gone",
    "error",
    "Replace the part or archive the bundle: it cannot be sold as it stands.",
)
NO_CATEGORY = QualityCheck(
    "products.no-category",
    "Products without a category",
    "info",
    "Choose a category: forecasts of new and slow products learn from their category.",
)


async def look(ports: Ports, notes: Notes) -> None:
    """At every active product."""
    status: dict[str, str] = {}
    bundles: list[Mapping[str, Any]] = []
    async for chunk in ports.records.scan(PRODUCTS):
        for product in chunk:
            status[product["id"]] = product["status"]
            if product["status"] == "active":
                _judge(product, notes)
                if product["components"]:
                    bundles.append({name: product[name] for name in ("id", "name", "components")})
    for bundle in bundles:
        parts = [part["product_id"] for part in bundle["components"]]
        lacking = [part for part in parts if status.get(part) != "active"]
        if lacking:
            told = f"{bundle['name']} needs {', '.join(lacking[:3])}"
            notes.add(BROKEN_BUNDLE, bundle["id"], told, page_of("product", bundle["id"]))


def _judge(product: Mapping[str, Any], notes: Notes) -> None:
    id, name, price, cost = (product[key] for key in ("id", "name", "price_minor", "cost_minor"))
    link, currency = page_of("product", id), product["currency"]
    if price == 0:
        notes.add(NO_PRICE, id, name, link)
    if cost is None:
        if not product["components"]:
            notes.add(NO_COST, id, name, link)
    elif 0 < price < cost:
        costs, sells = to_text(cost, currency), to_text(price, currency)
        notes.add(BELOW_COST, id, f"{name} costs {costs} and is sold for {sells} {currency}", link)
    if product["category"] == UNCATEGORISED:
        notes.add(NO_CATEGORY, id, name, link)


SURVEY = Survey((NO_PRICE, BELOW_COST, NO_COST, BROKEN_BUNDLE, NO_CATEGORY), look)
