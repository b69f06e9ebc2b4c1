"""Keeping the rollups current, each at its own pace.

A day's totals follow an order at once. What asks the whole history (distinct customers, top
products, cohorts) or every balance follows as fast as a twentieth of a core allows.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.platform.consume import Consumer
from omnix.platform.jobs import JobContext, JobHandler
from omnix.ports import Ports

from . import digest, rollups
from .declare import DIGEST, EXPLAIN, REBUILD

_MOST_DAYS_TOLD = 31


async def _days(ports: Ports, events: Sequence[Event]) -> None:
    days = {date.fromisoformat(day) for event in events for day in event.data.get("days", ())}
    await rollups.refresh_days(ports, days)
    await _tell(ports, {"days": sorted(day.isoformat() for day in days)[-_MOST_DAYS_TOLD:]})


async def _ranges(ports: Ports, events: Sequence[Event]) -> None:
    await rollups.refresh_ranges(ports)
    await _tell(ports, {"ranges": True})


async def _customers(ports: Ports, events: Sequence[Event]) -> None:
    await rollups.refresh_customers(ports)
    await _tell(ports, {"customers": True})


async def _stock(ports: Ports, events: Sequence[Event]) -> None:
    await rollups.refresh_stock(ports)
    await _tell(ports, {"stock": True})


async def _tell(ports: Ports, data: dict[str, Any]) -> None:
    now = instant(ports.clock.now())
    await ports.bus.publish([Event("dashboard.refreshed", "dashboard", now, data)])


async def _rebuild(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    result = await rollups.rebuild(context)
    await _tell(context.ports, {"rebuilt": True})
    return result


async def _explain(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    # Numerics are imported where they are used.
    from .changes.kept import explain_usual

    return await explain_usual(context)


_ON_HAND_CHANGES = ("stock.moved", "stock.counted", "order.fulfilled", "order.returned")
_COST_CHANGES = ("product.created", "product.changed")

CONSUMERS = (
    Consumer("dashboard-days", ("sales.recorded",), _days, rest=4),
    Consumer("dashboard-ranges", ("sales.recorded",), _ranges, batch=5000, rest=19),
    Consumer("dashboard-customers", ("sales.recorded",), _customers, batch=5000, rest=19),
    Consumer("dashboard-stock", (*_ON_HAND_CHANGES, *_COST_CHANGES), _stock, batch=5000, rest=19),
)
JOBS = (
    JobHandler(REBUILD, _rebuild),
    JobHandler(EXPLAIN, _explain),
    JobHandler(DIGEST, digest.send_due),
)
