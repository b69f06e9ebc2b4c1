"""Customers over HTTP."""

from typing import Annotated

from litestar import get, patch, post
from litestar.params import Parameter

from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.ports import Ports

from . import insights_routes, merging_routes, own_routes, service
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


@get("/customers", opt=allow("customers:read"), summary="List customers")
async def list_customers(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    search: Search = None,
    status: Status = "active",
    sort: Annotated[str, Parameter(pattern="^(-created_at|name)$")] = "-created_at",
) -> CustomerList:
    """One page of customers: by words, or all of a status."""
    page = await service.listing(
        ports, text=search, status=status, sort=sort, limit=limit, cursor=cursor
    )
    return CustomerList(items=list(page.items), next_cursor=page.next_cursor)


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
    create_customer,
    get_customer,
    change_customer,
)
