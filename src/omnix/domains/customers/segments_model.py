"""Segments: their rules as data, and how they do.

A rule holds for a customer for whom any of its groups holds; a group, where all of its
conditions do; a condition may be turned round with ``negate``. Whatever can be said with and, or
and not can be said so, and nothing in it is ever run as code.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from omnix.kit.errors import Invalid

Attribute = Literal[
    "orders",
    "revenue_minor",
    "average_order_minor",
    "days_since_last",
    "days_since_first",
    "usual_interval_days",
    "recency",
    "frequency",
    "money",
    "alive",
    "churn",
    "expected_spend_minor",
    "discounted_share",
    "lifecycle",
    "favourite_category",
]
TEXTS = frozenset({"lifecycle", "favourite_category"})
Operator = Literal["is", "above", "below", "at_least", "at_most"]
Text = Annotated[str, Meta(min_length=1, max_length=100)]


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``attribute operator value``; an attribute that is not known of a customer never holds."""

    attribute: Attribute
    operator: Operator
    value: float | Text
    negate: bool = False


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of these hold."""

    all: Annotated[tuple[Condition, ...], Meta(min_length=1, max_length=20)]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any of these holds."""

    any: Annotated[tuple[Group, ...], Meta(min_length=1, max_length=20)]


class NewSegment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A segment to define; who is in it is found by the next analysis."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    rule: Rule


class Performance(msgspec.Struct, frozen=True, kw_only=True):
    """How a segment does. Money and orders of the 90 days before ``as_of`` and the 90 before.

    ``entered`` and ``left`` compare with the analysis before; ``expected_spend_minor`` is over
    the next 365 days, ``churn`` the mean chance of no purchase in the next 90.
    """

    as_of: str
    made_at: str
    currency: str
    customers: int = 0
    share: float = 0.0
    revenue_minor: int = 0
    previous_revenue_minor: int = 0
    orders: int = 0
    previous_orders: int = 0
    expected_spend_minor: int = 0
    churn: float = 0.0
    entered: int = 0
    left: int = 0
    came_from: dict[str, int] = {}


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """``kind`` is rule, lifecycle or cluster; ``reason`` says who is in it."""

    id: str
    kind: Literal["rule", "lifecycle", "cluster"]
    name: str
    reason: str
    rule: Rule | None = None
    performance: Performance | None = None


def check(rule: Rule) -> None:
    """Raises Invalid where a value does not suit its attribute."""
    for g, group in enumerate(rule.any):
        for c, condition in enumerate(group.all):
            field = f"rule.any[{g}].all[{c}]"
            if condition.attribute in TEXTS:
                if condition.operator != "is":
                    raise Invalid.field(f"{field}.operator", "must be is for a text")
                if not isinstance(condition.value, str):
                    raise Invalid.field(f"{field}.value", "must be a text")
            elif isinstance(condition.value, str):
                raise Invalid.field(f"{field}.value", "must be a number")


def holds(rule: Rule, known: Mapping[str, Any]) -> bool:
    """Whether the customer of whom ``known`` tells the attributes is in the segment."""
    return any(all(_holds(condition, known) for condition in group.all) for group in rule.any)


def _holds(condition: Condition, known: Mapping[str, Any]) -> bool:
    has, value = known.get(condition.attribute), condition.value
    if has is None:
        return False
    match condition.operator:
        case "is":
            found = has == value
        case "above":
            found = has > value
        case "below":
            found = has < value
        case "at_least":
            found = has >= value
        case _:
            found = has <= value
    return bool(found) != condition.negate


def explained(rule: Rule) -> str:
    """The rule in words."""
    groups = []
    for group in rule.any:
        parts = []
        for c in group.all:
            value = f"{c.value:g}" if isinstance(c.value, float) else c.value
            words = f"{c.attribute} {c.operator} {value}".replace("_", " ")
            parts.append(f"not {words}" if c.negate else words)
        groups.append(" and ".join(parts))
    return "; or ".join(groups)
