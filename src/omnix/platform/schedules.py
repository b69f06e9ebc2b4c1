"""Schedules: a job is asked for at its times, once each, whoever asks."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from omnix.kit.declare import JobType, Schedule
from omnix.kit.errors import Unavailable
from omnix.kit.time import zone
from omnix.platform import jobs
from omnix.ports import Ports

_log = logging.getLogger("omnix.schedules")

_PUT_BACK = timedelta(minutes=1)
"""Less is a correction of the clock as it goes on all the time."""


def slot(schedule: Schedule, now: datetime, zone_name: str) -> str:
    """The name of the latest time at or before ``now`` at which the schedule is due.

    Two calls within one period give the same name, so that the job's id tells a repetition.
    """
    if schedule.every is not None:
        return f"{schedule.name}:{int(now.timestamp()) // schedule.every}"
    hour, minute = (int(part) for part in (schedule.at or "00:00").split(":"))
    local = now.astimezone(zone(zone_name))
    day = local.date()
    if (local.hour, local.minute) < (hour, minute):
        day -= timedelta(days=1)
    return f"{schedule.name}:{day.isoformat()}"


async def ask_for_due(
    ports: Ports,
    schedules: Iterable[Schedule],
    types: Mapping[str, JobType],
    zone_name: str,
    latest: datetime | None = None,
) -> datetime:
    """Ask for every schedule's present slot; one that was asked for before is left alone.

    ``latest`` is what the call before returned. Where the clock was put back from there, slots of
    less than a day come anew, since nothing would be asked for until it is there again.
    """
    now = ports.clock.now().astimezone(UTC)
    latest = max(latest or now, now)
    again = f"~{int(latest.timestamp())}" if latest - now > _PUT_BACK else ""
    for schedule in schedules:
        name = slot(schedule, now, zone_name) + (again if schedule.every is not None else "")
        await jobs.submit(ports, types[schedule.job], {}, by="schedule", id=name)
    return latest


async def ask_forever(
    ports: Ports,
    schedules: Sequence[Schedule],
    types: Mapping[str, JobType],
    zone_name: Callable[[Ports], Awaitable[str]],
) -> None:
    """Ask every half minute, until cancelled.

    A slot that passed while nothing ran is asked for at the start: a machine that is off at
    night does its nightly work in the morning.
    """
    latest: datetime | None = None
    while True:
        try:
            named = await zone_name(ports)
            latest = await ask_for_due(ports, schedules, types, named, latest)
        except Unavailable as error:
            _log.warning("schedules wait: %s", error.detail)
        await asyncio.sleep(30)
