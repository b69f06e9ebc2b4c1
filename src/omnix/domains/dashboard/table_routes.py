"""The dashboard's tables over HTTP, to read and to keep."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from litestar import get
from litestar.params import Parameter, QueryParameter
from litestar.response import Stream

from omnix.platform.http import Cursor, Limit, allow
from omnix.platform.tables import download
from omnix.platform.turns import Turns
from omnix.ports import Ports

from . import analytics, tables
from .model import SalesPoint
from .tables_model import ProductFigures, ProductTable, Sort, StockGraph, StockPoint

From = Annotated[date | None, QueryParameter(name="from", description="First day, included.")]
To = Annotated[date | None, QueryParameter(name="to", description="Last day, included.")]
Place = Annotated[str | None, Parameter(max_length=64, description="One location only.")]
Channel = Annotated[str | None, Parameter(max_length=64, description="One channel only.")]
Order = Annotated[Sort, Parameter(description="With a minus: the highest first.")]

_READ = allow("dashboard:read")
_DAYS, _STOCK_DAYS = 30, 90


@get("/dashboard/products", opt=_READ, summary="Products by what they brought")
async def dashboard_products(
    ports: Ports,
    turns: Turns,
    limit: Limit,
    cursor: Cursor,
    from_: From = None,
    to: To = None,
    location_id: Place = None,
    channel: Channel = None,
    sort: Order = "-revenue",
) -> ProductTable:
    """Sales, margin and stock of each product that sold or came back; 30 days if none are given."""
    first, last = await analytics.default_range(ports, from_, to, _DAYS)
    async with turns.take():
        return await tables.products_sold(
            ports, first, last, sort, location_id, channel, limit, cursor
        )


@get(
    "/dashboard/products/export.csv", opt=_READ, summary="The same as a table",
    media_type="text/csv",
)  # fmt: skip
async def export_dashboard_products(
    ports: Ports,
    turns: Turns,
    from_: From = None,
    to: To = None,
    location_id: Place = None,
    channel: Channel = None,
    sort: Order = "-revenue",
) -> Stream:
    """Every product of the range, money in minor units."""
    first, last = await analytics.default_range(ports, from_, to, _DAYS)
    async with turns.take():
        some = tables.every_product(ports, first, last, sort, location_id, channel)
        pages = [page async for page in some]
    return _table(ProductFigures, pages, f"products-{first}-{last}.csv")


@get(
    "/dashboard/sales/export.csv", opt=_READ, summary="Sales over time as a table",
    media_type="text/csv",
)  # fmt: skip
async def export_dashboard_sales(
    ports: Ports,
    from_: From = None,
    to: To = None,
    by: Literal["day", "week", "month"] = "day",
) -> Stream:
    """What `dashboard/sales` tells, money in minor units."""
    first, last = await analytics.default_range(ports, from_, to, 90)
    told = await analytics.sales(ports, first, last, by)
    return _table(SalesPoint, [told.points], f"sales-{first}-{last}.csv")


@get("/dashboard/inventory-graph", opt=_READ, summary="Stock over time")
async def dashboard_inventory_graph(
    ports: Ports, turns: Turns, from_: From = None, to: To = None, location_id: Place = None
) -> StockGraph:
    """Pieces on hand and what was out of stock at the end of each day; 90 days if none given."""
    first, last = await analytics.default_range(ports, from_, to, _STOCK_DAYS)
    async with turns.take():
        return await tables.stock_graph(ports, first, last, location_id)


@get(
    "/dashboard/inventory-graph/export.csv", opt=_READ, summary="Stock over time as a table",
    media_type="text/csv",
)  # fmt: skip
async def export_dashboard_inventory_graph(
    ports: Ports, turns: Turns, from_: From = None, to: To = None, location_id: Place = None
) -> Stream:
    """What `dashboard/inventory-graph` tells of each day."""
    first, last = await analytics.default_range(ports, from_, to, _STOCK_DAYS)
    async with turns.take():
        told = await tables.stock_graph(ports, first, last, location_id)
    return _table(StockPoint, [told.points], f"stock-{first}-{last}.csv")


def _table(kind: type[msgspec.Struct], pages: Iterable[Sequence[Any]], file_name: str) -> Stream:
    names = kind.__struct_fields__

    async def rows() -> AsyncIterator[list[list[Any]]]:
        for page in pages:
            yield [[getattr(one, name) for name in names] for one in page]

    return download(names, rows(), file_name)


ROUTES = (
    dashboard_products,
    export_dashboard_products,
    export_dashboard_sales,
    dashboard_inventory_graph,
    export_dashboard_inventory_graph,
)
