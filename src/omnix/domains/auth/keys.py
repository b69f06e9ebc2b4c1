"""API keys: ``omx_<id>_<secret>``, told once, kept as a hash, bounded by their owner's rights."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec

from omnix.kit.errors import ConditionFailed, Forbidden, Invalid, NotFound, Unauthenticated
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.text import normal
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.ports import Absent, Delete, Item, Operation, Ports, Present, Put, Update

from . import users
from .declare import API_KEYS
from .model import ApiKey, NewApiKey

PREFIX = "omx_"
MACHINE = "system"
"""The owner of keys made at the command line: nobody's rights bound them."""

IN_PERSON = frozenset({"users:write", "api-keys:write"})
"""What only a person who signed in may do, so no key can hold it."""


def _hash(secret: str) -> str:
    # Plain SHA-256 is right here: there is nothing to guess in 256 random bits.
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


async def create(ports: Ports, actor: Actor, new: NewApiKey) -> tuple[ApiKey, str]:
    """The key and its text. Raises Invalid for permissions that the actor has not."""
    users.in_person(actor)
    wanted = tuple(dict.fromkeys(new.permissions))
    for position, permission in enumerate(wanted):
        if permission not in actor.permissions or permission in IN_PERSON:
            raise Invalid.field(
                f"permissions[{position}]", "is not a permission that you can give to a key"
            )
    name = normal(new.name)
    if not name:
        raise Invalid.field("name", "must not be blank")
    try:
        return await _make(
            ports, name, actor.id, wanted, new.expires_in_days, [users.one_admin(actor)]
        )
    except ConditionFailed as error:
        raise Forbidden("only an active admin may make API keys") from error


async def create_for_system(ports: Ports, name: str, permissions: Iterable[str], days: int) -> str:
    """The text of a key that belongs to no user, for whoever runs the machine."""
    wanted = tuple(sorted(set(permissions) - IN_PERSON))
    _, text = await _make(ports, normal(name) or "API key", MACHINE, wanted, days, [])
    return text


async def _make(
    ports: Ports,
    name: str,
    owner: str,
    permissions: tuple[str, ...],
    days: int,
    guards: list[Operation],
) -> tuple[ApiKey, str]:
    now = ports.clock.now()
    id, secret = new_id("key"), secrets.token_hex(32)
    key = ApiKey(
        id=id,
        name=name,
        owner=owner,
        hash=_hash(secret),
        permissions=permissions,
        created_at=instant(now),
        expires_at=instant(now + timedelta(days=days)),
    )
    item: dict[str, Any] = {**msgspec.to_builtins(key), "listing": "key"}
    told = {"id": id, "owner": owner, "permissions": list(permissions), "by": owner}
    event = Event("api-key.created", id, instant(now), told)
    await ports.records.write([Put(API_KEYS, item, when=(Absent(),)), *guards], [event])
    return key, f"{PREFIX}{id.removeprefix('key_')}_{secret}"


async def listing(ports: Ports, limit: int, cursor: str | None) -> Page[ApiKey]:
    """All that were not revoked, newest first."""
    page = await ports.records.query(
        API_KEYS, "key", index="listing-index", newest_first=True, limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(stored, ApiKey) for stored in page.items], page.next_cursor)


async def revoke(ports: Ports, actor: Actor, id: str) -> None:
    """The key stops working at once. Raises NotFound."""
    now = instant(ports.clock.now())
    event = Event("api-key.revoked", id, now, {"id": id, "by": actor.id})
    try:
        await ports.records.write([Delete(API_KEYS, id, when=(Present(),))], [event])
    except ConditionFailed as error:
        raise NotFound(f"no API key {id}") from error


async def recognise(ports: Ports, given: str) -> Item:
    """The stored key behind the text. Raises Unauthenticated for none, a wrong or an old one."""
    id, _, secret = given.removeprefix(PREFIX).partition("_")
    stored = await ports.records.get(API_KEYS, f"key_{id}") if "\0" not in id else None
    right = hmac.compare_digest(_hash(secret), stored["hash"] if stored else _hash(""))
    if stored is None or not right:
        raise Unauthenticated("the API key is not valid")
    now = instant(ports.clock.now())
    if stored["expires_at"] <= now:
        raise Unauthenticated("the API key has expired")
    hour = now[:13]
    if (stored["last_used_at"] or "")[:13] != hour:
        used = Update(
            API_KEYS, stored["id"], set={"last_used_at": f"{hour}:00:00.000Z"}, when=(Present(),)
        )
        try:
            await ports.records.write([used])
        except ConditionFailed as error:
            raise Unauthenticated("the API key is not valid") from error
    return stored
