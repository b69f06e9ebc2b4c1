"""Events of orders, with every column that the sales facts need.

An event tells of at most ROWS lines; a longer order is told in several events of one commit,
``part`` of ``parts``. ``rows`` holds columns, not records, which halves its size.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from omnix.kit.events import Event

from .changes import units_of
from .model import Change
from .pricing import share

ROWS = 1_000
COLUMNS = (
    "line",
    "kind",
    "product_id",
    "quantity",
    "revenue_minor",
    "discount_minor",
    "cost_minor",
)
_TYPES = {
    "confirm": "order.confirmed",
    "fulfil": "order.fulfilled",
    "return": "order.returned",
    "cancel": "order.cancelled",
    "refund": "order.refunded",
    "pay": "order.paid",
}
_SOLD = {"return": "return", "cancel": "cancellation"}
_NONE: list[tuple[Any, ...]] = [()] * len(COLUMNS)
_Row = tuple[int, str, str | None, int, int, int, int | None]


def placed(order: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], by: str) -> list[Event]:
    """order.placed: a row per line, and one for shipping."""
    rows: list[_Row] = [
        (
            row["line"],
            "sale",
            row["product_id"],
            row["quantity"],
            row["total_minor"],
            row["discount_minor"] + row["order_discount_minor"],
            row["cost_minor"],
        )
        for row in lines
    ]
    if order["shipping_minor"]:
        rows.append((0, "charge", None, 1, order["shipping_minor"], 0, None))
    return _events("order.placed", order, order["placed_at"], by, 1, rows, {})


def changed(
    order: Mapping[str, Any],
    before: Sequence[Mapping[str, Any]],
    change: Change,
    after: Mapping[str, Any],
) -> list[Event]:
    """The event of a change; ``before`` are the lines just before, ``after`` the head just after.

    Returns and cancellations have rows with negative quantity and revenue; so has the shipping
    of an order that is cancelled whole. Fulfilments tell their units as ``lines``.
    """
    units = units_of(change, before)
    more: dict[str, Any] = {"status": after["status"], "payment_state": after["payment_state"]}
    if change.kind == "refund":
        more["amount_minor"] = change.amount_minor
    rows: list[_Row] = []
    if change.kind in _SOLD:
        rows = [_taken_back(_SOLD[change.kind], before[number - 1], n) for number, n in units]
        if after["status"] == "cancelled" and order["shipping_minor"]:
            rows.append((0, "charge", None, -1, -order["shipping_minor"], 0, None))
    elif change.kind == "fulfil":
        rows = [
            (number, "fulfilment", before[number - 1]["product_id"], n, 0, 0, 0)
            for number, n in units
        ]
    kind = _TYPES[change.kind]
    return _events(kind, order, change.at, change.by, change.version, rows, more)


def _taken_back(kind: str, line: Mapping[str, Any], units: int) -> _Row:
    gone = line["returned"] + line["cancelled"]
    of = line["quantity"]
    cost = line["cost_minor"]
    discount = line["discount_minor"] + line["order_discount_minor"]
    return (
        line["line"],
        kind,
        line["product_id"],
        -units,
        -share(line["total_minor"], units, of, gone),
        -share(discount, units, of, gone),
        None if cost is None else -share(cost, units, of, gone),
    )


def _events(
    type: str,
    order: Mapping[str, Any],
    at: str,
    by: str,
    version: int,
    rows: Sequence[_Row],
    more: Mapping[str, Any],
) -> list[Event]:
    common: dict[str, Any] = {
        "order_id": order["id"],
        "number": order["number"],
        "version": version,
        "customer_id": order["customer_id"],
        "location_id": order["location_id"],
        "channel": order["channel"],
        "currency": order["currency"],
        "total_minor": order["total_minor"],
        "by": by,
        **more,
    }
    parts = max(1, -(-len(rows) // ROWS))
    events = []
    for part in range(parts):
        columns = list(zip(*rows[part * ROWS : (part + 1) * ROWS], strict=True)) or _NONE
        data = {
            **common,
            "part": part + 1,
            "parts": parts,
            "rows": dict(zip(COLUMNS, columns, strict=True)),
        }
        # A retried step must not tell of the same thing under another id.
        id = f"{order['id']}.{version}.{part + 1}"
        events.append(Event(type, order["id"], at, data, id))
    return events
