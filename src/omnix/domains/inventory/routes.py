"""Stock over HTTP."""

from typing import Annotated

from litestar import delete, get, patch, post, put
from litestar.params import HeaderParameter, Parameter

from omnix.domains.products import service as products
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.ports import Ports

from . import locations, service, supply
from .model import (
    Adjustment,
    Balance,
    Entry,
    Location,
    NewLocation,
    NewSupplier,
    NewTerms,
    NewTransfer,
    Receipt,
    Supplier,
    SupplierChange,
    Terms,
    Transfer,
)

READ, WRITE = allow("inventory:read"), allow("inventory:write")

RetryKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="Chosen by the caller: a retry under it does nothing twice.",
    ),
]
Place = Annotated[str | None, Parameter(max_length=64)]


class BalanceList(Listing, frozen=True, kw_only=True):
    """A page of balances."""

    items: list[Balance]


class EntryList(Listing, frozen=True, kw_only=True):
    """A page of the ledger."""

    items: list[Entry]


class LocationList(Listing, frozen=True, kw_only=True):
    """A page of locations."""

    items: list[Location]


class SupplierList(Listing, frozen=True, kw_only=True):
    """A page of suppliers."""

    items: list[Supplier]


class TermsList(Listing, frozen=True, kw_only=True):
    """A page of supply terms."""

    items: list[Terms]


@get("/locations", opt=READ, summary="List locations")
async def list_locations(ports: Ports, limit: Limit, cursor: Cursor) -> LocationList:
    """Where stock lies."""
    page = await locations.listing(ports, limit, cursor)
    return LocationList(items=list(page.items), next_cursor=page.next_cursor)


@post("/locations", opt=WRITE, summary="Open a location")
async def create_location(ports: Ports, actor: Actor, data: NewLocation) -> Location:
    """Opens a location; the first one is the default."""
    return await locations.create(ports, actor, data)


@get("/inventory", opt=READ, summary="List stock")
async def list_inventory(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    location_id: Place = None,
    product_id: Place = None,
) -> BalanceList:
    """Balances of a product, of a location, or of all."""
    page = await service.listing(ports, product_id, location_id, limit, cursor)
    return BalanceList(items=list(page.items), next_cursor=page.next_cursor)


@get("/inventory/{product_id:str}/history", opt=READ, summary="List stock movements")
async def stock_history(
    ports: Ports, product_id: str, limit: Limit, cursor: Cursor, location_id: Place = None
) -> EntryList:
    """The ledger of a product at a location (the default one), newest first."""
    page = await service.history(ports, product_id, location_id, limit, cursor)
    return EntryList(items=list(page.items), next_cursor=page.next_cursor)


@post("/inventory/{product_id:str}/adjust", opt=WRITE, summary="Adjust or count", status_code=200)
async def adjust_stock(
    ports: Ports, actor: Actor, product_id: str, data: Adjustment, retry_key: RetryKey = None
) -> Balance:
    """Changes stock by a difference or to what was counted; answers with the balance."""
    return await service.adjust(ports, actor, product_id, data, retry_key)


@post("/inventory/{product_id:str}/receive", opt=WRITE, summary="Receive goods", status_code=200)
async def receive_stock(
    ports: Ports, actor: Actor, product_id: str, data: Receipt, retry_key: RetryKey = None
) -> Balance:
    """Takes delivered goods into stock; answers with the balance."""
    return await service.receive(ports, actor, product_id, data, retry_key)


@post("/inventory/transfers", opt=WRITE, summary="Transfer stock")
async def transfer_stock(
    ports: Ports, actor: Actor, data: NewTransfer, retry_key: RetryKey = None
) -> Transfer:
    """Moves stock between locations, all lines or none."""
    return await service.transfer(ports, actor, data, retry_key)


@get("/suppliers", opt=READ, summary="List suppliers")
async def list_suppliers(ports: Ports, limit: Limit, cursor: Cursor) -> SupplierList:
    """Who delivers."""
    page = await supply.listing(ports, limit, cursor)
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


ROUTES = (
    list_locations,
    create_location,
    list_inventory,
    stock_history,
    adjust_stock,
    receive_stock,
    transfer_stock,
    list_suppliers,
    create_supplier,
    get_supplier,
    change_supplier,
    list_supplied,
    list_terms,
    set_terms,
    end_terms,
)
