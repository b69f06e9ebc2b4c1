"""Instants and days. Instants are UTC text of one width, so that they sort as text."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, always 24 characters.

    Raises ValueError for a moment without a time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def parse_instant(text: str) -> datetime:
    """The moment that RFC 3339 ``text`` names. Raises ValueError without an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset, such as Z")
    return moment.astimezone(UTC)


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
