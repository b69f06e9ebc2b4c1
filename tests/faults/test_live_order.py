"""Messages of a channel follow the reply to the subscription, without a gap, however many come."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from api.serving import signed_in, user_of
from faults.books import opened
from omnix.adapters.local.platform import LocalPlatform
from omnix.declared import ROLE_PERMISSIONS
from omnix.domains.auth.authenticate import Access, make_authenticator
from omnix.runtimes import local
from omnix.runtimes.edge import EdgeServer
from omnix.runtimes.static import WebPages

pytestmark = pytest.mark.anyio

CHANNELS = [f"product.p{n}" for n in range(20)]
MESSAGES = 500


@asynccontextmanager
async def listening(platform: LocalPlatform, access: Access, pages: Path) -> AsyncIterator[str]:
    """The server in this very process; the address of its live connection."""
    server = EdgeServer(local.asgi(platform, access, WebPages(pages)))
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/v1/ws"
    finally:
        server.should_exit = True
        await serving


async def test_no_message_comes_before_the_reply_to_its_subscription(tmp_path: Path) -> None:
    async with opened(tmp_path) as platform:
        access = make_authenticator(platform.ports, ROLE_PERMISSIONS)
        token = await signed_in(platform.ports, access, user_of("admin"))

        async def publish() -> None:
            while True:
                for channel in CHANNELS:
                    await platform.push.publish(channel, "product.changed", "", {})
                await asyncio.sleep(0.005)

        async with listening(platform, access, tmp_path) as url, connect(url) as client:
            await client.send(json.dumps({"type": "authenticate", "token": token}))
            await client.recv()
            publishing = asyncio.create_task(publish())
            await client.send(json.dumps({"type": "subscribe", "channels": CHANNELS}))
            last: dict[str, int] = {}
            messages = 0
            while messages < MESSAGES:
                message = json.loads(await client.recv())
                channel, sequence = message["channel"], message["sequence"]
                if message["type"] == "message":
                    assert sequence == last[channel] + 1
                    messages += 1
                else:
                    assert channel not in last
                last[channel] = sequence
            publishing.cancel()
        assert set(last) == set(CHANNELS)
