"""The queue of jobs in SQLite. A message is held by a receipt until its visibility runs out."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import apsw

from omnix.adapters.local.database import Database
from omnix.adapters.local.group import Group
from omnix.adapters.local.tables import decode, encode
from omnix.kit.ids import new_id
from omnix.kit.paging import Page, decode_cursor, encode_cursor
from omnix.kit.time import instant
from omnix.ports import MAX_DELAY, MAX_PAYLOAD, MAX_VISIBILITY, Clock, DeadLetter, Message

TOPIC = "jobs"
# Ids are remembered this long after the work is done, so that a repeated send does nothing.
REMEMBER_SECONDS = 86_400.0
QUEUED, DEAD, DONE = 0, 1, 2
# Nothing that nobody holds was to wait as long as the second: the clock was put back since.
_DUE = f"(due<=?1 OR due>?1+{MAX_DELAY} AND receipt IS NULL)"
# ``due`` is when the message may be received, or forgotten once it is done; ``receipt`` is
# null while nobody holds it. ``number`` keeps the order of sending.
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS jobs(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "
    "name TEXT NOT NULL, payload BLOB NOT NULL, state INTEGER NOT NULL, due REAL NOT NULL, "
    "attempt INTEGER NOT NULL, receipt TEXT, error TEXT, at TEXT)",
    "CREATE INDEX IF NOT EXISTS jobs_due ON jobs(state, due, number)",
)


class LocalJobs:
    """Jobs in ``database``, timed by ``clock``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

        def create(connection: apsw.Connection) -> None:
            for statement in _SCHEMA:
                connection.execute(statement)

        database.transact(create)

    async def send(
        self, name: str, payload: Mapping[str, Any], *, id: str | None = None, delay: float = 0
    ) -> str:
        given = new_id("job") if id is None else id
        # What is due at once stays so even if the clock is put back.
        body, due = encode(payload), self._time() + delay if delay > 0 else 0.0
        if len(body) > MAX_PAYLOAD:
            raise ValueError(f"a payload of {len(body)} bytes is more than {MAX_PAYLOAD}")
        _within(delay, MAX_DELAY)

        def work(group: Group) -> None:
            connection = group.direct()
            # Makes room for as much as it adds, so that what is remembered does not pile up.
            connection.execute(
                "DELETE FROM jobs WHERE number IN "
                "(SELECT number FROM jobs WHERE state=2 AND due<? LIMIT 3)",
                (self._time(),),
            )
            connection.execute(
                "INSERT INTO jobs(id,name,payload,state,due,attempt) VALUES(?,?,?,0,?,0) "
                "ON CONFLICT(id) DO NOTHING",
                (given, name, body, due),
            )

        await self._database.submit(work, TOPIC)
        return given

    async def receive(
        self, names: Sequence[str], visibility: float, wait: float = 0
    ) -> Message | None:
        """As the port says. Whoever waits for a job that becomes due by the passing of time gets
        it within 200 ms.
        """
        _within(visibility, MAX_VISIBILITY)
        if not names:
            return None
        if wait > 0:
            await self._database.waiters.wait(
                TOPIC, lambda: self._waiting(names), wait, by_time=True
            )
        if not self._waiting(names):
            return None
        receipt = uuid.uuid4().hex
        marks = ",".join("?" * len(names))
        sql = (
            "UPDATE jobs SET attempt=attempt+1, due=?2, receipt=?3 WHERE number="
            f"(SELECT number FROM jobs WHERE state=0 AND {_DUE} AND name IN ({marks}) "
            "ORDER BY due, number LIMIT 1) RETURNING id,name,payload,attempt"
        )

        def work(group: Group) -> list[tuple[Any, ...]]:
            connection = group.direct()
            now = self._time()
            rows: list[tuple[Any, ...]] = connection.execute(
                sql, (now, now + visibility, receipt, *names)
            ).fetchall()
            return rows

        rows = await self._database.submit(work)
        if not rows:
            return None
        id_, name, payload, attempt = rows[0]
        return Message(id_, name, decode(payload), attempt, receipt)

    def _waiting(self, names: Sequence[str]) -> bool:
        """Looked up by reading first: an idle worker must not write four times a second."""
        return bool(
            self._database.select(
                f"SELECT 1 FROM jobs WHERE state=0 AND {_DUE} "
                f"AND name IN ({','.join('?' * len(names))}) LIMIT 1",
                (self._time(), *names),
            )
        )

    async def extend(self, message: Message, visibility: float) -> bool:
        _within(visibility, MAX_VISIBILITY)
        return await self._held(message, "due=? WHERE due>? AND", float(visibility), 0.0)

    async def done(self, message: Message) -> None:
        await self._held(
            message, "state=2, payload=x'', receipt=NULL, due=? WHERE", REMEMBER_SECONDS
        )

    async def fail(self, message: Message, error: str, *, retry_in: float | None) -> None:
        if retry_in is None:
            at = instant(self._clock.now())
            await self._held(message, "state=1, receipt=NULL, error=?, at=? WHERE", error, at)
        else:
            _within(retry_in, MAX_DELAY)
            changes = "receipt=NULL, error=?, due=? WHERE"
            await self._held(message, changes, error, float(retry_in))

    async def release(self) -> None:
        """Give back every message that is held. For whoever knows that no holder is alive."""

        def work(group: Group) -> None:
            group.direct().execute(
                "UPDATE jobs SET receipt=NULL, due=0 WHERE state=0 AND receipt IS NOT NULL"
            )

        await self._database.submit(work, TOPIC)

    async def _held(self, message: Message, changes: str, *values: str | float) -> bool:
        """Change the message if this receipt still holds it; a float is seconds from now."""
        sql = f"UPDATE jobs SET {changes} state=0 AND id=? AND receipt=?"

        def work(group: Group) -> bool:
            connection = group.direct()
            now = self._time()
            parts = [now + value if isinstance(value, float) else value for value in values]
            connection.execute(sql, (*parts, message.id, message.receipt))
            return connection.changes() > 0

        held: bool = await self._database.submit(work, TOPIC)
        return held

    async def dead(self, limit: int = 50, cursor: str | None = None) -> Page[DeadLetter]:
        after: Sequence[str | int] = ("", "") if cursor is None else decode_cursor(cursor, 2)
        rows = self._database.select(
            "SELECT id,name,payload,attempt,error,at FROM jobs WHERE state=1 "
            "AND (at,id)>(?,?) ORDER BY at,id LIMIT ?",
            (*after, limit + 1),
        )
        letters = [DeadLetter(r[0], r[1], decode(r[2]), r[3], r[4], r[5]) for r in rows[:limit]]
        more = len(rows) > limit
        return Page(letters, encode_cursor([letters[-1].at, letters[-1].id]) if more else None)

    async def redrive(self, id: str) -> bool:
        def work(group: Group) -> bool:
            connection = group.direct()
            connection.execute(
                "UPDATE jobs SET state=0, due=?, attempt=0, error=NULL, at=NULL "
                "WHERE id=? AND state=1",
                (self._time(), id),
            )
            return connection.changes() > 0

        found: bool = await self._database.submit(work, TOPIC)
        return found

    async def counts(self) -> Mapping[str, int]:
        """A message whose holder's time ran out counts as queued again."""
        row = self._database.select(
            "SELECT count(*) FILTER (WHERE state=0 AND (receipt IS NULL OR due<=?1)), "
            "count(*) FILTER (WHERE state=0 AND receipt IS NOT NULL AND due>?1), "
            "count(*) FILTER (WHERE state=1) FROM jobs WHERE state<2",
            (self._time(),),
        )[0]
        return {"queued": row[0], "running": row[1], "dead": row[2]}

    def _time(self) -> float:
        return self._clock.now().timestamp()


def _within(seconds: float, most: float) -> None:
    if seconds > most:
        raise ValueError(f"{seconds} seconds are more than {most}")
