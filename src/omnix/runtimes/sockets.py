"""WebSocket connections of the local server: the protocol's messages in, the hub's out."""

import asyncio
import contextlib
import logging
import struct
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import lru_cache
from typing import Any

import msgspec
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.handlers import WebsocketRouteHandler

from omnix.adapters.local.platform import LocalPlatform
from omnix.domains.realtime.protocol import Session
from omnix.kit.ids import new_id
from omnix.platform.access import PUBLIC, Authenticator
from omnix.platform.http import allow
from omnix.runtimes.edge import WRITE

_log = logging.getLogger("omnix.live")

SIGN_IN_SECONDS = 10.0
PING_SECONDS = 25.0
UNABLE = 1013
"""Close code: events cannot be followed now, for instance because the disk is full."""

Seat = Callable[[], AbstractAsyncContextManager[None]]
UNAUTHENTICATED = 4001
"""Close code: nobody signed in in time, or the proof of who did holds no more."""


def live_handler(
    local: LocalPlatform,
    authenticate: Authenticator,
    ping_seconds: float = PING_SECONDS,
    seat: Seat = contextlib.nullcontext,
) -> WebsocketRouteHandler:
    """The handler of ``/v1/ws``. Anybody may connect; only who authenticates may subscribe.

    Every ``ping_seconds`` the client's proof is looked at anew. A client is heard once it has a
    ``seat``.
    """

    @websocket("/v1/ws", opt=allow(PUBLIC))
    async def live(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.accept()
        connection = new_id("con")
        # Held from a subscription to its reply: what is published between them comes after.
        turn = asyncio.Lock()

        async def push(data: bytes) -> None:
            async with turn:
                await socket.send_data(data.decode(), mode="text")

        write = _extensions(socket).get(WRITE)

        def at_once(data: bytes) -> bool:
            return write is not None and not turn.locked() and write(_framed(data))

        async def close(code: int, reason: str) -> None:
            await socket.close(code, reason)

        session = Session(local.ports, authenticate, connection)
        try:
            async with seat():
                local.push.attach(connection, push, close, at_once)
                watching = asyncio.create_task(_watch(socket, session, turn, ping_seconds))
                try:
                    await _converse(socket, session, turn)
                except WebSocketDisconnect:
                    pass
                finally:
                    watching.cancel()
                    local.push.detach(connection)
        except TimeoutError:
            await socket.close(UNABLE, "no live updates now; try again later")

    return live


def _extensions(socket: WebSocket[Any, Any, Any]) -> dict[str, Any]:
    """What the server offers this connection beyond the framework."""
    offered: dict[str, Any] = socket.scope.get("extensions") or {}
    return offered


@lru_cache(maxsize=1)
def _framed(data: bytes) -> bytes:
    """A whole message in one text frame, the same for all who get it."""
    length = len(data)
    if length < 126:
        return struct.pack("!BB", 0x81, length) + data
    if length < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, length) + data
    return struct.pack("!BBQ", 0x81, 127, length) + data


async def _watch(
    socket: WebSocket[Any, Any, Any], session: Session, turn: asyncio.Lock, every: float
) -> None:
    """Ping, and look whether the client may still hear what it hears, until it may not."""
    with contextlib.suppress(Exception):  # the client is gone, which the conversation notices
        while True:
            await asyncio.sleep(every)
            async with turn:
                told = await _looked(session)
                if told is None:
                    break
                for message in (*told, {"type": "ping"}):
                    await socket.send_data(msgspec.json.encode(message).decode(), mode="text")
        await socket.close(UNAUTHENTICATED, "sign in again")


async def _looked(session: Session) -> list[dict[str, Any]] | None:
    try:
        return await session.recheck()
    except Exception as error:
        # Whoever cannot be checked must not listen on for ever.
        _log.error("a live connection could not be checked", exc_info=error)
        return None


async def _converse(socket: WebSocket[Any, Any, Any], session: Session, turn: asyncio.Lock) -> None:
    try:
        # One limit for all of it: whoever chats without signing in does not stay either.
        async with asyncio.timeout(SIGN_IN_SECONDS):
            while session.actor is None:
                await _exchange(socket, session, turn)
    except TimeoutError:
        await socket.close(UNAUTHENTICATED, "authenticate first")
        return
    while True:
        await _exchange(socket, session, turn)


async def _exchange(socket: WebSocket[Any, Any, Any], session: Session, turn: asyncio.Lock) -> None:
    text = await socket.receive_data(mode="text")
    async with turn:
        for reply in await session.receive(text):
            await socket.send_data(msgspec.json.encode(reply).decode(), mode="text")
    # What is there already comes without a wait: who sends without end leaves others their turn.
    await asyncio.sleep(0)
