"""Who may take part: plain rules over attributes that the caller sends. No expressions, no code."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Operator = Literal[
    "in", "not_in", "starts_with", "contains", "at_least", "at_most", "exists", "not_exists"
]
Scalar = Annotated[str, Meta(max_length=200)] | int | float | bool
_NUMBERS = ("at_least", "at_most")
_TEXTS = ("starts_with", "contains")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One attribute against any of some values; an experiment's rules must hold together.

    ``in`` also holds where the attribute is a list with one of the values. A missing attribute
    satisfies ``not_in`` and ``not_exists`` only. Text is compared as it is, numbers by size.
    """

    attribute: Annotated[str, Meta(min_length=1, max_length=64)]
    operator: Operator
    values: Annotated[tuple[Scalar, ...], Meta(max_length=200)] = ()

    def wrong(self) -> str | None:
        """Why the values do not fit the operator, if they do not."""
        if self.operator in ("exists", "not_exists"):
            return "must be empty here" if self.values else None
        if not self.values:
            return "must name at least one"
        if self.operator in _NUMBERS and (len(self.values) > 1 or not _number(self.values[0])):
            return "must be one number"
        if self.operator in _TEXTS and not all(isinstance(each, str) for each in self.values):
            return "must be text"
        return None


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _same(a: Any, b: Any) -> bool:
    """True is not 1 here, and 1 is 1.0."""
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def holds(rule: Rule, attributes: Mapping[str, Any]) -> bool:
    """Whether one rule is satisfied; one of another type is as good as absent."""
    value = attributes.get(rule.attribute)
    operator, values = rule.operator, rule.values
    if operator == "exists":
        return value is not None
    if operator == "not_exists":
        return value is None
    if operator in ("in", "not_in"):
        many = value if isinstance(value, list) else [value]
        found = any(_same(one, wanted) for one in many for wanted in values)
        return found == (operator == "in")
    if operator in _NUMBERS:
        bound = values[0]
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return False
        if not isinstance(bound, (int, float)):
            return False
        return bool(value >= bound if operator == "at_least" else value <= bound)
    if not isinstance(value, str):
        return False
    texts = [each for each in values if isinstance(each, str)]
    if operator == "starts_with":
        return any(value.startswith(each) for each in texts)
    return any(each in value for each in texts)


def eligible(rules: tuple[Rule, ...], attributes: Mapping[str, Any]) -> bool:
    """Whether all rules are satisfied; no rules let everybody take part."""
    return all(holds(rule, attributes) for rule in rules)
