"""The event log in SQLite and each consumer's position in it."""

import asyncio
import contextlib
import logging
import weakref
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import apsw
from msgspec.structs import replace

from omnix.adapters.local.database import Database
from omnix.adapters.local.group import Group
from omnix.adapters.local.log import SCHEMA, TOPIC, TRACES, prepared
from omnix.adapters.local.tables import decode, encode
from omnix.adapters.local.waiting import BY_TIME_SECONDS
from omnix.kit.errors import Unavailable
from omnix.kit.events import Encoded, Event
from omnix.kit.time import instant
from omnix.kit.trace import followed, producer
from omnix.ports import Clock, EventBatch

_log = logging.getLogger("omnix.bus")

STREAM = "0"
SOON_SECONDS = 0.5
"""Each commit lets go of the pages that every reader of the database has at hand."""
_LOST = "events that nobody waited for were not kept"
# Events looked over by one statement: filters have no index, which would cost every write.
SPAN = 5000
LARGE = 16_384
"""Bytes of data from which on it is left to who reads it to decode it, or a part of it."""

FEW = 20
MOST_BYTES = 2_000_000
"""Of data read together, but for the last FEW events: so much is soon done, and others' turn."""

_POSITIONS = (
    "CREATE TABLE IF NOT EXISTS bus_positions(consumer TEXT PRIMARY KEY, position INTEGER NOT NULL)"
    " WITHOUT ROWID"
)
_END = "SELECT coalesce(max(seq),0) FROM bus_log"
_MOVE = (
    "INSERT INTO bus_positions VALUES(?,?) "
    "ON CONFLICT(consumer) DO UPDATE SET position=excluded.position"
)
_CAUSED = "SELECT seq,trace FROM bus_traces WHERE seq IN (SELECT value FROM json_each(?))"
_FORGET = "DELETE FROM bus_traces WHERE seq<(SELECT min(seq) FROM bus_log)"

_NEWEST = "SELECT type,max(seq) FROM bus_log WHERE seq>? GROUP BY type"
_Seen = dict[tuple[str, ...], int]
Part = tuple[list[tuple[Any, ...]], str]
"""Rows of the log, and the ``traceparent`` of what caused them."""


class LocalBus:
    """The log that ``LocalRecords`` of the same database appends to, in order of commit."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        # Where the log ended when a task read some types, since it waited.
        self._seen: weakref.WeakKeyDictionary[asyncio.Task[Any], _Seen] = (
            weakref.WeakKeyDictionary()
        )
        # The newest event of each type, since the first read here, up to a place in the log.
        self._newest: dict[str, int] = {}
        self._heard: int | None = None
        self._soon: list[Part] = []
        database.transact(_create)

    async def publish(self, events: Sequence[Event], *, soon: bool = False) -> None:
        if not events:
            return
        part = prepared(events), producer()
        if not soon:
            await self._append([*self._taken(), part], long=False)
            return
        if not self._soon:
            asyncio.get_running_loop().call_later(SOON_SECONDS, self._append_soon)
        self._soon.append(part)

    def _taken(self) -> list[Part]:
        parts, self._soon = self._soon, []
        return parts

    def _append(self, parts: list[Part], *, long: bool) -> "asyncio.Future[Any]":
        return self._database.submit(lambda group: _put(group, parts), TOPIC, long=long)

    def _append_soon(self) -> None:
        parts = self._taken()
        if parts:
            with contextlib.suppress(Unavailable):  # closed, which took what there was
                # By the thread: no request is kept waiting for the disk.
                self._append(parts, long=True).add_done_callback(_told)

    def close(self) -> None:
        """Append what was to come soon. Before the database is closed."""
        parts = self._taken()
        if parts:

            def work(connection: apsw.Connection) -> None:
                group = Group(connection)
                _put(group, parts)
                group.flush()

            try:
                self._database.transact(work)
            except Unavailable as error:
                _log.warning(_LOST, exc_info=error)

    async def read(self, consumer: str, types: Sequence[str], limit: int = 500) -> EventBatch:
        if self._soon:
            await self._append(self._taken(), long=False)
        select = self._database.select
        found = select("SELECT position FROM bus_positions WHERE consumer=?", (consumer,))
        position: int = found[0][0] if found else 0
        end = self._end()
        task = asyncio.current_task()
        if task is not None:
            self._seen.setdefault(task, {})[tuple(types)] = end
            if self._heard is None:
                self._heard = end
        # After a trim the log begins later than the position.
        first = select("SELECT min(seq) FROM bus_log WHERE seq>?", (position,))[0][0]
        if first is not None:
            position = max(position, first - 1)
        only = f" AND type IN ({','.join('?' * len(types))})" if types else ""
        sql = (
            "SELECT seq,type,key,at,id,body FROM bus_log "
            f"WHERE seq>? AND seq<=?{only} ORDER BY seq LIMIT ?"
        )
        events: list[Event] = []
        size = 0
        while position < end and len(events) < limit and size < MOST_BYTES:
            upto = min(end, position + SPAN)
            # Nobody knows how large they are before the first few are there.
            small = size < LARGE * len(events)
            room = limit - len(events) if small else min(limit - len(events), FEW)
            rows = select(sql, (position, upto, *types, room))
            for seq, type_, key, at, id_, body in rows:
                size += len(body)
                data = decode(body) if len(body) < LARGE else Encoded(body)
                events.append(Event(type_, key, at, data, id_, seq, STREAM))
            position = rows[-1][0] if len(rows) == room else upto
            if not rows:
                await asyncio.sleep(0)
        if events and followed():
            events = self._caused(events)
        return EventBatch(events, position, STREAM)

    def _caused(self, events: list[Event]) -> list[Event]:
        """With the ``traceparent`` of what caused them, where it is known."""
        numbers = encode([event.sequence for event in events]).decode()
        known = dict(self._database.select(_CAUSED, (numbers,)))
        if not known:
            return events
        return [replace(event, trace=known.get(event.sequence, "")) for event in events]

    async def acknowledge(self, consumer: str, position: int, stream: str = STREAM) -> None:
        sql = _MOVE + " WHERE excluded.position>position"
        await self._move(sql, consumer, position, stream)

    async def rewind(self, consumer: str, position: int, stream: str = STREAM) -> None:
        await self._move(_MOVE, consumer, position, stream)

    async def _move(self, sql: str, consumer: str, position: int, stream: str) -> None:
        _known(stream)
        if position < 0:
            raise ValueError("a position is not negative")

        def work(group: Group) -> None:
            group.run(sql, (consumer, position))

        await self._database.submit(work)

    async def end(self, stream: str = STREAM) -> int:
        _known(stream)
        return self._end()

    def _end(self) -> int:
        return int(self._database.select(_END)[0][0])

    async def wait(self, timeout: float) -> None:
        """As the port says. What this task has read before counts as seen, so that nothing of
        the types it read that was committed between its read and its wait is slept over; a task
        that has read nothing waits no longer than 200 ms.
        """
        task = asyncio.current_task()
        seen = self._seen.pop(task, None) if task is not None else None
        if seen is None:
            seen, timeout = {(): self._end()}, min(timeout, BY_TIME_SECONDS)
        known = list(seen.items())

        def news() -> bool:
            return any(self._news(end, types) for types, end in known)

        await self._database.waiters.wait(TOPIC, news, timeout)

    def _news(self, after: int, types: Sequence[str]) -> bool:
        """Whether events of these types, or any if there are none, came later."""
        end = self._end()
        if not types or self._heard is None:
            return end > after
        if end > self._heard:
            for type_, newest in self._database.select(_NEWEST, (self._heard,)):
                self._newest[type_] = max(newest, self._newest.get(type_, 0))
            self._heard = end
        return any(self._newest.get(type_, 0) > after for type_ in types)

    async def consumers(self) -> dict[str, int]:
        """Every consumer's position."""
        return dict(self._database.select("SELECT consumer,position FROM bus_positions"))

    async def trim(self, consumers: Sequence[str], keep_seconds: float) -> int:
        """As the port says. The newest event stays: its number is where the next one goes on."""
        positions = await self.consumers()
        passed = min((positions.get(name, 0) for name in consumers), default=self._end())
        since = instant(self._clock.now() - timedelta(seconds=keep_seconds))
        # In the order of the log, so that it ends where what is kept begins.
        kept = self._database.select(
            "SELECT seq FROM bus_log WHERE at>=? ORDER BY seq LIMIT 1", (since,)
        )
        before = min(passed + 1, kept[0][0] if kept else passed + 1)

        def work(group: Group) -> int:
            connection = group.direct()
            connection.execute(
                "DELETE FROM bus_log WHERE seq IN (SELECT seq FROM bus_log WHERE seq<? "
                "AND seq<(SELECT max(seq) FROM bus_log) ORDER BY seq LIMIT 2000)",
                (before,),
            )
            removed = connection.changes()
            connection.execute(_FORGET)
            return removed

        count = 0
        while (removed := await self._database.submit(work, long=True)) > 0:
            count += removed
        return count


def _told(appended: "asyncio.Future[Any]") -> None:
    if not appended.cancelled() and (error := appended.exception()) is not None:
        _log.warning(_LOST, exc_info=error)


def _known(stream: str) -> None:
    if stream != STREAM:
        raise ValueError(f"the log has no stream {stream}")


def _put(group: Group, parts: Sequence[Part]) -> None:
    for rows, trace in parts:
        group.append(rows, trace)


def _create(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
    connection.execute(TRACES)
    connection.execute(_POSITIONS)
