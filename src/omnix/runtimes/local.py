"""The local runtime: one command, one process tree, one data folder."""

import asyncio
import contextlib
import logging
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn

from omnix import app
from omnix.adapters.local.platform import LocalPlatform, open_local
from omnix.declared import COLLECTIONS, FACTS, ROLE_PERMISSIONS
from omnix.domains.auth.authenticate import make_authenticator
from omnix.domains.realtime.channels import LIVE
from omnix.kit.errors import Conflict, Unavailable
from omnix.platform import logs
from omnix.platform.access import Authenticator
from omnix.platform.consume import consume_forever
from omnix.ports import Ports
from omnix.runtimes.locking import FolderLock
from omnix.runtimes.sockets import live_handler
from omnix.runtimes.static import WebPages

_log = logging.getLogger("omnix.runtime")
Prepare = Callable[[Ports], Awaitable[None]]


def web_root() -> Path:
    """Where the built web pages are: shipped with the package, or in the source tree."""
    shipped = Path(__file__).parents[1] / "web"
    return shipped if shipped.is_dir() else Path(__file__).parents[3] / "web" / "out"


def platform(data: Path) -> LocalPlatform:
    """The platform on ``data``, to be entered as a context; makes the folder."""
    data.mkdir(parents=True, exist_ok=True)
    return open_local(data, COLLECTIONS, FACTS)


def asgi(local: LocalPlatform, authenticate: Authenticator, pages: WebPages) -> Any:
    """The whole server as one ASGI application: the API below ``/v1``, pages elsewhere."""
    api = app.api(local.ports, authenticate, more=[live_handler(local, authenticate)])

    async def front(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/v1/"):
            await pages(scope, receive, send)
        else:
            await api(scope, receive, send)

    return front


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Conflict(f"cannot listen on {host}:{port}: {error.strerror}; try --port") from error
    listener.listen(2048)
    listener.setblocking(False)
    return listener


async def _keep_worker(data: Path) -> None:
    """Run the worker process, and start it again should it end, until cancelled."""
    while True:
        began = time.monotonic()
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "omnix.runtimes.worker", str(data), stdin=asyncio.subprocess.PIPE
        )
        try:
            code = await worker.wait()
        except asyncio.CancelledError:
            if worker.stdin is not None:
                worker.stdin.close()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(worker.wait(), 8)
            if worker.returncode is None:
                worker.kill()
            raise
        _log.error("the worker ended with %s and is started again", code)
        await asyncio.sleep(1 if time.monotonic() - began > 30 else 5)


async def _serve(
    data: Path, listener: socket.socket, prepare: Prepare, ready: Callable[[], None]
) -> None:
    async with platform(data) as local:
        for start in app.AT_START:
            await start(local.ports)
        await prepare(local.ports)
        authenticate = make_authenticator(local.ports, ROLE_PERMISSIONS)
        front = asgi(local, authenticate, WebPages(web_root()))
        await local.ports.bus.rewind(LIVE.name, await local.ports.bus.end())
        server = uvicorn.Server(
            uvicorn.Config(
                front,
                loop="none",
                http="httptools",
                ws="websockets-sansio",
                ws_per_message_deflate=False,
                ws_max_size=160 * 1024,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=5,
                backlog=2048,
            )
        )
        background = [
            asyncio.create_task(_keep_worker(data)),
            asyncio.create_task(consume_forever(local.ports, LIVE)),
        ]
        ready()
        try:
            await server.serve(sockets=[listener])
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)


def serve(data: Path, host: str, port: int, *, prepare: Prepare, ready: Callable[[], None]) -> None:
    """Run until interrupted. ``prepare`` runs before the first request, ``ready`` once listening.

    Raises Conflict if the folder or the port is in use.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"the data folder {data} cannot be made: {error.strerror}") from error
    lock = FolderLock(data)
    lock.acquire(f"http://{host}:{port}")
    listener = _listen(host, port)
    logs.to_file(data / "logs" / "server.jsonl")
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(data, listener, prepare, ready))
