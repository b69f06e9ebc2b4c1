"""The log of events on a Kinesis stream of one shard, which keeps all events in one order."""

import asyncio
import json
import logging
import time
import weakref
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from omnix.adapters.aws.calls import Calls, code, refused
from omnix.adapters.aws.own import POSITIONS
from omnix.adapters.aws.relay import Relay
from omnix.kit.errors import ConditionFailed
from omnix.kit.events import Event
from omnix.ports import MAX_BATCH, Absent, Clock, Equals, EventBatch, Put, Records

_log = logging.getLogger("omnix.bus")

POLL_SECONDS = 0.2
SLACK_SECONDS = 60
"""How far the clocks of relays and of the stream may be apart."""

MARKS = 200
STREAM = "0"


def decoded(data: bytes) -> list[Event]:
    """The events of one record of the stream."""
    return [
        Event(e["type"], e["key"], e["at"], e["data"], e["id"], e["sequence"], STREAM, trace)
        for e in json.loads(data)
        for trace in (e.get("trace", ""),)
    ]


def _readable(data: bytes) -> list[Event]:
    """None of a record that somebody else put on the stream: it must not stop who reads."""
    try:
        return decoded(data)
    except (ValueError, KeyError, TypeError) as error:
        _log.warning("a record of the stream holds no events", exc_info=error)
        return []


class AwsBus:
    """The stream called ``stream``; ``relay`` fills it from the outbox.

    What is published goes through the outbox too, so that an aggregate's events keep their
    order whichever way they come. On Lambda the service delivers the records: the runtime takes
    ``unseen(consumer, decoded(data))`` and acknowledges; ``read`` is for everything else, as
    one shard answers five reads a second.
    """

    def __init__(self, calls: Calls, records: Records, clock: Clock, stream: str) -> None:
        self.relay = Relay(calls, records, clock, stream)
        self._calls = calls
        self._records = records
        self._stream = stream
        # By consumer: sequences, and the stream's own number of the record that ends with each.
        self._marks: dict[str, list[tuple[int, str]]] = {}
        self._seen: weakref.WeakKeyDictionary[asyncio.Task[Any], int] = weakref.WeakKeyDictionary()

    async def publish(self, events: Sequence[Event], *, soon: bool = False) -> None:
        for start in range(0, len(events), MAX_BATCH):
            await self._records.write([], events[start : start + MAX_BATCH])

    async def read(self, consumer: str, types: Sequence[str], limit: int = 500) -> EventBatch:
        position = await self._position(consumer)
        marks = [mark for mark in self._marks.get(consumer, ()) if mark[0] <= position]
        events: list[Event] = []
        seen = position
        iterator = await self._iterator(position, marks[-1][1] if marks else None)
        while iterator is not None and len(events) < limit:
            answer = await self._kinesis("get_records", ShardIterator=iterator, Limit=100)
            for record in answer["Records"]:
                for event in _readable(record["Data"]):
                    # A record may come twice, and the first one begins before the position.
                    if event.sequence <= seen or len(events) == limit:
                        continue
                    seen = event.sequence
                    if not types or event.type in types:
                        events.append(event)
                if len(events) < limit:
                    marks.append((seen, record["SequenceNumber"]))
            iterator = answer.get("NextShardIterator")
            if not answer["Records"] and not answer.get("MillisBehindLatest"):
                break
        self._marks[consumer] = marks[-MARKS:]
        task = asyncio.current_task()
        if task is not None:
            self._seen[task] = seen
        return EventBatch(events, seen, STREAM)

    async def _position(self, consumer: str, stream: str = STREAM) -> int:
        stored = await self._records.get(POSITIONS, (consumer, stream))
        return 0 if stored is None else int(stored["position"])

    async def _iterator(self, position: int, after: str | None) -> str | None:
        """Where to read on: behind a known record, or at about the position's time."""
        if after is not None:
            begin: dict[str, Any] = {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "StartingSequenceNumber": after,
            }
        elif position > SLACK_SECONDS * 1_000_000:
            moment = datetime.fromtimestamp(position // 1_000_000 - SLACK_SECONDS, UTC)
            begin = {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": moment}
        else:
            begin = {"ShardIteratorType": "TRIM_HORIZON"}
        shards = (await self._kinesis("list_shards", StreamName=self._stream))["Shards"]
        answer = await self._kinesis(
            "get_shard_iterator",
            StreamName=self._stream,
            ShardId=shards[0]["ShardId"],
            **begin,
        )
        iterator: str | None = answer.get("ShardIterator")
        return iterator

    async def unseen(self, consumer: str, events: Sequence[Event]) -> list[Event]:
        """Those behind the consumer's position, each once."""
        seen = await self._position(consumer)
        fresh = []
        for event in events:
            if event.sequence > seen:
                seen = event.sequence
                fresh.append(event)
        return fresh

    async def acknowledge(self, consumer: str, position: int, stream: str = STREAM) -> None:
        if position < 0:
            raise ValueError("a position is not negative")
        while True:
            stored = await self._records.get(POSITIONS, (consumer, stream))
            if stored is not None and stored["position"] >= position:
                return
            condition = Absent() if stored is None else Equals("position", stored["position"])
            item = {"consumer": consumer, "stream": stream, "position": position}
            try:
                await self._records.write([Put(POSITIONS, item, (condition,))])
            except ConditionFailed:
                continue
            return

    async def rewind(self, consumer: str, position: int, stream: str = STREAM) -> None:
        if position < 0:
            raise ValueError("a position is not negative")
        item = {"consumer": consumer, "stream": stream, "position": position}
        await self._records.write([Put(POSITIONS, item)])

    async def end(self, stream: str = STREAM) -> int:
        return await self.relay.last()

    async def trim(self, consumers: Sequence[str], keep_seconds: float) -> int:
        """The stream forgets by itself, after the time that the infrastructure sets."""
        return 0

    async def wait(self, timeout: float) -> None:
        """As the port says; looks five times a second. A task that has read nothing waits no
        longer than 200 ms.
        """
        task = asyncio.current_task()
        known = self._seen.get(task) if task is not None else None
        if known is None:
            known, timeout = await self.end(), min(timeout, POLL_SECONDS)
        finish = time.monotonic() + timeout
        while True:
            left = finish - time.monotonic()
            if left <= 0 or await self.end() > known:
                return
            await asyncio.sleep(min(POLL_SECONDS, left))

    async def _kinesis(self, operation: str, **parameters: Any) -> dict[str, Any]:
        try:
            return await self._calls.call("kinesis", operation, **parameters)
        except ClientError as error:
            raise refused(error, f"the bus cannot be used ({code(error)})") from error
