"""Counting the live windows anew from the lake, while events go on coming in.

New cells are made beside the old ones, under the next epoch, from the rows of each stream up to
the group's head; then the head is moved to them on condition that it is still there. If it is
not, the rows that came meanwhile are added, and so on.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from omnix.kit.errors import ConditionFailed, Unavailable
from omnix.kit.time import parse_instant
from omnix.platform import queries
from omnix.platform.jobs import JobContext
from omnix.ports import Equals, Item, Ports, Put

from . import cells
from .declare import CELLS, EVENT_ITEMS, EVENTS, HEADS
from .windows import LATENESS_SECONDS, Row

SQL = queries.load(__package__)
_TRIES = 20


async def rows_after(
    ports: Ports, stream: str, after: int, until: int, since: datetime
) -> list[Row]:
    """The rows of a stream in the lake, by position."""
    found = await ports.lake.rows(
        SQL["rows_after"],
        stream=stream,
        after=after,
        until=until,
        since=since.astimezone(UTC).replace(tzinfo=None),
    )
    return [
        Row(
            row["type"],
            row["at"],
            row["received"],
            row["visitor"],
            row["currency"],
            row["revenue_minor"],
            tuple(zip(row["products"] or (), row["quantities"] or (), strict=True)),
        )
        for row in found
    ]


async def replay(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Every group of every stream, from the moment ``since`` on; what was before is dropped."""
    ports = context.ports
    newest = ports.clock.now() - timedelta(seconds=cells.KEPT_SECONDS - LATENESS_SECONDS)
    since = max(parse_instant(payload["since"]), newest) if payload.get("since") else newest
    # A slot is either whole or not there.
    since = datetime.fromtimestamp(int(since.timestamp()) // 600 * 600, UTC)
    heads = await cells.heads(ports)
    events = 0
    for number, head in enumerate(heads):
        await context.progress(number, len(heads), head["group"])
        events += await _anew(ports, head, since)
    return {"groups": len(heads), "events": events}


async def _anew(ports: Ports, head: Item, since: datetime) -> int:
    group, stream = head["group"], head["stream"]
    made: dict[int, Any] = {}
    after = events = 0
    epoch = head["epoch"] + 1
    where = cells.partition(group, stream, epoch)
    for _ in range(_TRIES):
        now = await ports.records.get(HEADS, (group, stream))
        assert now is not None
        if now["epoch"] >= epoch:
            return 0  # another replay was first
        await _in_the_lake(ports, stream, now["position"])
        rows = await rows_after(ports, stream, after, now["position"], since)
        events, after = events + len(rows), now["position"]
        fresh = cells.fold(group, rows)
        for slot, cell in fresh.items():
            if slot in made:
                made[slot].merge(cell)
            else:
                made[slot] = cell
        await ports.records.load(
            CELLS, [cells.cell_item(group, where, slot, made[slot]) for slot in fresh]
        )
        moved = cells.head_item(group, stream, epoch, after, now["too_late"])
        try:
            when = (Equals("mark", now["mark"]),)
            await ports.records.write([Put(HEADS, moved, when=when)])
        except ConditionFailed:
            continue
        return events
    raise Unavailable("events come faster than they can be counted anew")


async def _in_the_lake(ports: Ports, stream: str, position: int) -> None:
    """Raises Unavailable, so that the job is tried again, while the lake is behind."""
    facts: Sequence[Any] = (EVENTS, EVENT_ITEMS)
    for fact in facts:
        seen = await ports.lake.position(fact, f"bus:{stream}") or 0
        if seen < position:
            raise Unavailable("the lake has not yet taken all events that were counted")
