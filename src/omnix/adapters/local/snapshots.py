"""What files make up a table now, and the SELECT that reads them with the declared columns."""

import threading
from dataclasses import dataclass
from pathlib import Path

import duckdb
from deltalake import DeltaTable

from omnix.adapters.local.columns import name
from omnix.kit.declare import Fact


@dataclass(frozen=True)
class _Snapshot:
    table: DeltaTable | None
    version: int
    select: str


class Snapshots:
    """The newest snapshot of each table under ``root``, kept until the log grows."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, _Snapshot] = {}
        self._lock = threading.Lock()

    def select(self, fact: Fact, connection: duckdb.DuckDBPyConnection) -> str:
        """SQL of all rows of ``fact``, every declared column in its type; null where a file was
        written before the column was declared. No table yet means no rows.
        """
        folder = self._root / fact.name
        with self._lock:
            known = self._known.get(fact.name)
            # One look at the disk: whoever commits makes the file of the next number.
            following = 0 if known is None else known.version + 1
            if known is not None and not _log_file(folder, following).exists():
                return known.select
            if known is None or known.table is None:
                if not (folder / "_delta_log").is_dir():
                    return empty(fact)
                table = DeltaTable(str(folder))
            else:
                table = known.table
                table.update_incremental()
            select = select_files(fact, table.file_uris(), connection)
            self._known[fact.name] = _Snapshot(table, table.version(), select)
            return select


def _log_file(folder: Path, version: int) -> Path:
    return folder / "_delta_log" / f"{version:020}.json"


def empty(fact: Fact) -> str:
    """SQL of a table of ``fact`` without rows."""
    typed = ",".join(f"CAST(NULL AS {kind}) AS {name(c)}" for c, kind in fact.columns.items())
    return f"SELECT {typed} WHERE false"


def select_files(fact: Fact, files: list[str], connection: duckdb.DuckDBPyConnection) -> str:
    """SQL of all rows of ``fact`` in the Parquet ``files`` of its table, which lie as it laid
    them: what is declared and not in a file is null.
    """
    if not files:
        return empty(fact)
    listed = ",".join("'" + file.replace("'", "''") + "'" for file in sorted(files))
    kind = fact.columns[fact.partition]
    source = (
        f"read_parquet([{listed}], union_by_name=true, hive_partitioning=true, "
        f"hive_types={{{name(fact.partition)}: {kind}}})"
    )
    rows = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    present = {row[0]: row[1] for row in rows}
    typed = []
    for column, kind in fact.columns.items():
        if present.get(column) == kind:
            typed.append(name(column))
        else:
            value = name(column) if column in present else "NULL"
            typed.append(f"CAST({value} AS {kind}) AS {name(column)}")
    return f"SELECT {','.join(typed)} FROM {source}"
