"""What is made of a shop's data each night, asked for at once where much of it is new."""

from collections.abc import Sequence

from omnix.domains.customers.declare import ANALYSE
from omnix.domains.dashboard.declare import REBUILD
from omnix.domains.forecasting.declare import FORECAST_ALL
from omnix.domains.inventory.declare import CLASSIFY
from omnix.domains.recommendations.declare import MAKE
from omnix.kit.declare import JobType
from omnix.platform import jobs
from omnix.ports import Ports

BESIDE = (CLASSIFY, ANALYSE, MAKE)
FOLLOWING = (REBUILD, FORECAST_ALL, *BESIDE)
"""First what is looked at first."""


async def ask(ports: Ports, why: str, types: Sequence[JobType] = FOLLOWING) -> None:
    """Ask for them, once for each ``why``, with which the jobs' ids begin."""
    for type, id in zip(types, ids(why, types), strict=True):
        await jobs.submit(ports, type, {}, id=id)


def ids(why: str, types: Sequence[JobType] = FOLLOWING) -> list[str]:
    """Of the jobs that were asked for."""
    return [f"{why}-{type.name}" for type in types]
