"""What differs between environments and deployments: parameters, mappings, conditions."""

from collections.abc import Mapping
from typing import Any

from omnix.cost import expected, spend_limit

PROJECT = "omnix-ai"
ENVIRONMENTS = ("dev", "staging", "prod", "test")
OUR_REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "ap-southeast-1")
"""Those that are documented; the template names no other region's particularities."""

_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "dev": {
        "LogDays": "14",
        "StreamHours": "24",
        "RequestsPerSecond": "50",
        "RequestBurst": "100",
        "Keep": "RetainExceptOnCreate",
        "RemoveObjects": "7",
        "TraceShare": "0.2",
    },
    "staging": {
        "LogDays": "30",
        "StreamHours": "48",
        "RequestsPerSecond": "100",
        "RequestBurst": "200",
        "Keep": "RetainExceptOnCreate",
        "RemoveObjects": "30",
        "TraceShare": "0.1",
    },
    "prod": {
        "LogDays": "90",
        "StreamHours": "168",
        "RequestsPerSecond": "500",
        "RequestBurst": "1000",
        "Keep": "RetainExceptOnCreate",
        "RemoveObjects": "90",
        "TraceShare": "0.05",
    },
    "test": {
        "LogDays": "14",
        "StreamHours": "24",
        "RequestsPerSecond": "50",
        "RequestBurst": "100",
        "Keep": "Delete",
        "RemoveObjects": "7",
        "TraceShare": "1",
    },
}
SETTINGS: Mapping[str, Mapping[str, str]] = {
    environment: {
        **settings,
        "SpendLimit": str(spend_limit(environment)),
        **{name: str(units) for name, units in expected(environment).items()},
    }
    for environment, settings in _SETTINGS.items()
}
"""``Keep`` is the deletion policy of what holds data; ``RemoveObjects`` the days until old
versions and logs of access go; ``SpendLimit`` is in US dollars a month. The last ones are the
units of the estimate, which the cost dashboard marks."""


def parameter(
    description: str, default: str = "", *, pattern: str | None = None, **more: Any
) -> dict[str, Any]:
    """A text parameter; empty switches off what it is for."""
    made: dict[str, Any] = {"Type": "String", "Description": description, "Default": default}
    if pattern is not None:
        made |= {"AllowedPattern": pattern}
    return made | more


def switch(description: str) -> dict[str, Any]:
    return parameter(description, "false", AllowedValues=["true", "false"])


PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "Environment": parameter("What this stack is for", "dev", AllowedValues=list(ENVIRONMENTS)),
    "ProjectName": parameter(
        "Begins the names of the resources", PROJECT, pattern="^[a-z][a-z0-9-]{1,19}$"
    ),
    "CodeBucket": parameter(
        "Bucket that holds the functions' bundles; without one the functions only say so",
        pattern="^$|^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
    ),
    "Architecture": parameter(
        "Processors that the bundles are built for", "arm64", AllowedValues=["arm64", "x86_64"]
    ),
    "DomainName": parameter(
        "Own name of the REST API, such as api.example.com",
        pattern="^$|^([a-z0-9-]+\\.)+[a-z]{2,}$",
    ),
    "WebDomainName": parameter(
        "Own name of the web pages, such as shop.example.com; in us-east-1 alone",
        pattern="^$|^([a-z0-9-]+\\.)+[a-z]{2,}$",
    ),
    "HostedZoneId": parameter("Route 53 zone that the own names lie in", pattern="^$|^Z[A-Z0-9]+$"),
    "AlertEmail": parameter(
        "Address that alarms are sent to", pattern="^$|^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$"
    ),
    "SpendLimit": parameter(
        "US dollars a month; beyond it an alarm. Empty takes the environment's own",
        pattern="^$|^[1-9][0-9]{0,6}$",
    ),
    "MailSender": parameter(
        "Address that mail comes from, verified in SES; without one no mail is sent",
        pattern="^$|^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$",
    ),
    "BedrockModel": parameter(
        "Language model that may be asked, by its id in Bedrock",
        pattern="^$|^[a-z0-9-]+\\.[A-Za-z0-9.:-]+$",
    ),
    "TrustedAccount": parameter(
        "Account whose principals may read the lake and the metrics", pattern="^$|^[0-9]{12}$"
    ),
    "TrustedExternalId": parameter(
        "Secret that TrustedAccount must name with each request",
        pattern="^$|^[\\w+=,.@:/-]{8,}$",
        NoEcho=True,
    ),
    "FormerKey": parameter(
        "ARN of the key of what a former stack of this name left", pattern="^$|^arn:.+:key/.+$"
    ),
    "PrivateNetwork": switch("Whether the functions run in a network of their own"),
    "ModelTraining": switch("Whether models may be trained on SageMaker"),
}


def equals(left: Any, right: Any) -> dict[str, Any]:
    return {"Fn::Equals": [left, right]}


def given(name: str) -> dict[str, Any]:
    """Whether a parameter is not empty."""
    return {"Fn::Not": [equals({"Ref": name}, "")]}


_ENVIRONMENT = {"Ref": "Environment"}

CONDITIONS: Mapping[str, Mapping[str, Any]] = {
    "IsProd": equals(_ENVIRONMENT, "prod"),
    "IsTest": equals(_ENVIRONMENT, "test"),
    "IsGuarded": {"Fn::Or": [equals(_ENVIRONMENT, "staging"), equals(_ENVIRONMENT, "prod")]},
    "MakesKey": equals({"Ref": "FormerKey"}, ""),
    "HasCode": given("CodeBucket"),
    "HasDomain": {"Fn::And": [given("DomainName"), given("HostedZoneId")]},
    "HasWebDomain": {"Fn::And": [given("WebDomainName"), given("HostedZoneId")]},
    "HasAlertEmail": given("AlertEmail"),
    "HasSpendLimit": given("SpendLimit"),
    "HasMail": given("MailSender"),
    "HasModel": given("BedrockModel"),
    "HasTrustedAccount": {"Fn::And": [given("TrustedAccount"), given("TrustedExternalId")]},
    "HasNetwork": equals({"Ref": "PrivateNetwork"}, "true"),
    "HasTraining": equals({"Ref": "ModelTraining"}, "true"),
    # Where Amazon keeps what has been spent so far.
    "HasBilling": equals({"Ref": "AWS::Region"}, "us-east-1"),
}
"""``IsGuarded`` is where a firewall stands, an event archive is kept and metrics are detailed."""

RULES: Mapping[str, Mapping[str, Any]] = {
    "DomainNeedsZone": {
        "given": given("DomainName"),
        "holds": given("HostedZoneId"),
        "otherwise": "DomainName needs HostedZoneId.",
    },
    "WebDomainNeedsZone": {
        "given": given("WebDomainName"),
        "holds": given("HostedZoneId"),
        "otherwise": "WebDomainName needs HostedZoneId.",
    },
    "WebDomainNeedsRegion": {
        "given": given("WebDomainName"),
        # CloudFront takes certificates of this region only.
        "holds": equals({"Ref": "AWS::Region"}, "us-east-1"),
        "otherwise": "WebDomainName needs a stack in us-east-1.",
    },
    "TrustNeedsExternalId": {
        "given": given("TrustedAccount"),
        "holds": given("TrustedExternalId"),
        "otherwise": "TrustedAccount needs TrustedExternalId.",
    },
}
"""What must hold before anything is made."""
