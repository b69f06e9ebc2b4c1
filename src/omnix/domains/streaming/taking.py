"""Taking events: each judged by itself, kept once by its id, told on the bus in the same commit."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from omnix.domains.system.settings import shop
from omnix.kit.errors import ConditionFailed, Invalid
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.time import instant
from omnix.ports import Absent, Ports, Put

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
ROWS = 90
"""Of one event of the bus: so many ids and the event fit into one write, and so many minutes
and the position into one write of those who count."""

_MOST_BYTES = 200_000
_ABSENT = (Absent(),)
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
    front = Shopfront(ports.clock.now(), (await shop(ports)).currency)
    refused: list[RefusedEvent] = []
    fine: dict[str, tuple[int, _Row]] = {}
    repeated: list[int] = []
    for position, one in enumerate(sent):
        try:
            row = judged(one, batch, front)
        except Invalid as error:
            refused.append(
                RefusedEvent(
                    position,
                    id_of(one),
                    [FieldReason(each.field, each.reason) for each in error.errors],
                )
            )
            continue
        if row[0] in fine:
            repeated.append(position)
        else:
            fine[row[0]] = (position, row)
    known = await _keep(ports, front, [row for _, row in fine.values()])
    repeated += [fine[id][0] for id in known]
    return TakenEvents(
        accepted=len(fine) - len(known), duplicates=sorted(repeated), refused=refused
    )


async def take_one(ports: Ports, sent: Any) -> TakenEvent:
    """Keep one event. Raises Invalid with the fields at fault."""
    front = Shopfront(ports.clock.now(), (await shop(ports)).currency)
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
    for row in rows:
        # Long texts are rare: a row without them is far below its share of the bytes.
        size = 600 + 100 * len(row[13]) + len(row[12] or "") * 4 + len(row[9] or "") * 4
        if room < size or len(parts[-1]) == ROWS:
            parts.append([])
            room = _MOST_BYTES
        parts[-1].append(row)
        room -= size
    return parts


async def _keep_part(ports: Ports, front: Shopfront, rows: list[_Row]) -> list[str]:
    expires = int(front.now.timestamp()) + REMEMBERED_SECONDS
    known: list[str] = []
    while rows:
        puts = [Put(SEEN, {"message_id": row[0], "expires": expires}, when=_ABSENT) for row in rows]
        data = {"rows": dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))}
        # A key of its own, so that events spread over the streams: their order means nothing.
        event = Event("events.received", new_id("evb"), instant(front.now), data)
        try:
            await ports.records.write(puts, [event])
        except ConditionFailed as error:
            failed = set(error.failed)
            if not failed:
                raise
            known += [row[0] for n, row in enumerate(rows) if n in failed]
            rows = [row for n, row in enumerate(rows) if n not in failed]
            continue
        break
    return known


def schema() -> dict[str, Any]:
    """The JSON Schema of an event of ours."""
    made = msgspec.json.schema(NewEvent, ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A visitor's event",
        **made,
    }
