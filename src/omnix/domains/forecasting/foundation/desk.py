"""What users see of the foundation model, and how they have it tried. Needs no numerics."""

from datetime import date

from omnix.domains.forecasting.declare import FORECAST_CONTEST, FORECAST_MODEL
from omnix.domains.ml import service as registry
from omnix.domains.ml.model import ALL
from omnix.kit.errors import OmnixError
from omnix.platform import jobs
from omnix.platform.jobs import JobRun
from omnix.ports import Ports

from .model import ALGORITHM, FoundationState


async def state(ports: Ports) -> FoundationState:
    """Whether there is one, whether it can be used, and where it answers."""
    name = problem = None
    try:
        name = await ports.foundation.name()
    except OmnixError as error:
        problem = error.detail
    place = (await registry.standing(ports, FORECAST_MODEL)).now
    groups: list[str] = []
    number = None
    for one in sorted(place.versions()) if place is not None else ():
        version = await registry.version(ports, FORECAST_MODEL.name, one)
        if version.algorithm == ALGORITHM:
            number, groups = version.version, [*groups, *version.answers_for]
    groups.sort(key=lambda group: (group != ALL, group))
    return FoundationState(
        configured=ports.foundation.configured, name=name, problem=problem,
        version=number, groups=groups,
    )  # fmt: skip


async def ask(ports: Ports, by: str) -> JobRun:
    """A job that tries it against what answers. Raises Conflict, in words, without one to try."""
    await ports.foundation.name()
    return await jobs.submit(ports, FORECAST_CONTEST, {}, by=by)


async def ask_weekly(ports: Ports, today: date) -> None:
    """The same once a week, where there is one."""
    if ports.foundation.configured:
        year, week, _ = today.isocalendar()
        id = f"{FORECAST_CONTEST.name}:{year}-{week:02}"
        await jobs.submit(ports, FORECAST_CONTEST, {}, by="schedule", id=id)
