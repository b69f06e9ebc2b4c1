"""Insights' use cases. What computes is imported where it is done: who only shows what an
analysis found needs no numerics.
"""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from omnix.domains.system.settings import shop
from omnix.kit.errors import Conflict, NotFound
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.time import day_of, instant
from omnix.platform.access import Actor
from omnix.platform.jobs import JobContext
from omnix.ports import Absent, Delete, Operation, Ports, Put

from . import service
from .declare import ANALYSES, INSIGHTS, SEGMENTS
from .insights_model import Analysed
from .segments_model import NewSegment, Performance, Segment, check, explained

LATEST = "latest"
_AT_ONCE = 500


async def analysed(ports: Ports, actor: Actor, customer_id: str) -> Analysed | None:
    """What the last analysis found; None if nothing. Raises NotFound for no such customer.

    Of one who was merged into another, what was found of that one.

    A customer who asks for another is told that there is none.
    """
    service.own(actor, customer_id)
    customer = await service.kept(ports, customer_id)
    stored = await ports.records.get(INSIGHTS, customer.id)
    return None if stored is None else msgspec.convert(stored, Analysed)


def forgotten(customer_id: str) -> Operation:
    """What takes a customer's insights away, for whoever erases the customer."""
    return Delete(INSIGHTS, customer_id)


async def segments(ports: Ports, limit: int, cursor: str | None) -> Page[Segment]:
    page = await ports.records.query(
        SEGMENTS, "all", index="listing-index", limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(item, Segment) for item in page.items], page.next_cursor)


async def segment(ports: Ports, id: str) -> Segment:
    """Raises NotFound."""
    stored = await ports.records.get(SEGMENTS, id)
    if stored is None:
        raise NotFound(f"no segment {id}")
    return msgspec.convert(stored, Segment)


async def performance(ports: Ports, id: str) -> Performance:
    """Raises NotFound for no such segment, Conflict before the first analysis with it."""
    found = await segment(ports, id)
    if found.performance is None:
        raise Conflict("no analysis has looked at this segment yet")
    return found.performance


async def define(ports: Ports, new: NewSegment) -> Segment:
    """Raises Invalid where a value does not suit its attribute."""
    check(new.rule)
    made = Segment(
        id=new_id("seg"), kind="rule", name=new.name, reason=explained(new.rule), rule=new.rule
    )
    item = {**msgspec.to_builtins(made), "listing": "all"}
    await ports.records.write([Put(SEGMENTS, item, when=(Absent(),))])
    return made


async def drop(ports: Ports, id: str) -> None:
    """Raises NotFound, and Conflict for a segment that an analysis makes."""
    found = await segment(ports, id)
    if found.kind != "rule":
        raise Conflict("only segments that a person defined can be deleted")
    await ports.records.write([Delete(SEGMENTS, id)])


async def analyse_all(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Analyse every customer who ever bought. Run twice, it finds the same."""
    from . import history, registered
    from .analyse import analyse
    from .grouping import grouped

    ports = context.ports
    await context.progress(0, 5, "reading purchases")
    settings = await shop(ports)
    past = await history.read(ports, day_of(ports.clock.now(), settings.time_zone), settings)
    if past is None:
        return {"customers": 0}
    await context.progress(1, 5, f"learning from {len(past.customers)} customers")
    now = instant(ports.clock.now())
    use = await registered.in_use(ports)
    found = await asyncio.to_thread(analyse, past, now, settings.currency, use)
    await context.progress(2, 5, "forming segments")
    before: dict[str, list[str]] = {}
    async for chunk in ports.records.scan(INSIGHTS):
        before.update((item["customer_id"], item["segments"]) for item in chunk)
    rules: list[Segment] = []
    old: list[Segment] = []
    async for chunk in ports.records.scan(SEGMENTS):
        for item in chunk:
            kept = msgspec.convert(item, Segment)
            (rules if kept.kind == "rule" else old).append(kept)
    made = await asyncio.to_thread(grouped, past, found, rules, before)
    await context.progress(3, 5, "storing")
    # One who was erased while this ran is not brought back.
    ids = list(found.by_customer)
    for start in range(0, len(ids), _AT_ONCE):
        await context.progress(3, 5, f"storing {start} of {len(ids)}")
        there = await service.get_many(ports, ids[start : start + _AT_ONCE])
        items = [msgspec.to_builtins(made.by_customer[id]) for id in there]
        await ports.records.load(INSIGHTS, items)
    gone = [id for id in before if id not in found.by_customer]
    for start in range(0, len(gone), 50):
        await ports.records.write([Delete(INSIGHTS, id) for id in gone[start : start + 50]])
    new = {one.id for one in made.segments}
    await ports.records.load(
        SEGMENTS, [{**msgspec.to_builtins(one), "listing": "all"} for one in made.segments]
    )
    for one in old:
        if one.id not in new:
            await ports.records.write([Delete(SEGMENTS, one.id)])
    await context.progress(4, 5, "judging what was said on earlier days")
    run = {"id": LATEST, "made_at": now, "as_of": past.as_of.isoformat(), **found.quality}
    told = {"customers": len(ids), "as_of": run["as_of"]}
    await ports.records.write(
        [Put(ANALYSES, run)], [Event("customers.analysed", "customers", now, told)]
    )
    await registered.tell(ports, past, found, use, context.id)
    return {**told, "segments": len(made.segments)}


def due_by(found: Analysed, days: int) -> list[Any]:
    """What the customer is likely to need within ``days``, most likely first."""
    last = (date.fromisoformat(found.as_of) + timedelta(days=days)).isoformat()
    due = [one for one in found.consumption if one.run_out <= last]
    return sorted(due, key=lambda one: -one.within_7)
