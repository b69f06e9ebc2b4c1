"""Alarms, the budget, traces. Each alarm is explained in docs/operations.md."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import aws_cdk as cdk

from infrastructure.base import Base, Data, name, ref, setting, sub, when, words
from infrastructure.messaging import FAILED_EVENTS, Messaging
from omnix.runtimes.aws.functions import DEAD, FORECASTING, FUNCTIONS, EventStream, TableStream

ERRORS = "ErrorLines"
BUSY_TABLES = ("orders", "inventory", "outbox", "system")
"""Where a shop writes most; an alarm adds up ten metrics at most."""


@dataclass(frozen=True)
class Alarm:
    """An alarm on one metric: above ``above`` in ``periods`` periods of ``seconds`` each."""

    id: str
    why: str
    namespace: str
    metric: str
    dimensions: Mapping[str, Data]
    statistic: str
    above: float
    seconds: int = 300
    periods: int = 1
    condition: str | None = None


@dataclass(frozen=True)
class Share:
    """An alarm on a sum of metrics, or on what is computed from them."""

    id: str
    why: str
    expression: str
    metrics: Mapping[str, tuple[str, str, Mapping[str, Data]]] = field(default_factory=dict)
    above: float = 0
    condition: str | None = None


def alarms(messaging: Messaging) -> list[Alarm | Share]:
    api = {"ApiName": sub("${ProjectName}-${Environment}"), "Stage": ref("Environment")}
    gateway = "AWS/ApiGateway"
    made: list[Alarm | Share] = [
        Alarm(
            "refusals",
            "More than 10 requests refused in 5 minutes",
            gateway,
            "4XXError",
            api,
            "Sum",
            10,
        ),
        Alarm("failures", "Requests failed on our side", gateway, "5XXError", api, "Sum", 0),
        Alarm(
            "slow",
            "Requests take more than 2 seconds on average",
            gateway,
            "Latency",
            api,
            "Average",
            2000,
        ),
    ]
    for function in FUNCTIONS:
        own = {"FunctionName": name(function.name)}
        made.append(
            Share(
                f"{function.name}-errors",
                f"More than 5 % of the calls of {function.name} fail",
                "IF(calls > 0, 100 * errors / calls, 0)",
                {
                    "errors": ("AWS/Lambda", "Errors", own),
                    "calls": ("AWS/Lambda", "Invocations", own),
                },
                5,
            )
        )
        if any(isinstance(t, TableStream | EventStream) for t in function.triggers):
            made.append(
                Alarm(
                    f"{function.name}-behind",
                    f"{function.name} is 5 minutes behind its stream",
                    "AWS/Lambda",
                    "IteratorAge",
                    own,
                    "Maximum",
                    300_000,
                )
            )
    made.append(
        Share(
            "throttled-functions",
            "Lambda refuses calls because too many run at once",
            " + ".join(f"m{n}" for n in range(len(FUNCTIONS))),
            {
                f"m{n}": ("AWS/Lambda", "Throttles", {"FunctionName": name(function.name)})
                for n, function in enumerate(FUNCTIONS)
            },
            condition="IsGuarded",
        )
    )
    for queue, id in ((DEAD, "dead-letters"), (FAILED_EVENTS, "failed-events")):
        made.append(
            Alarm(
                id,
                f"Messages stay in {queue}",
                "AWS/SQS",
                "ApproximateNumberOfMessagesVisible",
                _queue(messaging, queue),
                "Maximum",
                0,
                # The function that reads the dead letters has a quarter of an hour.
                periods=3,
            )
        )
    made.append(
        Alarm(
            "jobs-waiting",
            "A job has waited for 30 minutes",
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage",
            _queue(messaging, FORECASTING),
            "Maximum",
            1800,
        )
    )
    made.append(
        Share(
            "throttled-tables",
            "DynamoDB refuses requests because a key is asked for too often",
            " + ".join(f"{kind}{n}" for n in range(len(BUSY_TABLES)) for kind in ("r", "w")),
            {
                f"{kind[0].lower()}{n}": (
                    "AWS/DynamoDB",
                    f"{kind}ThrottleEvents",
                    {"TableName": name(table)},
                )
                for n, table in enumerate(BUSY_TABLES)
                for kind in ("Read", "Write")
            },
            condition="IsGuarded",
        )
    )
    made.append(
        Alarm(
            "laid-aside",
            "Something failed for good and was laid aside",
            _errors_namespace(),
            ERRORS,
            {},
            "Sum",
            0,
        )
    )
    made.append(
        Alarm(
            "spending",
            "More was spent this month than was planned",
            "AWS/Billing",
            "EstimatedCharges",
            {"Currency": "USD"},
            "Maximum",
            0,
            seconds=21_600,
            condition="HasBilling",
        )
    )
    return made


def _errors_namespace() -> str:
    return name("errors")


def _add_errors(stack: Base) -> None:
    """Count what the functions log as errors: events, messages and jobs that were laid aside, and
    whatever else nobody comes back to. As one metric, since each is paid for.
    """
    for function in FUNCTIONS:
        stack.add(
            f"{words(function.name)}Errors",
            "AWS::Logs::MetricFilter",
            {
                "LogGroupName": stack.find(f"{words(function.name)}Log").ref,
                "FilterPattern": '{ $.level = "ERROR" || $.level = "CRITICAL" }',
                "MetricTransformations": [
                    {
                        "MetricNamespace": _errors_namespace(),
                        "MetricName": ERRORS,
                        "MetricValue": "1",
                        "Unit": "Count",
                    }
                ],
            },
        )


def _queue(messaging: Messaging, of: str) -> Mapping[str, Data]:
    return {"QueueName": messaging.queues[of].get_att("QueueName")}


def spend_limit() -> Data:
    return when("HasSpendLimit", ref("SpendLimit"), setting("SpendLimit"))


def add_observability(stack: Base, messaging: Messaging) -> list[str]:
    """Everything that watches; returns the ids of the alarms."""
    made = alarms(messaging)
    for alarm in made:
        _add_alarm(stack, alarm, messaging.topic)
    _add_errors(stack)
    _add_budget(stack, messaging.topic)
    _add_traces(stack)
    return [alarm.id for alarm in made]


def _add_alarm(stack: Base, alarm: Alarm | Share, topic: cdk.CfnResource) -> None:
    properties: dict[str, Data] = {
        "AlarmName": name(alarm.id),
        "AlarmDescription": f"{alarm.why}. See docs/operations.md, {alarm.id}.",
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": spend_limit() if alarm.id == "spending" else alarm.above,
        "TreatMissingData": "notBreaching",
        "AlarmActions": [topic.ref],
        "OKActions": [topic.ref],
    }
    if isinstance(alarm, Alarm):
        properties |= {
            "Namespace": alarm.namespace,
            "MetricName": alarm.metric,
            "Dimensions": _dimensions(alarm.dimensions),
            "Statistic": alarm.statistic,
            "Period": alarm.seconds,
            "EvaluationPeriods": alarm.periods,
        }
    else:
        properties |= {
            "EvaluationPeriods": 1,
            "Metrics": [
                {"Id": "result", "Expression": alarm.expression, "ReturnData": True},
                *[
                    {
                        "Id": id,
                        "ReturnData": False,
                        "MetricStat": {
                            "Stat": "Sum",
                            "Period": 300,
                            "Metric": {
                                "Namespace": namespace,
                                "MetricName": metric,
                                "Dimensions": _dimensions(dimensions),
                            },
                        },
                    }
                    for id, (namespace, metric, dimensions) in alarm.metrics.items()
                ],
            ],
        }
    stack.add(
        f"{words(alarm.id)}Alarm",
        "AWS::CloudWatch::Alarm",
        properties,
        condition=alarm.condition,
    )


def _dimensions(given: Mapping[str, Data]) -> list[Data]:
    return [{"Name": key, "Value": value} for key, value in given.items()]


def _add_budget(stack: Base, topic: cdk.CfnResource) -> None:
    """Tells when the month's spending is past the limit, and before, when it will be."""
    stack.add(
        "Budget",
        "AWS::Budgets::Budget",
        {
            "Budget": {
                "BudgetName": sub("${ProjectName}-${Environment}"),
                "BudgetType": "COST",
                "TimeUnit": "MONTHLY",
                "BudgetLimit": {"Amount": spend_limit(), "Unit": "USD"},
            },
            "NotificationsWithSubscribers": [
                {
                    "Notification": {
                        "NotificationType": kind,
                        "ComparisonOperator": "GREATER_THAN",
                        "Threshold": 100,
                        "ThresholdType": "PERCENTAGE",
                    },
                    "Subscribers": [{"SubscriptionType": "SNS", "Address": topic.ref}],
                }
                for kind in ("ACTUAL", "FORECASTED")
            ],
        },
    )


def _add_traces(stack: Base) -> None:
    stack.add(
        "Traces",
        "AWS::XRay::Group",
        {
            "GroupName": sub("${ProjectName}-${Environment}"),
            "FilterExpression": sub('service(begins_with("${ProjectName}-"))'),
        },
    )
    stack.add(
        "TraceSampling",
        "AWS::XRay::SamplingRule",
        {
            "SamplingRule": {
                "RuleName": sub("${ProjectName}-${Environment}"),
                "Version": 1,
                "Priority": 1000,
                # One a second, and of the others a share.
                "ReservoirSize": 1,
                "FixedRate": setting("TraceShare"),
                "ServiceName": sub("${ProjectName}-${Environment}*"),
                "ServiceType": "*",
                "Host": "*",
                "HTTPMethod": "*",
                "URLPath": "*",
                "ResourceARN": "*",
            }
        },
    )
