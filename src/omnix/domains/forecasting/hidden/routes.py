"""Lost sales over HTTP."""

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import Parameter

from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.ports import Ports

from . import desk
from .model import DEFINITION, LostSale


class LostSaleList(Listing, frozen=True, kw_only=True):
    """A page of products that lost sales, the dearest first."""

    items: list[LostSale]
    definition: str = DEFINITION


class ProductLostSales(msgspec.Struct, frozen=True, kw_only=True):
    """What one product lost over each range; ranges without a loss are left out."""

    product_id: str
    items: list[LostSale]
    definition: str = DEFINITION


@get("/forecasts/lost-sales", opt=allow("forecasts:read"), summary="List lost sales")
async def list_lost_sales(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    days: Annotated[int, Parameter(description="7, 30, 90 or 365.")] = 30,
) -> LostSaleList:
    """What each product would have sold, had there been stock, in units and money."""
    page = await desk.listing(ports, days, limit, cursor)
    return LostSaleList(items=list(page.items), next_cursor=page.next_cursor)


@get(
    "/forecasts/{product_id:str}/lost-sales",
    opt=allow("forecasts:read"),
    summary="One product's lost sales",
)
async def get_lost_sales(ports: Ports, product_id: str) -> ProductLostSales:
    """Over the last 7, 30, 90 and 365 days of history."""
    return ProductLostSales(product_id=product_id, items=await desk.of_product(ports, product_id))


ROUTES = (list_lost_sales, get_lost_sales)
