"""A peer: OMNIX's own HTTP server and reader, and another store behind them.

`python -m bench.ingest.peer serve STORE ADDRESS PORT KEY` answers; `... count ADDRESS` is the
consumer that Redis needs beside it.
"""

import contextlib
import functools
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import uvloop

from bench.ingest.stores import PostgresStore, Redis, RedisStore, command
from omnix.domains.streaming import cells, reader, tally
from omnix.domains.streaming.judging import Shopfront
from omnix.domains.streaming.model import EventBatch, TakenEvents
from omnix.domains.streaming.tally import Told
from omnix.kit.errors import Unauthenticated, Unavailable
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.platform.direct import Direct, Lane
from omnix.runtimes.edge import EdgeServer
from omnix.runtimes.lane import LaneHttp
from omnix.runtimes.local import _listen

WRITER = Actor("bench", "service", frozenset({"events:write"}))


async def _health(scope: Any, receive: Any, send: Any) -> None:
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
    )
    await send({"type": "http.response.body", "body": b"{}"})


async def serve(store: str, address: str, port: int, key: str) -> None:
    once = store.endswith("-once")
    made = RedisStore(address, once) if store.startswith("redis") else PostgresStore(address, once)
    await made.open()

    async def authenticate(headers: Mapping[str, str]) -> Actor:
        if headers.get("authorization") != f"Bearer {key}":
            raise Unauthenticated("another key")
        return WRITER

    async def take(_: Any, body: bytes) -> TakenEvents:
        read = reader.read(body, Shopfront(datetime.now(UTC), "EUR"))
        if read is None or read.odd:
            raise Unavailable("the load is of plain events")
        taken = await made.keep(read)
        return TakenEvents(accepted=taken, duplicates=[], refused=[])

    async def nobody(*_: Any) -> Any:
        raise Unavailable("the reader was not compiled")

    route = Direct("/v1/events/batch", "events:write", EventBatch, 202, nobody, quick=take)
    lane = Lane(None, authenticate, [route])  # type: ignore[arg-type]
    server = EdgeServer(_health, functools.partial(LaneHttp, lane=lane))
    server.stop_on_signals()
    await server.serve(sockets=[_listen("127.0.0.1", port)])


async def count(address: str) -> None:
    """Counts minutes and interest as OMNIX does, in memory, and acknowledges what it counted."""
    redis = Redis(address)
    await redis.open()
    with contextlib.suppress(RuntimeError):
        await redis.ask([command(b"XGROUP", b"CREATE", b"events", b"g", b"0", b"MKSTREAM")])
    minutes: dict[int, Any] = {}
    ask = command(b"XREADGROUP", b"GROUP", b"g", b"c", b"COUNT", b"100", b"BLOCK", b"1000",
                  b"STREAMS", b"events", b">")  # fmt: skip
    while True:
        (answer,) = await redis.ask([ask])
        if answer is None:
            continue
        entries = answer[0][1]
        now = instant(datetime.now(UTC))
        told = [
            Told.of(Event("events.received", "", now, {"rows": msgspec.json.decode(fields[1])}, ""))
            for _, fields in entries
        ]
        for slot, cell in tally.minutes(told).items():
            if slot in minutes:
                minutes[slot].merge(cell)
            else:
                minutes[slot] = cell
        tally.interest(told, cells.shard, cells.SHARDS)
        # What is counted need not stay, or the memory would be full in a minute.
        ids = [entry[0] for entry in entries]
        await redis.ask(
            [command(b"XACK", b"events", b"g", *ids), command(b"XDEL", b"events", *ids)]
        )


if __name__ == "__main__":
    if sys.argv[1] == "count":
        uvloop.run(count(sys.argv[2]))
    else:
        _, _, kind, where, at, secret = sys.argv
        uvloop.run(serve(kind, where, int(at), secret))
