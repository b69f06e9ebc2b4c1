"""What follows from visitors' events: facts in the lake, live windows, and what is unusual."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import UTC
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

_TOLD_EVERY_SECONDS = 0.2
_LIVE_MINUTES = 30


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
    """The columns of ``fact``, with days cut in the shop's zone."""
    columns: dict[str, list[Any]] = {name: [] for name in fact.columns}
    for event in events:
        told = event.data["rows"]
        moments = [parse_instant(at) for at in told["at"]]
        count = len(moments)
        received = parse_instant(event.at).astimezone(UTC).replace(tzinfo=None)
        made = {
            **told,
            "at": [moment.replace(tzinfo=None) for moment in moments],
            "day": [day_of(moment, time_zone) for moment in moments],
            "received_at": [received] * count,
            "stream": [event.stream] * count,
            "sequence": [event.sequence] * count,
        }
        if fact is EVENT_ITEMS:
            made = _by_item(made)
        for name, column in columns.items():
            column.extend(made[name])
    return columns


def _by_item(made: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """A row for each product of an event in place of one for the event."""
    which = [n for n, items in enumerate(made["items"]) for _ in items]
    flat = [item for items in made["items"] for item in items]
    repeated = {
        name: [made[name][n] for n in which] for name in EVENT_ITEMS.columns if name in made
    }
    names = ("product_id", "quantity", "price_minor")
    return {**repeated, **{name: [item[n] for item in flat] for n, name in enumerate(names)}}


class _Live:
    """Counts, then tells the live channel, at most once in a fifth of a second."""

    def __init__(self) -> None:
        self._told = 0.0

    async def __call__(self, ports: Ports, events: Sequence[Event]) -> None:
        await cells.absorb(ports, (cells.MINUTES,), events)
        # What comes meanwhile is in the next batch; the last of a burst is told too.
        await asyncio.sleep(max(0.0, self._told + _TOLD_EVERY_SECONDS - time.monotonic()))
        self._told = time.monotonic()
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
    Consumer("streaming-minutes", _TYPES, _Live(), batch=200),
    Consumer("streaming-interest", _TYPES, _interest, batch=500, rest=4),
)
JOBS = (JobHandler(REPLAY, _replay), JobHandler(WATCH, _watch))
