"""Fact tables as Delta Lake tables in S3, read by DuckDB from files kept on the local disk.

Commits are S3's conditional writes: of two writers of one version the second is refused and
tries again on top. DuckDB reads local files only, since its own reader of S3 is a download at
run time; data files never change, so each is fetched once. Facts that are too large for that are
asked by Athena, in the same queries.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
from botocore.exceptions import ClientError
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from omnix.adapters.aws.athena import Athena, Failed, reading
from omnix.adapters.aws.calls import Calls, refused
from omnix.adapters.local.lake import LocalLake
from omnix.adapters.local.snapshots import Snapshots, empty, select_files
from omnix.kit.declare import Fact
from omnix.ports import Query

_log = logging.getLogger("omnix.lake")

FETCHERS = 8
LARGEST = 2_000_000_000
"""Bytes of facts that a query may have fetched; they share the function's disk with others."""

KEPT_SECONDS = 900.0
"""How long a file that no snapshot names stays for queries that began before."""


class AwsLake(LocalLake):
    """Tables of the declared ``facts`` under ``prefix`` of ``bucket``; files kept in ``cache``.

    ``options`` are settings of the Delta library for S3 beyond what the environment says. With
    ``athena``, queries over tables of more than ``largest`` bytes together go there, but for
    those that it cannot take.
    """

    def __init__(
        self,
        calls: Calls,
        bucket: str,
        cache: Path,
        facts: Iterable[Fact],
        *,
        prefix: str = "lake/",
        options: Mapping[str, str] | None = None,
        memory: str = "2GB",
        athena: Athena | None = None,
        largest: int = LARGEST,
    ) -> None:
        super().__init__(cache / "lake", facts, memory=memory)
        self._athena = athena
        self._largest = largest
        self._uri = f"s3://{bucket}/{prefix}"
        self.options = {"aws_conditional_put": "etag", **(options or {})}
        self.calls = calls
        files = _Files(calls, bucket, prefix, cache / "lake")
        self._stored = _Snapshots(self.location, self._fresh, files)
        self._snapshots = self._stored

    def location(self, fact: Fact) -> str:
        """The address of the table of ``fact``."""
        return self._uri + fact.name

    def _execute(self, query: Query, parameters: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
        if self._athena is not None:
            facts = [self._facts[name] for name in query.reads]
            if sum(map(self._stored.size, facts)) > self._largest:
                made = self._asked(self._athena, query, parameters, facts)
                if made is not None:
                    return made
        return super()._execute(query, parameters)

    def _asked(
        self, athena: Athena, query: Query, parameters: Mapping[str, Any], facts: list[Fact]
    ) -> duckdb.DuckDBPyConnection | None:
        """Athena's answer, in the types that DuckDB's would have; None if Athena cannot."""
        from omnix.adapters.aws.dialect import Untranslatable, translated

        types = self._types(query, parameters, facts)
        tables = {fact.name: self.location(fact) for fact in facts if self._stored.size(fact)}
        try:
            nested = [name for name, kind in types.items() if not kind.isalnum()]
            if nested:
                raise Untranslatable(f"{nested[0]} is a {types[nested[0]]}")
            sql = translated(query.sql, parameters, facts, {f.name for f in facts} - tables.keys())
        except Untranslatable as error:
            _log.warning("query %s is not asked by Athena: %s", query.name, error)
            return None
        connection = self._connection()
        try:
            with athena.answer(sql, tables) as file:
                rows = reading(file, types)
                connection.execute(f"CREATE OR REPLACE TEMP TABLE _answer AS {rows}")
        except Failed as error:
            _log.error("query %s is answered here: %s", query.name, error.detail)
            return None
        return connection.execute("SELECT * FROM _answer")

    def _types(
        self, query: Query, parameters: Mapping[str, Any], facts: list[Fact]
    ) -> dict[str, str]:
        """The columns of an answer, which DuckDB tells of tables without rows."""
        with duckdb.connect() as connection:
            for fact in facts:
                connection.execute(f'CREATE TEMP VIEW "{fact.name}" AS {empty(fact)}')
            connection.execute(query.sql, dict(parameters) or None)
            return {column[0]: str(column[1]) for column in connection.description or ()}

    def _fresh(self, fact: Fact) -> DeltaTable:
        return DeltaTable(self.location(fact), storage_options=self.options)

    def _make(self, fact: Fact, data: Any) -> DeltaTable:
        return DeltaTable.create(
            self.location(fact),
            schema=data.schema,
            mode="ignore",
            partition_by=[fact.partition],
            name=fact.name,
            configuration={"delta.checkpointInterval": "50"},
            storage_options=self.options,
        )


class _Snapshots(Snapshots):
    """The newest snapshot of each table, its files on the local disk."""

    def __init__(
        self, location: Callable[[Fact], str], fresh: Callable[[Fact], DeltaTable], files: "_Files"
    ) -> None:
        self._location = location
        self._fresh = fresh
        self._files = files
        self._tables: dict[str, DeltaTable] = {}
        self._answers: dict[str, tuple[int, str]] = {}
        self._sizes: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def size(self, fact: Fact) -> int:
        """Bytes of the newest snapshot's files; 0 if there is no table yet."""
        with self._lock:
            table = self._newest(fact)
            if table is None:
                return 0
            version, known = self._sizes.get(fact.name, (-1, 0))
            if version != table.version():
                added = table.get_add_actions(flatten=True)
                known = sum(added.column("size_bytes").to_pylist())
                self._sizes[fact.name] = (table.version(), known)
            return known

    def _newest(self, fact: Fact) -> DeltaTable | None:
        table = self._tables.get(fact.name)
        if table is None:
            try:
                table = self._tables[fact.name] = self._fresh(fact)
            except TableNotFoundError:
                return None
        else:
            table.update_incremental()
        return table

    def select(self, fact: Fact, connection: duckdb.DuckDBPyConnection) -> str:
        """SQL of all rows of ``fact``; asks for the table's newest commit first."""
        with self._lock:
            table = self._newest(fact)
            if table is None:
                return select_files(fact, [], connection)
            version, known = self._answers.get(fact.name, (-1, ""))
            if version == table.version():
                return known
            root = self._location(fact) + "/"
            names = [f"{fact.name}/{uri.removeprefix(root)}" for uri in table.file_uris()]
            made = select_files(fact, self._files.present(fact.name, names), connection)
            self._answers[fact.name] = (table.version(), made)
            return made


class _Files:
    """Objects of a bucket as files, fetched when they are first asked for."""

    def __init__(self, calls: Calls, bucket: str, prefix: str, root: Path) -> None:
        self._calls = calls
        self._bucket = bucket
        self._prefix = prefix
        self._root = root
        self._superseded: dict[Path, float] = {}

    def present(self, folder: str, names: list[str]) -> list[str]:
        """Paths of the files ``names`` under ``folder``; others there go when nobody reads them."""
        paths = {name: self._root / name for name in names}
        missing = [name for name, path in paths.items() if not path.exists()]
        with ThreadPoolExecutor(FETCHERS, "omnix-lake-fetch") as pool:
            list(pool.map(self._fetch, missing))
        self._drop(self._root / folder, set(paths.values()))
        return [str(path) for path in paths.values()]

    def _fetch(self, name: str) -> None:
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}-{threading.get_ident()}")
        try:
            answer = self._calls.now(
                "s3", "get_object", Bucket=self._bucket, Key=self._prefix + name
            )
            with part.open("wb") as file:
                for chunk in answer["Body"].iter_chunks(1 << 20):
                    file.write(chunk)
        except ClientError as error:
            raise refused(error, "the lake cannot be used") from error
        part.replace(path)

    def _drop(self, folder: Path, needed: set[Path]) -> None:
        now = time.monotonic()
        for path in set(folder.rglob("*.parquet")) - needed:
            if now - self._superseded.setdefault(path, now) > KEPT_SECONDS:
                path.unlink(missing_ok=True)
                del self._superseded[path]
