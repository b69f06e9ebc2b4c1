"""The shortest way through the HTTP server, for the few routes whose pace matters most.

A server, a framework and their middleware take longer over a request than the platform takes to
place an order, so what is declared as Direct is answered where it was parsed. Whatever is not the
plain case takes the usual way, body and all, so that there is one wording for each refusal.
"""

import logging
import time
from collections.abc import Mapping
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from omnix.platform import tracing
from omnix.platform.direct import MOST_BYTES, Asked, Direct, Lane
from omnix.platform.headers import STANDING, id_of, note
from omnix.runtimes.edge import BoundedHttp

_log = logging.getLogger("omnix.requests")

_UNUSUAL = frozenset({b"transfer-encoding", b"expect", b"upgrade"})
_KEPT = frozenset({b"", b"keep-alive", b"Keep-Alive"})
_FAILED = (
    b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n"
    b"%bconnection: close\r\n\r\n" % STANDING
)


class _Cycle:
    """A request and its answer, with what uvicorn's protocol asks of one under way."""

    __slots__ = (
        "_asked",
        "_http",
        "_route",
        "_scope",
        "_url",
        "body",
        "disconnected",
        "keep_alive",
        "more_body",
        "response_complete",
    )

    def __init__(
        self, http: "LaneHttp", route: Direct | Asked, asked: Mapping[bytes, bytes]
    ) -> None:
        self._http = http
        self._route = route
        self._scope: Any = http.scope
        self._url = http.url
        self._asked = asked
        self.body = bytearray()
        self.more_body = True
        self.keep_alive = True
        self.disconnected = False
        self.response_complete = False

    @property
    def message_event(self) -> "_Cycle":
        """For uvicorn the event that tells an application of its next message.

        Not kept: what names itself is left to the garbage collector.
        """
        return self

    def set(self) -> None:
        """Read on: the protocol pauses at 64 kB for an application that asks for more."""
        self._http.flow.resume_reading()

    async def run(self) -> None:
        try:
            await self._run()
        except BaseException as error:
            if not self.response_complete:
                self.response_complete = True
                if not self.disconnected:
                    self._http.transport.write(_FAILED)
                    self._http.transport.close()
            if not isinstance(error, Exception):
                raise
            told = self._route.method, self._route.path
            _log.error("no answer to %s %s", *told, exc_info=error)

    async def _run(self) -> None:
        http, route = self._http, self._route
        began = time.perf_counter()
        body, sent = bytes(self.body), self._scope["headers"]
        # Without an end, if another one begins in the usual way, it is told to nobody.
        span = tracing.request(sent)
        told = await http.lane.answer(route, self._asked, body)
        if told is None:
            status, head, answer = await self._usually(body)
        else:
            id = id_of(sent if b"x-request-id" in self._asked else ())
            status, kind, answer = told
            head = b"content-type: %b\r\ncontent-length: %d\r\n%bx-request-id: %b\r\n" % (
                kind,
                len(answer),
                STANDING,
                id,
            )
            took = time.perf_counter() - began
            path = self._url.partition(b"?")[0].decode()
            note(id, route.method, path, status, took, route.path, route.answer, span)
        if http.flow.write_paused and not self.disconnected:
            await http.flow.drain()
        self.response_complete = True
        if self.disconnected:
            return
        if not self.keep_alive:
            head += b"connection: close\r\n"
        http.transport.write(b"%b%b%b\r\n%b" % (STATUS_LINE[status], http.date(), head, answer))
        if not self.keep_alive:
            http.transport.close()
        http.on_response_complete()

    async def _usually(self, body: bytes) -> tuple[int, bytes, bytes]:
        """What the application answers."""
        path, _, query = self._url.partition(b"?")
        scope = {
            **self._scope,
            "method": self._route.method,
            "path": path.decode(),
            "raw_path": path,
            "query_string": query,
        }
        received, status, head, answer = False, 500, b"content-length: 0\r\n", b""

        async def receive() -> Any:
            nonlocal received
            if received:
                return {"type": "http.disconnect"}
            received = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status, head, answer
            if message["type"] == "http.response.start":
                status = message["status"]
                head = b"".join(
                    [b"%b: %b\r\n" % (name, value) for name, value in message["headers"]]
                )
            else:
                answer += message.get("body", b"")

        await self._http.app(scope, receive, send)
        return status, head, answer


def _at_home(asked: Mapping[bytes, bytes]) -> bool:
    """Whether no browser asks from another origin, which needs more of an answer."""
    origin = asked.get(b"origin")
    return origin is None or origin.partition(b"://")[2] == asked.get(b"host")


class LaneHttp(BoundedHttp):
    """BoundedHttp that answers the routes of ``lane`` by itself."""

    def __init__(self, *given: Any, lane: Lane, **named: Any) -> None:
        super().__init__(*given, **named)
        self.lane = lane
        self._dated: tuple[Any, bytes] = None, b""

    def date(self) -> bytes:
        """The headers that the server itself adds, which change once a second."""
        headers = self.server_state.default_headers
        if self._dated[0] is not headers:
            self._dated = headers, b"".join([b"%b: %b\r\n" % header for header in headers])
        return self._dated[1]

    def on_headers_complete(self) -> None:
        route = self._route()
        if route is None:
            super().on_headers_complete()
            return
        asked = dict(self.headers)
        most, unsaid = (MOST_BYTES, b"") if route.method == "POST" else (0, b"0")
        length = asked.get(b"content-length", unsaid)
        if (
            length.isdigit()
            and int(length) <= most
            and asked.get(b"connection", b"") in _KEPT
            and asked.keys().isdisjoint(_UNUSUAL)
            and _at_home(asked)
            # Of what is said twice the usual way may believe the other.
            and len(asked) == len(self.headers)
        ):
            self.bound_head()
            self.cycle: Any = _Cycle(self, route, asked)
        else:
            super().on_headers_complete()

    def _route(self) -> Direct | Asked | None:
        """The lane's, if no other request of the connection is under way."""
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            return None
        method = self.parser.get_method()
        route: Direct | Asked | None = None
        if method == b"POST":
            route = self.lane.routes.get(self.url)
        elif method == b"GET":
            route = self.lane.read(self.url)
        return route if route is None or self.parser.get_http_version() == "1.1" else None

    def on_message_complete(self) -> None:
        cycle = self.cycle
        # Of an upgrade after an order uvicorn makes no cycle: the order's still stands there.
        ours = type(cycle) is _Cycle and cycle.more_body
        super().on_message_complete()
        if ours and not cycle.more_body:
            task = self.loop.create_task(cycle.run())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
