"""Whether a role's policies allow what was asked, and what each grant of a function is good for.

As IAM decides for one account and identity policies: nothing is allowed that no statement allows,
and what one denies is denied. Statements with an element that is not known here are refused.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from omnix.runtimes.aws.functions import FUNCTIONS

Policy = Mapping[str, Any]

_KNOWN = frozenset({"Effect", "Action", "Resource", "Condition", "Sid"})
_ACTIONS: Mapping[tuple[str, str], str] = {
    ("table", "read"): "dynamodb:(BatchGetItem|GetItem|Query)",
    ("table", "write"): "dynamodb:(BatchWriteItem|ConditionCheckItem|(Delete|Put|Update)Item)",
    ("table", "scan"): "dynamodb:Scan",
    ("table", "stream"): "dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)",
    ("queue", "send"): "sqs:SendMessage",
    ("queue", "consume"): "sqs:(ChangeMessageVisibility|DeleteMessage|ReceiveMessage)",
    ("queue", "count"): "sqs:GetQueueAttributes",
    ("bucket", "read"): "s3:GetObject",
    ("bucket", "write"): "s3:(AbortMultipartUpload|DeleteObject|PutObject)",
    ("bucket", "list"): "s3:ListBucket",
    ("bucket", "locate"): "s3:GetBucketLocation",
    ("stream", "put"): "kinesis:PutRecords?",
    ("stream", "get"): "kinesis:(DescribeStream.*|GetRecords|GetShardIterator|ListShards)",
    ("bus", "put"): "events:PutEvents",
    ("secret", "read"): "secretsmanager:GetSecretValue",
    ("secret", "write"): "secretsmanager:(CreateSecret|PutSecretValue)",
    ("function", "invoke"): "lambda:InvokeFunction",
    ("websocket", "manage"): "execute-api:ManageConnections",
    ("athena", "ask"): "athena:(Get|Start|Stop)QueryExecution",
    ("athena", "look"): "athena:GetTableMetadata",
    ("athena", "tell"): "glue:(CreateTable|GetDatabase|GetTable)",
}
"""What the accesses of grants are, as patterns of IAM's actions."""


@dataclass(frozen=True)
class Call:
    """What ``function`` asked for, with what conditions may look at, such as ``s3:prefix``."""

    function: str
    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()

    @property
    def keys(self) -> dict[str, str]:
        return dict(self.context)


@dataclass(frozen=True, order=True)
class Right:
    """One access of one grant of a function."""

    function: str
    kind: str
    name: str
    access: str
    prefix: str = ""

    def __str__(self) -> str:
        of = f"{self.name}/{self.prefix}" if self.prefix else self.name
        return f"{self.function}: {self.access} {self.kind} {of}".rstrip()

    def covers(self, call: Call) -> bool:
        """Whether ``call`` is what this right was given for."""
        return (
            call.function == self.function
            and re.fullmatch(_ACTIONS[self.kind, self.access], call.action) is not None
            and self._is_about(call.resource, call.keys.get("s3:prefix", ""))
        )

    def _is_about(self, resource: str, prefix: str) -> bool:
        match self.kind:
            case "table":
                named = re.search(rf":table/omnix-ai-{self.name}-\w+(/index/.+)?$", resource)
            case "queue":
                named = re.search(rf":omnix-{self.name}-\w+$", resource)
            case "bucket" if self.access in ("list", "locate"):
                named = re.search(rf":omnix-ai-{self.name}-\w+-\d+$", resource)
                return named is not None and prefix.startswith(self.prefix)
            case "bucket":
                named = re.search(rf":omnix-ai-{self.name}-\w+-\d+/{self.prefix}", resource)
            case "function":
                named = re.search(rf":function:omnix-ai-{self.name}-\w+$", resource)
            case _:
                return True
        return named is not None


def rights() -> list[Right]:
    """All that functions are granted, access by access."""
    found = {
        Right(function.name, grant.kind, grant.name, access, grant.prefix)
        for function in FUNCTIONS
        for grant in function.grants
        for access in grant.access
    }
    return sorted(found)


def calls_in(file: Path) -> Iterator[tuple[Call, bool]]:
    """What the emulator noted, and whether it allowed it."""
    for line in file.read_text().splitlines():
        one = json.loads(line)
        found = re.fullmatch(r"omnix-ai-(\w+)-\w+", one["function"])
        assert found, line
        context = tuple(sorted(one["context"].items()))
        yield Call(found[1], one["action"], one["resource"], context), one["allowed"]


def allowed(policies: Iterable[Policy], call: Call) -> bool:
    """As IAM evaluates ``policies`` for ``call``. Raises ValueError for what is not known here."""
    effects = {
        statement["Effect"]
        for policy in policies
        for statement in policy["Statement"]
        if _applies(statement, call)
    }
    return "Allow" in effects and "Deny" not in effects


def _applies(statement: Mapping[str, Any], call: Call) -> bool:
    if unknown := statement.keys() - _KNOWN:
        raise ValueError(f"statements with {unknown} are not understood")
    return (
        any(_like(call.action.lower(), each.lower()) for each in _listed(statement["Action"]))
        and any(_like(call.resource, each) for each in _listed(statement["Resource"]))
        and _hold(statement.get("Condition", {}), call.keys)
    )


def _hold(conditions: Mapping[str, Mapping[str, Any]], keys: Mapping[str, str]) -> bool:
    for operator, wanted in conditions.items():
        if operator not in ("StringLike", "StringEquals"):
            raise ValueError(f"conditions with {operator} are not understood")
        same = _like if operator == "StringLike" else str.__eq__
        for key, patterns in wanted.items():
            given = keys.get(key)
            if given is None or not any(same(given, each) for each in _listed(patterns)):
                return False
    return True


def _listed(value: Any) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


@cache
def _like(value: str, pattern: str) -> bool:
    """``*`` and ``?`` as IAM means them; brackets mean themselves."""
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def without(policy: Policy, right: Right) -> dict[str, Any]:
    """``policy`` as it would be if ``right`` had not been granted."""
    kept = []
    for statement in policy["Statement"]:
        actions, resources = _listed(statement["Action"]), _listed(statement["Resource"])
        if _is_of(right, actions, statement.get("Condition", {})):
            resources = [one for one in resources if not _names(right, one)]
        if resources:
            kept.append({**statement, "Resource": list(resources)})
    return {**policy, "Statement": kept}


def _is_of(right: Right, actions: Sequence[str], condition: Mapping[str, Any]) -> bool:
    wanted = re.compile(_ACTIONS[right.kind, right.access])
    if not any(map(wanted.fullmatch, actions)):
        return False
    prefixes = condition.get("StringLike", {}).get("s3:prefix")
    return prefixes is None or prefixes == [f"{right.prefix}*"]


def _names(right: Right, resource: str) -> bool:
    if right.kind == "table" and right.access == "stream":
        return f"table/omnix-ai-{right.name}-" in resource
    if right.kind == "bucket" and right.access not in ("list", "locate"):
        return resource.endswith(f"/{right.prefix}*")
    if right.kind in ("secret", "websocket", "stream", "bus", "athena"):
        return True
    return right._is_about(resource.replace("/index/*", ""), right.prefix)
