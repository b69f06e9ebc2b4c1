"""Every route against every role and none: denied unless declared."""

import re

import pytest
from litestar import get
from litestar.routes import HTTPRoute

from omnix import app
from omnix.declared import PERMISSIONS, ROLE_PERMISSIONS
from omnix.kit.declare import ROLES
from omnix.platform.access import PUBLIC, SIGNED_IN

from .serving import Served, assert_problem, routes

pytestmark = pytest.mark.anyio
_OPEN = {
    "POST /auth/login",
    "POST /auth/refresh",
    "POST /auth/logout",
    "GET /auth/oidc",
    "GET /auth/ways",
    "GET /auth/oidc/callback",
    "POST /auth/register",
    "POST /auth/register/confirm",
    "POST /auth/password/forgot",
    "POST /auth/password/reset",
    "POST /auth/email/confirm",
    "POST /auth/invitation",
    "GET /auth/.well-known/jwks.json",
    "GET /health",
    "GET /openapi.json",
    "GET /problems/{kind}",
    "GET /.well-known/oauth-protected-resource",
    "GET /.well-known/oauth-protected-resource/mcp",
}


def _filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "nothing-like-it", path)


async def test_every_route_declares_a_permission_that_exists(served: Served) -> None:
    known = {p.name for p in PERMISSIONS} | {PUBLIC, SIGNED_IN}
    found = list(routes(served.app))
    assert len(found) > 30
    for method, path, handler in found:
        assert handler.opt.get("permission") in known, f"{method} {path}"


async def test_only_these_routes_are_open_to_everybody(served: Served) -> None:
    public = {f"{m} {p}" for m, p, h in routes(served.app) if h.opt["permission"] == PUBLIC}
    assert public == _OPEN


@pytest.mark.parametrize("role", [None, *ROLES])
async def test_each_role_gets_what_is_declared_and_no_more(
    served: Served, role: str | None
) -> None:
    seen: set[int] = set()
    for method, path, handler in routes(served.app):
        permission = handler.opt["permission"]
        if permission == PUBLIC:
            continue
        answer = await served.call(method, _filled(path), role)
        told = f"{role} {method} {path}: {answer.status_code} {answer.text}"
        seen.add(answer.status_code)
        if role is None:
            assert answer.status_code == 401, told
            assert answer.headers["www-authenticate"].split()[0] == "Bearer", told
        elif permission != SIGNED_IN and permission not in ROLE_PERMISSIONS[role]:
            assert answer.status_code == 403, told
        else:
            assert answer.status_code not in (401, 403), told
            assert answer.status_code < 500, told
        if answer.status_code >= 400:
            assert_problem(answer)
    assert len(seen) > 1 or role is None


async def test_a_route_that_declares_nothing_lets_nobody_pass(served: Served) -> None:
    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> str:
        return "secret"

    api = app.api(served.ports, served.access, more=[forgotten])
    assert any(isinstance(r, HTTPRoute) and r.path == "/forgotten" for r in api.routes)
    served.client._transport.app = api  # type: ignore[attr-defined]
    answer = await served.client.get("/forgotten", headers=served.bearer("admin"))
    assert answer.status_code == 403
    assert_problem(answer)
