"""Answers without the framework, for the few routes whose pace matters most.

Such a route is declared with the framework as usual; a runtime may also answer it here, by the
same function behind the same permission.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from omnix.kit.errors import OmnixError
from omnix.platform import problems
from omnix.platform.access import Actor, Authenticator
from omnix.platform.http import decoded
from omnix.ports import Ports

MOST_BYTES = 1 << 20
_PROBLEM = b"application/problem+json"

Answer = Callable[[Ports, Actor, Any, str | None], Awaitable[Any]]
Told = tuple[int, bytes, bytes]


@dataclass(frozen=True)
class Direct:
    """A POST of ``body`` as JSON to ``path``; ``answer`` also gets the Idempotency-Key, if sent."""

    path: str
    permission: str
    body: Any
    status: int
    answer: Answer


class Lane:
    """The ``routes``, by the path as it stands in a request."""

    def __init__(self, ports: Ports, authenticate: Authenticator, routes: Iterable[Direct]) -> None:
        self.routes = {route.path.encode(): route for route in routes}
        self._ports = ports
        self._authenticate = authenticate

    async def answer(
        self, route: Direct, headers: Mapping[bytes, bytes], body: bytes
    ) -> Told | None:
        """Status, media type and body. None if nobody may answer here: the framework refuses."""
        proof = {"authorization": headers.get(b"authorization", b"").decode("latin-1")}
        try:
            actor = await self._authenticate(proof)
            actor.require(route.permission)
            kind = headers.get(b"content-type", b"").decode("latin-1")
            data = decoded(body, kind, route.body)
        except Exception:
            return None
        key = headers.get(b"idempotency-key")
        try:
            told = await route.answer(
                self._ports, actor, data, None if key is None else key.decode("latin-1")
            )
            return route.status, b"application/json", msgspec.json.encode(told)
        except OmnixError as error:
            return error.status, _PROBLEM, problems.encoded(error)
        except Exception as error:
            return 500, _PROBLEM, problems.unexpected("POST", route.path, error)
