"""What stock is worth: each product at the moving average of what its units cost.

One average for a product wherever it lies, so that a transfer changes no value. What was in
stock before the first purchase order counts at the product's unit cost, or at that order's.
"""

import msgspec

from omnix.domains.products import service as products
from omnix.domains.products.model import Product
from omnix.kit.paging import Page
from omnix.ports import Absent, Equals, Operation, Ports, Put

from .declare import BALANCES, VALUES

_PARTS = 10_000
"""Averages are kept in ten-thousandths of a minor unit: rounding must not add up."""


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """A product's stock at all locations, and its value. Costs are None where none is known.

    ``basis`` tells whether receipts made the average or the product's unit cost stands in.
    """

    product_id: str
    sku: str
    name: str
    on_hand: int
    unit_cost_minor: int | None
    value_minor: int | None
    currency: str
    basis: str


async def received(
    ports: Ports, product: Product, units: int, unit_cost_minor: int
) -> tuple[int, Operation]:
    """The product's average after a receipt, in minor units, and the operation that keeps it.

    The batch fails if another receipt came first.
    """
    item = await ports.records.get(VALUES, product.id)
    on_hand = await _on_hand(ports, product.id)
    cost = unit_cost_minor * _PARTS
    if item is not None:
        before, version = int(item["average"]), int(item["version"])
    else:
        known = product.cost_minor
        before, version = (cost if known is None else known * _PARTS), 0
    there = max(0, on_hand)
    whole = there + units
    average = (before * there + cost * units + whole // 2) // whole
    guard = Equals("version", version) if item is not None else Absent()
    put = Put(
        VALUES,
        {"product_id": product.id, "average": average, "version": version + 1},
        when=(guard,),
    )
    return _rounded(average), put


async def listing(ports: Ports, limit: int, cursor: str | None) -> Page[Worth]:
    """Products that have stock of their own, with what it is worth."""
    page = await products.listing(ports, limit=limit, cursor=cursor)
    found: list[Worth] = []
    for product in page.items:
        if product.components:
            continue
        item = await ports.records.get(VALUES, product.id)
        on_hand = await _on_hand(ports, product.id)
        average = int(item["average"]) if item is not None else None
        if average is None and product.cost_minor is not None:
            average = product.cost_minor * _PARTS
        found.append(
            Worth(
                product_id=product.id,
                sku=product.sku,
                name=product.name,
                on_hand=on_hand,
                unit_cost_minor=None if average is None else _rounded(average),
                value_minor=None if average is None else _rounded(average * max(0, on_hand)),
                currency=product.currency,
                basis="moving-average" if item is not None else "unit-cost",
            )
        )
    return Page(found, page.next_cursor)


def _rounded(parts: int) -> int:
    return (parts + _PARTS // 2) // _PARTS


async def _on_hand(ports: Ports, product_id: str) -> int:
    page = await ports.records.query(BALANCES, product_id, limit=200)
    return sum(int(item.get("on_hand") or 0) for item in page.items)
