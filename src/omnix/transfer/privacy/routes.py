"""Everything kept of a customer, and its end, over HTTP."""

from litestar import delete, get

from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.ports import Ports

from . import erase, everything
from .erase import Erasure
from .everything import Record


class RecordList(Listing, frozen=True, kw_only=True):
    """A page of what is kept; follow `next_cursor` to the end."""

    items: list[Record]


@get(
    "/customers/{customer_id:str}/export",
    opt=allow("customers:export"),
    summary="Everything kept of a customer",
)
async def export_customer(
    ports: Ports, actor: Actor, customer_id: str, limit: Limit, cursor: Cursor
) -> RecordList:
    """Page by page, each record with the name of its kind; a page may be short, or empty."""
    page = await everything.page(ports, actor, customer_id, limit, cursor)
    return RecordList(items=list(page.items), next_cursor=page.next_cursor)


@delete(
    "/customers/{customer_id:str}",
    opt=allow("customers:erase"),
    summary="Erase a customer",
    status_code=202,
)
async def erase_customer(ports: Ports, actor: Actor, customer_id: str) -> Erasure:
    """Deletes all that is known of a customer, accounts included; orders stay, as nobody's.

    It cannot be taken back. The answer is the receipt, which tells how far it is; asked again,
    it is told as it stands. To hide a customer only, PATCH its `status`.
    """
    return await erase.ask(ports, actor, customer_id)


@get(
    "/customers/{customer_id:str}/erasure",
    opt=allow("customers:erase"),
    summary="How far an erasure is",
)
async def get_erasure(ports: Ports, actor: Actor, customer_id: str) -> Erasure:
    """The receipt: progress, and what was erased of each kind."""
    return await erase.receipt(ports, actor, customer_id)


ROUTES = (export_customer, erase_customer, get_erasure)
