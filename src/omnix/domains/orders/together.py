"""Orders of several records of one customer, as if they were one's."""

import asyncio
from collections.abc import Sequence

from omnix.kit.errors import Invalid
from omnix.kit.paging import Page, decode_cursor, encode_cursor
from omnix.ports import Item, Ports

from .declare import ORDERS

Position = tuple[str, str]


async def of_customers(
    ports: Ports,
    ids: Sequence[str],
    *,
    low: str | None = None,
    high: str | None = None,
    limit: int,
    cursor: str | None,
) -> Page[Item]:
    """Stored orders of the customers ``ids``, newest first; ``low`` and ``high`` bound their
    instants.
    """
    if len(ids) == 1:
        return await ports.records.query(
            ORDERS, ids[0], index="customer-index", low=low, high=high, newest_first=True,
            limit=limit, cursor=cursor,
        )  # fmt: skip
    after: Position | None = None
    if cursor is not None:
        at, last = decode_cursor(cursor, 2)
        if not isinstance(at, str) or not isinstance(last, str):
            raise Invalid.field("cursor", "is not one that this list returned")
        after = at, last
    found = await before(ports, ids, after, limit + 1, low=low, high=high)
    more = len(found) > limit
    found = found[:limit]
    return Page(found, encode_cursor(list(_position(found[-1]))) if more else None)


async def before(
    ports: Ports,
    ids: Sequence[str],
    position: Position | None,
    count: int,
    *,
    low: str | None = None,
    high: str | None = None,
) -> list[Item]:
    """The newest ``count`` orders of these customers before ``position``, an instant and an id."""
    if position is not None:
        high = position[0] if high is None else min(position[0], high)
    parts = await asyncio.gather(*(_next(ports, id, low, high, position, count) for id in ids))
    found = sorted((item for part in parts for item in part), key=_position, reverse=True)
    return found[:count]


async def _next(
    ports: Ports, id: str, low: str | None, high: str | None, after: Position | None, count: int
) -> list[Item]:
    """The first ``count`` orders of one customer that come ``after``."""
    found: list[Item] = []
    cursor = None
    while True:
        page = await ports.records.query(
            ORDERS, id, index="customer-index", low=low, high=high, newest_first=True,
            limit=count, cursor=cursor,
        )  # fmt: skip
        found += [item for item in page.items if after is None or _position(item) < after]
        cursor = page.next_cursor
        if cursor is None or len(found) >= count:
            return found[:count]


def _position(item: Item) -> Position:
    return str(item["placed_at"]), str(item["id"])
