"""Sales over time, cohorts and RFM from rollups; one product's history from the lake."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from omnix.domains.products.model import Product
from omnix.domains.system.settings import shop
from omnix.kit.errors import Invalid
from omnix.kit.time import day_of, parse_instant
from omnix.ports import Ports

from . import rollups
from .declare import SNAPSHOTS
from .model import (
    Cohort,
    ParentSales,
    PricePoint,
    ProductDay,
    ProductSales,
    RfmCell,
    SalesPoint,
    SalesSeries,
    SoldDay,
    SoldVariant,
)
from .service import day_totals

MOST_DAYS = 3660
_EARLIEST_YEAR = 1900
_SQL = rollups.SQL


def check_range(first: date, last: date) -> None:
    """Raises Invalid for a range that is empty or longer than ten years."""
    if first > last:
        raise Invalid.field("from", "must not be after to")
    if (last - first).days > MOST_DAYS:
        raise Invalid.field("from", f"must be at most {MOST_DAYS} days before to")


async def default_range(
    ports: Ports, first: date | None, last: date | None, days: int
) -> tuple[date, date]:
    """The range asked for, or the last ``days`` days of data."""
    if last is None:
        settings = await shop(ports)
        today = day_of(ports.clock.now(), settings.time_zone)
        ranges = await ports.records.get(SNAPSHOTS, rollups.RANGES_KEY) or {}
        last = rollups.anchor(await rollups.newest_sale(ports, ranges, today), today)
    if last.year < _EARLIEST_YEAR:
        raise Invalid.field("to", f"must not be before the year {_EARLIEST_YEAR}")
    if first is None:
        first = last - timedelta(days=days - 1)
    check_range(first, last)
    return first, last


def _period(day: date, by: str) -> str:
    if by == "month":
        return day.isoformat()[:7]
    if by == "week":
        return (day - timedelta(days=day.weekday())).isoformat()
    return day.isoformat()


async def sales(ports: Ports, first: date, last: date, by: str) -> SalesSeries:
    """Totals of each day, week (named by its Monday) or month, empty ones included."""
    totals = await day_totals(ports, first, last)
    sums: dict[str, list[int]] = {}
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        row = totals.get(day.isoformat(), {})
        place = sums.setdefault(_period(day, by), [0, 0, 0, 0])
        for i, name in enumerate(("revenue_minor", "orders", "units", "returns_minor")):
            place[i] += row.get(name, 0)
    currency = (await shop(ports)).currency
    return SalesSeries(currency, by, [SalesPoint(name, *row) for name, row in sums.items()])


async def cohorts(ports: Ports) -> list[Cohort]:
    """Customers by the month of their first purchase, and how many bought again later."""
    by_month: dict[int, dict[int, int]] = {}
    newest = 0
    for row in await rollups.snapshot_rows(ports, rollups.COHORTS_KEY):
        by_month.setdefault(row["first_number"], {})[row["months_later"]] = row["customers"]
        newest = max(newest, row["first_number"] + row["months_later"])
    answer = []
    for number, active in sorted(by_month.items()):
        year, month = divmod(number - 1, 12)
        later = min(rollups.COHORT_MONTHS, newest - number)
        counts = [active.get(k, 0) for k in range(later + 1)]
        answer.append(Cohort(f"{year:04d}-{month + 1:02d}", active.get(0, 0), counts))
    return answer


async def rfm(ports: Ports) -> list[RfmCell]:
    """Customers by fifths of recency, frequency and money; 5 is best."""
    return [RfmCell(**row) for row in await rollups.snapshot_rows(ports, rollups.RFM_KEY)]


async def prices(ports: Ports, product_id: str) -> list[PricePoint]:
    """Shelf prices, each where it differs from the one before."""
    rows = await ports.lake.rows(_SQL["product_prices"], product_id=product_id)
    points = [PricePoint(r["day"].isoformat(), r["price_minor"], r["source"]) for r in rows]
    changed = [b for a, b in pairwise(points) if a.price_minor != b.price_minor]
    return points[:1] + changed


async def price_history(ports: Ports, product: Product) -> list[PricePoint]:
    """The same up to the product's price now, also where the history does not tell of it yet."""
    points = await prices(ports, product.id)
    price = product.price_minor
    changed = day_of(parse_instant(product.updated_at), (await shop(ports)).time_zone).isoformat()
    if points and (points[-1].price_minor == price or points[-1].day > changed):
        return points
    return [*(p for p in points if p.day < changed), PricePoint(changed, price, "live")]


async def parent_sales(
    ports: Ports, variants: Sequence[Product], first: date, last: date
) -> ParentSales:
    """The days of a parent's variants, together and each."""
    rows: Sequence[Mapping[str, Any]] = []
    if variants:
        span = {"products": [each.id for each in variants], "first": first, "last": last}
        rows = await ports.lake.rows(_SQL["variant_days"], **span)
    by_day, by_id = Counter[str](), Counter[str]()
    money_by_day, money_by_id = Counter[str](), Counter[str]()
    for row in rows:
        by_day[row["day"].isoformat()] += row["units"]
        money_by_day[row["day"].isoformat()] += row["revenue_minor"]
        by_id[row["product_id"]] += row["units"]
        money_by_id[row["product_id"]] += row["revenue_minor"]
    days = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    return ParentSales(
        (await shop(ports)).currency,
        [SoldDay(day, by_day[day], money_by_day[day]) for day in days],
        [SoldVariant(v.id, v.name, v.options, by_id[v.id], money_by_id[v.id]) for v in variants],
    )


async def product_sales(ports: Ports, product_id: str, first: date, last: date) -> ProductSales:
    """One product's days: units and revenue, the shelf price, and whether it was there to sell.

    A price or stock that nobody told us is None, not a guess.
    """
    span = {"product_id": product_id, "first": first, "last": last}
    sold = {row["day"]: row for row in await ports.lake.rows(_SQL["product_days"], **span)}
    stock = {
        row["day"]: row["in_stock"]
        for row in await ports.lake.rows(_SQL["product_stock_days"], **span)
    }
    steps = await prices(ports, product_id)
    price: int | None = None
    points = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        while steps and steps[0].day <= day.isoformat():
            price = steps.pop(0).price_minor
        row = sold.get(day)
        points.append(
            ProductDay(
                day.isoformat(),
                row["units"] if row else 0,
                row["revenue_minor"] if row else 0,
                price,
                stock.get(day),
            )
        )
    return ProductSales((await shop(ports)).currency, points)
