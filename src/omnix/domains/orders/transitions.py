"""What happens to an order after it was placed."""

from collections.abc import Sequence
from typing import Any

import msgspec

from omnix.domains.inventory import stock
from omnix.domains.inventory.stock import Cause
from omnix.kit.errors import ConditionFailed, Conflict
from omnix.kit.ids import new_id
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.platform.idempotency import Retry
from omnix.ports import Equals, Item, Operation, Ports, Put, Update

from . import changes, service, work
from .declare import ORDERS
from .model import (
    Cancellation,
    Change,
    ChangeKind,
    Confirmation,
    Fulfilment,
    GoodsReturn,
    Order,
    Payment,
    Refund,
)

Body = Confirmation | Fulfilment | Cancellation | GoodsReturn | Refund | Payment
_FREE = Equals("pending", None)


async def confirm(
    ports: Ports, actor: Actor, id: str, body: Confirmation, key: str | None = None
) -> Order:
    """The shop takes the order on. Raises Conflict unless it was only placed so far."""
    return await _change(ports, actor, id, "confirm", body, key)


async def fulfil(
    ports: Ports, actor: Actor, id: str, body: Fulfilment, key: str | None = None
) -> Order:
    """Goods leave the shop. Raises Conflict beyond what is open or on hand."""
    return await _change(ports, actor, id, "fulfil", body, key)


async def cancel(
    ports: Ports, actor: Actor, id: str, body: Cancellation, key: str | None = None
) -> Order:
    """Release what is not fulfilled. Raises Conflict if nothing is open."""
    return await _change(ports, actor, id, "cancel", body, key)


async def take_back(
    ports: Ports, actor: Actor, id: str, body: GoodsReturn, key: str | None = None
) -> Order:
    """Goods come back, to be sold again or not. Raises Conflict beyond what was fulfilled."""
    return await _change(ports, actor, id, "return", body, key)


async def refund(
    ports: Ports, actor: Actor, id: str, body: Refund, key: str | None = None
) -> Order:
    """Record money given back. Raises Conflict beyond what was paid."""
    return await _change(ports, actor, id, "refund", body, key)


async def pay(ports: Ports, actor: Actor, id: str, body: Payment, key: str | None = None) -> Order:
    """Record that the order was paid in full. Raises Conflict if it was before."""
    return await _change(ports, actor, id, "pay", body, key)


async def _change(
    ports: Ports, actor: Actor, id: str, kind: ChangeKind, body: Body, key: str | None
) -> Order:
    retry = Retry.of(key, actor.id, f"orders/{id}/{kind}", body)
    for _ in range(service.ATTEMPTS):
        stored = await service.load(ports, id)
        placed = await work.lines_of(ports, stored)
        if retry is not None and (answer := await retry.recall(ports.records)) is not None:
            if answer["version"] <= stored["version"]:
                return changes.order(stored, placed, answer["version"])
            continue
        if body.version is not None and body.version != stored["version"]:
            raise Conflict(f"the order is at version {stored['version']}; read it again")
        lines = changes.folded(placed, changes.changes(stored))
        change = _drawn_up(ports, actor, kind, body, stored["version"] + 1)
        changes.check(change, dict(stored), lines)
        try:
            await _write(ports, stored, placed, lines, change, retry)
        except service.Contended:
            continue
        fresh = await service.load(ports, id)
        return changes.order(fresh, placed, change.version)
    raise service.Contended("the order changes too often now; try again")


def _drawn_up(ports: Ports, actor: Actor, kind: ChangeKind, body: Body, version: int) -> Change:
    units: tuple[tuple[int, int], ...] | None = None
    kept: tuple[int, ...] | None = ()
    if isinstance(body, GoodsReturn):
        if body.lines is None:
            kept = () if body.restock else None
        else:
            kept = tuple(asked.line for asked in body.lines if not asked.restock)
    if isinstance(body, (Fulfilment, GoodsReturn)) and body.lines is not None:
        units = tuple((asked.line, asked.quantity) for asked in body.lines)
    return Change(
        id=new_id("chg"),
        version=version,
        kind=kind,
        at=instant(ports.clock.now()),
        by=actor.id,
        units=units,
        kept=kept,
        amount_minor=body.amount_minor if isinstance(body, Refund) else 0,
        note=body.note,
    )


async def _write(
    ports: Ports,
    stored: Item,
    placed: Sequence[dict[str, Any]],
    lines: Sequence[dict[str, Any]],
    change: Change,
    retry: Retry | None,
) -> None:
    id, place = stored["id"], stored["location_id"]
    moves = changes.moves(change, lines)
    if stored.get("source") == "import" and change.kind != "return":
        moves = []  # its goods were gone before stock was kept here
    guard = (Equals("version", stored["version"]), _FREE)
    keep: list[Operation] = []
    if retry is not None:
        answer = {"order_id": id, "version": change.version}
        keep = [retry.remember(answer, int(ports.clock.now().timestamp()))]
    if len(moves) > work.CHUNK:
        about = {
            "change": msgspec.to_builtins(change),
            "key": retry.key if retry is not None else None,
        }
        begun = work.begun(change.id, change.at, about)
        operations: list[Operation] = [Update(ORDERS, id, set=begun, when=guard), *keep]
        try:
            await ports.records.write(operations)
        except ConditionFailed as error:
            raise service.Contended("the order changed meanwhile") from error
        outcome = await work.drive(ports, {**stored, **begun}, placed)
        if not outcome.done:
            raise service.out_of_stock(outcome.lacking, _taken(change, lines))
        return
    item, events = work.after(stored, lines, change)
    operations = [Put(ORDERS, item, when=guard), *keep]
    if moves:
        cause = Cause(
            changes.STOCK_MOVES[change.kind], f"{change.at}#{change.id}", change.at, change.by, id
        )
        operations += stock.operations(moves, place, cause)
    try:
        await ports.records.write(operations, events)
    except ConditionFailed as error:
        if min(error.failed) <= len(keep):
            raise service.Contended("the order changed meanwhile") from error
        raise await service.refusal(ports, place, moves, _taken(change, lines)) from error


def _taken(change: Change, lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines that a change takes of, with its quantities."""
    return [
        {**lines[number - 1], "quantity": units}
        for number, units in changes.units_of(change, lines)
    ]
