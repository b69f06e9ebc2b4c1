"""Counts and checksums that do not depend on the order in which a thing is read."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from omnix.kit.declare import Collection
from omnix.ports import Item

_MODULUS = 1 << 128
_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True)
class Sum:
    """How many there are, and the sum of their digests modulo 2^128."""

    count: int = 0
    total: int = 0

    def plus(self, data: bytes) -> "Sum":
        """With one more, of which ``data`` is the whole content."""
        digest = hashlib.blake2b(data, digest_size=16).digest()
        return Sum(self.count + 1, (self.total + int.from_bytes(digest, "big")) % _MODULUS)

    @property
    def checksum(self) -> str:
        """32 hexadecimal digits."""
        return f"{self.total % _MODULUS:032x}"


def content(item: Item) -> bytes:
    """The same bytes for the same item, whichever adapter returned it.

    A store may return a whole float as an integer, one that is not finite as null, and a tuple
    as a list; the ports promise no more.
    """
    return _encode(_plain(item))


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind is float:
        if not math.isfinite(value):
            return None
        # By its shortest digits, as a store that keeps decimals has it.
        return int(Decimal(repr(value))) if value.is_integer() else value
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [_plain(inner) for inner in value]
    return value


def outlives(collection: Collection, item: Item, moment: float) -> bool:
    """Whether the item is there at ``moment`` (epoch seconds), so that it counts on both sides."""
    end = None if collection.ttl is None else item.get(collection.ttl)
    return end is None or bool(end > moment)
