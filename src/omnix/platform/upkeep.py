"""Upkeep of the lake: live sales arrive in small files, which are merged now and then."""

from collections.abc import Mapping, Sequence
from typing import Any

from omnix.kit.declare import Fact, JobType
from omnix.platform.jobs import JobContext, JobHandler

COMPACT = JobType("lake.compact", "Merge the lake's small files", timeout=600)


def compacting(facts: Sequence[Fact]) -> JobHandler:
    """The job that compacts each of ``facts``."""

    async def run(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
        for number, fact in enumerate(facts):
            await context.progress(number, len(facts), fact.name)
            await context.ports.lake.compact(fact)
        return {"facts": len(facts)}

    return JobHandler(COMPACT, run)
