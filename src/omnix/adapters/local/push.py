"""Channels to the WebSocket clients of this process. A slow client never slows the others."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from omnix.kit.errors import NotFound
from omnix.ports import Clock, Joined

Send = Callable[[bytes], Awaitable[None]]
Close = Callable[[int, str], Awaitable[None]]
AtOnce = Callable[[bytes], bool]

TOO_SLOW = 4008
"""Close code: the client did not keep up. It connects again and reads what it missed."""

WAITING = 256
BEHIND = 16
"""From so many waiting messages on, one that says the latest takes the place of those before it."""

CLOSE_SECONDS = 5.0
A_TURN = 2_000
"""Messages written at once, after which whatever else the process does has its turn."""


def _never(_: bytes) -> bool:
    return False


class _Connection:
    __slots__ = ("at_once", "channels", "close", "send", "task", "waiting")

    def __init__(self, send: Send, close: Close, at_once: AtOnce) -> None:
        self.send = send
        self.close = close
        self.at_once = at_once
        # An empty deque takes ten times as much, of each of thousands.
        self.waiting: list[tuple[str, bytes]] = []
        self.channels: set[str] = set()
        # While something waits: most clients never need one.
        self.task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        while self.waiting:
            await self.send(self.waiting.pop(0)[1])
        self.task = None

    def supersede(self, topic: str) -> None:
        """Forget what waits of ``topic``."""
        self.waiting = [one for one in self.waiting if one[0] != topic]


class LocalPush:
    """Connections are attached by the WebSocket route that serves them.

    A channel's sequence begins at the milliseconds of its first use, so that numbers of before
    a restart never look like the present ones.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._connections: dict[str, _Connection] = {}
        self._subscribers: dict[str, dict[str, _Connection]] = {}
        self._sequences: dict[str, int] = {}
        self._told: dict[str, float] = {}  # the last message of each channel, by time.monotonic
        self._since = time.monotonic()  # before which nothing is known of any channel
        self._closing: set[asyncio.Task[None]] = set()
        self._written = 0  # at once, since the last turn

    def attach(self, connection: str, send: Send, close: Close, at_once: AtOnce = _never) -> None:
        """Make ``connection`` known. ``send`` gets one encoded message at a time.

        Where none waits, ``at_once`` is asked first: True says that it has sent the message.
        With more than 256 messages waiting the connection is detached, and ``close`` gets
        TOO_SLOW and a reason. If ``send`` raises, the connection is detached silently.
        """
        if connection in self._connections:
            raise ValueError(f"{connection} is attached already")
        self._connections[connection] = _Connection(send, close, at_once)

    def detach(self, connection: str) -> None:
        """Forget the connection and its subscriptions, if it is known."""
        made = self._connections.pop(connection, None)
        if made is None:
            return
        for channel in list(made.channels):
            self._leave(connection, made, channel)
        if made.task is not None:
            made.task.cancel()

    def connected(self) -> int:
        """How many connections are attached."""
        return len(self._connections)

    def skip(self) -> None:
        """Let no channel's number look like one of before: something may have gone untold."""
        now, self._since = self._now(), time.monotonic()
        self._sequences = {name: max(last + 1, now) for name, last in self._sequences.items()}

    async def subscribe(self, connection: str, channel: str) -> Joined:
        """Raises NotFound for a connection that is not attached (any more)."""
        made = self._connections.get(connection)
        if made is None:
            raise NotFound("this connection is closed")
        made.channels.add(channel)
        self._subscribers.setdefault(channel, {})[connection] = made
        last = max(self._told.get(channel, 0.0), self._since)
        return Joined(self._sequence(channel), int(1000 * (time.monotonic() - last)))

    async def unsubscribe(self, connection: str, channel: str | None = None) -> None:
        made = self._connections.get(connection)
        if made is not None:
            for name in list(made.channels) if channel is None else [channel]:
                self._leave(connection, made, name)

    async def publish(
        self, channel: str, event: str, at: str, data: Mapping[str, Any], *, latest: bool = False
    ) -> int:
        sequence = self._sequence(channel) + 1
        self._sequences[channel] = sequence
        self._told[channel] = time.monotonic()
        subscribers = self._subscribers.get(channel)
        if subscribers:
            message = msgspec.json.encode(
                {
                    "type": "message",
                    "channel": channel,
                    "sequence": sequence,
                    "event": event,
                    "at": at,
                    "data": data,
                }
            )
            topic = f"{channel} {event}" if latest else ""
            fullest = 0
            for connection, made in list(subscribers.items()):
                if topic and len(made.waiting) >= BEHIND:
                    made.supersede(topic)
                if len(made.waiting) >= WAITING:
                    self._drop(connection, made)
                elif made.task is None and made.at_once(message):
                    self._written += 1
                else:
                    made.waiting.append((topic, message))
                    if made.task is None:
                        self._start(connection, made)
                fullest = max(fullest, len(made.waiting))
            if fullest >= BEHIND or self._written >= A_TURN:
                self._written = 0
                # Whoever publishes many at once lets them be sent: only a client that does not
                # take them is behind.
                await asyncio.sleep(0)
        return sequence

    def _sequence(self, channel: str) -> int:
        sequence = self._sequences.get(channel)
        if sequence is None:
            sequence = self._sequences[channel] = self._now()
        return sequence

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    def _leave(self, connection: str, made: _Connection, channel: str) -> None:
        made.channels.discard(channel)
        subscribers = self._subscribers.get(channel)
        if subscribers is not None:
            subscribers.pop(connection, None)
            if not subscribers:
                del self._subscribers[channel]

    def _drop(self, connection: str, made: _Connection) -> None:
        self.detach(connection)

        async def close() -> None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(
                    made.close(TOO_SLOW, "too many messages waiting"), CLOSE_SECONDS
                )

        task = asyncio.get_running_loop().create_task(close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _start(self, connection: str, made: _Connection) -> None:
        made.task = asyncio.get_running_loop().create_task(made.run())
        made.task.add_done_callback(lambda task: self._ended(connection, made, task))

    def _ended(self, connection: str, made: _Connection, task: "asyncio.Task[None]") -> None:
        # Looked at, so that asyncio does not report a client's disappearance as a fault.
        failed = task.cancelled() or task.exception() is not None
        if failed and self._connections.get(connection) is made:
            self.detach(connection)
