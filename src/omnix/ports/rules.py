"""What every adapter of Records refuses alike, and when a condition holds."""

from collections.abc import Sequence
from itertools import chain

from omnix.kit.declare import Collection
from omnix.kit.errors import TooLarge
from omnix.ports.records import (
    MAX_ITEM,
    MAX_KEYS,
    MAX_WRITE,
    Absent,
    AtLeast,
    Condition,
    Delete,
    Item,
    Key,
    Operation,
    Present,
    Put,
    Update,
)

_KEYED = frozenset({str, int})


def check_sizes(sizes: Sequence[int]) -> None:
    """``sizes`` are the bytes of the items that one write puts. Raises TooLarge."""
    if max(sizes, default=0) > MAX_ITEM:
        raise TooLarge(f"this would be stored as {max(sizes)} bytes; {MAX_ITEM} is the most")
    if sum(sizes) > MAX_WRITE:
        raise TooLarge(f"this would store {sum(sizes)} bytes at once; {MAX_WRITE} is the most")


def key_parts(collection: Collection, key: Key) -> tuple[str | int, ...]:
    """The values of ``key``. Raises ValueError if it is not one of this collection's."""
    parts = key if isinstance(key, tuple) else (key,)
    if len(parts) != len(collection.key):
        raise ValueError(f"a key of {collection.name} has {len(collection.key)} parts")
    if not _KEYED.issuperset(map(type, parts)):
        raise ValueError(f"a key of {collection.name} must be text or an integer")
    return parts


def keys_parts(collection: Collection, keys: Sequence[Key]) -> list[tuple[str | int, ...]]:
    """The values of each key. Raises ValueError also if there are more than MAX_KEYS."""
    if len(keys) > MAX_KEYS:
        raise ValueError(f"at most {MAX_KEYS} keys at a time")
    parts: list[tuple[str | int, ...]] = [key if isinstance(key, tuple) else (key,) for key in keys]
    plain = _KEYED.issuperset(map(type, chain.from_iterable(parts)))
    if plain and {len(collection.key)}.issuperset(map(len, parts)):
        return parts
    return [key_parts(collection, key) for key in keys]  # it says which is wrong


def check_update(collection: Collection, op: Update) -> None:
    """Raises ValueError for an update that makes no sense whatever the item is."""
    added, given = op.add.keys(), op.set.keys()
    if not (added.isdisjoint(collection.key) and given.isdisjoint(collection.key)):
        named = [attribute for attribute in collection.key if attribute in (added | given)]
        raise ValueError(f"{named[0]} is part of the key and cannot change")
    if not added.isdisjoint(given):
        raise ValueError("an attribute is either added to or set")


def check_grows(op: Operation) -> None:
    """Raises ValueError for a change or a condition in a collection that grows."""
    if op.collection.grows and (not isinstance(op, (Put, Delete)) or op.when):
        raise ValueError(f"{op.collection.name} only grows: its items stay as they were put")


def holds(condition: Condition, item: Item | None) -> bool:
    """Whether a condition holds for an item, None if there is none."""
    if isinstance(condition, Absent):
        return item is None
    if item is None:
        return False
    if isinstance(condition, Present):
        return True
    value = item.get(condition.attribute)
    if isinstance(condition, AtLeast):
        number = value if type(value) is int or type(value) is float else None
        return number is not None and number >= condition.value
    # True equals 1 in Python, but not in a store.
    return bool(value == condition.value) and (
        (type(value) is bool) == (type(condition.value) is bool)
    )
