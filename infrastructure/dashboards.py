"""The four dashboards: API, functions, tables, cost."""

import json
from collections.abc import Sequence
from typing import Any

from infrastructure.base import Base, name, sub, words
from omnix.adapters.aws.tables import TABLES
from omnix.runtimes.aws.functions import DEAD, EVENTS, FORECASTING, FUNCTIONS, NOTIFICATIONS

NAMES = ("api", "lambda", "dynamodb", "cost")
_WIDE, _HIGH = 12, 6
_PER_DAY = 86_400


def add_dashboards(stack: Base) -> None:
    for of, widgets in zip(NAMES, (_api(), _functions(), _tables(), _cost()), strict=True):
        for place, widget in enumerate(widgets):
            widget |= {
                "type": "metric",
                "x": place % 2 * _WIDE,
                "y": place // 2 * _HIGH,
                "width": _WIDE,
                "height": _HIGH,
            }
        stack.add(
            f"{words(of)}Dashboard",
            "AWS::CloudWatch::Dashboard",
            {
                "DashboardName": name(of),
                "DashboardBody": sub(json.dumps({"widgets": widgets}, separators=(",", ":"))),
            },
        )


def _named(of: str) -> str:
    return f"${{ProjectName}}-{of}-${{Environment}}"


def _chart(
    title: str, metrics: Sequence[Sequence[Any]], statistic: str, seconds: int = 300
) -> dict[str, Any]:
    return {
        "properties": {
            "title": title,
            "region": "${AWS::Region}",
            "stat": statistic,
            "period": seconds,
            "metrics": [list(metric) for metric in metrics],
        }
    }


def _api() -> list[dict[str, Any]]:
    own = ["ApiName", "${ProjectName}-${Environment}", "Stage", "${Environment}"]
    live = ["ApiId", "${LiveApi}", "Stage", "${Environment}"]

    def metric(of: str, **shown: str) -> list[Any]:
        return ["AWS/ApiGateway", of, *own, *([shown] if shown else [])]

    return [
        _chart("Requests", [metric("Count")], "Sum"),
        _chart("Refused and failed", [metric("4XXError"), metric("5XXError")], "Sum"),
        _chart(
            "Milliseconds",
            [metric("Latency", stat=s, label=s) for s in ("p50", "p95", "p99")],
            "p50",
        ),
        _chart(
            "Live connections and messages",
            [["AWS/ApiGateway", of, *live] for of in ("ConnectCount", "MessageCount")],
            "Sum",
        ),
    ]


def _functions() -> list[dict[str, Any]]:
    def each(of: str) -> list[list[str]]:
        return [["AWS/Lambda", of, "FunctionName", _named(f.name)] for f in FUNCTIONS]

    queues = [f"omnix-{queue}-${{Environment}}" for queue in (FORECASTING, NOTIFICATIONS, DEAD)]
    return [
        _chart("Calls", each("Invocations"), "Sum"),
        _chart("Errors", each("Errors"), "Sum"),
        _chart("Milliseconds, 95 of 100 calls below", each("Duration"), "p95"),
        _chart("At once", each("ConcurrentExecutions"), "Maximum"),
        _chart(
            "Messages waiting",
            [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", q] for q in queues],
            "Maximum",
        ),
        _chart(
            "Stream",
            [
                ["AWS/Kinesis", of, "StreamName", _named(EVENTS)]
                for of in ("IncomingRecords", "GetRecords.IteratorAgeMilliseconds")
            ],
            "Maximum",
        ),
    ]


def _tables() -> list[dict[str, Any]]:
    def each(of: str) -> list[list[str]]:
        return [["AWS/DynamoDB", of, "TableName", _named(table)] for table in TABLES]

    return [
        _chart("Read capacity", each("ConsumedReadCapacityUnits"), "Sum"),
        _chart("Write capacity", each("ConsumedWriteCapacityUnits"), "Sum"),
        _chart("Reads throttled", each("ReadThrottleEvents"), "Sum"),
        _chart("Writes throttled", each("WriteThrottleEvents"), "Sum"),
    ]


def _cost() -> list[dict[str, Any]]:
    """What the bill is made of, day by day, in units; and dollars, which Amazon keeps once."""
    spent = _chart(
        "US dollars this month",
        [["AWS/Billing", "EstimatedCharges", "Currency", "USD"]],
        "Maximum",
        21_600,
    )
    spent["properties"]["region"] = "us-east-1"
    requests = ["AWS/ApiGateway", "Count", "ApiName", "${ProjectName}-${Environment}"]
    buckets = [
        ["AWS/S3", "BucketSizeBytes", "BucketName",
         f"${{ProjectName}}-{of}-${{Environment}}-${{AWS::AccountId}}",
         "StorageType", "StandardStorage"]
        for of in ("data-lake", "static-assets", "logs")
    ]  # fmt: skip
    return [
        spent,
        _chart("Requests a day", [requests], "Sum", _PER_DAY),
        _chart(
            "Milliseconds of functions a day",
            [["AWS/Lambda", "Duration", "FunctionName", _named(f.name)] for f in FUNCTIONS],
            "Sum",
            _PER_DAY,
        ),
        _chart(
            "Units of tables a day",
            [
                ["AWS/DynamoDB", f"Consumed{kind}CapacityUnits", "TableName", _named(table)]
                for table in TABLES
                for kind in ("Read", "Write")
            ],
            "Sum",
            _PER_DAY,
        ),
        _chart("Bytes kept", buckets, "Average", _PER_DAY),
    ]
