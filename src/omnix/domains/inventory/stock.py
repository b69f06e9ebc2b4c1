"""The one way stock changes: a balance and a line of the ledger in the same batch."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import msgspec

from omnix.kit.errors import Conflict
from omnix.ports import AtLeast, Condition, Item, Operation, Ports, Put, Records, Update

from .declare import BALANCES, LEDGER
from .model import stock_key

OPERATIONS_PER_MOVE = 2


class OutOfStock(Conflict):
    """``errors`` name each field that asks for more than there is."""

    kind: ClassVar[str] = "out-of-stock"
    title: ClassVar[str] = "Not enough stock"


class Move(NamedTuple):
    """A change of one product's stock at one location."""

    product_id: str
    on_hand: int
    reserved: int


class Cause(msgspec.Struct, frozen=True):
    """Why stock moves. ``entry`` tells this change of a stock from every other one, in order."""

    kind: str
    entry: str
    at: str
    by: str
    reference: str | None = None


def operations(
    moves: Iterable[Move],
    location_id: str,
    cause: Cause,
    *,
    checked: bool = True,
    more: Mapping[str, Any] | None = None,
) -> list[Operation]:
    """Two operations for each move; each product may be named once.

    Where ``checked``, the batch fails rather than take from ``available``, or from ``on_hand``,
    more than there is. ``more`` goes into the ledger entries.
    """
    found: list[Operation] = []
    kind, entry, at, by, reference = cause.kind, cause.entry, cause.at, cause.by, cause.reference
    for product_id, on_hand, reserved in moves:
        available = on_hand - reserved
        when: tuple[Condition, ...] = ()
        if checked:
            if available < 0:
                when = (AtLeast("available", -available),)
            elif on_hand < 0:
                when = (AtLeast("on_hand", -on_hand),)
        add = {"reserved": reserved, "available": available}
        if on_hand:
            add["on_hand"] = on_hand
        found.append(Update(BALANCES, (product_id, location_id), add, {"updated_at": at}, when))
        item: dict[str, Any] = {
            "stock": stock_key(product_id, location_id),
            "entry": entry,
            "kind": kind,
            "on_hand_delta": on_hand,
            "reserved_delta": reserved,
            "at": at,
            "by": by,
        }
        if reference is not None:
            item["reference"] = reference
        if more:
            item.update(more)
        found.append(Put(LEDGER, item))
    return found


async def short(
    records: Records, moves: Sequence[Move], location_id: str
) -> dict[str, tuple[int, str]]:
    """Of the products that these moves take more of than there is: how much there is, and what.

    The second part is ``available`` or ``on hand``.
    """
    lacking: dict[str, tuple[int, str]] = {}
    for start in range(0, len(moves), 100):
        chunk = moves[start : start + 100]
        items = await records.get_many(BALANCES, [(m.product_id, location_id) for m in chunk])
        for move, item in zip(chunk, items, strict=True):
            available = _number(item, "available")
            on_hand = _number(item, "on_hand")
            if move.reserved - move.on_hand > max(available, 0):
                lacking[move.product_id] = (max(available, 0), "available")
            elif move.on_hand < 0 and -move.on_hand > on_hand:
                lacking[move.product_id] = (on_hand, "on hand")
    return lacking


def _number(item: Item | None, attribute: str) -> int:
    return int(item.get(attribute) or 0) if item is not None else 0


def opening_items(
    stock: Iterable[tuple[str, str, int]], at: str, by: str, *, counted: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Balances and ledger entries for ``records.load`` into a shop that has no stock yet.

    ``stock`` is (product, location, on hand), each pair once. ``counted`` says whether somebody
    really counted. Loading the same twice leaves the same.
    """
    balances: list[dict[str, Any]] = []
    ledger: list[dict[str, Any]] = []
    for product_id, location_id, on_hand in stock:
        balance: dict[str, Any] = {
            "product_id": product_id,
            "location_id": location_id,
            "on_hand": on_hand,
            "reserved": 0,
            "available": on_hand,
            "on_order": 0,
            "updated_at": at,
        }
        if counted:
            balance["counted_at"] = at
        balances.append(balance)
        ledger.append(
            {
                "stock": stock_key(product_id, location_id),
                "entry": f"{at}#opening",
                "kind": "count" if counted else "adjustment",
                "on_hand_delta": on_hand,
                "reserved_delta": 0,
                "at": at,
                "by": by,
                "reason": "opening",
            }
        )
    return balances, ledger


async def differences(ports: Ports) -> list[str]:
    """Every stock whose ledger does not sum to its balance, in a sentence each; none is right.

    Reads all of the ledger: for tests and the doctor, while nothing is written.
    """
    sums: dict[str, list[int]] = {}
    async for entries in ports.records.scan(LEDGER):
        for entry in entries:
            total = sums.setdefault(entry["stock"], [0, 0])
            total[0] += entry["on_hand_delta"]
            total[1] += entry["reserved_delta"]
    wrong: list[str] = []
    async for balances in ports.records.scan(BALANCES):
        for item in balances:
            name = stock_key(item["product_id"], item["location_id"])
            on_hand, reserved = _number(item, "on_hand"), _number(item, "reserved")
            ledger = sums.pop(name, [0, 0])
            if [on_hand, reserved] != ledger:
                wrong.append(
                    f"{name}: on hand {on_hand}, reserved {reserved}; the ledger says {ledger}"
                )
            if _number(item, "available") != on_hand - reserved:
                wrong.append(f"{name}: available is not on hand less reserved")
            if reserved < 0 or on_hand < 0:
                wrong.append(f"{name}: on hand {on_hand}, reserved {reserved} below zero")
    wrong += [f"{name}: a ledger without a balance" for name, sum_ in sums.items() if any(sum_)]
    return wrong
