"""What follows from orders: sales facts, and the end of what a crash interrupted."""

import itertools
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date, timedelta
from typing import Any

from omnix.domains.system.settings import shop
from omnix.domains.system.setup import tell_data_until
from omnix.kit.events import Event
from omnix.kit.time import day_of, instant, parse_instant
from omnix.platform.consume import Consumer
from omnix.platform.jobs import JobContext, JobHandler
from omnix.ports import Ports

from . import work
from .declare import ORDERS, SALES, SWEEP
from .facts import COLUMNS

_log = logging.getLogger("omnix.orders")

IDLE_SECONDS = 30.0


async def sales_facts(ports: Ports, events: Sequence[Event]) -> None:
    """Append the rows of these events to the lake, once however often they are delivered.

    They are of one stream, whose position the lake keeps with the rows. Who follows the lake is
    told the days that changed, also when the rows were there already: the process may have
    ended between the two.
    """
    time_zone = (await shop(ports)).time_zone
    days = {day_of(parse_instant(event.at), time_zone).isoformat() for event in events}
    source = f"bus:{events[0].stream}"
    appended = False
    while not appended:
        seen = await ports.lake.position(SALES, source) or 0
        fresh = [event for event in events if event.sequence > seen]
        # Another consumer at the same events may have been between: then all is looked at anew.
        appended = not fresh or await ports.lake.append(
            SALES, rows(fresh, time_zone), source=source, version=fresh[-1].sequence, after=seen
        )
    await tell_data_until(ports, date.fromisoformat(max(days)))
    now = instant(ports.clock.now())
    await ports.bus.publish([Event("sales.recorded", "sales", now, {"days": sorted(days)})])


def rows(events: Sequence[Event], time_zone: str) -> dict[str, list[Any]]:
    """The columns of SALES, with days cut in the shop's zone."""
    columns: dict[str, list[Any]] = {name: [] for name in SALES.columns}
    for event in events:
        data = event.data
        told = data["rows"]
        count = len(told["line"])
        moment = parse_instant(event.at)
        day = day_of(moment, time_zone)
        same = {
            "order_id": data["order_id"],
            "at": moment.astimezone(UTC).replace(tzinfo=None),
            "day": day,
            "month": f"{day:%Y-%m}",
            "customer_id": data["customer_id"],
            "location_id": data["location_id"],
            "channel": data["channel"],
            "currency": data["currency"],
            "source": "live",
        }
        for name, value in same.items():
            columns[name].extend(itertools.repeat(value, count))
        for name in COLUMNS:
            columns[name].extend(told[name])
    return columns


async def sweep(ports: Ports, idle_seconds: float = IDLE_SECONDS) -> dict[str, int]:
    """Finish or take back what nobody drove for ``idle_seconds``.

    0 is for who knows that nobody else is at work on any, as a single server is at its start.
    """
    before = instant(ports.clock.now() - timedelta(seconds=idle_seconds))
    counts = {"finished": 0, "taken_back": 0, "failed": 0}
    cursor = None
    while True:
        page = await ports.records.query(
            ORDERS, "yes", index="pending-index", limit=50, cursor=cursor
        )
        for stored in page.items:
            if stored["touched_at"] > before:
                continue
            try:
                outcome = await work.drive(ports, stored, abandon=True)
            except Exception as error:
                # One that is broken must not keep the others from being finished.
                _log.error("order %s cannot be finished", stored["id"], exc_info=error)
                counts["failed"] += 1
                continue
            counts["finished" if outcome.done else "taken_back"] += 1
        cursor = page.next_cursor
        if cursor is None:
            return counts


async def _sweep(context: JobContext, _: Mapping[str, Any]) -> dict[str, Any]:
    return dict(await sweep(context.ports))


CONSUMERS = (
    Consumer(
        "sales-facts",
        ("order.placed", "order.returned", "order.cancelled"),
        sales_facts,
        batch=2000,
        rest=4,
    ),
)
JOBS = (JobHandler(SWEEP, _sweep),)
