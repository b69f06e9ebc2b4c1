"""The live connection as a client meets it: the real handler behind the real server's edge."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from api.serving import signed_in, user_of
from omnix import app
from omnix.adapters.local.clock import ManualClock
from omnix.adapters.local.platform import LocalPlatform, open_local
from omnix.declared import COLLECTIONS, FACTS, ROLE_PERMISSIONS
from omnix.domains.auth.authenticate import make_authenticator
from omnix.runtimes.edge import EdgeServer
from omnix.runtimes.sockets import live_handler

PATIENCE = 30


class Hub:
    """A server in this very loop, which looks at each client's proof twenty times a second."""

    def __init__(self, local: LocalPlatform, clock: ManualClock) -> None:
        self.local, self.ports, self.clock = local, local.ports, clock
        self.access = make_authenticator(local.ports, ROLE_PERMISSIONS)
        self.listener = socket.create_server(("127.0.0.1", 0))

    async def user(self, role: str, **given: Any) -> str:
        """An access token of a new user of this role."""
        return await signed_in(self.ports, self.access, user_of(role, **given))

    @asynccontextmanager
    async def listening(self, token: str | None) -> AsyncIterator[ClientConnection]:
        port = self.listener.getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}/v1/ws") as client:
            if token is not None:
                await say(client, {"type": "authenticate", "token": token})
                assert (await heard(client))["type"] == "authenticated"
            yield client


async def say(client: ClientConnection, message: dict[str, Any]) -> None:
    await client.send(json.dumps(message))


async def heard(client: ClientConnection, wanted: str | None = None) -> dict[str, Any]:
    """The next message of type ``wanted``, or the next that is no ping."""
    async with asyncio.timeout(PATIENCE):
        while True:
            message: dict[str, Any] = json.loads(await client.recv())
            if message["type"] == wanted or (wanted is None and message["type"] != "ping"):
                return message


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    clock = ManualClock()
    async with open_local(tmp_path, COLLECTIONS, FACTS, clock=clock) as local:
        it = Hub(local, clock)
        handler = live_handler(local, it.access, ping_seconds=0.05)
        server = EdgeServer(app.api(local.ports, it.access, more=[handler]))
        serving = asyncio.create_task(server.serve(sockets=[it.listener]))
        yield it
        server.should_exit = True
        await serving
