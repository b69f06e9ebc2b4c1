"""A customer's interactions over HTTP."""

from litestar import get

from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.turns import Turns
from omnix.ports import Ports

from . import interactions
from .interactions import Interaction, Kind


class InteractionList(Listing, frozen=True, kw_only=True):
    """A page of what happened."""

    items: list[Interaction]


@get(
    "/customers/{customer_id:str}/interactions",
    opt=allow("customers:read"),
    summary="What a customer and the shop had to do with each other",
)
async def list_interactions(
    ports: Ports,
    turns: Turns,
    customer_id: str,
    limit: Limit,
    cursor: Cursor,
    kind: Kind | None = None,
) -> InteractionList:
    """Orders, visits, answers to recommendations and alerts in one line of time, newest first.

    What happened to an order later stands with it. Also of records merged with the customer's.
    """
    page = await interactions.timeline(ports, turns, customer_id, kind, limit, cursor)
    return InteractionList(items=list(page.items), next_cursor=page.next_cursor)


ROUTES = (list_interactions,)
