"""What follows from visitors' events: facts in the lake, live windows, and what is unusual."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from omnix.domains.system.settings import shop
from omnix.kit.declare import Fact
from omnix.kit.events import Event
from omnix.kit.time import day_of, instant, parse_instant
from omnix.platform.consume import Consumer, Handle
from omnix.platform.jobs import JobContext, JobHandler
from omnix.ports import Ports

from . import cells, live, replay, watch
from .declare import EVENT_ITEMS, EVENTS, REPLAY, WATCH

_TOLD_EVERY_SECONDS = 0.05
_LIVE_MINUTES = 30
_MINUTE = 16


def _following(fact: Fact) -> Handle:
    """Appends the rows of events to ``fact``, once however often they are delivered: the lake
    keeps the position in the stream with the rows."""

    async def follow(ports: Ports, events: Sequence[Event]) -> None:
        time_zone = (await shop(ports)).time_zone
        source = f"bus:{events[0].stream}"
        while True:
            seen = await ports.lake.position(fact, source) or 0
            new = [event for event in events if event.sequence > seen]
            # Another consumer at the same events may have been between: then all is looked at anew.
            if not new or await ports.lake.append(
                fact,
                rows(fact, new, time_zone),
                source=source,
                version=new[-1].sequence,
                after=seen,
            ):
                return

    return follow


def rows(fact: Fact, events: Sequence[Event], time_zone: str) -> dict[str, list[Any]]:
    """The columns of ``fact``, with days cut in the shop's zone; times and days are text."""
    columns: dict[str, list[Any]] = {name: [] for name in fact.columns}
    for event in events:
        told = event.data["rows"]
        count = len(told["at"])
        made = {
            **told,
            "at": [at[:-1] for at in told["at"]],
            "day": [_day(at[:_MINUTE], time_zone) for at in told["at"]],
            "received_at": [instant(parse_instant(event.at))[:-1]] * count,
            "stream": [event.stream] * count,
            "sequence": [event.sequence] * count,
        }
        if fact is EVENT_ITEMS:
            made = _by_item(made)
        for name, column in columns.items():
            column.extend(made[name])
    return columns


@lru_cache(maxsize=10_000)
def _day(minute: str, time_zone: str) -> str:
    """No zone is off by a part of a minute."""
    return day_of(parse_instant(minute + "Z"), time_zone).isoformat()


def _by_item(made: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """A row for each product of an event in place of one for the event."""
    which = [n for n, items in enumerate(made["items"]) for _ in items]
    flat = [item for items in made["items"] for item in items]
    repeated = {
        name: [made[name][n] for n in which] for name in EVENT_ITEMS.columns if name in made
    }
    names = ("product_id", "quantity", "price_minor")
    return {**repeated, **{name: [item[n] for item in flat] for n, name in enumerate(names)}}


async def _live(ports: Ports, events: Sequence[Event]) -> None:
    """Counts and tells the live channel at once, then lets a twentieth of a second pass: what comes
    meanwhile is one batch, which is told at once too."""
    began = time.monotonic()
    await cells.absorb(ports, (cells.MINUTES,), events)
    figures = await live.metrics(ports, _LIVE_MINUTES)
    data = {
        "as_of": figures.as_of,
        "minutes": figures.minutes,
        "currency": figures.currency,
        "revenue_minor": figures.revenue_minor,
        "orders": figures.orders,
        "events": figures.events,
        "active_5_minutes": figures.active_5_minutes,
        "active_30_minutes": figures.active_30_minutes,
    }
    now = instant(ports.clock.now())
    await ports.bus.publish([Event("streaming.refreshed", "streaming", now, data)])
    await asyncio.sleep(max(0.0, began + _TOLD_EVERY_SECONDS - time.monotonic()))


async def _interest(ports: Ports, events: Sequence[Event]) -> None:
    await cells.absorb(ports, cells.INTEREST, events)


async def _replay(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    return await replay.replay(context, payload)


async def _watch(context: JobContext, _: Mapping[str, Any]) -> dict[str, Any]:
    return await watch.look(context.ports)


_TYPES = ("events.received",)
CONSUMERS = (
    Consumer("event-facts", _TYPES, _following(EVENTS), batch=1000, rest=2),
    Consumer("event-item-facts", _TYPES, _following(EVENT_ITEMS), batch=1000, rest=2),
    Consumer("streaming-minutes", _TYPES, _live, batch=200),
    Consumer("streaming-interest", _TYPES, _interest, batch=500, rest=4),
)
JOBS = (JobHandler(REPLAY, _replay), JobHandler(WATCH, _watch))
