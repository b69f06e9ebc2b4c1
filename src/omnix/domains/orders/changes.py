"""What happened to an order, folded into what it is now; and what may happen next."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from omnix.domains.inventory.stock import Move
from omnix.kit.errors import Conflict, FieldError, Invalid

from .model import Change, Order, OrderSummary, PaymentState, Status, Stored

MAX_CHANGED_UNITS = 5_000
"""Pairs of line and quantity that all changes of an order hold together: keeps it one item."""

MAX_CHANGES = 200
"""Changes of one order, for the same reason."""

STOCK_MOVES = {"fulfil": "fulfilment", "cancel": "release", "return": "return"}
_SIGNS = {"fulfil": (-1, -1), "cancel": (0, -1), "return": (1, 0)}
_COUNTS = {"fulfil": "fulfilled", "return": "returned", "cancel": "cancelled"}
_FIELDS = OrderSummary.__struct_fields__


def open_units(kind: str, line: Mapping[str, Any]) -> int:
    """How many units of ``line`` a change of this kind may still take."""
    if kind == "return":
        return int(line["fulfilled"] - line["returned"])
    return int(line["quantity"] - line["fulfilled"] - line["cancelled"])


def changes(stored: Mapping[str, Any]) -> list[Change]:
    """The changes of a stored order, oldest first."""
    return msgspec.convert(stored.get("changes") or [], list[Change])


def units_of(change: Change, lines: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """Line numbers and quantities of a change, given the lines just before it."""
    if change.kind not in _COUNTS:
        return []
    if change.units is not None:
        return list(change.units)
    return [(row["line"], n) for row in lines if (n := open_units(change.kind, row))]


def folded(lines: Sequence[Mapping[str, Any]], history: Iterable[Change]) -> list[dict[str, Any]]:
    """The lines as placed, with what the changes did to them."""
    rows = [dict(line) for line in lines]
    for change in history:
        name = _COUNTS.get(change.kind)
        if name is not None:
            for number, quantity in units_of(change, rows):
                rows[number - 1][name] += quantity
    return rows


def status_of(lines: Sequence[Mapping[str, Any]], history: Iterable[Change]) -> Status:
    """What the lines as they are now, after ``history``, make of the order."""
    ordered = sum(line["quantity"] for line in lines)
    fulfilled = sum(line["fulfilled"] for line in lines)
    returned = sum(line["returned"] for line in lines)
    cancelled = sum(line["cancelled"] for line in lines)
    if cancelled == ordered:
        return "cancelled"
    if fulfilled + cancelled < ordered:
        if fulfilled:
            return "partly_fulfilled"
        return "confirmed" if any(change.kind == "confirm" for change in history) else "placed"
    return "returned" if returned == fulfilled else "fulfilled"


def head(stored: Mapping[str, Any], history: Sequence[Change], status: Status) -> dict[str, Any]:
    """The order's own fields after ``history``."""
    fields = {name: stored[name] for name in _FIELDS}
    fields["status"] = status
    fields["version"] = history[-1].version if history else 1
    if history:
        fields["updated_at"] = history[-1].at
    paid, refunded = fields["paid_minor"], fields["refunded_minor"]
    for change in history:
        if change.kind == "pay":
            paid = fields["total_minor"]
        elif change.kind == "refund":
            refunded += change.amount_minor
    fields["paid_minor"], fields["refunded_minor"] = paid, refunded
    state: PaymentState = "paid" if paid or fields["payment_state"] == "paid" else "unpaid"
    if refunded:
        state = "refunded" if refunded >= paid else "partly_refunded"
    fields["payment_state"] = state
    return fields


def summary(stored: Mapping[str, Any]) -> OrderSummary:
    """The order as it is now."""
    return msgspec.convert(head(stored, changes(stored), stored["status"]), OrderSummary)


def order(
    stored: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], version: int | None = None
) -> Order:
    """The order as it is now, or as it was at ``version``; ``lines`` are those placed."""
    history = [c for c in changes(stored) if version is None or c.version <= version]
    rows = folded(lines, history)
    fields = head(stored, history, status_of(rows, history))
    return msgspec.convert({**fields, "lines": rows}, Order)


def check(change: Change, stored: Stored, lines: Sequence[Mapping[str, Any]]) -> None:
    """Raises Invalid or Conflict where the order, with ``lines`` as now, forbids the change."""
    before = changes(stored)
    if len(before) >= MAX_CHANGES:
        raise Conflict(f"the order was changed {MAX_CHANGES} times, which is the most")
    now = head(stored, before, stored["status"])
    if change.kind == "confirm":
        if now["status"] != "placed":
            raise Conflict(f"the order is {now['status'].replace('_', ' ')} already")
    elif change.kind == "pay":
        if now["payment_state"] != "unpaid":
            raise Conflict(f"the order is {now['payment_state']} already")
    elif change.kind == "refund":
        rest = now["paid_minor"] - now["refunded_minor"]
        if change.amount_minor > rest:
            told = f"only {rest} was paid and not given back"
            raise Conflict(f"amount_minor: {told}", [FieldError("amount_minor", told)])
    else:
        _check_units(change, stored, lines)


def _check_units(change: Change, stored: Stored, lines: Sequence[Mapping[str, Any]]) -> None:
    if change.units is None:
        if not units_of(change, lines):
            what = "fulfilled and could come back" if change.kind == "return" else "open"
            raise Conflict(f"nothing of the order is {what}")
        return
    kept = sum(len(c.units or ()) for c in changes(stored)) + len(change.units)
    if kept > MAX_CHANGED_UNITS:
        raise Conflict("the order was changed in too many parts; take all that is open at once")
    seen: set[int] = set()
    over: list[FieldError] = []
    for position, (number, quantity) in enumerate(change.units):
        if number > len(lines):
            raise Invalid.field(f"lines[{position}].line", f"the order has {len(lines)} lines")
        if number in seen:
            raise Invalid.field(f"lines[{position}].line", "is named twice")
        seen.add(number)
        left = open_units(change.kind, lines[number - 1])
        if quantity > left:
            over.append(FieldError(f"lines[{position}].quantity", f"only {left} can be taken"))
    if over:
        raise Conflict("; ".join(f"{e.field}: {e.reason}" for e in over[:20]), over)


def needs(lines: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Units of each stocked product that the lines draw on, in the order of their ids."""
    found: dict[str, int] = {}
    for line in lines:
        quantity, components = line["quantity"], line["components"]
        if not components:
            product_id = line["product_id"]
            found[product_id] = found.get(product_id, 0) + quantity
        for part in components:
            product_id = part["product_id"]
            found[product_id] = found.get(product_id, 0) + quantity * part["quantity"]
    return dict(sorted(found.items()))


def _stocked(line: Mapping[str, Any]) -> list[tuple[str, int]]:
    components = line["components"]
    if not components:
        return [(line["product_id"], 1)]
    return [(part["product_id"], part["quantity"]) for part in components]


def moves(change: Change, lines: Sequence[Mapping[str, Any]]) -> list[Move]:
    """How the change moves stock, each product once, in the order of their ids."""
    if change.kind not in STOCK_MOVES:
        return []
    totals: dict[str, int] = {}
    kept = None if change.kept is None else set(change.kept)
    for number, quantity in units_of(change, lines):
        if change.kind == "return" and (kept is None or number in kept):
            continue
        for product_id, per_unit in _stocked(lines[number - 1]):
            totals[product_id] = totals.get(product_id, 0) + quantity * per_unit
    on_hand, reserved = _SIGNS[change.kind]
    return [Move(id, on_hand * n, reserved * n) for id, n in sorted(totals.items())]
