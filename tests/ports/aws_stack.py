"""What the infrastructure makes in an account, made by hand for tests of the adapters."""

import asyncio
from collections.abc import Iterable

from omnix.adapters.aws.calls import Calls
from omnix.adapters.aws.own import OWN
from omnix.adapters.aws.tables import Table, physical
from omnix.kit.declare import Collection


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
