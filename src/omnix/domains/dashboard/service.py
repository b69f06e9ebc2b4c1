"""The summary, composed from rollups alone: no query over the lake on this path."""

from datetime import date, timedelta
from typing import Any

import msgspec

from omnix.domains.forecasting import service as forecasting
from omnix.domains.forecasting.hidden import desk as lost_sales
from omnix.domains.forecasting.hidden.model import LostDays
from omnix.domains.forecasting.model import ForecastDocument
from omnix.domains.inventory.replenishment import service as replenishment
from omnix.domains.inventory.replenishment.model import Shortages
from omnix.domains.products import service as products
from omnix.domains.system.settings import Shop, shop
from omnix.kit.errors import Invalid
from omnix.kit.time import day_of
from omnix.ports import Ports

from . import model, rollups
from .declare import DAY_TOTALS, SNAPSHOTS
from .metrics import BY_NAME
from .model import RANGES, DayPoint, Figure, Note, Summary

_HISTORY_DAYS = 56
_PACE_DAYS = 30
_LOW_STOCK_SHOWN = 8
Totals = dict[str, dict[str, int]]


async def day_totals(ports: Ports, first: date, last: date) -> Totals:
    """Stored totals by day; days without a sale may be absent."""
    found: Totals = {}
    cursor = None
    while True:
        page = await ports.records.query(
            DAY_TOTALS,
            rollups.TOTAL,
            low=first.isoformat(),
            high=last.isoformat(),
            limit=1000,
            cursor=cursor,
        )
        found.update((item["date"], dict(item)) for item in page.items)
        cursor = page.next_cursor
        if cursor is None:
            return found


async def summary(ports: Ports, days: int) -> Summary:
    """The shop at a glance over the last ``days`` days, beside the same number before."""
    if days not in RANGES:
        raise Invalid.field("days", f"must be one of {', '.join(map(str, RANGES))}")
    settings = await shop(ports)
    stock = await ports.records.get(SNAPSHOTS, rollups.STOCK_KEY) or {}
    today = day_of(ports.clock.now(), settings.time_zone)
    ranges = await ports.records.get(SNAPSHOTS, rollups.RANGES_KEY) or {}
    last_sale = await rollups.newest_sale(ports, ranges, today)
    last = rollups.anchor(last_sale, today)
    first = last - timedelta(days=days - 1)
    before = first - timedelta(days=days)
    earliest = min(before, last - timedelta(days=_HISTORY_DAYS))
    totals = await day_totals(ports, earliest, last)
    distinct: dict[str, Any] = ranges.get(f"last_{days}", {})
    short = await replenishment.shortages(ports)
    total = await forecasting.total(ports)
    wape = (await forecasting.accuracy(ports)).wape
    lost = await lost_sales.by_day(ports)
    series = [_point(totals, first + timedelta(days=n)) for n in range(days)]
    return Summary(
        as_of=last.isoformat(),
        shop=model.ShopHead(settings.name, settings.currency, settings.time_zone, settings.mode),
        range=model.Span(first.isoformat(), last.isoformat()),
        previous_range=model.Span(before.isoformat(), (first - timedelta(days=1)).isoformat()),
        metrics=_figures(
            totals,
            first,
            last,
            before,
            last == today,
            distinct,
            stock,
            short,
            lost,
            {
                "forecast_accuracy": None if wape is None else max(0.0, 1 - wape),
                "days_of_cover": _cover(stock, total),
            },
        ),
        series=series,
        top_products=await _top(ports, distinct.get("top_products", [])),
        low_stock=_low(short),
        demand_forecast=_fan(total, totals, earliest, last),
        notes=_notes(settings, last, last_sale, today, stock, short),
    )


def _sums(totals: Totals, first: date, last: date) -> dict[str, int]:
    low, high = first.isoformat(), last.isoformat()
    picked = [row for day, row in totals.items() if low <= day <= high]
    names = ("revenue_minor", "orders", "units", "returns_minor", "cost_minor",
             "costed_revenue_minor")  # fmt: skip
    return {name: sum(row[name] for row in picked) for name in names}


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _derived(sums: dict[str, int]) -> dict[str, int | float | None]:
    orders = sums["orders"]
    margin = sums["costed_revenue_minor"] - sums["cost_minor"]
    return {
        "revenue": sums["revenue_minor"],
        "orders": orders,
        "units": sums["units"],
        "aov": round(sums["revenue_minor"] / orders) if orders else None,
        "gross_margin": _ratio(margin, sums["costed_revenue_minor"]),
        "returns": sums["returns_minor"],
    }


def _figures(
    totals: Totals,
    first: date,
    last: date,
    before: date,
    unfinished: bool,
    distinct: dict[str, Any],
    stock: Any,
    short: Shortages,
    lost: LostDays,
    at_present: dict[str, float | None],
) -> list[Figure]:
    now = _derived(_sums(totals, first, last))
    then = _derived(_sums(totals, before, first - timedelta(days=1)))
    for name in ("customers", "new_customers"):
        now[name] = distinct.get(name)
        then[name] = distinct.get(f"previous_{name}")
    for figures, prefix in ((now, ""), (then, "previous_")):
        everybody = distinct.get(f"{prefix}customers")
        figures["returning_customers"] = (
            None if everybody is None else everybody - distinct[f"{prefix}new_customers"]
        )
    now["stock_value"] = stock.get("value_minor") if stock.get("costed_pieces") else None
    now["sell_through"] = _sell_through(now["units"], stock)
    now.update(at_present)
    now["low_stock"] = short.low if stock.get("counted") else None
    now["out_of_stock"] = short.out if stock.get("counted") else None
    now.update(_lost(lost, first, last))
    then.update(_lost(lost, before, first - timedelta(days=1)))
    # A day that is not over would make every morning look like a fall: whole days are compared.
    cut = timedelta(days=1 if unfinished else 0)
    fair_now = {**now, **_derived(_sums(totals, first, last - cut))}
    fair_then = {**then, **_derived(_sums(totals, before + cut, first - timedelta(days=1)))}
    return [
        _figure(name, now.get(name), then.get(name), _change(fair_now, fair_then, name))
        for name in BY_NAME
    ]


def _sell_through(units: Any, stock: Any) -> float | None:
    there = units + stock["pieces"] if stock.get("counted") else 0
    return max(0, units) / there if there > 0 else None


def _cover(stock: Any, total: ForecastDocument | None) -> float | None:
    """Days for which the pieces on hand last, as the shop is expected to sell."""
    if not stock.get("counted") or total is None:
        return None
    ahead = [point.mean for point in total.points[:_PACE_DAYS]]
    return stock["pieces"] * len(ahead) / sum(ahead) if sum(ahead) > 0 else None


def _lost(lost: LostDays, first: date, last: date) -> dict[str, int | None]:
    """Lost sales of the days that the last night knew; None where nobody tells of stock."""
    if not lost.known or not lost.units:
        return {"lost_sales": None, "lost_units": None}
    begin = date.fromisoformat(lost.first_day)
    low, high = (first - begin).days, (last - begin).days + 1
    if low < 0 or low >= len(lost.units):
        return {"lost_sales": None, "lost_units": None}
    return {
        "lost_sales": sum(lost.minor[low:high]),
        "lost_units": round(sum(lost.units[low:high])),
    }


def _change(
    now: dict[str, int | float | None], then: dict[str, int | float | None], name: str
) -> float | None:
    value, previous = now.get(name), then.get(name)
    return (value - previous) / abs(previous) if value is not None and previous else None


def _figure(
    name: str, value: int | float | None, previous: int | float | None, change: float | None
) -> Figure:
    metric = BY_NAME[name]
    return Figure(
        name=name,
        label=metric.label,
        unit=metric.unit,
        better=metric.better,
        value=value,
        previous=previous,
        change=change,
        definition=metric.definition,
    )


def _point(totals: Totals, day: date) -> DayPoint:
    row = totals.get(day.isoformat(), {})
    return DayPoint(
        day.isoformat(), row.get("revenue_minor", 0), row.get("orders", 0), row.get("units", 0)
    )


async def _top(ports: Ports, rows: list[dict[str, Any]]) -> list[model.TopProduct]:
    known = await products.get_many(ports, [row["product_id"] for row in rows])
    return [
        model.TopProduct(sku=product.sku, name=product.name, **row)
        for row in rows
        if (product := known.get(row["product_id"])) is not None
    ]


def _low(short: Shortages) -> list[model.LowStock]:
    return [
        model.LowStock(
            product_id=row.product_id,
            sku=row.sku,
            name=row.name,
            location_id=row.location_id,
            location_name=row.location_name,
            available=row.available,
            on_order=row.on_order,
            days_of_cover=row.days_of_cover,
            stock_out_day=row.stock_out_day,
            proposal_quantity=row.quantity,
        )
        for row in short.most_urgent[:_LOW_STOCK_SHOWN]
    ]


def _fan(
    total: ForecastDocument | None, totals: Totals, earliest: date, last: date
) -> model.DemandForecast | None:
    if total is None:
        return None
    # A day that is not over is forecast, not history.
    end = min(last, date.fromisoformat(total.forecast_date) - timedelta(days=1))
    first = max(earliest, end - timedelta(days=_HISTORY_DAYS - 1))
    days = [first + timedelta(days=n) for n in range((end - first).days + 1)]
    history = [
        model.UnitsDay(day.isoformat(), totals.get(day.isoformat(), {}).get("units", 0))
        for day in days
    ]
    points = msgspec.convert(msgspec.to_builtins(total.points), list[model.FanPoint])
    return model.DemandForecast(
        unit="units",
        horizon_days=len(points),
        history=history,
        points=points,
        model=total.label,
        made_at=total.made_at,
    )


def _notes(
    settings: Shop,
    last: date,
    last_sale: date | None,
    today: date,
    stock: Any,
    short: Shortages,
) -> list[Note]:
    notes = []
    if last_sale is None:
        notes.append(Note("no-sales", "No sales have come in yet."))
    elif last == today:
        notes.append(
            Note(
                "today-so-far",
                "Today is counted as far as it came; changes of money, orders and units compare "
                "whole days.",
            )
        )
    elif today - last > timedelta(days=1):
        notes.append(
            Note("data-ends", f"The data ends on {last.isoformat()}; every range ends there.")
        )
    if settings.mode == "demo":
        notes.append(Note("demo", "This is the simulated demo shop; nobody here is real."))
    if last_sale is not None and not stock.get("counted"):
        notes.append(
            Note(
                "no-stock",
                "No stock has been counted yet: proposals assume empty shelves and the lead time "
                "and review period from the settings.",
            )
        )
    if last_sale is not None and stock.get("pieces") and not stock.get("costed_pieces"):
        notes.append(Note("no-cost", "No unit costs are known: stock value and margin are open."))
    return notes


async def over(ports: Ports, first: date, last: date) -> dict[str, int | float | None]:
    """The named figures that add up over days, of any range; a figure without ground is None."""
    return _derived(_sums(await day_totals(ports, first, last), first, last))


async def gross_profit(ports: Ports, first: date, last: date) -> int | None:
    """Revenue less cost, in minor units, of the lines whose cost is known; None without any."""
    sums = _sums(await day_totals(ports, first, last), first, last)
    costed = sums["costed_revenue_minor"]
    return costed - sums["cost_minor"] if costed else None
