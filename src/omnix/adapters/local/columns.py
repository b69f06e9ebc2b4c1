"""Between numpy or Python columns, DuckDB and Arrow, by the types that a fact declares."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
from arro3.core import Table as ArrowTable

from omnix.kit.declare import Fact

_NUMPY: dict[str, str] = {
    "BIGINT": "int64",
    "INTEGER": "int32",
    "SMALLINT": "int16",
    "TINYINT": "int8",
    "DOUBLE": "float64",
    "FLOAT": "float32",
    "BOOLEAN": "bool",
}
_TIMES = {"DATE": "datetime64[D]", "TIMESTAMP": "datetime64[us]"}
TYPES = frozenset({*_NUMPY, *_TIMES, "VARCHAR"})


def check(fact: Fact) -> None:
    """Raises ValueError for a fact that the lake cannot hold."""
    for column, kind in fact.columns.items():
        if kind not in TYPES:
            raise ValueError(f"{fact.name}.{column}: {kind} is none of {', '.join(sorted(TYPES))}")
    for column in (fact.partition, *fact.order):
        if column not in fact.columns:
            raise ValueError(f"{fact.name} has no column {column}")
    if fact.columns[fact.partition] not in ("VARCHAR", "DATE", "BIGINT", "INTEGER"):
        raise ValueError(f"{fact.name} cannot be partitioned by {fact.partition}")


def name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def to_arrow(connection: duckdb.DuckDBPyConnection, fact: Fact, rows: Any) -> ArrowTable:
    """Rows with the fact's columns and types, sorted. A column that is not given is null, and
    so is NaN in a mapping of columns.

    Raises ValueError for unknown columns, columns of unequal length, values that do not fit
    their type, and a missing partition.
    """
    if isinstance(rows, Mapping):
        given = list(rows)
        lengths = {len(values) for values in rows.values()}
        if len(lengths) > 1:
            raise ValueError(f"{fact.name}: the columns have unequal lengths")
        if not lengths or lengths == {0}:
            return _typed(connection, fact, [], "(SELECT 1 WHERE false)")
    else:
        rows = ArrowTable(rows)
        given = list(rows.column_names)
    unknown = [column for column in given if column not in fact.columns]
    if unknown:
        raise ValueError(f"{fact.name} has no column {', '.join(map(str, unknown))}")
    if isinstance(rows, Mapping):
        rows = {column: _column(fact, column, values) for column, values in rows.items()}
    connection.register("given_rows", rows)
    try:
        return _typed(connection, fact, given, "given_rows")
    finally:
        connection.unregister("given_rows")


def _typed(
    connection: duckdb.DuckDBPyConnection, fact: Fact, given: Sequence[str], source: str
) -> ArrowTable:
    columns = ",".join(
        f"CAST({name(column) if column in given else 'NULL'} AS {kind}) AS {name(column)}"
        for column, kind in fact.columns.items()
    )
    by = ",".join(name(column) for column in dict.fromkeys((fact.partition, *fact.order)))
    try:
        table = ArrowTable(connection.sql(f"SELECT {columns} FROM {source} ORDER BY {by}"))
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        raise ValueError(f"{fact.name}: {error}") from error
    if table.num_rows and table.column(fact.partition).null_count:
        raise ValueError(f"{fact.name}: {fact.partition} must not be null")
    return table


def _column(fact: Fact, column: str, values: Any) -> Any:
    """What DuckDB takes: never an object array where it would have to guess the type."""
    kind = fact.columns[column]
    try:
        if kind in _TIMES:
            moments = np.asarray(values, dtype=_TIMES[kind])
            return moments.astype("datetime64[s]" if kind == "DATE" else "datetime64[us]")
        if isinstance(values, np.ma.MaskedArray):
            return values
        array = values if isinstance(values, np.ndarray) else _objects(values)
        if kind == "VARCHAR":
            return array.astype(object) if array.dtype.kind in "UT" else array
        if array.dtype.kind == "O":
            empty = np.fromiter((value is None for value in array), bool, len(array))
            filled = [0 if none else value for none, value in zip(empty, array, strict=True)]
            array = np.array(filled)
            if array.dtype.kind not in "iufb":
                array = np.array(filled, dtype=_NUMPY[kind])
        else:
            empty = np.zeros(len(array), bool)
        if array.dtype.kind == "f":
            empty |= np.isnan(array)
        return np.ma.MaskedArray(array, empty) if empty.any() else array
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{fact.name}.{column}: {error}") from error


def _objects(values: Sequence[Any]) -> Any:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def from_duckdb(arrays: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    """Plain arrays: null is NaN in numbers and booleans (as float64), NaT in times, None in text.

    Sums of integers come as int64; days as datetime64[D].
    """
    return {column: _plain(values, types[column]) for column, values in arrays.items()}


def _plain(values: Any, kind: str) -> Any:
    masked = isinstance(values, np.ma.MaskedArray)
    data = values.data if masked else values
    mask = np.ma.getmaskarray(values) if masked else None
    if mask is not None and not mask.any():
        mask = None
    if kind == "DATE":
        data = data.astype("datetime64[D]")
    elif kind == "HUGEINT" and mask is None:
        data = data.astype(np.int64)
    if mask is None:
        return data
    if data.dtype.kind in "iufb":
        data = data.astype(np.float64)
        data[mask] = math.nan
    elif data.dtype.kind == "M":
        data = data.copy()
        data[mask] = np.datetime64("NaT")
    else:
        data = data.astype(object)
        data[mask] = None
    return data
