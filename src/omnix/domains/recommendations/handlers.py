"""What follows from purchases, clicks and answers; and the nightly job."""

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

from omnix.domains.system.settings import shop
from omnix.kit.declare import Fact
from omnix.kit.events import Event
from omnix.kit.time import day_of, parse_instant
from omnix.platform.consume import Consumer, Handle
from omnix.platform.jobs import JobHandler
from omnix.ports import Ports

from . import recent
from .decide import rows_shown
from .declare import ANSWERED, MAKE, SHOWN
from .make import make_all


def _keeping(fact: Fact, rows: Callable[[Sequence[Event]], list[dict[str, Any]]]) -> Handle:
    """Appends to ``fact`` once, however often events are delivered."""

    async def keep(ports: Ports, events: Sequence[Event]) -> None:
        time_zone = (await shop(ports)).time_zone
        source = f"bus:{events[0].stream}"
        while True:
            seen = await ports.lake.position(fact, source) or 0
            new = [event for event in events if event.sequence > seen]
            if not new or await ports.lake.append(
                fact, _columns(fact, rows(new), time_zone), source=source,
                version=new[-1].sequence, after=seen,
            ):  # fmt: skip
                return

    return keep


def _columns(fact: Fact, rows: list[dict[str, Any]], time_zone: str) -> dict[str, list[Any]]:
    for row in rows:
        moment = parse_instant(row["at"])
        row["day"] = day_of(moment, time_zone)
        row["at"] = moment.astimezone(UTC).replace(tzinfo=None)
    return {name: [row[name] for row in rows] for name in fact.columns}


def _answers(events: Sequence[Event]) -> list[dict[str, Any]]:
    return [{"answer_id": event.key, "at": event.at, **event.data} for event in events]


CONSUMERS = (
    Consumer(
        "recommendations-recent",
        ("order.placed", "events.received"),
        recent.said,
        batch=1000,
        rest=9,
    ),
    Consumer(
        "recommendations-shown", ("shown.recommendations",), _keeping(SHOWN, rows_shown), rest=9
    ),
    Consumer("recommendations-answered", ("shown.answered",), _keeping(ANSWERED, _answers), rest=9),
)
JOBS = (JobHandler(MAKE, make_all),)
