"""Suppliers and their terms over HTTP."""

from typing import Annotated, Literal

from litestar import delete, get, patch, post, put
from litestar.params import Parameter

from omnix.domains.products import service as products
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.ports import Ports

from . import supply
from .supply_model import Delivery, LeadTime, NewSupplier, NewTerms, Supplier, SupplierChange, Terms

READ, WRITE = allow("inventory:read"), allow("inventory:write")


class SupplierList(Listing, frozen=True, kw_only=True):
    """A page of suppliers."""

    items: list[Supplier]


class TermsList(Listing, frozen=True, kw_only=True):
    """A page of supply terms."""

    items: list[Terms]


class DeliveryList(Listing, frozen=True, kw_only=True):
    """A page of deliveries."""

    items: list[Delivery]


@get("/suppliers", opt=READ, summary="List suppliers")
async def list_suppliers(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    search: Annotated[
        str | None, Parameter(max_length=200, description="Part of the name or e-mail address.")
    ] = None,
    sort: Annotated[
        Literal["name", "-name", "lead_time", "-lead_time", "minimum_order", "-minimum_order"]
        | None,
        Parameter(description="With a minus: the last or highest first. By id if none is given."),
    ] = None,
) -> SupplierList:
    """Who delivers."""
    page = await supply.listing(ports, limit, cursor, search, sort)
    return SupplierList(items=list(page.items), next_cursor=page.next_cursor)


@post("/suppliers", opt=WRITE, summary="Add a supplier")
async def create_supplier(ports: Ports, actor: Actor, data: NewSupplier) -> Supplier:
    """Adds a supplier with its lead time."""
    return await supply.create(ports, actor, data)


@get("/suppliers/{supplier_id:str}", opt=READ, summary="Get a supplier")
async def get_supplier(ports: Ports, supplier_id: str) -> Supplier:
    """One supplier by its id."""
    return await supply.get(ports, supplier_id)


@patch("/suppliers/{supplier_id:str}", opt=WRITE, summary="Change a supplier")
async def change_supplier(
    ports: Ports, actor: Actor, supplier_id: str, data: SupplierChange
) -> Supplier:
    """Changes the fields sent, if ``version`` is still the current one."""
    return await supply.change(ports, actor, supplier_id, data)


@get("/suppliers/{supplier_id:str}/products", opt=READ, summary="List what a supplier sells")
async def list_supplied(ports: Ports, supplier_id: str, limit: Limit, cursor: Cursor) -> TermsList:
    """The supply terms of one supplier, by product."""
    page = await supply.supplied(ports, supplier_id, limit, cursor)
    return TermsList(items=list(page.items), next_cursor=page.next_cursor)


@get("/inventory/{product_id:str}/suppliers", opt=READ, summary="List a product's suppliers")
async def list_terms(ports: Ports, product_id: str) -> TermsList:
    """How the product can be bought."""
    await products.get(ports, product_id)
    return TermsList(items=await supply.terms(ports, product_id))


@put(
    "/inventory/{product_id:str}/suppliers/{supplier_id:str}",
    opt=WRITE,
    summary="Set supply terms",
)
async def set_terms(
    ports: Ports, actor: Actor, product_id: str, supplier_id: str, data: NewTerms
) -> Terms:
    """Stores how the supplier sells the product, in place of what was known."""
    return await supply.set_terms(ports, actor, product_id, supplier_id, data)


@delete(
    "/inventory/{product_id:str}/suppliers/{supplier_id:str}",
    opt=WRITE,
    summary="End supply terms",
)
async def end_terms(ports: Ports, actor: Actor, product_id: str, supplier_id: str) -> None:
    """The supplier sells the product no longer."""
    await supply.end_terms(ports, actor, product_id, supplier_id)


@get("/suppliers/{supplier_id:str}/lead-time", opt=READ, summary="Get a supplier's lead time")
async def get_lead_time(ports: Ports, supplier_id: str) -> LeadTime:
    """The lead time that is reckoned with, learnt from the latest deliveries."""
    return await supply.lead_time(ports, await supply.get(ports, supplier_id))


@get("/suppliers/{supplier_id:str}/deliveries", opt=READ, summary="List a supplier's deliveries")
async def list_deliveries(
    ports: Ports, supplier_id: str, limit: Limit, cursor: Cursor
) -> DeliveryList:
    """How long each receipt took since its order was sent, newest first."""
    page = await supply.deliveries(ports, supplier_id, limit, cursor)
    return DeliveryList(items=list(page.items), next_cursor=page.next_cursor)


ROUTES = (
    list_suppliers,
    create_supplier,
    get_supplier,
    change_supplier,
    list_supplied,
    list_terms,
    set_terms,
    end_terms,
    get_lead_time,
    list_deliveries,
)
