"""The event log in SQLite and each consumer's position in it."""

import asyncio
import weakref
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import apsw

from omnix.adapters.local.database import POLL_SECONDS, Database
from omnix.adapters.local.group import Group
from omnix.adapters.local.log import SCHEMA, TOPIC, prepared
from omnix.adapters.local.tables import decode
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.ports import Clock, EventBatch

STREAM = "0"
# Events looked over by one statement: filters have no index, which would cost every write.
SPAN = 5000
_POSITIONS = (
    "CREATE TABLE IF NOT EXISTS bus_positions(consumer TEXT PRIMARY KEY, position INTEGER NOT NULL)"
    " WITHOUT ROWID"
)
_END = "SELECT coalesce(max(seq),0) FROM bus_log"
_MOVE = (
    "INSERT INTO bus_positions VALUES(?,?) "
    "ON CONFLICT(consumer) DO UPDATE SET position=excluded.position"
)


class LocalBus:
    """The log that ``LocalRecords`` of the same database appends to, in order of commit."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._seen: weakref.WeakKeyDictionary[asyncio.Task[Any], int] = weakref.WeakKeyDictionary()
        database.transact(_create)

    async def publish(self, events: Sequence[Event]) -> None:
        if not events:
            return
        rows = prepared(events)
        await self._database.submit(lambda group: group.append(rows), TOPIC)

    async def read(self, consumer: str, types: Sequence[str], limit: int = 500) -> EventBatch:
        select = self._database.select
        found = select("SELECT position FROM bus_positions WHERE consumer=?", (consumer,))
        position: int = found[0][0] if found else 0
        end = self._end()
        task = asyncio.current_task()
        if task is not None:
            self._seen[task] = end
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
        while position < end and len(events) < limit:
            upto = min(end, position + SPAN)
            room = limit - len(events)
            rows = select(sql, (position, upto, *types, room))
            for seq, type_, key, at, id_, body in rows:
                events.append(Event(type_, key, at, decode(body), id_, seq, STREAM))
            position = rows[-1][0] if len(rows) == room else upto
            if not rows:
                await asyncio.sleep(0)
        return EventBatch(events, position, STREAM)

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
            group.direct().execute(sql, (consumer, position))

        await self._database.submit(work)

    async def end(self, stream: str = STREAM) -> int:
        _known(stream)
        return self._end()

    def _end(self) -> int:
        return int(self._database.select(_END)[0][0])

    async def wait(self, timeout: float) -> None:
        """As the port says. What this task has read before counts as seen, so that nothing
        committed between its read and its wait is slept over; a task that has read nothing
        waits no longer than 200 ms.
        """
        task = asyncio.current_task()
        seen = self._seen.get(task) if task is not None else None
        if seen is None:
            seen, timeout = self._end(), min(timeout, POLL_SECONDS)
        known = seen
        await self._database.wait(TOPIC, lambda: self._end() > known, timeout)

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
            return connection.changes()

        count = 0
        while (removed := await self._database.submit(work, long=True)) > 0:
            count += removed
        return count


def _known(stream: str) -> None:
    if stream != STREAM:
        raise ValueError(f"the log has no stream {stream}")


def _create(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
    connection.execute(_POSITIONS)
