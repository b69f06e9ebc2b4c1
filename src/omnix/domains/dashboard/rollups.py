"""Rollups: what the lake says, kept small so that a page reads it in milliseconds.

A day's totals are never added to; they are computed anew from the lake for the days that
changed. So a repeated event changes nothing, and equality with recomputation holds by design.
"""

from collections.abc import Collection as Some
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from omnix.domains.inventory import service as inventory
from omnix.domains.products.declare import PRODUCTS
from omnix.domains.system.settings import shop
from omnix.kit.events import Event
from omnix.kit.time import day_of, instant
from omnix.platform import queries
from omnix.platform.jobs import JobContext
from omnix.ports import Ports, Put

from .declare import DAY_TOTALS, SNAPSHOTS
from .model import RANGES

TOTAL = "_total"
TOP_PRODUCTS = 10
COHORT_MONTHS = 24
RANGES_KEY, STOCK_KEY, COHORTS_KEY, RFM_KEY = "ranges", "stock", "cohorts", "rfm"
_AGES = (7, 14, 30, 60, 90, 180, 365, 730)
"""The ages in days that the queries tell apart: each range and twice its length."""
_LIVE_WITHIN_DAYS = 7
_DAYS_AT_ONCE = 400
SQL = queries.load(__package__)


async def bounds(ports: Ports) -> tuple[date | None, date | None]:
    """First and last day with a sale, from the lake."""
    (row,) = await ports.lake.rows(SQL["sales_bounds"])
    return row["first_day"], row["last_day"]


def anchor(last_sale: date | None, today: date) -> date:
    """The day at which ranges end: today for a shop that sells, else its last day of data."""
    if last_sale is None or today - last_sale <= timedelta(days=_LIVE_WITHIN_DAYS):
        return today
    return last_sale


async def newest_sale(ports: Ports, ranges: Mapping[str, Any], today: date) -> date | None:
    """The last day with a sale. ``ranges`` is that snapshot; today's totals are ahead of it."""
    row = await ports.records.get(DAY_TOTALS, (TOTAL, today.isoformat()))
    if row is not None and row["orders"]:
        return today
    known = ranges.get("last_sale")
    return date.fromisoformat(known) if known else None


async def refresh_days(ports: Ports, days: Some[date]) -> None:
    """Compute the totals of these days anew and store them."""
    if not days:
        return
    rows = await ports.lake.rows(SQL["day_totals"], first=min(days), last=max(days))
    by_day = {row["day"]: row for row in rows}
    items = [_day_item(day, by_day.get(day)) for day in sorted(days)]
    await ports.records.load(DAY_TOTALS, items)


def _day_item(day: date, row: dict[str, Any] | None) -> dict[str, Any]:
    fields = (
        "revenue_minor orders units returns_minor return_units discount_minor cost_minor "
        "costed_revenue_minor"
    )
    totals = {name: int(row[name]) if row else 0 for name in fields.split()}
    return {"product_id": TOTAL, "date": day.isoformat(), **totals}


async def refresh_ranges(ports: Ports) -> None:
    """What does not add up over days: distinct customers and top products of each range."""
    settings = await shop(ports)
    now = ports.clock.now()
    _, last_sale = await bounds(ports)
    last = anchor(last_sale, day_of(now, settings.time_zone))
    snapshot: dict[str, Any] = {
        "key": RANGES_KEY,
        "as_of": last.isoformat(),
        "last_sale": last_sale.isoformat() if last_sale else None,
        "made_at": instant(now),
    }
    buyers = await ports.lake.rows(SQL["buyers"], last=last)
    top = await ports.lake.rows(
        SQL["top_products"], last=last, lengths=list(RANGES), number=TOP_PRODUCTS
    )
    for days in RANGES:
        mine = [{k: v for k, v in row.items() if k != "days"} for row in top if row["days"] == days]
        snapshot[f"last_{days}"] = {**_customers(buyers, days), "top_products": mine}
    await ports.records.write([Put(SNAPSHOTS, snapshot)])


def _customers(buyers: Some[dict[str, Any]], days: int) -> dict[str, int]:
    """Who bought, and who for the first time, in the last ``days`` days and in those before."""
    now = {age for age, oldest in enumerate(_AGES) if oldest <= days}
    then = {age for age, oldest in enumerate(_AGES) if days < oldest <= 2 * days}

    def bought(ages: set[int]) -> int:
        bits = sum(1 << age for age in ages)
        return sum(row["customers"] for row in buyers if row["bits"] & bits)

    def began(ages: set[int]) -> int:
        return sum(row["customers"] for row in buyers if row["first_age"] in ages)

    return {
        "customers": bought(now),
        "new_customers": began(now),
        "previous_customers": bought(then),
        "previous_new_customers": began(then),
    }


async def refresh_customers(ports: Ports) -> None:
    """The cohorts and the RFM cube, so that their pages need not ask the lake."""
    now = ports.clock.now()
    today = day_of(now, (await shop(ports)).time_zone)
    for key, rows in (
        (COHORTS_KEY, await ports.lake.rows(SQL["cohorts"], most_months=COHORT_MONTHS)),
        (RFM_KEY, await ports.lake.rows(SQL["rfm"], last=today)),
    ):
        names = list(rows[0]) if rows else []
        columns = {name: [row[name] for row in rows] for name in names}
        snapshot = {"key": key, "columns": columns, "made_at": instant(now)}
        await ports.records.write([Put(SNAPSHOTS, snapshot)])


async def snapshot_rows(ports: Ports, key: str) -> list[dict[str, Any]]:
    """The rows of a snapshot, made now if there is none yet."""
    stored = await ports.records.get(SNAPSHOTS, key)
    if stored is None:
        await refresh_customers(ports)
        stored = await ports.records.get(SNAPSHOTS, key)
        assert stored is not None
    columns = stored["columns"]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


async def refresh_stock(ports: Ports) -> None:
    """Value the stock and count what is missing, over every balance."""
    costs: dict[str, int | None] = {}
    async for chunk in ports.records.scan(PRODUCTS):
        costs.update((item["id"], item.get("cost_minor")) for item in chunk)
    value = pieces = costed = balances = 0
    counted = False
    async for chunk in inventory.everything(ports):
        for item in chunk:
            balances += 1
            on_hand = int(item.get("on_hand") or 0)  # what is only on order has none
            pieces += on_hand
            counted = counted or bool(item.get("counted_at")) or on_hand != 0
            cost = costs.get(item["product_id"])
            if cost is not None:
                value += cost * on_hand
                costed += on_hand
    snapshot = {
        "key": STOCK_KEY,
        "value_minor": value,
        "pieces": pieces,
        "costed_pieces": costed,
        "balances": balances,
        "counted": counted,
        "made_at": instant(ports.clock.now()),
    }
    await ports.records.write([Put(SNAPSHOTS, snapshot)])


async def rebuild(context: JobContext) -> dict[str, Any]:
    """Everything from the lake: every day's totals, the ranges, customers and the stock."""
    ports = context.ports
    await context.progress(0, 0, "customers and products")
    await refresh_ranges(ports)
    await refresh_customers(ports)
    await refresh_stock(ports)
    first, last = await bounds(ports)
    if first is None or last is None:
        return {"days": 0}
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for start in range(0, len(span), _DAYS_AT_ONCE):
        await context.progress(start, len(span), "totals of each day")
        await refresh_days(ports, span[start : start + _DAYS_AT_ONCE])
    # Orders of the newest days may have come in between reading and storing them.
    now = instant(ports.clock.now())
    newest = [day.isoformat() for day in span[-2:]]
    await ports.bus.publish([Event("sales.recorded", "sales", now, {"days": newest})])
    return {"days": len(span)}
