"""The queue of jobs in SQS. What SQS does not know of a message stands in the records.

Who holds a message is decided there: SQS lets a holder whose time is over delete or extend it.
So is how often it was received, since a retry with a pause is a new message.
"""

import asyncio
import json
import logging
import os
import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from omnix.adapters.aws.calls import Calls, code, refused
from omnix.adapters.aws.own import DEAD_LETTERS, JOB_COUNTS, QUEUED_JOBS
from omnix.kit.errors import ConditionFailed
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.ports import (
    MAX_DELAY,
    MAX_PAYLOAD,
    MAX_VISIBILITY,
    Absent,
    AtLeast,
    Clock,
    DeadLetter,
    Delete,
    Equals,
    Item,
    Message,
    Put,
    Records,
    Update,
)

_log = logging.getLogger("omnix.jobs")
REMEMBER_SECONDS = 14 * 86_400
"""How long an id is known: as long as SQS keeps a message at most."""

LONGEST_WAIT = 20
SENDING, SENT, DONE, DEAD = "sending", "sent", "done", "dead"
_LISTING = "dead"
_COUNTED = {
    "ApproximateNumberOfMessages": "queued",
    "ApproximateNumberOfMessagesDelayed": "queued",
    "ApproximateNumberOfMessagesNotVisible": "running",
}
_GONE = frozenset({"ReceiptHandleIsInvalid", "InvalidParameterValue", "MessageNotInflight"})


class AwsJobs:
    """The ``queues`` at these URLs; ``queue`` tells which one for a job's name.

    A message is received whatever its name, if its queue is that of a name asked for.
    """

    def __init__(
        self,
        calls: Calls,
        records: Records,
        clock: Clock,
        queues: Collection[str],
        queue: Callable[[str], str],
    ) -> None:
        self.calls = calls
        self._records = records
        self._clock = clock
        self.queue = queue
        self._queues = tuple(queues)

    async def send(
        self, name: str, payload: Mapping[str, Any], *, id: str | None = None, delay: float = 0
    ) -> str:
        _within(delay, MAX_DELAY)
        if (
            len(json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode())
            > MAX_PAYLOAD
        ):
            raise ValueError(f"a payload is at most {MAX_PAYLOAD} bytes")
        if id is None:
            made = new_id("job")
            await self._send(made, name, payload, delay)
            return made
        first = {"id": id, "state": SENDING, "attempt": 0, "expires": self._expires()}
        try:
            await self._records.write([Put(QUEUED_JOBS, first, (Absent(),))])
        except ConditionFailed:
            known = await self._records.get(QUEUED_JOBS, id)
            # Still sending: whoever began may have died before it was in the queue.
            if known is None or known["state"] != SENDING:
                return id
        await self._send(id, name, payload, delay)
        await self._change(id, {"state": SENT}, Equals("state", SENDING))
        return id

    async def _send(self, id: str, name: str, payload: Mapping[str, Any], delay: float) -> None:
        await self._sqs(
            "send_message",
            QueueUrl=self.queue(name),
            MessageBody=_encoded({"id": id, "name": name, "payload": payload}).decode(),
            DelaySeconds=int(delay),
            **_caused(),
        )

    async def receive(
        self, names: Sequence[str], visibility: float, wait: float = 0
    ) -> Message | None:
        _within(visibility, MAX_VISIBILITY)
        queues = list(dict.fromkeys(map(self.queue, names)))
        finish = time.monotonic() + min(wait, LONGEST_WAIT)
        while queues:
            for queue in queues:
                left = max(0.0, finish - time.monotonic())
                # With several queues, none may keep the others waiting for long.
                patience = int(left) if len(queues) == 1 else min(1, int(left))
                message = await self._received(queue, visibility, patience)
                if message is not None:
                    return message
            if time.monotonic() >= finish:
                break
            await asyncio.sleep(0.05)
        return None

    async def _received(self, queue: str, visibility: float, patience: int) -> Message | None:
        while True:
            answer = await self._sqs(
                "receive_message",
                QueueUrl=queue,
                MaxNumberOfMessages=1,
                VisibilityTimeout=int(visibility),
                WaitTimeSeconds=patience,
            )
            if not answer.get("Messages"):
                return None
            handle, body = (answer["Messages"][0][part] for part in ("ReceiptHandle", "Body"))
            patience = 0
            try:
                message = await self.taken(queue, handle, body, visibility)
            except (ValueError, LookupError, TypeError) as error:
                # Left alone, it ends with the dead letters of the queue itself.
                _log.error("a message of %s cannot be read: %s", queue, error)
                continue
            if message is not None:
                return message

    async def taken(self, queue: str, handle: str, body: str, visibility: float) -> Message | None:
        """The message that SQS delivered with ``handle`` from the queue at this URL, now held;
        None if it was done before, and so is dropped.
        """
        content = json.loads(body)
        known: Item = await self._records.get(QUEUED_JOBS, content["id"]) or {}
        if known.get("state") == DEAD and content.get("redriven"):
            # It came before its letter was removed.
            await self._visible(queue, handle, 1)
            return None
        if known.get("state") in (DONE, DEAD):
            await self._drop(queue, handle)
            return None
        token, attempt = uuid.uuid4().hex, int(known.get("attempt", 0)) + 1
        await self._change(
            content["id"],
            {"state": SENT, "receipt": token, "attempt": attempt, "until": self._until(visibility)},
        )
        receipt = json.dumps([token, queue, handle])
        return Message(content["id"], content["name"], content["payload"], attempt, receipt)

    async def extend(self, message: Message, visibility: float) -> bool:
        _within(visibility, MAX_VISIBILITY)
        token, queue, handle = json.loads(message.receipt)
        held = AtLeast("until", self._until(0))
        if not await self._change(
            message.id, {"until": self._until(visibility)}, Equals("receipt", token), held
        ):
            return False
        return await self._visible(queue, handle, visibility)

    async def done(self, message: Message) -> None:
        token, queue, handle = json.loads(message.receipt)
        changes = {"state": DONE, "receipt": None, "expires": self._expires()}
        if await self._change(message.id, changes, Equals("receipt", token)):
            await self._drop(queue, handle)

    async def fail(self, message: Message, error: str, *, retry_in: float | None) -> None:
        _within(retry_in or 0, MAX_DELAY)
        token, queue, handle = json.loads(message.receipt)
        if retry_in is None:
            if not await self._bury(message, error, Equals("receipt", token)):
                return
        elif not await self._change(message.id, {"receipt": None}, Equals("receipt", token)):
            return
        else:
            # Hidden, it would count as running; and SQS would count it towards its own end.
            await self._send(message.id, message.name, message.payload, retry_in)
        await self._drop(queue, handle)

    async def bury(self, body: str, error: str) -> None:
        """Lay a message that SQS gave up on with the dead letters; ``body`` as it was sent."""
        content = json.loads(body)
        known: Item = await self._records.get(QUEUED_JOBS, content["id"]) or {}
        attempts = int(known.get("attempt", 0))
        message = Message(content["id"], content["name"], content["payload"], attempts, "")
        await self._bury(message, error)

    async def _bury(self, message: Message, error: str, *when: Equals) -> bool:
        """False if another holds it, or it was buried before."""
        letter = {
            "id": message.id,
            "name": message.name,
            "payload": dict(message.payload),
            "attempts": message.attempt,
            "error": error,
            "at": instant(self._clock.now()),
            "listing": _LISTING,
        }
        state = {"state": DEAD, "receipt": None, "expires": self._expires()}
        try:
            await self._records.write(
                [
                    Put(DEAD_LETTERS, letter, (Absent(),)),
                    Update(QUEUED_JOBS, message.id, set=state, when=when),
                    Update(JOB_COUNTS, _LISTING, {"count": 1}),
                ]
            )
        except ConditionFailed:
            return False
        return True

    async def dead(self, limit: int = 50, cursor: str | None = None) -> Page[DeadLetter]:
        page = await self._records.query(
            DEAD_LETTERS, _LISTING, index="listing-index", limit=limit, cursor=cursor
        )
        letters = [
            DeadLetter(i["id"], i["name"], i["payload"], i["attempts"], i["error"], i["at"])
            for i in page.items
        ]
        return Page(letters, page.next_cursor)

    async def redrive(self, id: str) -> bool:
        letter = await self._records.get(DEAD_LETTERS, id)
        if letter is None:
            return False
        # Sent before the letter is removed: whoever dies between leaves it to be redriven again.
        content = {"id": id, "name": letter["name"], "payload": letter["payload"]}
        await self._sqs(
            "send_message",
            QueueUrl=self.queue(letter["name"]),
            MessageBody=_encoded({**content, "redriven": True}).decode(),
        )
        anew = {"id": id, "state": SENT, "attempt": 0, "expires": self._expires()}
        try:
            await self._records.write(
                [
                    Delete(DEAD_LETTERS, id, (Equals("at", letter["at"]),)),
                    Put(QUEUED_JOBS, anew),
                    Update(JOB_COUNTS, _LISTING, {"count": -1}),
                ]
            )
        except ConditionFailed:
            return False
        return True

    async def counts(self) -> Mapping[str, int]:
        """As SQS counts, which on AWS lags by up to a minute."""
        counts = {"queued": 0, "running": 0, "dead": 0}
        for queue in self._queues:
            answer = await self._sqs(
                "get_queue_attributes", QueueUrl=queue, AttributeNames=list(_COUNTED)
            )
            for attribute, name in _COUNTED.items():
                counts[name] += int(answer["Attributes"][attribute])
        dead = await self._records.get(JOB_COUNTS, _LISTING)
        counts["dead"] = 0 if dead is None else int(dead["count"])
        return counts

    async def _change(self, id: str, changes: Mapping[str, Any], *when: Equals | AtLeast) -> bool:
        """Change what is known of a message; False if a condition does not hold."""
        given = {"expires": self._expires(), **changes}
        try:
            await self._records.write([Update(QUEUED_JOBS, id, set=given, when=when)])
        except ConditionFailed:
            return False
        return True

    async def _drop(self, queue: str, handle: str) -> None:
        """Take the message off the queue; nothing happens if it is gone, or another's now."""
        try:
            await self.calls.call("sqs", "delete_message", QueueUrl=queue, ReceiptHandle=handle)
        except ClientError as error:
            if code(error).rpartition(".")[2] not in _GONE:
                raise refused(error, "the queue cannot be used") from error

    async def _visible(self, queue: str, handle: str, seconds: float) -> bool:
        """Show the message after ``seconds``; False if it is not in flight."""
        try:
            await self.calls.call(
                "sqs",
                "change_message_visibility",
                QueueUrl=queue,
                ReceiptHandle=handle,
                VisibilityTimeout=int(seconds),
            )
        except ClientError as error:
            if code(error).rpartition(".")[2] in _GONE:
                return False
            raise refused(error, "the queue cannot be used") from error
        return True

    def _until(self, seconds: float) -> int:
        return int((self._clock.now().timestamp() + seconds) * 1000)

    def _expires(self) -> int:
        return int(self._clock.now().timestamp()) + REMEMBER_SECONDS

    async def _sqs(self, operation: str, **parameters: Any) -> dict[str, Any]:
        try:
            return await self.calls.call("sqs", operation, **parameters)
        except ClientError as error:
            raise refused(error, "the queue cannot be used") from error


def _caused() -> dict[str, Any]:
    """By which X-Ray shows the job with the invocation that asked for it."""
    trace = os.environ.get("_X_AMZN_TRACE_ID")
    if not trace:
        return {}
    header = {"DataType": "String", "StringValue": trace}
    return {"MessageSystemAttributes": {"AWSTraceHeader": header}}


def _within(seconds: float, most: float) -> None:
    if seconds > most:
        raise ValueError(f"at most {most:.0f} seconds")


def _encoded(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
