"""Figures of each product, and stock over time: asked of the lake for the range that is shown."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import date, timedelta
from typing import Any

from omnix.domains.inventory import locations
from omnix.domains.inventory import service as inventory
from omnix.domains.products import service as products
from omnix.domains.system.settings import shop
from omnix.kit.errors import Invalid
from omnix.kit.paging import decode_cursor, encode_cursor
from omnix.ports import Ports

from .declare import SNAPSHOTS
from .model import Span
from .rollups import SQL, STOCK_KEY
from .tables_model import ProductFigures, ProductTable, Sort, StockGraph, StockPoint

_AT_ONCE = 2000
_MOST_PLACES = 200


async def products_sold(
    ports: Ports,
    first: date,
    last: date,
    sort: Sort,
    location_id: str | None,
    channel: str | None,
    limit: int,
    cursor: str | None,
) -> ProductTable:
    """Products that sold or came back, a page of them. Raises Invalid for an unknown location."""
    if location_id is not None:
        await locations.require(ports, location_id)
    days = (last - first).days + 1
    before = first - timedelta(days=days)
    value, id = _after(cursor)
    by = sort.removeprefix("-")
    rows = await ports.lake.rows(
        SQL["product_figures"],
        first=first,
        last=last,
        before=before,
        ranked_from=before if by == "change" else first,
        location_id=location_id,
        channel=channel,
        sort=by,
        direction=1 if sort.startswith("-") else -1,
        after_value=value,
        after_id=id,
        number=limit + 1,
    )
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        following = encode_cursor([int(rows[-1]["place"]), rows[-1]["product_id"]])
    known = await products.get_many(ports, [row["product_id"] for row in rows])
    stock = await asyncio.gather(*[_stock(ports, row["product_id"], location_id) for row in rows])
    items = []
    for row, here in zip(rows, stock, strict=True):
        product = known.get(row["product_id"])
        sku, name = (product.sku, product.name) if product else (None, row["product_id"])
        items.append(_figures(row, sku, name, here, days))
    return ProductTable(
        currency=(await shop(ports)).currency,
        range=Span(first.isoformat(), last.isoformat()),
        previous_range=Span(before.isoformat(), (first - timedelta(days=1)).isoformat()),
        items=items,
        next_cursor=following,
    )


def _after(cursor: str | None) -> tuple[int, str | None]:
    if cursor is None:
        return 0, None
    value, id = decode_cursor(cursor, 2)
    if not isinstance(value, int) or not isinstance(id, str):
        raise Invalid.field("cursor", "is not one that this list returned")
    return value, id


async def _stock(ports: Ports, product_id: str, location_id: str | None) -> tuple[int, int] | None:
    """On hand and available, all locations together; None where nobody counted."""
    page = await inventory.listing(ports, product_id, location_id, _MOST_PLACES, None)
    here = [one for one in page.items if one.counted_at or one.on_hand]
    if not here:
        return None
    return sum(one.on_hand for one in here), sum(one.available for one in here)


def _figures(
    row: Mapping[str, Any], sku: str | None, name: str, stock: tuple[int, int] | None, days: int
) -> ProductFigures:
    revenue, previous, units = row["revenue_minor"], row["previous_revenue_minor"], row["units"]
    costed = row["costed_revenue_minor"]
    margin = costed - row["cost_minor"]
    on_hand, available = stock or (None, None)
    seen = units + on_hand if on_hand is not None else 0
    return ProductFigures(
        product_id=row["product_id"],
        sku=sku,
        name=name,
        revenue_minor=revenue,
        previous_revenue_minor=previous,
        change=(revenue - previous) / previous if previous > 0 else None,
        share=revenue / row["all_revenue_minor"] if row["all_revenue_minor"] > 0 else None,
        units=units,
        orders=row["orders"],
        returns_minor=row["returns_minor"],
        discount_minor=row["discount_minor"],
        margin_minor=margin if costed else None,
        gross_margin=margin / costed if costed else None,
        on_hand=on_hand,
        available=available,
        sell_through=units / seen if seen > 0 and units >= 0 else None,
        days_of_cover=max(0, available) * days / units
        if available is not None and units > 0
        else None,
    )


async def every_product(
    ports: Ports, first: date, last: date, sort: Sort, location_id: str | None, channel: str | None
) -> AsyncIterator[list[ProductFigures]]:
    """All pages."""
    cursor = None
    while True:
        page = await products_sold(ports, first, last, sort, location_id, channel, _AT_ONCE, cursor)
        yield page.items
        cursor = page.next_cursor
        if cursor is None:
            return


async def stock_graph(ports: Ports, first: date, last: date, location_id: str | None) -> StockGraph:
    """Stock at the end of each day that was closed. Raises Invalid for an unknown location."""
    if location_id is not None:
        await locations.require(ports, location_id)
    rows = await ports.lake.rows(
        SQL["stock_graph"], first=first, last=last, location_id=location_id
    )
    now = await ports.records.get(SNAPSHOTS, STOCK_KEY) or {}
    told = bool(now.get("counted")) and location_id is None
    return StockGraph(
        range=Span(first.isoformat(), last.isoformat()),
        points=[
            StockPoint(
                row["day"].isoformat(),
                row["on_hand"],
                row["products"],
                row["out_of_stock"],
                row["in_stock"],
            )
            for row in rows
        ],
        on_hand_now=now["pieces"] if told else None,
        value_minor_now=now["value_minor"] if told and now["costed_pieces"] else None,
        currency=(await shop(ports)).currency,
    )
