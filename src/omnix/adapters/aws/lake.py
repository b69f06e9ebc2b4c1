"""Fact tables as Delta Lake tables in S3, read by DuckDB from files kept on the local disk.

Commits are S3's conditional writes: of two writers of one version the second is refused and
tries again on top. DuckDB reads local files only, since its own reader of S3 is a download at
run time; data files never change, so each is fetched once.
"""

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

from omnix.adapters.aws.calls import Calls, refused
from omnix.adapters.local.lake import LocalLake
from omnix.adapters.local.snapshots import Snapshots, select_files
from omnix.kit.declare import Fact

FETCHERS = 8
KEPT_SECONDS = 900.0
"""How long a file that no snapshot names stays for queries that began before."""


class AwsLake(LocalLake):
    """Tables of the declared ``facts`` under ``prefix`` of ``bucket``; files kept in ``cache``.

    ``options`` are settings of the Delta library for S3 beyond what the environment says.
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
    ) -> None:
        super().__init__(cache / "lake", facts, memory=memory)
        self._uri = f"s3://{bucket}/{prefix}"
        self.options = {"aws_conditional_put": "etag", **(options or {})}
        self.calls = calls
        files = _Files(calls, bucket, prefix, cache / "lake")
        self._snapshots = _Snapshots(self.location, self._fresh, files)

    def location(self, fact: Fact) -> str:
        """The address of the table of ``fact``."""
        return self._uri + fact.name

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
        self._lock = threading.Lock()

    def select(self, fact: Fact, connection: duckdb.DuckDBPyConnection) -> str:
        """SQL of all rows of ``fact``; asks for the table's newest commit first."""
        with self._lock:
            table = self._tables.get(fact.name)
            if table is None:
                try:
                    table = self._tables[fact.name] = self._fresh(fact)
                except TableNotFoundError:
                    return select_files(fact, [], connection)
            else:
                table.update_incremental()
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
