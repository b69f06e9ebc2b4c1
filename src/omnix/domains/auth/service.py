"""Signing in, staying signed in, signing out."""

from dataclasses import dataclass

from omnix.kit.errors import NotFound, OmnixError, Unauthenticated
from omnix.ports import Ports

from . import audit, limits, register, second, sessions, users
from .authenticate import Access
from .model import User
from .users import ADMIN_EMAIL, ensure_admin, reset_password

__all__ = [
    "ADMIN_EMAIL",
    "SignedIn",
    "ensure_admin",
    "refresh",
    "reset_password",
    "sign_in",
    "sign_out",
]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Both tokens, and whose they are."""

    user: User
    access_token: str
    session: sessions.Opened


async def sign_in(
    ports: Ports,
    access: Access,
    address: str,
    email: str,
    password: str,
    code: str | None = None,
) -> SignedIn:
    """``code`` is of the second factor, where the user has one.

    Raises SecondFactorRequired without it, Unauthenticated, or TooMany for the address or the
    account.
    """
    await limits.take(ports, address, access.address_attempts)

    async def proven(user: User) -> None:
        await second.required(ports, user.id, code)

    user = await users.sign_in(ports, email, password, address, proven)
    user = await register.linked(ports, user)
    return await begin_for(ports, access, address, user)


async def begin_for(ports: Ports, access: Access, address: str, user: User) -> SignedIn:
    """A session for somebody who has proven to be ``user``."""
    session = await sessions.begin(ports, user, audit.network(address))
    return SignedIn(user, await access.tokens.sign(user.id, user.role, session.id), session)


async def refresh(ports: Ports, access: Access, address: str, token: str) -> SignedIn:
    """New tokens for a refresh token. Only refusals count against the address.

    Raises Unauthenticated, and TooMany once an address was refused too often.
    """
    try:
        session = await sessions.rotate(ports, token)
        user = await users.get(ports, session.user)
        if user.generation != session.generation or user.state != "active":
            await sessions.end(ports, session.id)
            raise Unauthenticated("the session has ended; sign in again")
    except (Unauthenticated, NotFound) as error:
        await limits.take(ports, address, access.address_attempts)
        raise Unauthenticated("the session has ended; sign in again") from error
    return SignedIn(user, await access.tokens.sign(user.id, user.role, session.id), session)


async def sign_out(
    ports: Ports, access: Access, bearer: str | None, refresh_token: str | None
) -> None:
    """End the sessions that the proofs name. Proofs that hold no more are passed over: whoever
    signs out wants to be out.
    """
    if bearer is not None:
        try:
            actor = await access({"authorization": bearer})
        except Unauthenticated:
            pass
        else:
            if actor.session is not None:
                await sessions.end(ports, actor.session)
    if refresh_token is not None:
        try:
            session = await sessions.rotate(ports, refresh_token)
        except OmnixError:
            return
        await sessions.end(ports, session.id)
