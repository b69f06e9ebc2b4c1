"""What follows from exposures and outcomes, and who watches what runs."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from omnix.domains.system.settings import shop
from omnix.kit.declare import Fact
from omnix.kit.events import Event
from omnix.kit.time import day_of, parse_instant
from omnix.platform.consume import Consumer, Handle
from omnix.platform.jobs import JobContext, JobHandler
from omnix.ports import Ports

from . import watch
from .declare import EXPOSURES, OUTCOMES, WATCH

_log = logging.getLogger("omnix.experiments")


def _following(fact: Fact) -> Handle:
    """Appends the rows of events to ``fact``, once however often they are delivered.

    They are of one stream, whose position the lake keeps with the rows.
    """

    async def follow(ports: Ports, events: Sequence[Event]) -> None:
        time_zone = (await shop(ports)).time_zone
        source = f"bus:{events[0].stream}"
        while True:
            seen = await ports.lake.position(fact, source) or 0
            new = [event for event in events if event.sequence > seen]
            # Another consumer at the same events may have been between: then all is looked at anew.
            if not new or await ports.lake.append(
                fact,
                _rows(fact, new, time_zone),
                source=source,
                version=new[-1].sequence,
                after=seen,
            ):
                return

    return follow


def _rows(fact: Fact, events: Sequence[Event], time_zone: str) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: [] for name in fact.columns}
    for event in events:
        rows = event.data["rows"]
        moments = [parse_instant(at) for at in rows["at"]]
        days = [day_of(moment, time_zone) for moment in moments]
        made = {
            **rows,
            "experiment_id": [event.key] * len(moments),
            "at": [moment.astimezone(UTC).replace(tzinfo=None) for moment in moments],
            "day": days,
            "month": [f"{day:%Y-%m}" for day in days],
        }
        for name, column in columns.items():
            column.extend(made[name])
    return columns


async def _watch(context: JobContext, _: Mapping[str, Any]) -> dict[str, Any]:
    return await watch.look(context.ports, context.progress)


CONSUMERS = (
    Consumer("exposure-facts", ("exposure.recorded",), _following(EXPOSURES), batch=2000, rest=2),
    Consumer("outcome-facts", ("outcome.recorded",), _following(OUTCOMES), batch=2000, rest=2),
)
JOBS = (JobHandler(WATCH, _watch),)
