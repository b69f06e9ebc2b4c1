"""Events of a batch, written with it, numbered by their aggregate."""

import asyncio
import json
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from omnix.adapters.aws.layout import Layout
from omnix.adapters.aws.own import OUTBOX
from omnix.adapters.aws.transactions import Step, step
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.kit.trace import producer
from omnix.ports import Absent, Clock, Put, Records

LISTS = 8
"""Lists of what is pending: one list alone would take all writes of the table's index."""

REMEMBERED = 2000


def list_name(number: int) -> str:
    return f"list-{number}"


def pending(aggregate: str) -> str:
    """The list that an aggregate's pending events stand in."""
    return list_name(zlib.crc32(aggregate.encode()) % LISTS)


class Outbox:
    """Puts an aggregate's events of a batch into one item, behind those of earlier batches.

    The number before is looked up once and remembered; where another process wrote meanwhile,
    the put fails, the caller says ``forget`` and asks again.
    """

    def __init__(self, records: Records, layout: Layout, clock: Clock) -> None:
        self._records = records
        self._layout = layout
        self._clock = clock
        self._last: OrderedDict[str, int] = OrderedDict()

    async def steps(self, events: Sequence[Event]) -> list[Step]:
        """A step for each aggregate, in the order of its first event."""
        if not events:
            return []
        by_key: dict[str, list[dict[str, Any]]] = {}
        trace = producer()
        for event in events:
            told = {"id": event.id, "type": event.type, "at": event.at, "data": event.data}
            if trace:
                told["trace"] = trace
            by_key.setdefault(event.key, []).append(told)
        numbers = await asyncio.gather(*map(self._before, by_key))
        at = instant(self._clock.now())
        return [
            step(
                self._layout,
                Put(
                    OUTBOX,
                    {
                        "aggregate": key,
                        "number": before + 1,
                        "events": json.dumps(rows, separators=(",", ":"), ensure_ascii=False),
                        "pending": pending(key),
                        "at": at,
                    },
                    (Absent(),),
                ),
            )
            for (key, rows), before in zip(by_key.items(), numbers, strict=True)
        ]

    async def _before(self, key: str) -> int:
        known = self._last.get(key)
        if known is not None:
            return known
        page = await self._records.query(OUTBOX, key, newest_first=True, limit=1)
        return int(page.items[0]["number"]) if page.items else 0

    def posted(self, steps: Sequence[Step]) -> None:
        """These were written."""
        for one in steps:
            key, number = one.parts
            self._last[str(key)] = int(number)
            self._last.move_to_end(str(key))
        while len(self._last) > REMEMBERED:
            self._last.popitem(last=False)

    def forget(self, steps: Sequence[Step]) -> None:
        """These met others' of the same number."""
        for one in steps:
            self._last.pop(str(one.parts[0]), None)
