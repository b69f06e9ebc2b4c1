"""Overrides over HTTP."""

from typing import Annotated

from litestar import delete, get, post
from litestar.params import Parameter

from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, RetryKey, allow
from omnix.ports import Ports

from . import desk
from .model import NewOverride, Override

READ, WRITE = allow("forecasts:read"), allow("forecasts:write")


class OverrideList(Listing, frozen=True, kw_only=True):
    """A page of overrides."""

    items: list[Override]


@get("/forecasts/overrides", opt=READ, summary="List overrides")
async def list_overrides(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    product_id: Annotated[str | None, Parameter(min_length=1, max_length=64)] = None,
) -> OverrideList:
    """What people changed, newest first, with what it was worth where its days are over."""
    page = await desk.listing(ports, product_id, limit, cursor)
    return OverrideList(items=list(page.items), next_cursor=page.next_cursor)


@post("/forecasts/overrides", opt=WRITE, summary="Override a forecast")
async def create_override(
    ports: Ports, actor: Actor, data: NewOverride, retry_key: RetryKey = None
) -> Override:
    """Changes a product's forecast on some days; orders that are proposed follow it."""
    return await desk.create(ports, actor, data, retry_key)


@get("/forecasts/overrides/{override_id:str}", opt=READ, summary="Get an override")
async def get_override(ports: Ports, override_id: str) -> Override:
    """One override by its id."""
    return await desk.get(ports, override_id)


@delete("/forecasts/overrides/{override_id:str}", opt=WRITE, summary="Withdraw an override")
async def withdraw_override(ports: Ports, actor: Actor, override_id: str) -> None:
    """The forecast is what the model says again; the override stays listed as withdrawn."""
    await desk.withdraw(ports, actor, override_id)


ROUTES = (list_overrides, create_override, get_override, withdraw_override)
