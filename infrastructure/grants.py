"""What a function may do, from the grants that its declaration lists. Nothing else is allowed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import aws_cdk as cdk

from infrastructure.base import Base, Data, allow, arn
from infrastructure.facts import FACTS, database
from infrastructure.security import Key
from omnix.adapters.aws.tables import Table
from omnix.runtimes.aws.functions import Function, Grant

ACTIONS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("table", "read"): ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"),
    ("table", "write"): (
        "dynamodb:BatchWriteItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:DeleteItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
    ),
    ("table", "scan"): ("dynamodb:Scan",),
    ("table", "stream"): (
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    ),
    ("queue", "send"): ("sqs:SendMessage",),
    ("queue", "consume"): (
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
    ),
    ("queue", "count"): ("sqs:GetQueueAttributes",),
    ("bucket", "read"): ("s3:GetObject",),
    ("bucket", "write"): ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"),
    ("bucket", "list"): ("s3:ListBucket",),
    ("stream", "put"): ("kinesis:PutRecord", "kinesis:PutRecords"),
    ("stream", "get"): (
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
    ),
    ("bus", "put"): ("events:PutEvents",),
    ("secret", "read"): ("secretsmanager:GetSecretValue",),
    ("secret", "write"): ("secretsmanager:CreateSecret", "secretsmanager:PutSecretValue"),
    ("function", "invoke"): ("lambda:InvokeFunction",),
    ("bucket", "locate"): ("s3:GetBucketLocation",),
    ("athena", "ask"): (
        "athena:GetQueryExecution",
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
    ),
    ("athena", "look"): ("athena:GetTableMetadata",),
    ("athena", "tell"): ("glue:CreateTable", "glue:GetDatabase", "glue:GetTable"),
    ("websocket", "manage"): ("execute-api:ManageConnections",),
}

_KEY_ACTIONS = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


@dataclass(frozen=True)
class Targets:
    """The resources that grants speak of, by the names of the design."""

    layouts: Mapping[str, Table]
    tables: Mapping[str, cdk.CfnResource]
    queues: Mapping[str, cdk.CfnResource]
    buckets: Mapping[str, cdk.CfnResource]
    stream: cdk.CfnResource
    websocket: str
    """ARN of the WebSocket API's stage."""

    key: Key
    function: Callable[[str], str]
    """The ARN of a function, which may not be there yet."""


def statements(function: Function, targets: Targets) -> list[dict[str, Data]]:
    """The function's rights to the stack's resources, and to the key that encrypts them.

    Grants of equal access to tables, or queues, make one statement: a role's policies may have
    10,240 characters in all.
    """
    together: dict[tuple[str, ...], list[Data]] = {}
    conditions: dict[tuple[str, ...], Data] = {}
    for grant in function.grants:
        for access in grant.access:
            actions = ACTIONS[grant.kind, access]
            group = (grant.kind, access)
            if access == "list":
                group = (grant.kind, access, grant.name, grant.prefix)
                conditions[group] = {"StringLike": {"s3:prefix": [f"{grant.prefix}*"]}}
            together.setdefault((*group, "\0", *actions), []).extend(
                _resources(grant, access, targets)
            )
    made = []
    for key, resources in together.items():
        cut = key.index("\0")
        given = conditions.get(key[:cut])
        made.append(allow(key[cut + 1 :], _once(resources), when=given))
    made.append(allow(_KEY_ACTIONS, targets.key.arn))
    return made


def _resources(grant: Grant, access: str, targets: Targets) -> list[Data]:
    match grant.kind:
        case "table":
            table = targets.tables[grant.name]
            own = table.get_att("Arn").to_string()
            if access == "stream":
                return [table.get_att("StreamArn").to_string()]
            if access == "read" and targets.layouts[grant.name].indexes:
                # Every index of the table: which one is asked, the code decides.
                return [own, cdk.Fn.join("", [own, "/index/*"])]
            return [own]
        case "queue":
            return [targets.queues[grant.name].get_att("Arn").to_string()]
        case "bucket":
            own = targets.buckets[grant.name].get_att("Arn").to_string()
            # All objects under the prefix: their names come with the data.
            inside = cdk.Fn.join("", [own, f"/{grant.prefix}*"])
            return [own if access in ("list", "locate") else inside]
        case "stream":
            return [targets.stream.get_att("Arn").to_string()]
        case "bus":
            return [arn("events", "event-bus/${ProjectName}-bus-${Environment}")]
        case "secret":
            # Made as they are needed, under the stack's own prefix.
            return [arn("secretsmanager", "secret:${ProjectName}/${Environment}/*")]
        case "function":
            return [targets.function(grant.name)]
        case "athena":
            return _of_athena(access)
        case "websocket":
            # Any connection of this one stage.
            return [cdk.Fn.join("", [targets.websocket, "/*/@connections/*"])]


def _of_athena(access: str) -> list[Data]:
    if access == "ask":
        return [arn("athena", f"workgroup/${{ProjectName}}-{FACTS}-${{Environment}}")]
    if access == "look":
        return [arn("athena", "datacatalog/AwsDataCatalog")]
    tables = cdk.Fn.join("", [arn("glue", "table/"), database(), "/*"])
    # Tables are told of as they come to be, in the one database.
    return [arn("glue", "catalog"), cdk.Fn.join("", [arn("glue", "database/"), database()]), tables]


def _once(resources: list[Data]) -> Data:
    unique = list({str(r): r for r in resources}.values())
    return unique[0] if len(unique) == 1 else unique


def base_statements(stack: Base, name: str) -> list[dict[str, Data]]:
    """What each function needs whatever it does: its own log, and traces."""
    return [
        allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            # Streams of its own log group.
            arn("logs", f"log-group:/aws/lambda/${{ProjectName}}-{name}-${{Environment}}:*"),
        ),
        # X-Ray knows no resources.
        allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*"),
    ]
