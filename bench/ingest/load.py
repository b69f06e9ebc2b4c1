"""The load: keep-alive connections that send batch after batch, or at a given pace."""

import asyncio
import time
from dataclasses import dataclass, field

from bench.ingest.batches import EVENTS, Batches

HEAD = (
    "POST /v1/events/batch HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
    "Content-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
)


@dataclass
class Load:
    """`sent_at` has when each batch was due, by the monotonic clock."""

    seconds: float = 0.0
    events: int = 0
    refused: int = 0
    latencies: list[float] = field(default_factory=list)
    sent_at: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.events / self.seconds

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e3


class _Connection:
    def __init__(self, port: int, key: str) -> None:
        self._port, self._key = port, key

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def send(self, body: bytes) -> int:
        """How many events were taken. Raises ConnectionError for anything but a 202."""
        head = HEAD.format(port=self._port, key=self._key, size=len(body)).encode()
        self._writer.write(head)
        self._writer.write(body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        size = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        told = await self._reader.readexactly(size)
        if not answer.startswith(b"HTTP/1.1 202"):
            raise ConnectionError((answer + told)[:300].decode(errors="replace"))
        return int(told.split(b'"accepted":')[1].split(b",")[0])

    def close(self) -> None:
        self._writer.close()


async def drive(
    port: int, key: str, batches: Batches, seconds: float, connections: int, rate: float = 0.0
) -> Load:
    """As many batches as come through, or `rate` events a second, spread evenly."""
    load = Load()
    lines = [_Connection(port, key) for _ in range(connections)]
    for line in lines:
        await line.open()
    began = time.monotonic()
    number = 0

    async def work(line: _Connection) -> None:
        nonlocal number
        while True:
            if rate:
                due = began + number * EVENTS / rate
                number += 1
                if due >= began + seconds:
                    return
                await asyncio.sleep(max(0.0, due - time.monotonic()))
            else:
                due = time.monotonic()
                if due >= began + seconds:
                    return
            body = batches.next()
            load.sent_at.append(due)
            taken = await line.send(body)
            load.latencies.append(time.monotonic() - due)
            load.events += taken
            load.refused += EVENTS - taken

    try:
        await asyncio.gather(*(work(line) for line in lines))
        load.seconds = time.monotonic() - began
    finally:
        for line in lines:
            line.close()
    return load
