"""Users: who may sign in, with which role."""

from collections.abc import Awaitable, Callable, Mapping
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
    Unauthenticated,
)
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.platform import unique
from omnix.platform.access import Actor
from omnix.platform.changing import sent
from omnix.ports import Absent, Check, Delete, Equals, Operation, Ports, Put, Update

from . import limits, passwords
from .declare import ATTEMPTS, SESSIONS, USER_EMAIL, USERS
from .model import NewUser, User, UserChange

ADMIN_EMAIL = "admin@omnix.local"
Proof = Callable[[User], Awaitable[None]]


async def get(ports: Ports, id: str) -> User:
    """Raises NotFound."""
    stored = await ports.records.get(USERS, id)
    if stored is None:
        raise NotFound(f"no user {id}")
    return msgspec.convert(stored, User)


async def by_email(ports: Ports, email: str) -> User | None:
    """The user with this address. As many look-ups whether there is one or not."""
    try:
        address = text.email(email)
    except ValueError:
        address = "-"
    id = await unique.owner_of(ports.records, USER_EMAIL, address)
    stored = await ports.records.get(USERS, id or "-")
    return None if stored is None else msgspec.convert(stored, User)


async def listing(ports: Ports, limit: int, cursor: str | None) -> Page[User]:
    """Newest first."""
    page = await ports.records.query(
        USERS, "user", index="listing-index", newest_first=True, limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(stored, User) for stored in page.items], page.next_cursor)


def _item(user: User) -> dict[str, Any]:
    stored: dict[str, Any] = msgspec.to_builtins(user)
    stored["listing"] = "user"
    return stored


def _told(user: User, by: str, what: str) -> dict[str, Any]:
    return {"id": user.id, "role": user.role, "state": user.state, "by": by, "what": what}


def person_name(given: str) -> str:
    """Raises Invalid for a blank one."""
    name = text.normal(given)
    if not name:
        raise Invalid.field("name", "must not be blank")
    return name


def one_admin(actor: Actor) -> Check:
    """The actor is an active admin when the change commits, so that one is always left."""
    return Check(USERS, actor.id, when=(Equals("role", ADMIN), Equals("state", "active")))


def in_person(actor: Actor) -> None:
    """Raises Forbidden for an API key: a leaked one must not make itself more of them."""
    if actor.session is None:
        raise Forbidden("sign in to do this; an API key may not")


async def create(ports: Ports, actor: Actor, new: NewUser) -> tuple[User, str]:
    """The user and the one-time password. Raises AlreadyExists for a taken e-mail address."""
    in_person(actor)
    try:
        address = text.email(new.email)
    except ValueError as error:
        raise Invalid.field("email", str(error)) from error
    return await _add(ports, address, new, actor.id, [one_admin(actor)], passwords.one_time())


def operations_of_new(user: User) -> list[Operation]:
    """What stores a new user; the first of them fails where the address is taken."""
    return [
        unique.claim(USER_EMAIL, user.email, user.id),
        Put(USERS, _item(user), when=(Absent(),)),
    ]


async def _add(
    ports: Ports, address: str, new: NewUser, by: str, guards: list[Operation], secret: str
) -> tuple[User, str]:
    now = instant(ports.clock.now())
    user = User(
        id=new_id("usr"),
        email=address,
        name=person_name(new.name),
        role=new.role,
        password_hash=await passwords.hash_of(secret),
        must_change_password=True,
        created_at=now,
        updated_at=now,
    )
    event = Event("user.created", user.id, now, _told(user, by, "created"))
    try:
        await ports.records.write([*operations_of_new(user), *guards], [event])
    except ConditionFailed as error:
        if 0 in error.failed:
            raise AlreadyExists.field("email", address) from error
        raise Forbidden("only an active admin may add users") from error
    return user, secret


async def anybody(ports: Ports) -> bool:
    """Whether there is a user."""
    return bool((await ports.records.query(USERS, "user", index="listing-index", limit=1)).items)


async def ensure_admin(
    ports: Ports, email: str = ADMIN_EMAIL, password: str | None = None
) -> str | None:
    """Make the first user, an admin, where there is none; returns its one-time password, which
    is ``password`` where the caller has kept one already.

    Two processes that start at once make one: the other gets None.
    """
    if await anybody(ports):
        return None
    try:
        address = text.email(email)
    except ValueError as error:
        raise Invalid.field("email", str(error)) from error
    first = unique.claim("auth", "first-admin", address)
    try:
        admin = NewUser(email=address, name="Admin", role="admin")
        secret = password or passwords.one_time()
        await _add(ports, address, admin, "system", [first], secret)
    except (AlreadyExists, Forbidden):
        return None
    return secret


async def change(ports: Ports, actor: Actor, id: str, change: UserChange) -> User:
    """Change name, role or state; a disabled user's sessions and keys stop at once.

    Raises Forbidden for one's own role or state: another admin must do that.
    """
    in_person(actor)
    before = await get(ports, id)
    given = sent(change, before.version, "the user")
    if "name" in given:
        given["name"] = person_name(given["name"])
    if id == actor.id and any(getattr(before, f) != given.get(f, getattr(before, f))
                              for f in ("role", "state")):  # fmt: skip
        raise Forbidden("another admin must change your role or state")
    if given.get("state") == "disabled":
        given["generation"] = before.generation + 1
    # A batch names a key once, and for oneself the version says as much.
    guards: list[Operation] = [] if id == actor.id else [one_admin(actor)]
    return await _store(ports, before, given, actor.id, "changed", guards)


async def rename(ports: Ports, actor: Actor, name: str) -> User:
    """Change one's own name."""
    in_person(actor)
    before = await get(ports, actor.id)
    return await _store(ports, before, {"name": person_name(name)}, actor.id, "renamed", [])


async def _store(
    ports: Ports,
    before: User,
    given: Mapping[str, Any],
    by: str,
    what: str,
    more: list[Operation],
    network: str | None = None,
) -> User:
    now = instant(ports.clock.now())
    after = msgspec.structs.replace(before, **given, updated_at=now, version=before.version + 1)
    stored = Put(USERS, _item(after), when=(Equals("version", before.version),))
    told = _told(after, by, what)
    if network is not None:
        told["network"] = network
    event = Event("user.changed", after.id, now, told)
    try:
        await ports.records.write([stored, *more], [event])
    except ConditionFailed as error:
        raise Conflict("the user, or your own rights, changed meanwhile; read again") from error
    return after


async def change_password(ports: Ports, actor: Actor, current: str, new: str) -> None:
    """Change one's own password; ends every other session.

    Raises Invalid if ``current`` is wrong or ``new`` is too easy, TooMany after many wrong ones.
    """
    in_person(actor)
    before = await get(ports, actor.id)
    passwords.check_new(new, before.email.split("@", 1)[0], before.email, before.name)
    counted = await limits.claim_within(ports, before.email, str(actor.session))
    if not await passwords.matches(before.password_hash, current):
        raise Invalid.field("current_password", "is not your password")
    if current == new:
        raise Invalid.field("new_password", "must differ from the current one")
    generation = before.generation + 1
    given = {
        "password_hash": await passwords.hash_of(new),
        "must_change_password": False,
        "generation": generation,
    }
    kept = Update(
        SESSIONS,
        str(actor.session),
        set={"generation": generation},
        when=(Equals("generation", before.generation),),
    )
    await _store(ports, before, given, actor.id, "password", [kept, Delete(ATTEMPTS, counted)])


async def new_one_time_password(ports: Ports, actor: Actor, id: str) -> str:
    """A one-time password for another user, whose sessions all end."""
    in_person(actor)
    if id == actor.id:
        raise Forbidden("change your own password instead")
    return await _reset(ports, await get(ports, id), actor.id, [one_admin(actor)])


async def reset_password(ports: Ports, email: str) -> str:
    """A one-time password for the user, also a disabled one, for whoever runs the machine.

    Ends all sessions and any pause after wrong attempts. Raises NotFound.
    """
    user = await by_email(ports, email)
    if user is None:
        raise NotFound("no user has this e-mail address")
    return await _reset(ports, user, "system", [])


async def _reset(ports: Ports, user: User, by: str, guards: list[Operation]) -> str:
    secret = passwords.one_time()
    given = {
        "password_hash": await passwords.hash_of(secret),
        "must_change_password": True,
        "generation": user.generation + 1,
    }
    forget = await limits.forgotten(ports, user.email)
    await _store(ports, user, given, by, "password reset", [*forget, *guards])
    return secret


async def choose_password(
    ports: Ports, user: User, new: str, network: str | None, *used: Operation
) -> None:
    """A password chosen by whoever reads the user's mail; ends all sessions and pauses."""
    given = {
        "password_hash": await passwords.hash_of(new),
        "must_change_password": False,
        "generation": user.generation + 1,
        "email_verified_at": user.email_verified_at or instant(ports.clock.now()),
    }
    more = [*used, *await limits.forgotten(ports, user.email)]
    await _store(ports, user, given, user.id, "password reset by mail", more, network)


async def change_address(
    ports: Ports,
    user: User,
    email: str,
    verified_at: str,
    network: str | None,
    more: list[Operation],
) -> User:
    """The user with another address, in the batch that claims it; raises Conflict."""
    given = {"email": email, "email_verified_at": verified_at}
    return await _store(ports, user, given, user.id, "address", more, network)


async def link(ports: Ports, user: User, customer_id: str) -> User:
    """The user as this customer, whose address it has shown to be its own."""
    try:
        return await _store(ports, user, {"customer_id": customer_id}, user.id, "linked", [])
    except Conflict:
        return await get(ports, user.id)


async def sign_in(
    ports: Ports, email: str, password: str, address: str = "", also: Proof | None = None
) -> User:
    """The user who knows the password, where ``address`` is the network's.

    ``also`` refuses who must prove more than that; what it refuses counts as a wrong password
    does. Raises Unauthenticated, in the same words and after the same work whether the e-mail, the
    password or the account's state was wrong; TooMany.
    """
    try:
        account = text.email(email)
    except ValueError:
        account = text.normal(email)[:254]
    counted = await limits.claim(ports, account, address)
    user = await by_email(ports, account)
    right = await passwords.matches(user.password_hash if user else None, password)
    if user is None or not right or user.state != "active":
        raise Unauthenticated("wrong e-mail address or password")
    if also is not None:
        await also(user)
    await limits.succeeded(ports, account, address, counted)
    if passwords.outdated(user.password_hash):
        user = await _rehashed(ports, user, password)
    return user


async def _rehashed(ports: Ports, user: User, password: str) -> User:
    given = {"password_hash": await passwords.hash_of(password)}
    try:
        return await _store(ports, user, given, user.id, "password kept under new parameters", [])
    except Conflict:
        return await get(ports, user.id)
