"""The protocol over HTTP: one message to a POST, answered with JSON; no sessions, no streams."""

from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, get, post

from omnix.kit.errors import Forbidden, Invalid, OmnixError, TooLarge, Unauthenticated
from omnix.platform import problems
from omnix.platform.access import PUBLIC, Actor
from omnix.platform.http import allow
from omnix.platform.turns import Turns
from omnix.ports import Ports

from .protocol import MOST_BYTES, VERSIONS, answer

METADATA = "/.well-known/oauth-protected-resource"


class ProtectedResource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """What a client needs to know before it calls (RFC 9728). Tokens are API keys of the shop, or
    access tokens of a session; a person makes a key, so no authorization server is named.
    """

    resource: str
    resource_name: str = "OMNIX AI"
    bearer_methods_supported: tuple[str, ...] = ("header",)
    scopes_supported: tuple[str, ...] = ("ai:ask",)


def _base(request: Request[Any, Any, Any]) -> str:
    return str(request.base_url).rstrip("/")


def _challenge(request: Request[Any, Any, Any], error: OmnixError) -> Response[dict[str, Any]]:
    """Who has no proof is told where to read what kind is asked for."""
    told = f'Bearer resource_metadata="{_base(request)}{METADATA}/mcp"'
    return problems.problem(
        error.status, error.kind, error.title, error.detail, (), {"WWW-Authenticate": told}
    )


@get(METADATA, opt=allow(PUBLIC), include_in_schema=False, sync_to_thread=False)
def describe_resource(request: Request[Any, Any, Any]) -> ProtectedResource:
    """OAuth protected-resource metadata of the tools for assistants."""
    return ProtectedResource(resource=f"{_base(request)}/mcp")


@get(f"{METADATA}/mcp", opt=allow(PUBLIC), include_in_schema=False, sync_to_thread=False)
def describe_tools_resource(request: Request[Any, Any, Any]) -> ProtectedResource:
    """The same where a client looks that knows the path."""
    return ProtectedResource(resource=f"{_base(request)}/mcp")


@post(
    "/mcp",
    opt=allow("ai:ask"),
    status_code=200,
    include_in_schema=False,
    exception_handlers={Unauthenticated: _challenge},
)
async def call_protocol(
    ports: Ports, actor: Actor, request: Request[Any, Any, Any]
) -> Response[bytes]:
    """One message of the Model Context Protocol."""
    _check(request)
    # Too many at once are told so in a result: the message itself is taken.
    turns: Turns = request.app.state.turns
    message = await request.body()
    if len(message) > MOST_BYTES:
        raise TooLarge(f"a message has at most {MOST_BYTES} bytes")
    said = await answer(ports, actor, message, turns)
    if said is None:
        return Response(b"", status_code=202, media_type="application/json")
    return Response(said, media_type="application/json")


def _check(request: Request[Any, Any, Any]) -> None:
    """A page of another site may not use a browser's way to the shop, nor an unknown version."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden("a page of another site may not call this")
    version = request.headers.get("mcp-protocol-version")
    if version is not None and version not in VERSIONS:
        raise Invalid.field("MCP-Protocol-Version", f"must be one of {', '.join(VERSIONS)}")


ROUTES = (describe_resource, describe_tools_resource, call_protocol)
