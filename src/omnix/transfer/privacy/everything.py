"""Everything that is kept of a customer, a page at a time."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from omnix.domains.alerts.declare import ALERTS
from omnix.domains.alerts.watch.people import subject
from omnix.domains.auth import erasing as accounts
from omnix.domains.auth.declare import SECOND_FACTORS, SESSIONS
from omnix.domains.auth.model import view
from omnix.domains.customers import service
from omnix.domains.customers.declare import CUSTOMERS, INSIGHTS
from omnix.domains.customers.own_routes import purchases
from omnix.domains.experiments import erasing as experiments
from omnix.domains.recommendations import erasing as recommendations
from omnix.domains.recommendations.declare import LISTS, RECENT
from omnix.domains.streaming import erasing as streaming
from omnix.kit.errors import Invalid
from omnix.kit.paging import Page, decode_cursor, encode_cursor
from omnix.kit.time import instant
from omnix.platform import merged
from omnix.platform.access import Actor
from omnix.ports import Ports, Query

from . import originals


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is kept; ``kind`` says what ``data`` is."""

    kind: str
    data: dict[str, Any]


Found = tuple[list[Record], str | None]
Part = Callable[[Ports, str, int, str | None], Awaitable[Found]]


async def page(
    ports: Ports, actor: Actor, customer_id: str, limit: int, cursor: str | None
) -> Page[Record]:
    """Part by part, in the order of ``_PARTS``, of each record that was merged with the
    customer's. Raises NotFound.
    """
    service.own(actor, customer_id)
    await service.get(ports, customer_id)
    ids = await merged.same(ports.records, CUSTOMERS, customer_id)
    number, inner = 0, None
    if cursor is not None:
        first, second = decode_cursor(cursor, 2)
        if not isinstance(first, int) or first not in range(len(_PARTS) * len(ids)):
            raise Invalid.field("cursor", "is not one that this list returned")
        number, inner = first, str(second) or None
    found: list[Record] = []
    while True:
        of, part = divmod(number, len(_PARTS))
        records, inner = await _PARTS[part](ports, ids[of], limit - len(found), inner)
        found += records
        if inner is None:
            number += 1
            if number == len(_PARTS) * len(ids):
                return Page(found)
        if len(found) >= limit:
            return Page(found, encode_cursor([number, inner or ""]))


async def _itself(ports: Ports, customer_id: str, limit: int, cursor: str | None) -> Found:
    del cursor
    data = msgspec.to_builtins(await service.get(ports, customer_id))
    return [Record(kind="customer", data=data)], None


async def _kept(ports: Ports, customer_id: str, limit: int, cursor: str | None) -> Found:
    """What stands under the customer's own id: one of these a call."""
    each = (("insights", INSIGHTS), ("recommendations", LISTS), ("recent", RECENT))
    number = _offset(cursor)
    if number >= len(each):
        return [], None
    kind, collection = each[number]
    item = await ports.records.get(collection, customer_id)
    records = [] if item is None else [Record(kind=kind, data=dict(item))]
    return records, str(number + 1) if number + 1 < len(each) else None


async def _accounts(ports: Ports, customer_id: str, limit: int, cursor: str | None) -> Found:
    """Accounts one a call; of a second factor only that there is one."""
    number = _offset(cursor)
    users = await accounts.accounts_of(ports, customer_id)
    if number >= len(users):
        return [], None
    user = users[number]
    factor = await ports.records.get(SECOND_FACTORS, user.id)
    sessions = await ports.records.query(SESSIONS, user.id, index="user-index", limit=200)
    data = {
        **msgspec.to_builtins(view(user)),
        "email_verified_at": user.email_verified_at,
        "second_factor": factor is not None,
        "sessions": [
            {"created_at": one["created_at"], "network": one.get("network")}
            for one in sessions.items
        ],
    }
    more = str(number + 1) if number + 1 < len(users) else None
    return [Record(kind="account", data=data)], more


async def _purchases(ports: Ports, customer_id: str, limit: int, cursor: str | None) -> Found:
    page = await purchases(ports, [customer_id], limit, cursor)
    records = [Record(kind="order", data=msgspec.to_builtins(one)) for one in page.items]
    return records, page.next_cursor


async def _alerts(ports: Ports, customer_id: str, limit: int, cursor: str | None) -> Found:
    page = await ports.records.query(
        ALERTS, subject(customer_id), index="subject-index", limit=limit, cursor=cursor
    )
    return [Record(kind="alert", data=dict(item)) for item in page.items], page.next_cursor


async def _experiments(ports: Ports, customer_id: str, limit: int, cursor: str | None) -> Found:
    found = [
        Record(kind="experiment", data=dict(seen))
        async for some in experiments.exposures_of(ports, customer_id)
        for seen in some
    ]
    return _cut(found, limit, cursor)


async def _imported(ports: Ports, customer_id: str, limit: int, cursor: str | None) -> Found:
    found = [
        Record(kind="imported row", data=dict(item))
        async for some in originals.of_customer(ports, customer_id)
        for item in some
    ]
    return _cut(found, limit, cursor)


def _rows(kind: str, query: Query, parameter: str) -> Part:
    async def part(ports: Ports, customer_id: str, limit: int, cursor: str | None) -> Found:
        rows = await ports.lake.rows(query, **{parameter: customer_id})
        start = _offset(cursor)
        data = [{k: _plain(v) for k, v in row.items()} for row in rows[start : start + limit]]
        records = [Record(kind=kind, data=one) for one in data]
        return records, str(start + limit) if start + limit < len(rows) else None

    return part


def _cut(found: list[Record], limit: int, cursor: str | None) -> Found:
    start = _offset(cursor)
    rest = str(start + limit) if start + limit < len(found) else None
    return found[start : start + limit], rest


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:
        raise Invalid.field("cursor", "is not one that this list returned")
    return int(cursor)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value.replace(tzinfo=UTC))
    return value.isoformat() if isinstance(value, date) else value


_PARTS: tuple[Part, ...] = (
    _itself,
    _accounts,
    _kept,
    _purchases,
    _rows("visit", streaming.SQL["events_of_customer"], "who"),
    _rows("visited product", streaming.SQL["event_items_of_customer"], "who"),
    _rows("recommended product", recommendations.SQL["shown_to_customer"], "who"),
    _rows("answer to a recommendation", recommendations.SQL["answered_by_customer"], "who"),
    _alerts,
    _experiments,
    _imported,
)
