"""Customers and segments, as the last analysis found them."""

from typing import Literal

import msgspec

from omnix.domains.alerts import desk as alerts
from omnix.domains.analyst.evidence import Evidence, Figure, Row, Teller, numbered, query
from omnix.domains.analyst.toolbox import Tool
from omnix.domains.customers import insights
from omnix.domains.customers import service as customers
from omnix.domains.customers.insights_model import Analysed
from omnix.domains.system.settings import shop
from omnix.kit.ids import Id
from omnix.platform.access import Actor
from omnix.ports import Ports

from .sales import Few, Words

_MOST_SEGMENTS = 50
_NEXT = 5
_WINDOW = 90
"""Days before the analysis that a segment's money is of."""


class Segments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All there are, or those of a kind."""

    kind: Literal["rule", "lifecycle", "cluster"] | None = None


class AtRisk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Those with most money at stake."""

    limit: Few = 5


class OneCustomer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One customer."""

    customer_id: Id


def customer_link(id: str) -> str:
    """The page of a customer."""
    return f"/customer/?id={id}"


async def segments(ports: Ports, actor: Actor, asked: Segments) -> Evidence:
    """How each segment does."""
    say = Teller((await shop(ports)).currency)
    page = await insights.segments(ports, _MOST_SEGMENTS, None)
    rows, as_of = [], None
    for each in page.items:
        if asked.kind not in (None, each.kind):
            continue
        told = each.performance
        figures = [say.text("kind", "Kind", each.kind), say.text("reason", "Who", each.reason)]
        if told is not None:
            as_of = told.as_of
            say_in = Teller(told.currency)
            figures += [
                say.count("customers", "Customers", told.customers),
                say.ratio("share", "Share of customers", told.share),
                say_in.money("revenue", "Revenue of 90 days", told.revenue_minor),
                say_in.money("revenue_before", "Revenue of the 90 days before",
                             told.previous_revenue_minor),
                say.ratio("churn", "Mean chance of no purchase in 90 days", told.churn),
                say.count("window", "Days looked back", _WINDOW, "days"),
                say.count("entered", "Came in", told.entered),
                say.count("left", "Left it", told.left),
            ]  # fmt: skip
        rows.append(Row(key="", kind="segment", name=each.name, id=each.id, figures=tuple(figures)))
    filters: dict[str, str | int] = {"kind": asked.kind} if asked.kind else {}
    return Evidence(
        tool="segments", title="Customer segments", currency=say.currency, filters=filters,
        source="GET /v1/segments", as_of=as_of, link="/segments/", rows=numbered(rows),
        notes=() if as_of else ("Customers have not been analysed yet.",),
    )  # fmt: skip


async def customers_at_risk(ports: Ports, actor: Actor, asked: AtRisk) -> Evidence:
    """Valuable customers who may leave: what the alerts about customers say."""
    say = Teller((await shop(ports)).currency)
    page = await alerts.listing(ports, "active", "customer", False, asked.limit, None)
    ids = [each.subject.removeprefix("customer:") for each in page.items]
    known = await customers.get_many(ports, ids)
    rows = []
    for id, alert in zip(ids, page.items, strict=True):
        seen = alert.evidence.attributes
        churn, spent = seen.get("churn"), seen.get("revenue_minor")
        rows.append(
            Row(
                key="", kind="customer", name=known[id].name if id in known else id, id=id,
                link=customer_link(id),
                figures=(
                    say.ratio("churn", "Chance of no purchase in 90 days", _float(churn)),
                    Teller(alert.currency).money("at_stake", "Money at stake", alert.loss_minor),
                    say.money("revenue", "Spent so far", _float(spent)),
                    say.text("reason", "Reason", alert.text),
                ),
            )
        )  # fmt: skip
    groups = await insights.segments(ports, _MOST_SEGMENTS, None)
    risky = next((s for s in groups.items if s.id == "lifecycle-at_risk"), None)
    told = risky.performance if risky is not None else None
    figures: list[Figure] = []
    if told is not None:
        figures += [
            say.count("customers", "Customers at risk", told.customers),
            say.ratio("share", "Share of all customers", told.share),
            Teller(told.currency).money("revenue", "Their revenue of 90 days", told.revenue_minor),
            say.count("window", "Days looked back", _WINDOW, "days"),
        ]
    return Evidence(
        tool="customers_at_risk", title="Customers who may leave", currency=say.currency,
        filters={"limit": asked.limit}, as_of=told.as_of if told else None,
        source=query("/v1/alerts", {"kind": "customer"}), link="/customers/",
        figures=tuple(figures), rows=numbered(rows),
        notes=() if told or rows else ("Customers have not been analysed yet.",),
    )  # fmt: skip


def _float(value: float | str | None) -> float | None:
    return float(value) if isinstance(value, int | float) else None


_UNKNOWN = {
    "none": "The customer never bought, or was not analysed yet.",
    "refused": "The customer wants nothing found out about it.",
    "ready": "",
}


async def customer(ports: Ports, actor: Actor, asked: OneCustomer) -> Evidence:
    """Everything that the last analysis found of one customer."""
    say = Teller((await shop(ports)).currency)
    known = await customers.get(ports, asked.customer_id)
    state, told = await insights.known(ports, actor, known.id)
    named = Row(key="", kind="customer", name=known.name, id=known.id,
                link=customer_link(known.id))  # fmt: skip
    rows = [named]
    if told is not None:
        rows += [
            Row(
                key="", kind=each.kind, name=each.name, id=each.item,
                figures=(
                    say.day("run_out", "Likely to run out on", each.run_out),
                    say.ratio("within_7", "Chance of buying within 7 days", each.within_7),
                    say.count("times", "Times bought", each.times_bought),
                ),
            )
            for each in told.consumption[:_NEXT]
        ]  # fmt: skip
    return Evidence(
        tool="customer", title="A customer", currency=say.currency,
        filters={"customer_id": known.id}, as_of=told.as_of if told else None,
        source=f"GET /v1/customers/{known.id}/insights", link=customer_link(known.id),
        figures=_of_customer(told) if told is not None else (), rows=numbered(rows),
        notes=() if told else (_UNKNOWN[state],),
    )  # fmt: skip


def _of_customer(told: Analysed) -> tuple[Figure, ...]:
    say = Teller(told.currency)
    facts, worth, churn = told.facts, told.lifetime_value, told.churn
    return (
        say.text("lifecycle", "Lifecycle", told.lifecycle.replace("_", " ")),
        say.count("orders", "Orders", facts.orders),
        say.money("revenue", "Spent so far", facts.revenue_minor),
        say.money("aov", "Average order value", facts.average_order_minor),
        say.day("last_day", "Last purchase", facts.last_day),
        say.days("usual_interval", "Usual days between orders", facts.usual_interval_days),
        say.ratio("churn", f"Chance of no purchase in {churn.days} days", churn.churn),
        say.count("churn_days", "Days of that chance", churn.days, "days"),
        say.ratio("alive", "Chance of still being a customer", churn.alive),
        say.money("expected_spend", f"Expected spend of {worth.days} days", worth.spend_minor),
        say.money("expected_low", "In nine of ten cases at least", worth.spend_low_minor),
        say.money("expected_high", "In nine of ten cases at most", worth.spend_high_minor),
        say.text("reason", "Reason", churn.reason),
    )


async def find_customers(ports: Ports, actor: Actor, asked: Words) -> Evidence:
    """Active customers by the starts of their words."""
    page = await customers.listing(ports, text=asked.text, limit=asked.limit)
    rows = [
        Row(key="", kind="customer", name=each.name, id=each.id, link=customer_link(each.id))
        for each in page.items
    ]
    return Evidence(
        tool="find_customers", title="Customers found",
        currency=(await shop(ports)).currency, filters={"limit": asked.limit},
        source="GET /v1/customers?search=...", link="/customers/", rows=numbered(rows),
    )  # fmt: skip


_CUSTOMERS = ("customers:read",)
TOOLS = (
    Tool("segments", "Customer segments",
         "Rules, lifecycle groups and clusters with customers, revenue, churn and who came and "
         "went.", ("segments:read",), Segments, segments),
    Tool("customers_at_risk", "Customers who may leave",
         "How many customers are at risk, and those with most money at stake.",
         (*_CUSTOMERS, "alerts:read", "segments:read"), AtRisk, customers_at_risk),
    Tool("customer", "One customer",
         "Orders, spend, churn, lifetime value and what one customer will need next.",
         (*_CUSTOMERS, "insights:read"), OneCustomer, customer),
    Tool("find_customers", "Find customers",
         "Customers whose words begin with the text; gives the ids that other tools take.",
         _CUSTOMERS, Words, find_customers),
)  # fmt: skip
