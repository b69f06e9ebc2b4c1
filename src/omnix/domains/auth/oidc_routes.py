"""Signing in with an OpenID provider: the browser goes there, and comes back with a code."""

from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.params import Parameter, QueryParameter

from omnix.kit.errors import NotFound, OmnixError, TooMany, Unauthenticated
from omnix.platform.access import PUBLIC
from omnix.platform.http import allow
from omnix.ports import Ports

from . import oidc, register, service
from .asking import WITH_ACCESS, AnyRequest, address_of, refresh_cookie
from .authenticate import Access

COOKIE = "omnix_oidc"
_PATH = "/v1/auth/oidc"
_REFUSALS = allow(PUBLIC, 401, 403, 404, 429)
_REASONS = {
    "access_denied": "denied", "login_required": "denied", "consent_required": "denied",
    "interaction_required": "denied", "account_selection_required": "denied",
}  # fmt: skip
"""What the provider says where the person did not agree (RFC 6749, 4.1.2.1; OpenID Connect)."""

Text = Annotated[str, Parameter(max_length=4000)]
Passed = Annotated[str | None, Parameter(max_length=4000, description="Not looked at.")]


def _cookie(request: AnyRequest, value: str, max_age: int) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=value,
        path=_PATH,
        max_age=max_age,
        httponly=True,
        secure=request.url.scheme == "https",
        samesite="lax",  # it must come along when the provider sends the browser back
    )


def _to(url: str, *cookies: Cookie) -> Response[None]:
    headers = {"Location": url, "Cache-Control": "no-store"}
    return Response(None, status_code=303, headers=headers, cookies=list(cookies))


def _refused(request: AnyRequest, error: OmnixError) -> Response[None]:
    """A browser is sent to the sign-in page, which tells it; whoever else asks gets the problem."""
    if "text/html" not in request.headers.get("accept", ""):
        raise error
    if isinstance(error, TooMany | NotFound):
        reason = "busy" if isinstance(error, TooMany) else "none"
    else:
        reason = str(error.extra.get("reason", "provider"))
    return _to(f"/login/?refused={reason}")


class Ways(msgspec.Struct, frozen=True):
    """How one may sign in besides by e-mail and password."""

    provider: bool


@get("/auth/ways", opt=allow(PUBLIC), summary="How one may sign in")
async def get_ways(ports: Ports) -> Ways:
    """Whether an OpenID provider is set up."""
    try:
        await oidc.settings(ports)
    except OmnixError:
        return Ways(provider=False)
    return Ways(provider=True)


@get(
    "/auth/oidc",
    opt=_REFUSALS,
    summary="Sign in with a provider",
    status_code=303,
    dependencies=WITH_ACCESS,
)
async def begin_oidc(request: AnyRequest, ports: Ports, access: Access) -> Response[None]:
    """Sends the browser to the OpenID provider that is set up.

    What goes wrong is told to a browser by the sign-in page, at `/login/?refused=`.
    """
    try:
        began = await oidc.begin(ports, access, address_of(request))
    except OmnixError as refusal:
        return _refused(request, refusal)
    return _to(began.url, _cookie(request, began.cookie, oidc.LIVES_SECONDS))


@get(
    "/auth/oidc/callback",
    opt=_REFUSALS,
    summary="Come back from the provider",
    status_code=303,
    dependencies=WITH_ACCESS,
)
async def finish_oidc(
    request: AnyRequest,
    ports: Ports,
    access: Access,
    sent: Annotated[str, QueryParameter(name="state", max_length=4000)] = "",
    code: Text = "",
    iss: Text = "",
    error: Passed = None,
    error_description: Passed = None,
    error_uri: Passed = None,
    session_state: Passed = None,
    granted: Annotated[str | None, QueryParameter(name="scope", max_length=4000)] = None,
    prompt: Passed = None,
    hd: Passed = None,
    signed_in_as: Annotated[str | None, QueryParameter(name="authuser", max_length=4000)] = None,
) -> Response[None]:
    """Keeps the refresh token as a cookie and sends the browser to the first page.

    What goes wrong is told to a browser by the sign-in page, at `/login/?refused=`.
    """
    cookie = request.cookies.get(COOKIE, "")
    try:
        if error is not None or not sent or not code or not cookie:
            await oidc.settings(ports)
            reason = "over" if error is None else _REASONS.get(error, "provider")
            raise Unauthenticated("the provider signed nobody in; begin again", reason=reason)
        user = await oidc.finish(
            ports, access, address_of(request), state=sent, code=code, cookie=cookie, issuer=iss
        )
    except OmnixError as refusal:
        return _refused(request, refusal)
    user = await register.linked(ports, user)
    signed = await service.begin_for(ports, access, address_of(request), user)
    lasts = signed.session.expires - int(ports.clock.now().timestamp())
    kept = refresh_cookie(request, signed.session.refresh_token, lasts)
    return _to("/", kept, _cookie(request, "", 0))


ROUTES = (get_ways, begin_oidc, finish_oidc)
