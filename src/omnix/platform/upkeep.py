"""Upkeep: what piles up is merged or forgotten, and what was lost on the way is sent again."""

from collections.abc import Mapping, Sequence
from typing import Any

from omnix.kit.declare import Fact, JobType
from omnix.platform import jobs
from omnix.platform.consume import Consumer
from omnix.platform.jobs import JobContext, JobHandler

COMPACT = JobType("lake.compact", "Merge the lake's small files", timeout=600)
TRIM = JobType("events.trim", "Forget events of long ago")
RESEND = JobType("jobs.resend", "Queue jobs that were lost on the way")

EVENTS_KEPT_SECONDS = 30 * 86_400
_ON_THE_WAY_SECONDS = 60


def compacting(facts: Sequence[Fact]) -> JobHandler:
    """The job that compacts each of ``facts``."""

    async def run(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
        for number, fact in enumerate(facts):
            await context.progress(number, len(facts), fact.name)
            await context.ports.lake.compact(fact)
        return {"facts": len(facts)}

    return JobHandler(COMPACT, run)


def trimming(consumers: Sequence[Consumer]) -> JobHandler:
    """The job that forgets the events that each of ``consumers`` took more than 30 days ago."""
    names = [consumer.name for consumer in consumers]

    async def run(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
        return {"events": await context.ports.bus.trim(names, EVENTS_KEPT_SECONDS)}

    return JobHandler(TRIM, run)


async def _resend(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"queued": await jobs.resend(context.ports, _ON_THE_WAY_SECONDS)}


RESENDING = JobHandler(RESEND, _resend)
