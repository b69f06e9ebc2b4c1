"""Everything that a customer and the shop had to do with each other, in one line of time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import msgspec

from omnix.domains.alerts.declare import ALERTS
from omnix.domains.alerts.watch.people import subject
from omnix.domains.customers import service as customers
from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.orders import changes, together
from omnix.kit.errors import Invalid
from omnix.kit.paging import Page, decode_cursor, encode_cursor
from omnix.kit.time import instant, parse_instant
from omnix.platform import merged, queries
from omnix.platform.turns import Turns
from omnix.ports import Item, Ports

Kind = Literal["alert", "answer", "order", "visit"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_SQL = queries.load(__package__)
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)
_HIGHEST = chr(0x10FFFF)
_Position = tuple[str, str]


class Interaction(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. ``id`` begins with the kind.

    ``order``: an order with its state, total and later changes. ``visit``: what was done in the
    shop's pages. ``answer``: what was made of a recommendation. ``alert``: what was told of the
    customer. ``customer_id`` is the record under which it happened.
    """

    id: str
    kind: Kind
    at: str
    customer_id: str
    title: str
    details: dict[str, Any]


async def timeline(
    ports: Ports,
    turns: Turns,
    customer_id: str,
    kind: Kind | None,
    limit: int,
    cursor: str | None,
) -> Page[Interaction]:
    """Newest first, of all records of the customer. Raises NotFound, Invalid for a cursor."""
    await customers.get(ports, customer_id)
    ids = await merged.same(ports.records, CUSTOMERS, customer_id)
    position = _position(cursor)
    kinds = KINDS if kind is None else (kind,)
    found: list[Interaction] = []
    if "order" in kinds:
        found += await _orders(ports, ids, _within("order", position), limit + 1)
    if "alert" in kinds:
        for id in ids:
            found += await _alerts(ports, id, _within("alert", position), limit + 1)
    if "visit" in kinds or "answer" in kinds:
        async with turns.take():
            if "visit" in kinds:
                found += await _visits(ports, ids, _within("visit", position), limit + 1)
            if "answer" in kinds:
                found += await _answers(ports, ids, _within("answer", position), limit + 1)
    found.sort(key=lambda one: (one.at, one.id), reverse=True)
    page = found[:limit]
    last = page[-1] if len(found) > limit else None
    return Page(page, None if last is None else encode_cursor([last.at, last.id]))


def _position(cursor: str | None) -> _Position | None:
    """The instant and the id after which the page begins."""
    if cursor is None:
        return None
    at, id = decode_cursor(cursor, 2)
    wrong = Invalid.field("cursor", "is not one that this list returned")
    if not isinstance(at, str) or not isinstance(id, str) or ":" not in id:
        raise wrong
    try:
        return instant(parse_instant(at)), id
    except (ValueError, OverflowError) as error:
        raise wrong from error


def _within(kind: Kind, position: _Position | None) -> _Position | None:
    """The position among those of one kind, whose ids have no prefix."""
    if position is None:
        return None
    of, _, own = position[1].partition(":")
    if of == kind:
        return position[0], own
    return position[0], _HIGHEST if kind < of else ""


async def _orders(
    ports: Ports, ids: Sequence[str], position: _Position | None, count: int
) -> list[Interaction]:
    return [_order(item) for item in await together.before(ports, ids, position, count)]


def _order(item: Item) -> Interaction:
    order = changes.summary(item)
    later = [{"kind": change.kind, "at": change.at} for change in changes.changes(item)]
    return Interaction(
        id=f"order:{order.id}",
        kind="order",
        at=order.placed_at,
        customer_id=str(order.customer_id),
        title=f"Order {order.number}",
        details={
            "order_id": order.id,
            "status": order.status,
            "channel": order.channel,
            "units": order.units,
            "total_minor": order.total_minor,
            "currency": order.currency,
            "changes": later,
        },
    )


async def _alerts(
    ports: Ports, customer_id: str, position: _Position | None, count: int
) -> list[Interaction]:
    found: list[Interaction] = []
    cursor = None
    while True:
        page = await ports.records.query(
            ALERTS, subject(customer_id), index="subject-index",
            high=None if position is None else position[0],
            newest_first=True, limit=count, cursor=cursor,
        )  # fmt: skip
        found += [
            _alert(item, customer_id)
            for item in page.items
            if position is None or (item["created_at"], item["id"]) < position
        ]
        cursor = page.next_cursor
        if cursor is None or len(found) >= count:
            return found[:count]


def _alert(item: Item, customer_id: str) -> Interaction:
    kept = ("rule", "severity", "status", "text", "loss_minor", "currency")
    return Interaction(
        id=f"alert:{item['id']}",
        kind="alert",
        at=item["created_at"],
        customer_id=customer_id,
        title=item["title"],
        details={"alert_id": item["id"], **{name: item[name] for name in kept}},
    )


async def _visits(
    ports: Ports, ids: Sequence[str], position: _Position | None, count: int
) -> list[Interaction]:
    rows = await ports.lake.rows(_SQL["visits_of"], **_asked(ids, position, count))
    kept = (
        "type", "name", "query", "order_id", "revenue_minor", "currency", "product_id", "products",
    )  # fmt: skip
    return [
        Interaction(
            id=f"visit:{row['message_id']}",
            kind="visit",
            at=_instant(row),
            customer_id=row["customer_id"],
            title=str(row["name"] or row["type"]).replace("_", " ").capitalize(),
            details={name: row[name] for name in kept if row[name] is not None},
        )
        for row in rows
    ]


async def _answers(
    ports: Ports, ids: Sequence[str], position: _Position | None, count: int
) -> list[Interaction]:
    rows = await ports.lake.rows(_SQL["answers_of"], **_asked(ids, position, count))
    return [
        Interaction(
            id=f"answer:{row['id']}",
            kind="answer",
            at=_instant(row),
            customer_id=row["customer_id"],
            title=f"Recommendation {row['verdict']}",
            details={"product_id": row["product_id"], "verdict": row["verdict"]},
        )
        for row in rows
    ]


def _asked(ids: Sequence[str], position: _Position | None, count: int) -> dict[str, Any]:
    at, before = (_NEVER, "") if position is None else (parse_instant(position[0]), position[1])
    return {
        "who": list(ids),
        "before_ms": int(at.timestamp() * 1000),
        "before_id": before,
        "most": count,
    }


def _instant(row: Mapping[str, Any]) -> str:
    return instant(row["at"].replace(tzinfo=UTC))
