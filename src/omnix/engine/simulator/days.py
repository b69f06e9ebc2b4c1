"""The demo's calendar: weekdays, public holidays, and local time in UTC."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from omnix.engine.simulator.tables import Flag, Int, Int32, Real, ShopSpec
from omnix.kit.holidays import holidays

SUNDAY = 6
STORE_OPENS, STORE_CLOSES = 8 * 3600, 20 * 3600  # seconds after local midnight
WEB_OPENS, WEB_CLOSES = 6 * 3600, 23 * 3600


@dataclass(frozen=True, slots=True)
class Days:
    """The history's days; arrays are indexed by day number."""

    first: date
    weekday: Int32  # 0 = Monday
    day_of_year: Int32  # 0 = 1 January
    years: Real  # since the first day, in years of 365.25 days
    closed: Flag  # stores shut
    eve: Flag  # open day before a closed one that is no plain Sunday
    next_open: Int32  # the first open day from this one on
    noon_offset: Int  # seconds that local time is ahead of UTC at noon
    midnight: Int  # epoch seconds of the date's 00:00 read as UTC
    holidays: tuple[tuple[int, str], ...]  # Germany's


def build_days(spec: ShopSpec) -> Days:
    """Raises zoneinfo.ZoneInfoNotFoundError for an unknown time zone."""
    first, n = spec.first_day, spec.days
    zone = ZoneInfo(spec.time_zone)
    dates = [first + timedelta(days=i) for i in range(n)]
    named: dict[date, str] = {}
    for year in range(first.year, spec.last_day.year + 1):
        named.update(holidays("DE", year))
    told = tuple((i, named[day]) for i, day in enumerate(dates) if day in named)
    weekday = np.array([day.weekday() for day in dates], dtype=np.int32)
    is_holiday = np.zeros(n, dtype=bool)
    is_holiday[[i for i, _ in told]] = True
    closed = is_holiday | (weekday == SUNDAY)
    eve = np.zeros(n, dtype=bool)
    eve[:-1] = is_holiday[1:] & ~closed[:-1]
    eve |= np.array([(day.month, day.day) in ((12, 23), (12, 24)) for day in dates]) & ~closed
    index = np.arange(n, dtype=np.int32)
    later_open = np.where(closed, n, index)
    next_open = np.minimum.accumulate(later_open[::-1])[::-1].astype(np.int32)
    offsets = [datetime.combine(day, time(12), zone).utcoffset() or timedelta() for day in dates]
    return Days(
        first=first,
        weekday=weekday,
        day_of_year=np.array([day.timetuple().tm_yday - 1 for day in dates], dtype=np.int32),
        years=index / 365.25,
        closed=closed,
        eve=eve,
        next_open=next_open,
        noon_offset=np.array([int(o.total_seconds()) for o in offsets], dtype=np.int64),
        midnight=(first.toordinal() - date(1970, 1, 1).toordinal() + index.astype(np.int64))
        * 86_400,
        holidays=told,
    )
