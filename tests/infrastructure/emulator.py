"""Starts the emulator of AWS with what the stack needs and ministack 1.5.33 does not know.

``.venv-emulator/bin/python tests/infrastructure/emulator.py`` listens on GATEWAY_PORT (4566) of
127.0.0.1. Types of resources that it refuses in a template are handed to its own services where
it has one, and otherwise noted and nothing more; what only templates can show is listed in
docs/operations.md.

With ``AUTH=true`` it asks IAM about each call, and appends what each function asked for and was
told to the file AUDIT, one JSON object a line, each different one once.
"""

import contextlib
import json
import os
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

Properties = Mapping[str, Any]
Made = tuple[str, dict[str, Any]]

NOTED = (
    "AWS::XRay::Group",
    "AWS::XRay::SamplingRule",
    "AWS::WAFv2::LoggingConfiguration",
    "AWS::EC2::FlowLog",
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::NetworkAclEntry",
    "AWS::EC2::SubnetNetworkAclAssociation",
)
"""Nothing happens for these; a template that asks for them is taken."""


CONTEXT = frozenset({"s3:prefix", "ses:FromAddress"})
"""What our conditions look at."""

TRANSPORT = "aws:securetransport"
_sender: ContextVar[str] = ContextVar("_sender", default="")


def extend(handlers: dict[str, dict[str, Callable[..., Any]]]) -> None:
    """Add to ministack's ``handlers`` of CloudFormation by type of resource."""
    for kind in NOTED:
        handlers.setdefault(kind, {"create": _noted, "delete": lambda *_: None})
    handlers["AWS::Budgets::Budget"] = {"create": _budget, "delete": _forget("budgets", "_budgets")}
    handlers["AWS::CloudTrail::Trail"] = {
        "create": _trail,
        "delete": _forget("cloudtrail", "_trails"),
    }
    handlers["AWS::Events::Archive"] = {
        "create": _archive,
        "delete": _forget("eventbridge", "_archives"),
    }
    handlers["AWS::WAFv2::WebACLAssociation"] = {
        "create": _association,
        "delete": _forget("waf", "_associations"),
    }
    table = handlers["AWS::DynamoDB::Table"]
    table["create"] = _with_settings(table["create"])


def _service(name: str) -> Any:
    return getattr(__import__(f"ministack.services.{name}").services, name)


def _asked(answer: Any) -> dict[str, Any]:
    """What a service answered. Raises ValueError for a refusal, which fails the stack."""
    status, _, body = answer
    text = body.decode() if isinstance(body, bytes) else body
    if status >= 400:
        raise ValueError(text)
    parsed: dict[str, Any] = json.loads(text or "{}")
    return parsed


def _forget(service: str, kept: str) -> Callable[..., None]:
    return lambda physical, *_: getattr(_service(service), kept).pop(physical, None)


def _noted(logical: str, properties: Properties, stack: str) -> Made:
    name = f"{stack}-{logical}-{uuid.uuid4().hex[:8]}"
    return name, {"Id": name, "Arn": f"arn:aws:noted:us-east-1:000000000000:{name}"}


def _budget(logical: str, properties: Properties, stack: str) -> Made:
    budget = dict(properties["Budget"])
    limit = budget["BudgetLimit"]
    budget["BudgetLimit"] = {"Amount": str(limit["Amount"]), "Unit": limit["Unit"]}
    told = [
        {**one, "Notification": {**one["Notification"], "Threshold": 100.0}}
        for one in properties["NotificationsWithSubscribers"]
    ]
    _asked(
        _service("budgets")._create_budget({"Budget": budget, "NotificationsWithSubscribers": told})
    )
    return budget["BudgetName"], {}


def _trail(logical: str, properties: Properties, stack: str) -> Made:
    name = properties["TrailName"]
    wanted = {"Name": name, "S3BucketName": properties["S3BucketName"], "IsMultiRegionTrail": True}
    return name, {"Arn": _asked(_service("cloudtrail")._create_trail(wanted))["TrailARN"]}


def _archive(logical: str, properties: Properties, stack: str) -> Made:
    name = properties["ArchiveName"]
    wanted = {
        "ArchiveName": name,
        "EventSourceArn": properties["SourceArn"],
        "RetentionDays": int(properties["RetentionDays"]),
    }
    return name, {"Arn": _asked(_service("eventbridge")._create_archive(wanted))["ArchiveArn"]}


def _association(logical: str, properties: Properties, stack: str) -> Made:
    _asked(_service("waf")._associate_web_acl(dict(properties)))
    return properties["ResourceArn"], {}


def _with_settings(create: Callable[..., Made]) -> Callable[..., Made]:
    """A table's time to live and key, which its own handler leaves out."""

    def made(logical: str, properties: Properties, stack: str) -> Made:
        name, attributes = create(logical, properties, stack)
        dynamodb = _service("dynamodb")
        living = properties["TimeToLiveSpecification"]
        dynamodb._update_ttl(
            {
                "TableName": name,
                "TimeToLiveSpecification": {
                    "AttributeName": living["AttributeName"],
                    "Enabled": str(living["Enabled"]).lower() == "true",
                },
            }
        )
        wanted = properties["SSESpecification"]
        dynamodb._tables[name]["SSEDescription"] = dynamodb._sse_description_from_spec(
            {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": wanted["KMSMasterKeyId"]}
        )
        return name, attributes

    return made


def without_mathematics(record: Callable[..., Any]) -> Callable[..., Any]:
    """An alarm on a computed metric as one on the first metric that it is computed from."""

    def made(name: str, properties: Properties) -> Any:
        if properties.get("Metrics"):
            first = next(m["MetricStat"] for m in properties["Metrics"] if "MetricStat" in m)
            properties = {
                **{k: v for k, v in properties.items() if k != "Metrics"},
                **first["Metric"],
                "Period": first["Period"],
                "Statistic": first["Stat"],
            }
        return record(name, properties)

    return made


def audited(enforce: Callable[..., Any], file: Path) -> Callable[..., Any]:
    """``enforce``, which also notes what functions ask for; None from it is leave to do so."""
    known: set[str] = set()

    def asked(access_key: str, action: str, service: str, region: str, **about: Any) -> Any:
        refusal = enforce(access_key, action, service, region, **about)
        session = _service("sts")._sessions.get(access_key)
        if session is None:
            return refusal
        context = {k: v for k, v in (about.get("service_context") or {}).items() if k in CONTEXT}
        line = json.dumps(
            {
                "function": session["Arn"].rpartition("/")[2],
                "action": action,
                "resource": about.get("resource_arn", "*"),
                "context": context,
                "allowed": refusal is None,
            }
        )
        if not file.exists():
            # It was taken away, to see what comes from now on.
            known.clear()
        if line not in known:
            known.add(line)
            with file.open("a") as notes:
                notes.write(line + "\n")
        return refusal

    return asked


def about_what(enforce: Callable[..., Any]) -> Callable[..., Any]:
    """``enforce`` with the resources of two calls that ministack takes to be about anything: the
    stream that an iterator reads, and the identity that mail comes from.
    """

    def asked(access_key: str, action: str, service: str, region: str, **about: Any) -> Any:
        if action == "kinesis:GetRecords" and about.get("resource_arn") == "*":
            (stream,) = _service("kinesis")._streams.values()
            about["resource_arn"] = stream["StreamARN"]
        elif action == "ses:SendEmail":
            sender = _sender.get()
            about["resource_arn"] = f"arn:aws:ses:{region}:000000000000:identity/{sender}"
            about["service_context"] = {"ses:FromAddress": sender}
        return enforce(access_key, action, service, region, **about)

    return asked


def with_sender(enforce: Callable[..., Any]) -> Callable[..., Any]:
    """ministack's look at a call of SES, which keeps whom mail comes from for ``about_what``."""

    def looked(method: str, path: str, headers: Any, body: bytes, *more: Any) -> Any:
        with contextlib.suppress(ValueError, AttributeError):
            _sender.set(json.loads(body).get("FromEmailAddress", ""))
        return enforce(method, path, headers, body, *more)

    return looked


def behind_tls(resolve: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    """Conditions on the transport are taken to hold: nobody but this machine can listen."""
    return lambda key, about: "true" if key.lower() == TRANSPORT else resolve(key, about)


def main() -> None:
    for name, value in (
        ("BIND_HOST", "127.0.0.1"),
        ("IOT_MTLS_ENABLED", "0"),
        ("LOG_LEVEL", "WARNING"),
    ):
        os.environ.setdefault(name, value)
    from ministack import app
    from ministack.core import iam_evaluator
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import provisioners

    # Libraries built for this machine's processors are larger than those for Amazon's.
    lambda_svc._UNZIPPED_LIMIT_BYTES = 2 * 262_144_000

    extend(provisioners._RESOURCE_HANDLERS)
    # Its look at names ahead of time takes a bucket that is taken over for somebody else's.
    provisioners.s3_bucket_name_conflict = lambda *_: None
    provisioners._cw_metric_alarm_record = without_mathematics(provisioners._cw_metric_alarm_record)
    iam_evaluator._resolve_condition_key = behind_tls(iam_evaluator._resolve_condition_key)
    enforce = iam_evaluator.enforce
    if "AUDIT" in os.environ:
        enforce = audited(enforce, Path(os.environ["AUDIT"]))
    iam_evaluator.enforce = about_what(enforce)
    app._enforce_ses_v2 = with_sender(app._enforce_ses_v2)
    app.main()


if __name__ == "__main__":
    main()
