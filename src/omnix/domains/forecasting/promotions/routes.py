"""Promotions over HTTP."""

from typing import Annotated

from litestar import delete, get, post, put
from litestar.params import Parameter

from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, RetryKey, allow
from omnix.ports import Ports

from . import desk
from .model import ChangedPromotion, NewPromotion, Promotion

READ, WRITE = allow("forecasts:read"), allow("forecasts:write")


class PromotionList(Listing, frozen=True, kw_only=True):
    """A page of promotions."""

    items: list[Promotion]


@get("/forecasts/promotions", opt=READ, summary="List promotions")
async def list_promotions(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    from_day: Annotated[
        str | None,
        Parameter(
            description="Only those that end on this day or later.", schema_extra={"format": "date"}
        ),
    ] = None,
) -> PromotionList:
    """What is recorded of past and coming promotions, the latest last day first."""
    page = await desk.listing(ports, from_day, limit, cursor)
    return PromotionList(items=list(page.items), next_cursor=page.next_cursor)


@post("/forecasts/promotions", opt=WRITE, summary="Record a promotion")
async def create_promotion(
    ports: Ports, actor: Actor, data: NewPromotion, retry_key: RetryKey = None
) -> Promotion:
    """The next night's forecasts expect it. From the first day recorded on, days without a
    promotion on record count as days without one."""
    return await desk.create(ports, actor, data, retry_key)


@get("/forecasts/promotions/{promotion_id:str}", opt=READ, summary="Get a promotion")
async def get_promotion(ports: Ports, promotion_id: str) -> Promotion:
    """One promotion by its id."""
    return await desk.get(ports, promotion_id)


@put("/forecasts/promotions/{promotion_id:str}", opt=WRITE, summary="Change a promotion")
async def change_promotion(
    ports: Ports, actor: Actor, promotion_id: str, data: ChangedPromotion
) -> Promotion:
    """Takes the place of what is on record, if `version` is still the current one; the next
    night's forecasts follow it."""
    return await desk.change(ports, actor, promotion_id, data)


@delete("/forecasts/promotions/{promotion_id:str}", opt=WRITE, summary="Take a promotion back")
async def remove_promotion(ports: Ports, actor: Actor, promotion_id: str) -> None:
    """For one that did not, or will not, take place; the next night's forecasts forget it."""
    await desk.remove(ports, actor, promotion_id)


ROUTES = (
    list_promotions,
    create_promotion,
    get_promotion,
    change_promotion,
    remove_promotion,
)
