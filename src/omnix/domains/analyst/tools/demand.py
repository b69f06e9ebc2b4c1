"""What will sell, how well that is known, and what was not sold for want of stock."""

from typing import Annotated

import msgspec
from msgspec import Meta

from omnix.domains.analyst.evidence import Evidence, Figure, Period, Row, Teller, numbered, query
from omnix.domains.analyst.toolbox import Tool
from omnix.domains.forecasting import service as forecasting
from omnix.domains.forecasting.hidden import desk as lost
from omnix.domains.forecasting.model import TOTAL, Totals
from omnix.domains.products import service as products
from omnix.domains.system.settings import shop
from omnix.kit.ids import Id
from omnix.platform.access import Actor
from omnix.ports import Ports

from .sales import Day, Few, Nothing, Ranges, product_link

Ahead = Annotated[int, Meta(ge=1, le=90, description="Days ahead.")]


class DemandOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next ``days`` days, or those of them from a day to another."""

    days: Ahead = 28
    first: Day = msgspec.field(name="from", default=None)
    last: Day = msgspec.field(name="to", default=None)


class ProductDemand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One product over the next ``days`` days, or from a day to another."""

    product_id: Id
    days: Ahead = 28
    first: Day = msgspec.field(name="from", default=None)
    last: Day = msgspec.field(name="to", default=None)


class LostOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last ``days`` days of history."""

    days: Ranges = 30
    limit: Few = 5


async def _expected(
    ports: Ports, key: str, asked: DemandOver | ProductDemand, say: Teller
) -> tuple[list[Figure], Period | None, str | None]:
    """The sum of the days' means and, for the lengths whose sums are kept, an 80% range."""
    item = await forecasting.stored(ports, key)
    if item is None:
        return [], None, None
    from omnix.domains.forecasting.model import days_of

    begin = item["forecast_date"]
    every = list(zip(days_of(item), item["mean"], strict=True))
    low, high = (day.isoformat() if day else None for day in (asked.first, asked.last))
    if low is None and high is None:
        every = every[: asked.days]
    every = [(day, mean) for day, mean in every if (low or day) <= day <= (high or day)]
    if not every:
        return [], None, begin
    known = len(every)
    figures = [
        say.units("units", f"Units expected in {known} days", sum(mean for _, mean in every)),
        say.count("days", "Days ahead", known, "days"),
    ]
    totals = msgspec.convert(item["totals"], Totals)
    if known in totals.days and every[0][0] == begin:
        at = totals.days.index(known)
        for name, level, label in (("low", 0.1, "at least"), ("high", 0.9, "at most")):
            value = totals.quantiles[at][totals.levels.index(level)]
            figures.append(say.units(name, f"With a chance of nine in ten {label}", value))
        figures.append(say.ratio("between", "Chance of lying between", 0.8))
    return figures, Period(every[0][0], every[-1][0]), begin


async def demand_forecast(ports: Ports, actor: Actor, asked: DemandOver) -> Evidence:
    """Everything that is expected to sell."""
    say = Teller((await shop(ports)).currency)
    figures, period, as_of = await _expected(ports, TOTAL, asked, say)
    return Evidence(
        tool="demand_forecast", title="What is expected to sell", period=period, as_of=as_of,
        filters={"days": asked.days}, currency=say.currency,
        source=query("/v1/dashboard/summary", {"days": 30}), link="/", figures=tuple(figures),
        notes=() if figures else ("No forecast has been made yet.",),
    )  # fmt: skip


async def product_forecast(ports: Ports, actor: Actor, asked: ProductDemand) -> Evidence:
    """One product's stored forecast."""
    product = await products.get(ports, asked.product_id)
    say = Teller((await shop(ports)).currency)
    figures, period, as_of = await _expected(ports, product.id, asked, say)
    document = await forecasting.known(ports, product.id)
    if document is not None:
        figures.append(say.ratio("wape", "Error of such forecasts so far", document.quality.wape))
    row = Row(key="1", kind="product", name=product.name, id=product.id,
              link=product_link(product.id))  # fmt: skip
    return Evidence(
        tool="product_forecast", title="What is expected to sell of a product", period=period,
        as_of=as_of, filters={"product_id": product.id, "days": asked.days},
        currency=say.currency, source=f"GET /v1/forecasts/{product.id}",
        link=product_link(product.id), figures=tuple(figures), rows=(row,),
        notes=tuple(note.text for note in document.notes) if document is not None
        else ("No forecast has been made of it yet.",),
    )  # fmt: skip


async def forecast_accuracy(ports: Ports, actor: Actor, asked: Nothing) -> Evidence:
    """The backtest of the latest run."""
    say = Teller((await shop(ports)).currency)
    told = await forecasting.accuracy(ports)
    figures: tuple[Figure, ...] = ()
    if told.state == "ready":
        figures = (
            say.ratio("wape", "Weighted absolute error", told.wape),
            say.ratio("bias", "Bias", told.bias, signed=True),
            say.ratio("range", "Chance that a range is made for", 0.8),
            say.ratio("coverage_80", "Share of days within that range", told.coverage_80),
            say.ratio("value_added", "Better than repeating last week by", told.value_added),
            say.count("series", "Products looked at", told.series),
            say.count("horizon", "Days ahead", told.horizon_days, "days"),
        )
    return Evidence(
        tool="forecast_accuracy", title="How good the forecasts are", currency=say.currency,
        as_of=told.forecast_date, source="GET /v1/forecasts/accuracy", link="/accuracy/",
        figures=figures, notes=() if figures else ("No forecast has been made yet.",),
    )  # fmt: skip


async def lost_sales(ports: Ports, actor: Actor, asked: LostOver) -> Evidence:
    """Products that would have sold more, had there been stock."""
    say = Teller((await shop(ports)).currency)
    page = await lost.listing(ports, asked.days, asked.limit, None)
    rows = [
        Row(
            key="", kind="product", name=each.name, id=each.product_id,
            link=product_link(each.product_id),
            figures=(
                say.units("units", "Units lost, estimated", each.units),
                say.money("revenue", "Revenue lost, estimated", each.minor),
                say.count("days_short", "Days short of stock", each.days_short, "days"),
            ),
        )
        for each in page.items
    ]  # fmt: skip
    return Evidence(
        tool="lost_sales", title=f"Sales lost for want of stock, last {asked.days} days",
        filters={"days": asked.days, "limit": asked.limit}, currency=say.currency,
        as_of=page.items[0].last_day if page.items else None,
        source=query("/v1/forecasts/lost-sales", {"days": asked.days}), link="/inventory/",
        rows=numbered(rows),
        notes=() if rows else ("No lost sales are known.",),
    )  # fmt: skip


_SEE = ("forecasts:read",)
TOOLS = (
    Tool("demand_forecast", "Expected demand",
         "Units of all products expected to sell over the next 1 to 90 days; with a range for 1, "
         "2, 3, 5, 7, 10, 14, 21, 28, 42, 56 and 90 days.", _SEE, DemandOver, demand_forecast),
    Tool("product_forecast", "Expected demand of a product",
         "Units of one product expected to sell over the next 1 to 90 days, and the error of such "
         "forecasts so far.", (*_SEE, "products:read"), ProductDemand, product_forecast),
    Tool("forecast_accuracy", "Accuracy of the forecasts",
         "Error, bias and coverage of the latest backtest.", _SEE, Nothing, forecast_accuracy),
    Tool("lost_sales", "Lost sales",
         "Products that lost most money for want of stock in the last 7, 30, 90 or 365 days.",
         _SEE, LostOver, lost_sales),
)  # fmt: skip
