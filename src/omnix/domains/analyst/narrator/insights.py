"""Insights without a language model: what stands out in the results, by plain rules."""

from collections.abc import Sequence

from omnix.domains.analyst.evidence import Evidence
from omnix.domains.analyst.insight_model import Draft, DraftFinding

from .context import cell, ref, value

AT_RISK = 0.5
_HIGH_ERROR = 0.5


def made(headline: str, *findings: tuple[str, str] | None) -> Draft:
    """A headline with the findings that there are, each with its kind."""
    return Draft(
        headline=headline,
        findings=tuple(DraftFinding(kind=k, text=t) for k, t in filter(None, findings)),  # type: ignore[arg-type]
    )


def customer(results: Sequence[Evidence]) -> Draft:
    (one,) = results
    name = f"{{{one.id}.1.name}}"
    if not one.figures:
        return made(f"Nothing is known of {name} yet: there was no purchase, or no analysis.")
    churn = one.value("churn")
    lost = churn is not None and churn >= AT_RISK
    due = [row for row in one.rows[1:] if value(row, "run_out")]
    return made(
        f"{name} is {ref(one, 'lifecycle')}: {ref(one, 'orders')} orders for "
        f"{ref(one, 'revenue')}, the last on {ref(one, 'last_day')}.",
        ("finding", f"The expected spend of a year is {ref(one, 'expected_spend')}."),
        ("risk" if lost else "finding",
         f"The chance of no purchase in the next {ref(one, 'churn_days')} days is "
         f"{ref(one, 'churn')}."),
        ("action", f"Offer {cell(one, due[0], 'name')}, which likely runs out on "
                   f"{cell(one, due[0], 'run_out')}.") if due else None,
        ("action", "Write to them before they are gone.") if lost and not due else None,
    )  # fmt: skip


def product(results: Sequence[Evidence]) -> Draft:
    sold, ahead, stock, order = results
    name = f"{{{sold.id}.1.name}}"
    wape = ahead.value("wape")
    return made(
        f"{name} sold {ref(sold, 'units')} units for {ref(sold, 'revenue')} from "
        f"{ref(sold, 'period')}.",
        ("finding", f"Over {ref(ahead, 'days')} days {ref(ahead, 'units')} units are expected to "
                    f"sell; {ref(stock, 'available')} are available.") if ahead.figures else None,
        ("risk", f"It was without stock on {ref(sold, 'days_without_stock')} days.")
        if sold.value("days_without_stock") else None,
        ("risk", f"Forecasts of it missed by {ref(ahead, 'wape')} so far: plan with a margin.")
        if wape is not None and wape > _HIGH_ERROR else None,
        ("action", f"Order {cell(order, order.rows[0], 'order')}: "
                   f"{cell(order, order.rows[0], 'reason')}") if order.rows else None,
    )  # fmt: skip


def stock(results: Sequence[Evidence]) -> Draft:
    low, order, advice = results
    slow = [row for row in advice.rows if value(row, "kind") in ("promote", "discontinue")]
    known = low.value("low_stock") is not None
    return made(
        f"{ref(low, 'low_stock')} stocks are low and {ref(low, 'out_of_stock')} are out."
        if known else "How many stocks are low is not known: none was counted.",
        ("risk", f"{cell(low, low.rows[0], 'name')} is the most urgent: "
                 f"{cell(low, low.rows[0], 'available')} are available.") if low.rows else None,
        ("action", f"{ref(order, 'proposals')} orders are proposed, for {ref(order, 'cost')}.")
        if order.rows else None,
        ("action", f"There is too much of {cell(advice, slow[0], 'name')}: "
                   f"{cell(advice, slow[0], 'at_stake')} are tied up.") if slow else None,
    )  # fmt: skip


def experiment(results: Sequence[Evidence]) -> Draft:
    (one,) = results
    verdict = one.value("verdict")
    kind = {"better": "action", "broken": "risk", "harmed": "risk"}.get(str(verdict), "finding")
    return made(
        f"{{{one.id}.1.name}} is {ref(one, 'status')}; {ref(one, 'units')} units were looked at.",
        (kind, ref(one, "verdict_text")),
    )
