"""Taking events: each judged by itself, kept once by its id, told on the bus in the same commit."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from omnix.domains.system.settings import shop
from omnix.kit.errors import Invalid
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.time import instant
from omnix.platform.http import decoded
from omnix.ports import Ports

from . import reader
from .declare import SEEN
from .judging import COLUMNS, Shopfront, id_of, judged
from .model import (
    MOST_EVENTS,
    EventBatch,
    FieldReason,
    NewEvent,
    RefusedEvent,
    TakenEvent,
    TakenEvents,
)

REMEMBERED_SECONDS = 7 * 86_400
MINUTES = 90
"""Of one event of the bus: so many of the live figures and the position fit into one write."""

_MOST_BYTES = 200_000
_MOST_AT_ONCE = 300_000
"""Bytes of one event: with what is said of it, it must fit into an item if it is laid aside."""

_Row = tuple[Any, ...]


async def take_batch(ports: Ports, batch: EventBatch) -> TakenEvents:
    """Keep what is right and new.

    If a dependency fails half-way, the whole may be sent again: what was kept is a duplicate.
    """
    sent = [*batch.events, *batch.batch]
    if not sent:
        raise Invalid.field("events", "is empty")
    if len(sent) > MOST_EVENTS:
        raise Invalid.field("events", f"are more than {MOST_EVENTS}")
    front = await _front(ports)
    return await _take(ports, front, batch, enumerate(sent), ())


async def take_body(ports: Ports, body: bytes) -> TakenEvents | None:
    """As ``take_batch``, of JSON that the compiled reader reads; None if it does not.

    The reader knows what is plain; the rest of a batch is judged as any other event is.
    """
    front = await _front(ports)
    read = reader.read(body, front)
    if read is None:
        return None
    odd: list[tuple[int, Any]] = []
    if read.odd:
        try:
            # As a part of the body itself, so that what makes all of it wrong does so here too.
            whole = b"[" + b",".join([text for _, text in read.odd]) + b"]"
            events = decoded(whole, "application/json", list[Any])
        except Invalid:
            return None
        odd = [(place, event) for (place, _), event in zip(read.odd, events, strict=True)]
    elif (
        read.last - read.first < MINUTES
        and len(read.columns) <= _MOST_AT_ONCE
        and len(set(read.ids)) == len(read.ids)
    ):
        known = await _claim(ports, front, read.ids, read.rows, read.columns)
        return TakenEvents(accepted=len(read.ids) - len(known), duplicates=known, refused=[])
    envelope = EventBatch(sent_at=read.sent_at)
    return await _take(ports, front, envelope, odd, zip(read.positions, read.rows(), strict=True))


async def _front(ports: Ports) -> Shopfront:
    return Shopfront(ports.clock.now(), (await shop(ports)).currency)


async def _take(
    ports: Ports,
    front: Shopfront,
    envelope: EventBatch,
    sent: Iterable[tuple[int, Any]],
    judged_already: Iterable[tuple[int, _Row]],
) -> TakenEvents:
    """Judge what was ``sent``, by its position, and keep what is right and new."""
    refused: list[RefusedEvent] = []
    right = list(judged_already)
    for position, one in sent:
        try:
            right.append((position, judged(one, envelope, front)))
        except Invalid as error:
            reasons = [FieldReason(each.field, each.reason) for each in error.errors]
            refused.append(RefusedEvent(position, id_of(one), reasons))
    fine: dict[str, tuple[int, _Row]] = {}
    repeated: list[int] = []
    # In their order: of two with one id the first one counts.
    for position, row in sorted(right, key=_by_position):
        if row[0] in fine:
            repeated.append(position)
        else:
            fine[row[0]] = (position, row)
    known = await _keep(ports, front, [row for _, row in fine.values()])
    repeated += [fine[id][0] for id in known]
    return TakenEvents(
        accepted=len(fine) - len(known), duplicates=sorted(repeated), refused=refused
    )


def _by_position(one: tuple[int, _Row]) -> int:
    return one[0]


async def take_one(ports: Ports, sent: Any) -> TakenEvent:
    """Keep one event. Raises Invalid with the fields at fault."""
    front = await _front(ports)
    row = judged(sent, EventBatch(), front)
    known = await _keep(ports, front, [row])
    return TakenEvent(row[0], "duplicate" if known else "accepted")


async def _keep(ports: Ports, front: Shopfront, rows: Sequence[_Row]) -> list[str]:
    """The ids among ``rows`` that were kept before; the others are kept now."""
    parts = _parts(rows)
    if len(parts) == 1:
        return await _keep_part(ports, front, parts[0])
    known = await asyncio.gather(*(_keep_part(ports, front, part) for part in parts))
    return [id for some in known for id in some]


def _parts(rows: Sequence[_Row]) -> list[list[_Row]]:
    parts: list[list[_Row]] = []
    room = 0
    minutes: set[str] = set()
    for row in rows:
        size = 200 + 100 * len(row[13]) + sum([_bytes(one) for one in row if type(one) is str])
        minutes.add(row[3][:16])
        if room < size or len(minutes) > MINUTES:
            parts.append([])
            room = _MOST_BYTES
            minutes = {row[3][:16]}
        parts[-1].append(row)
        room -= size
    return parts


def _bytes(text: str) -> int:
    """At most; quotes, of which properties are full, take two."""
    return len(text) * (2 if text.isascii() else 4)


async def _keep_part(ports: Ports, front: Shopfront, rows: Sequence[_Row]) -> list[str]:
    ids = [row[0] for row in rows]
    return [ids[n] for n in await _claim(ports, front, ids, lambda: rows)]


async def _claim(
    ports: Ports,
    front: Shopfront,
    ids: Sequence[str],
    rows: Callable[[], Sequence[_Row]],
    columns: bytes | None = None,
) -> list[int]:
    """Which of ``ids`` were kept before. The ``rows`` of the others, which are told in one event,
    are kept now; ``columns`` are all of them as JSON, if that is there already."""

    def told(which: Sequence[int]) -> Event:
        data: dict[str, Any]
        if columns is not None and len(which) == len(ids):
            data = {"rows": msgspec.Raw(columns)}
        else:
            every = rows()
            some = [every[n] for n in which]
            data = {"rows": dict(zip(COLUMNS, map(list, zip(*some, strict=True)), strict=True))}
        # A key of its own, so that events spread over the streams: their order means nothing.
        return Event("events.received", new_id("evb"), instant(front.now), data)

    end = int(front.now.timestamp()) + REMEMBERED_SECONDS
    return await ports.records.claim(SEEN, ids, end, told)


def schema() -> dict[str, Any]:
    """The JSON Schema of an event of ours."""
    made = msgspec.json.schema(NewEvent, ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A visitor's event",
        **made,
    }
