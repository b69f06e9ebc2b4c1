"""Orders in figures, from the sales facts; named and defined as the dashboard's metrics are."""

from datetime import date, timedelta
from typing import Any

import msgspec

from omnix.domains.system.settings import shop
from omnix.kit.errors import Invalid
from omnix.kit.time import day_of
from omnix.platform import queries
from omnix.ports import Ports

DAYS = 30
MOST_DAYS = 3660
_SQL = queries.load(__package__)


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Money in minor units of the shop's currency.

    ``revenue_minor`` is less returns and cancellations, with ``charges_minor`` (postage);
    ``average_order_minor`` is revenue by orders, half a unit rounded up, None without orders.
    """

    orders: int = 0
    units: int = 0
    revenue_minor: int = 0
    average_order_minor: int | None = None
    discount_minor: int = 0
    charges_minor: int = 0
    returns_minor: int = 0
    cancellations_minor: int = 0
    customers: int = 0


class Group(Figures, frozen=True, kw_only=True):
    """The figures of a channel, location or weekday (1 is Monday), by ``key``."""

    key: str


class OrderSummaryFigures(Figures, frozen=True, kw_only=True):
    """The figures of some days, both included."""

    first_day: str
    last_day: str
    currency: str


class OrderStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """The same days taken apart."""

    first_day: str
    last_day: str
    currency: str
    channels: list[Group]
    locations: list[Group]
    weekdays: list[Group]


async def summary(ports: Ports, first: date | None, last: date | None) -> OrderSummaryFigures:
    """All orders of these days; the last 30 where none are given."""
    head, rows = await _read(ports, first, last)
    (row,) = [row for row in rows if row["dimension"] == "all"]
    return msgspec.convert({**row, **head}, OrderSummaryFigures)


async def statistics(ports: Ports, first: date | None, last: date | None) -> OrderStatistics:
    """By channel, location and weekday."""
    head, rows = await _read(ports, first, last)
    groups = {
        f"{name}s": [row for row in rows if row["dimension"] == name]
        for name in ("channel", "location", "weekday")
    }
    return msgspec.convert({**head, **groups}, OrderStatistics)


async def _read(
    ports: Ports, first: date | None, last: date | None
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    settings = await shop(ports)
    last = last or day_of(ports.clock.now(), settings.time_zone)
    if first is None:
        first = date.fromordinal(max(1, last.toordinal() - DAYS + 1))
    if not timedelta(0) <= last - first <= timedelta(days=MOST_DAYS):
        raise Invalid.field("from", f"must be 0 to {MOST_DAYS} days before to")
    rows = await ports.lake.rows(_SQL["order_figures"], first=first, last=last)
    for row in rows:
        n, revenue = row["orders"], row["revenue_minor"]
        row["average_order_minor"] = (2 * revenue + n) // (2 * n) if n else None
    head = {"first_day": first.isoformat(), "last_day": last.isoformat()}
    return {**head, "currency": settings.currency}, rows
