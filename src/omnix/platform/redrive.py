"""Poisoned events: given to their consumer again, or given up, when somebody says so."""

from collections.abc import Mapping, Sequence
from typing import Any

from omnix.kit.declare import JobType
from omnix.kit.errors import Conflict, NotFound, Unavailable
from omnix.kit.events import Event
from omnix.platform import jobs
from omnix.platform.consume import LONGEST_ERROR, POISONED, Consumer
from omnix.platform.jobs import JobContext, JobHandler, JobRun
from omnix.ports import Delete, Item, Ports, Present, Update

REDRIVE = JobType("events.redrive", "Give a poisoned event to its consumer again")


async def poisoned(ports: Ports, consumer: str, event_id: str) -> Item:
    """The event that lies aside. Raises NotFound."""
    item = await ports.records.get(POISONED, (consumer, event_id))
    if item is None:
        raise NotFound(f"no event {event_id} of {consumer} lies aside")
    return item


async def ask(ports: Ports, consumer: str, event_id: str, by: str) -> JobRun:
    """Ask for the job that redrives the event. Raises NotFound."""
    await poisoned(ports, consumer, event_id)
    return await jobs.submit(ports, REDRIVE, {"consumer": consumer, "event_id": event_id}, by=by)


async def discard(ports: Ports, consumer: str, event_id: str) -> None:
    """Give the event up for good. Raises NotFound."""
    await poisoned(ports, consumer, event_id)
    await ports.records.write([Delete(POISONED, (consumer, event_id))])


def redriving(consumers: Sequence[Consumer]) -> JobHandler:
    """The job that gives a poisoned event to its one of ``consumers``; forgotten once taken."""
    by_name = {consumer.name: consumer for consumer in consumers}

    async def run(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
        ports, name, event_id = context.ports, payload["consumer"], payload["event_id"]
        item = await poisoned(ports, name, event_id)
        if name not in by_name:
            raise NotFound(f"there is no consumer {name}; the event can only be discarded")
        # A stream of its own: who keeps the position of a stream beside what follows from its
        # events, which is far ahead in the one that it came from, takes it once even so.
        event = Event(
            item["type"], item["key"], item["at"], item["data"], event_id, 1, stream=event_id
        )
        try:
            await by_name[name].handle(ports, [event])
        except Unavailable:
            raise
        except Exception as error:
            told = f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
            again = Update(POISONED, (name, event_id), set={"error": told}, when=(Present(),))
            await ports.records.write([again])
            raise Conflict(f"{name} cannot take it: {told}") from error
        await ports.records.write([Delete(POISONED, (name, event_id))])
        return {"consumer": name, "event_id": event_id}

    return JobHandler(REDRIVE, run)
