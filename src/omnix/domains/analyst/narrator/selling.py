"""Answers about sales, money and what is to come."""

from omnix.domains.analyst.evidence import found

from . import asked, finding
from .context import Question, cell, compared, during, listed, noted, ref, value


async def overview(q: Question) -> str:
    """How the shop does."""
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


async def revenue(q: Question) -> str:
    """Of a product, where one is named, or of the shop."""
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
    shop = await q.look("sales", **q.days())
    return (
        f"Revenue was {ref(shop, 'revenue')} {during(shop)}"
        f"{compared(shop, 'revenue', 'as many days before')}, from {ref(shop, 'orders')} orders "
        f"and {ref(shop, 'units')} units."
    )


async def orders(q: Question) -> str:
    shop = await q.look("sales", **q.days())
    return (
        f"{ref(shop, 'orders')} orders were placed {during(shop)}"
        f"{compared(shop, 'orders', 'as many days before')}, worth {ref(shop, 'aov')} each "
        "on average."
    )


async def units(q: Question) -> str:
    if await finding.product_if_allowed(q) is not None:
        q.desk.results.clear()
        return await revenue(q)
    shop = await q.look("sales", **q.days())
    return (
        f"{ref(shop, 'units')} units were sold {during(shop)}"
        f"{compared(shop, 'units', 'as many days before')}."
    )


async def basket(q: Question) -> str:
    shop = await q.look("sales", **q.days())
    return (
        f"An order came to {ref(shop, 'aov')} on average {during(shop)}"
        f"{compared(shop, 'aov', 'as many days before')}."
    )


async def margin(q: Question) -> str:
    shop = await q.look("sales", **q.days())
    if shop.value("gross_margin") is None:
        return "The margin is not known: no product that was sold has a cost."
    return (
        f"Gross margin was {ref(shop, 'gross_margin')} of revenue "
        f"{during(shop)}, after {ref(shop, 'gross_margin_before')} in as many days before; "
        "only products whose cost is known count."
    )


async def returns(q: Question) -> str:
    shop = await q.look("sales", **q.days())
    return (
        f"Goods worth {ref(shop, 'returns')} came back {during(shop)}; in as "
        f"many days before it was {ref(shop, 'returns_before')}."
    )


async def best_products(q: Question) -> str:
    best = await q.look("top_products", days=q.range(), limit=min(10, q.several))
    if not best.rows:
        return "Nothing was sold in that time."
    parts = [
        f"{cell(best, row, 'name')} ({cell(best, row, 'revenue')}, {cell(best, row, 'units')} "
        f"units{_moved(best, row)})"
        for row in best.rows
    ]  # fmt: skip
    named = f"By revenue, these sold best {during(best)}: {listed(parts)}."
    return named + _nearest(q)


def _moved(best: object, row: object) -> str:
    from omnix.domains.analyst.evidence import Evidence, Row

    assert isinstance(best, Evidence)
    assert isinstance(row, Row)
    return f", {cell(best, row, 'revenue_change')}" if found(row, "revenue_change") else ""


def _nearest(q: Question) -> str:
    """Rankings are kept of fixed ranges only."""
    if q.span is None or q.span.days == q.range():
        return ""
    return " Rankings are kept for fixed ranges; this is the shortest that holds what you asked."


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
    """Whether it goes up or down."""
    shop = await q.look("sales", **q.days())
    change = shop.value("revenue_change")
    if change is None:
        return (
            f"Revenue was {ref(shop, 'revenue')} {during(shop)}; there is "
            "nothing before it to compare with."
        )
    way = "up" if change > 0 else "down" if change < 0 else "unchanged"
    return (
        f"Revenue is {way}: {ref(shop, 'revenue')} {during(shop)} against "
        f"{ref(shop, 'revenue_before')} in as many days before ({ref(shop, 'revenue_change')}). "
        f"Orders went from {ref(shop, 'orders_before')} to {ref(shop, 'orders')}, and the average "
        f"order from {ref(shop, 'aov_before')} to {ref(shop, 'aov')}."
    )


async def why(q: Question) -> str:
    """The causes of a change, those out of the ordinary first."""
    metric = "units" if "unit" in q.text else "margin" if "margin" in q.text else "revenue"
    against = "last_year" if "last year" in q.text or "year before" in q.text else "previous"
    days = {} if against == "last_year" else q.days()
    one = await q.look("explain_change", metric=metric, against=against, **days)
    causes = [f"{cell(one, row, 'effect')}: {cell(one, row, 'text')}" for row in one.rows[:3]]
    return " ".join([ref(one, "headline"), *causes])


async def forecast(q: Question) -> str:
    days = asked.ahead(q.text)
    meant = await finding.product_if_allowed(q)
    if meant is not None:
        made, row = meant
        one = await q.look("product_forecast", product_id=row.id, days=days)
        if not one.figures:
            return " ".join(one.notes)
        told = f"{cell(made, row, 'name')} is expected to sell {ref(one, 'units')} units"
        rest = finding.others(made, row)
    else:
        one = await q.look("demand_forecast", days=days)
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


async def lost_sales(q: Question) -> str:
    lost = await q.look("lost_sales", days=q.range(), limit=q.several)
    if not lost.rows:
        return "No lost sales are known: nobody tells of stock, or nothing was missing."
    shop = await q.look("metrics", days=q.range())
    parts = [f"{cell(lost, r, 'name')} ({cell(lost, r, 'revenue')})" for r in lost.rows]
    told = f"Most was lost for want of stock with {listed(parts)}."
    if shop.value("lost_sales") is not None:
        told += f" All products together: {ref(shop, 'lost_sales')}, an estimate."
    return told + _nearest(q)


async def definition(q: Question) -> str:
    catalogue = await q.look("list_metrics")
    for row in catalogue.rows:
        label = str(value(row, "label")).casefold()
        if label in q.text or row.name.replace("_", " ") in q.text:
            return f"{cell(catalogue, row, 'label')}: {cell(catalogue, row, 'definition')}"
    parts = [cell(catalogue, row, "label") for row in catalogue.rows]
    return f"I know the definitions of {listed(parts)}."
