"""From the sending of a batch to the WebSocket message whose figures hold it."""

import asyncio
import json
import time

from websockets.asyncio.client import connect

from bench.ingest.batches import EVENTS, Batches
from bench.ingest.load import Load, drive
from bench.orders.processes import BenchError


async def end_to_end(
    port: int, key: str, batches: Batches, seconds: float, rate: float
) -> tuple[Load, list[float]]:
    """The load at `rate` events a second, and of each batch the seconds until it was seen.

    A message tells how many events the last half hour holds, and there was one before all of
    these: the message that holds as many as were sent up to a batch has seen it.
    """
    seen: list[tuple[float, int]] = []
    async with connect(f"ws://127.0.0.1:{port}/v1/ws", max_size=None) as socket:
        await socket.send(json.dumps({"type": "authenticate", "token": key}))
        await socket.recv()
        await socket.send(json.dumps({"type": "subscribe", "channels": ["streaming"]}))
        await socket.recv()

        async def listen() -> None:
            async for text in socket:
                now = time.monotonic()
                message = json.loads(text)
                if message["type"] == "ping":
                    await socket.send(json.dumps({"type": "pong"}))
                elif message.get("event") == "streaming.refreshed":
                    seen.append((now, message["data"]["events"]))

        listening = asyncio.create_task(listen())

        async def all_seen(events: int) -> None:
            for _ in range(120):
                if seen and seen[-1][1] >= events:
                    return
                await asyncio.sleep(0.5)
            raise BenchError("what was sent is not told of")

        before = (await drive(port, key, batches, 0.01, 1)).events + 1
        await all_seen(before)
        load = await drive(port, key, batches, seconds, 32, rate)
        await all_seen(before + load.events)
        listening.cancel()
    delays = []
    at = 0
    for number, sent in enumerate(sorted(load.sent_at), 1):
        while at < len(seen) and seen[at][1] < before + number * EVENTS:
            at += 1
        delays.append(seen[at][0] - sent if at < len(seen) else float("inf"))
    return load, delays
