"""Answers without the framework, for the few routes whose pace matters most.

Such a route is declared with the framework as usual; a runtime may also answer it here, by the
same function behind the same permission.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from omnix.kit.errors import OmnixError
from omnix.kit.ids import is_id
from omnix.platform import problems
from omnix.platform.access import Actor, Authenticator
from omnix.platform.http import decoded
from omnix.ports import Ports

MOST_BYTES = 1 << 20
_PROBLEM = b"application/problem+json"
_SIMPLE = re.compile(rb"[A-Za-z0-9._~:,=&-]*")

Answer = Callable[[Ports, Actor, Any, str | None], Awaitable[Any]]
Told = tuple[int, bytes, bytes]


Quick = Callable[[Ports, bytes], Awaitable[Any]]


@dataclass(frozen=True)
class Direct:
    """A POST of ``body`` as JSON to ``path``; ``answer`` also gets the Idempotency-Key, if sent.

    ``quick`` gets the body as it came, and may leave it to ``answer`` by returning None.
    """

    method: ClassVar[str] = "POST"

    path: str
    permission: str
    body: Any
    status: int
    answer: Answer
    quick: Quick | None = None


@dataclass(frozen=True)
class DirectRead:
    """A GET of ``under`` and an id behind it, whose query decodes to the struct ``query``, as
    strictly as the framework's route has it. ``path`` is the route's template.
    """

    under: str
    path: str
    permission: str
    query: Any
    answer: Callable[[Ports, Actor, str, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to a DirectRead."""

    method: ClassVar[str] = "GET"

    route: DirectRead
    id: str
    query: Any

    @property
    def path(self) -> str:
        """The route's template."""
        return self.route.path

    @property
    def answer(self) -> Any:
        """The function that answers."""
        return self.route.answer


class Lane:
    """The ``routes``, by the path as it stands in a request."""

    def __init__(
        self,
        ports: Ports,
        authenticate: Authenticator,
        routes: Iterable[Direct | DirectRead],
    ) -> None:
        known = list(routes)
        self.routes = {one.path.encode(): one for one in known if isinstance(one, Direct)}
        self._reads = {one.under.encode(): one for one in known if isinstance(one, DirectRead)}
        self._ports = ports
        self._authenticate = authenticate

    def read(self, url: bytes) -> Asked | None:
        """The GET of a plain ``url``; None for what the framework has to look at."""
        path, _, query = url.partition(b"?")
        under, slash, last = path.rpartition(b"/")
        route = self._reads.get(under + slash)
        if route is None or not _SIMPLE.fullmatch(query):
            return None
        id = last.decode("latin-1")
        given: dict[str, str] = {}
        for each in query.decode("latin-1").split("&") if query else ():
            name, _, value = each.partition("=")
            if not value or name in given:
                return None
            given[name] = value
        try:
            asked = msgspec.convert(given, route.query, strict=False)
        except msgspec.ValidationError:
            return None
        return Asked(route, id, asked) if is_id(id) else None

    async def answer(
        self, route: Direct | Asked, headers: Mapping[bytes, bytes], body: bytes
    ) -> Told | None:
        """Status, media type and body. None if nobody may answer here: the framework refuses."""
        proof = {"authorization": headers.get(b"authorization", b"").decode("latin-1")}
        permission = route.permission if isinstance(route, Direct) else route.route.permission
        try:
            actor = await self._authenticate(proof)
            actor.require(permission)
        except Exception:
            return None
        if isinstance(route, Asked):
            work = route.answer(self._ports, actor, route.id, route.query)
            return await _answered(route, 200, work)
        kind = headers.get(b"content-type", b"").decode("latin-1")
        if route.quick is not None and kind.lower().startswith("application/json"):
            answered = await _answered(route, route.status, route.quick(self._ports, body))
            if answered is not None:
                return answered
        try:
            data = decoded(body, kind, route.body)
        except Exception:
            return None
        key = headers.get(b"idempotency-key")
        named = None if key is None else key.decode("latin-1")
        return await _answered(route, route.status, route.answer(self._ports, actor, data, named))


async def _answered(route: Direct | Asked, status: int, work: Awaitable[Any]) -> Told | None:
    try:
        told = await work
    except OmnixError as error:
        return error.status, _PROBLEM, problems.encoded(error)
    except Exception as error:
        return 500, _PROBLEM, problems.unexpected(route.method, route.path, error)
    return None if told is None else (status, b"application/json", msgspec.json.encode(told))
