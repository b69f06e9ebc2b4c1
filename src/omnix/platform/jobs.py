"""Jobs: long work with progress that users see, cancellation, retries and dead letters."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from omnix.kit.declare import Collection, Index, JobType
from omnix.kit.errors import ConditionFailed, NotFound, OmnixError, Unavailable
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.kit.trace import CURRENT
from omnix.platform import tracing
from omnix.platform.logs import REQUEST_ID, milliseconds, service_of
from omnix.ports import MAX_DELAY, Absent, Equals, Message, Ports, Put, Update

_log = logging.getLogger("omnix.jobs")

JOB_RUNS = Collection(
    "jobs",
    table="system",
    key=("id",),
    indexes=(
        Index("listing-index", "listing", "created_at"),
        Index("state-index", "state", "created_at"),
    ),
    ttl="expires",
)
KEPT_SECONDS = 30 * 86_400
ENDED = frozenset({"done", "failed", "cancelled"})
MOST_DELIVERIES = 20
"""A job delivered so often without an end takes its worker down with it: a dead letter."""


class JobRun(msgspec.Struct, frozen=True, kw_only=True):
    """A job as users see it. ``done`` of ``total`` steps; ``total`` 0 while it is unknown."""

    id: str
    name: str
    title: str
    state: str
    step: str = ""
    done: int = 0
    total: int = 0
    cancel: bool = False
    attempts: int = 0
    error: str | None = None
    result: dict[str, Any] | None = None
    requested_by: str = "system"
    created_at: str
    started_at: str | None = None
    ended_at: str | None = None


class Cancelled(Exception):
    """Raised inside a job whose user asked it to stop."""


class JobContext:
    """What a running job may use: report progress, and learn that it should stop."""

    def __init__(self, ports: Ports, message: Message, visibility: float) -> None:
        self.ports, self.id, self.attempt = ports, message.id, message.attempt
        self._message, self._visibility = message, visibility

    async def progress(self, done: int, total: int, step: str = "") -> None:
        """Tell how far it is and keep hold of the message. Raises Cancelled if asked to stop."""
        run = await self.ports.records.get(JOB_RUNS, self.id)
        if run is not None and run["cancel"]:
            raise Cancelled
        await self.ports.jobs.extend(self._message, self._visibility)
        now = instant(self.ports.clock.now())
        await self.ports.records.write(
            [Update(JOB_RUNS, self.id, set={"done": done, "total": total, "step": step})],
            [
                Event(
                    "job.progressed",
                    self.id,
                    now,
                    {"id": self.id, "done": done, "total": total, "step": step},
                )
            ],
        )


Run = Callable[[JobContext, Mapping[str, Any]], Awaitable[dict[str, Any] | None]]


@dataclass(frozen=True)
class JobHandler:
    """A declared job and the function that does it; must be safe to run twice."""

    type: JobType
    run: Run


async def submit(
    ports: Ports,
    type: JobType,
    payload: Mapping[str, Any],
    *,
    by: str = "system",
    id: str | None = None,
) -> JobRun:
    """Ask for a job. Under an ``id`` asked for before, the first one is returned."""
    now = instant(ports.clock.now())
    run = JobRun(
        id=id or new_id("job"), name=type.name, title=type.title, state="queued",
        requested_by=by, created_at=now,
    )  # fmt: skip
    if id is not None:
        known = await ports.records.get(JOB_RUNS, id)
        if known is not None:
            return msgspec.convert(known, JobRun)
    item = {
        **msgspec.to_builtins(run),
        "payload": dict(payload),
        "listing": "all",
        "expires": int(ports.clock.now().timestamp()) + KEPT_SECONDS,
    }
    if trace := CURRENT.get():
        item["trace"] = trace
    try:
        await ports.records.write([Put(JOB_RUNS, item, when=(Absent(),))])
    except ConditionFailed:
        # Somebody asked under the same id in between, and the job may have ended already.
        return await get(ports, run.id)
    await ports.jobs.send(type.name, payload, id=run.id)
    return run


async def resend(ports: Ports, idle_seconds: float = 0) -> int:
    """Queue what was asked for by somebody who died before it was queued; how many were looked at.

    What was asked for within the last ``idle_seconds`` may be on its way. What is queued, held
    or a dead letter already stays as it is.
    """
    before = instant(ports.clock.now() - timedelta(seconds=idle_seconds))
    cursor, count = None, 0
    while True:
        page = await ports.records.query(
            JOB_RUNS, "queued", index="state-index", high=before, limit=200, cursor=cursor
        )
        for item in page.items:
            await ports.jobs.send(item["name"], item.get("payload") or {}, id=item["id"])
        count += len(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return count


async def get(ports: Ports, id: str) -> JobRun:
    item = await ports.records.get(JOB_RUNS, id)
    if item is None:
        raise NotFound(f"no job {id}")
    return msgspec.convert(item, JobRun)


async def listing(ports: Ports, state: str | None, limit: int, cursor: str | None) -> Page[JobRun]:
    """Newest first, all of them or those in one state."""
    partition, index = (state, "state-index") if state else ("all", "listing-index")
    page = await ports.records.query(
        JOB_RUNS, partition, index=index, newest_first=True, limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(item, JobRun) for item in page.items], page.next_cursor)


async def cancel(ports: Ports, id: str) -> JobRun:
    """Ask a job to stop; it does at its next sign of progress. An ended job stays as it is."""
    run = await get(ports, id)
    if run.state in ENDED:
        return run
    try:
        await ports.records.write(
            [Update(JOB_RUNS, id, set={"cancel": True}, when=(Equals("state", run.state),))]
        )
    except ConditionFailed:
        return await get(ports, id)
    return msgspec.structs.replace(run, cancel=True)


async def redrive(ports: Ports, id: str) -> None:
    """Queue a dead letter anew. Raises NotFound if there is none under ``id``."""
    anew = Update(
        JOB_RUNS,
        id,
        set={"state": "queued", "cancel": False, "ended_at": None},
        when=(Equals("state", "failed"),),
    )
    try:
        # First, since a worker passes over a job that has ended.
        await ports.records.write([anew])
    except ConditionFailed:
        known = False
    else:
        known = True
    if await ports.jobs.redrive(id):
        return
    if known:
        await ports.records.write([Update(JOB_RUNS, id, set={"state": "failed"})])
    raise NotFound(f"no dead letter {id}")


async def work_once(ports: Ports, handlers: Sequence[JobHandler], wait: float = 0) -> bool:
    """Take one message, if one comes within ``wait`` seconds, and see it through."""
    names = [handler.type.name for handler in handlers]
    by_name = {handler.type.name: handler for handler in handlers}
    message = await ports.jobs.receive(names, 60, wait)
    if message is None:
        return False
    handler = by_name[message.name]
    await ports.jobs.extend(message, handler.type.timeout)
    await _run(ports, handler, message)
    return True


async def _set(ports: Ports, id: str, **values: Any) -> None:
    now = instant(ports.clock.now())
    event = Event("job.changed", id, now, {"id": id, "state": values["state"]})
    await ports.records.write([Update(JOB_RUNS, id, set=values)], [event])


async def _run(ports: Ports, handler: JobHandler, message: Message) -> None:
    item = await ports.records.get(JOB_RUNS, message.id)
    if item is not None and item["state"] == "failed":
        # The worker died between telling it and laying the message with the dead letters.
        await ports.jobs.fail(message, item["error"] or "", retry_in=None)
        return
    if item is None or item["state"] in ENDED:
        await ports.jobs.done(message)
        return
    now = instant(ports.clock.now())
    if item["cancel"]:
        await _set(ports, message.id, state="cancelled", ended_at=now)
        await ports.jobs.done(message)
        return
    if message.attempt > MOST_DELIVERIES:
        await _buried(ports, message, "the worker died at it again and again")
        return
    await _set(ports, message.id, state="running", started_at=now, attempts=message.attempt)
    began, outer = time.perf_counter(), REQUEST_ID.set(message.id)
    span = tracing.job(message.name, item.get("trace", ""))
    done = False
    try:
        done = await _see_through(ports, handler, message, began)
    finally:
        REQUEST_ID.reset(outer)
        if span is not None:
            span.end({"omnix.job_id": message.id, "omnix.attempt": message.attempt}, not done)


async def _see_through(ports: Ports, handler: JobHandler, message: Message, began: float) -> bool:
    """Whether it ended well, which a job that was asked to stop does."""
    context = JobContext(ports, message, handler.type.timeout)
    try:
        result = await handler.run(context, message.payload)
    except Cancelled:
        await _set(ports, message.id, state="cancelled", ended_at=instant(ports.clock.now()))
        await ports.jobs.done(message)
    except asyncio.CancelledError:
        await _set(ports, message.id, state="queued")
        await ports.jobs.fail(message, "the worker stopped", retry_in=0)
        raise
    except Exception as error:
        await _failed(ports, handler, message, error, _facts(handler, began))
        return False
    else:
        ended = instant(ports.clock.now())
        await _set(ports, message.id, state="done", ended_at=ended, result=result, error=None)
        await ports.jobs.done(message)
        _log.info("job %s (%s) done", message.id, message.name, extra=_facts(handler, began))
    return True


def _facts(handler: JobHandler, began: float) -> dict[str, Any]:
    took = milliseconds(time.perf_counter() - began)
    return {"service": service_of(handler.run), "execution_time": took}


async def _failed(
    ports: Ports,
    handler: JobHandler,
    message: Message,
    error: Exception,
    facts: Mapping[str, Any],
) -> None:
    told = error.detail if isinstance(error, OmnixError) else f"{type(error).__name__}: {error}"
    told = told[:2000]
    final = isinstance(error, OmnixError) and not isinstance(error, Unavailable)
    if final or message.attempt >= handler.type.attempts:
        # What refuses on purpose says why; only what nobody foresaw needs the place it came from.
        why = None if final else error
        _log.error(
            "job %s (%s) failed: %s", message.id, message.name, told, exc_info=why, extra=facts
        )
        await _buried(ports, message, told)
    else:
        _log.warning(
            "job %s (%s) will be retried", message.id, message.name, exc_info=error, extra=facts
        )
        await _set(ports, message.id, state="queued", error=told)
        pause = min(2.0**message.attempt, MAX_DELAY)
        await ports.jobs.fail(message, told, retry_in=pause)


async def _buried(ports: Ports, message: Message, told: str) -> None:
    ended = instant(ports.clock.now())
    await _set(ports, message.id, state="failed", ended_at=ended, error=told)
    await ports.jobs.fail(message, told, retry_in=None)


async def work_forever(ports: Ports, handlers: Sequence[JobHandler]) -> None:
    """Do one job after another, until cancelled."""
    while True:
        try:
            await work_once(ports, handlers, wait=5)
        except Unavailable as error:
            _log.warning("jobs wait: %s", error.detail)
            await asyncio.sleep(1)
