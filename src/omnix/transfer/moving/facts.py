"""Copying one table of the lake from one place to another, a partition at a time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from omnix.kit.declare import Fact
from omnix.ports import Lake, Query

from .sums import Sum

MOST_ROWS = 500_000
"""Rows that are held in memory at once; a partition of more goes in several commits."""

_WHOLE = frozenset({"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "BOOLEAN"})
_MISSING = " is missing"
Told = Callable[[int], None]
Sums = dict[Any, Sum]


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _hash(fact: Fact) -> str:
    return f"hash({','.join(map(_name, fact.columns))})"


def _query(fact: Fact, sql: str) -> Query:
    return Query(f"moving {fact.name}", "What moves of a table.", sql, (fact.name,))


async def measure(lake: Lake, fact: Fact) -> Sums:
    """By partition, how many rows there are and the sum of their hashes; repeated rows count."""
    sql = (
        f"SELECT {_name(fact.partition)} AS part, count(*) AS rows, "
        f"sum({_hash(fact)}::HUGEINT) AS total FROM {_name(fact.name)} GROUP BY 1"
    )
    rows = await lake.rows(_query(fact, sql))
    return {row["part"]: Sum(int(row["rows"]), int(row["total"])) for row in rows}


async def _buckets(lake: Lake, fact: Fact, part: Any, buckets: int) -> dict[int, Sum]:
    sql = (
        f"SELECT ({_hash(fact)} % {buckets})::BIGINT AS bucket, count(*) AS rows, "
        f"sum({_hash(fact)}::HUGEINT) AS total FROM {_name(fact.name)} "
        f"WHERE {_name(fact.partition)}=$part GROUP BY 1"
    )
    rows = await lake.rows(_query(fact, sql), part=part)
    return {int(row["bucket"]): Sum(int(row["rows"]), int(row["total"])) for row in rows}


async def copy(
    source: Lake, target: Lake, fact: Fact, told: Told, *, most_rows: int = MOST_ROWS
) -> Sum:
    """Bring the table of ``target`` to what ``source`` holds; the sum of what that is.

    What is there already stays, so that a copy which died goes on where it was. A partition
    that holds anything else is deleted first.
    """
    wanted, known = await measure(source, fact), await measure(target, fact)
    for part in known.keys() - wanted.keys():
        await target.delete(fact, {fact.partition: part})
    done = 0
    for part in sorted(wanted):
        if known.get(part) != wanted[part]:
            buckets = -(-wanted[part].count // most_rows)
            await _copy_partition(source, target, fact, part, buckets, part in known)
        done += wanted[part].count
        told(done)
    return added(wanted)


def added(sums: Mapping[Any, Sum]) -> Sum:
    """All partitions together."""
    return Sum(sum(s.count for s in sums.values()), sum(s.total for s in sums.values()))


async def _copy_partition(
    source: Lake, target: Lake, fact: Fact, part: Any, buckets: int, begun: bool
) -> None:
    wanted = await _buckets(source, fact, part, buckets)
    known = await _buckets(target, fact, part, buckets) if begun else {}
    if any(wanted.get(bucket) != there for bucket, there in known.items()):
        await target.delete(fact, {fact.partition: part})
        known = {}
    for bucket in sorted(wanted):
        if bucket not in known:
            await target.append(fact, await _rows(source, fact, part, buckets, bucket))


async def _rows(lake: Lake, fact: Fact, part: Any, buckets: int, bucket: int) -> dict[str, Any]:
    """The columns of one bucket. Integers stay integers: a mask tells where one is missing."""
    chosen = []
    for column, kind in fact.columns.items():
        name = _name(column)
        if kind in _WHOLE:
            none = "false" if kind == "BOOLEAN" else "0"
            chosen.append(f"coalesce({name}, {none}) AS {name}")
            chosen.append(f"{name} IS NULL AS {_name(column + _MISSING)}")
        else:
            chosen.append(name)
    sql = (
        f"SELECT {','.join(chosen)} FROM {_name(fact.name)} "
        f"WHERE {_name(fact.partition)}=$part AND {_hash(fact)} % {buckets} = {bucket}"
    )
    found = await lake.arrays(_query(fact, sql), part=part)
    columns = {}
    for column in fact.columns:
        values, missing = found[column], found.get(column + _MISSING)
        if missing is not None and missing.any():
            values = np.ma.MaskedArray(values, missing)
        columns[column] = values
    return columns


async def copy_positions(source: Lake, target: Lake, fact: Fact, names: Sequence[str]) -> int:
    """Give ``target`` the positions that ``source`` keeps under ``names``; how many there are."""
    count = 0
    for name in names:
        position = await source.position(fact, name)
        if position is not None:
            await target.append(fact, {}, source=name, version=position)
            count += 1
    return count
