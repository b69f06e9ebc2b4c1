"""What a store holds after a run, and everything that can be wrong with it."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """Quantities are summed per product, in the service's own ids written as text.

    `orders` are the ids of the order documents; `ordered` sums the quantities of their lines.
    `events` are the order ids of the order.placed events, one entry per event.
    """

    orders: Collection[str]
    ordered: Mapping[str, int]
    ledger: Mapping[str, int]
    available: Mapping[str, int]
    reserved: Mapping[str, int]
    events: Collection[str]
    keys: int


def faults(
    record: Record, stock: Mapping[str, int], acknowledged: int, unanswered: int
) -> list[str]:
    """Each broken promise in one sentence; empty if none.

    `acknowledged` orders were answered 201; at most `unanswered` more were on their way when a
    load ended, and may stand in the store or not.
    """
    found = []
    orders = len(record.orders)
    if not acknowledged <= orders <= acknowledged + unanswered:
        found.append(
            f"{orders} orders stored, {acknowledged} acknowledged, {unanswered} unanswered"
        )
    if len(set(record.orders)) != orders:
        found.append("an order stands twice")
    if Counter(record.events) != Counter(record.orders):
        found.append(f"{len(record.events)} order.placed events do not match {orders} orders")
    if record.keys != orders:
        found.append(f"{record.keys} idempotency keys for {orders} orders")
    for product, units in stock.items():
        ordered = record.ordered.get(product, 0)
        ledger = record.ledger.get(product, 0)
        available = record.available.get(product, 0)
        reserved = record.reserved.get(product, 0)
        if not ordered == ledger == reserved:
            found.append(f"product {product}: {ordered=} {ledger=} {reserved=}")
        if available + reserved != units or available < 0:
            found.append(f"product {product}: {available=} {reserved=} of {units} units")
    return found if len(found) <= 10 else [*found[:10], f"and {len(found) - 10} more"]
