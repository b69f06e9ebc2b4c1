"""Jobs from SQS, each as the local worker does it: held, extended, retried, buried at the end.

A job that outlasts its function's time is stopped and put back: it must be safe to run twice,
and one that notes how far it came goes on from there.
"""

import asyncio
import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from omnix.adapters.aws.jobs import AwsJobs
from omnix.kit.errors import Unavailable
from omnix.platform.consume import Consumer
from omnix.platform.jobs import JobHandler, work_once
from omnix.ports import Message
from omnix.runtimes.aws.consumers import CATCH_UP, Delivery
from omnix.runtimes.aws.observe import Time, begin, logs_to_output, measured
from omnix.runtimes.aws.stack import Container

_log = logging.getLogger("omnix.jobs")

LEAST_SECONDS = 5.0
"""With less time than this, no further message is begun."""

HELD_SECONDS = 60
UNREADABLE = "unreadable"

Failures = dict[str, list[dict[str, str]]]


class Handed(AwsJobs):
    """The queue, whose next message is the one that Lambda handed over."""

    def __init__(self, like: AwsJobs, message: Message) -> None:
        vars(self).update(vars(like))
        self._handed: Message | None = message

    async def receive(
        self, names: Sequence[str], visibility: float, wait: float = 0
    ) -> Message | None:
        message, self._handed = self._handed, None
        return message


class Worker:
    """Does the jobs of ``handlers`` that Lambda hands over, and wakes ``consumers`` from a rest."""

    def __init__(
        self,
        container: Container,
        handlers: Sequence[JobHandler],
        consumers: Sequence[Consumer] = (),
    ) -> None:
        self._container = container
        self._delivery = Delivery(container, consumers, "jobs")
        self._handlers = handlers
        self._names = {handler.type.name for handler in handlers}

    async def work(self, records: Sequence[Mapping[str, Any]], time: Time) -> Failures:
        """See the messages through one after another; names those that must come again."""
        again = []
        for record in records:
            try:
                if time.left < LEAST_SECONDS:
                    raise Unavailable("the time is over")
                await self._one(record, time)
            except Unavailable as error:
                _log.warning("message %s comes again: %s", record["messageId"], error.detail)
                again.append({"itemIdentifier": record["messageId"]})
        measured("jobs", messages=len(records) - len(again), postponed=len(again))
        return {"batchItemFailures": again}

    async def _one(self, record: Mapping[str, Any], time: Time) -> None:
        jobs = self._container.platform.jobs
        queue, handle = self._queue(record), record["receiptHandle"]
        try:
            message = await jobs.taken(queue, handle, record["body"], HELD_SECONDS)
        except (ValueError, KeyError, TypeError) as error:
            await bury_unreadable(jobs, record, error)
            return
        if message is None:
            return
        if message.name == CATCH_UP:
            await self._delivery.catch_up(time)
            await jobs.done(message)
            return
        if message.name not in self._names:
            await jobs.fail(message, f"nobody does {message.name}", retry_in=None)
            return
        ports = replace(self._container.ports, jobs=Handed(jobs, message))
        try:
            async with asyncio.timeout(time.left):
                await work_once(ports, self._handlers)
        except TimeoutError:
            _log.warning("job %s (%s) was stopped and goes on later", message.id, message.name)
            measured("jobs", stopped=1)

    def _queue(self, record: Mapping[str, Any]) -> str:
        """The address of the queue that a message came from."""
        name = record["eventSourceARN"].rpartition(":")[2]
        return next(url for url in self._container.queues if url.rpartition("/")[2] == name)


async def bury_unreadable(jobs: AwsJobs, record: Mapping[str, Any], error: Exception) -> None:
    """Lay a message that is none of ours with the dead letters, as it came."""
    _log.error("message %s cannot be read", record["messageId"], exc_info=error)
    letter = {
        "id": record["messageId"],
        "name": UNREADABLE,
        "payload": {"body": record["body"]},
    }
    await jobs.bury(json.dumps(letter), f"{type(error).__name__}: {error}")


@cache
def _worker() -> tuple[Container, Worker]:
    from omnix.work import CONSUMERS, JOBS

    logs_to_output()
    container = Container(os.environ, lake=True)
    return container, Worker(container, JOBS, (*CONSUMERS, *container.others()))


def handle(event: Mapping[str, Any], context: Any) -> Failures:
    """Messages of a queue."""
    container, worker = _worker()
    time = begin(context)
    return container.run(worker.work(event["Records"], time))
