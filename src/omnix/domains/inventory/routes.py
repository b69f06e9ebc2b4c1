"""Stock over HTTP."""

from typing import Annotated

from litestar import get, post
from litestar.params import Parameter

from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, RetryKey, allow
from omnix.ports import Ports

from . import locations, policy_routes, service, supply_routes
from .analysis import routes as analysis_routes
from .model import Adjustment, Balance, Entry, Location, NewLocation, NewTransfer, Receipt, Transfer
from .purchasing import routes as purchasing_routes

READ, WRITE = allow("inventory:read"), allow("inventory:write")

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


ROUTES = (
    list_locations,
    create_location,
    list_inventory,
    stock_history,
    adjust_stock,
    receive_stock,
    transfer_stock,
    *supply_routes.ROUTES,
    *policy_routes.ROUTES,
    *purchasing_routes.ROUTES,
    *analysis_routes.ROUTES,
)
