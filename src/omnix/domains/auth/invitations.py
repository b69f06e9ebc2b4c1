"""Inviting somebody by e-mail: an admin names address and role, the invited choose a password.

An address has one invitation at a time, under its hash, so that asking twice is asking once. It
counts while the admin who asked is an active admin, for seven days after it was mailed last. The
user's id is given out with the invitation, and is what the audit log calls the invited by.
"""

import hashlib
from typing import Any

import msgspec

from omnix.kit import text
from omnix.kit.declare import ADMIN
from omnix.kit.errors import (
    AlreadyExists,
    ConditionFailed,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
)
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.platform import jobs
from omnix.platform.access import Actor
from omnix.ports import Absent, Check, Condition, Delete, Equals, Item, Operation, Ports, Put

from . import audit, limits, mailed, passwords, users
from .authenticate import Access
from .declare import INVITATIONS, INVITE_MAIL, USERS
from .model import Invitation, NewInvitation, User

_KEPT_SECONDS = 30 * 24 * 3600
"""One that is over can be seen and sent again for as long."""


def _id(email: str) -> str:
    return "inv_" + hashlib.sha256(email.encode()).hexdigest()[:26]


def view(ports: Ports, stored: Item) -> Invitation:
    """An invitation as admins see it."""
    over = stored["expires"] <= ports.clock.now().timestamp()
    state = "expired" if over else "open"
    shown = {**stored, "state": state, "expires_at": stored["expires"]}
    return msgspec.convert(shown, Invitation)


async def listing(ports: Ports, limit: int, cursor: str | None) -> Page[Invitation]:
    """Those that nobody accepted or took back, newest first."""
    page = await ports.records.query(
        INVITATIONS,
        "invitation",
        index="listing-index",
        newest_first=True,
        limit=limit,
        cursor=cursor,
    )
    return Page([view(ports, stored) for stored in page.items], page.next_cursor)


async def invite(ports: Ports, actor: Actor, new: NewInvitation) -> Invitation:
    """The invitation, mailed. The same again gives the one that stands, and mails nothing.

    Raises AlreadyExists where the address is a user's, Conflict where it is invited in another
    role, Forbidden unless an active admin asks.
    """
    users.in_person(actor)
    try:
        email = text.email(new.email)
    except ValueError as error:
        raise Invalid.field("email", str(error)) from error
    name = users.person_name(new.name)
    if await users.by_email(ports, email) is not None:
        raise AlreadyExists.field("email", email)
    before = await ports.records.get(INVITATIONS, _id(email))
    if before is not None and before["expires"] > ports.clock.now().timestamp():
        return view(ports, _same(before, new))
    asked: dict[str, Any] = {
        "id": _id(email),
        "user": new_id("usr"),
        "email": email,
        "name": name,
        "role": new.role,
        "listing": "invitation",
        "created_at": instant(ports.clock.now()),
    }
    try:
        return view(ports, await _send(ports, actor, asked, before))
    except Conflict:
        at_once = await ports.records.get(INVITATIONS, _id(email))
        if at_once is None:
            raise
        return view(ports, _same(at_once, new))


def _same(stands: Item, new: NewInvitation) -> Item:
    if stands["role"] != new.role:
        told = f"this address is invited as {stands['role']}; take that back first"
        raise Conflict(told)
    return stands


async def send_again(ports: Ports, actor: Actor, id: str) -> Invitation:
    """Mail it anew, for seven days from now; links mailed before hold no longer than they did.

    Raises NotFound, TooMany after five mails in an hour.
    """
    users.in_person(actor)
    before = await _get(ports, id)
    return view(ports, await _send(ports, actor, dict(before), before))


async def _get(ports: Ports, id: str) -> Item:
    stored = await ports.records.get(INVITATIONS, id)
    if stored is None:
        raise NotFound(f"no invitation {id}")
    return stored


async def _send(ports: Ports, actor: Actor, asked: dict[str, Any], before: Item | None) -> Item:
    if not await mailed.may_mail(ports, str(asked["email"])):
        raise TooMany(
            "this address was mailed five times within the hour", retry_after=limits.MAIL_SECONDS
        )
    now = ports.clock.now()
    expires = int(now.timestamp()) + mailed.INVITE_SECONDS
    item = {
        **asked,
        "by": actor.id,
        "expires": expires,
        "forgotten": expires + _KEPT_SECONDS,
    }
    stands: Condition = Absent() if before is None else Equals("expires", before["expires"])
    told = {"id": item["user"], "role": item["role"], "state": "invited", "by": actor.id}
    event = Event("user.invited", str(item["user"]), instant(now), told)
    operations: list[Operation] = [Put(INVITATIONS, item, when=(stands,)), users.one_admin(actor)]
    try:
        await ports.records.write(operations, [event])
    except ConditionFailed as error:
        if 1 in error.failed:
            raise Forbidden("only an active admin may invite") from error
        raise Conflict("somebody else did the same at this moment") from error
    payload = {"invitation": item["id"], "user": item["user"]}
    await jobs.submit(ports, INVITE_MAIL, payload)
    return item


async def withdraw(ports: Ports, actor: Actor, id: str) -> None:
    """Take it back; its links are void at once. Raises NotFound."""
    users.in_person(actor)
    stored = await _get(ports, id)
    told = {"id": stored["user"], "role": stored["role"], "by": actor.id}
    now = instant(ports.clock.now())
    event = Event("user.invitation-withdrawn", str(stored["user"]), now, told)
    gone = Delete(INVITATIONS, id, when=(Equals("user", stored["user"]),))
    try:
        await ports.records.write([gone, users.one_admin(actor)], [event])
    except ConditionFailed as error:
        if 1 in error.failed:
            raise Forbidden("only an active admin may do this") from error
        raise NotFound(f"no invitation {id}") from error


async def accept(ports: Ports, access: Access, address: str, token: str, password: str) -> User:
    """The new user, whose address counts as verified.

    Raises Invalid for the token or a password that is too easy, TooMany.
    """
    await limits.take(ports, address, access.address_attempts)
    about, used = await mailed.read(ports, mailed.INVITE, token)
    stored = await ports.records.get(INVITATIONS, str(about["invitation"]))
    if stored is None or stored["user"] != about["user"]:
        raise mailed.wrong()
    email, name = str(stored["email"]), str(stored["name"])
    passwords.check_new(password, email.split("@", 1)[0], email, name, field="password")
    now = instant(ports.clock.now())
    user = User(
        id=str(stored["user"]),
        email=email,
        name=name,
        role=stored["role"],
        password_hash=await passwords.hash_of(password),
        email_verified_at=now,
        created_at=now,
        updated_at=now,
    )
    told = {
        "id": user.id, "role": user.role, "state": user.state, "by": user.id,
        "what": "accepted an invitation", "network": audit.network(address),
    }  # fmt: skip
    operations = [
        *users.operations_of_new(user),
        used,
        Delete(INVITATIONS, str(stored["id"]), when=(Equals("user", user.id),)),
        # Whoever may add users no longer adds none through what he asked for before.
        Check(USERS, str(stored["by"]), when=(Equals("role", ADMIN), Equals("state", "active"))),
    ]
    try:
        await ports.records.write(operations, [Event("user.registered", user.id, now, told)])
    except ConditionFailed as error:
        raise mailed.wrong() from error
    return user
