"""Signing in with another address: it changes once somebody who reads its mail says so."""

from omnix.kit import text
from omnix.kit.errors import Conflict, Invalid, NotFound, TooMany
from omnix.kit.ids import new_id
from omnix.kit.time import instant
from omnix.platform import jobs, unique
from omnix.platform.access import Actor
from omnix.ports import Absent, Delete, Operation, Ports, Put

from . import audit, limits, mailed, passwords, users
from .authenticate import Access
from .declare import ATTEMPTS, EMAIL_MAIL, REGISTRATIONS, USER_EMAIL
from .model import User


async def ask(ports: Ports, actor: Actor, password: str, email: str) -> None:
    """Mail a token to the new address and a warning to the one that holds.

    Whether the address is another's is told in its mail alone. Raises Invalid for the password or
    the address, TooMany after five in an hour or after many wrong passwords.
    """
    users.in_person(actor)
    user = await users.get(ports, actor.id)
    try:
        wanted = text.email(email)
    except ValueError as error:
        raise Invalid.field("email", str(error)) from error
    counted = await limits.claim_within(ports, user.email, str(actor.session))
    if not await passwords.matches(user.password_hash, password):
        raise Invalid.field("password", "is not your password")
    await ports.records.write([Delete(ATTEMPTS, counted)])
    if wanted == user.email:
        raise Invalid.field("email", "is your address already")
    if not await limits.allowed(
        ports, "address-change", user.id, limits.MAILS, limits.MAIL_SECONDS
    ):
        raise TooMany("five such mails an hour are enough", retry_after=limits.MAIL_SECONDS)
    asked = {
        "id": new_id("chg"),
        "user": user.id,
        "email": wanted,
        "former": user.email,
        "generation": user.generation,
        "expires": int(ports.clock.now().timestamp()) + mailed.VERIFY_SECONDS,
    }
    if await mailed.may_mail(ports, wanted):
        await ports.records.write([Put(REGISTRATIONS, asked, when=(Absent(),))])
        await jobs.submit(ports, EMAIL_MAIL, {"change": asked["id"]})


async def confirm(ports: Ports, access: Access, address: str, token: str) -> User:
    """The user with the address that the token was mailed to. Sessions go on.

    Void once the password, the state or the address changed since it was asked for. Raises
    Invalid for the token, TooMany.
    """
    await limits.take(ports, address, access.address_attempts)
    about, used = await mailed.read(ports, mailed.EMAIL, token)
    asked = await ports.records.get(REGISTRATIONS, str(about["change"]))
    if asked is None:
        raise mailed.wrong()
    try:
        user = await users.get(ports, str(asked["user"]))
    except NotFound as error:
        raise mailed.wrong() from error
    stands = (asked["former"], asked["generation"], "active")
    if (user.email, user.generation, user.state) != stands:
        raise mailed.wrong()
    email = str(asked["email"])
    operations: list[Operation] = [
        used,
        Delete(REGISTRATIONS, asked["id"]),
        unique.release(USER_EMAIL, user.email, user.id),
        unique.claim(USER_EMAIL, email, user.id),
    ]
    verified = instant(ports.clock.now())
    try:
        return await users.change_address(
            ports, user, email, verified, audit.network(address), operations
        )
    except Conflict as error:  # used at the same moment, or somebody took the address since
        raise mailed.wrong() from error
