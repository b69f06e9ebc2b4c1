"""Sales taken apart: by product, group of products, channel, location, weekday and customer."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from omnix.domains.analyst.evidence import Evidence, Period, Row, Teller, numbered, query
from omnix.domains.analyst.evidence import span_text as span
from omnix.domains.analyst.toolbox import Tool
from omnix.domains.dashboard import analytics, tables
from omnix.domains.dashboard.model import SalesPoint
from omnix.domains.dashboard.tables_model import Sort
from omnix.domains.forecasting import service as forecasting
from omnix.domains.inventory import locations
from omnix.domains.inventory import service as inventory
from omnix.domains.orders import figures as orders
from omnix.domains.products import service as products
from omnix.domains.products.model import Product
from omnix.domains.system.settings import shop
from omnix.kit.paging import Page
from omnix.kit.text import words
from omnix.platform.access import Actor
from omnix.ports import Ports

from .sales import Day, Few, Nothing, product_link, today

_MOST_IN_GROUP = 100
_AHEAD = 28
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class ProductsOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Products in an order; the last 30 days of data where no range is given."""

    first: Day = msgspec.field(name="from", default=None)
    last: Day = msgspec.field(name="to", default=None)
    sort: Annotated[Sort, Meta(description="With a minus: the highest first.")] = "-revenue"
    limit: Few = 5


class GroupOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All products that have these words, or are of the category of this name; the last 30 days
    of data where no range is given.
    """

    text: Annotated[str, Meta(min_length=2, max_length=100)]
    first: Day = msgspec.field(name="from", default=None)
    last: Day = msgspec.field(name="to", default=None)
    limit: Few = 5


class PartsOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last 30 days of data where no range is given; ``like`` leaves only the locations whose
    name has one of its words.
    """

    by: Literal["channel", "location", "weekday"] = "channel"
    like: Annotated[str, Meta(max_length=200)] | None = None
    first: Day = msgspec.field(name="from", default=None)
    last: Day = msgspec.field(name="to", default=None)


async def products_sold(ports: Ports, actor: Actor, asked: ProductsOver) -> Evidence:
    """As the dashboard's table of products ranks them."""
    first, last = await analytics.default_range(ports, asked.first, asked.last, 30)
    told = await tables.products_sold(ports, first, last, asked.sort, None, None, asked.limit, None)
    say = Teller(told.currency)
    rows = [
        Row(
            key="", kind="product", name=each.name, id=each.product_id,
            link=product_link(each.product_id),
            figures=(
                say.money("revenue", "Revenue", each.revenue_minor),
                say.units("units", "Units", each.units),
                say.money("revenue_before", "Revenue in as many days before",
                          each.previous_revenue_minor),
                say.ratio("revenue_change", "Change of revenue", each.change, True),
                say.money("margin", "Gross profit", each.margin_minor),
                say.ratio("gross_margin", "Gross margin", each.gross_margin),
                say.money("returns", "Returns", each.returns_minor),
            ),
        )
        for each in told.items
    ]  # fmt: skip
    period = Period(told.range.first, told.range.last)
    given = {"from": first, "to": last, "sort": asked.sort}
    before = Period(told.previous_range.first, told.previous_range.last)
    return Evidence(
        tool="products_sold", title=f"Products sold, {span(period)}", period=period,
        filters={"sort": asked.sort, "limit": asked.limit}, currency=told.currency,
        source=query("/v1/dashboard/products", given), link="/",
        figures=(say.span("days_before", "Compared with", before),),
        rows=numbered(rows), notes=() if rows else ("Nothing was sold in that time.",),
    )  # fmt: skip


async def product_group(ports: Ports, actor: Actor, asked: GroupOver) -> Evidence:
    """What a group of products sold, holds and is expected to sell."""
    page = await _group(ports, asked.text)
    known = list(page.items)
    first, last = await analytics.default_range(ports, asked.first, asked.last, 30)
    sold = await analytics.parent_sales(ports, known, first, last)
    available = {each.id: await _available(ports, each.id) for each in known}
    expected = {each.id: await _expected(ports, each.id) for each in known}
    counted = [units for units in available.values() if units is not None]
    say = Teller(sold.currency)
    ranked = sorted(sold.variants, key=lambda v: (-v.revenue_minor, v.product_id))
    rows = [
        Row(
            key="", kind="product", name=each.name, id=each.product_id,
            link=product_link(each.product_id),
            figures=(
                say.units("units", "Units", each.units),
                say.money("revenue", "Revenue", each.revenue_minor),
                say.units("available", "Units available", available[each.product_id]),
                say.units("expected", "Units expected to sell", expected[each.product_id]),
            ),
        )
        for each in ranked[: asked.limit]
    ]  # fmt: skip
    ahead = [units for units in expected.values() if units is not None]
    figures = [
        say.typed("words", "Words", _shown(asked.text, known)),
        say.count("products", "Products", len(known)),
        say.units("units", "Units", sum(v.units for v in sold.variants)),
        say.money("revenue", "Revenue", sum(v.revenue_minor for v in sold.variants)),
        say.units("available", "Units available", sum(counted) if counted else None),
        say.count("without", "Products with none available", sum(u <= 0 for u in counted)),
        say.units("expected", "Units expected to sell", sum(ahead) if ahead else None),
        say.count("ahead", "Days ahead", _AHEAD, "days"),
    ]
    period = Period(first.isoformat(), last.isoformat())
    notes = () if page.next_cursor is None else ("Only the first products are counted.",)
    return Evidence(
        tool="product_group", title=f"A group of products, {span(period)}", period=period,
        filters={"text": asked.text, "limit": asked.limit}, currency=sold.currency,
        source=query("/v1/dashboard/products", {"from": first, "to": last}), link="/products/",
        figures=tuple(figures), rows=numbered(rows), notes=notes,
    )  # fmt: skip


async def _group(ports: Ports, text: str) -> Page[Product]:
    """Of the category where there is one of this name, else by the words."""
    named = await products.categories(ports, 200, None)
    for each in named.items:
        if str(each["name"]).casefold() == text.casefold():
            return await products.listing(ports, category=str(each["name"]), limit=_MOST_IN_GROUP)
    return await products.listing(ports, text=text, limit=_MOST_IN_GROUP)


def _shown(text: str, known: Sequence[Product]) -> str | None:
    """The words as an answer may repeat them. A model chooses them: a number among them would
    be one that no tool returned.
    """
    return " ".join(word for word in words(text) if word.isalpha()) or None if known else None


async def _available(ports: Ports, id: str) -> int | None:
    page = await inventory.listing(ports, id, None, 200, None)
    here = [each for each in page.items if each.counted_at or each.on_hand]
    return sum(each.available for each in here) if here else None


async def _expected(ports: Ports, id: str) -> float | None:
    item = await forecasting.stored(ports, id)
    return sum(item["mean"][:_AHEAD]) if item is not None else None


async def sales_by(ports: Ports, actor: Actor, asked: PartsOver) -> Evidence:
    """Channels, locations or weekdays beside each other."""
    first, last = await analytics.default_range(ports, asked.first, asked.last, 30)
    if asked.by == "weekday":
        return await _by_weekday(ports, first, last)
    names: dict[str, str] = {}
    if asked.by == "location":
        names = {each.id: each.name for each in (await locations.listing(ports, 200, None)).items}
    wanted = None
    if asked.like is not None:
        like = set(words(asked.like))
        wanted = {id for id, name in names.items() if like & set(words(name))}
    parts: list[orders.Group] = []
    if wanted is None or wanted:
        told = await orders.statistics(ports, first, last)
        parts = told.locations if asked.by == "location" else told.channels
    say = Teller((await shop(ports)).currency)
    rows = [
        Row(
            key="", kind=asked.by, name=names.get(each.key, each.key), id=each.key,
            figures=(
                say.money("revenue", "Revenue", each.revenue_minor),
                say.count("orders", "Orders", each.orders),
                say.money("aov", "Average order value", each.average_order_minor),
            ),
        )
        for each in parts
        if wanted is None or each.key in wanted
    ]  # fmt: skip
    period = Period(first.isoformat(), last.isoformat())
    return Evidence(
        tool="sales_by", title=f"Sales by {asked.by}, {span(period)}", period=period,
        filters={"by": asked.by}, currency=say.currency,
        source=query("/v1/orders/statistics", {"from": first, "to": last}), link="/orders/",
        rows=numbered(rows), notes=() if rows else ("Nothing was sold in that time.",),
    )  # fmt: skip


async def _by_weekday(ports: Ports, first: date, last: date) -> Evidence:
    """From the totals of days; one that is not over would make its weekday look poor."""
    if first < last == await today(ports):
        last -= timedelta(days=1)
    series = await analytics.sales(ports, first, last, "day")
    say = Teller(series.currency)
    days: dict[int, list[SalesPoint]] = {}
    for point in series.points:
        days.setdefault(date.fromisoformat(point.period).isoweekday(), []).append(point)
    rows = []
    if not any(point.orders or point.revenue_minor for point in series.points):
        days = {}
    for weekday, points in sorted(days.items()):
        revenue, placed = sum(p.revenue_minor for p in points), sum(p.orders for p in points)
        figures = (
            say.money("revenue", "Revenue", revenue),
            say.count("orders", "Orders", placed),
            say.money("aov", "Average order value", revenue / placed if placed else None),
            say.money("a_day", "Revenue of such a day", revenue / len(points)),
        )
        name = _WEEKDAYS[weekday - 1]
        rows.append(Row(key="", kind="metric", name=name, id=str(weekday), figures=figures))
    period = Period(first.isoformat(), last.isoformat())
    given = {"from": first, "to": last, "by": "day"}
    return Evidence(
        tool="sales_by", title=f"Sales by weekday, {span(period)}", period=period,
        filters={"by": "weekday"}, currency=series.currency,
        source=query("/v1/dashboard/sales", given), link="/", rows=numbered(rows),
        notes=() if rows else ("Nothing was sold in that time.",),
    )  # fmt: skip


async def catalogue(ports: Ports, actor: Actor, asked: Nothing) -> Evidence:
    """How many products there are."""
    page = await products.categories(ports, 200, None)
    say = Teller((await shop(ports)).currency)
    rows = [
        Row(key="", kind="category", name=str(each["name"]),
            figures=(say.count("products", "Active products", int(str(each["products"]))),))
        for each in page.items
    ]  # fmt: skip
    total = sum(int(str(each["products"])) for each in page.items)
    return Evidence(
        tool="catalogue", title="The catalogue", currency=say.currency, source="GET /v1/categories",
        link="/products/",
        figures=(
            say.count("products", "Active products with a category", total),
            say.count("categories", "Categories", len(rows)),
        ),
        rows=numbered(rows[:50]),
    )  # fmt: skip


_SEE, _PRODUCTS = ("dashboard:read",), ("products:read",)
TOOLS = (
    Tool("products_sold", "Products by what they brought",
         "Products of a range by revenue, units, margin, returns or change of revenue, highest or "
         "lowest first, each beside as many days before.", _SEE, ProductsOver, products_sold,
         heavy=True),
    Tool("product_group", "A group of products",
         "Units, revenue, stock and expected demand of all products that share words or a "
         "category, such as coffee; with those that sell most.",
         (*_SEE, *_PRODUCTS, "inventory:read", "forecasts:read"), GroupOver, product_group,
         heavy=True),
    Tool("sales_by", "Sales taken apart",
         "Revenue, orders and average order value by channel, location or weekday.",
         ("orders:read",), PartsOver, sales_by, heavy=True),
    Tool("catalogue", "The catalogue", "How many products there are, by category.",
         _PRODUCTS, Nothing, catalogue),
)  # fmt: skip
