"""The platform of a deployed stack for a command on somebody's machine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from omnix.adapters.aws.calls import Calls
from omnix.adapters.aws.deployed import OutsideLake, resources, session
from omnix.adapters.aws.platform import AwsPlatform
from omnix.declared import COLLECTIONS, DECLARED, FACTS
from omnix.ports import Ports


@asynccontextmanager
async def outside(
    stack: str,
    project: str,
    environment: str,
    cache: Path,
    region: str | None = None,
    profile: str | None = None,
) -> AsyncIterator[Ports]:
    """The ports of ``stack``; what is still on its way to the bus is put there first."""
    opened = session(region, profile)
    calls = Calls(session=opened)
    try:
        known = await resources(calls, stack, project, environment)
        jobs = [job for one in DECLARED for job in one.jobs]
        lake = OutsideLake(opened, calls, known.bucket, cache, FACTS)
        try:
            platform = AwsPlatform(known, COLLECTIONS, jobs, lake, calls=calls)
            await platform.bus.relay.sweep(older_than=0)
            yield platform.ports
        finally:
            lake.close()
    finally:
        calls.close()
