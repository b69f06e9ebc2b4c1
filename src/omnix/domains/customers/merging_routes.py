"""Duplicates over HTTP: found, merged, taken apart again."""

import msgspec
from litestar import get, post

from omnix.kit.ids import Id
from omnix.platform import jobs
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.jobs import JobRun
from omnix.ports import Ports

from . import duplicates, merging, pairs
from .declare import PAIR
from .duplicates import Duplicate
from .model import Customer
from .pairs import Pair


class Other(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The other record of the same person."""

    other: Id


class Duplicates(msgspec.Struct, frozen=True, kw_only=True):
    """Those who may be the same person, the likeliest first."""

    customer_id: str
    items: list[Duplicate]


class PairList(Listing, frozen=True, kw_only=True):
    """A page of pairs."""

    items: list[Pair]


@get("/customers/duplicates", opt=allow("customers:read"), summary="List possible duplicates")
async def list_pairs(ports: Ports, limit: Limit, cursor: Cursor) -> PairList:
    """Pairs of active customers who may be one person, the likeliest first, of the whole shop.

    As the last look found them, which is at night or when asked for. Who was merged, archived or
    erased since is left out, so a page may be short though another follows.
    """
    page = await pairs.listing(ports, limit, cursor)
    return PairList(items=list(page.items), next_cursor=page.next_cursor)


@post(
    "/customers/duplicates/look",
    opt=allow("customers:write"),
    summary="Look for duplicates now",
    status_code=202,
)
async def look_for_pairs(ports: Ports, actor: Actor) -> JobRun:
    """Asks for a job that compares the customers; follow it at ``/v1/jobs/{id}``."""
    return await jobs.submit(ports, PAIR, {}, by=actor.id)


@get(
    "/customers/{customer_id:str}/duplicates",
    opt=allow("customers:read"),
    summary="Records that may be the same person's",
)
async def list_duplicates(ports: Ports, customer_id: str) -> Duplicates:
    """Up to twenty active customers, each with why it may be the same and a score from 0 to 1."""
    found = await duplicates.candidates(ports, customer_id)
    return Duplicates(customer_id=customer_id, items=found)


@post(
    "/customers/{customer_id:str}/merge",
    opt=allow("customers:write"),
    summary="Merge a duplicate into a customer",
    status_code=200,
)
async def merge_customer(
    ports: Ports, actor: Actor, customer_id: str, data: Other, dry_run: bool = False
) -> Customer:
    """Makes `other` a redirect to this customer, and fills this one's gaps from it.

    Orders and events stay where they happened and are read as this customer's. It can be taken
    back. Answers with the customer that is kept; with `dry_run`, as it would be.
    """
    return await merging.merge(ports, actor, customer_id, data.other, dry_run=dry_run)


@post(
    "/customers/{customer_id:str}/unmerge",
    opt=allow("customers:write"),
    summary="Undo a merge",
    status_code=200,
)
async def unmerge_customer(ports: Ports, actor: Actor, customer_id: str, data: Other) -> Customer:
    """Makes `other` a customer of its own again, as it was; answers with it.

    What this customer was given by the merge goes back, unless it was changed since.
    """
    return await merging.unmerge(ports, actor, customer_id, data.other)


ROUTES = (list_pairs, look_for_pairs, list_duplicates, merge_customer, unmerge_customer)
