"""Purchase orders and what stock is worth, over HTTP."""

from typing import Annotated, Literal

from litestar import get, patch, post
from litestar.params import Parameter, QueryParameter
from litestar.response import Stream

from omnix.domains.inventory import valuation
from omnix.domains.inventory.valuation import Worth
from omnix.kit.paging import Page
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, RetryKey, allow
from omnix.platform.jobs import JobRun
from omnix.platform.tables import listed
from omnix.ports import Ports

from . import document as documents
from . import mailing, receiving, service
from .model import (
    Document,
    Drafted,
    NewPurchaseOrder,
    NewReceipt,
    PurchaseOrder,
    PurchaseOrderChange,
    Wanted,
)

READ, WRITE = allow("purchasing:read"), allow("purchasing:write")
APPROVE = allow("purchasing:approve")
_STATES = "^(draft|approved|sent|partly_received|received|closed|cancelled)$"


InState = Annotated[str | None, QueryParameter(name="state", pattern=_STATES)]
SupplierId = Annotated[str | None, Parameter(max_length=64)]
Sort = Annotated[
    Literal["-created_at", "created_at", "expected_on", "-expected_on", "supplier", "-supplier"],
    Parameter(
        description=f"With a minus: the last first. Other than by creation: of at most "
        f"{service.MOST_SORTED} orders."
    ),
]
_COLUMNS = (
    "id", "state", "supplier_id", "supplier", "location_id", "created_at", "expected_on",
    "approved_at", "sent_at", "received_at", "delivery_minor", "total_minor", "currency", "origin",
    "note",
)  # fmt: skip
_AT_ONCE = 200


class PurchaseOrderList(Listing, frozen=True, kw_only=True):
    """A page of purchase orders."""

    items: list[PurchaseOrder]


class WorthList(Listing, frozen=True, kw_only=True):
    """A page of products with what their stock is worth."""

    items: list[Worth]


@get("/purchase-orders", opt=READ, summary="List purchase orders")
async def list_purchase_orders(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    order_state: InState = None,
    supplier_id: SupplierId = None,
    sort: Sort = "-created_at",
) -> PurchaseOrderList:
    """Orders to suppliers: all, those in a state, or those of a supplier."""
    page = await service.listing(ports, order_state, supplier_id, limit, cursor, sort)
    return PurchaseOrderList(items=list(page.items), next_cursor=page.next_cursor)


@get(
    "/purchase-orders/export.csv", opt=READ, summary="Purchase orders as a table",
    media_type="text/csv",
)  # fmt: skip
async def export_purchase_orders(
    ports: Ports,
    order_state: InState = None,
    supplier_id: SupplierId = None,
    sort: Sort = "-created_at",
) -> Stream:
    """Every purchase order that the list would give, without lines, money in minor units."""

    async def fetch(cursor: str | None) -> Page[PurchaseOrder]:
        return await service.listing(ports, order_state, supplier_id, _AT_ONCE, cursor, sort)

    return await listed(_COLUMNS, fetch, "purchase-orders.csv")


@post("/purchase-orders", opt=WRITE, summary="Draft a purchase order")
async def create_purchase_order(
    ports: Ports, actor: Actor, data: NewPurchaseOrder, retry_key: RetryKey = None
) -> PurchaseOrder:
    """Drafts an order; what it asks for counts as drafted until it is approved."""
    return await service.create(ports, actor, data, retry_key)


@post("/purchase-orders/from-replenishment", opt=WRITE, summary="Draft what is proposed")
async def draft_from_replenishment(
    ports: Ports, actor: Actor, data: Wanted, retry_key: RetryKey = None
) -> Drafted:
    """Drafts an order for each supplier and place from what replenishment proposes now."""
    from . import drafting

    return await drafting.from_replenishment(ports, actor, data, retry_key)


@get("/purchase-orders/{order_id:str}", opt=READ, summary="Get a purchase order")
async def get_purchase_order(ports: Ports, order_id: str) -> PurchaseOrder:
    """One purchase order by its id."""
    return await service.get(ports, order_id)


@patch("/purchase-orders/{order_id:str}", opt=WRITE, summary="Change a draft")
async def change_purchase_order(
    ports: Ports, actor: Actor, order_id: str, data: PurchaseOrderChange
) -> PurchaseOrder:
    """Changes the fields sent, if ``version`` is still the current one and it is a draft."""
    return await service.change(ports, actor, order_id, data)


@post(
    "/purchase-orders/{order_id:str}/approve", opt=APPROVE, summary="Approve an order",
    status_code=200,
)  # fmt: skip
async def approve_purchase_order(ports: Ports, actor: Actor, order_id: str) -> PurchaseOrder:
    """From now on it counts as on order; approved twice is approved once."""
    return await service.approve(ports, actor, order_id)


@post(
    "/purchase-orders/{order_id:str}/send", opt=WRITE, summary="Mark an order as sent",
    status_code=200,
)  # fmt: skip
async def send_purchase_order(ports: Ports, actor: Actor, order_id: str) -> PurchaseOrder:
    """Says that the order went to the supplier: its lead time begins."""
    return await service.send(ports, actor, order_id)


@post(
    "/purchase-orders/{order_id:str}/mail", opt=WRITE, summary="Mail an order to its supplier",
    status_code=202,
)  # fmt: skip
async def mail_purchase_order(ports: Ports, actor: Actor, order_id: str) -> JobRun:
    """Asks for a job that mails the order and marks it as sent; follow it at `/v1/jobs/{id}`.

    Asked again while it has not failed, the same job is returned.
    """
    return await mailing.ask(ports, actor, order_id)


@post(
    "/purchase-orders/{order_id:str}/receive", opt=WRITE, summary="Receive goods of an order",
    status_code=200,
)  # fmt: skip
async def receive_purchase_order(
    ports: Ports, actor: Actor, order_id: str, data: NewReceipt, retry_key: RetryKey = None
) -> PurchaseOrder:
    """Takes goods into stock at what they cost, and learns how long they took."""
    return await receiving.receive(ports, actor, order_id, data, retry_key)


@post("/purchase-orders/{order_id:str}/close", opt=WRITE, summary="Close an order", status_code=200)
async def close_purchase_order(ports: Ports, actor: Actor, order_id: str) -> PurchaseOrder:
    """Nothing more will come of it."""
    return await service.close(ports, actor, order_id)


@post(
    "/purchase-orders/{order_id:str}/cancel", opt=WRITE, summary="Cancel an order", status_code=200
)
async def cancel_purchase_order(ports: Ports, actor: Actor, order_id: str) -> PurchaseOrder:
    """Nothing of it will come."""
    return await service.cancel(ports, actor, order_id)


@get("/purchase-orders/{order_id:str}/document", opt=READ, summary="Get an order's message")
async def get_document(ports: Ports, order_id: str) -> Document:
    """The order for the supplier, as plain text and as a page to print."""
    return await documents.document(ports, await service.get(ports, order_id))


@get("/inventory/values", opt=READ, summary="List what stock is worth")
async def list_values(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    search: Annotated[
        str | None, Parameter(max_length=200, description="Starts of words, all of them.")
    ] = None,
    sort: Annotated[
        Literal["name", "-name", "on_hand", "-on_hand", "value", "-value"],
        Parameter(
            description=f"With a minus: the last or highest first. By units or value: of at most "
            f"{valuation.MOST_SORTED} products."
        ),
    ] = "name",
) -> WorthList:
    """Products, each at the moving average of what its units cost, and by FIFO."""
    page = await valuation.listing(ports, limit, cursor, search, sort)
    return WorthList(items=list(page.items), next_cursor=page.next_cursor)


ROUTES = (
    list_purchase_orders,
    export_purchase_orders,
    create_purchase_order,
    draft_from_replenishment,
    get_purchase_order,
    change_purchase_order,
    approve_purchase_order,
    send_purchase_order,
    mail_purchase_order,
    receive_purchase_order,
    close_purchase_order,
    cancel_purchase_order,
    get_document,
    list_values,
)
