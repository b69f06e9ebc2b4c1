"""Rules as data: comparisons of attributes with values, put together with and, or and not.

A rule holds for a thing for which any of its groups holds; a group, where all of its conditions
do; a condition may be turned round with ``negate``. Whatever can be said with and, or and not can
be said so, and nothing in it is ever run as code.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from omnix.kit.errors import Invalid

Operator = Literal["is", "above", "below", "at_least", "at_most"]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Text = Annotated[str, Meta(min_length=1, max_length=100)]


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``attribute operator value``; an attribute that is not known of a thing never holds."""

    attribute: Name
    operator: Operator
    value: float | Text
    negate: bool = False


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of these hold."""

    all: Annotated[tuple[Condition, ...], Meta(min_length=1, max_length=20)]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any of these holds."""

    any: Annotated[tuple[Group, ...], Meta(min_length=1, max_length=20)]


def check(rule: Rule, attributes: Mapping[str, type], field: str = "rule") -> None:
    """Raises Invalid where a value does not suit its attribute, of type str or float."""
    for g, group in enumerate(rule.any):
        for c, condition in enumerate(group.all):
            place = f"{field}.any[{g}].all[{c}]"
            wanted = attributes.get(condition.attribute)
            if wanted is None:
                known = ", ".join(sorted(attributes))
                raise Invalid.field(f"{place}.attribute", f"is not known here; there is {known}")
            if wanted is str:
                if condition.operator != "is":
                    raise Invalid.field(f"{place}.operator", "must be is for a text")
                if not isinstance(condition.value, str):
                    raise Invalid.field(f"{place}.value", "must be a text")
            elif isinstance(condition.value, str):
                raise Invalid.field(f"{place}.value", "must be a number")


def holds(rule: Rule, known: Mapping[str, Any]) -> bool:
    """Whether it holds for the thing of which ``known`` tells the attributes."""
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
