"""Changes too large for one batch: resumable steps, each with its progress in the same batch.

The order's item holds what is under way (``work``), how many chunks of stock moves are done
(``work_done``) and whether they are being taken back (``work_back``). Every step is conditional
on these, so that any number of drivers may push one order at the same time, and a driver that
dies leaves nothing but an order for the next one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from omnix.domains.inventory import stock
from omnix.domains.inventory.stock import Cause, Move
from omnix.kit.errors import ConditionFailed
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.platform.idempotency import IDEMPOTENCY
from omnix.ports import Delete, Equals, Item, Operation, Ports, Put, Update

from . import facts
from .changes import STOCK_MOVES, changes, folded, head, moves, needs, status_of
from .declare import ORDER_LINES, ORDERS
from .model import Change

CHUNK = 45
"""Products to a step: two operations each, and one for the order."""

INLINE_LINES = 50
"""Lines that an order's own item holds, and that one item of further lines holds."""

_WORK = ("pending", "touched_at", "work", "work_id", "work_done", "work_back")


@dataclass(frozen=True)
class Outcome:
    """How it ended; where it was taken back, what was lacking, as ``stock.short`` tells it."""

    done: bool
    lacking: Mapping[str, tuple[int, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Plan:
    id: str
    order: Mapping[str, Any]
    change: Change | None
    lines: Sequence[Mapping[str, Any]]
    chunks: Sequence[Sequence[Move]]
    cause: Cause
    key: str | None


async def lines_of(ports: Ports, stored: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines as placed, wherever they are kept."""
    if "lines" in stored:
        return list(stored["lines"])
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = await ports.records.query(ORDER_LINES, stored["id"], limit=20, cursor=cursor)
        for chunk in page.items:
            found += chunk["lines"]
        cursor = page.next_cursor
        if cursor is None:
            return found


def line_items(id: str, lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The items that hold the lines of an order too long to hold them itself."""
    return [
        {"order_id": id, "chunk": start // INLINE_LINES, "lines": lines[start:][:INLINE_LINES]}
        for start in range(0, len(lines), INLINE_LINES)
    ]


def begun(id: str, at: str, work: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that put work under way."""
    return {
        "pending": "yes",
        "touched_at": at,
        "work": work,
        "work_id": id,
        "work_done": 0,
        "work_back": False,
    }


async def drive(
    ports: Ports,
    stored: Item,
    lines: Sequence[Mapping[str, Any]] | None = None,
    *,
    abandon: bool = False,
) -> Outcome:
    """Take the work of ``stored`` to its end, from wherever it stands.

    ``abandon`` takes back an order that nobody can ask for again. Raises Unavailable and the
    like in the middle: the next call goes on from there.
    """
    plan = await _plan(ports, stored, lines)
    lacking: dict[str, tuple[int, str]] = {}
    now: Item = stored
    turning = abandon and plan.change is None and plan.key is None
    while True:
        done, back = now["work_done"], now["work_back"]
        try:
            if turning and not back:
                await ports.records.write([_step(ports, plan, now, back=True)])
                now = {**now, "work_back": True}
            elif done == (0 if back else len(plan.chunks)):
                await (_taken_back if back else _completed)(ports, plan, now)
                return Outcome(not back, lacking)
            else:
                await _move(ports, plan, now)
                now = {**now, "work_done": done - 1 if back else done + 1}
        except ConditionFailed as error:
            if 0 not in error.failed:
                flat = [move for chunk in plan.chunks[done:] for move in chunk]
                lacking = await stock.short(ports.records, flat, plan.order["location_id"])
                turning = True
                continue
            fresh = await ports.records.get(ORDERS, plan.order["id"])
            if fresh is None or fresh.get("work_id") != plan.id:
                return Outcome(_was_done(plan, fresh), lacking)
            now = fresh


async def _plan(ports: Ports, stored: Item, lines: Sequence[Mapping[str, Any]] | None) -> _Plan:
    work = stored["work"]
    if lines is None:
        lines = await lines_of(ports, stored)
    if "change" in work:
        order: Mapping[str, Any] = stored
        change = msgspec.convert(work["change"], Change)
        lines = folded(lines, changes(stored))
        steps = moves(change, lines)
        kind, at, by = STOCK_MOVES[change.kind], change.at, change.by
    else:
        order, change = stored["draft"], None
        steps = [Move(product_id, 0, units) for product_id, units in needs(lines).items()]
        kind, at, by = "reservation", stored["placed_at"], work["by"]
    chunks = [steps[start : start + CHUNK] for start in range(0, len(steps), CHUNK)]
    cause = Cause(kind, f"{at}#{stored['work_id']}", at, by, order["id"])
    return _Plan(stored["work_id"], order, change, lines, chunks, cause, work["key"])


def _guard(plan: _Plan, now: Item) -> tuple[Equals, ...]:
    return (
        Equals("work_id", plan.id),
        Equals("work_done", now["work_done"]),
        Equals("work_back", now["work_back"]),
    )


def _step(ports: Ports, plan: _Plan, now: Item, **values: Any) -> Update:
    values = {f"work_{name}": value for name, value in values.items()}
    values["touched_at"] = instant(ports.clock.now())
    return Update(ORDERS, plan.order["id"], set=values, when=_guard(plan, now))


async def _move(ports: Ports, plan: _Plan, now: Item) -> None:
    done, place = now["work_done"], plan.order["location_id"]
    if not now["work_back"]:
        operations = stock.operations(plan.chunks[done], place, plan.cause)
        await ports.records.write([_step(ports, plan, now, done=done + 1), *operations])
        return
    reverse = [Move(m.product_id, -m.on_hand, -m.reserved) for m in plan.chunks[done - 1]]
    cause = plan.cause
    undo = Cause(
        "release" if plan.change is None else cause.kind,
        f"{cause.entry}~undone",
        instant(ports.clock.now()),
        cause.by,
        cause.reference,
    )
    operations = stock.operations(reverse, place, undo, checked=False)
    await ports.records.write([_step(ports, plan, now, done=done - 1), *operations])


async def _completed(ports: Ports, plan: _Plan, now: Item) -> None:
    """The last step forward: users see it, and the event goes out."""
    if plan.change is None:
        item: dict[str, Any] = {**plan.order, "listing": "all"}
        events = facts.placed(plan.order, plan.lines, plan.cause.by)
    else:
        rest = {name: value for name, value in now.items() if name not in _WORK}
        item, events = after(rest, plan.lines, plan.change)
    await ports.records.write([Put(ORDERS, item, when=_guard(plan, now))], events)


def after(
    stored: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], change: Change
) -> tuple[dict[str, Any], list[Event]]:
    """The item and the events once ``change`` has happened; ``lines`` are those just before."""
    history = [*changes(stored), change]
    status = status_of(folded(lines, [change]), history)
    item = {
        **stored,
        "status": status,
        "version": change.version,
        "changes": msgspec.to_builtins(history),
    }
    return item, facts.changed(stored, lines, change, head(stored, history, status))


async def _taken_back(ports: Ports, plan: _Plan, now: Item) -> None:
    """The last step back: nothing is left but ledger entries that cancel each other out."""
    id = plan.order["id"]
    operations: list[Operation] = []
    if plan.change is None:
        operations.append(Delete(ORDERS, id, when=_guard(plan, now)))
        operations += [
            Delete(ORDER_LINES, (id, item["chunk"])) for item in line_items(id, plan.lines)
        ]
    else:
        rest = {name: value for name, value in now.items() if name not in _WORK}
        operations.append(Put(ORDERS, rest, when=_guard(plan, now)))
    if plan.key is not None:
        operations.append(Delete(IDEMPOTENCY, plan.key))
    await ports.records.write(operations)


def _was_done(plan: _Plan, fresh: Item | None) -> bool:
    if fresh is None:
        return False
    return plan.change is None or any(c.id == plan.id for c in changes(fresh))
