"""WebSocket connections of the local server: the protocol's messages in, the hub's out."""

import asyncio
import contextlib
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

_SIGN_IN_SECONDS = 10
_PING_SECONDS = 25
_UNAUTHENTICATED = 4001


def live_handler(local: LocalPlatform, authenticate: Authenticator) -> WebsocketRouteHandler:
    """The handler of ``/v1/ws``. Anybody may connect; only who authenticates may subscribe."""

    @websocket("/v1/ws", opt=allow(PUBLIC))
    async def live(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.accept()
        connection = new_id("con")

        async def send(data: bytes) -> None:
            await socket.send_data(data.decode(), mode="text")

        async def close(code: int, reason: str) -> None:
            await socket.close(code, reason)

        session = Session(local.ports, authenticate, connection)
        local.push.attach(connection, send, close)
        pinging = asyncio.create_task(_ping(send))
        try:
            await _converse(socket, session, send)
        except WebSocketDisconnect:
            pass
        finally:
            pinging.cancel()
            local.push.detach(connection)

    return live


async def _ping(send: Any) -> None:
    while True:
        await asyncio.sleep(_PING_SECONDS)
        with contextlib.suppress(Exception):
            await send(b'{"type":"ping"}')


async def _converse(socket: WebSocket[Any, Any, Any], session: Session, send: Any) -> None:
    while True:
        if session.actor is None:
            try:
                text = await asyncio.wait_for(
                    socket.receive_data(mode="text"), timeout=_SIGN_IN_SECONDS
                )
            except asyncio.TimeoutError:
                await socket.close(_UNAUTHENTICATED, "authenticate first")
                return
        else:
            text = await socket.receive_data(mode="text")
        for reply in await session.receive(text):
            await send(msgspec.json.encode(reply))
