"""Where the peers keep events: Redis Streams by its protocol, PostgreSQL by asyncpg's COPY."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from omnix.domains.streaming.reader import Read

SEEN_SECONDS = "604800"
COLUMNS = (
    "message_id", "type", "name", "at", "visitor", "customer_id", "session_id", "order_id",
    "query", "url", "currency", "revenue_minor", "properties", "items",
)  # fmt: skip
SCHEMA = """
CREATE TABLE event(message_id text{unique}, type text, name text, at text, visitor text,
    customer_id text, session_id text, order_id text, query text, url text, currency text,
    revenue_minor bigint, properties text, items text);
CREATE TABLE minute(minute text, type text, events bigint, revenue_minor bigint,
    PRIMARY KEY(minute, type));
"""
_COUNT = """
INSERT INTO minute SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
ON CONFLICT(minute, type) DO UPDATE SET events = minute.events + excluded.events,
    revenue_minor = minute.revenue_minor + excluded.revenue_minor
"""


def command(*words: bytes) -> bytes:
    """One command of Redis, as it is sent."""
    return b"*%d\r\n" % len(words) + b"".join([b"$%d\r\n%b\r\n" % (len(w), w) for w in words])


class Redis:
    """One connection, its commands pipelined in the order of the calls."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_unix_connection(
            self._socket, limit=64 << 20
        )

    async def ask(self, commands: Sequence[bytes]) -> list[Any]:
        """The answers, in order."""
        async with self._turn:
            self._writer.write(b"".join(commands))
            return [await self._answer() for _ in commands]

    async def _answer(self) -> Any:
        line = (await self._reader.readuntil(b"\r\n"))[:-2]
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        if kind == b"$":
            if rest == b"-1":
                return None
            return (await self._reader.readexactly(int(rest) + 2))[:-2]
        if kind == b"*":
            return [await self._answer() for _ in range(int(rest))] if rest != b"-1" else None
        return rest


class RedisStore:
    """An entry of the stream for each batch; with ``once``, a key for each id before it."""

    def __init__(self, address: str, once: bool) -> None:
        self._redis = [Redis(address) for _ in range(4)]
        self._once = once
        self._next = 0

    async def open(self) -> None:
        for one in self._redis:
            await one.open()

    async def keep(self, read: Read) -> int:
        self._next += 1
        redis = self._redis[self._next % len(self._redis)]
        body, taken = read.columns, len(read.ids)
        if self._once:
            told = await redis.ask(
                [
                    command(b"SET", id.encode(), b"1", b"NX", b"EX", SEEN_SECONDS.encode())
                    for id in read.ids
                ]
            )
            new = {n for n, answer in enumerate(told) if answer is not None}
            if len(new) < taken:
                rows = [row for n, row in enumerate(read.rows()) if n in new]
                body = msgspec.json.encode(dict(zip(COLUMNS, zip(*rows, strict=True), strict=True)))
                taken = len(new)
        await redis.ask([command(b"XADD", b"events", b"*", b"rows", body)])
        return taken


class PostgresStore:
    """COPY of the rows and an upsert of each minute and type, in one transaction a batch.

    With ``once``, the rows go through a table without rules into one whose ids are unique.
    """

    def __init__(self, address: str, once: bool) -> None:
        self._address = address
        self._once = once

    async def open(self) -> None:
        import asyncpg

        async def prepare(connection: Any) -> None:
            if self._once:
                await connection.execute("CREATE TEMP TABLE come(LIKE event) ON COMMIT DELETE ROWS")

        self._pool = await asyncpg.create_pool(self._address, min_size=6, max_size=6, init=prepare)

    async def keep(self, read: Read) -> int:
        rows = [(*row[:-1], str(row[-1])) for row in read.rows()]
        async with self._pool.acquire() as connection, connection.transaction():
            table = "come" if self._once else "event"
            await connection.copy_records_to_table(table, records=rows, columns=COLUMNS)
            if self._once:
                found = await connection.fetch(
                    "INSERT INTO event SELECT * FROM come ORDER BY message_id "
                    "ON CONFLICT DO NOTHING RETURNING message_id"
                )
                if len(found) < len(rows):
                    new = {each["message_id"] for each in found}
                    rows = [row for row in rows if row[0] in new]
            events = Counter((row[3][:16], row[1]) for row in rows)
            revenue: Counter[tuple[str, str]] = Counter()
            for row in rows:
                revenue[row[3][:16], row[1]] += row[11] or 0
            keys = sorted(events)
            await connection.execute(
                _COUNT,
                [minute for minute, _ in keys],
                [type for _, type in keys],
                [events[key] for key in keys],
                [revenue[key] for key in keys],
            )
        return len(rows)
