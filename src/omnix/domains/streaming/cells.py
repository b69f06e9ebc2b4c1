"""Windows as items, each event counted once.

A group of cells has a head for each stream of the bus: the position up to which its cells hold
everything. Head and cells change in one write, so a repeated event finds itself counted, and of
two consumers at the same events one finds the head moved.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from omnix.kit.errors import ConditionFailed
from omnix.kit.events import Event
from omnix.kit.time import parse_instant
from omnix.ports import MAX_KEYS, Absent, Equals, Item, Operation, Ports, Put

from .declare import CELLS, HEADS
from .windows import (
    MINUTE,
    TEN_MINUTES,
    Cell,
    Interest,
    Minute,
    Row,
    fold_interest,
    fold_minutes,
    rows_of,
)

SHARDS = 8
MINUTES = "minutes"
INTEREST = tuple(f"interest-{number}" for number in range(SHARDS))
KEPT_SECONDS = 3 * 86_400
"""A cell outlives the lateness by far: what comes in time finds it."""

_MOST_SLOTS = 90
_TRIES = 8
Cells = dict[int, Any]


def fold(group: str, rows: Sequence[Row]) -> Cells:
    """The cells of a group that these rows make by themselves."""
    if group == MINUTES:
        return dict(fold_minutes(rows))
    mine = INTEREST.index(group)
    kept: Cells = {}
    for slot, cell in fold_interest(rows).items():
        own = {name: n for name, n in cell.products.items() if shard(name) == mine}
        if own:
            kept[slot] = Interest(own)
    return kept


def shard(product_id: str) -> int:
    """Which group of INTEREST counts a product."""
    return zlib.crc32(product_id.encode("utf-8", "surrogatepass")) % SHARDS


def width(group: str) -> int:
    """Seconds to a slot."""
    return MINUTE if group == MINUTES else TEN_MINUTES


def cell_of(group: str, stored: Mapping[str, Any]) -> Cell:
    """The cell that an item holds."""
    return Minute.of(stored) if group == MINUTES else Interest.of(stored)


def partition(group: str, stream: str, epoch: int) -> str:
    return f"{group}/{stream}/{epoch}"


async def absorb(ports: Ports, groups: Sequence[str], events: Sequence[Event]) -> None:
    """Count events of one stream in each of the groups, once however often they come."""
    told = [(event.sequence, rows_of(event.data, parse_instant(event.at))) for event in events]
    for group in groups:
        await _absorb(ports, group, events[0].stream, told)


async def _absorb(
    ports: Ports, group: str, stream: str, told: Sequence[tuple[int, Sequence[Row]]]
) -> None:
    for part in _parts(group, told):
        for _ in range(_TRIES):
            head = await ports.records.get(HEADS, (group, stream))
            seen = head["position"] if head else 0
            fresh = [rows for sequence, rows in part if sequence > seen]
            if not fresh:
                break
            rows = [row for some in fresh for row in some]
            try:
                await _write(ports, group, stream, head, part[-1][0], rows)
            except ConditionFailed:
                continue
            break
        else:
            raise ConditionFailed([0])


def _parts(
    group: str, told: Sequence[tuple[int, Sequence[Row]]]
) -> Iterable[Sequence[tuple[int, Sequence[Row]]]]:
    """In order, each touching no more slots than fit into a write."""
    part: list[tuple[int, Sequence[Row]]] = []
    slots: set[int] = set()
    seconds = width(group)
    for sequence, rows in told:
        own = {row.at // seconds for row in rows}
        if part and len(slots | own) > _MOST_SLOTS:
            yield part
            part, slots = [], set()
        part.append((sequence, rows))
        slots |= own
    if part:
        yield part


async def _write(
    ports: Ports, group: str, stream: str, head: Item | None, position: int, rows: Sequence[Row]
) -> None:
    epoch = head["epoch"] if head else 0
    where = partition(group, stream, epoch)
    cells = fold(group, rows)
    keys = [(where, slot) for slot in cells]
    stored = await ports.records.get_many(CELLS, keys) if keys else []
    for slot, item in zip(list(cells), stored, strict=True):
        if item is not None:
            cells[slot].merge(cell_of(group, item))
    too_late = (head["too_late"] if head else 0) + sum(not row.counts for row in rows)
    when = Absent() if head is None else Equals("mark", head["mark"])
    operations: list[Operation] = [
        Put(HEADS, head_item(group, stream, epoch, position, too_late), when=(when,))
    ]
    operations += [Put(CELLS, cell_item(group, where, slot, cell)) for slot, cell in cells.items()]
    await ports.records.write(operations)


def head_item(group: str, stream: str, epoch: int, position: int, too_late: int) -> dict[str, Any]:
    return {
        "group": group,
        "stream": stream,
        "epoch": epoch,
        "position": position,
        "mark": f"{epoch}.{position}",
        "too_late": too_late,
        "listing": "all",
    }


def cell_item(group: str, where: str, slot: int, cell: Any) -> dict[str, Any]:
    expires = slot * width(group) + KEPT_SECONDS
    return {"partition": where, "slot": slot, "expires": expires, **cell.stored()}


async def heads(ports: Ports) -> list[Item]:
    """Every head; a shop has a handful."""
    found: list[Item] = []
    cursor = None
    while True:
        page = await ports.records.query(
            HEADS, "all", index="listing-index", limit=MAX_KEYS, cursor=cursor
        )
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def read(
    ports: Ports,
    groups: Sequence[str],
    first: int,
    last: int,
    known: Sequence[Item] | None = None,
) -> dict[int, Any]:
    """The cells of the slots from ``first`` to ``last``, of all streams and groups merged."""
    merged: dict[int, Any] = {}
    for head in known if known is not None else await heads(ports):
        group = head["group"]
        if group not in groups:
            continue
        where = partition(group, head["stream"], head["epoch"])
        cursor = None
        while True:
            page = await ports.records.query(
                CELLS, where, low=first, high=last, limit=200, cursor=cursor
            )
            for item in page.items:
                cell = cell_of(group, item)
                if item["slot"] in merged:
                    merged[item["slot"]].merge(cell)
                else:
                    merged[item["slot"]] = cell
            cursor = page.next_cursor
            if cursor is None:
                break
    return merged
