"""The local runtime: one command, one process tree, one data folder."""

import asyncio
import contextlib
import functools
import gc
import logging
import os
import resource
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from omnix import app
from omnix.adapters.local.platform import LocalPlatform, open_local
from omnix.declared import COLLECTIONS, FACTS, ROLE_PERMISSIONS
from omnix.domains.auth.authenticate import ADDRESS_ATTEMPTS, make_authenticator
from omnix.domains.orders.handlers import sweep
from omnix.domains.streaming.origins import open_to_origins
from omnix.domains.system.health import Check, Probe
from omnix.kit.errors import Conflict, Invalid, Unavailable
from omnix.platform import logs, tracing
from omnix.platform.access import Authenticator
from omnix.platform.direct import Lane
from omnix.platform.headers import guarded
from omnix.platform.pace import A_MINUTE, Pace
from omnix.ports import Ports
from omnix.runtimes.audience import Audience
from omnix.runtimes.children import keep_worker
from omnix.runtimes.edge import EdgeServer
from omnix.runtimes.lane import LaneHttp
from omnix.runtimes.locking import FolderLock
from omnix.runtimes.sockets import Seat, live_handler
from omnix.runtimes.static import WebPages

_log = logging.getLogger("omnix.runtime")
_DISK_SHORT_GIB, _DISK_FULL_GIB = 1.0, 0.1
Prepare = Callable[[Ports], Awaitable[None]]

_API = ("/v1/", "/ofrep/", "/problems/", "/mcp", "/.well-known/")
_FILES = 65_536
REQUESTS, ATTEMPTS = "OMNIX_REQUESTS_PER_MINUTE", "OMNIX_SIGN_IN_ATTEMPTS"


def web_root() -> Path:
    """Where the built web pages are: shipped with the package, or in the source tree."""
    shipped = Path(__file__).parents[1] / "web"
    return shipped if shipped.is_dir() else Path(__file__).parents[3] / "web" / "out"


def platform(data: Path) -> LocalPlatform:
    """The platform on ``data``, to be entered as a context; makes the folder."""
    _make(data)
    return open_local(data, COLLECTIONS, FACTS)


def _make(data: Path) -> None:
    try:
        # Password hashes and customers lie here.
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"the data folder {data} cannot be made: {error.strerror}") from error


def _disk(data: Path) -> Probe:
    async def probe() -> Check:
        free = shutil.disk_usage(data).free / 2**30
        told = f"{free:.1f} GiB free"
        if free < _DISK_FULL_GIB:
            return Check("disk", "failed", told)
        return Check("disk", "degraded" if free < _DISK_SHORT_GIB else "ok", told)

    return probe


def asgi(
    local: LocalPlatform,
    authenticate: Authenticator,
    pages: WebPages,
    seat: Seat = contextlib.nullcontext,
    pace: Pace | None = None,
) -> Any:
    """The whole server as one ASGI application: API, flags and problems, pages elsewhere."""
    made = app.api(
        local.ports,
        authenticate,
        more=[live_handler(local, authenticate, seat=seat)],
        probes={"disk": _disk(local.data)},
        pace=pace,
    )
    api = guarded(open_to_origins(made, local.ports))

    async def front(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(_API):
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


def _allow_many_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _whole(name: str, default: int) -> int:
    """A variable's number. Raises Invalid for what is none."""
    given = os.environ.get(name) or str(default)
    if not given.isdecimal() or len(given) > 9:
        raise Invalid.field(name, "is a whole number, or 0 for no limit")
    return int(given)


async def _serve(
    data: Path, listener: socket.socket, prepare: Prepare, ready: Callable[[], None]
) -> None:
    async with platform(data) as local:
        pace = Pace(_whole(REQUESTS, A_MINUTE))
        attempts = _whole(ATTEMPTS, ADDRESS_ATTEMPTS) or sys.maxsize
        authenticate = make_authenticator(local.ports, ROLE_PERMISSIONS, attempts, pace)
        audience = Audience(local)
        lane = Lane(local.ports, authenticate, app.DIRECT)
        server = EdgeServer(
            asgi(local, authenticate, WebPages(web_root()), audience.seat, pace),
            functools.partial(LaneHttp, lane=lane),
        )
        server.stop_on_signals()
        # The only server there is: nobody else drives what was under way.
        await sweep(local.ports, 0)
        await prepare(local.ports)
        background = [
            asyncio.create_task(keep_worker(data)),
            asyncio.create_task(audience.tell_forever()),
            asyncio.create_task(server.watch_pace()),
        ]
        # What is loaded by now stays: the collector need not look at it again and again.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        ready()
        try:
            await server.serve(sockets=[listener])
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            gc.unfreeze()


def serve(data: Path, host: str, port: int, *, prepare: Prepare, ready: Callable[[], None]) -> None:
    """Run until interrupted. ``prepare`` runs before the first request, ``ready`` once listening.

    Raises Conflict if the folder or the port is in use, Unavailable if the folder cannot be used.
    """
    _make(data)
    lock = FolderLock(data)
    lock.acquire(f"http://{host}:{port}")
    listener = _listen(host, port)
    logs.to_file(data / "logs" / "server.jsonl")
    _allow_many_connections()
    import uvloop

    stop_tracing = tracing.start("server")
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(data, listener, prepare, ready))
    finally:
        stop_tracing()
