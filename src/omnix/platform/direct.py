"""The shortest way in and out, for the few routes whose pace matters most.

Litestar takes longer over a request than the platform takes to place an order. A route that is
declared as usual may also be answered here, by the same function behind the same permission.
Whatever is not the plain case (a query string, another media type, no proof, a body that does
not decode) is handed to Litestar, body and all, so that there is one wording for each refusal.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Litestar

from omnix.kit.errors import OmnixError
from omnix.platform import problems
from omnix.platform.access import Actor, Authenticator
from omnix.platform.http import decoded
from omnix.ports import Ports

MOST_BYTES = 1 << 20
_ENDED = {"type": "http.disconnect"}
_PROBLEM = b"application/problem+json"

Answer = Callable[[Ports, Actor, Any, str | None], Awaitable[Any]]


@dataclass(frozen=True)
class Direct:
    """A POST of ``body`` as JSON to ``path``; ``answer`` also gets the Idempotency-Key, if sent."""

    path: str
    permission: str
    body: Any
    status: int
    answer: Answer


class Api(Litestar):
    """The application: ``direct`` routes first, Litestar for everything else."""

    direct: Mapping[str, Direct] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and not scope["query_string"]:
            route = self.direct.get(scope["path"])
            if route is not None:
                receive = await self._directly(route, scope, receive, send)
                if receive is None:
                    return
        await super().__call__(scope, receive, send)

    async def _directly(self, route: Direct, scope: Any, receive: Any, send: Any) -> Any:
        """Answer and return None, or return what Litestar is to receive instead."""
        asked = dict(scope["headers"])
        length = asked.get(b"content-length", b"")
        if not length.isdigit() or int(length) > MOST_BYTES:
            return receive
        body, whole = b"", False
        while not whole:
            message = await receive()
            if message["type"] != "http.request":
                return _again(body, message)
            body += message.get("body", b"")
            whole = not message.get("more_body", False)
        authenticate: Authenticator = self.state.authenticate
        proof = {"authorization": asked.get(b"authorization", b"").decode("latin-1")}
        try:
            actor = await authenticate(proof)
            actor.require(route.permission)
            data = decoded(body, asked.get(b"content-type", b"").decode("latin-1"), route.body)
        except Exception:
            return _again(body, None, receive)
        key = asked.get(b"idempotency-key")
        try:
            told = await route.answer(
                self.state.ports, actor, data, None if key is None else key.decode("latin-1")
            )
            status, kind, answer = route.status, b"application/json", msgspec.json.encode(told)
        except OmnixError as error:
            status, kind, answer = error.status, _PROBLEM, problems.encoded(error)
        except Exception as error:
            status, kind, answer = 500, _PROBLEM, problems.unexpected("POST", route.path, error)
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})
        return None


def _again(body: bytes, then: Any = None, receive: Any = None) -> Any:
    """A ``receive`` that begins with ``body``, then gives ``then`` or goes on as before."""
    left = [{"type": "http.request", "body": body, "more_body": then is not None}]
    if then is not None:
        left.append(then)

    async def again() -> Any:
        if left:
            return left.pop(0)
        return await receive() if receive is not None else _ENDED

    return again
