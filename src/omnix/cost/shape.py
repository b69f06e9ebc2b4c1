"""What a template makes in one environment, of what costs by being there.

Standard library only: the infrastructure reads its budget from here before it makes the template,
so what counts is kept in ``shapes.json`` and a test holds it equal to the template.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

ENVIRONMENTS = ("dev", "staging", "prod", "test")
FILE = Path(__file__).with_name("shapes.json")
_MONTH_MINUTES = 730 * 60


@dataclass(frozen=True)
class Shape:
    """Counts of resources that are paid by the month, and settings that amounts depend on.

    ``functions`` are megabytes by name; ``calls`` how often the schedules call each function in
    a month; ``counted`` are metrics that are made of logs; ``alarms`` counts metrics, as an alarm
    on several is paid for each;
    ``endpoints`` counts interface endpoints in each zone that they stand in, ``polled`` the
    queues that functions take from. Of requests, ``traces_a_second`` are traced and of the rest
    ``trace_permille``.
    """

    tables: int = 0
    recoverable: int = 0
    alarms: int = 0
    dashboards: int = 0
    detailed: int = 0
    counted: int = 0
    log_days: int = 0
    keys: int = 0
    shards: int = 0
    stream_hours: int = 24
    firewalls: int = 0
    firewall_rules: int = 0
    queues: int = 0
    secrets: int = 0
    endpoints: int = 0
    gateways: int = 0
    polled: int = 0
    trace_permille: int = 0
    traces_a_second: int = 0
    functions: Mapping[str, int] | None = None
    calls: Mapping[str, int] | None = None


@cache
def known(environment: str, network: bool = False) -> Shape:
    """The shape of the template that belongs to this version. Raises KeyError."""
    return Shape(**json.loads(FILE.read_text())[_label(environment, network)])


def _label(environment: str, network: bool) -> str:
    return f"{environment}+network" if network else environment


def shapes(template: Mapping[str, Any]) -> dict[str, Any]:
    """The content of ``shapes.json`` for a template."""
    return {
        _label(environment, network): asdict(
            shape(template, environment, {"PrivateNetwork": "true" if network else "false"})
        )
        for environment in ENVIRONMENTS
        for network in (False, True)
    }


def text(template: Mapping[str, Any]) -> str:
    """What ``FILE`` should say for a template."""
    return json.dumps(shapes(template), indent=1) + "\n"


def shape(
    template: Mapping[str, Any], environment: str, parameters: Mapping[str, str] | None = None
) -> Shape:
    """What ``template`` makes in ``environment``; other parameters are at their default."""
    made = _Evaluated(template, {"Environment": environment, **(parameters or {})})
    rules = [r for acl in made.of("AWS::WAFv2::WebACL") for r in acl["Rules"]]
    stage = made.of("AWS::ApiGateway::Stage")
    methods = len(made.of("AWS::ApiGateway::Method"))
    detailed = any(s["MethodSettings"][0].get("MetricsEnabled") for s in stage)
    streams = made.of("AWS::Kinesis::Stream")
    tables = made.of("AWS::DynamoDB::Table")
    sampled = [rule["SamplingRule"] for rule in made.of("AWS::XRay::SamplingRule")]
    return Shape(
        tables=len(tables),
        recoverable=sum(bool(_recovers(table)) for table in tables),
        alarms=sum(map(_alarm_metrics, made.of("AWS::CloudWatch::Alarm"))),
        dashboards=len(made.of("AWS::CloudWatch::Dashboard")),
        detailed=methods * _DETAILED if detailed else 0,
        counted=len(
            {
                (
                    one["MetricNamespace"] if isinstance(one["MetricNamespace"], str) else "",
                    one["MetricName"],
                )
                for log in made.of("AWS::Logs::MetricFilter")
                for one in log["MetricTransformations"]
            }
        ),
        log_days=max(
            (int(log["RetentionInDays"]) for log in made.of("AWS::Logs::LogGroup")), default=0
        ),
        keys=len(made.of("AWS::KMS::Key")),
        shards=sum(int(stream.get("ShardCount", 1)) for stream in streams),
        stream_hours=max((int(s.get("RetentionPeriodHours", 24)) for s in streams), default=24),
        firewalls=len(made.of("AWS::WAFv2::WebACL")),
        firewall_rules=len(rules),
        queues=len(made.of("AWS::SQS::Queue")),
        secrets=len(made.of("AWS::SecretsManager::Secret")),
        endpoints=sum(
            len(one["SubnetIds"])
            for one in made.of("AWS::EC2::VPCEndpoint")
            if one.get("VpcEndpointType") == "Interface"
        ),
        gateways=len(made.of("AWS::EC2::NatGateway")),
        polled=made.polled(),
        trace_permille=max((int(1000 * Decimal(str(r["FixedRate"]))) for r in sampled), default=0),
        traces_a_second=max((int(r["ReservoirSize"]) for r in sampled), default=0),
        functions=made.functions(),
        calls=made.calls(),
    )


_DETAILED = 5
"""Metrics that API Gateway keeps of each method once detailed ones are on: calls, both kinds of
error, both latencies."""


def _recovers(table: Mapping[str, Any]) -> bool:
    settings = table.get("PointInTimeRecoverySpecification") or {}
    return bool(settings.get("PointInTimeRecoveryEnabled"))


def _alarm_metrics(alarm: Mapping[str, Any]) -> int:
    return sum("MetricStat" in metric for metric in alarm.get("Metrics", ())) or 1


class _Evaluated:
    """A template with its parameters put in, as CloudFormation does."""

    def __init__(self, template: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        defaults = {
            name: given.get("Default", "") for name, given in template["Parameters"].items()
        }
        self._values = {"AWS::Region": "us-east-1", **defaults, **parameters}
        self._template = template

    def of(self, type: str) -> list[Any]:
        """Properties of all resources of a type that are made."""
        return [properties for _, properties in self._resources(type)]

    def _resources(self, type: str) -> list[tuple[str, Any]]:
        return [
            (name, self._plain(resource.get("Properties", {})))
            for name, resource in self._template["Resources"].items()
            if resource["Type"] == type
            and ("Condition" not in resource or self._holds(resource["Condition"]))
        ]

    def functions(self) -> dict[str, int]:
        return {
            name.removesuffix("Function").lower(): int(properties.get("MemorySize", 128))
            for name, properties in self._resources("AWS::Lambda::Function")
        }

    def calls(self) -> dict[str, int]:
        """Calls in a month by the regular schedules, by function."""
        counts: dict[str, int] = {}
        for rule in self.of("AWS::Events::Rule"):
            rate = re.fullmatch(r"rate\((\d+) minutes?\)", rule.get("ScheduleExpression", ""))
            for target in rule.get("Targets", ()) if rate else ():
                name = target["Arn"]["Fn::GetAtt"][0].removesuffix("Function").lower()
                counts[name] = counts.get(name, 0) + _MONTH_MINUTES // int(rate[1] if rate else 1)
        return counts

    def polled(self) -> int:
        """Queues that functions take messages from."""
        queues = {name for name, _ in self._resources("AWS::SQS::Queue")}
        sources = [one.get("EventSourceArn") for one in self.of("AWS::Lambda::EventSourceMapping")]
        return sum(
            isinstance(source, Mapping) and source.get("Fn::GetAtt", [""])[0] in queues
            for source in sources
        )

    def _holds(self, condition: str) -> bool:
        return bool(self._plain(self._template["Conditions"][condition]))

    def _plain(self, data: Any) -> Any:
        """``data`` with conditions and mappings put in; what only AWS knows stays as it is."""
        if isinstance(data, Mapping):
            if len(data) == 1:
                ((name, given),) = data.items()
                if name in _FUNCTIONS:
                    return _FUNCTIONS[name](self, given)
            return {name: self._plain(inner) for name, inner in data.items()}
        if isinstance(data, Sequence) and not isinstance(data, str):
            plain = [self._plain(inner) for inner in data]
            return [one for one in plain if one != {"Ref": "AWS::NoValue"}]
        return data

    def _ref(self, name: str) -> Any:
        return self._values.get(name, {"Ref": name})

    def _if(self, given: Sequence[Any]) -> Any:
        condition, then, otherwise = given
        return self._plain(then if self._holds(condition) else otherwise)

    def _equals(self, given: Sequence[Any]) -> bool:
        left, right = map(self._plain, given)
        return bool(left == right)

    def _find(self, given: Sequence[Any]) -> Any:
        mapping, first, second = map(self._plain, given)
        return self._template["Mappings"][mapping][first][second]


_FUNCTIONS: Mapping[str, Any] = {
    "Ref": _Evaluated._ref,
    "Condition": _Evaluated._holds,
    "Fn::If": _Evaluated._if,
    "Fn::Equals": _Evaluated._equals,
    "Fn::Not": lambda made, given: not made._plain(given[0]),
    "Fn::And": lambda made, given: all(map(made._plain, given)),
    "Fn::Or": lambda made, given: any(map(made._plain, given)),
    "Fn::FindInMap": _Evaluated._find,
}
