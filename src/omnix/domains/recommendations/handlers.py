"""What follows from purchases, clicks and answers; and the nightly job."""

from collections.abc import Callable, Sequence
from typing import Any

from omnix.domains.system.settings import shop
from omnix.kit.declare import Fact
from omnix.kit.events import Event
from omnix.platform.consume import Consumer, Handle
from omnix.platform.jobs import JobHandler
from omnix.ports import Ports

from . import recent
from .decide import answered_columns, shown_columns
from .declare import ANSWERED, MAKE, SHOWN
from .make import make_all


def _keeping(fact: Fact, columns: Callable[[Sequence[Event], str], dict[str, list[Any]]]) -> Handle:
    """Appends to ``fact`` once, however often events are delivered."""

    async def keep(ports: Ports, events: Sequence[Event]) -> None:
        time_zone = (await shop(ports)).time_zone
        source = f"bus:{events[0].stream}"
        while True:
            seen = await ports.lake.position(fact, source) or 0
            new = [event for event in events if event.sequence > seen]
            if not new or await ports.lake.append(
                fact, columns(new, time_zone), source=source, version=new[-1].sequence, after=seen
            ):
                return

    return keep


CONSUMERS = (
    Consumer(
        "recommendations-recent",
        ("order.placed", "events.received"),
        recent.said,
        batch=1000,
        rest=9,
    ),
    Consumer(
        "recommendations-shown", ("shown.recommendations",), _keeping(SHOWN, shown_columns), rest=9
    ),
    Consumer(
        "recommendations-answered",
        ("shown.answered",),
        _keeping(ANSWERED, answered_columns),
        rest=9,
    ),
)
JOBS = (JobHandler(MAKE, make_all),)
