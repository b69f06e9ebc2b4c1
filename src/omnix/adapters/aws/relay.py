"""From the outbox to the bus: each event gets its sequence once, in one order for all consumers.

Any number of relays may run. A batch is first written into the sequencer's item with the
sequences it gets, by whoever finds that item unchanged; then it is put on the stream as one
record, marked as done in the outbox, and cleared. Whoever finds another's batch there that is
not cleared in time finishes it, so that a relay which dies leaves neither a hole nor a second
sequence. A batch may so be put twice, under the same sequences: consumers leave out what is not
above the last one they saw.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from omnix.adapters.aws.calls import Calls, refused
from omnix.adapters.aws.outbox import LISTS, list_name
from omnix.adapters.aws.own import OUTBOX, SEQUENCER
from omnix.kit.errors import ConditionFailed, Unavailable
from omnix.kit.time import instant
from omnix.ports import Absent, Clock, Delete, Equals, Item, Present, Put, Records, Update

BUS = "events"
MAX_RECORD = 900_000
"""Bytes of events in one record of the stream, which holds a million."""

AGGREGATES = 100
PATIENCE = 2.0
"""Seconds after which another relay's batch is finished for it."""

ATTEMPTS = 200


def aggregates(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Whose events the records of the outbox's DynamoDB stream tell of, each once."""
    found = {
        record["dynamodb"]["NewImage"]["aggregate"]["S"]: None
        for record in records
        if record.get("eventName") == "INSERT" and "NewImage" in record.get("dynamodb", {})
    }
    return list(found)


class Relay:
    """Puts what the outbox in ``records`` holds on the Kinesis stream called ``stream``."""

    def __init__(self, calls: Calls, records: Records, clock: Clock, stream: str) -> None:
        self.calls = calls
        self._records = records
        self._clock = clock
        self._stream = stream

    async def relay(self, keys: Sequence[str]) -> int:
        """Put on the bus whatever these aggregates have pending; returns how many events.

        Reads the outbox rather than trusting what was streamed: so what an earlier record told
        of in vain goes first, and what is done already is left alone.
        """
        count = 0
        for start in range(0, len(keys), AGGREGATES):
            some = keys[start : start + AGGREGATES]
            more = True
            while more:
                done, more = await self._batch(some)
                count += done
        return count

    async def sweep(self, older_than: float = 60) -> int:
        """Relay what has been pending for ``older_than`` seconds; returns how many events."""
        before = instant(self._clock.now() - timedelta(seconds=older_than))
        count = 0
        for number in range(LISTS):
            while True:
                page = await self._records.query(
                    OUTBOX, list_name(number), index="pending-index", high=before, limit=AGGREGATES
                )
                done = await self.relay(list(dict.fromkeys(i["aggregate"] for i in page.items)))
                count += done
                if not done or page.next_cursor is None:
                    break
        return count

    async def last(self) -> int:
        """The newest sequence that was given."""
        head = await self._records.get(SEQUENCER, BUS)
        return 0 if head is None else int(head["last"])

    async def _batch(self, keys: Sequence[str]) -> tuple[int, bool]:
        """How many events went, and whether one record did not hold them all."""
        waited = 0.0
        waiting_for: int | None = None
        for _ in range(ATTEMPTS):
            head = await self._records.get(SEQUENCER, BUS)
            if head is not None and head["batch"]:
                if head["version"] != waiting_for:
                    waiting_for, waited = head["version"], 0.0
                if waited < PATIENCE:
                    await asyncio.sleep(0.05)
                    waited += 0.05
                else:
                    await self._finish(head)
                continue
            # Read after the head: what another relay did before it was cleared is seen as done.
            rows, more = await self._pending(keys)
            if not rows:
                return 0, False
            taken = self._taken(head, rows)
            condition = Absent() if head is None else Equals("version", head["version"])
            try:
                await self._records.write([Put(SEQUENCER, taken, (condition,))])
            except ConditionFailed:
                continue
            await self._finish(taken)
            return sum(len(json.loads(row["events"])) for row in rows), more
        raise Unavailable("the bus is busy")

    async def _pending(self, keys: Sequence[str]) -> tuple[list[Item], bool]:
        """Items of these aggregates that have no sequence, as many as one record holds, and
        whether there are more.
        """
        pages = await asyncio.gather(*[self._records.query(OUTBOX, key) for key in keys])
        rows: list[Item] = []
        size = 0
        for page in pages:
            for item in page.items:
                if item.get("pending") is None:
                    continue
                size += len(item["events"].encode())
                if rows and size > MAX_RECORD:
                    return rows, True
                rows.append(item)
        return rows, any(page.next_cursor is not None for page in pages)

    def _taken(self, head: Item | None, rows: Sequence[Item]) -> dict[str, Any]:
        """The sequencer's item with a batch of ``rows``. Sequences are microseconds, so that a
        sequence tells about when its event came, and grow by one where that is more.
        """
        now = self._clock.now()
        sequence = max(0 if head is None else head["last"], int(now.timestamp() * 1_000_000))
        batch = []
        for row in rows:
            batch.append([row["aggregate"], row["number"], sequence + 1])
            sequence += len(json.loads(row["events"]))
        return {
            "bus": BUS,
            "last": sequence,
            "version": 1 if head is None else head["version"] + 1,
            "batch": batch,
            "at": instant(now),
        }

    async def _finish(self, head: Item) -> None:
        batch: list[tuple[str, int, int]] = [tuple(one) for one in head["batch"]]
        rows: list[Item | None] = []
        for start in range(0, len(batch), 100):
            some = [(key, number) for key, number, _ in batch[start : start + 100]]
            rows += await self._records.get_many(OUTBOX, some)
        events = []
        for row, (_, _, sequence) in zip(rows, batch, strict=True):
            # One that is gone was finished by somebody, and newer ones of its key too.
            if row is not None and row.get("pending") is not None:
                for position, event in enumerate(json.loads(row["events"])):
                    events.append(
                        {**event, "key": row["aggregate"], "sequence": sequence + position}
                    )
        if events:
            await self._put(events)
        await self._mark(batch, rows)
        cleared = {**head, "batch": [], "version": head["version"] + 1}
        try:
            condition = Equals("version", head["version"])
            await self._records.write([Put(SEQUENCER, cleared, (condition,))])
        except ConditionFailed:
            # Somebody finished it for us.
            return

    async def _put(self, events: Sequence[Mapping[str, Any]]) -> None:
        data = json.dumps(events, separators=(",", ":"), ensure_ascii=False).encode()
        try:
            await self.calls.call(
                "kinesis",
                "put_record",
                StreamName=self._stream,
                PartitionKey=BUS,
                Data=data,
            )
        except ClientError as error:
            raise refused(error, "the bus cannot be used") from error

    async def _mark(
        self, batch: Sequence[tuple[str, int, int]], rows: Sequence[Item | None]
    ) -> None:
        """Note the sequences, and drop what came before the newest of each aggregate."""
        newest = {key: number for key, number, _ in batch}
        oldest = {key: number for key, number, _ in reversed(batch)}
        steps: list[Update | Delete] = [
            Delete(OUTBOX, (key, number - 1)) for key, number in oldest.items() if number > 1
        ]
        for (key, number, sequence), row in zip(batch, rows, strict=True):
            if number < newest[key]:
                steps.append(Delete(OUTBOX, (key, number)))
            elif row is not None:
                changes = {"sequence": sequence, "pending": None, "at": row["at"]}
                steps.append(Update(OUTBOX, (key, number), set=changes, when=(Present(),)))
        await asyncio.gather(
            *[self._marked(steps[start : start + 50]) for start in range(0, len(steps), 50)]
        )

    async def _marked(self, steps: Sequence[Update | Delete]) -> None:
        while steps:
            try:
                await self._records.write(steps)
                return
            except ConditionFailed as error:
                # Gone already, as somebody else has come further.
                steps = [s for n, s in enumerate(steps) if n not in error.failed]
