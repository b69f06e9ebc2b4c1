"""Customers as the last analysis found them. Named by their id alone, here and in every alert."""

from collections.abc import AsyncIterator

import msgspec

from omnix.domains.alerts.model import Action, Face, Observation, Value
from omnix.domains.customers.declare import INSIGHTS
from omnix.domains.customers.insights_model import CHURN_DAYS, Analysed
from omnix.ports import Ports


def subject(customer_id: str) -> str:
    return f"customer:{customer_id}"


async def everything(ports: Ports) -> AsyncIterator[list[Observation]]:
    """Every customer who was analysed, a chunk at a time."""
    async for chunk in ports.records.scan(INSIGHTS):
        yield [observation(msgspec.convert(item, Analysed)) for item in chunk]


def observation(one: Analysed) -> Observation:
    facts, value = one.facts, one.lifetime_value
    every = facts.usual_interval_days
    purchases = max(1.0, CHURN_DAYS / every) if every else 1.0
    usual = purchases * facts.average_order_minor
    liked = [each.category for each in facts.favourite_categories[:2]]
    attributes: dict[str, Value] = {
        "churn": one.churn.churn,
        "lifecycle": one.lifecycle,
        "recency": float(one.rfm.recency),
        "frequency": float(one.rfm.frequency),
        "money": float(one.rfm.money),
        "orders": float(facts.orders),
        "revenue_minor": float(facts.revenue_minor),
        "expected_spend_minor": float(value.spend_minor),
    }
    face = Face(
        loss_minor=round(one.churn.churn * usual),
        basis=f"The chance of no purchase within {one.churn.days} days, times what they usually "
        f"spend in so many days.",
        text=f"{one.churn.reason}; no purchase within {one.churn.days} days is expected with a "
        f"chance of {one.churn.churn:.0%}.",
        action=Action(
            kind="win-back",
            text=f"Write to them: they like {' and '.join(liked)}." if liked else "Write to them.",
            page=f"/customer/?id={one.customer_id}",
        ),
    )
    return Observation(
        kind="customer", subject=subject(one.customer_id), name=one.customer_id,
        attributes=attributes, faces={"churn": face},
        source=f"/v1/customers/{one.customer_id}/insights",
    )  # fmt: skip
