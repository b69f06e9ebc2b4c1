"""Whether the last whole hours were usual ones."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from omnix.domains.system.settings import shop
from omnix.kit.errors import ConditionFailed
from omnix.kit.events import Event
from omnix.kit.paging import Page
from omnix.kit.time import day_of, instant
from omnix.platform import queries
from omnix.ports import Absent, Ports, Put

from .declare import ANOMALIES
from .model import Anomaly, AnomalyMetric

WEEKS = 8
ALPHA = 0.001
_SETTLED = timedelta(minutes=10)
_LOOKED_AT = 6
_KEPT_SECONDS = 90 * 86_400
_METRICS: tuple[AnomalyMetric, ...] = ("revenue", "orders", "visits")
SQL = queries.load(__package__)


async def look(ports: Ports) -> dict[str, Any]:
    """Judge the last hours that are over, each metric by itself; an hour is told once."""
    import numpy as np

    from omnix.engine.anomaly.seasonal import HOURS, expected_range

    settings = await shop(ports)
    now = ports.clock.now()
    end = (now - _SETTLED).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    start = end - timedelta(hours=WEEKS * HOURS + _LOOKED_AT)
    rows = await ports.lake.rows(
        SQL["hours"],
        currency=settings.currency,
        since=start.replace(tzinfo=None),
        until=end.replace(tzinfo=None),
        first_day=day_of(start, settings.time_zone),
        last_day=day_of(end, settings.time_zone),
    )
    if not rows:
        return {"hours": 0, "anomalies": 0}
    # Before the first event of all nothing is known; from then on an hour without any has none.
    begun = rows[0]["hour"].replace(tzinfo=UTC)
    length = int((end - begun) / timedelta(hours=1))
    places = [int((row["hour"].replace(tzinfo=UTC) - begun) / timedelta(hours=1)) for row in rows]
    found = 0
    for metric in _METRICS:
        series = np.zeros(length)
        series[places] = [float(row[metric]) for row in rows]
        for back in range(min(_LOOKED_AT, length)):
            told = expected_range(series[: length - back], ALPHA)
            if told is None or not told.unusual:
                continue
            hour = end - timedelta(hours=back + 1)
            anomaly = Anomaly(
                id=f"{metric}-{hour:%Y%m%d%H}",
                metric=metric,
                hour=instant(hour),
                value=int(told.value),
                expected=round(told.expected),
                low=int(np.ceil(told.low)),
                high=int(told.high),
                score=round(told.score, 2),
                direction="high" if told.value > told.high else "low",
                weeks=told.weeks,
                currency=settings.currency if metric == "revenue" else None,
                detected_at=instant(now),
            )
            found += await _tell(ports, anomaly, now)
    return {"hours": min(_LOOKED_AT, length), "anomalies": found}


async def _tell(ports: Ports, anomaly: Anomaly, now: datetime) -> bool:
    """Keep it and tell of it, unless that was done; whether it was new."""
    item = msgspec.to_builtins(anomaly)
    kept = {**item, "listing": "all", "expires": int(now.timestamp()) + _KEPT_SECONDS}
    event = Event("anomaly.detected", anomaly.id, anomaly.detected_at, item)
    try:
        await ports.records.write([Put(ANOMALIES, kept, when=(Absent(),))], [event])
    except ConditionFailed:
        return False
    return True


async def listing(
    ports: Ports, metric: AnomalyMetric | None, limit: int, cursor: str | None
) -> Page[Anomaly]:
    """One page, the newest hour first."""
    partition, index = ("all", "listing-index") if metric is None else (metric, "metric-index")
    page = await ports.records.query(
        ANOMALIES, partition, index=index, newest_first=True, limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(item, Anomaly) for item in page.items], page.next_cursor)
