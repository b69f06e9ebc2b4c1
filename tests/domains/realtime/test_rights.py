"""A live connection hears what its holder may know now, not what was allowed at its start."""

import asyncio

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from omnix.domains.auth import sessions
from omnix.domains.auth.declare import USERS
from omnix.domains.auth.tokens import LIVES_SECONDS
from omnix.kit.errors import Unavailable
from omnix.ports import Key, Update

from .conftest import PATIENCE, Hub, heard, say

pytestmark = pytest.mark.anyio
AT = "2026-01-01T00:00:00.000Z"


async def _closed_with(socket: ClientConnection) -> int | None:
    async with asyncio.timeout(PATIENCE):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as ended:
            return ended.rcvd.code if ended.rcvd else None


async def _set(hub: Hub, id: Key, **values: object) -> None:
    await hub.ports.records.write([Update(USERS, id, set=values)])


@pytest.mark.parametrize("how", ["signed out", "disabled", "password changed", "token over"])
async def test_who_may_listen_no_more_is_sent_away(hub: Hub, how: str) -> None:
    token = await hub.user("manager")
    async with hub.listening(token) as socket:
        await say(socket, {"type": "subscribe", "channels": ["orders"]})
        assert (await heard(socket))["type"] == "subscribed"
        if how == "signed out":
            await sessions.end(hub.ports, (await hub.access.tokens.verify(token)).session)
        elif how == "disabled":
            await _set(hub, "usr_manager", state="disabled")
        elif how == "password changed":
            await _set(hub, "usr_manager", generation=2)
        else:
            hub.clock.advance(LIVES_SECONDS)
        assert await _closed_with(socket) == 4001
    async with asyncio.timeout(PATIENCE):
        while True:
            if not hub.local.push.connected():
                break
            await asyncio.sleep(0.01)


async def test_another_role_leaves_only_the_channels_that_it_allows(hub: Hub) -> None:
    async with hub.listening(await hub.user("manager")) as socket:
        await say(socket, {"type": "subscribe", "channels": ["orders", "user.usr_manager"]})
        assert [(await heard(socket))["type"] for _ in range(2)] == ["subscribed"] * 2
        await _set(hub, "usr_manager", role="customer")
        assert await heard(socket) == {"type": "unsubscribed", "channel": "orders"}
        await hub.ports.push.publish("orders", "order.placed", AT, {"id": "o1"})
        await hub.ports.push.publish("user.usr_manager", "hello", AT, {})
        assert (await heard(socket))["channel"] == "user.usr_manager"
        await say(socket, {"type": "subscribe", "channels": ["orders"]})
        assert (await heard(socket))["code"] == "forbidden"


async def test_a_newer_token_keeps_the_connection(hub: Hub) -> None:
    token = await hub.user("manager")
    async with hub.listening(token) as socket:
        await say(socket, {"type": "subscribe", "channels": ["orders"]})
        await heard(socket)
        hub.clock.advance(LIVES_SECONDS - 60)
        session = (await hub.access.tokens.verify(token)).session
        newer = await hub.access.tokens.sign("usr_manager", "manager", session)
        await say(socket, {"type": "authenticate", "token": newer})
        assert (await heard(socket))["type"] == "authenticated"
        hub.clock.advance(120)
        await say(socket, {"type": "ping"})
        assert (await heard(socket))["type"] == "pong"
        for _ in range(3):  # each ping comes after a look at the proof
            await heard(socket, "ping")
        await hub.ports.push.publish("orders", "order.placed", AT, {"id": "o1"})
        assert (await heard(socket))["data"] == {"id": "o1"}


async def test_records_that_are_away_send_nobody_away(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async def away(*_: object) -> None:
        asked.set()
        raise Unavailable("away")

    async with hub.listening(await hub.user("manager")) as socket:
        await say(socket, {"type": "subscribe", "channels": ["orders"]})
        await heard(socket)
        with monkeypatch.context() as patch:
            patch.setattr(hub.local.records, "get", away)
            async with asyncio.timeout(PATIENCE):
                await asked.wait()
        await hub.ports.push.publish("orders", "order.placed", AT, {"id": "o1"})
        assert (await heard(socket))["data"] == {"id": "o1"}
