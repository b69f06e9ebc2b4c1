"""What the infrastructure makes in an account, made by hand for tests of the adapters."""

import asyncio
import io
import json
import secrets
import zipfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import botocore.session
from botocore.exceptions import ClientError

from omnix.adapters.aws.bus import AwsBus
from omnix.adapters.aws.calls import Calls, code
from omnix.adapters.aws.jobs import AwsJobs
from omnix.adapters.aws.lake import AwsLake
from omnix.adapters.aws.own import OUTBOX, OWN
from omnix.adapters.aws.platform import AwsPlatform, Resources
from omnix.adapters.aws.relay import Relay, aggregates
from omnix.adapters.aws.tables import Table, physical
from omnix.kit.declare import Collection, Fact
from omnix.ports import EventBatch, Ports
from ports import emulators
from ports.declared import FACTS, SALES

_SESSION = botocore.session.Session()
_NO_QUEUES = {"forecasting-queue": "", "notifications-queue": ""}
SERVICES = (
    "dynamodb",
    "dynamodbstreams",
    "kinesis",
    "sqs",
    "s3",
    "secretsmanager",
    "apigatewayv2",
    "lambda",
    "athena",
    "glue",
    "events",
    "sesv2",
    "bedrock-runtime",
)
SENDER = "shop@example.com"
MODEL = "anthropic.claude-small"


async def create_tables(calls: Calls, collections: Iterable[Collection]) -> None:
    """The tables that hold ``collections``, called as in the design; others are left out."""
    needed = (*collections, *OWN)
    tables = physical(needed)
    names = {collection.table for collection in needed}
    await asyncio.gather(*[_create(calls, tables[name]) for name in sorted(names)])


async def _create(calls: Calls, table: Table) -> None:
    keys = {table.partition, *([table.sort] if table.sort else [])}
    keys |= {name for index in table.indexes for name in (index.partition, index.sort)}
    indexes = [
        {
            "IndexName": index.name,
            "KeySchema": _schema(index.partition, index.sort),
            "Projection": {"ProjectionType": "ALL"},
        }
        for index in table.indexes
    ]
    request = {
        "TableName": table.name,
        "AttributeDefinitions": [{"AttributeName": k, "AttributeType": "S"} for k in sorted(keys)],
        "KeySchema": _schema(table.partition, table.sort),
        "BillingMode": "PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    }
    if table.stream:
        request["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    try:
        await calls.call("dynamodb", "create_table", **request)
    except ClientError as error:
        # The account is new: a first answer came too late, and the call was repeated.
        if code(error) != "ResourceInUseException":
            raise
    await calls.call(
        "dynamodb",
        "update_time_to_live",
        TableName=table.name,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": table.ttl},
    )


def _schema(partition: str, sort: str | None) -> list[dict[str, str]]:
    made = [{"AttributeName": partition, "KeyType": "HASH"}]
    return [*made, {"AttributeName": sort, "KeyType": "RANGE"}] if sort else made


_OUT_OF_THE_SANDBOX = {
    "MailType": "TRANSACTIONAL",
    "WebsiteURL": "https://shop.example",
    "ProductionAccessEnabled": True,
}


async def create_rest(calls: Calls, bucket: str) -> dict[str, str]:
    """Queues, bucket and sender of mail; the addresses of the queues by name."""
    await calls.call("s3", "create_bucket", Bucket=bucket)
    await calls.call("sesv2", "create_email_identity", EmailIdentity=SENDER)
    await calls.call("sesv2", "put_account_details", **_OUT_OF_THE_SANDBOX)
    urls = {}
    for name in ("forecasting-queue", "notifications-queue"):
        urls[name] = (await calls.call("sqs", "create_queue", QueueName=name))["QueueUrl"]
    return urls


async def create_websocket(calls: Calls, address: str) -> str:
    """A WebSocket API whose stage tells every client the name of its connection; its address."""

    async def gateway(operation: str, **parameters: Any) -> dict[str, Any]:
        return await calls.call("apigatewayv2", operation, **parameters)

    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as bundle:
        bundle.writestr("main.py", _ECHO)
    function = await calls.call(
        "lambda",
        "create_function",
        FunctionName="name",
        Runtime="python3.12",
        Handler="main.handle",
        Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": code.getvalue()},
    )
    api = (
        await gateway(
            "create_api",
            Name="live",
            ProtocolType="WEBSOCKET",
            RouteSelectionExpression="$request.body.action",
        )
    )["ApiId"]
    integration = (
        await gateway(
            "create_integration",
            ApiId=api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=function["FunctionArn"],
        )
    )["IntegrationId"]
    await gateway(
        "create_route",
        ApiId=api,
        RouteKey="$default",
        Target=f"integrations/{integration}",
        RouteResponseSelectionExpression="$default",
    )
    await gateway("create_stage", ApiId=api, StageName="test", AutoDeploy=True)
    return f"{address}/_aws/execute-api/{api}/test"


_ECHO = """
def handle(event, context):
    return {"statusCode": 200, "body": event["requestContext"]["connectionId"]}
"""


class Pump:
    """Hands the outbox's stream to a relay, as Lambda does."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._iterators: dict[str, str | None] = {}
        self._arn = ""

    async def __call__(self, relay: Relay) -> None:
        async def streams(operation: str, **parameters: Any) -> dict[str, Any]:
            return await self._calls.call("dynamodbstreams", operation, **parameters)

        if not self._arn:
            table = await self._calls.call("dynamodb", "describe_table", TableName=OUTBOX.table)
            self._arn = table["Table"]["LatestStreamArn"]
        shards = (await streams("describe_stream", StreamArn=self._arn))["StreamDescription"]
        for shard in shards["Shards"]:
            if shard["ShardId"] not in self._iterators:
                self._iterators[shard["ShardId"]] = (
                    await streams(
                        "get_shard_iterator",
                        StreamArn=self._arn,
                        ShardId=shard["ShardId"],
                        ShardIteratorType="TRIM_HORIZON",
                    )
                )["ShardIterator"]
        for shard_id, iterator in self._iterators.items():
            while iterator is not None:
                answer = await streams("get_records", ShardIterator=iterator)
                iterator = self._iterators[shard_id] = answer.get("NextShardIterator")
                if not answer["Records"]:
                    break
                await relay.relay(aggregates(answer["Records"]))


class Idle(Pump):
    """A stream that tells of nothing."""

    def __init__(self) -> None:
        pass

    async def __call__(self, relay: Relay) -> None:
        pass


class DiedError(Exception):
    """In place of a process that ends."""


class DyingRelay(Relay):
    """Ends at a step of finishing its batch: before it puts, marks, or clears."""

    def __init__(self, like: Relay, step: str) -> None:
        vars(self).update(vars(like))
        self._step = step

    async def _put(self, events: Sequence[Mapping[str, Any]]) -> None:
        if self._step == "put":
            raise DiedError
        await super()._put(events)

    async def _mark(self, *batch: Any) -> None:
        if self._step == "mark":
            raise DiedError
        await super()._mark(*batch)
        raise DiedError


class PumpedBus(AwsBus):
    """A bus whose outbox is relayed whenever somebody looks."""

    pump: Pump

    async def read(self, consumer: str, types: Sequence[str], limit: int = 500) -> EventBatch:
        await self.pump(self.relay)
        return await super().read(consumer, types, limit)

    async def end(self, stream: str = "0") -> int:
        await self.pump(self.relay)
        return await super().end(stream)


@asynccontextmanager
async def opened(
    address: str,
    dynamodb: str | None,
    collections: Sequence[Collection],
    facts: Sequence[Fact] = (),
    cache: Path = Path("unused"),
    *,
    rest: bool = True,
    websocket: bool = False,
) -> AsyncIterator[Ports]:
    """All ports in an account of their own, the tables at ``dynamodb`` if that is another.

    Without ``rest`` only records and bus have what they need, without ``websocket`` push has not.
    """
    endpoints = dict.fromkeys(SERVICES, address)
    endpoints |= dict.fromkeys(("dynamodb", "dynamodbstreams"), dynamodb or address)
    account = emulators.account()
    calls = Calls(settings=account, endpoints=endpoints, session=_SESSION)
    bucket = f"data-lake-{secrets.token_hex(8)}"
    options = {
        "aws_endpoint_url": address,
        "aws_allow_http": "true",
        "aws_access_key_id": account["aws_access_key_id"],
        "aws_secret_access_key": account["aws_secret_access_key"],
        "aws_region": account["region_name"],
    }
    lake = AwsLake(calls, bucket, cache, facts, options=options)
    try:
        await create_tables(calls, collections)
        await calls.call("kinesis", "create_stream", StreamName="events", ShardCount=1)
        resources = Resources(
            tables={name: name for name in physical(collections)},
            queues=await create_rest(calls, bucket) if rest else _NO_QUEUES,
            bucket=bucket,
            stream="events",
            secrets="omnix-ai/test/",
            sender=SENDER,
            model=MODEL,
            websocket=await create_websocket(calls, address) if websocket else address,
        )
        platform = AwsPlatform(resources, collections, (), lake, calls=calls)
        bus = PumpedBus(calls, platform.records, platform.clock, resources.stream)
        bus.pump = Pump(calls)
        platform.bus = bus
        yield platform.ports
    finally:
        lake.close()
        calls.close()


def another(lake: AwsLake, cache: Path) -> AwsLake:
    """A lake of the same bucket that shares nothing else with ``lake``."""
    bucket = lake.location(SALES).removeprefix("s3://").partition("/")[0]
    return AwsLake(lake.calls, bucket, cache, FACTS, options=lake.options)


async def dead_letter_queue(jobs: AwsJobs, name: str, attempts: int) -> str:
    """Where messages of the queue of ``name`` go after ``attempts`` deliveries; its address."""
    address: str = (await jobs.calls.call("sqs", "create_queue", QueueName="dead"))["QueueUrl"]
    answer = await jobs.calls.call(
        "sqs", "get_queue_attributes", QueueUrl=address, AttributeNames=["QueueArn"]
    )
    policy = {
        "deadLetterTargetArn": answer["Attributes"]["QueueArn"],
        "maxReceiveCount": str(attempts),
    }
    await jobs.calls.call(
        "sqs",
        "set_queue_attributes",
        QueueUrl=jobs.queue(name),
        Attributes={"RedrivePolicy": json.dumps(policy)},
    )
    return address
