"""Sign-in with an OpenID Connect provider: authorization code with PKCE, state and nonce.

Set up by the environment: OMNIX_OIDC_ISSUER, OMNIX_OIDC_CLIENT_ID, OMNIX_OIDC_REDIRECT_URI, and
where needed OMNIX_OIDC_CLIENT_SECRET and OMNIX_OIDC_NEW_USERS (``customer`` or ``none``); or by
the secret ``auth-oidc`` with the fields of ``Provider`` as JSON. What the provider says is
believed only after its signature, issuer, audience, time and nonce were checked; an address links
to a user only if the provider says that it verified it. A refusal carries a ``reason``, which the
sign-in page puts into words; without one it is the provider's doing.
"""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from omnix.kit import text
from omnix.kit.errors import ConditionFailed, Forbidden, Invalid, NotFound, Unauthenticated
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.time import instant
from omnix.platform import unique
from omnix.ports import Absent, Condition, Delete, Equals, Operation, Ports, Present, Put

from . import audit, limits, passwords, users
from .authenticate import Access
from .declare import IDENTITIES, OIDC_SIGN_INS, USERS
from .model import User
from .outbound import asked, safe
from .register import CUSTOMER_EMAIL

LIVES_SECONDS = 600
LEEWAY_SECONDS = 60
ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "RS384", "RS512", "Ed25519", "EdDSA"]
"""Signatures with a public key only: no shared secret can be mistaken for one."""

_SECRET = "auth-oidc"


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to ask, and what becomes of people who have no user here yet."""

    issuer: str
    client_id: str
    redirect_uri: str
    client_secret: str = ""
    new_users: Literal["customer", "none"] = "customer"


class Discovered(msgspec.Struct, frozen=True):
    """What we need of the provider's description of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = msgspec.field(
        default_factory=lambda: ["client_secret_basic"]
    )


class Granted(msgspec.Struct, frozen=True):
    """The provider's answer to the code."""

    id_token: str


@dataclass(frozen=True, slots=True)
class Began:
    """Where to send the browser, and what it must bring back as a cookie."""

    url: str
    cookie: str


async def settings(ports: Ports, environment: Mapping[str, str] = os.environ) -> Provider:
    """Raises NotFound where no provider is set up, Invalid for settings that are wrong."""
    given = {
        field: environment[name]
        for field in Provider.__struct_fields__
        if environment.get(name := f"OMNIX_OIDC_{field.upper()}")
    }
    if "issuer" not in given:
        stored = await ports.secrets.get(_SECRET)
        if stored is None:
            raise NotFound("no provider to sign in with is set up")
        given = msgspec.json.decode(stored)
    try:
        return msgspec.convert(given, Provider)
    except msgspec.ValidationError as error:
        raise Invalid(f"the settings of the OpenID provider are wrong: {error}") from error


async def _discover(provider: Provider) -> Discovered:
    at = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    found = await asked(at, Discovered)
    if found.issuer != provider.issuer:
        raise Unauthenticated("the provider gives itself another name than it is set up with")
    for url in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
        safe(url)
    return found


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


async def begin(ports: Ports, access: Access, address: str) -> Began:
    """Raises NotFound, TooMany, and Unavailable while the provider cannot be reached."""
    provider = await settings(ports)
    await limits.take(ports, address, access.address_attempts)
    found = await _discover(provider)
    state, nonce, verifier, cookie = (secrets.token_urlsafe(32) for _ in range(4))
    item = {
        "id": _hash(state),
        "browser": _hash(cookie),
        "nonce": nonce,
        "verifier": verifier,
        "expires": int(ports.clock.now().timestamp()) + LIVES_SECONDS,
    }
    await ports.records.write([Put(OIDC_SIGN_INS, item, when=(Absent(),))])
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": provider.redirect_uri,
        "scope": "openid email profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    mark = "&" if "?" in found.authorization_endpoint else "?"
    return Began(f"{found.authorization_endpoint}{mark}{urlencode(query)}", cookie)


async def finish(
    ports: Ports, access: Access, address: str, *, state: str, code: str, cookie: str, issuer: str
) -> User:
    """The user behind the code. Raises Unauthenticated for whatever does not fit.

    ``cookie`` is what ``begin`` gave this browser, so that nobody signs another in as himself.
    """
    provider = await settings(ports)
    await limits.take(ports, address, access.address_attempts)
    stored = await ports.records.get(OIDC_SIGN_INS, _hash(state))
    now = ports.clock.now().timestamp()
    if stored is None or stored["expires"] <= now:
        raise Unauthenticated("this sign-in is over; begin again", reason="over")
    if not hmac.compare_digest(_hash(cookie), str(stored["browser"])):
        raise Unauthenticated("this sign-in was begun in another browser", reason="over")
    try:
        await ports.records.write([Delete(OIDC_SIGN_INS, stored["id"], when=(Present(),))])
    except ConditionFailed as error:
        raise Unauthenticated("this sign-in is over; begin again", reason="over") from error
    if issuer and issuer != provider.issuer:
        raise Unauthenticated("the answer came from another provider")
    found = await _discover(provider)
    token = await _exchange(provider, found, code, str(stored["verifier"]))
    keys = await asked(found.jwks_uri, dict[str, Any])
    claims = verified(token, keys, provider, str(stored["nonce"]), int(now))
    return await _user(ports, provider, claims, address)


async def _exchange(provider: Provider, found: Discovered, code: str, verifier: str) -> str:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": provider.redirect_uri,
        "client_id": provider.client_id,
        "code_verifier": verifier,
    }
    basic = None
    if provider.client_secret:
        if "client_secret_basic" in found.token_endpoint_auth_methods_supported:
            basic = (provider.client_id, provider.client_secret)
        else:
            form["client_secret"] = provider.client_secret
    return (await asked(found.token_endpoint, Granted, form, basic)).id_token


def verified(
    token: str, keys: Mapping[str, Any], provider: Provider, nonce: str, now: int
) -> dict[str, Any]:
    """The claims of an ID token. Raises Unauthenticated unless all of them hold."""
    rules = jwt.JWTClaimsRegistry(
        now=now,
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        if jws.extract_compact(token.encode()).headers().get("alg") not in ALGORITHMS:
            raise Unauthenticated("the provider's token is not valid")
        known = KeySet.import_key_set(keys)  # type: ignore[arg-type]
        claims = jwt.decode(token, known, algorithms=ALGORITHMS).claims
        rules.validate(claims)
        audience = claims["aud"]
        several = isinstance(audience, list) and len(audience) > 1
        if (several or "azp" in claims) and claims.get("azp") != provider.client_id:
            raise Unauthenticated("the provider's token is for somebody else")
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise Unauthenticated("the provider's token names nobody")
    except (
        JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError,
    ) as error:  # fmt: skip
        raise Unauthenticated("the provider's token is not valid") from error
    return dict(claims)


async def _user(ports: Ports, provider: Provider, claims: Mapping[str, Any], address: str) -> User:
    identity = _hash(f"{provider.issuer}\n{claims['sub']}")
    link = await ports.records.get(IDENTITIES, identity)
    known = None if link is None else await ports.records.get(USERS, str(link["user"]))
    if known is not None:
        return _active(msgspec.convert(known, User))
    # The account that a provider's name led to may have been erased.
    stands: Condition = Absent() if link is None else Equals("user", str(link["user"]))
    try:
        email = text.email(str(claims.get("email") or ""))
    except ValueError:
        email = ""
    if not email or claims.get("email_verified") is not True:
        raise Forbidden("the provider has not verified your address", reason="unverified")
    user = await users.by_email(ports, email)
    now = instant(ports.clock.now())
    operations: list[Operation] = []
    kind, what = "user.changed", "linked to a provider"
    if user is None:
        if provider.new_users == "none":
            raise Forbidden("nobody here has your address; ask an admin", reason="unknown")
        user = await _made(ports, email, str(claims.get("name") or ""), now)
        operations += users.operations_of_new(user)
        kind, what = "user.registered", "registered by a provider"
    _active(user)
    put = Put(IDENTITIES, {"id": identity, "user": user.id, "created_at": now}, when=(stands,))
    told = {"id": user.id, "role": user.role, "state": user.state, "by": user.id, "what": what,
            "network": audit.network(address)}  # fmt: skip
    try:
        await ports.records.write([put, *operations], [Event(kind, user.id, now, told)])
    except ConditionFailed as error:
        raise Unauthenticated(
            "somebody signed in so at the same moment; try again", reason="over"
        ) from error
    return user


async def _made(ports: Ports, email: str, name: str, now: str) -> User:
    return User(
        id=new_id("usr"),
        email=email,
        name=(text.normal(name) or email.split("@", 1)[0])[:200],
        role="customer",
        password_hash=await passwords.hash_of(passwords.one_time()),
        customer_id=await unique.owner_of(ports.records, CUSTOMER_EMAIL, email),
        email_verified_at=now,
        created_at=now,
        updated_at=now,
    )


def _active(user: User) -> User:
    if user.state != "active":
        raise Unauthenticated("this account may not sign in", reason="disabled")
    return user
