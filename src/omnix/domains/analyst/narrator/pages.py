"""What stands out on a page, without a language model: by plain rules over what tools found."""

from collections.abc import Sequence

from omnix.domains.analyst.evidence import Evidence, Row
from omnix.domains.analyst.insight_model import Draft

from .context import cell, compared, during, listed, ref, value
from .insights import made


def shop(results: Sequence[Evidence]) -> Draft:
    week, best, alerts = results
    return made(
        f"The shop took {ref(week, 'revenue')} {during(week)} from {ref(week, 'orders')} orders"
        f"{compared(week, 'revenue')}.",
        ("finding", f"What brought most {during(best)} is {cell(best, best.rows[0], 'name')}: "
                    f"{cell(best, best.rows[0], 'revenue')}.") if best.rows else None,
        ("finding", f"Gross margin was {ref(week, 'gross_margin')}.")
        if week.value("gross_margin") is not None else None,
        ("risk", _alert(alerts, alerts.rows[0])) if alerts.rows else None,
        ("risk", f"For want of stock, {ref(week, 'lost_sales')} were not sold, an estimate.")
        if week.value("lost_sales") else None,
    )  # fmt: skip


def orders(results: Sequence[Evidence]) -> Draft:
    sales, channels = results
    days = [row for row in sales.rows if value(row, "orders")]
    best = max(days, key=lambda row: int(value(row, "revenue")), default=None)
    parts = [
        f"{cell(channels, row, 'name')} {cell(channels, row, 'revenue')} from "
        f"{cell(channels, row, 'orders')} orders"
        for row in channels.rows
    ]
    return made(
        f"{ref(sales, 'orders')} orders were placed {during(sales)}{compared(sales, 'orders')}, "
        f"worth {ref(sales, 'aov')} each on average.",
        ("finding", f"The strongest day was {cell(sales, best, 'name')} with "
                    f"{cell(sales, best, 'orders')} orders.") if best else None,
        ("finding", f"By channel: {listed(parts)}.") if len(parts) > 1 else None,
        ("risk", f"Goods worth {ref(sales, 'returns')} came back.")
        if sales.value("returns") else None,
    )  # fmt: skip


def customers(results: Sequence[Evidence]) -> Draft:
    shop, risky = results
    if shop.value("customers") is None:
        headline = f"Who bought {during(shop)} is not known yet."
    else:
        headline = (
            f"{ref(shop, 'customers')} known customers bought {during(shop)}, "
            f"{ref(shop, 'new_customers')} of them for the first time."
        )
    parts = [f"{cell(risky, row, 'name')} ({cell(risky, row, 'at_stake')})" for row in risky.rows]
    return made(
        headline,
        ("finding", f"In as many days before, {ref(shop, 'customers_before')} bought, "
                    f"{ref(shop, 'new_customers_before')} for the first time.")
        if shop.value("customers_before") is not None else None,
        ("risk", f"{ref(risky, 'customers')} customers are at risk, {ref(risky, 'share')} of all.")
        if risky.value("customers") else None,
        ("action", f"Write to those with most at stake: {listed(parts)}.") if parts else None,
    )  # fmt: skip


def segments(results: Sequence[Evidence]) -> Draft:
    (one,) = results
    known = [row for row in one.rows if value(row, "customers")]
    if not known:
        return made("No segment has customers yet: customers have not been analysed.")
    most = max(known, key=lambda row: int(value(row, "revenue") or 0))
    moved = [row for row in known if value(row, "revenue_before")]

    def change(row: Row) -> float:
        return int(value(row, "revenue")) - int(value(row, "revenue_before"))

    fell = min(moved, key=change, default=None)
    leaving = max(known, key=lambda row: float(value(row, "churn") or 0))
    return made(
        f"Most revenue of the last {cell(one, most, 'window')} days came from "
        f"{cell(one, most, 'name')}: {cell(one, most, 'revenue')} from "
        f"{cell(one, most, 'customers')} customers.",
        ("risk", f"{cell(one, fell, 'name')} fell most, from {cell(one, fell, 'revenue_before')} "
                 f"to {cell(one, fell, 'revenue')}.")
        if fell is not None and change(fell) < 0 else None,
        ("risk", f"The likeliest to stay away are {cell(one, leaving, 'name')}: "
                 f"{cell(one, leaving, 'churn')} on average.")
        if value(leaving, "churn") is not None else None,
    )  # fmt: skip


def forecasts(results: Sequence[Evidence]) -> Draft:
    ahead, accuracy, lost = results
    parts = [f"{cell(lost, row, 'name')} ({cell(lost, row, 'revenue')})" for row in lost.rows]
    return made(
        f"{ref(ahead, 'units')} units are expected to sell {during(ahead)}."
        if ahead.figures else "No forecast has been made yet.",
        ("finding", f"With a chance of {ref(ahead, 'between')} it is between {ref(ahead, 'low')} "
                    f"and {ref(ahead, 'high')}.") if ahead.figure("low") else None,
        ("finding", f"On earlier weeks, forecasts missed by {ref(accuracy, 'wape')} of what was "
                    f"sold, and were {ref(accuracy, 'value_added')} better than repeating the week "
                    "before.") if accuracy.value("value_added") is not None else None,
        ("risk", f"Most was lost for want of stock with {listed(parts)}.") if parts else None,
    )  # fmt: skip


def alerts(results: Sequence[Evidence]) -> Draft:
    (one,) = results
    return made(
        f"Most is at stake with this: {_alert(one, one.rows[0])}" if one.rows
        else "Nothing needs attention: no alert stands.",
        *(("risk", _alert(one, row)) for row in one.rows[1:4]),
        ("action", cell(one, one.rows[0], "advice"))
        if one.rows and value(one.rows[0], "advice") else None,
    )  # fmt: skip


def _alert(one: Evidence, row: Row) -> str:
    return (
        f"{cell(one, row, 'title')}, {cell(one, row, 'name')}: {cell(one, row, 'loss')} expected "
        "to be lost."
    )


def purchases(results: Sequence[Evidence]) -> Draft:
    open_, order = results
    parts = [
        f"{cell(open_, row, 'name')} ({cell(open_, row, 'total')}, {cell(open_, row, 'state')})"
        for row in open_.rows
    ]
    return made(
        f"{ref(order, 'proposals')} orders are proposed, for {ref(order, 'cost')}.",
        ("finding", f"The newest purchase orders: {listed(parts)}.") if parts else None,
        ("action", f"Order {cell(order, order.rows[0], 'order')} of "
                   f"{cell(order, order.rows[0], 'name')} first. "
                   f"{cell(order, order.rows[0], 'reason')}") if order.rows else None,
    )  # fmt: skip


def advice(results: Sequence[Evidence]) -> Draft:
    (one,) = results
    if not one.rows:
        return made("There is no open advice.")
    first = {str(value(row, "kind")): row for row in reversed(one.rows)}
    ranked = sorted(first.values(), key=lambda row: int(row.key))
    return made(
        f"Most is at stake with this: {_advised(one, ranked[0])}",
        *(("action", _advised(one, row)) for row in ranked[1:]),
    )


def _advised(one: Evidence, row: Row) -> str:
    return (
        f"{cell(one, row, 'kind')} {cell(one, row, 'name')}, {cell(one, row, 'at_stake')} at "
        f"stake. {cell(one, row, 'reason')}"
    )
