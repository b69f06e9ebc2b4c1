"""The demo's calendar: weekdays, public holidays, and local time in UTC."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from omnix.engine.simulator.tables import Flag, Int, Int32, Real, ShopSpec

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
    holidays: tuple[tuple[int, str], ...]


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (anonymous algorithm, Meeus 1991)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def public_holidays(year: int) -> dict[date, str]:
    """Germany's nationwide public holidays."""
    sunday = easter(year)
    return {
        date(year, 1, 1): "New Year's Day",
        sunday - timedelta(days=2): "Good Friday",
        sunday + timedelta(days=1): "Easter Monday",
        date(year, 5, 1): "Labour Day",
        sunday + timedelta(days=39): "Ascension Day",
        sunday + timedelta(days=50): "Whit Monday",
        date(year, 10, 3): "German Unity Day",
        date(year, 12, 25): "Christmas Day",
        date(year, 12, 26): "Second Day of Christmas",
    }


def build_days(spec: ShopSpec) -> Days:
    """Raises zoneinfo.ZoneInfoNotFoundError for an unknown time zone."""
    first, n = spec.first_day, spec.days
    zone = ZoneInfo(spec.time_zone)
    dates = [first + timedelta(days=i) for i in range(n)]
    named: dict[date, str] = {}
    for year in range(first.year, spec.last_day.year + 1):
        named.update(public_holidays(year))
    holidays = tuple((i, named[day]) for i, day in enumerate(dates) if day in named)
    weekday = np.array([day.weekday() for day in dates], dtype=np.int32)
    is_holiday = np.zeros(n, dtype=bool)
    is_holiday[[i for i, _ in holidays]] = True
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
        holidays=holidays,
    )
