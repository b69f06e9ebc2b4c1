"""Insights' use cases. What computes is imported where it is done: who only shows what an
analysis found needs no numerics.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from omnix.domains.system.settings import shop
from omnix.kit.errors import Conflict, NotFound
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page, sorted_page, whole
from omnix.kit.time import day_of, instant
from omnix.platform.access import Actor
from omnix.platform.jobs import JobContext
from omnix.ports import Absent, Delete, Ports, Put

from . import consent, service
from .declare import ANALYSES, INSIGHTS, MEMBERS, SEGMENTS
from .insights_model import Analysed, ReliabilityAnswer, State
from .model import Customer, Status
from .segments_model import NewSegment, Performance, Segment, check, explained

LATEST = "latest"
RELIABILITY = "churn-reliability"
_AT_ONCE = 500
MOST_SORTED = 2000
"""Segments that are held at once to sort them."""


async def analysed(ports: Ports, actor: Actor, customer_id: str) -> Analysed | None:
    """What the last analysis found; None if nothing. Raises NotFound for no such customer.

    Of one who was merged into another, what was found of that one.

    A customer who asks for another is told that there is none.
    """
    return (await known(ports, actor, customer_id))[1]


async def known(ports: Ports, actor: Actor, customer_id: str) -> tuple[State, Analysed | None]:
    """The same, with what its absence means."""
    service.own(actor, customer_id)
    customer = await service.kept(ports, customer_id)
    if not await consent.personalised(ports, customer):
        return "refused", None
    stored = await ports.records.get(INSIGHTS, customer.id)
    return ("none", None) if stored is None else ("ready", msgspec.convert(stored, Analysed))


async def reliability(ports: Ports) -> ReliabilityAnswer:
    """Of the chances of staying away, as the last analysis found."""
    stored = await ports.records.get(ANALYSES, RELIABILITY)
    return ReliabilityAnswer() if stored is None else msgspec.convert(stored, ReliabilityAnswer)


async def members(
    ports: Ports, segment_id: str, status: Status, limit: int, cursor: str | None
) -> Page[Customer]:
    """One page of a segment's customers, the newest id first; it may be short though another
    follows, as who left, or has another status, is passed over. Raises NotFound.
    """
    await segment(ports, segment_id)
    page = await ports.records.query(
        MEMBERS, segment_id, newest_first=True, limit=limit, cursor=cursor
    )
    ids = [str(item["customer_id"]) for item in page.items]
    people = await service.get_many(ports, ids)
    inside = {
        stored["customer_id"]
        for start in range(0, len(ids), 100)
        for stored in await ports.records.get_many(INSIGHTS, ids[start : start + 100])
        if stored is not None and segment_id in stored["segments"]
    }
    by_consent = (await shop(ports)).personalisation_by_consent
    found = [
        customer
        for id in ids
        if id in inside
        and (customer := people.get(id)) is not None
        and consent.agrees(customer.consent, by_consent)
    ]
    return Page([one for one in found if one.status == status], page.next_cursor)


def _figure(name: str, parts: int = 1) -> Callable[[Segment], int | None]:
    return lambda one: (
        None if one.performance is None else round(getattr(one.performance, name) * parts)
    )


_RANKS: Mapping[str, Callable[[Segment], str | int | None]] = {
    "name": lambda one: one.name.casefold(),
    "customers": _figure("customers"),
    "revenue": _figure("revenue_minor"),
    "expected_spend": _figure("expected_spend_minor"),
    "churn": _figure("churn", 1_000_000),
}


async def segments(
    ports: Ports, limit: int, cursor: str | None, sort: str | None = None
) -> Page[Segment]:
    """By id; in another order of at most MOST_SORTED, those without figures last."""
    if sort is None:
        return await _segments(ports, limit, cursor)

    async def fetch(after: str | None) -> Page[Segment]:
        return await _segments(ports, 200, after)

    return sorted_page(
        await whole(fetch, MOST_SORTED), _RANKS[sort.removeprefix("-")], lambda one: one.id,
        descending=sort.startswith("-"), limit=limit, cursor=cursor,
    )  # fmt: skip


async def _segments(ports: Ports, limit: int, cursor: str | None) -> Page[Segment]:
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
    listed = await ports.records.get(ANALYSES, LATEST)
    was = before if listed is not None and listed.get("members") else {}
    stored: set[str] = set()
    for start in range(0, len(ids), _AT_ONCE):
        await context.progress(3, 5, f"storing {start} of {len(ids)}")
        there = await service.get_many(ports, ids[start : start + _AT_ONCE])
        # Who refuses counts in the sums of segments and is in nobody's list.
        items = [
            msgspec.to_builtins(made.by_customer[id])
            for id, customer in there.items()
            if consent.agrees(customer.consent, settings.personalisation_by_consent)
        ]
        # First who is where: insights that are stored already would hide what moved.
        await _move(ports, was, {item["customer_id"]: item["segments"] for item in items})
        await ports.records.load(INSIGHTS, items)
        stored.update(item["customer_id"] for item in items)
    gone = [id for id in before if id not in stored]
    for start in range(0, len(gone), 50):
        await _move(ports, was, {id: [] for id in gone[start : start + 50]})
        await ports.records.write([Delete(INSIGHTS, id) for id in gone[start : start + 50]])
    new = {one.id for one in made.segments}
    await ports.records.load(
        SEGMENTS, [{**msgspec.to_builtins(one), "listing": "all"} for one in made.segments]
    )
    for one in old:
        if one.id not in new:
            await ports.records.write([Delete(SEGMENTS, one.id)])
    await context.progress(4, 5, "judging what was said on earlier days")
    run = {"id": LATEST, "made_at": now, "as_of": past.as_of.isoformat(), "members": True,
           **found.quality}  # fmt: skip
    told = {"customers": len(ids), "as_of": run["as_of"]}
    await ports.records.write(
        [Put(ANALYSES, run)], [Event("customers.analysed", "customers", now, told)]
    )
    await registered.tell(ports, past, found, use, context.id)
    return {**told, "segments": len(made.segments)}


async def _move(ports: Ports, was: Mapping[str, list[str]], now: Mapping[str, list[str]]) -> None:
    """Bring the lists of members from what the last analysis found to what this one did."""
    come = [
        {"segment": segment, "customer_id": id}
        for id, segments in now.items()
        for segment in segments
        if segment not in was.get(id, ())
    ]
    await ports.records.load(MEMBERS, come)
    left = [
        Delete(MEMBERS, (segment, id))
        for id, segments in now.items()
        for segment in was.get(id, ())
        if segment not in segments
    ]
    for start in range(0, len(left), 50):
        await ports.records.write(left[start : start + 50])


def due_by(found: Analysed, days: int) -> list[Any]:
    """What the customer is likely to need within ``days``, most likely first."""
    last = (date.fromisoformat(found.as_of) + timedelta(days=days)).isoformat()
    due = [one for one in found.consumption if one.run_out <= last]
    return sorted(due, key=lambda one: -one.within_7)
