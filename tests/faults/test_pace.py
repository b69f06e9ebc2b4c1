"""Clients that stop in the middle: of a request, or of taking the answer."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from faults.books import opened
from omnix.declared import ROLE_PERMISSIONS
from omnix.domains.auth.authenticate import make_authenticator
from omnix.runtimes import edge, local
from omnix.runtimes.edge import EdgeServer
from omnix.runtimes.static import WebPages

pytestmark = pytest.mark.anyio

LOGIN = b"POST /v1/auth/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
LARGE = 30_000_000


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr(edge, "BODY_SECONDS", 0.3)
    monkeypatch.setattr(edge, "STUCK_SECONDS", 0.3)


@asynccontextmanager
async def listening(folder: Path) -> AsyncIterator[tuple[EdgeServer, int]]:
    """The server in this very process, with pages one of which is large; its port."""
    pages = folder / "pages"
    pages.mkdir()
    (pages / "large.bin").write_bytes(b"x" * LARGE)
    async with opened(folder / "data") as platform:
        access = make_authenticator(platform.ports, ROLE_PERMISSIONS)
        server = EdgeServer(local.asgi(platform, access, WebPages(pages)))
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        tasks = [asyncio.create_task(server.watch_pace())]
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield server, listener.getsockname()[1]
        finally:
            server.should_exit = True
            await serving
            tasks[0].cancel()


async def test_a_body_that_never_comes_ends_the_request(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(tmp_path) as (server, port):
        for part in (b"", b'{"email":'):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(LOGIN + b"Content-Length: 100\r\n\r\n" + part)
            async with asyncio.timeout(30):
                assert await reader.read() == b""
            writer.close()
        # One that hangs up by himself.
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(LOGIN + b"Content-Length: 100\r\n\r\n{")
        await writer.drain()
        writer.close()
        async with asyncio.timeout(30):
            while server.server_state.tasks or server.server_state.connections:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []


async def test_who_does_not_take_his_answer_is_dropped(tmp_path: Path) -> None:
    async with listening(tmp_path) as (server, port):
        line = socket.create_connection(("127.0.0.1", port))
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.sendall(b"GET /large.bin HTTP/1.1\r\nHost: shop\r\n\r\n")
        async with asyncio.timeout(30):
            while not server.server_state.connections:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            while server.server_state.connections:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        line.close()

        # Another one gets all of it.
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /large.bin HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
        async with asyncio.timeout(60):
            assert len(await reader.read()) > LARGE
        writer.close()
