"""Fact tables as Delta Lake folders, read by DuckDB."""

import asyncio
import json
import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import duckdb
from deltalake import (
    CommitProperties,
    DeltaTable,
    Schema,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import (
    CommitFailedError,
    DeltaError,
    SchemaMismatchError,
    TableNotFoundError,
)

from omnix.adapters.local import columns
from omnix.adapters.local.snapshots import Snapshots
from omnix.kit.declare import Fact
from omnix.kit.errors import Unavailable
from omnix.ports import Query

T = TypeVar("T")

_log = logging.getLogger("omnix.lake")

THREADS = 2
ATTEMPTS = 40
RETENTION_HOURS = 1
"""How long a file that no snapshot needs is kept for readers in other processes."""

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # 0: text columns are text, rather than what their first values look like.
    "pandas_analyze_sample": 0,
}


class LocalLake:
    """Tables of the declared ``facts``, a folder each under ``root``.

    Columns are of the types that ``columns.TYPES`` lists; another is a ValueError here. Work
    runs in two threads, each with its own connection, so that the event loop stays free.
    """

    def __init__(self, root: Path, facts: Iterable[Fact], *, memory: str = "2GB") -> None:
        self._facts = {fact.name: fact for fact in facts}
        for fact in self._facts.values():
            columns.check(fact)
        self._root = root
        self._snapshots = Snapshots(root)
        self._writing = {name: threading.Lock() for name in self._facts}
        self._local = threading.local()
        self._pool = ThreadPoolExecutor(THREADS, "omnix-lake")
        # Positions are looked up beside long queries: by whoever asks whether the lake is well.
        self._looking = ThreadPoolExecutor(1, "omnix-lake-look")
        spill = root.with_name("duckdb-spill")
        config = {**_SETTINGS, "memory_limit": memory, "temp_directory": str(spill)}
        self._duckdb = duckdb.connect(config=config)
        self._duckdb.execute("SET GLOBAL parquet_metadata_cache=true")
        self._closed = False

    def close(self) -> None:
        """Wait for what runs, then let go of the memory."""
        if not self._closed:
            self._closed = True
            self._pool.shutdown()
            self._looking.shutdown()
            self._duckdb.close()

    def folder(self, fact: Fact) -> Path:
        """Where the table of ``fact`` lies."""
        return self._root / fact.name

    async def append(
        self,
        fact: Fact,
        rows: Any,
        *,
        source: str | None = None,
        version: int = 0,
        after: int | None = None,
    ) -> bool:
        declared = self._facts[fact.name]
        return await self._run(lambda: self._append(declared, rows, source, version, after))

    async def position(self, fact: Fact, source: str) -> int | None:
        def work() -> int | None:
            table = self._open(fact)
            found: int | None = None if table is None else table.transaction_version(source)
            return found

        return await self._run(work, self._looking)

    async def delete(self, fact: Fact, where: Mapping[str, Any]) -> int:
        """As the port says. Raises ValueError for no condition or an unknown column."""
        predicate = _predicate(self._facts[fact.name], where)
        return await self._run(lambda: self._delete(fact, predicate))

    async def rows(self, query: Query, **parameters: Any) -> list[dict[str, Any]]:
        """As the port says; a day is a ``date``, a timestamp a ``datetime`` without zone (UTC)."""

        def work() -> list[dict[str, Any]]:
            cursor = self._execute(query, parameters)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        return await self._run(work)

    async def arrays(self, query: Query, **parameters: Any) -> dict[str, Any]:
        """As the port says; null is NaN in numbers, NaT in times and None in text."""

        def work() -> dict[str, Any]:
            cursor = self._execute(query, parameters)
            types = {column[0]: str(column[1]) for column in cursor.description or ()}
            return columns.from_duckdb(cursor.fetchnumpy(), types)

        return await self._run(work)

    async def compact(self, fact: Fact) -> None:
        def work() -> None:
            with self._writing[fact.name]:
                table = self._open(fact)
                if table is None:
                    return
                _retried(lambda: self._fresh(fact).optimize.compact(writer_properties=_writer()))
                self._fresh(fact).vacuum(
                    retention_hours=RETENTION_HOURS,
                    enforce_retention_duration=False,
                    dry_run=False,
                    full=True,
                )

        await self._run(work)

    async def _run(self, work: Callable[[], T], pool: ThreadPoolExecutor | None = None) -> T:
        if self._closed:
            raise Unavailable("the lake is closed")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool or self._pool, _translated, work)

    def _connection(self) -> duckdb.DuckDBPyConnection:
        connection: duckdb.DuckDBPyConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._duckdb.cursor()
            self._local.views = {}
        return connection

    def _execute(self, query: Query, parameters: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
        connection = self._connection()
        views: dict[str, str] = self._local.views
        for name in query.reads:
            body = self._snapshots.select(self._facts[name], connection)
            if views.get(name) != body:
                connection.execute(f"CREATE OR REPLACE TEMP VIEW {columns.name(name)} AS {body}")
                views[name] = body
        return (
            connection.execute(query.sql, dict(parameters))
            if parameters
            else (connection.execute(query.sql))
        )

    def _append(
        self, fact: Fact, rows: Any, source: str | None, version: int, after: int | None
    ) -> bool:
        data = columns.to_arrow(self._connection(), fact, rows)
        if source is None and not data.num_rows:
            return False
        transactions = [Transaction(app_id=source, version=version)] if source else []
        with self._writing[fact.name]:

            def commit() -> bool:
                table = self._open(fact) or self._make(fact, data)
                if source is not None:
                    # Looked at anew in each attempt: whoever was first may be this very source.
                    position = table.transaction_version(source)
                    if position is not None and position >= version:
                        return False
                    if after is not None and (position or 0) != after:
                        return False
                known = {field.name for field in table.schema().fields}
                write_deltalake(
                    table,
                    data,
                    mode="append",
                    schema_mode=None if known == set(fact.columns) else "merge",
                    writer_properties=_writer(),
                    commit_properties=CommitProperties(app_transactions=transactions),
                )
                return True

            return _retried(commit)

    def _delete(self, fact: Fact, predicate: str) -> int:
        with self._writing[fact.name]:

            def commit() -> int:
                table = self._open(fact)
                if table is None:
                    return 0
                known = {field.name for field in table.schema().fields}
                if not known.issuperset(fact.columns):
                    table.alter.add_columns(_missing(self._connection(), fact, known))
                metrics = table.delete(predicate, writer_properties=_writer())
                return int(metrics["num_deleted_rows"] or 0)

            return _retried(commit)

    def _open(self, fact: Fact) -> DeltaTable | None:
        try:
            return self._fresh(fact)
        except TableNotFoundError:
            return None

    def _fresh(self, fact: Fact) -> DeltaTable:
        # The library makes no difference between an absent folder and an unreadable one.
        if not (self.folder(fact) / "_delta_log").is_dir():
            raise TableNotFoundError(fact.name)
        return DeltaTable(str(self.folder(fact)))

    def _make(self, fact: Fact, data: Any) -> DeltaTable:
        self.folder(fact).mkdir(parents=True, exist_ok=True)
        return DeltaTable.create(
            str(self.folder(fact)),
            schema=data.schema,
            mode="ignore",
            partition_by=[fact.partition],
            name=fact.name,
            configuration={"delta.checkpointInterval": "50"},
        )


def _writer() -> WriterProperties:
    return WriterProperties(compression="ZSTD", compression_level=1)


def _missing(connection: duckdb.DuckDBPyConnection, fact: Fact, known: set[str]) -> Any:
    arrow = columns.to_arrow(connection, fact, {}).schema
    return [field for field in Schema.from_arrow(arrow).fields if field.name not in known]


def _retried(commit: Callable[[], T]) -> T:
    """Again after a commit that lost against another one; each attempt reads the table anew."""
    for attempt in range(ATTEMPTS):
        try:
            return commit()
        except CommitFailedError as error:
            if attempt == ATTEMPTS - 1:
                raise Unavailable("too many writers at this table") from error
            time.sleep(random.uniform(0, min(0.2, 0.005 * 2**attempt)))
    raise AssertionError


def _translated(work: Callable[[], T]) -> T:
    try:
        return work()
    except SchemaMismatchError as error:
        raise ValueError(f"the table has other columns: {error}") from error
    except (duckdb.IOException, duckdb.OutOfMemoryException, DeltaError, OSError) as error:
        # What the driver says names files, which are nobody's business behind the API.
        _log.warning("the lake cannot be used: %s", error)
        raise Unavailable("the lake cannot be used now; the log says why") from error
    except duckdb.Error as error:
        raise ValueError(f"the query cannot run: {error}") from error


def _predicate(fact: Fact, where: Mapping[str, Any]) -> str:
    if not where:
        raise ValueError("a deletion needs a condition")
    terms = []
    for column, value in where.items():
        if column not in fact.columns:
            raise ValueError(f"{fact.name} has no column {column}")
        if isinstance(value, (list, tuple, set, frozenset)):
            values = ",".join(_literal(one) for one in value)
            terms.append(f"{columns.name(column)} IN ({values})" if values else "false")
        elif value is None:
            terms.append(f"{columns.name(column)} IS NULL")
        else:
            terms.append(f"{columns.name(column)}={_literal(value)}")
    return " AND ".join(terms)


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, datetime):
        # Microseconds, as files have them: others are not compared.
        return f"CAST('{value.replace(tzinfo=None).isoformat(sep=' ')}' AS TIMESTAMP(6))"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    raise ValueError(f"cannot delete by {json.dumps(str(value))}")
