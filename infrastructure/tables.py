"""The DynamoDB tables, from what the domains and the adapters declare."""

import aws_cdk as cdk

from infrastructure.base import Base, Data, name, when, words
from infrastructure.security import Key
from omnix.adapters.aws.own import OWN
from omnix.adapters.aws.tables import Table, physical
from omnix.declared import COLLECTIONS


def add_tables(stack: Base, key: Key) -> dict[str, cdk.CfnResource]:
    """Every table, by the name it has in the design."""
    return {
        table.name: _add(stack, table, key) for table in physical((*COLLECTIONS, *OWN)).values()
    }


def _add(stack: Base, table: Table, key: Key) -> cdk.CfnResource:
    attributes = {table.partition, *([table.sort] if table.sort else [])}
    for index in table.indexes:
        attributes |= {index.partition, index.sort}
    properties: dict[str, Data] = {
        "TableName": name(table.name),
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": attribute, "AttributeType": "S"} for attribute in sorted(attributes)
        ],
        "KeySchema": _schema(table.partition, table.sort),
        "TimeToLiveSpecification": {"AttributeName": table.ttl, "Enabled": True},
        "SSESpecification": {
            "SSEEnabled": True,
            "SSEType": "KMS",
            "KMSMasterKeyId": key.arn,
        },
        "PointInTimeRecoverySpecification": {
            "PointInTimeRecoveryEnabled": when("IsGuarded", True, False)
        },
        "DeletionProtectionEnabled": when("IsProd", True, False),
    }
    if table.indexes:
        properties["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index.name,
                "KeySchema": _schema(index.partition, index.sort),
                "Projection": {"ProjectionType": "ALL"},
            }
            for index in table.indexes
        ]
    if table.stream:
        properties["StreamSpecification"] = {"StreamViewType": "NEW_IMAGE"}
    return stack.add(f"{words(table.name)}Table", "AWS::DynamoDB::Table", properties, keep="data")


def _schema(partition: str, sort: str | None) -> list[Data]:
    made = [{"AttributeName": partition, "KeyType": "HASH"}]
    return [*made, {"AttributeName": sort, "KeyType": "RANGE"}] if sort else made
