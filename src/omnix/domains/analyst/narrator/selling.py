"""Answers about sales, money and what is to come."""

import re
from collections.abc import Sequence
from datetime import timedelta

from omnix.domains.analyst.evidence import Evidence, Row
from omnix.kit.errors import Forbidden
from omnix.kit.text import words as words_of

from . import asked, finding
from .context import Question, cell, compared, during, listed, noted, ref, so_far, value


async def overview(q: Question) -> str:
    """How the shop does."""
    if q.span is not None and not q.fixed():
        return await _range(q)
    shop = await q.look("metrics", days=q.range() if q.span else 7)
    told = (
        f"The shop took {ref(shop, 'revenue')} {during(shop)}, with "
        f"{ref(shop, 'orders')} orders{compared(shop, 'revenue')}. "
        f"An order came to {ref(shop, 'aov')} on average"
    )
    if shop.value("customers"):
        told += f"; {ref(shop, 'customers')} known customers bought, "
        told += f"{ref(shop, 'new_customers')} of them for the first time"
    told += "."
    if shop.value("low_stock") is not None:
        told += f" {ref(shop, 'low_stock')} stocks are low and {ref(shop, 'out_of_stock')} are out."
    if "alerts:read" in q.desk.actor.permissions:
        standing = await q.look("alerts", limit=1)
        if standing.rows:
            row = standing.rows[0]
            told += (
                f" What most needs attention: {cell(standing, row, 'title').lower()} at "
                f"{cell(standing, row, 'name')}, {cell(standing, row, 'loss')} expected to be lost."
            )
    return told


async def _range(q: Question) -> str:
    """How the shop did in days for which no summary is kept."""
    shop = await q.look("sales", **q.compared())
    if not shop.value("orders"):
        return f"Nothing was sold {during(shop)}.{so_far(shop)}"
    told = (
        f"The shop took {ref(shop, 'revenue')} {during(shop)}{compared(shop, 'revenue')}, with "
        f"{ref(shop, 'orders')} orders of {ref(shop, 'aov')} on average and "
        f"{ref(shop, 'units')} units"
    )
    if shop.value("gross_margin") is not None:
        told += f", at a gross margin of {ref(shop, 'gross_margin')}"
    return f"{told}.{so_far(shop)}"


async def revenue(q: Question) -> str:
    """Of a product or several, where they are named, or of the shop."""
    if (some := await finding.group(q)) is not None:
        return finding.nearest(q) + group_sold(some)
    if (meant := await finding.product_if_allowed(q)) is not None:
        made, row = meant
        one = await q.look("product_sales", product_id=row.id, **q.days())
        told = (
            f"{cell(made, row, 'name')} sold {ref(one, 'units')} units for {ref(one, 'revenue')} "
            f"{during(one)}."
        )
        if one.value("best_day"):
            told += f" Its best day was {ref(one, 'best_day')} with {ref(one, 'best_units')}."
        if one.value("days_without_stock"):
            told += f" It was without stock on {ref(one, 'days_without_stock')} of these days."
        return told + finding.others(made, row)
    if (place := await place_if_allowed(q)) is not None:
        return place
    shop = await q.look("sales", **q.compared())
    return (
        f"{_unknown(q)}Revenue was {ref(shop, 'revenue')} {during(shop)}"
        f"{compared(shop, 'revenue')}, from {ref(shop, 'orders')} orders "
        f"and {ref(shop, 'units')} units.{so_far(shop)}"
    )


def _unknown(q: Question) -> str:
    """That nothing is called what the question names, where it names something."""
    return "I found nothing by that name, so this is the whole shop. " if q.names else ""


def group_sold(some: Evidence) -> str:
    parts = [
        f"{cell(some, row, 'name')} ({cell(some, row, 'revenue')}, {cell(some, row, 'units')} "
        "units)"
        for row in some.rows
        if value(row, "units")
    ]
    told = (
        f"The {ref(some, 'products')} products that I found for {ref(some, 'words')} together sold "
        f"{ref(some, 'units')} units for {ref(some, 'revenue')} {during(some)}."
    )
    return told + (f" Most of it: {listed(parts)}." if parts else "")


async def orders(q: Question) -> str:
    shop = await q.look("sales", **q.compared())
    return (
        f"{ref(shop, 'orders')} orders were placed {during(shop)}"
        f"{compared(shop, 'orders')}, worth {ref(shop, 'aov')} each "
        f"on average.{so_far(shop)}"
    )


async def units(q: Question) -> str:
    if await finding.product_if_allowed(q) is not None:
        q.desk.results.clear()
        return await revenue(q)
    shop = await q.look("sales", **q.compared())
    return (
        f"{_unknown(q)}{ref(shop, 'units')} units were sold {during(shop)}"
        f"{compared(shop, 'units')}.{so_far(shop)}"
    )


async def basket(q: Question) -> str:
    shop = await q.look("sales", **q.compared())
    return (
        f"An order came to {ref(shop, 'aov')} on average {during(shop)}"
        f"{compared(shop, 'aov')}.{so_far(shop)}"
    )


async def margin(q: Question) -> str:
    named = await finding.product_if_allowed(q)
    q.desk.results.clear()
    shop = await q.look("sales", **q.compared())
    if shop.value("gross_margin") is None:
        return "The margin is not known: no product that was sold has a cost."
    first = "I know the margin of the shop as a whole, not of one product. " if named else ""
    return (
        f"{first}Gross profit was {ref(shop, 'gross_profit')} {during(shop)}, a margin of "
        f"{ref(shop, 'gross_margin')} of revenue, after {ref(shop, 'gross_margin_before')} "
        f"{_then(shop)}; only products whose cost is known count."
    )


async def returns(q: Question) -> str:
    shop = await q.look("sales", **q.compared())
    return (
        f"Goods worth {ref(shop, 'returns')} came back {during(shop)}; "
        f"{_then(shop)} it was {ref(shop, 'returns_before')}."
    )


_SORTS = (
    (r"return|refund|came back", "-returns", "returns", "most came back of"),
    (r"profit|margin|earn", "-margin", "margin", "these brought most gross profit"),
    (r"least|worst|fell|falling|drop|declin|down|lost|los[ei]", "change", "revenue_before",
     "these lost most revenue"),
    (r"grow|rising|rose|ris[ei]|up\b|trend|gain|fastest|improv", "-change", "revenue_before",
     "these gained most revenue"),
    (r"units?\b|pieces|quantity|volume|number of", "-units", "units", "these sold the most units"),
)  # fmt: skip


async def best_products(q: Question) -> str:
    """By revenue, or by what else the question ranks them."""
    for pattern, sort, key, words in _SORTS:
        if re.search(pattern, q.text):
            return await _ranked(q, sort, key, words)
    if not q.fixed():
        return await _ranked(q, "-revenue", "revenue", "these sold best by revenue")
    best = await q.look("top_products", days=q.range(), limit=min(10, q.several))
    if not best.rows:
        return "Nothing was sold in that time."
    parts = [
        f"{cell(best, row, 'name')} ({cell(best, row, 'revenue')}, {cell(best, row, 'units')} "
        f"units)"
        for row in best.rows
    ]  # fmt: skip
    return f"By revenue, these sold best {during(best)}: {listed(parts)}."


async def _ranked(q: Question, sort: str, key: str, words: str) -> str:
    best = await q.look("products_sold", **q.days(), sort=sort, limit=q.several)
    rows = [row for row in best.rows if sort != "-returns" or value(row, "returns")]
    if not rows:
        return f"Nothing was sold or came back {during(best)}."
    if key == "revenue_before":
        parts = [
            f"{cell(best, row, 'name')} ({cell(best, row, 'revenue')} after "
            f"{cell(best, row, 'revenue_before')})"
            for row in rows
        ]
        return (
            f"{during(best).capitalize()} against {ref(best, 'days_before')}, {words}: "
            f"{listed(parts)}."
        )
    parts = [
        f"{cell(best, row, 'name')} ({cell(best, row, key)}"
        + (f", {cell(best, row, 'units')} units" if key != "units" else "")
        + ")"
        for row in rows
    ]
    return f"{during(best).capitalize()}, {words}: {listed(parts)}."


async def parts(q: Question) -> str:
    """Channels, locations or weekdays beside each other."""
    by = "weekday"
    if re.search(r"channel|online|web", q.text):
        by = "channel"
    elif re.search(r"location|store|branch|outlet|shops|which shop|by shop|per shop", q.text):
        by = "location"
    one = await q.look("sales_by", by=by, **q.days())
    if not one.rows:
        return "Nothing was sold in that time."
    key = "a_day" if by == "weekday" else "revenue"
    rows = sorted(one.rows, key=lambda row: -int(value(row, key) or 0))
    if by == "weekday":
        told = [f"{cell(one, row, 'name')} ({cell(one, row, 'a_day')})" for row in rows]
        return f"The best weekdays {during(one)}, by revenue of such a day: {listed(told)}."
    told = [
        f"{cell(one, row, 'name')} took {cell(one, row, 'revenue')} with "
        f"{cell(one, row, 'orders')} orders"
        for row in rows
    ]
    return f"{during(one).capitalize()}, {listed(told)}."


async def one_location(q: Question) -> str | None:
    """How a location does that the question names; None where it names none."""
    if not q.names:
        return None
    like = " ".join(q.names)[:200]
    one = await q.look("sales_by", by="location", like=like, **q.days())
    meant = [row for row in one.rows if set(words_of(row.name)) & set(q.names)]
    if len(meant) != 1:
        q.desk.results.pop(one.id)
        return None
    row = meant[0]
    return (
        f"{cell(one, row, 'name')} took {cell(one, row, 'revenue')} {during(one)}, with "
        f"{cell(one, row, 'orders')} orders of {cell(one, row, 'aov')} on average."
    )


async def place_if_allowed(q: Question) -> str | None:
    """As ``one_location``; None also for an asker who may not see orders."""
    try:
        return await one_location(q)
    except Forbidden:
        return None


async def best_day(q: Question) -> str:
    shop = await q.look("sales", **q.days(), by="day")
    if not shop.rows or not shop.value("orders"):
        return "Nothing was sold in that time."
    ordered = sorted(shop.rows, key=lambda row: int(value(row, "revenue")))
    worst = any(word in q.text for word in ("worst", "weakest", "slowest", "quietest"))
    day = ordered[0] if worst else ordered[-1]
    kind = "weakest" if worst else "strongest"
    return (
        f"Of the days {ref(shop, 'period')} the {kind} was {cell(shop, day, 'name')}: "
        f"{cell(shop, day, 'revenue')} from {cell(shop, day, 'orders')} orders."
    )


async def trend(q: Question) -> str:
    """Whether it goes up or down, by whole days."""
    given = q.compared()
    if q.span is not None and q.span.last == q.today and q.span.first < q.today:
        until = q.today - timedelta(days=1)
        given["to"] = until.isoformat()
        if q.before is not None and q.before.days == q.span.days:
            given["before_to"] = (q.before.last - timedelta(days=1)).isoformat()
    shop = await q.look("sales", **given)
    change = shop.value("revenue_change")
    if change is None:
        return (
            f"Revenue was {ref(shop, 'revenue')} {during(shop)}; there is "
            "nothing before it to compare with."
        )
    way = "up" if change > 0 else "down" if change < 0 else "unchanged"
    return (
        f"Revenue is {way} ({ref(shop, 'revenue_change')}): {ref(shop, 'revenue')} {during(shop)} "
        f"against {ref(shop, 'revenue_before')} {_then(shop)}. "
        f"Orders went from {ref(shop, 'orders_before')} to {ref(shop, 'orders')}, and the average "
        f"order from {ref(shop, 'aov_before')} to {ref(shop, 'aov')}.{so_far(shop)}"
    )


def _then(shop: Evidence) -> str:
    before = shop.figure("days_before")
    several = before is not None and " to " in before.text
    return f"{'from' if several else 'on'} {ref(shop, 'days_before')}"


async def why(q: Question) -> str:
    """The causes of a change, those out of the ordinary first."""
    named = await finding.product_if_allowed(q)
    q.desk.results.clear()
    metric = "units" if "unit" in q.text else "margin" if "margin" in q.text else "revenue"
    last_year = "last year" in q.text or "year before" in q.text
    days = {} if last_year and (q.span is None or "year" in q.span.words) else q.days()
    one = await q.look(
        "explain_change", metric=metric, against="last_year" if last_year else "previous", **days
    )
    first = "I explain the shop as a whole, not single products. " if named else ""
    change = one.value("change")
    way = "rose" if change > 0 else "fell" if change < 0 else "stayed as it was"
    share = one.value("change_share") is not None
    by = f" ({ref(one, 'change_share')})" if share else ""
    told = (
        f"{first}{metric.capitalize()} {way}{by}: "
        f"{ref(one, 'now')} {during(one)} after {ref(one, 'before')} {_then(one)}."
    )
    odd = [row for row in one.rows[:3] if value(row, "unusual") == "yes"]
    usual = [row for row in one.rows[:3] if row not in odd]
    if odd:
        told += " Out of the ordinary: " + _causes(one, odd)
    elif one.rows:
        told += " Nothing is out of the ordinary."
    return told + (" The largest other parts: " + _causes(one, usual) if usual else "")


def _causes(one: Evidence, rows: Sequence[Row]) -> str:
    return " ".join(f"{cell(one, row, 'effect')}, {cell(one, row, 'text')}" for row in rows)


async def forecast(q: Question) -> str:
    days = asked.ahead(q.text)
    window = asked.window(q.text, q.today)
    given: dict[str, object] = {"days": days, **window}
    if (some := await finding.group(q)) is not None:
        return (
            f"The {ref(some, 'products')} products that I found for {ref(some, 'words')} are "
            f"together expected to sell {ref(some, 'expected')} units over the next "
            f"{ref(some, 'ahead')} days; {ref(some, 'available')} are available."
        )
    meant = await finding.product_if_allowed(q)
    if meant is not None:
        made, row = meant
        one = await q.look("product_forecast", product_id=row.id, **given)
        if not one.figures:
            return " ".join(one.notes)
        told = f"{cell(made, row, 'name')} is expected to sell {ref(one, 'units')} units"
        rest = finding.others(made, row)
    else:
        one = await q.look("demand_forecast", **given)
        if not one.figures:
            return " ".join(one.notes)
        told, rest = f"{ref(one, 'units')} units are expected to sell", ""
    told += f" {during(one)}"
    if one.figure("low") is not None:
        told += f"; with a chance of {ref(one, 'between')} between {ref(one, 'low')} and "
        told += ref(one, "high")
    return f"{told}.{rest}"


async def accuracy(q: Question) -> str:
    one = await q.look("forecast_accuracy")
    return noted(one, (
        f"On earlier weeks the forecasts missed by {ref(one, 'wape')} of what was sold (weighted "
        f"absolute error), with a bias of {ref(one, 'bias')}. Their ranges of "
        f"{ref(one, 'range')} held {ref(one, 'coverage_80')} of the days, and they were "
        f"{ref(one, 'value_added')} better "
        "than repeating last week."
    ) if one.figures else "")  # fmt: skip


_NEAREST = " Lost sales are kept for fixed ranges; this is the shortest that holds your days."


async def lost_sales(q: Question) -> str:
    lost = await q.look("lost_sales", days=q.range(), limit=q.several)
    if not lost.rows:
        return "No lost sales are known: nobody tells of stock, or nothing was missing."
    shop = await q.look("metrics", days=q.range())
    parts = [f"{cell(lost, r, 'name')} ({cell(lost, r, 'revenue')})" for r in lost.rows]
    told = f"Most was lost for want of stock with {listed(parts)}."
    if shop.value("lost_sales") is not None:
        told += f" All products together: {ref(shop, 'lost_sales')}, an estimate."
    return told + ("" if q.fixed() else _NEAREST)


async def definition(q: Question) -> str:
    catalogue = await q.look("list_metrics")
    for row in catalogue.rows:
        label = str(value(row, "label")).casefold()
        if label in q.text or row.name.replace("_", " ") in q.text:
            return f"{cell(catalogue, row, 'label')}: {cell(catalogue, row, 'definition')}"
    parts = [cell(catalogue, row, "label") for row in catalogue.rows]
    return f"I know the definitions of {listed(parts)}."
