"""The products that are forecast."""

import msgspec

from omnix.domains.products.declare import PRODUCTS
from omnix.domains.products.model import Product
from omnix.ports import Ports


async def active(ports: Ports) -> list[Product]:
    """Every active product, by id. Reads the whole table: for jobs."""
    found: list[Product] = []
    async for chunk in ports.records.scan(PRODUCTS):
        found += [msgspec.convert(p, Product) for p in chunk if p["status"] == "active"]
    return sorted(found, key=lambda product: product.id)
