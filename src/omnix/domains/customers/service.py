"""Customers' use cases.

Events name the customer and say no more: what is personal stays in one place, where it can be
erased. Archiving hides a customer and keeps the data.
"""

from collections.abc import Sequence

import msgspec

from omnix.domains.system import settings
from omnix.kit.declare import CUSTOMER
from omnix.kit.errors import AlreadyExists, ConditionFailed, Conflict, Invalid, NotFound
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.platform import merged, search, unique
from omnix.platform.access import Actor
from omnix.platform.changing import sent
from omnix.ports import Absent, Equals, Operation, Ports, Put

from . import consent
from .declare import CUSTOMERS
from .model import Customer, CustomerChange, NewCustomer, Status, item, texts, tidied

SCOPE = "customer"
_ORDERS = {"created_at": "listing-index", "name": "name-index"}
EMAIL_SCOPE = "customer.email"


async def get(ports: Ports, id: str) -> Customer:
    """Raises NotFound."""
    stored = await ports.records.get(CUSTOMERS, id)
    if stored is None:
        raise NotFound(f"no customer {id}")
    return msgspec.convert(stored, Customer)


def own(actor: Actor, customer_id: str) -> None:
    """A customer who asks for another is told that there is none: raises NotFound."""
    if actor.role == CUSTOMER and actor.customer_id != customer_id:
        raise NotFound(f"no customer {customer_id}")


async def kept(ports: Ports, id: str) -> Customer:
    """The customer, or the one that it was merged into. Raises NotFound."""
    stored = await merged.kept(ports.records, CUSTOMERS, id)
    if stored is None:
        raise NotFound(f"no customer {id}")
    return msgspec.convert(stored, Customer)


async def own_or_kept(ports: Ports, actor: Actor, customer_id: str) -> None:
    """As ``own``, and who was merged into another may ask for that one."""
    if actor.role == CUSTOMER and actor.customer_id not in (None, customer_id):
        mine = await kept(ports, str(actor.customer_id))
        if mine.id == customer_id:
            return
    own(actor, customer_id)


async def get_many(ports: Ports, ids: Sequence[str]) -> dict[str, Customer]:
    """The customers that exist among ``ids``, of any number."""
    found: dict[str, Customer] = {}
    distinct = list(dict.fromkeys(ids))
    for start in range(0, len(distinct), 100):
        for stored in await ports.records.get_many(CUSTOMERS, distinct[start : start + 100]):
            if stored is not None:
                found[stored["id"]] = msgspec.convert(stored, Customer)
    return found


async def listing(
    ports: Ports,
    *,
    text: str | None = None,
    status: Status = "active",
    sort: str = "-created_at",
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Customer]:
    """One page: by words, or all of a status in the order of ``sort``."""
    if text is not None:
        owners = await search.find(ports.records, SCOPE, text, limit, cursor)
        by_id = await get_many(ports, owners.items)
        known = [by_id[id] for id in owners.items if id in by_id]
        # Whoever looks for a former address means the one who has it now.
        stands = {c.id: c if c.merged is None else await kept(ports, c.id) for c in known}
        found = {c.id: c for c in stands.values() if c.status == status}
        return Page(list(found.values()), owners.next_cursor)
    order = sort.removeprefix("-")
    if order not in _ORDERS:
        raise Invalid.field("sort", f"must be one of {', '.join(_ORDERS)}, or one with a minus")
    page = await ports.records.query(
        CUSTOMERS,
        status,
        index=_ORDERS[order],
        newest_first=sort.startswith("-"),
        limit=limit,
        cursor=cursor,
    )
    return Page([msgspec.convert(stored, Customer) for stored in page.items], page.next_cursor)


async def create(ports: Ports, actor: Actor, new: NewCustomer) -> Customer:
    """Raises AlreadyExists for a taken id or e-mail address."""
    while True:
        made = await _create(ports, actor, new)
        if made is not None:
            return made


async def _create(ports: Ports, actor: Actor, new: NewCustomer) -> Customer | None:
    """None where the settings of a shop that was empty changed meanwhile."""
    now = instant(ports.clock.now())
    fields = tidied({name: getattr(new, name) for name in new.__struct_fields__ if name != "id"})
    customer = Customer(id=new.id or new_id("cus"), created_at=now, updated_at=now, **fields)
    operations: list[Operation] = [Put(CUSTOMERS, item(customer), when=(Absent(),))]
    opening, events = settings.opening(await settings.shop(ports), actor.id, now)
    operations += opening
    try:
        await _write(ports, actor, None, customer, operations, "customer.created", events)
    except ConditionFailed:
        return None
    return customer


async def change(ports: Ports, actor: Actor, id: str, change: CustomerChange) -> Customer:
    """Raises Conflict if the customer changed since ``change.version`` was read."""
    before = await get(ports, id)
    if before.merged is not None:
        raise Conflict(f"{id} was merged into {before.merged.into}; change that one")
    given = sent(change, before.version, "the customer")
    after = msgspec.structs.replace(
        before,
        **tidied(given),
        updated_at=instant(ports.clock.now()),
        version=before.version + 1,
    )
    archived = before.status != after.status == "archived"
    operations: list[Operation] = [
        Put(CUSTOMERS, item(after), when=(Equals("version", before.version),))
    ]
    if after.consent.refuses_personalisation and not before.consent.refuses_personalisation:
        operations += await consent.forgotten(ports, id)
    kind = "customer.archived" if archived else "customer.changed"
    await _write(ports, actor, before, after, operations, kind)
    return after


async def archive(ports: Ports, actor: Actor, id: str) -> Customer:
    """Hide the customer and keep the data. Done twice is done once."""
    before = await get(ports, id)
    if before.status == "archived":
        return before
    archived = CustomerChange(version=before.version, status="archived")
    return await change(ports, actor, id, archived)


async def _write(
    ports: Ports,
    actor: Actor,
    before: Customer | None,
    after: Customer,
    operations: list[Operation],
    kind: str,
    events: Sequence[Event] = (),
) -> None:
    """Raises ConditionFailed only where the settings that ``operations`` ask for changed."""
    old = before.email if before else None
    if old != after.email:
        if old is not None:
            operations.append(unique.release(EMAIL_SCOPE, old, after.id))
        if after.email is not None:
            operations.append(unique.claim(EMAIL_SCOPE, after.email, after.id))
    operations += search.reindex(SCOPE, after.id, texts(before) if before else (), texts(after))
    told = {"id": after.id, "version": after.version, "status": after.status, "by": actor.id}
    try:
        event = Event(kind, after.id, after.updated_at, told)
        await ports.records.write(operations, [*events, event])
    except ConditionFailed as error:
        if settings.reopened(error, operations):
            raise
        raise _taken(error, operations, after) from error


def _taken(error: ConditionFailed, operations: list[Operation], customer: Customer) -> Exception:
    for position in error.failed:
        operation = operations[position]
        if isinstance(operation, Put) and operation.collection is unique.UNIQUE:
            return AlreadyExists.field("email", customer.email or "")
        if isinstance(operation, Put) and operation.when == (Absent(),):
            return AlreadyExists.field("id", customer.id)
    return Conflict("the customer changed meanwhile; read it again")
