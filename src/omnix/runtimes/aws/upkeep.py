"""What the stack does by itself: the first start, schedules, and what the queue gave up."""

import json
import logging
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from omnix.adapters.aws.jobs import AwsJobs
from omnix.declared import SCHEDULES
from omnix.domains.auth.passwords import one_time
from omnix.domains.auth.users import ADMIN_EMAIL, anybody, ensure_admin
from omnix.domains.system.health import beat
from omnix.domains.system.settings import shop
from omnix.kit.errors import ConditionFailed, Invalid, Unavailable
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.platform.jobs import ENDED, JOB_RUNS
from omnix.platform.schedules import ask_for_due
from omnix.ports import Equals, Ports, Update
from omnix.runtimes.aws.jobs import Failures, bury_unreadable
from omnix.runtimes.aws.observe import begin, logs_to_output, measured
from omnix.runtimes.aws.stack import JOB_TYPES, Container

_log = logging.getLogger("omnix.upkeep")

DUE = "due"
FIRST_PASSWORD = "first-password"
"""The secret with the first admin's one-time password. Delete it once it has been used."""


async def first_start(container: Container) -> bool:
    """Make the first admin where there is none, with a one-time password kept as a secret.

    The secret comes first, so that whoever dies between the two leaves a password that works.
    """
    ports = container.ports
    if await anybody(ports):
        return False
    password = await ports.secrets.ensure(FIRST_PASSWORD, lambda: one_time().encode())
    if await ensure_admin(ports, password=password.decode()) is None:
        return False
    _log.warning(
        "first start: sign in as %s with the one-time password in the secret %s",
        ADMIN_EMAIL, container.secret_name(FIRST_PASSWORD),
    )  # fmt: skip
    return True


async def ask(ports: Ports, name: str) -> None:
    """Ask for what is due by the schedule called ``name``, or by all. Raises Invalid for none."""
    chosen = [each for each in SCHEDULES if name in (DUE, each.name)]
    if not chosen:
        raise Invalid.field("schedule", f"there is no schedule {name}")
    await ask_for_due(ports, chosen, JOB_TYPES, (await shop(ports)).time_zone)


async def bury(container: Container, records: Sequence[Mapping[str, Any]]) -> Failures:
    """Keep what SQS gave up with the dead letters; names what must come again."""
    again = []
    for record in records:
        try:
            await _bury(container.ports, container.platform.jobs, record)
        except Unavailable as error:
            _log.warning("message %s comes again: %s", record["messageId"], error.detail)
            again.append({"itemIdentifier": record["messageId"]})
    measured("upkeep", buried=len(records) - len(again), postponed=len(again))
    return {"batchItemFailures": again}


async def _bury(ports: Ports, jobs: AwsJobs, record: Mapping[str, Any]) -> None:
    told = "its worker died at it, again and again"
    try:
        id = json.loads(record["body"])["id"]
        await jobs.bury(record["body"], told)
    except (ValueError, KeyError, TypeError) as error:
        await bury_unreadable(jobs, record, error)
        return
    _log.error("message %s: %s", id, told)
    run = await ports.records.get(JOB_RUNS, id)
    if run is None or run["state"] in ENDED:
        return
    now = instant(ports.clock.now())
    failed = Update(
        JOB_RUNS,
        id,
        set={"state": "failed", "ended_at": now, "error": told},
        when=(Equals("state", run["state"]),),
    )
    event = Event("job.changed", id, now, {"id": id, "state": "failed"})
    try:
        await ports.records.write([failed], [event])
    except ConditionFailed:
        _log.info("job %s went on after all", id)


@cache
def _container() -> Container:
    logs_to_output()
    return Container(os.environ, lake=False)


async def _tick(container: Container, name: str) -> None:
    await first_start(container)
    await beat(container.ports)
    await ask(container.ports, name)


def handle(event: Mapping[str, Any], context: Any) -> Any:
    """Messages of the dead-letter queue, or ``{"schedule": "due"}`` or one schedule's name."""
    container = _container()
    begin(context)
    if "Records" in event:
        return container.run(bury(container, event["Records"]))
    container.run(_tick(container, event["schedule"]))
    return {"schedule": event["schedule"]}
