"""Writes columns as a Parquet file."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import numpy as np


def write(file: Path, columns: Mapping[str, np.ndarray]) -> None:
    """One row an entry; text as VARCHAR, numbers as they are."""
    connection = duckdb.connect()
    parts, values = [], {}
    for name, column in columns.items():
        if column.dtype.kind == "U":
            # Strings are slow one by one: each distinct one is handed over once.
            distinct, code = np.unique(column, return_inverse=True)
            connection.execute(
                f'create table "t_{name}" as select unnest(?::varchar[]) as text, '
                f"unnest(range({len(distinct)})) as code",
                [distinct.tolist()],
            )
            values[name] = code.astype(np.int64)
        else:
            values[name] = column
        parts.append(name)
    connection.register("given", values)
    chosen = ", ".join(
        f'"t_{n}".text as "{n}"' if columns[n].dtype.kind == "U" else f'given."{n}"' for n in parts
    )
    joined = "".join(
        f' join "t_{n}" on "t_{n}".code = given."{n}"'
        for n in parts
        if columns[n].dtype.kind == "U"
    )
    target = str(file).replace("'", "''")
    connection.execute(f"copy (select {chosen} from given{joined}) to '{target}' (format parquet)")
