"""Consumers: what happens after an event, at least once and in order, in both runtimes."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from omnix.kit.declare import Collection, Index
from omnix.kit.errors import Unavailable
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.ports import Ports, Put

_log = logging.getLogger("omnix.consume")

POISONED = Collection(
    "poisoned",
    table="system",
    key=("consumer", "event_id"),
    indexes=(Index("listing-index", "listing", "laid_aside_at"),),
)
"""Events that a consumer could not take, with the error: kept, shown, and replayed by hand."""

_PASSED_OVER = 2000
_NOWHERE: Mapping[str, int] = {}
_LONGEST_REST = 120.0

Handle = Callable[[Ports, Sequence[Event]], Awaitable[None]]


@dataclass(frozen=True)
class Consumer:
    """A name with a position in the log, the event types it takes, and an idempotent handler.

    ``handle`` gets up to ``batch`` events in order. If it raises, the batch is halved until the
    event at fault stands alone; that one is laid aside after ``attempts`` and the rest go on.
    After a batch it pauses ``rest`` times as long as the work took, so that under steady flow it
    takes at most 1 / (1 + rest) of a core, and what came meanwhile is one batch.
    """

    name: str
    types: tuple[str, ...]
    handle: Handle
    batch: int = 500
    attempts: int = 3
    rest: float = 0.0


async def consume_once(
    ports: Ports, consumer: Consumer, since: Mapping[str, int] = _NOWHERE
) -> tuple[int, Mapping[str, int]]:
    """Take one batch, if there is one; returns how many events were taken and the positions.

    A position that moved by others' events alone is stored only now and then: ``since`` has
    those of each stream that were stored last.
    """
    batch = await ports.bus.read(consumer.name, consumer.types, consumer.batch)
    if batch.events:
        await deliver(ports, consumer, batch.events)
    if batch.events or batch.position - since.get(batch.stream, 0) >= _PASSED_OVER:
        await ports.bus.acknowledge(consumer.name, batch.position, batch.stream)
        since = {**since, batch.stream: batch.position}
    return len(batch.events), since


async def deliver(ports: Ports, consumer: Consumer, events: Sequence[Event]) -> None:
    """Hand the events over, setting aside only what cannot be taken.

    Raises Unavailable if a dependency is away: then nothing was at fault and all is tried again.
    """
    try:
        await consumer.handle(ports, events)
        return
    except Unavailable:
        raise
    except Exception as error:
        if len(events) == 1:
            await _stubborn(ports, consumer, events[0], error)
            return
    middle = len(events) // 2
    await deliver(ports, consumer, events[:middle])
    await deliver(ports, consumer, events[middle:])


async def _stubborn(ports: Ports, consumer: Consumer, event: Event, error: Exception) -> None:
    for attempt in range(1, consumer.attempts):
        await asyncio.sleep(0.05 * 2**attempt)
        try:
            await consumer.handle(ports, [event])
            return
        except Unavailable:
            raise
        except Exception as again:
            error = again
    _log.error(
        "consumer %s laid event %s (%s) aside", consumer.name, event.id, event.type, exc_info=error
    )
    item = {
        "consumer": consumer.name,
        "event_id": event.id,
        "type": event.type,
        "key": event.key,
        "at": event.at,
        "data": dict(event.data),
        "sequence": event.sequence,
        "error": f"{type(error).__name__}: {error}"[:2000],
        "laid_aside_at": instant(ports.clock.now()),
        "listing": "poisoned",
    }
    await ports.records.write([Put(POISONED, item)])


async def consume_forever(ports: Ports, consumer: Consumer) -> None:
    """Take batches as they come, until cancelled."""
    since = _NOWHERE
    while True:
        began = time.monotonic()
        try:
            taken, since = await consume_once(ports, consumer, since)
        except Unavailable as error:
            _log.warning("consumer %s waits: %s", consumer.name, error.detail)
            await asyncio.sleep(1)
            continue
        if not taken:
            await ports.bus.wait(5)
        elif consumer.rest:
            await asyncio.sleep(min(_LONGEST_REST, consumer.rest * (time.monotonic() - began)))
