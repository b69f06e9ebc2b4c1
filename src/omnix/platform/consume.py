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
from omnix.kit.urgency import CAN_WAIT
from omnix.platform import tracing
from omnix.ports import Delete, Ports, Put

_log = logging.getLogger("omnix.consume")

POISONED = Collection(
    "poisoned",
    table="system",
    key=("consumer", "event_id"),
    indexes=(Index("listing-index", "listing", "laid_aside_at"),),
)
"""Events that a consumer could not take, with the error: kept, shown, and redriven by hand."""

TROUBLED = Collection("troubled", table="system", key=("listing", "consumer"))
"""Consumers whose last event was laid aside, and how many were ``in_a_row``."""

MOST_IN_A_ROW = 20
LONGEST_ERROR = 2000
_KEYS = 100
_STUCK_SECONDS = 60.0
_PASSED_OVER = 2000
_NOWHERE: Mapping[str, int] = {}
_LONGEST_REST = 120.0

Handle = Callable[[Ports, Sequence[Event]], Awaitable[None]]


class Stuck(Unavailable):
    """A consumer takes none of many events in a row: not they are at fault, but it.

    It stays where it is, since going on would lay everything aside, and tries again.
    """


@dataclass(frozen=True)
class Consumer:
    """A name with a position in the log, the event types it takes, and an idempotent handler.

    ``handle`` gets up to ``batch`` events in order. If it raises, the batch is halved until the
    event at fault stands alone; that one is laid aside after ``attempts`` and the rest go on, but
    not after MOST_IN_A_ROW of them.
    After a batch it pauses ``rest`` times the processor time that the process spent meanwhile, so
    that under steady flow it takes at most 1 / (1 + rest) of a core, and what came meanwhile is one
    batch; pauses of up to ``owing`` seconds it owes until there is nothing to do. What a consumer
    with a rest writes can wait for the writes of others.
    """

    name: str
    types: tuple[str, ...]
    handle: Handle
    batch: int = 500
    attempts: int = 3
    rest: float = 0.0
    owing: float = 0.0


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

    What lies aside already is left out: it may come again after a crash, but only ``redrive``
    takes it. Raises Unavailable if a dependency is away: then nothing was at fault and all is
    tried again. Raises Stuck, which is one too, if the consumer itself is at fault.
    """
    span, failed = tracing.batch(consumer.name, events), True
    try:
        await _deliver(ports, consumer, events)
        failed = False
    finally:
        if span is not None:
            span.end({"messaging.batch.message_count": len(events)}, failed)


async def _deliver(ports: Ports, consumer: Consumer, events: Sequence[Event]) -> None:
    known = await ports.records.get(TROUBLED, ("all", consumer.name))
    delivery = _Delivery(ports, consumer, known["in_a_row"] if known else 0)
    left = await _not_aside(ports, consumer, events)
    if left:
        await delivery.give(left)


async def _not_aside(ports: Ports, consumer: Consumer, events: Sequence[Event]) -> Sequence[Event]:
    if not (await ports.records.query(POISONED, consumer.name, limit=1)).items:
        return events
    aside: set[str] = set()
    for start in range(0, len(events), _KEYS):
        keys = [(consumer.name, event.id) for event in events[start : start + _KEYS]]
        found = await ports.records.get_many(POISONED, keys)
        aside.update(item["event_id"] for item in found if item is not None)
    return [event for event in events if event.id not in aside]


class _Delivery:
    def __init__(self, ports: Ports, consumer: Consumer, in_a_row: int) -> None:
        self._ports, self._consumer, self._in_a_row = ports, consumer, in_a_row

    async def give(self, events: Sequence[Event]) -> None:
        try:
            await self._take(events)
            return
        except Unavailable:
            raise
        except Exception as error:
            if len(events) == 1:
                await self._stubborn(events[0], error)
                return
        middle = len(events) // 2
        await self.give(events[:middle])
        await self.give(events[middle:])

    async def _take(self, events: Sequence[Event]) -> None:
        await self._consumer.handle(self._ports, events)
        if self._in_a_row:
            await self._ports.records.write([Delete(TROUBLED, ("all", self._consumer.name))])
            self._in_a_row = 0

    async def _stubborn(self, event: Event, error: Exception) -> None:
        consumer = self._consumer
        if self._in_a_row >= MOST_IN_A_ROW:
            told = f"{consumer.name} took none of {self._in_a_row} events in a row and waits"
            raise Stuck(told) from error
        for attempt in range(1, consumer.attempts):
            await asyncio.sleep(0.05 * 2**attempt)
            try:
                await self._take([event])
                return
            except Unavailable:
                raise
            except Exception as again:
                error = again
        _log.error(
            "consumer %s laid event %s (%s) aside",
            consumer.name, event.id, event.type, exc_info=error,
        )  # fmt: skip
        await self._lay_aside(event, f"{type(error).__name__}: {error}"[:LONGEST_ERROR])

    async def _lay_aside(self, event: Event, told: str) -> None:
        name, now = self._consumer.name, instant(self._ports.clock.now())
        item = {
            "consumer": name,
            "event_id": event.id,
            "type": event.type,
            "key": event.key,
            "at": event.at,
            "data": dict(event.data),
            "error": told,
            "laid_aside_at": now,
            "listing": "poisoned",
        }
        self._in_a_row += 1
        trouble = {"listing": "all", "consumer": name, "in_a_row": self._in_a_row}
        await self._ports.records.write([Put(POISONED, item), Put(TROUBLED, trouble)])
        # At once, so that a redrive never meets the same event on its way.
        await self._ports.bus.acknowledge(name, event.sequence, event.stream)


async def consume_forever(ports: Ports, consumer: Consumer) -> None:
    """Take batches as they come, until cancelled."""
    since, rests = _NOWHERE, _Rests(consumer)
    CAN_WAIT.set(consumer.rest > 0)
    while True:
        rests.begin()
        try:
            taken, since = await consume_once(ports, consumer, since)
        except Stuck as error:
            _log.critical("consumer %s is at fault itself", consumer.name, exc_info=error)
            await asyncio.sleep(_STUCK_SECONDS)
            continue
        except Unavailable as error:
            _log.warning("consumer %s waits: %s", consumer.name, error.detail)
            await asyncio.sleep(1)
            continue
        if not taken:
            await ports.bus.wait(5)
        elif consumer.rest:
            await asyncio.sleep(rests.due())


class _Rests:
    """How long a consumer pauses, by what it has spent and how long it had nothing to do."""

    def __init__(self, consumer: Consumer) -> None:
        self._rest, self._owing = consumer.rest, consumer.owing
        self._owed = 0.0
        self._idle_since = time.monotonic()
        self._began = 0.0

    def begin(self) -> None:
        now = time.monotonic()
        self._owed = max(0.0, self._owed - (now - self._idle_since))
        self._idle_since = now
        # Not by the clock: a wait for the disk or for company is no work.
        self._began = time.process_time()

    def due(self) -> float:
        """Seconds, after a batch."""
        self._owed += self._rest * (time.process_time() - self._began)
        self._owed = min(self._owed, self._owing + _LONGEST_REST)
        self._idle_since = time.monotonic()
        return max(0.0, self._owed - self._owing)
