"""Claims as plain writes, for adapters that have nothing quicker."""

import asyncio
from collections.abc import Sequence

from omnix.kit.declare import Collection
from omnix.kit.errors import ConditionFailed
from omnix.ports.records import MAX_BATCH, Absent, Put, Records, Tell

AT_ONCE = MAX_BATCH - 10
"""Keys of one write, which the event shares with them."""

_ABSENT = (Absent(),)


async def claimed_by_writes(
    records: Records, collection: Collection, keys: Sequence[str], end: int, tell: Tell
) -> list[int]:
    """As ``Records.claim`` says: an item and a condition for each key, AT_ONCE to a write."""
    if len(set(keys)) != len(keys):
        raise ValueError("a claim may name each key once")
    parts = [
        range(start, min(start + AT_ONCE, len(keys))) for start in range(0, len(keys), AT_ONCE)
    ]
    known = await asyncio.gather(
        *(_claimed(records, collection, keys, part, end, tell) for part in parts)
    )
    return [position for some in known for position in some]


async def _claimed(
    records: Records,
    collection: Collection,
    keys: Sequence[str],
    part: Sequence[int],
    end: int,
    tell: Tell,
) -> list[int]:
    assert collection.ttl is not None
    known: list[int] = []
    left = list(part)
    while left:
        puts = [
            Put(collection, {collection.key[0]: keys[n], collection.ttl: end}, when=_ABSENT)
            for n in left
        ]
        try:
            await records.write(puts, [tell(left)])
            break
        except ConditionFailed as error:
            failed = set(error.failed)
            if not failed:
                raise
            known += [n for place, n in enumerate(left) if place in failed]
            left = [n for place, n in enumerate(left) if place not in failed]
    return known
