"""The four dashboards: API, functions, tables, cost."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import aws_cdk as cdk

from infrastructure.base import Base, name, setting, words
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
                "DashboardBody": _body(widgets),
            },
        )


def _body(widgets: list[dict[str, Any]]) -> str:
    """The widgets as JSON; what the environment's mapping says stands in it as a number."""
    text = json.dumps({"widgets": widgets}, separators=(",", ":"))
    numbers = {of: setting(of) for of in _EXPECTED if f'"${{{of}}}"' in text}
    for of in numbers:
        text = text.replace(f'"${{{of}}}"', f"${{{of}}}")
    return cdk.Fn.sub(text, numbers or None)


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
    """What was used each day beside what the bill was computed for; and dollars, which Amazon
    keeps once.
    """
    spent = _chart(
        "US dollars this month",
        [["AWS/Billing", "EstimatedCharges", "Currency", "USD"]],
        "Maximum",
        21_600,
    )
    spent["properties"]["region"] = "us-east-1"
    requests = ["AWS/ApiGateway", "Count", "ApiName", "${ProjectName}-${Environment}"]
    busy = {
        f"f{n}": (["AWS/Lambda", "Duration", "FunctionName", _named(f.name)], f.memory)
        for n, f in enumerate(FUNCTIONS)
    }
    gigabyte_seconds = " + ".join(f"{id} * {memory}" for id, (_, memory) in busy.items())
    buckets = [
        ["AWS/S3", "BucketSizeBytes", "BucketName",
         f"${{ProjectName}}-{of}-${{Environment}}-${{AWS::AccountId}}",
         "StorageType", storage]
        for of, storage in (
            ("data-lake", "StandardStorage"),
            # Where facts of months ago come to lie.
            ("data-lake", "IntelligentTieringFAStorage"),
            ("data-lake", "IntelligentTieringIAStorage"),
            ("static-assets", "StandardStorage"),
            ("logs", "StandardStorage"),
        )
    ]  # fmt: skip
    logs = [
        ["AWS/Logs", "IncomingBytes", "LogGroupName", group]
        for group in (
            "/aws/apigateway/${ProjectName}-${Environment}",
            *(f"/aws/lambda/{_named(f.name)}" for f in FUNCTIONS),
        )
    ]
    return [
        spent,
        _against("Requests a day", "RequestsADay", [requests]),
        _against(
            "Gigabyte-seconds of functions a day",
            "GigabyteSecondsADay",
            [metric for metric, _ in busy.values()],
            f"({gigabyte_seconds}) / {1024 * 1000}",
            ids=busy,
        ),
        *[
            _against(
                f"{kind} units of tables a day",
                f"{kind}UnitsADay",
                [
                    ["AWS/DynamoDB", f"Consumed{kind}CapacityUnits", "TableName", _named(table)]
                    for table in TABLES
                ],
            )
            for kind in ("Read", "Write")
        ],
        _against(
            "Records of the stream a day",
            "RecordsADay",
            [["AWS/Kinesis", "IncomingRecords", "StreamName", _named(EVENTS)]],
        ),
        _against("Bytes of logs a day", "LogBytesADay", logs),
        _against("Bytes kept in buckets", "BytesKept", buckets, statistic="Average"),
    ]


_EXPECTED = (
    "RequestsADay", "GigabyteSecondsADay", "ReadUnitsADay", "WriteUnitsADay", "RecordsADay",
    "LogBytesADay", "BytesKept",
)  # fmt: skip
"""Settings of an environment: the units that its bill was computed for."""


def _against(
    title: str,
    expected: str,
    metrics: Sequence[Sequence[Any]],
    expression: str = "SUM(METRICS())",
    *,
    ids: Iterable[str] | None = None,
    statistic: str = "Sum",
) -> dict[str, Any]:
    """All of ``metrics`` as one line, under a mark at what the estimate expects."""
    named = ids or (f"m{n}" for n in range(len(metrics)))
    hidden = [
        [*metric, {"id": id, "visible": False}] for id, metric in zip(named, metrics, strict=True)
    ]
    total = [{"expression": expression, "label": "measured", "id": "measured"}]
    made = _chart(title, [total, *hidden], statistic, _PER_DAY)
    mark = {"label": "expected at the stated load", "value": f"${{{expected}}}"}
    made["properties"]["annotations"] = {"horizontal": [mark]}
    made["properties"]["yAxis"] = {"left": {"min": 0}}
    return made
