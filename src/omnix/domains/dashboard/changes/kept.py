"""Explanations that are kept: on a large shop one takes seconds, and the usual ones are asked for
day after day.

A kept one is handed out only while the totals of every day of both periods are what they were, and
never beyond its day, since the night closes stock and moves prices on.
"""

import json
from datetime import date, timedelta
from typing import Any

import msgspec

from omnix.domains.dashboard.declare import EXPLANATIONS
from omnix.domains.dashboard.service import day_totals
from omnix.domains.ml.lineage import code_version, fingerprint
from omnix.domains.system.settings import shop
from omnix.engine.changes.data import Metric
from omnix.kit.time import day_of
from omnix.platform.jobs import JobContext
from omnix.ports import Ports, Put

from .model import Changes
from .service import Against, earlier, explain_change, period

DAYS = (7, 1, 28, 90)
"""The lengths that the page offers, the usual one first."""
_KEPT_SECONDS = 2 * 86_400


async def explained(
    ports: Ports,
    *,
    metric: Metric = "revenue",
    first: date | None = None,
    last: date | None = None,
    days: int = DAYS[0],
    against: Against = "previous",
) -> Changes:
    """What ``explain_change`` says, from what is kept if it still holds; else told anew and kept.
    Raises what it raises."""
    first, last = await period(ports, first, last, days)
    key = f"{metric}:{first}:{last}:{against}"
    stamp = await _stamp(ports, first, last, against)
    kept = await ports.records.get(EXPLANATIONS, key)
    if kept is not None and stamp is not None and kept["stamp"] == stamp:
        return msgspec.convert(kept["told"], Changes)
    told = await explain_change(ports, metric=metric, first=first, last=last, against=against)
    if stamp is not None:
        until = int(ports.clock.now().timestamp()) + _KEPT_SECONDS
        item = {"key": key, "stamp": stamp, "told": msgspec.to_builtins(told), "expires": until}
        await ports.records.write([Put(EXPLANATIONS, item)])
    return told


async def _stamp(ports: Ports, first: date, last: date, against: Against) -> str | None:
    """What the explanation rests on; None where no day's totals are known yet."""
    before, days = earlier(first, last, against)
    then = await day_totals(ports, before, before + timedelta(days=days - 1))
    now = await day_totals(ports, first, last)
    if not then and not now:
        return None
    settings = await shop(ports)
    return fingerprint(
        day_of(ports.clock.now(), settings.time_zone).isoformat(),
        settings.currency,
        code_version("omnix.engine.changes", "omnix.domains.dashboard.changes"),
        json.dumps({**then, **now}, sort_keys=True),
    )


async def explain_usual(context: JobContext) -> dict[str, Any]:
    """Tell ahead what will be asked of the days that ended: the page's lengths against the days
    before, a week against the year before, and the last calendar week and month."""
    ports = context.ports
    _, last = await period(ports, None, None, 1)
    monday = last - timedelta(days=(last.weekday() + 1) % 7 + 6)
    month_end = (last + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    spans: list[tuple[date, date, Against]] = [
        *((last - timedelta(days=days - 1), last, "previous") for days in DAYS),
        (last - timedelta(days=DAYS[0] - 1), last, "last_year"),
        (monday, monday + timedelta(days=6), "previous"),
        (month_end.replace(day=1), month_end, "previous"),
    ]
    for done, (start, end, against) in enumerate(spans):
        await context.progress(done, len(spans), f"{start} to {end}")
        await explained(ports, first=start, last=end, against=against)
    return {"explanations": len(spans)}
