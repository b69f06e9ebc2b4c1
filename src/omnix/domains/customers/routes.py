"""Customers over HTTP."""

from typing import Annotated, Literal

from litestar import get, patch, post
from litestar.params import Parameter
from litestar.response import Stream

from omnix.kit.errors import Invalid
from omnix.kit.paging import Page
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.tables import listed
from omnix.ports import Ports

from . import insights, insights_routes, merging_routes, own_routes, service
from .model import Customer, CustomerChange, NewCustomer, Status


class CustomerList(Listing, frozen=True, kw_only=True):
    """A page of customers."""

    items: list[Customer]


Search = Annotated[
    str | None,
    Parameter(
        max_length=200,
        description="Starts of words in name, e-mail, phone or external id; all of them.",
    ),
]


Sort = Annotated[
    Literal["-created_at", "created_at", "name", "-name"],
    Parameter(description="With a minus: the last first. Of all of a status."),
]
_COLUMNS = ("id", "name", "email", "phone", "tags", "status", "created_at", "updated_at")
_AT_ONCE = 200


InSegment = Annotated[
    str | None,
    Parameter(max_length=64, description="The id of a segment; not with `search` or an order."),
]


@get("/customers", opt=allow("customers:read"), summary="List customers")
async def list_customers(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    search: Search = None,
    status: Status = "active",
    sort: Sort = "-created_at",
    segment: InSegment = None,
) -> CustomerList:
    """One page of customers: by words, of a segment, or all of a status.

    Pages of a search or a segment may be short though another follows.
    """
    page = await _page(ports, search, status, sort, segment, limit, cursor)
    return CustomerList(items=list(page.items), next_cursor=page.next_cursor)


async def _page(
    ports: Ports,
    search: str | None,
    status: Status,
    sort: str,
    segment: str | None,
    limit: int,
    cursor: str | None,
) -> Page[Customer]:
    if segment is None:
        return await service.listing(
            ports, text=search, status=status, sort=sort, limit=limit, cursor=cursor
        )
    if search is not None or sort != "-created_at":
        raise Invalid.field("segment", "goes with neither search nor another order")
    return await insights.members(ports, segment, status, limit, cursor)


@get(
    "/customers/export.csv", opt=allow("customers:read"), summary="Customers as a table",
    media_type="text/csv",
)  # fmt: skip
async def export_customers(
    ports: Ports,
    search: Search = None,
    status: Status = "active",
    sort: Sort = "-created_at",
    segment: InSegment = None,
) -> Stream:
    """Every customer that the list would give."""

    async def fetch(cursor: str | None) -> Page[Customer]:
        return await _page(ports, search, status, sort, segment, _AT_ONCE, cursor)

    return await listed(_COLUMNS, fetch, "customers.csv")


@post("/customers", opt=allow("customers:write"), summary="Create a customer")
async def create_customer(ports: Ports, actor: Actor, data: NewCustomer) -> Customer:
    """Creates one customer. Safe to retry with a chosen ``id``: the second is a 409."""
    return await service.create(ports, actor, data)


@get("/customers/{customer_id:str}", opt=allow("customers:read"), summary="Get a customer")
async def get_customer(ports: Ports, customer_id: str) -> Customer:
    """One customer by its id."""
    return await service.get(ports, customer_id)


@patch("/customers/{customer_id:str}", opt=allow("customers:write"), summary="Change a customer")
async def change_customer(
    ports: Ports, actor: Actor, customer_id: str, data: CustomerChange
) -> Customer:
    """Changes the fields sent, if ``version`` is still the current one; ``status`` archives."""
    return await service.change(ports, actor, customer_id, data)


ROUTES = (
    *insights_routes.ROUTES,
    *own_routes.ROUTES,
    *merging_routes.ROUTES,
    list_customers,
    export_customers,
    create_customer,
    get_customer,
    change_customer,
)
