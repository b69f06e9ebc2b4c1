"""What every answer of the API has in common, and the line in the log that a bad one leaves."""

import logging
import re
import time
from collections.abc import Iterable
from itertools import count
from secrets import token_hex
from typing import Any

from omnix.platform import tracing
from omnix.platform.logs import REQUEST_ID, milliseconds, service_of
from omnix.platform.measure import REQUESTS

_log = logging.getLogger("omnix.requests")

SLOW_SECONDS = 0.5

_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
_UNKEPT = (b"cache-control", b"no-store")
STANDING = b"".join([b"%b: %b\r\n" % header for header in [_UNKEPT, *_ALWAYS]])
"""What every answer has that may not be kept, as it goes over the wire."""
_ID = b"x-request-id"
_SENT_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_PROCESS = token_hex(6)
_numbers = count(1)


def id_of(headers: Iterable[tuple[bytes, bytes]], known: str = "") -> bytes:
    """The id that the client gave the request, if it is a plain one, or ``known``, or a new one."""
    for name, value in headers:
        if name == _ID and _SENT_ID.fullmatch(value):
            return value
    if known:
        return known.encode()
    return b"%s-%x" % (_PROCESS.encode(), next(_numbers))


def note(
    id: bytes,
    method: str,
    path: str,
    status: int,
    seconds: float,
    template: str = "",
    answered: Any = None,
    span: tracing.Span | None = None,
) -> None:
    """Count the request under its route's ``template``, and log it if it took long or failed by
    our fault; ``answered`` is the function that did. ``span`` ends with it.

    Without its query, which may hold what somebody searched for.
    """
    REQUESTS.count(template, method, status, seconds)
    if seconds > SLOW_SECONDS or status >= 500:
        told = {
            "request_id": id.decode(),
            "method": method,
            "path": path,
            "status": status,
            "service": service_of(answered),
            "execution_time": milliseconds(seconds),
        }
        _log.info("request", extra=told)
    if span is not None:
        tracing.answered(span, id, method, template, status)


def guarded(app: Any) -> Any:
    """The ASGI ``app`` with these headers: no sniffing, no frames, and no copies in caches.

    HEAD is answered as GET would be, without the body. ``X-Request-Id`` names the request, also
    in the log's line about one that took long or failed by our fault.
    """

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        began = time.perf_counter()
        head = scope["method"] == "HEAD"
        asked = {**scope, "method": "GET"} if head else scope
        # A runtime may have given it one already.
        id = id_of(scope["headers"], REQUEST_ID.get())
        outer = REQUEST_ID.set(id.decode())
        span = tracing.request(scope["headers"])
        status = 0

        async def headed(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message.get("headers", ()))
                if all(name.lower() != b"cache-control" for name, _ in headers):
                    headers.append(_UNKEPT)
                message = {**message, "headers": [*headers, *_ALWAYS, (_ID, id)]}
            elif head:
                message = {**message, "body": b""}
            await send(message)

        try:
            await app(asked, receive, headed)
        finally:
            took = time.perf_counter() - began
            template = asked.get("path_template", "")
            handler = asked.get("route_handler")
            answered = getattr(handler, "fn", None)
            note(id, scope["method"], scope["path"], status, took, template, answered, span)
            REQUEST_ID.reset(outer)

    return answer
