"""Windows as items, each event counted once.

A group of cells has a head for each stream of the bus: the position up to which its cells hold
everything. Head and cells change in one write, so a repeated event finds itself counted, and of
two consumers at the same events one finds the head moved.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from omnix.kit.errors import ConditionFailed
from omnix.kit.events import Event
from omnix.ports import MAX_KEYS, Absent, Equals, Item, Operation, Ports, Put

from . import tally
from .declare import CELLS, HEADS
from .tally import Told
from .windows import (
    MINUTE,
    TEN_MINUTES,
    Cell,
    Interest,
    Minute,
    Row,
    fold_interest,
    fold_minutes,
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


@lru_cache(maxsize=65_536)
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
    told = [Told.of(event) for event in events]
    counted = _Counted()
    for group in groups:
        await _absorb(ports, group, events[0].stream, told, counted)


class _Counted:
    """The cells of groups, folded together: all of INTEREST look at the same rows."""

    def __init__(self) -> None:
        self._of: tuple[int, ...] = ()
        self._interest: list[dict[int, Interest]] = []

    def cells(self, group: str, told: Sequence[Told]) -> Cells:
        if group == MINUTES:
            return dict(tally.minutes(told))
        of = tuple(one.sequence for one in told)
        if of != self._of:
            self._of, self._interest = of, tally.interest(told, shard, SHARDS)
        return dict(self._interest[INTEREST.index(group)])


async def _absorb(
    ports: Ports, group: str, stream: str, told: Sequence[Told], counted: _Counted
) -> None:
    for part in _parts(told):
        for _ in range(_TRIES):
            head = await ports.records.get(HEADS, (group, stream))
            seen = head["position"] if head else 0
            fresh = [one for one in part if one.sequence > seen]
            if not fresh:
                break
            too_late = sum(one.too_late for one in fresh)
            made = counted.cells(group, fresh)
            try:
                await _write(ports, group, stream, head, part[-1].sequence, made, too_late)
            except ConditionFailed:
                continue
            break
        else:
            raise ConditionFailed([0])


def _parts(told: Sequence[Told]) -> Iterable[Sequence[Told]]:
    """In order, each touching no more slots than fit into a write."""
    part: list[Told] = []
    minutes: set[str] = set()
    for one in told:
        # Tens of minutes are fewer.
        if part and len(minutes | one.slots) > _MOST_SLOTS:
            yield part
            part, minutes = [], set()
        part.append(one)
        minutes |= one.slots
    if part:
        yield part


async def _write(
    ports: Ports,
    group: str,
    stream: str,
    head: Item | None,
    position: int,
    cells: Cells,
    too_late: int,
) -> None:
    epoch = head["epoch"] if head else 0
    where = partition(group, stream, epoch)
    keys = [(where, slot) for slot in cells]
    stored = await ports.records.get_many(CELLS, keys) if keys else []
    for slot, item in zip(list(cells), stored, strict=True):
        if item is not None:
            # What was counted stays as it is, for whoever has to try again.
            merged = cell_of(group, item)
            merged.merge(cells[slot])
            cells[slot] = merged
    too_late += head["too_late"] if head else 0
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
