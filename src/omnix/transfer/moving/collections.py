"""Copying one collection of records from one place to another."""

import asyncio
from collections.abc import Callable, Sequence

from omnix.kit.declare import Collection
from omnix.ports import MAX_BATCH, Delete, Item, Key, Records

from .pace import Pace
from .sums import Sum, content, outlives

_KEYS = 100
_LOAD = 1000
Told = Callable[[int], None]


def key_of(collection: Collection, item: Item) -> Key:
    values = tuple(item[attribute] for attribute in collection.key)
    return values if len(values) == 2 else values[0]


async def is_empty(records: Records, collection: Collection) -> bool:
    """Whether there is no item."""
    async for items in records.scan(collection):
        if items:
            return False
    return True


async def copy(
    source: Records,
    target: Records,
    collection: Collection,
    pace: Pace,
    told: Told,
    *,
    fresh: bool,
    moment: float,
) -> Sum:
    """Store every item of ``source`` in ``target``; the sum of those that outlive ``moment``.

    Where the target is not ``fresh``, what it holds already is looked up and not written again.
    """
    found = Sum()
    count = 0
    waiting: list[Item] = []
    async for items in source.scan(collection):
        for item in items:
            if outlives(collection, item, moment):
                found = found.plus(content(item))
        count += len(items)
        waiting += items
        if len(waiting) >= _LOAD:
            await _store(target, collection, waiting, pace, fresh)
            waiting = []
        told(count)
    if waiting:
        await _store(target, collection, waiting, pace, fresh)
    return found


async def _store(
    target: Records, collection: Collection, items: list[Item], pace: Pace, fresh: bool
) -> None:
    await pace.take(len(items))
    if not fresh:
        known = await _there(target, collection, items)
        items = [
            item
            for item, other in zip(items, known, strict=True)
            if other is None or content(other) != content(item)
        ]
    if items:
        await target.load(collection, items)


async def _there(
    records: Records, collection: Collection, items: Sequence[Item]
) -> list[Item | None]:
    """What ``records`` hold under the keys of ``items``."""
    parts = [items[start : start + _KEYS] for start in range(0, len(items), _KEYS)]
    found = await asyncio.gather(
        *(records.get_many(collection, [key_of(collection, i) for i in part]) for part in parts)
    )
    return [item for part in found for item in part]


async def measure(records: Records, collection: Collection, pace: Pace, moment: float) -> Sum:
    """The sum of the items that outlive ``moment``."""
    found = Sum()
    async for items in records.scan(collection):
        await pace.take(len(items))
        for item in items:
            if outlives(collection, item, moment):
                found = found.plus(content(item))
    return found


async def prune(source: Records, target: Records, collection: Collection, pace: Pace) -> int:
    """Delete from ``target`` what ``source`` does not hold; returns how many."""
    removed = 0
    async for items in target.scan(collection):
        await pace.take(len(items))
        known = await _there(source, collection, items)
        keys = [
            key_of(collection, item)
            for item, other in zip(items, known, strict=True)
            if other is None
        ]
        for start in range(0, len(keys), MAX_BATCH):
            some = keys[start : start + MAX_BATCH]
            await target.write([Delete(collection, key) for key in some])
        removed += len(keys)
    return removed
