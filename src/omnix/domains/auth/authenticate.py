"""Who sends a request: an access token or an API key, checked against what is stored now.

Nothing is kept past a change: a session that was ended, a user who was disabled or got another
role, and a key that was revoked count at the next request. Only the signature of a token is.
"""

from collections.abc import Mapping

from omnix.kit.declare import SERVICE
from omnix.kit.errors import Unauthenticated
from omnix.platform.access import Actor
from omnix.platform.pace import Pace
from omnix.ports import Item, Ports

from . import keys
from .declare import SESSIONS, USERS
from .tokens import KeyRing

ADDRESS_ATTEMPTS = 50
"""Requests to the sign-in routes from one address in 15 minutes."""

_NONE: frozenset[str] = frozenset()


class Access:
    """The platform's Authenticator, with the keys and rules that signing in needs too.

    ``roles`` says what each role may do.
    """

    def __init__(
        self,
        ports: Ports,
        roles: Mapping[str, frozenset[str]],
        address_attempts: int = ADDRESS_ATTEMPTS,
        pace: Pace | None = None,
    ) -> None:
        self.roles = roles
        self.tokens = KeyRing(ports)
        self.address_attempts = address_attempts
        self._ports = ports
        self._pace = pace or Pace(0)
        # What the last key came to, for as long as the store says the same of it.
        self._last: tuple[Item, Item | None, Actor] | None = None

    async def __call__(self, headers: Mapping[str, str]) -> Actor:
        given = headers.get("authorization")
        if given is None:
            raise Unauthenticated("send an access token or an API key")
        scheme, _, proof = given.partition(" ")
        if scheme.lower() != "bearer" or not proof:
            raise Unauthenticated("send it as Authorization: Bearer ...")
        if proof.startswith(keys.PREFIX):
            return await self._key(proof)
        actor = await self._token(proof)
        if actor.customer_id is not None:
            self._pace.take(f"customer {actor.customer_id}")
        return actor

    async def _token(self, token: str) -> Actor:
        claims = await self.tokens.verify(token)
        get = self._ports.records.get
        session = await get(SESSIONS, claims.session)
        user = await get(USERS, claims.user)
        if (
            session is None
            or user is None
            or session["user"] != claims.user
            or session["generation"] != user["generation"]
            or user["state"] != "active"
        ):
            raise Unauthenticated("the session has ended; sign in again")
        if user["must_change_password"]:
            return Actor(
                claims.user, user["role"], _NONE, user["customer_id"], claims.session, True
            )
        role = user["role"]
        return Actor(
            claims.user, role, self.roles.get(role, _NONE), user["customer_id"], claims.session
        )

    async def _key(self, text: str) -> Actor:
        key = await keys.recognise(self._ports, text)
        owner: Item | None = None
        if key["owner"] != keys.MACHINE:
            owner = await self._ports.records.get(USERS, key["owner"])
            if owner is None or owner["state"] != "active":
                raise Unauthenticated("the API key's owner may no longer sign in")
        known = self._last
        if known is not None and known[0] == key and known[1] == owner:
            return known[2]
        allowed = frozenset(key["permissions"]) - keys.IN_PERSON
        if owner is not None:
            allowed &= self.roles.get(owner["role"], _NONE)
        actor = Actor(key["id"], SERVICE, allowed)
        self._last = (key, owner, actor)
        return actor


def make_authenticator(
    ports: Ports,
    roles: Mapping[str, frozenset[str]],
    address_attempts: int = ADDRESS_ATTEMPTS,
    pace: Pace | None = None,
) -> Access:
    """The Authenticator of ``ports``; ``roles`` maps each role to its permissions.

    Without a ``pace`` customers are not counted.
    """
    return Access(ports, roles, address_attempts, pace)
