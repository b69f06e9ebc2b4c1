"""``omnix push`` and ``omnix pull`` as a person types them, with a stack on the emulator."""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

pytest.importorskip("botocore")

from moving.shops import a_shop, opened
from moving.test_local import sums
from omnix.adapters.aws.calls import Calls
from omnix.adapters.aws.own import OWN
from omnix.adapters.aws.tables import Table, physical
from omnix.cli import app, moving
from omnix.declared import COLLECTIONS
from omnix.kit.errors import Conflict, Invalid, NotFound, OmnixError
from omnix.transfer.moving.sums import Sum
from ports import emulators

pytestmark = emulators.GROUP
STACK = "omnix-ai-infrastructure-dev"


def omnix(*words: object, fails: type[OmnixError] | None = None) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if fails is None:
        assert result.exception is None, (result.output, result.exception)
    else:
        assert isinstance(result.exception, fails), result.output
        return str(result.exception)
    return result.output


def _table(table: Table) -> dict[str, Any]:
    def schema(partition: str, sort: str | None) -> list[dict[str, str]]:
        made = [{"AttributeName": partition, "KeyType": "HASH"}]
        return [*made, {"AttributeName": sort, "KeyType": "RANGE"}] if sort else made

    keys = {table.partition, *([table.sort] if table.sort else [])}
    keys |= {name for index in table.indexes for name in (index.partition, index.sort)}
    properties: dict[str, Any] = {
        "TableName": f"omnix-ai-{table.name}-dev",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": k, "AttributeType": "S"} for k in sorted(keys)],
        "KeySchema": schema(table.partition, table.sort),
    }
    if table.indexes:
        properties["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index.name,
                "KeySchema": schema(index.partition, index.sort),
                "Projection": {"ProjectionType": "ALL"},
            }
            for index in table.indexes
        ]
    return {"Type": "AWS::DynamoDB::Table", "Properties": properties}


def template(account: str, *, without: str = "") -> str:
    """What of the stack a move needs, by the names that the design gives."""
    made: dict[str, Any] = {
        f"T{number}": _table(table)
        for number, table in enumerate(physical((*COLLECTIONS, *OWN)).values())
    }
    made["Lake"] = {
        "Type": "AWS::S3::Bucket",
        "Properties": {"BucketName": f"omnix-ai-data-lake-dev-{account}"},
    }
    made["Events"] = {
        "Type": "AWS::Kinesis::Stream",
        "Properties": {"Name": "omnix-ai-events-dev", "ShardCount": 1},
    }
    for name in ("forecasting", "notifications"):
        made[name.capitalize()] = {
            "Type": "AWS::SQS::Queue",
            "Properties": {"QueueName": f"omnix-{name}-queue-dev"},
        }
    made.pop(without, None)
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": made})


@pytest.fixture(scope="module")
def ministack() -> Iterator[str]:
    with emulators.ministack() as address:
        yield address


@pytest.fixture
def account(ministack: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """Credentials of an empty account in the environment, as a person has them."""
    given = emulators.account()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", given["aws_access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", given["aws_secret_access_key"])
    monkeypatch.setenv("AWS_DEFAULT_REGION", given["region_name"])
    monkeypatch.setenv("AWS_ENDPOINT_URL", ministack)
    calls = Calls()
    yield calls
    calls.close()


def deploy(calls: Calls, *, without: str = "") -> None:
    body = template(os.environ["AWS_ACCESS_KEY_ID"], without=without)
    calls.now("cloudformation", "create_stack", StackName=STACK, TemplateBody=body)
    for _ in range(200):
        stacks = calls.now("cloudformation", "describe_stacks", StackName=STACK)["Stacks"]
        if stacks[0]["StackStatus"] == "CREATE_COMPLETE":
            return
    raise AssertionError(stacks)


def found(folder: Path) -> dict[str, Sum]:
    async def look() -> dict[str, Sum]:
        async with opened(folder) as side:
            return await sums(side)

    return asyncio.run(look())


def test_there_and_back(tmp_path: Path, account: Calls) -> None:
    here, back = a_shop(tmp_path / "here"), tmp_path / "back"
    assert "no stack" in omnix("push", "--data", here, fails=NotFound)
    deploy(account)
    shown = omnix("push", "--to", "aws", "--data", here)
    assert "Equal on both sides" in shown
    assert "signing keys" in shown
    assert "holds a shop already" in omnix("push", "--data", here, fails=Conflict)
    assert "Equal on both sides" in omnix("pull", "--data", back)
    assert found(back) == found(here)
    assert "holds a shop already" in omnix("pull", "--data", back, fails=Conflict)


def test_a_stack_that_lacks_something_is_told(tmp_path: Path, account: Calls) -> None:
    deploy(account, without="Events")
    told = omnix("push", "--data", a_shop(tmp_path / "here"), fails=NotFound)
    assert "AWS::Kinesis::Stream" in told


def test_nothing_but_aws_and_no_empty_folder(tmp_path: Path) -> None:
    assert moving.push is not None
    omnix("push", "--to", "moon", "--data", tmp_path, fails=Invalid)
    omnix("pull", "--from", "moon", "--data", tmp_path, fails=Invalid)
    omnix("push", "--data", tmp_path / "none", fails=NotFound)
