"""Orders over HTTP."""

from datetime import date
from typing import Annotated, Literal

from litestar import Response, get, post
from litestar.params import Parameter, QueryParameter
from litestar.response import Stream

from omnix.kit.paging import Page
from omnix.platform.access import Actor
from omnix.platform.direct import Direct
from omnix.platform.http import Cursor, Encoded, Limit, Listing, RetryKey, allow
from omnix.platform.tables import listed
from omnix.platform.turns import Turns
from omnix.ports import Ports

from . import figures, service, transitions
from .figures import OrderStatistics, OrderSummaryFigures
from .model import (
    Cancellation,
    Confirmation,
    Fulfilment,
    GoodsReturn,
    NewOrder,
    Order,
    OrderSummary,
    Payment,
    Refund,
    Status,
)

From = Annotated[date | None, QueryParameter(name="from", description="First day, included.")]
To = Annotated[date | None, QueryParameter(name="to", description="Last day, included.")]
READ, WRITE = allow("orders:read"), allow("orders:write")


class OrderList(Listing, frozen=True, kw_only=True):
    """A page of orders, without their lines."""

    items: list[OrderSummary]


Owner = Annotated[str | None, Parameter(max_length=64)]
Since = Annotated[date | None, Parameter(description="First day, included.")]
Until = Annotated[date | None, Parameter(description="Last day, included.")]
Sort = Annotated[
    Literal["-placed_at", "placed_at"],
    Parameter(description="The newest first or the oldest; a customer's always newest first."),
]
_COLUMNS = (
    "id", "number", "placed_at", "status", "payment_state", "customer_id", "location_id",
    "channel", "line_count", "units", "subtotal_minor", "discount_minor", "shipping_minor",
    "tax_minor", "total_minor", "paid_minor", "refunded_minor", "currency", "note",
)  # fmt: skip
_AT_ONCE = 200


@get("/orders", opt=READ, summary="List orders")
async def list_orders(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    customer_id: Owner = None,
    status: Status | None = None,
    number: Owner = None,
    placed_from: Since = None,
    placed_to: Until = None,
    sort: Sort = "-placed_at",
) -> OrderList:
    """By time: all, by customer or status, of some days, or by order number."""
    page = await service.listing(
        ports,
        customer_id=customer_id,
        status=status,
        number=number,
        placed_from=placed_from,
        placed_to=placed_to,
        sort=sort,
        limit=limit,
        cursor=cursor,
    )
    return OrderList(items=list(page.items), next_cursor=page.next_cursor)


@get("/orders/export.csv", opt=READ, summary="Orders as a table", media_type="text/csv")
async def export_orders(
    ports: Ports,
    customer_id: Owner = None,
    status: Status | None = None,
    number: Owner = None,
    placed_from: Since = None,
    placed_to: Until = None,
    sort: Sort = "-placed_at",
) -> Stream:
    """Every order that the list would give, without lines, money in minor units."""

    async def fetch(cursor: str | None) -> Page[OrderSummary]:
        return await service.listing(
            ports, customer_id=customer_id, status=status, number=number, placed_from=placed_from,
            placed_to=placed_to, sort=sort, limit=_AT_ONCE, cursor=cursor,
        )  # fmt: skip

    return await listed(_COLUMNS, fetch, "orders.csv")


@post("/orders", opt=WRITE, summary="Place an order")
async def place_order(
    ports: Ports, actor: Actor, data: NewOrder, retry_key: RetryKey = None
) -> Response[Order]:
    """Reserves all lines or none, and answers with the order; up to 2,000 lines."""
    return Encoded(await service.place(ports, actor, data, retry_key))


@get("/orders/summary", opt=READ, summary="Orders in figures")
async def orders_summary(
    ports: Ports, turns: Turns, from_: From = None, to: To = None
) -> OrderSummaryFigures:
    """Orders, units and money of some days, the last 30 where none are given."""
    async with turns.take():
        return await figures.summary(ports, from_, to)


@get("/orders/statistics", opt=READ, summary="Orders taken apart")
async def orders_statistics(
    ports: Ports, turns: Turns, from_: From = None, to: To = None
) -> OrderStatistics:
    """The same figures by channel, location and weekday."""
    async with turns.take():
        return await figures.statistics(ports, from_, to)


@get("/orders/{order_id:str}", opt=READ, summary="Get an order")
async def get_order(ports: Ports, order_id: str) -> Order:
    """One order with its lines."""
    return await service.get(ports, order_id)


@post("/orders/{order_id:str}/confirm", opt=WRITE, summary="Confirm an order", status_code=200)
async def confirm_order(
    ports: Ports, actor: Actor, order_id: str, data: Confirmation, retry_key: RetryKey = None
) -> Order:
    """The shop takes the order on; its stock is reserved since it was placed."""
    return await transitions.confirm(ports, actor, order_id, data, retry_key)


@post("/orders/{order_id:str}/fulfil", opt=WRITE, summary="Fulfil an order", status_code=200)
async def fulfil_order(
    ports: Ports, actor: Actor, order_id: str, data: Fulfilment, retry_key: RetryKey = None
) -> Order:
    """Goods leave the shop: the lines named, or all that is open."""
    return await transitions.fulfil(ports, actor, order_id, data, retry_key)


@post("/orders/{order_id:str}/return", opt=WRITE, summary="Take goods back", status_code=200)
async def return_order(
    ports: Ports, actor: Actor, order_id: str, data: GoodsReturn, retry_key: RetryKey = None
) -> Order:
    """Goods come back: the lines named, or all that was fulfilled."""
    return await transitions.take_back(ports, actor, order_id, data, retry_key)


@post("/orders/{order_id:str}/cancel", opt=WRITE, summary="Cancel an order", status_code=200)
async def cancel_order(
    ports: Ports, actor: Actor, order_id: str, data: Cancellation, retry_key: RetryKey = None
) -> Order:
    """Releases what is not fulfilled: the lines named, or all of it."""
    return await transitions.cancel(ports, actor, order_id, data, retry_key)


@post("/orders/{order_id:str}/refund", opt=WRITE, summary="Refund an order", status_code=200)
async def refund_order(
    ports: Ports, actor: Actor, order_id: str, data: Refund, retry_key: RetryKey = None
) -> Order:
    """Records money given back, at most what was paid."""
    return await transitions.refund(ports, actor, order_id, data, retry_key)


@post("/orders/{order_id:str}/pay", opt=WRITE, summary="Mark an order as paid", status_code=200)
async def pay_order(
    ports: Ports, actor: Actor, order_id: str, data: Payment, retry_key: RetryKey = None
) -> Order:
    """Records that the whole total was paid."""
    return await transitions.pay(ports, actor, order_id, data, retry_key)


DIRECT = (Direct("/v1/orders", WRITE["permission"], NewOrder, 201, service.place),)
"""Placing an order is what a shop waits for: answered without the framework's detours."""

ROUTES = (
    list_orders,
    export_orders,
    orders_summary,
    orders_statistics,
    place_order,
    get_order,
    confirm_order,
    fulfil_order,
    return_order,
    cancel_order,
    refund_order,
    pay_order,
)
