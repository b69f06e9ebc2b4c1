"""A client of the live connection that notices every gap."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

PATIENCE_SECONDS = 120.0


class Live:
    """Messages by channel, in order; ``gaps`` are the places where a number was left out."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._last: dict[str, int] = {}
        self._news = asyncio.Condition()
        self.messages: list[dict[str, Any]] = []
        self.gaps: list[tuple[str, int, int]] = []
        self._refused: list[dict[str, Any]] = []

    async def run(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            if message["type"] == "ping":
                await self._socket.send('{"type":"pong"}')
            elif message["type"] == "message":
                channel, sequence = message["channel"], message["sequence"]
                # Where several processes answer, the first may come before "subscribed".
                last = self._last.get(channel, sequence - 1)
                if sequence != last + 1:
                    self.gaps.append((channel, last, sequence))
                self._last[channel] = sequence
                async with self._news:
                    self.messages.append(message)
                    self._news.notify_all()
            elif message["type"] == "subscribed":
                known = self._last.get(message["channel"], 0)
                self._last[message["channel"]] = max(known, message["sequence"])
                async with self._news:
                    self._news.notify_all()
            else:
                async with self._news:
                    self._refused.append(message)
                    self._news.notify_all()
                raise AssertionError(message)

    async def _until(self, good: Callable[[], Any]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self._news:
            await self._news.wait_for(lambda: good() or self._refused)
        assert not self._refused, self._refused

    async def subscribe(self, *channels: str) -> None:
        await self._socket.send(json.dumps({"type": "subscribe", "channels": channels}))
        await self._until(lambda: set(channels) <= self._last.keys())

    async def heard(self, channel: str, event: str, **data: Any) -> dict[str, Any]:
        """The first message of this kind, waited for."""

        def found() -> list[dict[str, Any]]:
            return [
                message
                for message in self.messages
                if message["channel"] == channel
                and message["event"] == event
                and data.items() <= message["data"].items()
            ]

        await self._until(found)
        return found()[0]


@asynccontextmanager
async def listening(base_url: str, token: str, url: str | None = None) -> AsyncIterator[Live]:
    """Signed in by message, so that the token stands in no address. ``url`` is the connection's,
    where it is not one of the API's paths.
    """
    address = url or base_url.replace("http", "ws", 1) + "/v1/ws"
    # The first connection may have to wait for a function to start.
    async with connect(address, open_timeout=PATIENCE_SECONDS) as socket:
        await socket.send(json.dumps({"type": "authenticate", "token": token}))
        answer = json.loads(await socket.recv())
        assert answer["type"] == "authenticated", answer
        live = Live(socket)
        running = asyncio.create_task(live.run())
        try:
            yield live
        finally:
            running.cancel()
            done = await asyncio.gather(running, return_exceptions=True)
        if isinstance(done[0], AssertionError):
            raise done[0]
