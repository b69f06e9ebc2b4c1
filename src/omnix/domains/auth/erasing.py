"""The accounts of a customer who is erased."""

from collections.abc import Mapping
from typing import Any

import msgspec

from omnix.kit.declare import CUSTOMER
from omnix.kit.errors import ConditionFailed
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.platform import unique
from omnix.platform.jobs import JobContext, JobHandler
from omnix.ports import Delete, Equals, Operation, Ports

from . import limits
from .declare import FORGET, SECOND_FACTORS, SESSIONS, USER_EMAIL, USERS
from .model import User

_AT_ONCE = 50


async def accounts_of(ports: Ports, customer_id: str) -> list[User]:
    """The users who are this customer, as a rule none or one; staff never."""
    page = await ports.records.query(USERS, customer_id, index="customer-index", limit=_AT_ONCE)
    users = [msgspec.convert(item, User) for item in page.items]
    return [user for user in users if user.role == CUSTOMER]


async def forget_customer(ports: Ports, customer_id: str) -> int:
    """Delete the accounts with all that hangs on them; their number.

    Mailed codes run out by themselves, and what is left of a provider's sign-in is a hash that
    leads to nobody. Done again, it finds nothing.
    """
    users = await accounts_of(ports, customer_id)
    for user in users:
        await _forget(ports, user)
    return len(users)


async def _forget(ports: Ports, user: User) -> None:
    while True:
        page = await ports.records.query(SESSIONS, user.id, index="user-index", limit=_AT_ONCE)
        if not page.items:
            break
        await ports.records.write([Delete(SESSIONS, str(item["id"])) for item in page.items])
    operations: list[Operation] = [
        Delete(USERS, user.id, when=(Equals("version", user.version),)),
        Delete(SECOND_FACTORS, user.id),
        *await limits.forgotten(ports, user.email),
    ]
    if await unique.owner_of(ports.records, USER_EMAIL, user.email) == user.id:
        operations.append(unique.release(USER_EMAIL, user.email, user.id))
    event = Event("user.erased", user.id, instant(ports.clock.now()), {"id": user.id})
    try:
        await ports.records.write(operations, [event])
    except ConditionFailed:
        stored = await ports.records.get(USERS, user.id)
        if stored is not None:
            await _forget(ports, msgspec.convert(stored, User))


async def _run(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"accounts": await forget_customer(context.ports, str(payload["customer_id"]))}


JOBS = (JobHandler(FORGET, _run),)
