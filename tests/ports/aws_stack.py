"""What the infrastructure makes in an account, made by hand for tests of the adapters."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from omnix.adapters.aws.blobs import AwsBlobs
from omnix.adapters.aws.bus import AwsBus
from omnix.adapters.aws.calls import Calls
from omnix.adapters.aws.clock import AwsClock
from omnix.adapters.aws.jobs import AwsJobs
from omnix.adapters.aws.own import OUTBOX, OWN
from omnix.adapters.aws.records import AwsRecords
from omnix.adapters.aws.relay import Relay, aggregates
from omnix.adapters.aws.secrets import AwsSecrets
from omnix.adapters.aws.tables import Table, physical
from omnix.kit.declare import Collection
from omnix.ports import EventBatch, Ports
from ports import emulators


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
    await calls.call(
        "dynamodb",
        "create_table",
        TableName=table.name,
        AttributeDefinitions=[{"AttributeName": k, "AttributeType": "S"} for k in sorted(keys)],
        KeySchema=_schema(table.partition, table.sort),
        BillingMode="PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        **(
            {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}}
            if table.stream
            else {}
        ),
    )
    await calls.call(
        "dynamodb",
        "update_time_to_live",
        TableName=table.name,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": table.ttl},
    )


def _schema(partition: str, sort: str | None) -> list[dict[str, str]]:
    made = [{"AttributeName": partition, "KeyType": "HASH"}]
    return [*made, {"AttributeName": sort, "KeyType": "RANGE"}] if sort else made


async def create_rest(calls: Calls, bucket: str) -> dict[str, str]:
    """Stream, queues and bucket; the addresses of the queues by name."""
    await calls.call("kinesis", "create_stream", StreamName="events", ShardCount=1)
    await calls.call("s3", "create_bucket", Bucket=bucket)
    urls = {}
    for name in ("forecasting-queue", "notifications-queue"):
        urls[name] = (await calls.call("sqs", "create_queue", QueueName=name))["QueueUrl"]
    return urls


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
    address: str, dynamodb: str | None, collections: Sequence[Collection]
) -> AsyncIterator[Ports]:
    """All ports in an account of their own, the tables at ``dynamodb`` if that is another."""
    services = ("kinesis", "sqs", "s3", "secretsmanager")
    endpoints = dict.fromkeys(services, address)
    endpoints |= dict.fromkeys(("dynamodb", "dynamodbstreams"), dynamodb or address)
    calls = Calls(settings=emulators.account(), endpoints=endpoints)
    try:
        await create_tables(calls, collections)
        bucket = f"data-lake-{secrets.token_hex(8)}"
        queues = await create_rest(calls, bucket)
        clock = AwsClock()
        records = AwsRecords(calls, collections, clock, lambda table: table)
        bus = PumpedBus(calls, records, clock, "events")
        bus.pump = Pump(calls)
        missing: Any = None
        yield Ports(
            records=records,
            lake=missing,
            bus=bus,
            jobs=AwsJobs(
                calls,
                records,
                clock,
                queues.values(),
                lambda name: queues["forecasting-queue"],
            ),
            push=missing,
            blobs=AwsBlobs(calls, bucket),
            secrets=AwsSecrets(calls, "omnix-ai/test/"),
            clock=clock,
        )
    finally:
        calls.close()
