"""The folds of ``windows`` over the columns of events, many rows at a time.

Equal to folding rows one by one. Moments are instants of one width, so that their texts compare
as they do, and the first sixteen characters are the minute.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from itertools import compress
from typing import Any

import msgspec

from omnix.kit.events import Encoded, Event
from omnix.kit.time import instant, parse_instant

from . import sketch
from .windows import LATENESS_SECONDS, MINUTE, PLACES, TEN_MINUTES, Interest, Minute

_MINUTE, _SECOND = 16, 19
_NEEDED = ("at", "type", "visitor", "currency", "revenue_minor", "items")
_mark = lru_cache(maxsize=65_536)(sketch.mark)


@dataclass(frozen=True)
class Told:
    """What one event of the bus holds for the windows; what came too late for them is left out.

    ``late`` tells of each row whether it came more than a minute after it happened; it is empty
    if none did.
    """

    sequence: int
    at: Sequence[str]
    type: Sequence[str]
    visitor: Sequence[str | None]
    currency: Sequence[str | None]
    revenue_minor: Sequence[int | None]
    items: Sequence[Sequence[Any]]
    late: Sequence[bool]
    too_late: int

    @classmethod
    def of(cls, event: Event) -> "Told":
        """The rows of ``event``."""
        needed = _columns(event)
        received = int(parse_instant(event.at).timestamp())
        earliest, before = min(needed["at"])[:_SECOND], len(needed["at"])
        edge = _text(received - LATENESS_SECONDS)
        if earliest < edge:
            counts = [at[:_SECOND] >= edge for at in needed["at"]]
            needed = {name: list(compress(column, counts)) for name, column in needed.items()}
        punctual = _text(received - MINUTE)
        late = [at[:_SECOND] < punctual for at in needed["at"]] if earliest < punctual else []
        too_late = before - len(needed["at"])
        return cls(sequence=event.sequence, late=late, too_late=too_late, **needed)

    @cached_property
    def slots(self) -> set[str]:
        """The minutes in which the rows happened."""
        return {at[:_MINUTE] for at in self.at}


class _Rows(msgspec.Struct, gc=False):
    at: list[str]
    type: list[str]
    visitor: list[str | None]
    currency: list[str | None]
    revenue_minor: list[int | None]
    items: list[list[tuple[str, int, int | None]]]


class _Data(msgspec.Struct):
    rows: _Rows


_decode = msgspec.json.Decoder(_Data).decode


def _columns(event: Event) -> dict[str, Sequence[Any]]:
    """The needed ones, of which the others need not be decoded."""
    if isinstance(event.data, Encoded):
        rows = _decode(event.data.json).rows
        return {name: getattr(rows, name) for name in _NEEDED}
    return {name: event.data["rows"][name] for name in _NEEDED}


def _text(second: int) -> str:
    return instant(datetime.fromtimestamp(second, UTC))[:_SECOND]


@lru_cache(maxsize=10_000)
def _slot(minute: str, width: int) -> int:
    return int(parse_instant(minute + "Z").timestamp()) // width


def minutes(events: Iterable[Told]) -> dict[int, Minute]:
    """Tumbling windows of a minute, by minutes since 1970."""
    types: Counter[tuple[str, str]] = Counter()
    late: Counter[str] = Counter()
    revenue: Counter[tuple[str, str]] = Counter()
    seen: set[tuple[str, str, str | None]] = set()
    for told in events:
        when = [at[:_MINUTE] for at in told.at]
        types.update(zip(when, told.type, strict=True))
        seen.update(zip(when, told.type, told.visitor, strict=True))
        late.update(compress(when, told.late))
        for minute, type, currency, amount in zip(
            when, told.type, told.currency, told.revenue_minor, strict=True
        ):
            if type == "purchase" and currency is not None:
                revenue[minute, currency] += amount or 0
    cells: dict[str, Minute] = {}
    for (minute, type), count in types.items():
        cell = cells.setdefault(minute, Minute())
        cell.events += count
        cell.types[type] = count
    for minute, count in late.items():
        cells[minute].late = count
    for (minute, code), amount in revenue.items():
        cells[minute].revenue[code] = amount
    marks: dict[tuple[str, str], set[int]] = {}
    for minute, type, visitor in seen:
        if visitor is not None:
            marks.setdefault((minute, type), set()).add(_mark(visitor))
    for (minute, type), some in marks.items():
        cells[minute].see(some, type)
    return {_slot(minute, MINUTE): cell for minute, cell in cells.items()}


def interest(
    events: Iterable[Told], shard: Callable[[str], int], shards: int
) -> list[dict[int, Interest]]:
    """Tumbling windows of ten minutes, those of each shard by themselves; ``shard`` tells of a
    product which one counts it."""
    made: list[dict[int, Interest]] = [{} for _ in range(shards)]
    for told in events:
        for at, type, items in zip(told.at, told.type, told.items, strict=True):
            place = PLACES.get(type)
            if place is None or not items:
                continue
            slot = _slot(at[:_MINUTE], TEN_MINUTES)
            for product, quantity, _ in items:
                cell = made[shard(product)].setdefault(slot, Interest())
                cell.products.setdefault(product, [0, 0, 0])[place] += (
                    quantity if type == "purchase" else 1
                )
    return made
