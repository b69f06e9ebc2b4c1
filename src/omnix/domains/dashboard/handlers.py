"""Keeping the rollups current."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.platform.consume import Consumer
from omnix.platform.jobs import JobContext, JobHandler
from omnix.ports import Ports

from . import rollups
from .declare import REBUILD

_REST = 4
_LONGEST_REST = 10.0


async def _refresh(ports: Ports, events: Sequence[Event]) -> None:
    began = time.monotonic()
    days = {date.fromisoformat(day) for event in events for day in event.data.get("days", ())}
    await rollups.refresh_days(ports, days)
    await rollups.refresh_ranges(ports)
    await rollups.refresh_stock(ports)
    await _tell(ports, {"days": sorted(day.isoformat() for day in days)[-31:]})
    # Rests in proportion to the work, so that a busy shop's refreshes take a fifth of a core.
    await asyncio.sleep(min(_LONGEST_REST, _REST * (time.monotonic() - began)))


async def _tell(ports: Ports, data: dict[str, Any]) -> None:
    now = instant(ports.clock.now())
    await ports.bus.publish([Event("dashboard.refreshed", "dashboard", now, data)])


async def _rebuild(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    result = await rollups.rebuild(context)
    await _tell(context.ports, {"rebuilt": True})
    return result


CONSUMERS = (Consumer("dashboard", ("sales.recorded", "stock.moved", "stock.counted"), _refresh),)
JOBS = (JobHandler(REBUILD, _rebuild),)
