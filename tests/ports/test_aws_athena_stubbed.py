"""What Athena tells of slow and failing queries, stubbed: the emulator has none."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

pytest.importorskip("botocore")
pytest.importorskip("sqlglot")

from botocore.stub import Stubber

from omnix.adapters.aws.athena import Athena, Failed
from omnix.adapters.aws.calls import Calls
from omnix.kit.errors import Unavailable
from ports import emulators

EXECUTION = {"QueryExecutionId": "q-1"}


def state(name: str, reason: str = "") -> dict[str, Any]:
    """What Athena tells of a query."""
    told = {"State": name, "StateChangeReason": reason, "SubmissionDateTime": datetime.now(UTC)}
    return {"QueryExecution": {"Status": told}}


@pytest.fixture
def stubbed() -> Iterator[tuple[Athena, Stubber]]:
    calls = Calls(settings=emulators.account())
    with Stubber(calls.client("athena")) as stub:
        yield Athena(calls, "facts", "facts", 0.0), stub
        stub.assert_no_pending_responses()
    calls.close()


def test_a_table_is_told_of_once_by_where_it_lies(stubbed: tuple[Athena, Stubber]) -> None:
    athena, stub = stubbed
    stub.add_client_error("get_table_metadata", "MetadataException")
    statement = (
        "CREATE EXTERNAL TABLE IF NOT EXISTS `facts`.`sales` LOCATION 's3://b/lake/sales/' "
        "TBLPROPERTIES ('table_type'='DELTA')"
    )
    context = {"Database": "facts", "Catalog": "AwsDataCatalog"}
    stub.add_response(
        "start_query_execution",
        EXECUTION,
        {"QueryString": statement, "QueryExecutionContext": context, "WorkGroup": "facts"},
    )
    done = state("SUCCEEDED")
    done["QueryExecution"]["ResultConfiguration"] = {"OutputLocation": "s3://b/a.txt"}
    stub.add_response("get_query_execution", done, EXECUTION)
    athena._known_table("sales", "s3://b/lake/sales")
    athena._known_table("sales", "s3://b/lake/sales")


def test_a_query_that_fails_is_told(stubbed: tuple[Athena, Stubber]) -> None:
    athena, stub = stubbed
    stub.add_response("start_query_execution", EXECUTION)
    stub.add_response("get_query_execution", state("FAILED", "no such column"), EXECUTION)
    with pytest.raises(Failed, match="no such column"):
        athena._run("SELECT 1")


def test_a_query_that_takes_too_long_is_stopped(stubbed: tuple[Athena, Stubber]) -> None:
    athena, stub = stubbed
    stub.add_response("start_query_execution", EXECUTION)
    stub.add_response("get_query_execution", state("RUNNING"), EXECUTION)
    stub.add_response("stop_query_execution", {}, EXECUTION)
    with pytest.raises(Unavailable, match="longer"):
        athena._run("SELECT 1")
