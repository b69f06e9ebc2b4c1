"""What a customer did since the last run: kept newest first, and read with every answer."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from omnix.domains.orders.declare import ORDERS
from omnix.kit.errors import ConditionFailed, Conflict
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.ports import Absent, Equals, Ports, Put

from .declare import RECENT

Kind = Literal["viewed", "in_cart", "just_bought"]

MOST_TOUCHED = 40
MOST_DISMISSED = 200
KEPT_DAYS = 183
_TRIES = 5
_AT_ONCE = 50
_UNHEARD = timedelta(minutes=15)
"""How long an order may take from its acknowledgement to this domain's consumer."""
_UNHEARD_ORDERS = 5
_OF_EVENT: Mapping[str, Kind] = {
    "product_view": "viewed",
    "add_to_cart": "in_cart",
    "purchase": "just_bought",
}
_STRONGER = {"viewed": 0, "in_cart": 1, "just_bought": 2}


class Touched(msgspec.Struct, frozen=True, array_like=True):
    """A product and what the customer last did with it."""

    product_id: str
    kind: Kind
    at: str


class Recent(msgspec.Struct, frozen=True, kw_only=True):
    """``touched`` is newest first; ``dismissed`` are products that the customer does not want."""

    customer_id: str
    revision: int = 0
    touched: list[Touched] = []
    dismissed: list[str] = []
    expires: int = 0


async def of(ports: Ports, customer_id: str) -> Recent:
    """Empty where nothing is known."""
    stored = await ports.records.get(RECENT, customer_id)
    return Recent(customer_id=customer_id) if stored is None else msgspec.convert(stored, Recent)


async def latest(ports: Ports, customer_id: str, now: datetime) -> Recent:
    """With the orders of the last minutes, whose events may be on their way still.

    Orders too long for one item are known by their events alone.
    """
    known = await of(ports, customer_id)
    page = await ports.records.query(
        ORDERS,
        customer_id,
        index="customer-index",
        low=instant(now - _UNHEARD),
        newest_first=True,
        limit=_UNHEARD_ORDERS,
    )
    bought: list[tuple[str, Kind | None, str]] = [
        (line["product_id"], "just_bought", order["placed_at"])
        for order in page.items
        for line in order.get("lines", ())
        if line["product_id"]
    ]
    if not bought:
        return known
    return msgspec.structs.replace(known, touched=_merged(known.touched, bought))


async def dismiss(ports: Ports, customer_id: str, product_id: str, events: list[Event]) -> None:
    """Never show a product again while it is remembered; with ``events`` in one batch."""
    await _change(ports, customer_id, [], [product_id], events)


async def said(ports: Ports, events: Sequence[Event]) -> None:
    """Keep what these events tell of known customers' products; again and again the same."""
    now = ports.clock.now()
    latest = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    found: dict[str, list[tuple[str, Kind | None, str]]] = {}
    for event in events:
        for customer_id, product_id, kind, at in _told(event):
            # A clock that is ahead would keep its product on top for ever.
            found.setdefault(customer_id, []).append((product_id, kind, min(at, latest)))
    changes = list(found.items())
    for start in range(0, len(changes), _AT_ONCE):
        some = changes[start : start + _AT_ONCE]
        await asyncio.gather(*[_change(ports, id, touches, [], []) for id, touches in some])


def _told(event: Event) -> list[tuple[str, str, Kind | None, str]]:
    """Customer, product, what was done (None: taken out of the cart again) and when."""
    data = event.data
    if event.type == "order.placed":
        rows = data["rows"]
        if data["customer_id"] is None:
            return []
        return [
            (data["customer_id"], product_id, "just_bought", event.at)
            for product_id, kind in zip(rows["product_id"], rows["kind"], strict=True)
            if kind == "sale" and product_id
        ]
    rows = data["rows"]
    return [
        (customer, item[0], _OF_EVENT.get(type), at)
        for customer, type, at, items in zip(
            rows["customer_id"], rows["type"], rows["at"], rows["items"], strict=True
        )
        if customer and (type in _OF_EVENT or type == "remove_from_cart")
        for item in items
    ]


async def _change(
    ports: Ports,
    customer_id: str,
    touches: Sequence[tuple[str, Kind | None, str]],
    dismissed: Sequence[str],
    events: list[Event],
) -> None:
    for _ in range(_TRIES):
        before = await of(ports, customer_id)
        after = msgspec.structs.replace(
            before,
            revision=before.revision + 1,
            touched=_merged(before.touched, touches),
            dismissed=list(dict.fromkeys([*dismissed, *before.dismissed]))[:MOST_DISMISSED],
            expires=int(ports.clock.now().timestamp()) + KEPT_DAYS * 86_400,
        )
        if not events and (after.touched, after.dismissed) == (before.touched, before.dismissed):
            return
        stood = Equals("revision", before.revision) if before.revision else Absent()
        try:
            await ports.records.write([Put(RECENT, _item(after), when=(stood,))], events)
        except ConditionFailed:
            continue
        return
    raise Conflict("what this customer did is being changed by others again and again")


def _merged(
    before: Sequence[Touched], touches: Sequence[tuple[str, Kind | None, str]]
) -> list[Touched]:
    known = {one.product_id: one for one in before}
    for product_id, kind, at in touches:
        there = known.get(product_id)
        if kind is None:
            if there is not None and there.kind == "in_cart" and there.at <= at:
                del known[product_id]
        elif there is None or _later(kind, at, there):
            known[product_id] = Touched(product_id, kind, at)
    return sorted(known.values(), key=lambda one: (one.at, one.product_id), reverse=True)[
        :MOST_TOUCHED
    ]


def _later(kind: Kind, at: str, there: Touched) -> bool:
    """A look at what is in the cart or was bought does not undo that, for as long as a day."""
    if _STRONGER[kind] < _STRONGER[there.kind]:
        return at[:10] > there.at[:10]
    return at > there.at or (at == there.at and kind != there.kind)


def _item(of: Recent) -> dict[str, Any]:
    item: dict[str, Any] = msgspec.to_builtins(of)
    return item
