"""Queries over facts that have outgrown one function: Athena reads the same Delta tables."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from omnix.adapters.aws.calls import Calls, code, refused
from omnix.kit.errors import Unavailable

PAUSE_SECONDS = 0.3


class Failed(Unavailable):
    """Athena tried, and could not."""


_MADE = ("SUCCEEDED", "FAILED", "CANCELLED")


class Athena:
    """The work group and database of these names.

    A query takes ``patience`` seconds at most; what takes longer is stopped.
    """

    def __init__(self, calls: Calls, workgroup: str, database: str, patience: float) -> None:
        self.calls = calls
        self._workgroup = workgroup
        self._database = database
        self._patience = patience
        self._known: set[str] = set()

    @contextmanager
    def answer(self, sql: str, tables: Mapping[str, str]) -> Iterator[Path]:
        """The answer as a CSV file with a header: text in quotes, null as nothing.

        ``tables`` are those that ``sql`` reads, with their addresses. Raises Failed for a query
        that Athena cannot do, Unavailable for one that takes too long.
        """
        for name, location in tables.items():
            self._known_table(name, location)
        place = self._run(sql)
        with tempfile.NamedTemporaryFile(suffix=".csv") as file:
            self._fetch(place, file)
            yield Path(file.name)

    def _known_table(self, name: str, location: str) -> None:
        """Tell Athena of a table once; its columns it reads from the table itself."""
        if name in self._known:
            return
        where = {"CatalogName": "AwsDataCatalog", "DatabaseName": self._database}
        try:
            self.calls.now("athena", "get_table_metadata", TableName=name, **where)
        except ClientError as error:
            if code(error) != "MetadataException":
                raise refused(error, "Athena cannot be used") from error
            self._run(
                f"CREATE EXTERNAL TABLE IF NOT EXISTS `{self._database}`.`{name}` "
                f"LOCATION '{location}/' TBLPROPERTIES ('table_type'='DELTA')"
            )
        self._known.add(name)

    def _run(self, sql: str) -> str:
        """``sql`` to its end; where the answer lies."""
        context = {"Database": self._database, "Catalog": "AwsDataCatalog"}
        id = self._athena(
            "start_query_execution",
            QueryString=sql,
            QueryExecutionContext=context,
            WorkGroup=self._workgroup,
        )["QueryExecutionId"]
        end = time.monotonic() + self._patience
        while True:
            execution = self._athena("get_query_execution", QueryExecutionId=id)["QueryExecution"]
            state: Mapping[str, Any] = execution["Status"]
            if state["State"] in _MADE:
                break
            if time.monotonic() >= end:
                self._athena("stop_query_execution", QueryExecutionId=id)
                raise Unavailable(f"the query takes longer than {self._patience:.0f} seconds")
            time.sleep(PAUSE_SECONDS)
        if state["State"] != "SUCCEEDED":
            reason = state.get("StateChangeReason") or state["State"].lower()
            raise Failed(f"Athena gave no answer: {reason}")
        place: str = execution["ResultConfiguration"]["OutputLocation"]
        return place

    def _fetch(self, place: str, file: IO[bytes]) -> None:
        parts = urlsplit(place)
        try:
            answer = self.calls.now(
                "s3", "get_object", Bucket=parts.netloc, Key=parts.path.lstrip("/")
            )
        except ClientError as error:
            raise refused(error, "Athena's answer cannot be read") from error
        for chunk in answer["Body"].iter_chunks(1 << 20):
            file.write(chunk)
        file.flush()

    def _athena(self, operation: str, **parameters: Any) -> dict[str, Any]:
        try:
            return self.calls.now("athena", operation, **parameters)
        except ClientError as error:
            raise refused(error, "Athena cannot be used") from error


def reading(file: Path, types: Mapping[str, str]) -> str:
    """SQL of the rows in an answer, in DuckDB's ``types`` by column."""
    columns = ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in types.items())
    return (
        f"SELECT * FROM read_csv({_text(str(file))}, auto_detect=false, header=true, delim=',', "
        f"quote='\"', escape='\"', nullstr='', allow_quoted_nulls=false, columns={{{columns}}})"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
