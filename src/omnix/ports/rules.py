"""What every adapter of Records refuses alike, and when a condition holds."""

from collections.abc import Sequence

from omnix.kit.declare import Collection
from omnix.kit.errors import TooLarge
from omnix.ports.records import (
    MAX_ITEM,
    MAX_KEYS,
    MAX_WRITE,
    Absent,
    AtLeast,
    Condition,
    Equals,
    Item,
    Key,
    Present,
    Update,
)


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
    for part in parts:
        if type(part) is not str and type(part) is not int:
            raise ValueError(f"a key of {collection.name} must be text or an integer")
    return parts


def keys_parts(collection: Collection, keys: Sequence[Key]) -> list[tuple[str | int, ...]]:
    """The values of each key. Raises ValueError also if there are more than MAX_KEYS."""
    if len(keys) > MAX_KEYS:
        raise ValueError(f"at most {MAX_KEYS} keys at a time")
    return [key_parts(collection, key) for key in keys]


def check_update(collection: Collection, op: Update) -> None:
    """Raises ValueError for an update that makes no sense whatever the item is."""
    for attribute in collection.key:
        if attribute in op.add or attribute in op.set:
            raise ValueError(f"{attribute} is part of the key and cannot change")
    if op.add and op.set and not op.add.keys().isdisjoint(op.set):
        raise ValueError("an attribute is either added to or set")


def holds(condition: Condition, item: Item | None) -> bool:
    """Whether a condition holds for an item, None if there is none."""
    if isinstance(condition, Absent):
        return item is None
    if item is None:
        return False
    if isinstance(condition, Present):
        return True
    value = item.get(condition.attribute)
    if isinstance(condition, Equals):
        # True equals 1 in Python, but not in a store.
        return bool(value == condition.value) and (
            (type(value) is bool) == (type(condition.value) is bool)
        )
    assert isinstance(condition, AtLeast)
    number = value if type(value) is int or type(value) is float else None
    return number is not None and number >= condition.value
