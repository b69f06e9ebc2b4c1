"""Rollups: what the lake says, kept small so that a page reads it in milliseconds.

A day's totals are never added to; they are computed anew from the lake for the days that
changed. So a repeated event changes nothing, and equality with recomputation holds by design.
"""

from collections.abc import Collection as Some
from datetime import date, timedelta
from typing import Any

from omnix.domains.inventory.declare import BALANCES
from omnix.domains.products.declare import PRODUCTS
from omnix.domains.system.settings import shop
from omnix.kit.time import day_of, instant
from omnix.platform import queries
from omnix.platform.jobs import JobContext
from omnix.ports import Ports, Put

from .declare import DAY_TOTALS, SNAPSHOTS
from .model import RANGES

TOTAL = "_total"
TOP_PRODUCTS = 10
_LIVE_WITHIN_DAYS = 7
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
    """Compute what does not add up over days (distinct customers, top products) for each range."""
    settings = await shop(ports)
    _, last_sale = await bounds(ports)
    today = day_of(ports.clock.now(), settings.time_zone)
    last = anchor(last_sale, today)
    snapshot: dict[str, Any] = {
        "key": "ranges",
        "as_of": last.isoformat(),
        "last_sale": last_sale.isoformat() if last_sale else None,
        "made_at": instant(ports.clock.now()),
    }
    for days in RANGES:
        first = last - timedelta(days=days - 1)
        before = first - timedelta(days=days)
        now = (await ports.lake.rows(SQL["range_customers"], first=first, last=last))[0]
        then = (
            await ports.lake.rows(
                SQL["range_customers"], first=before, last=first - timedelta(days=1)
            )
        )[0]
        top = await ports.lake.rows(
            SQL["top_products"], first=first, last=last, previous=before, number=TOP_PRODUCTS
        )
        snapshot[f"last_{days}"] = {
            "customers": now["customers"],
            "new_customers": now["new_customers"],
            "previous_customers": then["customers"],
            "previous_new_customers": then["new_customers"],
            "top_products": top,
        }
    await ports.records.write([Put(SNAPSHOTS, snapshot)])


async def refresh_stock(ports: Ports) -> None:
    """Value the stock and count what is missing, over every balance."""
    costs: dict[str, int | None] = {}
    async for chunk in ports.records.scan(PRODUCTS):
        costs.update((item["id"], item.get("cost_minor")) for item in chunk)
    value = pieces = costed = balances = 0
    counted = False
    async for chunk in ports.records.scan(BALANCES):
        for item in chunk:
            balances += 1
            on_hand = int(item["on_hand"])
            pieces += on_hand
            counted = counted or bool(item.get("counted_at")) or on_hand != 0
            cost = costs.get(item["product_id"])
            if cost is not None:
                value += cost * on_hand
                costed += on_hand
    snapshot = {
        "key": "stock",
        "value_minor": value,
        "pieces": pieces,
        "costed_pieces": costed,
        "balances": balances,
        "counted": counted,
        "made_at": instant(ports.clock.now()),
    }
    await ports.records.write([Put(SNAPSHOTS, snapshot)])


async def rebuild(context: JobContext) -> dict[str, Any]:
    """Everything from the lake: every day's totals, the ranges and the stock."""
    ports = context.ports
    first, last = await bounds(ports)
    days = 0
    if first is not None and last is not None:
        span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        for start in range(0, len(span), 400):
            await context.progress(start, len(span), "totals of each day")
            await refresh_days(ports, span[start : start + 400])
        days = len(span)
    await context.progress(days, days, "customers and products")
    await refresh_ranges(ports)
    await refresh_stock(ports)
    return {"days": days}
