"""What the template makes in each environment, with each optional part on and off."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from cases import CASES, OPTIONS, Template

from infrastructure.grants import ACTIONS
from infrastructure.template import FILE
from omnix.adapters.aws.own import OWN
from omnix.adapters.aws.tables import physical
from omnix.cost import estimate, expected
from omnix.cost.loads import DAYS
from omnix.declared import COLLECTIONS
from omnix.runtimes.aws.functions import FUNCTIONS, Routes

Made = Callable[..., Template]


def of_type(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: one["Properties"]
        for name, one in template["Resources"].items()
        if one["Type"] == f"AWS::{kind}"
    }


def named(template: Template, kind: str, attribute: str) -> set[str]:
    return {one[attribute] for one in of_type(template, kind).values()}


@pytest.mark.parametrize("environment", ["dev", "staging", "prod", "test"])
def test_names_are_those_that_users_know(environment: str, made: Made) -> None:
    template = made(environment)
    tables = named(template, "DynamoDB::Table", "TableName")
    assert len(tables) == 14
    assert {f"omnix-ai-{t}-{environment}" for t in ("products", "forecasts", "alerts")} <= tables
    assert f"omnix-ai-historical-data-{environment}" in tables
    buckets = named(template, "S3::Bucket", "BucketName")
    assert f"omnix-ai-data-lake-{environment}-123456789012" in buckets
    assert f"omnix-ai-static-assets-{environment}-123456789012" in buckets
    assert f"omnix-forecasting-queue-{environment}" in named(template, "SQS::Queue", "QueueName")
    logs = named(template, "Logs::LogGroup", "LogGroupName")
    assert f"/aws/apigateway/omnix-ai-{environment}" in logs
    assert f"/aws/lambda/omnix-ai-backend-{environment}" in logs
    assert f"/aws/lambda/omnix-ai-forecast-{environment}" in logs
    assert named(template, "ApiGateway::Stage", "StageName") == {environment}


def test_tables_have_the_keys_and_indexes_that_the_adapter_writes(made: Made) -> None:
    tables = of_type(made("prod"), "DynamoDB::Table")
    for table in physical((*COLLECTIONS, *OWN)).values():
        (one,) = (t for t in tables.values() if t["TableName"] == f"omnix-ai-{table.name}-prod")
        keys = [k["AttributeName"] for k in one["KeySchema"]]
        assert keys == [k for k in (table.partition, table.sort) if k]
        indexes = {i["IndexName"] for i in one.get("GlobalSecondaryIndexes", ())}
        assert indexes == {i.name for i in table.indexes}
        assert one["TimeToLiveSpecification"] == {"AttributeName": table.ttl, "Enabled": True}
        assert ("StreamSpecification" in one) == table.stream
        assert one["SSESpecification"]["SSEType"] == "KMS"


@pytest.mark.parametrize(
    ("environment", "backups", "protected", "kept", "days"),
    [
        ("dev", False, False, "RetainExceptOnCreate", "14"),
        ("staging", True, False, "RetainExceptOnCreate", "30"),
        ("prod", True, True, "RetainExceptOnCreate", "90"),
        ("test", False, False, "Delete", "14"),
    ],
)
def test_data_is_as_safe_as_its_environment_asks(
    environment: str, backups: bool, protected: bool, kept: str, days: str, made: Made
) -> None:
    template = made(environment)
    for name, table in of_type(template, "DynamoDB::Table").items():
        on = table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
        assert on is backups
        assert table["DeletionProtectionEnabled"] is protected
        assert template["Resources"][name]["DeletionPolicy"] == kept
    assert template["Resources"]["LakeBucket"]["DeletionPolicy"] == kept
    assert template["Resources"]["Key"]["DeletionPolicy"] == kept
    for log in of_type(template, "Logs::LogGroup").values():
        assert log["RetentionInDays"] == days


def test_the_queues_are_as_agreed(made: Made) -> None:
    queues = of_type(made("dev"), "SQS::Queue")
    assert queues["ForecastingQueue"]["VisibilityTimeout"] == 300
    assert "RedrivePolicy" in queues["ForecastingQueue"]
    assert queues["NotificationsQueue"]["VisibilityTimeout"] == 60
    assert "RedrivePolicy" not in queues["NotificationsQueue"]


@pytest.mark.parametrize("case", CASES)
def test_every_function_has_what_it_declares(case: str, made: Made) -> None:
    template = made(case)
    functions = of_type(template, "Lambda::Function")
    assert len(functions) == len(FUNCTIONS)
    for function in FUNCTIONS:
        one = functions[f"{function.name.capitalize()}Function"]
        assert one["FunctionName"] == f"omnix-ai-{function.name}-{case.split('-')[0]}"
        assert (one["Handler"], one["MemorySize"]) == (function.handler, function.memory)
        variables = one["Environment"]["Variables"]
        assert variables.keys() == {"STAGE", "PROJECT_NAME", *function.variables}
        assert ("VpcConfig" in one) == case.endswith("-all")


def test_a_role_allows_its_grants_and_nothing_else(made: Made) -> None:
    """Beyond them only its own log, traces, the key, and a note of what failed."""
    resources = made("prod")["Resources"]
    common = {"logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTelemetryRecords",
              "xray:PutTraceSegments"}  # fmt: skip
    for function in FUNCTIONS:
        role = resources[f"{function.name.capitalize()}Role"]["Properties"]
        (policy,) = role["Policies"]
        allowed: set[str] = set()
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            allowed |= set(statement["Action"])
        granted = {
            action for g in function.grants for a in g.access for action in ACTIONS[g.kind, a]
        }
        beyond = {a for a in allowed - granted - common if not a.startswith("kms:")}
        assert granted <= allowed, function.name
        assert beyond <= {"sqs:SendMessage"}, function.name
        assert "ManagedPolicyArns" not in role
        # The policies of a role may have 10,240 characters without spaces.
        assert len(str(policy).replace(" ", "")) < 10_000, function.name


def test_only_who_has_a_table_granted_may_touch_it(made: Made) -> None:
    role = made("dev")["Resources"]["LakeRole"]["Properties"]
    assert "dynamodb:" not in str(role)
    jobs = made("dev")["Resources"]["JobsRole"]["Properties"]
    assert "AuthTable" not in str(jobs)


def test_every_declared_path_is_a_method(made: Made) -> None:
    template = made("dev")
    parts = {n: r["PathPart"] for n, r in of_type(template, "ApiGateway::Resource").items()}
    parents = {
        n: r["ParentId"].get("Ref") for n, r in of_type(template, "ApiGateway::Resource").items()
    }

    def path(name: str | None) -> str:
        return "" if name is None else f"{path(parents[name])}/{parts[name]}"

    paths = {path(m["ResourceId"]["Ref"]) for m in of_type(template, "ApiGateway::Method").values()}
    assert paths == {
        p for f in FUNCTIONS for t in f.triggers if isinstance(t, Routes) for p in t.paths
    }


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_alarms_watch_what_was_agreed(environment: str, made: Made) -> None:
    alarms = of_type(made(environment), "CloudWatch::Alarm")
    assert (alarms["RefusalsAlarm"]["MetricName"], alarms["RefusalsAlarm"]["Threshold"]) == (
        "4XXError", 10)  # fmt: skip
    assert alarms["SlowAlarm"]["Threshold"] == 2000
    for function in FUNCTIONS:
        assert alarms[f"{function.name.capitalize()}ErrorsAlarm"]["Threshold"] == 5
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == [{"Ref": "AlertTopic"}]
    assert "SpendingAlarm" not in alarms  # its metric is in us-east-1 only


def test_what_is_laid_aside_raises_an_alarm(made: Made) -> None:
    """Whatever function lays it aside logs an error, and these add up to one metric."""
    template = made("dev")
    filters = of_type(template, "Logs::MetricFilter").values()
    assert {one["LogGroupName"]["Ref"] for one in filters} == {
        f"{function.name.capitalize()}Log" for function in FUNCTIONS
    }
    alarm = of_type(template, "CloudWatch::Alarm")["LaidAsideAlarm"]
    for one in filters:
        assert '$.level = "ERROR"' in one["FilterPattern"]
        (counted,) = one["MetricTransformations"]
        assert counted["MetricNamespace"] == alarm["Namespace"]
        assert counted["MetricName"] == alarm["MetricName"]
    assert (alarm["Threshold"], alarm["Statistic"], alarm["TreatMissingData"]) == (
        0, "Sum", "notBreaching")  # fmt: skip


def test_every_alarm_is_in_the_runbook(made: Made) -> None:
    told = (FILE.parents[1] / "docs" / "operations.md").read_text()
    for alarm in of_type(made("prod-all"), "CloudWatch::Alarm").values():
        id = alarm["AlarmName"].removeprefix("omnix-ai-").removesuffix("-prod")
        general = "<function>-" + id.rpartition("-")[2]
        assert f"| `{id}` |" in told or f"| `{general}` |" in told, id


def test_spending_has_a_limit(made: Made) -> None:
    def limit(template: Template) -> str:
        return str(template["Resources"]["Budget"]["Properties"]["Budget"]["BudgetLimit"]["Amount"])

    assert limit(made("dev")) == "100"
    given = made("dev-all")
    assert limit(given) == "321" == given["Resources"]["SpendingAlarm"]["Properties"]["Threshold"]


@pytest.mark.parametrize("environment", ["dev", "staging", "prod", "test"])
def test_what_was_used_is_shown_beside_what_was_expected(environment: str, made: Made) -> None:
    body = made(environment)["Resources"]["CostDashboard"]["Properties"]["DashboardBody"]
    marks = {}
    for widget in json.loads(body)["widgets"]:
        properties = widget["properties"]
        for mark in properties.get("annotations", {}).get("horizontal", ()):
            marks[properties["title"]] = mark["value"]
            total, *used = properties["metrics"]
            assert total[0]["id"] == "measured"
            assert all(one[-1]["visible"] is False for one in used)
    assert sorted(marks.values()) == sorted(expected(environment).values())
    units = {line.unit: Decimal(0) for line in estimate(environment).lines}
    for line in estimate(environment).lines:
        units[line.unit] += line.units
    assert marks["Requests a day"] == round(units["REST requests"] / DAYS)
    assert marks["Gigabyte-seconds of functions a day"] == round(
        units["GB-seconds on arm64"] / DAYS
    )


def test_the_gigabytes_of_each_function_count(made: Made) -> None:
    body = json.dumps(made("dev")["Resources"]["CostDashboard"]["Properties"]["DashboardBody"])
    for function in FUNCTIONS:
        assert f" * {function.memory}" in body, function.name


GUARDED = {"Firewall", "FirewallOfApi", "Trail", "BusArchive", "ThrottledTablesAlarm"}
PARTS = {
    "DomainName": {"Certificate", "Domain", "DomainPaths", "DomainRecord"},
    "WebDomainName": {"WebCertificate", "WebRecordA", "WebRecordAAAA"},
    "AlertEmail": {"AlertSubscription"},
    "MailSender": {"SendMail"},
    "BedrockModel": {"AskModel"},
    "TrustedAccount": {"Reader"},
    "PrivateNetwork": {"Network", "Subnet1", "Subnet2", "NetworkAcl", "FunctionsGroup",
                       "DynamodbGateway", "S3Gateway", "SqsEndpoint", "NetworkFlow"},
    "ModelTraining": {"Trainer", "StartTraining"},
}  # fmt: skip


def test_guards_stand_where_they_are_wanted(made: Made) -> None:
    for case in ("dev", "test"):
        assert not GUARDED & made(case)["Resources"].keys()
    for case in ("staging", "prod"):
        assert made(case)["Resources"].keys() >= GUARDED


def test_the_web_has_its_own_name_where_it_is_given(made: Made) -> None:
    def web(template: Template) -> Any:
        return template["Resources"]["Web"]["Properties"]["DistributionConfig"]

    own = web(made("dev-all"))
    assert own["Aliases"] == ["shop.example.com"]
    assert own["ViewerCertificate"]["AcmCertificateArn"] == {"Ref": "WebCertificate"}
    assert not {"Aliases", "ViewerCertificate"} & web(made("dev")).keys()


@pytest.mark.parametrize("part", PARTS)
def test_each_part_can_be_had_alone(part: str, made: Made) -> None:
    also = {
        "DomainName": "HostedZoneId",
        "WebDomainName": "HostedZoneId",
        "TrustedAccount": "TrustedExternalId",
    }.get(part)
    given = {name: OPTIONS[name] for name in (part, also) if name}
    on, off = made("dev", **given)["Resources"].keys(), made("dev")["Resources"].keys()
    assert on - off >= PARTS[part]
    assert not off - on
    for other in PARTS.keys() - {part}:
        assert not PARTS[other] & on


@pytest.mark.parametrize("case", CASES)
def test_everything_that_is_referred_to_is_there(case: str, made: Made) -> None:
    template = made(case)

    def references(data: Any) -> set[str]:
        if isinstance(data, list):
            return set().union(*map(references, data)) if data else set()
        if not isinstance(data, dict):
            return set()
        found = {data["Ref"]} if isinstance(data.get("Ref"), str) else set()
        if isinstance(data.get("Fn::GetAtt"), list):
            found |= {data["Fn::GetAtt"][0]}
        return found.union(*map(references, data.values())) if data else found

    assert references(template) <= template["Resources"].keys()


def test_nothing_is_public_and_everything_needs_tls(made: Made) -> None:
    template = made("dev")
    buckets = of_type(template, "S3::Bucket")
    policies = of_type(template, "S3::BucketPolicy")
    assert {p["Bucket"]["Ref"] for p in policies.values()} == buckets.keys()
    for bucket in buckets.values():
        assert all(bucket["PublicAccessBlockConfiguration"].values())
    for one in [*policies.values(), *of_type(template, "SQS::QueuePolicy").values()]:
        first = one["PolicyDocument"]["Statement"][0]
        assert first["Effect"] == "Deny"
        assert first["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_code_does_not_change_the_template(whole: Template) -> None:
    """Bundles are named by parameters alone."""
    versions = {name for name in whole["Parameters"] if name.endswith("Version")}
    assert {"CodeVersion", "BackendVersion", "LakeVersion"} <= versions
    for name, one in whole["Resources"].items():
        if one["Type"] == "AWS::Lambda::Function":
            assert one["Properties"]["Code"]["Fn::If"][0] == "HasCode", name
