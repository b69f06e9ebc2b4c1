"""What stock is worth: each product at the moving average of what its units cost, and by FIFO.

One average for a product wherever it lies, so that a transfer changes no value. What was in
stock before the first purchase order counts at the product's unit cost, or at that order's.

What is sold first came first, so that what is left came last: the layers of the latest receipts
that make up the stock are its value by FIFO (first in, first out), whatever happened in between.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import msgspec

from omnix.domains.products import service as products
from omnix.domains.products.model import Product
from omnix.kit.paging import Page, sorted_page, whole
from omnix.ports import MAX_KEYS, Absent, Equals, Item, Operation, Ports, Put

from .declare import BALANCES, VALUES

MOST_LAYERS = 100
"""More receipts than these lying at once are told apart no further: the oldest share a mean."""

_PARTS = 10_000
"""Averages are kept in ten-thousandths of a minor unit: rounding must not add up."""


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """A product's stock at all locations, and its value. Costs are None where none is known.

    ``basis`` tells whether receipts made the average or the product's unit cost stands in.
    ``value_minor`` is by moving average, ``fifo_value_minor`` at what the units cost that came
    last.
    """

    product_id: str
    sku: str
    name: str
    on_hand: int
    unit_cost_minor: int | None
    value_minor: int | None
    fifo_value_minor: int | None
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
    layers = [*lying(_layers(item), there, before), (units, cost)]
    put = Put(
        VALUES,
        {
            "product_id": product.id,
            "average": average,
            "layers": [list(layer) for layer in _few(layers)],
            "version": version + 1,
        },
        when=(guard,),
    )
    return _rounded(average), put


MOST_SORTED = 2000
"""Products that are held at once to sort them by units or by value, which no index keeps."""

_RANKS: Mapping[str, Callable[[Worth], int | None]] = {
    "on_hand": lambda one: one.on_hand,
    "value": lambda one: one.value_minor,
}


async def listing(
    ports: Ports, limit: int, cursor: str | None, text: str | None = None, sort: str = "name"
) -> Page[Worth]:
    """Products that have stock of their own, with what it is worth; those found by ``text`` in
    the order of the search unless another than the name's is asked for.

    Raises Invalid for an order by units or value over more than MOST_SORTED products.
    """
    rank = _RANKS.get(sort.removeprefix("-"))

    async def fetch(after: str | None, number: int = 200) -> Page[Product]:
        return await products.listing(
            ports, text=text, sort=sort if rank is None else "name", limit=number, cursor=after
        )

    if rank is None:
        page = await fetch(cursor, limit)
        return Page(await _worth(ports, page.items), page.next_cursor)
    return sorted_page(
        await _worth(ports, await whole(fetch, MOST_SORTED)), rank, lambda one: one.product_id,
        descending=sort.startswith("-"), limit=limit, cursor=cursor,
    )  # fmt: skip


async def _worth(ports: Ports, some: Sequence[Product]) -> list[Worth]:
    own = [product for product in some if not product.components]
    kept: list[Item | None] = []
    lie: list[int] = []
    for start in range(0, len(own), MAX_KEYS):
        ids = [product.id for product in own[start : start + MAX_KEYS]]
        kept += await ports.records.get_many(VALUES, ids)
        lie += await asyncio.gather(*[_on_hand(ports, id) for id in ids])
    found: list[Worth] = []
    for product, item, on_hand in zip(own, kept, lie, strict=True):
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
                fifo_value_minor=None
                if average is None
                else _rounded(
                    sum(n * cost for n, cost in lying(_layers(item), max(0, on_hand), average))
                ),
                currency=product.currency,
                basis="moving-average" if item is not None else "unit-cost",
            )
        )
    return found


Layer = tuple[int, int]
"""Units, and what each cost in parts of a minor unit."""


def lying(layers: Sequence[Layer], units: int, otherwise: int) -> list[Layer]:
    """The layers, oldest first, that ``units`` in stock lie in: those that came last.

    Units of which no receipt is known count at ``otherwise``, as the oldest.
    """
    found: list[Layer] = []
    for count, cost in reversed(layers):
        taken = min(count, units)
        if taken > 0:
            found.append((taken, cost))
            units -= taken
    if units > 0:
        found.append((units, otherwise))
    return found[::-1]


def _layers(item: Item | None) -> list[Layer]:
    return [(int(n), int(cost)) for n, cost in (item or {}).get("layers") or ()]


def _few(layers: Sequence[Layer]) -> list[Layer]:
    """Neighbours of one cost as one layer; beyond MOST_LAYERS the oldest at their mean."""
    found: list[Layer] = []
    for units, cost in layers:
        if found and found[-1][1] == cost:
            found[-1] = (found[-1][0] + units, cost)
        else:
            found.append((units, cost))
    extra = len(found) - MOST_LAYERS
    if extra > 0:
        old = found[: extra + 1]
        units = sum(n for n, _ in old)
        mean = (sum(n * cost for n, cost in old) + units // 2) // units
        found = [(units, mean), *found[extra + 1 :]]
    return found


def _rounded(parts: int) -> int:
    return (parts + _PARTS // 2) // _PARTS


async def _on_hand(ports: Ports, product_id: str) -> int:
    page = await ports.records.query(BALANCES, product_id, limit=200)
    return sum(int(item.get("on_hand") or 0) for item in page.items)
