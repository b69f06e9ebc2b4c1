"""The simulated shop with everything computed that the analyst looks at, made once."""

import asyncio
import shutil
import tempfile
from functools import cache
from pathlib import Path

from domains.simulated import copied, follow, job, opened
from omnix.declared import ROLE_PERMISSIONS
from omnix.domains.customers.insights import analyse_all
from omnix.domains.dashboard import rollups
from omnix.domains.forecasting.service import forecast_all
from omnix.domains.recommendations.make import make_all
from omnix.platform.access import Actor

ADMIN = Actor("usr_admin", "admin", ROLE_PERMISSIONS["admin"])
_kept: list[tempfile.TemporaryDirectory[str]] = []


@cache
def _made() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="omnix-analyst-")
    _kept.append(folder)
    data = copied(Path(folder.name))

    async def make() -> None:
        async with opened(data) as ports:
            await rollups.rebuild(job(ports))
            await forecast_all(job(ports), {})
            await analyse_all(job(ports), {})
            await follow(ports)
            await make_all(job(ports), {})
            await follow(ports)

    asyncio.run(make())
    return data


def ready(folder: Path) -> Path:
    """A data folder of one's own; call it outside of an event loop."""
    shutil.copytree(_made(), folder / "data")
    return folder / "data"
