"""The edge that all routes share: deny by default, and what a handler may ask for by name."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import HeaderParameter, Parameter

from omnix.kit.errors import FieldError, Forbidden, Invalid
from omnix.kit.paging import DEFAULT_LIMIT, MAX_LIMIT
from omnix.platform.access import PUBLIC, SIGNED_IN, Actor, Authenticator
from omnix.platform.pace import Pace
from omnix.platform.turns import Turns
from omnix.platform.wording import split_reason
from omnix.ports import Ports

T = TypeVar("T")

_LONG_NUMBER = b"0" * 19
_DIGITS_AS_0 = bytes.maketrans(b"123456789", b"0" * 9)
_INTEGERS = range(-(2**63), 2**63)


def _beyond(value: Any, path: str = "$") -> str | None:
    """The path of an integer in decoded JSON that no 64 bits hold."""
    if isinstance(value, int):
        return None if value in _INTEGERS else path
    parts: Iterable[tuple[str, Any]] = ()
    if isinstance(value, dict):
        parts = ((f"{path}.{key}", part) for key, part in value.items())
    elif isinstance(value, list):
        parts = ((f"{path}[{position}]", part) for position, part in enumerate(value))
    found = (_beyond(part, name) for name, part in parts)
    return next((name for name in found if name is not None), None)


@cache
def _decoder(wanted: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(wanted)


class JsonRequest(Request[Any, Any, Any]):
    """A request whose body is JSON and nothing else, decoded straight into what is asked for.

    Litestar would take a body of any media type for JSON and ``"1"`` for a number, and would
    let through what its decoder raises for bytes that are no UTF-8 and for nesting without end.
    """

    async def json(self) -> Any:
        """The body as the handler's ``data``. Raises Invalid, or HTTPException 415."""
        field = self.route_handler.parsed_data_field
        wanted = field.raw if field is not None else Any
        return decoded(await self.body(), self.headers.get("content-type", ""), wanted)


def decoded(body: bytes, kind: str, wanted: Any) -> Any:
    """``body`` of media type ``kind`` as ``wanted``. Raises Invalid, or HTTPException 415."""
    if body and not kind.lower().startswith("application/json"):
        raise HTTPException(status_code=415, detail="send Content-Type: application/json")
    try:
        value = _decoder(wanted).decode(body or b"null")
        if _LONG_NUMBER in body.translate(_DIGITS_AS_0):
            path = _beyond(msgspec.json.decode(body))
            if path is not None:
                raise Invalid.field(path.removeprefix("$.") or "body", "is too large a number")
    except UnicodeDecodeError as error:
        raise Invalid.field("body", "is not UTF-8") from error
    except RecursionError as error:
        raise Invalid.field("body", "is nested too deeply") from error
    except msgspec.DecodeError as error:
        told = split_reason(str(error))
        raise Invalid(f"{told.field}: {told.reason}", [told]) from error
    return value


def allow(
    permission: str,
    *problems: int,
    also: str | None = None,
    paced: bool = True,
    file: Literal["required", "optional"] | None = None,
) -> dict[str, Any]:
    """The permission a route asks for, declared beside it: ``@get(..., opt=allow("x:read"))``.

    ``problems`` are statuses that it may refuse with besides those that follow from its form,
    ``also`` is a media type of text in which it may answer besides JSON. Not ``paced`` is what
    machines ask without proof, however often. The body of a route with ``file`` is one, read as
    it comes.
    """
    return {
        "permission": permission, "problems": problems, "also": also, "paced": paced, "file": file,
    }  # fmt: skip


Connection = ASGIConnection[Any, Any, Any, Any]


async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let pass only who has the route's permission; a route that declares none lets nobody pass.

    Then refuses a query that the route does not know: a filter with a slip of the pen would
    answer with everything.
    """
    if connection.scope.get("method") == "OPTIONS":
        return  # the framework's own answer, which tells the path's methods and nothing else
    await _permit(connection, handler)
    if connection.scope["query_string"] and isinstance(handler, HTTPRouteHandler):
        known = _parameters(handler, connection.path_params)
        unknown = [name for name in connection.query_params if name not in known]
        if unknown:
            reason = f"is not known here; there is {', '.join(known) or 'no parameter'}"
            errors = [FieldError(name, reason) for name in dict.fromkeys(unknown)]
            raise Invalid("; ".join(f"{e.field}: {e.reason}" for e in errors), errors)


_known: dict[tuple[Any, frozenset[str]], tuple[str, ...]] = {}


def _parameters(handler: HTTPRouteHandler, in_path: Iterable[str]) -> tuple[str, ...]:
    """The names of the query parameters that a handler and what it depends on ask for."""
    # The framework gives each request a copy of the handler; the function is the same one.
    key = handler.fn, frozenset(in_path)
    names = _known.get(key)
    if names is None:
        model = handler.create_kwargs_model(path_parameters=dict.fromkeys(key[1]))  # type: ignore[arg-type]
        names = tuple(sorted(parameter.field_alias for parameter in model.expected_query_params))
        _known[key] = names
    return names


async def _permit(connection: Connection, handler: BaseRouteHandler) -> None:
    permission = handler.opt.get("permission")
    if permission is None:
        raise Forbidden("this route declares no permission, so nobody may call it")
    if permission == PUBLIC:
        if handler.opt.get("paced") and connection.client is not None:
            pace: Pace = connection.app.state.pace
            pace.take(f"address {connection.client.host}")
        return
    authenticate: Authenticator = connection.app.state.authenticate
    # Litestar's own headers take longer to build than the whole check of a token.
    sent = connection.scope["headers"]
    actor = await authenticate({k.decode("latin-1"): v.decode("latin-1") for k, v in sent})
    if permission != SIGNED_IN:
        actor.require(permission)
    connection.scope["actor"] = actor  # type: ignore[typeddict-unknown-key]


def _ports(state: State) -> Ports:
    ports: Ports = state.ports
    return ports


def _actor(request: Request[Any, Any, Any], ports: Ports) -> Actor:
    """Asks for ``ports`` only to come after them: what is independent, Litestar resolves in a
    task group of its own, which costs as much as placing an order."""
    actor: Actor = request.scope["actor"]  # type: ignore[typeddict-item]
    return actor


def _turns(state: State, ports: Ports) -> Turns:
    turns: Turns = state.turns
    return turns


DEPENDENCIES: Mapping[str, Provide] = {
    "ports": Provide(_ports, sync_to_thread=False),
    "turns": Provide(_turns, sync_to_thread=False),
    "actor": Provide(_actor, sync_to_thread=False),
}


class Encoded(Response[T]):
    """An answer in JSON without cookies or headers of its own: the shortest way out.

    ``content`` is anything that msgspec encodes; the status is the route's.
    """

    def __init__(self, content: Any) -> None:  # Litestar's would build headers that nobody sets
        self._body = msgspec.json.encode(content)

    def to_asgi_response(self, *_: Any, **given: Any) -> Any:
        """Litestar's way to ask for the ASGI application that sends the answer."""
        body = self._body
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
        ]
        start = {"type": "http.response.start", "status": given["status_code"], "headers": headers}

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            await send(start)
            await send({"type": "http.response.body", "body": body})

        return answer


Limit = Annotated[
    int, Parameter(ge=1, le=MAX_LIMIT, default=DEFAULT_LIMIT, description="Items to a page.")
]
Cursor = Annotated[
    str | None,
    Parameter(max_length=2000, default=None, description="`next_cursor` of the page before."),
]
RetryKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="Chosen by the caller: a retry under it gets the first answer and changes "
        "nothing more.",
        schema_extra={"pattern": "^[ -~]{1,200}$"},
    ),
]


class Listing(msgspec.Struct, kw_only=True, frozen=True):
    """Base of every list's answer: subclasses add ``items``."""

    next_cursor: str | None = None
