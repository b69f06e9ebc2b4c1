"""The whole application on real local ports, and somebody of each role who signed in."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from omnix import app
from omnix.adapters.local.clock import ManualClock
from omnix.adapters.local.platform import open_local
from omnix.declared import COLLECTIONS, FACTS, ROLE_PERMISSIONS
from omnix.domains.auth import sessions
from omnix.domains.auth.authenticate import Access, make_authenticator
from omnix.domains.auth.declare import USERS
from omnix.domains.auth.model import User
from omnix.kit.declare import ROLES
from omnix.platform.pace import Pace
from omnix.ports import Ports, Put

AT = "2026-01-01T00:00:00.000Z"


@dataclass
class Served:
    """An application, the ports below it, and access tokens by role."""

    app: Litestar
    ports: Ports
    clock: ManualClock
    access: Access
    tokens: dict[str, str]
    client: httpx.AsyncClient

    def bearer(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[role]}"}

    async def call(
        self, method: str, path: str, role: str | None = "admin", **request: Any
    ) -> httpx.Response:
        headers = {**(self.bearer(role) if role else {}), **request.pop("headers", {})}
        return await self.client.request(method, f"/v1{path}", headers=headers, **request)


def user_of(role: str, **given: Any) -> User:
    """A user without a usable password: these tests are about what comes after signing in."""
    fields: dict[str, Any] = {
        "id": f"usr_{role}",
        "email": f"{role}@example.test",
        "name": role.title(),
        "role": role,
        "password_hash": "none",
        "created_at": AT,
        "updated_at": AT,
    }
    return msgspec.convert({**fields, **given}, User)


async def signed_in(ports: Ports, access: Access, user: User) -> str:
    """Begin a session the way signing in does, of a user who is added if unknown; the token."""
    known = await ports.records.get(USERS, user.id)
    if known is not None:
        user = msgspec.convert(known, User)
    else:
        await ports.records.write([Put(USERS, {**msgspec.to_builtins(user), "listing": "user"})])
    session = await sessions.begin(ports, user)
    return await access.tokens.sign(user.id, user.role, session.id)


@asynccontextmanager
async def serving(
    folder: Path, address_attempts: int = 50, a_minute: int = 0
) -> AsyncIterator[Served]:
    """The application on ports below ``folder``, on a clock of its own."""
    clock = ManualClock()
    async with open_local(folder, COLLECTIONS, FACTS, clock=clock) as platform:
        ports = platform.ports
        pace = Pace(a_minute)
        access = make_authenticator(ports, ROLE_PERMISSIONS, address_attempts, pace)
        api = app.api(ports, access, pace=pace)
        tokens = {role: await signed_in(ports, access, user_of(role)) for role in ROLES}
        transport = httpx.ASGITransport(app=api, client=("192.0.2.1", 50000))
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            yield Served(api, ports, clock, access, tokens, client)


def routes(api: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Method, path below ``/v1`` and handler of every route."""
    for route in api.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in sorted(handler.http_methods):
                    if method != "OPTIONS":
                        yield str(method), route.path_format.removeprefix("/v1"), handler


def assert_problem(answer: httpx.Response) -> dict[str, Any]:
    """The answer is a refusal in the one form that all refusals have."""
    told = f"{answer.request.method} {answer.request.url} -> {answer.status_code} {answer.text}"
    assert 400 <= answer.status_code < 500, told
    assert answer.headers["content-type"] == "application/problem+json", told
    body: dict[str, Any] = answer.json()
    assert body["type"].startswith("/problems/"), told
    assert body["title"], told
    assert body["status"] == answer.status_code, told
    if answer.status_code == 400:
        assert body["errors"], told
        assert all(e["field"] and e["reason"] for e in body["errors"]), told
    return body
