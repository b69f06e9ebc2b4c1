"""Instants and days. Instants are UTC text of one width, so that they sort as text."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta

DayText = Annotated[str, Meta(extra_json_schema={"format": "date"})]
"""A day of the calendar as it is sent, before it is read; ``MomentText`` one in time."""
MomentText = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]

# The second that was named last, and its name: a burst of requests names each many times.
_named = datetime(1970, 1, 1, tzinfo=UTC), "1970-01-01T00:00:00"
_PARTS = [f".{millisecond:03}Z" for millisecond in range(1000)]


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, always 24 characters.

    Raises ValueError for a moment without a time zone.
    """
    global _named
    if moment.tzinfo is not UTC:
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = moment.astimezone(UTC)
    second, name = _named
    since = moment - second
    if since.seconds or since.days:
        second = moment.replace(microsecond=0)
        name = second.isoformat()[:-6]
        _named = second, name
    return name + _PARTS[moment.microsecond // 1000]


def parse_instant(text: str) -> datetime:
    """The moment that RFC 3339 ``text`` names. Raises ValueError without an offset, and where
    no year of UTC holds it.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset, such as Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time is within the years 1 to 9999 of UTC") from error


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The IANA time zone called ``name``. Raises ValueError if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no IANA time zone") from error


def day_of(moment: datetime, zone_name: str) -> date:
    """The calendar day of ``moment`` in the shop's zone."""
    return moment.astimezone(zone(zone_name)).date()


def day_range(day: date, zone_name: str) -> tuple[datetime, datetime]:
    """First moment of ``day`` and of the next one, in UTC; 23 to 25 hours apart."""
    tz = zone(zone_name)
    start = datetime(day.year, day.month, day.day, tzinfo=tz)
    after = day + timedelta(days=1)
    return start.astimezone(UTC), datetime(
        after.year, after.month, after.day, tzinfo=tz
    ).astimezone(UTC)
