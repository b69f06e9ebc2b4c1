"""Items as DynamoDB writes them, and back."""

import math
from collections.abc import Mapping
from typing import Any

from omnix.adapters.aws.layout import Layout
from omnix.kit.errors import TooLarge

MAX_ITEM = 400 * 1024
"""Bytes of one item, names included."""

Wire = dict[str, Any]
"""An attribute value as DynamoDB writes it: one type name and the value."""

_NULL: Wire = {"NULL": True}
# DynamoDB holds 38 digits between 1e-130 and 1e126; a float may be smaller or larger.
_SMALL, _LARGE = 1e-130, 9.9e125
_FAR = "float64"


def wire(value: Any) -> Wire:
    """``value`` for DynamoDB. A float that is not finite is null; tuples are lists.

    Raises ValueError for what an item cannot hold.
    """
    kind = type(value)
    if kind is str:
        return {"S": value}
    if kind is bool:
        return {"BOOL": value}
    if kind is int:
        return {"N": str(value)}
    if value is None:
        return dict(_NULL)
    if kind is float:
        return _float(value)
    if isinstance(value, Mapping):
        return {"M": {_name(name): wire(inner) for name, inner in value.items()}}
    if isinstance(value, (list, tuple)):
        return {"L": [wire(inner) for inner in value]}
    if isinstance(value, (str, int, float)):
        return wire(_base(value))
    raise ValueError(f"an item cannot hold a {kind.__name__}")


def _base(value: str | int | float) -> str | int | float:
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    raise AssertionError


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise ValueError("the names of a mapping must be text")
    return name


def _float(value: float) -> Wire:
    if not math.isfinite(value):
        return dict(_NULL)
    if value == 0 or _SMALL <= abs(value) <= _LARGE:
        return {"N": repr(value)}
    return {"M": {_FAR: {"S": repr(value)}}}


def plain(value: Wire) -> Any:
    """The Python value. A whole number is an int, whether it was stored as one or as a float."""
    ((kind, inner),) = value.items()
    if kind in ("S", "BOOL"):
        return inner
    if kind == "N":
        return _number(inner)
    if kind == "NULL":
        return None
    if kind == "L":
        return [plain(one) for one in inner]
    if kind == "M":
        if len(inner) == 1 and _FAR in inner:
            return float(inner[_FAR]["S"])
        return {name: plain(one) for name, one in inner.items()}
    raise ValueError(f"unknown type {kind}")


def _number(digits: str) -> int | float:
    if digits.lstrip("-").isdigit():
        return int(digits)
    return float(digits)


def encode(layout: Layout, item: Mapping[str, Any]) -> Wire:
    """The whole item with its derived attributes.

    Raises ValueError if a key or index attribute is amiss, TooLarge if it is.
    """
    # Where the table's key is the item's own, the derived one is the same.
    made = {layout.stored(name): wire(value) for name, value in item.items()}
    made |= {name: wire(value) for name, value in layout.derive(item).items()}
    check_size(made)
    return made


def decode(layout: Layout, stored: Wire) -> dict[str, Any]:
    """The item without what is derived."""
    own = layout.own
    return {name: plain(value) for at, value in stored.items() if (name := own(at)) is not None}


def check_size(item: Wire) -> None:
    """Raises TooLarge for an item that DynamoDB would refuse."""
    bytes = size(item)
    if bytes > MAX_ITEM:
        raise TooLarge(f"an item of {bytes // 1024} kB is too large; at most 400 kB")


def size(attributes: Wire) -> int:
    """The bytes that DynamoDB counts for an item."""
    return sum(_bytes(name) + _value_size(value) for name, value in attributes.items())


def _bytes(value: str) -> int:
    return len(value) if value.isascii() else len(value.encode())


def _value_size(value: Wire) -> int:
    ((kind, inner),) = value.items()
    if kind == "S":
        return _bytes(inner)
    if kind == "N":
        return len(inner) // 2 + 2
    if kind == "M":
        return 3 + len(inner) + size(inner)
    if kind == "L":
        return 3 + len(inner) + sum(map(_value_size, inner))
    return 1
