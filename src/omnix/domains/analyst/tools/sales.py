"""Named metrics and what was sold: the dashboard's own figures."""

from datetime import date, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from omnix.domains.analyst.evidence import (
    Evidence,
    Figure,
    Period,
    Row,
    Teller,
    day_text,
    numbered,
    query,
)
from omnix.domains.analyst.evidence import span_text as span
from omnix.domains.analyst.toolbox import Tool
from omnix.domains.dashboard import analytics, service
from omnix.domains.dashboard.metrics import BY_NAME, METRICS
from omnix.domains.products import service as products
from omnix.domains.system.settings import shop
from omnix.kit.ids import Id
from omnix.kit.time import day_of
from omnix.platform.access import Actor
from omnix.ports import Ports

Ranges = Literal[7, 30, 90, 365]
Few = Annotated[int, Meta(ge=1, le=20, description="How many at most.")]
Day = Annotated[date | None, Meta(description="YYYY-MM-DD, in the shop's time zone, included.")]
_SUMMED = ("revenue", "orders", "units", "aov", "gross_margin", "returns")
_MOST_ROWS = 62


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Takes nothing."""


class MetricsOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last ``days`` days beside as many before."""

    days: Ranges = 30


class SalesOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last 30 days of data where no range is given; beside ``before_from`` to ``before_to``, or
    as many days just before.
    """

    first: Day = msgspec.field(name="from", default=None)
    last: Day = msgspec.field(name="to", default=None)
    before_from: Day = None
    before_to: Day = None
    by: Literal["day", "week", "month"] = "day"


class TopOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The products of the highest revenue in the last ``days`` days."""

    days: Ranges = 30
    limit: Few = 5


class ProductOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One product; the last 30 days of data where no range is given."""

    product_id: Id
    first: Day = msgspec.field(name="from", default=None)
    last: Day = msgspec.field(name="to", default=None)


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Starts of words, all of which must be there."""

    text: Annotated[str, Meta(min_length=2, max_length=100)]
    limit: Few = 5


UNFINISHED = "Today is counted as far as it came; changes compare whole days."


async def today(ports: Ports) -> date:
    """The shop's day."""
    return day_of(ports.clock.now(), (await shop(ports)).time_zone)


def product_link(id: str) -> str:
    """The page of a product."""
    return f"/product/?id={id}"


async def list_metrics(ports: Ports, actor: Actor, asked: Nothing) -> Evidence:
    """Names and definitions, without values."""
    say = Teller((await shop(ports)).currency)
    rows = [
        Row(
            key="", kind="metric", name=metric.name,
            figures=(
                say.text("label", "Label", metric.label),
                say.text("definition", "Definition", metric.definition),
            ),
        )
        for metric in METRICS
    ]  # fmt: skip
    return Evidence(
        tool="list_metrics", title="The named metrics", currency=say.currency,
        source="GET /v1/metrics", link="/", rows=numbered(rows),
    )  # fmt: skip


async def metrics(ports: Ports, actor: Actor, asked: MetricsOver) -> Evidence:
    """As the dashboard's summary shows them."""
    told = await service.summary(ports, asked.days)
    say = Teller(told.shop.currency)
    figures: list[Figure] = []
    for each in told.metrics:
        figures.append(say.of(each.name, each.label, each.unit, each.value))
        if each.previous is not None:
            label = f"{each.label} in the {asked.days} days before"
            figures.append(say.of(f"{each.name}_before", label, each.unit, each.previous))
        if each.change is not None:
            figures.append(say.ratio(f"{each.name}_change", f"Change of {each.label.lower()}",
                                     each.change, signed=True))  # fmt: skip
    period = Period(told.range.first, told.range.last)
    return Evidence(
        tool="metrics", title=f"The shop, {span(period)}", period=period,
        filters={"days": asked.days}, currency=say.currency, as_of=told.as_of,
        source=query("/v1/dashboard/summary", {"days": asked.days}),
        link="/", figures=tuple(figures),
        notes=tuple(note.text for note in told.notes),
    )  # fmt: skip


async def sales(ports: Ports, actor: Actor, asked: SalesOver) -> Evidence:
    """Totals of a range, of the days to compare with, and of each day, week or month."""
    first, last = await analytics.default_range(ports, asked.first, asked.last, 30)
    before, until = _before(asked, first, last)
    analytics.check_range(before, until)
    now = await service.over(ports, first, last)
    then = await service.over(ports, before, until)
    fair_now, fair_then = now, then
    unfinished = last == await today(ports)
    if unfinished:
        # A day that is not over would make every morning look like a fall.
        cut = timedelta(days=1)
        just_before = until == first - cut
        fair_now = await service.over(ports, first, last - cut)
        fair_then = await service.over(
            ports, before + cut if just_before else before, until if just_before else until - cut
        )
    series = await analytics.sales(ports, first, last, asked.by)
    say = Teller(series.currency)
    figures: list[Figure] = []
    for name in _SUMMED:
        metric = BY_NAME[name]
        value, previous = now[name], then[name]
        figures.append(say.of(name, metric.label, metric.unit, value))
        figures.append(say.of(f"{name}_before", f"{metric.label} before", metric.unit, previous))
        value, previous = fair_now[name], fair_then[name]
        if value is not None and previous:
            change = (value - previous) / abs(previous)
            figures.append(
                say.ratio(f"{name}_change", f"Change of {metric.label.lower()}", change, True)
            )
    profit = await service.gross_profit(ports, first, last)
    figures += [
        say.money("gross_profit", "Gross profit, where costs are known", profit),
        say.span("days_before", "Compared with", Period(str(before), str(until))),
        say.count("unfinished", "Days that are not over", 1 if unfinished else 0, "days"),
    ]
    rows = [
        Row(
            key="", kind=asked.by, name=day_text(point.period), id=point.period,
            figures=(
                say.money("revenue", "Revenue", point.revenue_minor),
                say.count("orders", "Orders", point.orders),
                say.units("units", "Units", point.units),
                say.money("returns", "Returns", point.returns_minor),
            ),
        )
        for point in series.points[-_MOST_ROWS:]
    ]  # fmt: skip
    period = Period(first.isoformat(), last.isoformat())
    notes = []
    if len(series.points) > len(rows):
        notes.append("The rows are the last ones of the range; the totals are of all of it.")
    if unfinished:
        notes.append(UNFINISHED)
    return Evidence(
        tool="sales", title=f"Sales, {span(period)}", period=period,
        filters={"by": asked.by, "before_from": str(before), "before_to": str(until)},
        currency=say.currency,
        source=query("/v1/dashboard/sales", {"from": first, "to": last, "by": asked.by}),
        link="/", figures=tuple(figures), rows=numbered(rows),
        notes=tuple(notes),
    )  # fmt: skip


def _before(asked: SalesOver, first: date, last: date) -> tuple[date, date]:
    """The days to compare with."""
    length = last - first
    if asked.before_from is not None:
        return asked.before_from, asked.before_to or asked.before_from + length
    until = asked.before_to or first - timedelta(days=1)
    return until - length, until


async def top_products(ports: Ports, actor: Actor, asked: TopOver) -> Evidence:
    """As the dashboard's summary ranks them."""
    told = await service.summary(ports, asked.days)
    say = Teller(told.shop.currency)
    rows = []
    for each in told.top_products[: asked.limit]:
        change = (
            each.revenue_minor / each.previous_revenue_minor - 1
            if each.previous_revenue_minor > 0
            else None
        )
        figures = [
            say.money("revenue", "Revenue", each.revenue_minor),
            say.units("units", "Units", each.units),
            say.money("revenue_before", "Revenue in the range before",
                      each.previous_revenue_minor),
        ]  # fmt: skip
        if change is not None:
            figures.append(say.ratio("revenue_change", "Change of revenue", change, True))
        rows.append(
            Row(
                key="", kind="product", name=each.name, id=each.product_id,
                link=product_link(each.product_id), figures=tuple(figures),
            )
        )  # fmt: skip
    period = Period(told.range.first, told.range.last)
    return Evidence(
        tool="top_products", title=f"Best-selling products, {span(period)}", period=period,
        filters={"days": asked.days, "limit": asked.limit}, currency=say.currency,
        as_of=told.as_of, source=query("/v1/dashboard/summary", {"days": asked.days}),
        link="/", rows=numbered(rows),
    )  # fmt: skip


async def product_sales(ports: Ports, actor: Actor, asked: ProductOver) -> Evidence:
    """Units, revenue and price of one product over a range."""
    product = await products.get(ports, asked.product_id)
    first, last = await analytics.default_range(ports, asked.first, asked.last, 30)
    found = await analytics.product_sales(ports, product.id, first, last)
    say = Teller(found.currency)
    best = max(found.points, key=lambda point: point.units)
    known = [point.in_stock for point in found.points if point.in_stock is not None]
    figures = [
        say.units("units", "Units", sum(point.units for point in found.points)),
        say.money("revenue", "Revenue", sum(point.revenue_minor for point in found.points)),
        say.money("price", "Price now", product.price_minor),
        say.day("best_day", "Best day", best.day if best.units > 0 else None),
        say.units("best_units", "Units on the best day", best.units),
        say.count("days_without_stock", "Days without stock",
                  sum(share == 0 for share in known) if known else None),
    ]  # fmt: skip
    period = Period(first.isoformat(), last.isoformat())
    path = f"/v1/products/{product.id}/sales"
    row = Row(key="1", kind="product", name=product.name, id=product.id,
              link=product_link(product.id))  # fmt: skip
    return Evidence(
        tool="product_sales", title=f"Sales of a product, {span(period)}", period=period,
        filters={"product_id": product.id}, currency=say.currency,
        source=query(path, {"from": first, "to": last}), link=product_link(product.id),
        figures=tuple(figures), rows=(row,),
    )  # fmt: skip


async def find_products(ports: Ports, actor: Actor, asked: Words) -> Evidence:
    """Active products by the starts of their words."""
    page = await products.listing(ports, text=asked.text, limit=asked.limit)
    say = Teller((await shop(ports)).currency)
    rows = [
        Row(
            key="", kind="product", name=each.name, id=each.id, link=product_link(each.id),
            figures=(
                say.typed("sku", "SKU", each.sku),
                say.typed("category", "Category", each.category),
                say.money("price", "Price", each.price_minor),
            ),
        )
        for each in page.items
    ]  # fmt: skip
    return Evidence(
        tool="find_products", title="Products found", currency=say.currency,
        filters={"text": asked.text, "limit": asked.limit},
        source="GET /v1/products?search=...", link="/products/", rows=numbered(rows),
    )  # fmt: skip


_SEE, _PRODUCTS = ("dashboard:read",), ("products:read",)
TOOLS = (
    Tool("list_metrics", "The catalogue of metrics",
         "Every named metric with its definition, without values.", _SEE, Nothing, list_metrics),
    Tool("metrics", "Named metrics",
         "Revenue, orders, units, average order value, customers, new customers, margin, returns, "
         "stock value, low stock and lost sales of the last 7, 30, 90 or 365 days, each beside as "
         "many days before, as the dashboard shows them.", _SEE, MetricsOver, metrics),
    Tool("sales", "Sales over a range",
         "Revenue, orders, units, average order value, margin and returns from one day to another, "
         "beside as many days before or the days given, and of each day, week or month.", _SEE,
         SalesOver, sales),
    Tool("top_products", "Best-selling products",
         "The products of the highest revenue in the last 7, 30, 90 or 365 days, up to ten, each "
         "beside the range before.", _SEE, TopOver, top_products),
    Tool("product_sales", "Sales of a product",
         "Units, revenue, best day and days without stock of one product.",
         _PRODUCTS, ProductOver, product_sales, heavy=True),
    Tool("find_products", "Find products",
         "Products whose words begin with the text; gives the ids that other tools take.",
         _PRODUCTS, Words, find_products),
)  # fmt: skip
