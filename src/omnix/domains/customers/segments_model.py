"""Segments: their rules as data, and how they do."""

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from omnix.kit import conditions
from omnix.kit.conditions import explained, holds

__all__ = ["Attribute", "Condition", "Group", "NewSegment", "Performance", "Rule", "Segment",
           "check", "explained", "holds"]  # fmt: skip

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
_TYPES: dict[str, type] = {name: str if name in TEXTS else float for name in get_args(Attribute)}


class Condition(conditions.Condition, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A comparison of what is known of a customer."""

    attribute: Attribute


class Group(conditions.Group, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of these hold."""

    all: Annotated[tuple[Condition, ...], Meta(min_length=1, max_length=20)]


class Rule(conditions.Rule, frozen=True, kw_only=True, forbid_unknown_fields=True):
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
    conditions.check(rule, _TYPES)
