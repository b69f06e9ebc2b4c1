"""Erasing a customer everywhere, in steps that may be done again.

The receipt is written first. From then on the customer is erased, whatever breaks in between: the
job begins anew, each step finds what is left, and every night for a while it is done again, since
events, changes of orders and visitors' messages that were on their way may come in afterwards.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Literal

import msgspec

from omnix.domains.alerts import erasing as alerts
from omnix.domains.analyst import insights
from omnix.domains.auth.declare import FORGET
from omnix.domains.customers import erasing as customers
from omnix.domains.customers import service
from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.experiments import erasing as experiments
from omnix.domains.orders import erasing as orders
from omnix.domains.recommendations import erasing as recommendations
from omnix.domains.streaming import erasing as streaming
from omnix.kit.declare import CUSTOMER
from omnix.kit.errors import ConditionFailed, NotFound
from omnix.kit.ids import new_id
from omnix.kit.time import instant
from omnix.platform import jobs, merged
from omnix.platform.access import Actor
from omnix.platform.jobs import ENDED, JobContext, JobHandler
from omnix.ports import Absent, Condition, Equals, Ports, Put
from omnix.transfer.declare import ERASE, ERASE_LATE, ERASURES
from omnix.transfer.privacy import originals

LATE_DAYS = 8
"""Visitors' messages may come a week late."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt as stored. ``by`` is the id of a member of staff, or ``customer``."""

    customer_id: str
    id: str
    nobody: str | None
    by: str
    requested_at: str
    ended_at: str | None = None
    open: str | None = "yes"
    removed: dict[str, int] = {}


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt: how far the erasure is, and how much was erased or made nobody's of each kind."""

    customer_id: str
    job_id: str
    state: Literal["running", "done"]
    done: int
    total: int
    step: str
    requested_by: str
    requested_at: str
    ended_at: str | None
    removed: dict[str, int]


Step = Callable[[Ports, Kept, str], Awaitable[int]]


async def _originals(ports: Ports, kept: Kept, nobody: str) -> int:
    return await originals.forget_customer(ports, kept.customer_id, nobody)


async def _customer(ports: Ports, kept: Kept, nobody: str) -> int:
    return await customers.forget_customer(ports, kept.customer_id, kept.by)


async def _orders(ports: Ports, kept: Kept, nobody: str) -> int:
    return await orders.forget_customer(ports, kept.customer_id, nobody)


async def _recommendations(ports: Ports, kept: Kept, nobody: str) -> int:
    return await recommendations.forget_customer(ports, kept.customer_id, nobody)


async def _events(ports: Ports, kept: Kept, nobody: str) -> int:
    return await streaming.forget_customer(ports, kept.customer_id, nobody)


async def _alerts(ports: Ports, kept: Kept, nobody: str) -> int:
    return await alerts.forget_customer(ports, kept.customer_id)


async def _experiments(ports: Ports, kept: Kept, nobody: str) -> int:
    return await experiments.forget_customer(ports, kept.customer_id, nobody)


async def _insights(ports: Ports, kept: Kept, nobody: str) -> int:
    return await insights.forget_customer(ports, kept.customer_id)


STEPS: Mapping[str, Step] = {
    "imported rows": _originals,  # first, as they are found by the customer's own data
    "customer": _customer,
    "orders": _orders,
    "recommendations": _recommendations,
    "events": _events,
    "alerts": _alerts,
    "experiments": _experiments,
    "insights": _insights,
}


async def ask(ports: Ports, actor: Actor, customer_id: str) -> Erasure:
    """Begin to erase; one that began, or is done, is told as it stands. Raises NotFound.

    The records that were merged with the customer's are the same person's: each is erased with a
    receipt of its own.
    """
    service.own(actor, customer_id)
    for other in await merged.same(ports.records, CUSTOMERS, customer_id):
        if other != customer_id and await _there(ports, other):
            await _ask(ports, actor, other)
    return await _ask(ports, actor, customer_id)


async def _ask(ports: Ports, actor: Actor, customer_id: str) -> Erasure:
    while True:
        stored = await ports.records.get(ERASURES, customer_id)
        known = None if stored is None else msgspec.convert(stored, Kept)
        if known is not None and (known.ended_at is None or not await _there(ports, customer_id)):
            break
        if known is None:
            await service.get(ports, customer_id)
        when: Condition = Absent() if known is None else Equals("id", known.id)
        made = Kept(
            customer_id=customer_id,
            id=new_id("era"),
            nobody=new_id("gone"),
            by=CUSTOMER if actor.role == CUSTOMER else actor.id,
            requested_at=instant(ports.clock.now()),
        )
        try:
            await ports.records.write([Put(ERASURES, _item(made), when=(when,))])
        except ConditionFailed:
            continue
        known = made
        break
    if known.ended_at is None:
        await jobs.submit(ports, ERASE, {"customer_id": customer_id}, by=known.by, id=known.id)
    return await _shown(ports, known)


async def receipt(ports: Ports, actor: Actor, customer_id: str) -> Erasure:
    """How far it is. Raises NotFound where nobody asked for it."""
    service.own(actor, customer_id)
    stored = await ports.records.get(ERASURES, customer_id)
    if stored is None:
        raise NotFound(f"nobody asked to erase customer {customer_id}")
    return await _shown(ports, msgspec.convert(stored, Kept))


async def _there(ports: Ports, customer_id: str) -> bool:
    try:
        await service.get(ports, customer_id)
    except NotFound:
        return False
    return True


def _item(kept: Kept) -> dict[str, Any]:
    item: dict[str, Any] = msgspec.to_builtins(kept)
    return item


async def _shown(ports: Ports, kept: Kept) -> Erasure:
    run = await ports.records.get(jobs.JOB_RUNS, kept.id)
    total = len(STEPS) + 1
    account = await ports.records.get(jobs.JOB_RUNS, _account_job(kept))
    ended = kept.ended_at is not None and (account is None or account["state"] in ENDED)
    return Erasure(
        customer_id=kept.customer_id,
        job_id=kept.id,
        state="done" if ended else "running",
        done=total if ended else run["done"] if run else 0,
        total=total,
        step="" if ended else run["step"] if run else "",
        requested_by=kept.by,
        requested_at=kept.requested_at,
        ended_at=kept.ended_at,
        removed=kept.removed,
    )


def _account_job(kept: Kept) -> str:
    return f"{kept.id}-account"


async def erase(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    """All steps from the first. What an earlier try did is added up on the receipt."""
    ports = context.ports
    stored = await ports.records.get(ERASURES, str(payload["customer_id"]))
    if stored is None:
        return {}
    kept = msgspec.convert(stored, Kept)
    if kept.nobody is None:
        return dict(kept.removed)
    for number, name in enumerate(STEPS):
        await context.progress(number, len(STEPS) + 1, name)
        kept = await _did(ports, kept, name)
    await context.progress(len(STEPS), len(STEPS) + 1, "account")
    # By another job, as this one may not touch accounts on AWS.
    await jobs.submit(
        ports, FORGET, {"customer_id": kept.customer_id}, by=kept.by, id=_account_job(kept)
    )
    ended = msgspec.structs.replace(kept, ended_at=kept.ended_at or instant(ports.clock.now()))
    await ports.records.write([Put(ERASURES, _item(ended))])
    return dict(kept.removed)


async def _did(ports: Ports, kept: Kept, name: str) -> Kept:
    count = await STEPS[name](ports, kept, str(kept.nobody))
    if not count:
        return kept
    removed = {**kept.removed, name: kept.removed.get(name, 0) + count}
    kept = msgspec.structs.replace(kept, removed=removed)
    await ports.records.write([Put(ERASURES, _item(kept))])
    return kept


async def erase_late(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Erase again whoever was erased within the last days; then forget what they are called now."""
    del payload
    ports = context.ports
    seen: set[str] = set()
    while True:
        page = await ports.records.query(ERASURES, "yes", index="open-index", limit=200)
        fresh = [item for item in page.items if item["id"] not in seen]
        for item in fresh:
            seen.add(str(item["id"]))
            await context.progress(len(seen) - 1, 0, "erasing what came late")
            await _again(ports, msgspec.convert(item, Kept))
        if not fresh or page.next_cursor is None:
            return {"customers": len(seen)}


async def _again(ports: Ports, kept: Kept) -> None:
    if kept.ended_at is None:
        # Its job goes on; one that was given up lies with the dead letters.
        await jobs.submit(ports, ERASE, {"customer_id": kept.customer_id}, by=kept.by, id=kept.id)
        return
    # Somebody who came back under the same id is not what is left of who went.
    if not await _there(ports, kept.customer_id):
        for name in STEPS:
            kept = await _did(ports, kept, name)
        day = f"{_account_job(kept)}-{instant(ports.clock.now())[:10]}"
        await jobs.submit(ports, FORGET, {"customer_id": kept.customer_id}, by=kept.by, id=day)
    if instant(ports.clock.now() - timedelta(days=LATE_DAYS)) >= kept.requested_at:
        over = msgspec.structs.replace(kept, nobody=None, open=None)
        await ports.records.write([Put(ERASURES, _item(over), when=(Equals("id", kept.id),))])


JOBS = (JobHandler(ERASE, erase), JobHandler(ERASE_LATE, erase_late))
