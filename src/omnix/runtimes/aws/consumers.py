"""What follows from events: the consumers, behind the stream that Lambda reads.

Each consumer has a position of its own, so a batch that comes again is taken only by those who
missed it. One that cannot take a batch does not hold up the others: it is noted as behind, and
from then on reads the stream from its own position until it has caught up. So is one that rests:
what came meanwhile is then one batch for it.
"""

import asyncio
import base64
import logging
import math
import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from omnix.adapters.aws.bus import decoded
from omnix.kit.errors import ConditionFailed, Unavailable
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.platform.consume import LONGEST_ERROR, POISONED, Consumer, consume_once, deliver
from omnix.ports import Delete, Equals, Put
from omnix.runtimes.aws.observe import Time, begin, logs_to_output, measured
from omnix.runtimes.aws.own import BEHIND, BUS
from omnix.runtimes.aws.rests import Rests
from omnix.runtimes.aws.stack import Container

_log = logging.getLogger("omnix.consumers")

AT_ONCE = 10
"""Records of the stream, each of up to a hundred events or more, between two looks at the clock."""

UNREADABLE = "stream"
"""In place of a consumer's name, for what is no record of events at all."""

CATCH_UP = "consumers.catch-up"
"""A message in the queue of jobs, not a job: whoever rested is to go on."""

Failures = dict[str, list[dict[str, str]]]


@dataclass(frozen=True)
class Record:
    """One record of the stream; ``number`` is Kinesis's own."""

    number: str
    data: bytes


def records_of(event: Mapping[str, Any]) -> list[Record]:
    """The records of a Kinesis event."""
    return [
        Record(one["kinesis"]["sequenceNumber"], base64.b64decode(one["kinesis"]["data"]))
        for one in event["Records"]
    ]


class Delivery:
    """Batches of the stream for ``consumers``."""

    def __init__(
        self,
        container: Container,
        consumers: Sequence[Consumer],
        function: str,
        rests: Rests | None = None,
    ) -> None:
        self._container = container
        self._consumers = consumers
        self._function = function
        self._rests = rests or Rests()

    async def take(self, records: Sequence[Record], time: Time) -> Failures:
        """Hand ``records`` to all consumers; names the first one that was not, if any, for
        which and all after it Lambda comes again.
        """
        count = 0
        for start in range(0, len(records), AT_ONCE):
            some = records[start : start + AT_ONCE]
            try:
                if time.left <= 0:
                    raise Unavailable("the time is over")
                events = [event for record in some for event in await self._events(record)]
                await self._all(events, time)
            except Unavailable as error:
                _log.warning("the stream waits: %s", error.detail)
                measured(self._function, events=count, postponed=len(records) - start)
                return {"batchItemFailures": [{"itemIdentifier": some[0].number}]}
            count += len(events)
        measured(self._function, events=count)
        return {"batchItemFailures": []}

    async def _events(self, record: Record) -> list[Event]:
        """What a record holds; one that nobody can read is laid aside."""
        try:
            return decoded(record.data)
        except (ValueError, KeyError, TypeError) as error:
            told = f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
        _log.error("record %s holds no events and was laid aside", record.number)
        ports = self._container.ports
        now = instant(ports.clock.now())
        item = {
            "consumer": UNREADABLE,
            "event_id": record.number,
            "type": UNREADABLE,
            "key": UNREADABLE,
            "at": now,
            "data": {"base64": base64.b64encode(record.data[:200_000]).decode()},
            "error": told,
            "laid_aside_at": now,
            "listing": "poisoned",
        }
        await ports.records.write([Put(POISONED, item)])
        measured(self._function, unreadable=1)
        return []

    async def _all(self, events: Sequence[Event], time: Time) -> None:
        if not events:
            return
        marks = await self._marks()
        done = await asyncio.gather(
            *[self._one(each, events, marks.get(each.name), time) for each in self._consumers],
            return_exceptions=True,
        )
        for error in done:
            if error is not None:
                raise error

    async def _marks(self) -> dict[str, str]:
        """Those that are behind, each with the mark of when that was noted last."""
        page = await self._container.ports.records.query(BEHIND, BUS, limit=200)
        return {item["consumer"]: item["mark"] for item in page.items}

    async def _one(
        self, consumer: Consumer, events: Sequence[Event], mark: str | None, time: Time
    ) -> None:
        """Raises Unavailable only if it cannot even be noted that the consumer is behind."""
        wanted = [e for e in events if not consumer.types or e.type in consumer.types]
        rest = self._rests.left(consumer)
        if rest:
            if wanted:
                await self._behind(consumer, "it rests")
                await self._wake(consumer, rest)
            return
        try:
            async with asyncio.timeout(max(0.0, time.left)):
                if mark is not None:
                    await self._catch_up(consumer, mark)
                elif wanted:
                    await self._deliver(consumer, wanted)
            return
        except TimeoutError:
            reason = "it took too long"
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
            _log.error("consumer %s is behind", consumer.name, exc_info=error)
        await self._behind(consumer, reason)
        measured(self._function, behind=1)

    async def _behind(self, consumer: Consumer, reason: str) -> None:
        """Noted anew each time: who catches up meanwhile may not have read what this is about."""
        ports = self._container.ports
        item = {
            "bus": BUS,
            "consumer": consumer.name,
            "mark": uuid.uuid4().hex,
            "reason": reason,
            "at": instant(ports.clock.now()),
        }
        await ports.records.write([Put(BEHIND, item)])

    async def _wake(self, consumer: Consumer, rest: float) -> None:
        """See to it that somebody comes when the rest is over, though nothing new does."""
        if not self._rests.first_asked(consumer):
            return
        try:
            await self._container.ports.jobs.send(CATCH_UP, {}, delay=math.ceil(rest))
        except Unavailable as error:
            # The schedule comes too, somewhat later.
            _log.warning("%s is not woken: %s", consumer.name, error.detail)

    async def _deliver(self, consumer: Consumer, events: Sequence[Event]) -> None:
        ports, bus = self._container.ports, self._container.platform.bus
        fresh = await bus.unseen(consumer.name, events)
        if not fresh:
            return
        with self._rests.measured(consumer):
            for start in range(0, len(fresh), consumer.batch):
                await deliver(ports, consumer, fresh[start : start + consumer.batch])
        await bus.acknowledge(consumer.name, fresh[-1].sequence)

    async def _catch_up(self, consumer: Consumer, mark: str) -> None:
        """From its own position to the end of the stream, as a local worker does."""
        ports = self._container.ports
        taken, since = 1, dict[str, int]()
        with self._rests.measured(consumer):
            while taken:
                taken, positions = await consume_once(ports, consumer, since)
                since = dict(positions)
        try:
            # Noted anew meanwhile, it missed something that may not have been read here.
            known = Equals("mark", mark)
            await ports.records.write([Delete(BEHIND, (BUS, consumer.name), (known,))])
        except ConditionFailed:
            return
        _log.info("consumer %s has caught up", consumer.name)

    async def catch_up(self, time: Time) -> int:
        """Let those that are behind catch up though nothing new has come; how many there were."""
        marks = await self._marks()
        mine = [each for each in self._consumers if each.name in marks]
        for each in mine:
            await self._one(each, (), marks[each.name], time)
        return len(mine)


@cache
def _delivery() -> tuple[Container, Delivery]:
    from omnix.work import CONSUMERS

    logs_to_output()
    container = Container(os.environ, lake=True)
    return container, Delivery(container, (*CONSUMERS, *container.others()), "consumers")


def handle(event: Mapping[str, Any], context: Any) -> Any:
    """Records of the stream, or ``{"schedule": "behind"}``."""
    container, delivery = _delivery()
    time = begin(context)
    if "Records" in event:
        return container.run(delivery.take(records_of(event), time))
    return {"behind": container.run(delivery.catch_up(time))}
