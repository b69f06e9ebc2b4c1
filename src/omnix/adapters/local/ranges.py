"""The statement for one page of a partition, bounded by index on every side."""

from dataclasses import dataclass
from typing import Any

from omnix.adapters.local.tables import Table
from omnix.kit.declare import Collection
from omnix.kit.errors import Invalid
from omnix.kit.paging import decode_cursor

_TOP = chr(0x10FFFF)


@dataclass(frozen=True)
class Order:
    """The attributes of a key or an index: ``tail`` is what tells items of a partition apart."""

    partition: str
    sort: str | None
    tail: tuple[str, ...]
    indexed: bool


@dataclass(frozen=True)
class Span:
    """Bounds of the sort value; None is open. ``below`` is excluded, the others included."""

    low: str | int | None = None
    high: str | int | None = None
    below: str | None = None
    text: bool = False


def order_of(collection: Collection, index: str | None) -> Order:
    """Raises KeyError for an index that the collection does not declare."""
    if index is None:
        sort = collection.key[1] if len(collection.key) == 2 else None
        return Order(collection.key[0], sort, collection.key[1:] or collection.key, False)
    declared = collection.index(index)
    tail = tuple(dict.fromkeys([declared.sort, *collection.key]))
    return Order(declared.partition, declared.sort, tail, True)


def span(low: str | int | None, high: str | int | None, prefix: str | None, sorted_: bool) -> Span:
    """Raises ValueError for bounds where nothing is sorted, or a prefix with other bounds."""
    if low is None and high is None and prefix is None:
        return Span()
    if not sorted_:
        raise ValueError("this collection has no sort attribute to bound")
    if prefix is None:
        return Span(low, high)
    if low is not None or high is not None:
        raise ValueError("give a prefix or low and high, not both")
    return Span(low=prefix, below=_after(prefix), text=True)


def _after(prefix: str) -> str | None:
    """The first text beyond all that begin with ``prefix``; None if there is none."""
    kept = prefix.rstrip(_TOP)
    if not kept:
        return None
    code = ord(kept[-1]) + 1
    return kept[:-1] + chr(0xE000 if code == 0xD800 else code)


def statement(
    table: Table,
    order: Order,
    partition: str | int,
    bounds: Span,
    newest_first: bool,
    cursor: str | None,
    limit: int,
    now: float | None,
) -> tuple[str, tuple[Any, ...]]:
    """SQL and parameters. Raises Invalid for a cursor that is not of this list."""
    columns = table.columns
    terms = [f"{columns[order.partition]}=?"]
    parameters: list[Any] = [partition]
    low, high = bounds.low, bounds.high
    if order.indexed and order.sort is not None:
        terms.append(f"{columns[order.sort]} IS NOT NULL")
    if cursor is not None:
        position = decode_cursor(cursor, len(order.tail))
        if _outside(position[0], bounds, newest_first):
            raise Invalid.field("cursor", "is not one that this list returned")
        row = ",".join(columns[attribute] for attribute in order.tail)
        marks = ",".join("?" * len(position))
        terms.append(f"({row}){'<' if newest_first else '>'}({marks})")
        parameters += position
        # The cursor is the tighter bound on its side; a second one would make SQLite choose.
        if newest_first:
            high = None
        else:
            low = None
    if order.sort is not None:
        column = columns[order.sort]
        for value, sign in ((low, ">="), (high, "<=")):
            if value is not None:
                terms.append(f"{column}{sign}?")
                parameters.append(value)
        if bounds.below is not None and not (newest_first and cursor is not None):
            terms.append(f"{column}<?")
            parameters.append(bounds.below)
    if now is not None and table.ttl is not None:
        column = columns[table.ttl]
        terms.append(f"+({column} IS NULL OR {column}>?)")
        parameters.append(now)
    direction = " DESC" if newest_first else ""
    by = ",".join(columns[attribute] + direction for attribute in order.tail)
    parameters.append(limit)
    # SQLite merges the table and its tail, and makes no copy of both, by columns that it returns.
    found = ["body", *(columns[attribute] for attribute in order.tail if table.tail)]
    return (
        f"SELECT {','.join(found)} FROM {table.source} WHERE {' AND '.join(terms)} "
        f"ORDER BY {by} LIMIT ?",
        tuple(parameters),
    )


def _outside(value: str | int, bounds: Span, newest_first: bool) -> bool:
    """Whether a cursor lies beyond the bound that it is to replace."""
    try:
        if newest_first:
            return (bounds.high is not None and value > bounds.high) or (  # type: ignore[operator]
                bounds.below is not None and value >= bounds.below  # type: ignore[operator]
            )
        return bounds.low is not None and value < bounds.low  # type: ignore[operator]
    except TypeError:
        return True
