"""Questions at their appointed times from one thread, cheap enough not to be what is measured."""

import random
import select
import socket
import time
from collections import deque
from dataclasses import dataclass

from bench.orders.processes import BenchError

CONNECTIONS = 16
ITEMS = 20
PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Seen:
    """``took``: seconds from appointed times to whole answers, ascending; ``late``: the 99th
    percentile of what the client itself was late by, its waiting for a connection left out."""

    took: list[float]
    late: float

    def at(self, share: float) -> float:
        """A quantile of ``took``."""
        return self.took[min(len(self.took) - 1, int(len(self.took) * share))]


class _Line:
    """A keep-alive connection with at most one question under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._got = bytearray()
        self._whole = 0
        self.due = 0.0

    def fileno(self) -> int:
        return self.socket.fileno()

    def send(self, request: bytes, due: float) -> None:
        self.due = due
        self.socket.sendall(request)

    def done(self) -> bool:
        """Takes what has come; whether that completes the answer. Raises BenchError for a bad
        one."""
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise BenchError("the server hung up")
        self._got += piece
        if not self._whole:
            head, end, _ = self._got.partition(b"\r\n\r\n")
            if not end:
                return False
            length = head.lower().partition(b"content-length:")[2].split(b"\r", 1)[0]
            self._whole = len(head) + 4 + int(length)
        if len(self._got) < self._whole:
            return False
        if self._got[9:12] != b"200" or self._got.count(b'"sku":') != ITEMS:
            raise BenchError(f"not an answer of {ITEMS} items: {bytes(self._got[:300])!r}")
        self._got.clear()
        self._whole = 0
        return True


def ask(port: int, key: str, customers: int, rate: int, seconds: int) -> Seen:
    """``rate`` questions a second for customers at random, however long answers take."""
    rng = random.Random(seconds)
    head = f" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n"
    lines = [_Line(port) for _ in range(CONNECTIONS)]
    free, busy = deque(lines), set[_Line]()
    waiting: deque[float] = deque()
    took: list[float] = []
    lates: list[float] = []
    begin = time.perf_counter() + 0.1
    dues = [begin + n / rate for n in range(rate * seconds)]
    coming = 0
    while len(took) < len(dues):
        now = time.perf_counter()
        if now > dues[-1] + PATIENCE_SECONDS:
            raise BenchError(f"{len(took)} of {len(dues)} answers in time")
        while coming < len(dues) and dues[coming] <= now:
            waiting.append(dues[coming])
            lates.append(now - dues[coming])
            coming += 1
        while waiting and free:
            line = free.popleft()
            path = f"/v1/recommendations/customers/C{rng.randrange(customers):06d}?limit={ITEMS}"
            line.send(f"GET {path}{head}".encode(), waiting.popleft())
            busy.add(line)
        pause = dues[coming] - time.perf_counter() if coming < len(dues) else 1.0
        ready, _, _ = select.select(busy, [], [], max(0.0, pause))
        for line in ready:
            if line.done():
                took.append(time.perf_counter() - line.due)
                busy.remove(line)
                free.append(line)
    for line in lines:
        line.socket.close()
    return Seen(sorted(took), sorted(lates)[int(len(lates) * 0.99)])
