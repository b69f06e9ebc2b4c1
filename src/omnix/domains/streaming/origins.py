"""Pages of the shop's own site, on another origin than the API, may send events from a browser.

Which origins may is a setting, and none from the start. Only the two routes that take events are
opened, so that a page can send and never read.
"""

from typing import Any

from omnix.domains.system import settings
from omnix.kit.errors import Forbidden
from omnix.platform import problems
from omnix.ports import Ports

PATHS = frozenset({"/v1/events", "/v1/events/batch"})
KEPT_SECONDS = 600
HEADERS = b"authorization, content-type, traceparent, tracestate"
"""What a page may send besides what needs no leave: its proof, and the trace it is in."""

_VARY = (b"vary", b"origin")


def open_to_origins(app: Any, ports: Ports) -> Any:
    """The ASGI ``app``, which answers browsers on the origins of the settings at ``PATHS``.

    Another origin gets no word that would let a browser pass the answer on, and its preflight
    a 403.
    """

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] not in PATHS:
            await app(scope, receive, send)
            return
        sent = dict(scope["headers"])
        origin = sent.get(b"origin")
        if origin is None:
            await app(scope, receive, send)
            return
        allowed = (await settings.shop(ports)).event_origins
        welcome = origin.decode("latin-1") in allowed
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in sent:
            await _preflight(origin, welcome, send)
            return
        more = [_VARY, (b"access-control-allow-origin", origin)] if welcome else [_VARY]

        async def headed(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *more]}
            await send(message)

        await app(scope, receive, headed)

    return answer


async def _preflight(origin: bytes, welcome: bool, send: Any) -> None:
    status, body = 204, b""
    headers = [_VARY]
    if welcome:
        headers += [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-methods", b"POST"),
            (b"access-control-allow-headers", HEADERS),
            (b"access-control-max-age", b"%d" % KEPT_SECONDS),
        ]
    else:
        refusal = Forbidden("this origin is not among event_origins of the settings")
        status, body = refusal.status, problems.encoded(refusal)
        headers += [
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % len(body)),
        ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
