"""Orders of an import as documents, merged with what the shop has under their ids already."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import msgspec

from omnix.domains.orders.changes import changes as changes_of
from omnix.domains.orders.changes import folded, status_of
from omnix.domains.orders.declare import ORDERS, SALES
from omnix.domains.orders.pricing import share
from omnix.domains.orders.work import INLINE_LINES
from omnix.kit.time import day_of, parse_instant
from omnix.ports import Item, Records

_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True)
class Drawn:
    """An order as the file tells it: its document, and the items of its further lines."""

    document: dict[str, Any]
    further: list[dict[str, Any]]

    def lines(self) -> list[dict[str, Any]]:
        if "lines" in self.document:
            return list(_plain(self.document["lines"]))
        return [line for item in self.further for line in _plain(item["lines"])]


def _plain(value: Any) -> Any:
    return _decode(value) if isinstance(value, msgspec.Raw) else value


def drawn(row: Sequence[Any], pieces: Sequence[bytes], currency: str, location: str) -> Drawn:
    """From a row of ``order_sql.HEADS``. The lines of ``pieces`` stay JSON text."""
    (
        id, number, customer_id, line_count, units, subtotal, charges, what, is_return, at, print_,
        changes, versions, returned, discount, tax, refunded,
    ) = row[1:]  # fmt: skip
    total = subtotal - discount + charges + tax
    back = is_return or (returned and returned == units)
    document: dict[str, Any] = {
        "id": id,
        "number": number,
        "status": "returned" if back else "fulfilled",
        "customer_id": customer_id,
        "location_id": location,
        "channel": "import",
        "currency": currency,
        "line_count": line_count,
        "units": units,
        "subtotal_minor": subtotal,
        "discount_minor": discount,
        "shipping_minor": charges,
        "tax_minor": tax,
        "total_minor": total,
        "payment_state": "paid",
        "paid_minor": total,
        "refunded_minor": 0,
        "note": f"Charges: {what}"[:1000] if what else "",
        "placed_at": at,
        "updated_at": at,
        "version": 1 + versions,
        "listing": "all",
        "own_number": number,
        "source": "import",
        "print": print_,
    }
    told = _decode(changes) if versions else []
    if refunded and not versions:
        told = [{"id": "refund", "version": 2, "kind": "refund", "at": at, "by": "import",
                 "amount_minor": min(refunded, total)}]  # fmt: skip
    if told:
        document["changes"] = told
        document["version"] = 1 + len(told)
    further: list[dict[str, Any]] = []
    if line_count <= INLINE_LINES:
        document["lines"] = msgspec.Raw(pieces[0]) if pieces else []
    else:
        further = [
            {"order_id": id, "chunk": i, "lines": msgspec.Raw(piece)}
            for i, piece in enumerate(pieces)
        ]
    return Drawn(document, further)


@dataclass
class Sorted:
    """A chunk's orders: those the shop lacks, those it has just so, those that differ."""

    missing: list[Drawn]
    same: int
    touched: list[Drawn]


async def sort_out(records: Records, orders: Sequence[Drawn], *, empty: bool) -> Sorted:
    """Compare with the shop; those that differ come merged with what happened to them here."""
    if empty:
        return Sorted(list(orders), 0, [])
    result = Sorted([], 0, [])
    for start in range(0, len(orders), 100):
        part = orders[start : start + 100]
        stored = await records.get_many(ORDERS, [d.document["id"] for d in part])
        for new, old in zip(part, stored, strict=True):
            if old is None:
                result.missing.append(new)
            elif old.get("print") == new.document["print"] and _ids(new.document) <= _ids(old):
                result.same += 1
            else:
                result.touched.append(Drawn(_merged(new, old), new.further))
    return result


def _ids(document: Item) -> set[str]:
    return {change["id"] for change in document.get("changes") or ()}


def _merged(new: Drawn, old: Item) -> dict[str, Any]:
    """The order as the file tells it, with the changes that only the shop knows."""
    told = list(new.document.get("changes") or ())
    known = _ids(new.document)
    kept = [change for change in old.get("changes") or () if change["id"] not in known]
    changes = [
        {**change, "version": version}
        for version, change in enumerate(sorted([*told, *kept], key=lambda c: c["at"]), 2)
    ]
    document = {**new.document, "version": 1 + len(changes)}
    document.pop("changes", None)
    if changes:
        document["changes"] = changes
    history = changes_of(document)
    lines = folded(new.lines(), history)
    if document["units"] > 0:
        document["status"] = status_of(lines, history)
    return document


def facts(orders: Sequence[Drawn], time_zone: str) -> dict[str, list[Any]]:
    """The rows of SALES that these documents stand for."""
    columns: dict[str, list[Any]] = {name: [] for name in SALES.columns}
    for order in orders:
        document = order.document
        for row in _rows(document, order.lines()):
            moment = parse_instant(row.pop("told_at"))
            day = day_of(moment, time_zone)
            full = {
                "order_id": document["id"],
                "at": moment.astimezone(UTC).replace(tzinfo=None),
                "day": day,
                "month": f"{day:%Y-%m}",
                "customer_id": document["customer_id"],
                "location_id": document["location_id"],
                "channel": document["channel"],
                "currency": document["currency"],
                "source": "import",
                "cost_minor": None,
                "discount_minor": 0,
                **row,
            }
            for name, values in columns.items():
                values.append(full[name])
    return columns


def _rows(document: Mapping[str, Any], lines: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    at = document["placed_at"]
    for line in lines:
        yield {
            "line": line["line"],
            "kind": "return" if line["quantity"] < 0 else "sale",
            "told_at": at,
            "product_id": line["product_id"],
            "quantity": line["quantity"],
            "revenue_minor": line["total_minor"],
            "discount_minor": line["discount_minor"] + line["order_discount_minor"],
        }
    if document["shipping_minor"]:
        yield {
            "line": 0,
            "kind": "charge",
            "told_at": at,
            "product_id": None,
            "quantity": 1,
            "revenue_minor": document["shipping_minor"],
        }
    gone: dict[int, int] = {}
    for change in document.get("changes") or ():
        if change["kind"] != "return":
            continue
        amounts = change.get("amounts")
        for place, (number, units) in enumerate(change["units"]):
            line = lines[number - 1]
            before = gone.get(number, 0)
            gone[number] = before + units
            if amounts:
                money = amounts[place]
            else:
                money = share(line["total_minor"], units, line["quantity"], before)
            yield {
                "line": number,
                "kind": "return",
                "told_at": change["at"],
                "product_id": line["product_id"],
                "quantity": -units,
                "revenue_minor": -money,
            }
