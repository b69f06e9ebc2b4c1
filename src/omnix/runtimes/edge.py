"""The HTTP server at its edge: limits on what a client may send, and how long it may take."""

import asyncio
import contextlib
import signal
from collections.abc import Generator
from typing import Any

import msgspec
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

MAX_URL = 16 * 1024
MAX_HEAD = 64 * 1024
MAX_MESSAGE = 160 * 1024
HEAD_SECONDS = 10.0
BODY_SECONDS = 300.0
STUCK_SECONDS = 60.0
"""A client that takes nothing of its answer for so long is gone."""

SWEEP_SECONDS = 5.0
GRACE_SECONDS = 5

_Refusal = tuple[int, str, str, str]
_BROKEN: _Refusal = (400, "invalid", "The request is not valid", "this is no HTTP/1.1 request")
_LONG_URL: _Refusal = (414, "too-long", "Too long", f"a URL has at most {MAX_URL} bytes")
_LONG_HEAD: _Refusal = (
    431,
    "too-long",
    "Too long",
    f"the request's headers have at most {MAX_HEAD} bytes together",
)
_SLOW: _Refusal = (408, "too-slow", "Too slow", "the request did not arrive in time")
_REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
}


def _answer(refusal: _Refusal) -> bytes:
    status, kind, title, detail = refusal
    problem = {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail}
    if status == 400:
        problem["errors"] = [{"field": "request", "reason": detail}]
    body = msgspec.json.encode(problem)
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: application/problem+json\r\n"
        "x-content-type-options: nosniff\r\ncache-control: no-store\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body


class _Refused(Exception):
    """Stops the parser; what to answer is noted already."""


class BoundedHttp(HttpToolsProtocol):
    """The parser keeps what it is sent until a line ends, so somebody has to count."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.since: float | None = self.loop.time()
        self.in_head = True
        self._head = 0
        self._arriving = 0
        self._refusal = _BROKEN

    def data_received(self, data: bytes) -> None:
        self._arriving = len(data)
        super().data_received(data)
        if self.in_head and not self.transport.is_closing():
            self._head += len(data)
            if self._head > MAX_HEAD + MAX_URL:
                self.refuse(_LONG_HEAD)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.in_head, self._head, self.since = True, 0, self.loop.time()

    def on_headers_complete(self) -> None:
        self.bound_head()
        super().on_headers_complete()

    def bound_head(self) -> None:
        """Refuse a URL or headers that are too long."""
        self.in_head = False
        if len(self.url) > MAX_URL:
            self._refusal = _LONG_URL
            raise _Refused
        # What has not arrived need not be added up.
        if self._head + self._arriving > MAX_HEAD and self._head_bytes() > MAX_HEAD:
            self._refusal = _LONG_HEAD
            raise _Refused

    def _head_bytes(self) -> int:
        return sum([len(name) + len(value) + 4 for name, value in self.headers])

    def on_message_complete(self) -> None:
        self.since = None
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self.refuse(self._refusal)

    def refuse(self, refusal: _Refusal) -> None:
        """Answer and hang up, or only hang up where an answer is under way already."""
        if self.cycle is None or self.cycle.response_complete:  # type: ignore[redundant-expr]
            self.transport.write(_answer(refusal))
        self.transport.close()

    def check_pace(self, now: float) -> None:
        """Hang up on a client that takes too long to say what it wants."""
        if self.since is None or self.transport.is_closing():
            return
        if self.in_head and now - self.since > HEAD_SECONDS:
            # A connection kept for the next request is uvicorn's to close.
            if self.cycle is None or self._head:  # type: ignore[redundant-expr]
                self.refuse(_SLOW)
        elif now - self.since > BODY_SECONDS:
            self.refuse(_SLOW)


WRITE = "omnix.write"
"""The extension of a WebSocket's scope by which whole frames are written past the framework."""


class OpenWebSocket(WebSocketsSansIOProtocol):
    """A message to thousands takes the framework a tenth of a millisecond for each of them."""

    scope: Any = None

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.scope is not None:
            self.scope["extensions"][WRITE] = self.write

    def write(self, frame: bytes) -> bool:
        """Send a whole frame, if that takes no wait; whether it was sent."""
        if (
            not self.handshake_complete
            or self.close_sent
            or not self.writable.is_set()
            or self.transport.is_closing()
        ):
            return False
        self.transport.write(frame)
        return True


class EdgeServer(uvicorn.Server):
    """Serves ``app`` until told to stop. Signals are the business of whoever starts it.

    ``http`` makes the protocol of a connection.
    """

    def __init__(self, app: Any, http: Any = BoundedHttp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="none",
                http=http,
                ws=OpenWebSocket,
                ws_per_message_deflate=False,
                ws_max_size=MAX_MESSAGE,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
                backlog=2048,
            )
        )
        self._stuck: dict[Any, tuple[int, float]] = {}

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Nothing: uvicorn raises them again when it has stopped, before we have."""
        yield

    def stop_on_signals(self) -> None:
        """Stop at the first SIGINT or SIGTERM, at once at the second."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._told_to_stop)

    def _told_to_stop(self) -> None:
        self.force_exit, self.should_exit = self.should_exit, True

    async def watch_pace(self) -> None:
        """Look over all connections every few seconds, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = loop.time()
            stuck: dict[Any, tuple[int, float]] = {}
            for connection in list(self.server_state.connections):
                if isinstance(connection, BoundedHttp):
                    connection.check_pace(now)
                waiting = connection.transport.get_write_buffer_size()
                if waiting:
                    known = self._stuck.get(connection, (0, now))
                    since = known[1] if known[0] == waiting else now
                    stuck[connection] = (waiting, since)
                    if now - since > STUCK_SECONDS:
                        connection.transport.abort()
            self._stuck = stuck
