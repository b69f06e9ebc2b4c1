"""Access tokens: short-lived JWTs signed with Ed25519 under keys that can be changed.

The algorithm's name in the header is ``Ed25519`` (RFC 9864, which retires the ambiguous
``EdDSA``); nothing else is accepted, whatever a token says of itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from omnix.kit.errors import Unauthenticated
from omnix.kit.ids import new_id
from omnix.ports import Ports

ALGORITHM = "Ed25519"
TYPE = "at+jwt"
ISSUER = "omnix"
AUDIENCE = "omnix-api"
LIVES_SECONDS = 900
_SECRET = "auth-signing-keys"
_KEPT_KEYS = 3
_RELOAD_SECONDS = 30.0
_CACHED = 10_000
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says: the user, the session, and when it ends (epoch seconds)."""

    user: str
    session: str
    expires: int


class KeyRing:
    """The signing keys of this process. The first signs; all of them verify."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._keys: dict[str, OKPKey] = {}
        self._loaded_at = float("-inf")
        self._verified: dict[str, Claims] = {}
        self._rules = jwt.JWTClaimsRegistry(
            now=lambda: int(ports.clock.now().timestamp()),
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            sid={"essential": True},
        )

    async def sign(self, user: str, role: str, session: str) -> str:
        """A token for 15 minutes."""
        keys = await self._loaded()
        kid, key = next(iter(keys.items()))
        now = int(self._ports.clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + LIVES_SECONDS,
            "sub": user,
            "role": role,
            "sid": session,
            "jti": new_id("tok"),
        }
        header = {"alg": ALGORITHM, "kid": kid, "typ": TYPE}
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])

    async def verify(self, token: str) -> Claims:
        """What the token says. Raises Unauthenticated unless it was signed here and still holds.

        A token that was verified once is known until it ends: the signature costs 100
        microseconds, the look-up one.
        """
        now = self._ports.clock.now().timestamp()
        known = self._verified.get(token)
        if known is None:
            known = await self._checked(token)
            if len(self._verified) >= _CACHED:
                self._verified.pop(next(iter(self._verified)))
            self._verified[token] = known
        if known.expires <= now:
            self._verified.pop(token, None)
            raise Unauthenticated("the access token has expired")
        return known

    async def _checked(self, token: str) -> Claims:
        if len(token) > _LONGEST:
            raise Unauthenticated("the access token is not valid")
        try:
            header = jws.extract_compact(token.encode()).headers()
            kid = header.get("kid")
            if header.get("alg") != ALGORITHM or header.get("typ") != TYPE:
                raise Unauthenticated("the access token is not valid")
            key = await self._key(kid) if isinstance(kid, str) else None
            if key is None:
                raise Unauthenticated("the access token is not valid")
            claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
            self._rules.validate(claims)
            return Claims(_text(claims["sub"]), _text(claims["sid"]), int(claims["exp"]))
        except (
            JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError,
        ) as error:  # fmt: skip
            raise Unauthenticated("the access token is not valid or has expired") from error

    async def _key(self, kid: str) -> OKPKey | None:
        keys = await self._loaded()
        if kid not in keys:
            now = self._ports.clock.now().timestamp()
            if abs(now - self._loaded_at) >= _RELOAD_SECONDS:
                # Another process may have changed the keys; a stranger's token asks in vain.
                keys = await self._load()
        return keys.get(kid)

    async def _loaded(self) -> dict[str, OKPKey]:
        return self._keys or await self._load()

    async def _load(self) -> dict[str, OKPKey]:
        self._loaded_at = self._ports.clock.now().timestamp()
        raw = await self._ports.secrets.ensure(_SECRET, _first)
        self._keys = {
            str(stored["kid"]): OKPKey.import_key(stored)
            for stored in msgspec.json.decode(raw, type=list[dict[str, Any]])
        }
        return self._keys

    async def public(self) -> dict[str, list[dict[str, Any]]]:
        """The JWK set by which others may verify our tokens."""
        keys = await self._load()
        return {"keys": [dict(key.as_dict(private=False)) for key in keys.values()]}

    async def rotate(self) -> None:
        """Sign with a new key from now on; the last ones verify on, longer than a token lives."""
        raw = await self._ports.secrets.ensure(_SECRET, _first)
        stored = msgspec.json.decode(raw, type=list[dict[str, Any]])
        kept = [_generate(), *stored][:_KEPT_KEYS]
        await self._ports.secrets.put(_SECRET, msgspec.json.encode(kept))
        await self._load()


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a claim is no text")
    return value


def _generate() -> dict[str, Any]:
    parameters = {"kid": new_id("key"), "use": "sig", "alg": ALGORITHM}
    make: Callable[..., OKPKey] = OKPKey.generate_key
    return dict(make("Ed25519", parameters, private=True).as_dict(private=True))


def _first() -> bytes:
    return msgspec.json.encode([_generate()])
