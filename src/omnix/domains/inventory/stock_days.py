"""Closing the day: what the ledger says of each counted stock, as facts that forecasts learn from.

A product is in stock while some of it is available: what is on the shelf and reserved cannot be
sold. Opening hours are not known here; 8 to 20 o'clock in the shop's zone stands for them.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from omnix.domains.products import service as products
from omnix.domains.system.settings import shop
from omnix.kit.errors import Unavailable
from omnix.kit.time import day_of, day_range, instant, parse_instant, zone
from omnix.platform.jobs import JobContext
from omnix.ports import Item, Ports

from . import locations
from .declare import BALANCES, LEDGER, STOCK_DAYS
from .model import stock_key

OPENS, CLOSES = 8, 20
MOST_DAYS = 31
"""Days that one run catches up with at most; a machine that was off for longer leaves a gap."""

SOURCE = "ledger"
"""Under this name the lake keeps up to which day the stock is written."""

_CHUNK = 100
_ATTEMPTS = 5


class Step(NamedTuple):
    """A change of a stock, as the ledger tells it."""

    at: datetime
    on_hand: int
    available: int


def closed(
    on_hand: int, available: int, steps: Sequence[Step], days: Sequence[date], zone_name: str
) -> list[tuple[int, float]]:
    """Closing stock of each of ``days``, which follow each other, and its share in stock.

    ``on_hand`` and ``available`` are those after the last of ``steps``, which are all there were
    since the first day began, oldest first.
    """
    on_hand -= sum(step.on_hand for step in steps)
    available -= sum(step.available for step in steps)
    tz = zone(zone_name)
    rest = list(reversed(steps))
    found = []
    for day in days:
        opens, closes = (
            datetime(day.year, day.month, day.day, hour, tzinfo=tz).astimezone(UTC)
            for hour in (OPENS, CLOSES)
        )
        end = day_range(day, zone_name)[1]
        there, since = timedelta(0), opens
        while rest and rest[-1].at < end:
            step = rest.pop()
            until = min(max(step.at, since), closes)
            if available > 0:
                there += until - since
            since = until
            on_hand += step.on_hand
            available += step.available
        if available > 0:
            there += closes - since
        found.append((on_hand, there / (closes - opens)))
    return found


async def close_days(context: JobContext, _: Mapping[str, Any]) -> dict[str, Any]:
    """Write the days up to yesterday that are not written yet; begun again, none comes twice."""
    ports = context.ports
    zone_name = (await shop(ports)).time_zone
    last = day_of(ports.clock.now(), zone_name) - timedelta(days=1)
    written = await ports.lake.position(STOCK_DAYS, SOURCE) or 0
    first = max(last - timedelta(days=MOST_DAYS - 1), date.fromordinal(written + 1))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    columns: dict[date, dict[str, list[Any]]] = {
        day: {name: [] for name in STOCK_DAYS.columns} for day in days
    }
    seen = 0
    if not days:
        return {"days": 0, "stocks": 0}
    async for balances in _counted(ports):
        for item in balances:
            await _add(ports, item, days, zone_name, columns)
        seen += len(balances)
        await context.progress(seen, 0, f"{seen} stocks")
    for day, rows in columns.items():
        await ports.lake.append(STOCK_DAYS, rows, source=SOURCE, version=day.toordinal())
    return {"days": len(days), "stocks": seen}


async def _counted(ports: Ports) -> AsyncIterator[list[Item]]:
    """Counted stocks of products that are sold, some at a time."""
    for place in (await locations.listing(ports, 200, None)).items:
        cursor = None
        while True:
            page = await ports.records.query(
                BALANCES, place.id, index="location-index", limit=_CHUNK, cursor=cursor
            )
            known = await products.stored(ports, [item["product_id"] for item in page.items])
            yield [
                item
                for item in page.items
                if item.get("counted_at")
                and known.get(item["product_id"], {}).get("status") == "active"
            ]
            cursor = page.next_cursor
            if cursor is None:
                break


async def _add(
    ports: Ports,
    item: Item,
    days: Sequence[date],
    zone_name: str,
    columns: Mapping[date, dict[str, list[Any]]],
) -> None:
    """Only whole days: what was there before the first entry nobody knows."""
    product_id, place = item["product_id"], item["location_id"]
    stock = stock_key(product_id, place)
    (oldest,) = (await ports.records.query(LEDGER, stock, limit=1)).items or ({"at": None},)
    if oldest["at"] is None:
        return
    begun = parse_instant(oldest["at"])
    whole = [day for day in days if day_range(day, zone_name)[0] > begun]
    if not whole:
        return
    item, steps = await _since(ports, item, day_range(whole[0], zone_name)[0])
    on_hand, available = int(item.get("on_hand") or 0), int(item.get("available") or 0)
    for day, (held, share) in zip(
        whole, closed(on_hand, available, steps, whole, zone_name), strict=True
    ):
        row = (product_id, place, day, f"{day:%Y-%m}", held, round(share, 3), SOURCE)
        for column, value in zip(columns[day].values(), row, strict=True):
            column.append(value)


async def _since(ports: Ports, item: Item, start: datetime) -> tuple[Item, list[Step]]:
    """The balance and all its steps since ``start``, as of one moment."""
    key = (item["product_id"], item["location_id"])
    for _ in range(_ATTEMPTS):
        steps: list[Step] = []
        cursor = None
        while True:
            page = await ports.records.query(
                LEDGER, stock_key(*key), low=instant(start), limit=200, cursor=cursor
            )
            steps += [
                Step(
                    parse_instant(entry["at"]),
                    entry["on_hand_delta"],
                    entry["on_hand_delta"] - entry["reserved_delta"],
                )
                for entry in page.items
            ]
            cursor = page.next_cursor
            if cursor is None:
                break
        now = await ports.records.get(BALANCES, key)
        assert now is not None
        if all(now.get(name) == item.get(name) for name in ("on_hand", "available", "updated_at")):
            return now, steps
        item = now
    raise Unavailable(f"the stock of {key[0]} changes too often to close its day now")
