"""Access over HTTP."""

from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.openapi.spec import Example
from litestar.params import Body

from omnix.kit.errors import Forbidden, Unauthenticated
from omnix.platform.access import PUBLIC, SIGNED_IN, Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.ports import Ports

from . import (
    account_routes,
    audit_routes,
    invitation_routes,
    keys,
    oidc_routes,
    second_routes,
    service,
    users,
)
from .asking import COOKIE, WITH_ACCESS, AnyRequest, address_of, refresh_cookie
from .authenticate import Access
from .model import (
    ApiKeyView,
    Email,
    NewApiKey,
    NewPassword,
    NewUser,
    Password,
    PersonName,
    Profile,
    Role,
    User,
    UserChange,
    UserView,
    key_view,
    view,
)
from .tokens import LIVES_SECONDS


class SignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``cookie`` keeps the refresh token where scripts cannot read it; for browsers.

    ``code`` is of the authenticator app, or a recovery code, where the user has a second factor.
    """

    email: Email
    password: Password
    code: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    cookie: bool = False


class RefreshToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The refresh token, where no cookie holds it."""

    refresh_token: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class SignedInUser(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed in."""

    id: str
    email: str
    name: str
    role: Role


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """An access token for ``expires_in`` seconds; ``refresh_token`` is null in cookie mode."""

    access_token: str
    token_type: str = "Bearer"
    expires_in: int = LIVES_SECONDS
    refresh_token: str | None
    user: SignedInUser
    must_change_password: bool


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The password that holds, and the one to come: at least 10 characters."""

    current_password: Password
    new_password: NewPassword


class ProfileChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one may change of oneself."""

    name: PersonName


class UserList(Listing, frozen=True, kw_only=True):
    """A page of users."""

    items: list[UserView]


class CreatedUser(msgspec.Struct, frozen=True, kw_only=True):
    """The user and the password to hand over; it is not shown again."""

    user: UserView
    one_time_password: str


class OneTimePassword(msgspec.Struct, frozen=True, kw_only=True):
    """The password to hand over; it is not shown again."""

    one_time_password: str


class ApiKeyList(Listing, frozen=True, kw_only=True):
    """A page of API keys."""

    items: list[ApiKeyView]


class CreatedApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """The key's text is not shown again."""

    api_key: ApiKeyView
    key: str


class JsonWebKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key (RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str
    use: str
    alg: str


class JsonWebKeySet(msgspec.Struct, frozen=True, kw_only=True):
    """The keys that verify access tokens (RFC 7517)."""

    keys: list[JsonWebKey]


OptionalBody = Annotated[
    RefreshToken | None,
    Body(description="Without a body, the cookie.", examples=[Example(value={})]),
]


def _answer(request: AnyRequest, signed: service.SignedIn, by_cookie: bool) -> Response[Tokens]:
    user, session = signed.user, signed.session
    body = Tokens(
        access_token=signed.access_token,
        refresh_token=None if by_cookie else session.refresh_token,
        user=SignedInUser(id=user.id, email=user.email, name=user.name, role=user.role),
        must_change_password=user.must_change_password,
    )
    lasts = session.expires - int(request.app.state.ports.clock.now().timestamp())
    kept = [refresh_cookie(request, session.refresh_token, lasts)] if by_cookie else []
    return Response(body, status_code=200, headers={"Cache-Control": "no-store"}, cookies=kept)


@post(
    "/auth/login",
    opt=allow(PUBLIC, 401, 429),
    summary="Sign in",
    status_code=200,
    dependencies=WITH_ACCESS,
)
async def login(
    request: AnyRequest, ports: Ports, access: Access, data: SignIn
) -> Response[Tokens]:
    """Access and refresh token for e-mail and password, and the code of a second factor.

    Without the code it refuses with `second-factor-required`: ask for it and send all again.
    """
    signed = await service.sign_in(
        ports, access, address_of(request), data.email, data.password, data.code
    )
    return _answer(request, signed, data.cookie)


@post(
    "/auth/refresh",
    opt=allow(PUBLIC, 401, 429),
    summary="Renew the tokens",
    status_code=200,
    dependencies=WITH_ACCESS,
)
async def refresh(
    request: AnyRequest, ports: Ports, access: Access, data: OptionalBody = None
) -> Response[Tokens]:
    """New tokens for a refresh token, which is used up; a used one ends the session."""
    sent = data.refresh_token if data else None
    token = sent or request.cookies.get(COOKIE)
    if not token:
        raise Unauthenticated("send a refresh token")
    signed = await service.refresh(ports, access, address_of(request), token)
    return _answer(request, signed, by_cookie=sent is None)


@post(
    "/auth/logout",
    opt=allow(PUBLIC),
    summary="Sign out",
    status_code=204,
    dependencies=WITH_ACCESS,
)
async def logout(
    request: AnyRequest, ports: Ports, access: Access, data: OptionalBody = None
) -> Response[None]:
    """Ends the session that the access token, the refresh token or the cookie names."""
    token = (data.refresh_token if data else None) or request.cookies.get(COOKIE)
    await service.sign_out(ports, access, request.headers.get("authorization"), token)
    return Response(None, status_code=204, cookies=[refresh_cookie(request, "", 0)])


@get(
    "/auth/.well-known/jwks.json",
    opt=allow(PUBLIC),
    summary="Public keys",
    dependencies=WITH_ACCESS,
)
async def public_keys(access: Access) -> Response[JsonWebKeySet]:
    """The keys that verify access tokens."""
    found = msgspec.convert(await access.tokens.public(), JsonWebKeySet)
    return Response(found, headers={"Cache-Control": "public, max-age=300"})


def _profile(actor: Actor, user: User) -> Profile:
    return Profile(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.role,
        customer_id=user.customer_id,
        must_change_password=user.must_change_password,
        permissions=sorted(actor.permissions),
    )


def _person(actor: Actor) -> str:
    if actor.session is None:
        raise Forbidden("an API key is nobody and has no profile")
    return actor.id


@get("/user/profile", opt=allow(SIGNED_IN), summary="Get one's profile")
async def get_profile(ports: Ports, actor: Actor) -> Profile:
    """Oneself, and what one may do."""
    return _profile(actor, await users.get(ports, _person(actor)))


@patch("/user/profile", opt=allow(SIGNED_IN), summary="Change one's profile")
async def change_profile(ports: Ports, actor: Actor, data: ProfileChange) -> Profile:
    """Changes one's own name."""
    return _profile(actor, await users.rename(ports, actor, data.name))


@post(
    "/user/password",
    opt=allow(SIGNED_IN, 429),
    summary="Change one's password",
    status_code=204,
)
async def change_password(ports: Ports, actor: Actor, data: PasswordChange) -> None:
    """Changes one's own password and ends every other session."""
    await users.change_password(ports, actor, data.current_password, data.new_password)


@get("/users", opt=allow("users:write"), summary="List users")
async def list_users(ports: Ports, limit: Limit, cursor: Cursor) -> UserList:
    """All users, newest first."""
    page = await users.listing(ports, limit, cursor)
    return UserList(items=[view(user) for user in page.items], next_cursor=page.next_cursor)


@post("/users", opt=allow("users:write"), summary="Add a user")
async def create_user(ports: Ports, actor: Actor, data: NewUser) -> Response[CreatedUser]:
    """Adds a user with a one-time password, to be changed at the first sign-in."""
    user, secret = await users.create(ports, actor, data)
    return _secret(CreatedUser(user=view(user), one_time_password=secret))


@patch("/users/{user_id:str}", opt=allow("users:write"), summary="Change a user")
async def change_user(ports: Ports, actor: Actor, user_id: str, data: UserChange) -> UserView:
    """Changes name, role or state; it counts at the user's next request."""
    return view(await users.change(ports, actor, user_id, data))


@post("/users/{user_id:str}/password", opt=allow("users:write"), summary="Reset a password")
async def reset_password(ports: Ports, actor: Actor, user_id: str) -> Response[OneTimePassword]:
    """A new one-time password for another user, whose sessions end."""
    secret = await users.new_one_time_password(ports, actor, user_id)
    return _secret(OneTimePassword(one_time_password=secret))


@get("/auth/api-keys", opt=allow("api-keys:write"), summary="List API keys")
async def list_api_keys(ports: Ports, limit: Limit, cursor: Cursor) -> ApiKeyList:
    """All keys that were not revoked, newest first, without their secrets."""
    page = await keys.listing(ports, limit, cursor)
    return ApiKeyList(items=[key_view(key) for key in page.items], next_cursor=page.next_cursor)


@post("/auth/api-keys", opt=allow("api-keys:write"), summary="Make an API key")
async def create_api_key(ports: Ports, actor: Actor, data: NewApiKey) -> Response[CreatedApiKey]:
    """Makes a key with some of one's own permissions; its text is told only now."""
    key, text = await keys.create(ports, actor, data)
    return _secret(CreatedApiKey(api_key=key_view(key), key=text))


@delete("/auth/api-keys/{key_id:str}", opt=allow("api-keys:write"), summary="Revoke an API key")
async def revoke_api_key(ports: Ports, actor: Actor, key_id: str) -> None:
    """The key stops working at once."""
    await keys.revoke(ports, actor, key_id)


def _secret(body: Any) -> Response[Any]:
    return Response(body, status_code=201, headers={"Cache-Control": "no-store"})


ROUTES = (
    login,
    refresh,
    logout,
    public_keys,
    get_profile,
    change_profile,
    change_password,
    list_users,
    create_user,
    change_user,
    reset_password,
    list_api_keys,
    create_api_key,
    revoke_api_key,
    *account_routes.ROUTES,
    *invitation_routes.ROUTES,
    *second_routes.ROUTES,
    *oidc_routes.ROUTES,
    *audit_routes.ROUTES,
)
