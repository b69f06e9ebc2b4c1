"""The edge that all routes share: deny by default, and what a handler may ask for by name."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import Parameter

from omnix.kit.errors import Forbidden
from omnix.kit.paging import DEFAULT_LIMIT, MAX_LIMIT
from omnix.platform.access import PUBLIC, SIGNED_IN, Actor, Authenticator
from omnix.ports import Ports


def allow(permission: str, *problems: int) -> dict[str, Any]:
    """The permission a route asks for, declared beside it: ``@get(..., opt=allow("x:read"))``.

    ``problems`` are statuses that it may refuse with besides those that follow from its form.
    """
    return {"permission": permission, "problems": problems}


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let pass only who has the route's permission; a route that declares none lets nobody pass."""
    permission = handler.opt.get("permission")
    if permission is None:
        raise Forbidden("this route declares no permission, so nobody may call it")
    if permission == PUBLIC:
        return
    authenticate: Authenticator = connection.app.state.authenticate
    actor = await authenticate(connection.headers)
    if permission != SIGNED_IN:
        actor.require(permission)
    connection.scope["actor"] = actor  # type: ignore[typeddict-unknown-key]


def _ports(state: State) -> Ports:
    ports: Ports = state.ports
    return ports


def _actor(request: Request[Any, Any, Any]) -> Actor:
    actor: Actor = request.scope["actor"]  # type: ignore[typeddict-item]
    return actor


DEPENDENCIES: Mapping[str, Provide] = {
    "ports": Provide(_ports, sync_to_thread=False),
    "actor": Provide(_actor, sync_to_thread=False),
}

Limit = Annotated[
    int, Parameter(ge=1, le=MAX_LIMIT, default=DEFAULT_LIMIT, description="Items to a page.")
]
Cursor = Annotated[
    str | None,
    Parameter(max_length=2000, default=None, description="`next_cursor` of the page before."),
]


class Listing(msgspec.Struct, kw_only=True, frozen=True):
    """Base of every list's answer: subclasses add ``items``."""

    next_cursor: str | None = None
