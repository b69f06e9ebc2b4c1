"""The REST API: its routes, stage, limits and, where asked for, its own domain name."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk

from infrastructure.base import Base, Data, arn, name, policy, ref, setting, sub, trust, words
from infrastructure.security import Key
from omnix.runtimes.aws.functions import FUNCTIONS, Routes

LOG_FIELDS: Mapping[str, str] = {
    "request_id": "requestId",
    "ip": "identity.sourceIp",
    "time": "requestTime",
    "method": "httpMethod",
    "path": "path",
    "status": "status",
    "bytes": "responseLength",
    "latency": "responseLatency",
    "function_latency": "integrationLatency",
    "error": "error.message",
    "trace": "xrayTraceId",
}


@dataclass(frozen=True)
class Api:
    api: cdk.CfnResource
    stage: cdk.CfnResource
    stage_arn: str
    log: cdk.CfnResource
    account: cdk.CfnResource


def add_api(stack: Base, key: Key, functions: Mapping[str, cdk.CfnResource]) -> Api:
    """The paths that the functions declare, every method of each."""
    account = _add_account(stack)
    log = stack.add(
        "ApiLog",
        "AWS::Logs::LogGroup",
        {
            "LogGroupName": sub("/aws/apigateway/${ProjectName}-${Environment}"),
            "RetentionInDays": setting("LogDays"),
            "KmsKeyId": key.arn,
        },
        keep="Delete",
    )
    api = stack.add(
        "Api",
        "AWS::ApiGateway::RestApi",
        {
            "Name": sub("${ProjectName}-${Environment}"),
            "Description": "OMNIX AI",
            "EndpointConfiguration": {"Types": ["REGIONAL"]},
            # Bodies pass as they are, in both directions.
            "BinaryMediaTypes": ["*/*"],
            "Policy": policy(
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": "execute-api:Invoke",
                    "Resource": "execute-api:/*",
                },
                {
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": "execute-api:Invoke",
                    "Resource": "execute-api:/*",
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ),
        },
    )
    methods = _Methods(stack, api, functions).all()
    for status in ("4XX", "5XX"):
        stack.add(
            f"ApiRefusal{status}",
            "AWS::ApiGateway::GatewayResponse",
            {
                "RestApiId": api.ref,
                "ResponseType": f"DEFAULT_{status}",
                "ResponseTemplates": {
                    # As the product itself refuses.
                    "application/problem+json": (
                        '{"type":"about:blank","title":$context.error.messageString}'
                    )
                },
            },
        )
    deployment = _deployment(stack, api, methods)
    stage = stack.add(
        "ApiStage",
        "AWS::ApiGateway::Stage",
        {
            "RestApiId": api.ref,
            "DeploymentId": deployment.ref,
            "StageName": ref("Environment"),
            "TracingEnabled": True,
            "AccessLogSetting": {"DestinationArn": log.get_att("Arn"), "Format": access_log()},
            "MethodSettings": [
                {
                    "ResourcePath": "/*",
                    "HttpMethod": "*",
                    "LoggingLevel": "ERROR",
                    "DataTraceEnabled": False,
                    "MetricsEnabled": cdk.Fn.condition_if("IsGuarded", True, False),
                    "ThrottlingRateLimit": setting("RequestsPerSecond"),
                    "ThrottlingBurstLimit": setting("RequestBurst"),
                }
            ],
        },
        after=[account],
    )
    _add_plan(stack, api, stage)
    _add_domain(stack, api, stage)
    stage_arn = sub(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${Api}/stages/${ApiStage}"
    )
    return Api(api, stage, stage_arn, log, account)


def access_log(fields: Mapping[str, str] = LOG_FIELDS) -> str:
    """One JSON line for each request, of API Gateway's variables."""
    return json.dumps({field: f"$context.{variable}" for field, variable in fields.items()})


def _add_account(stack: Base) -> cdk.CfnResource:
    """Lets API Gateway write logs. The account has one such setting, so it outlives the stack."""
    role = stack.add(
        "ApiLogRole",
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": trust("apigateway.amazonaws.com"),
            "ManagedPolicyArns": [
                sub(
                    "arn:${AWS::Partition}:iam::aws:policy/service-role/"
                    "AmazonAPIGatewayPushToCloudWatchLogs"
                )
            ],
        },
        keep="Retain",
    )
    return stack.add(
        "ApiAccount",
        "AWS::ApiGateway::Account",
        {"CloudWatchRoleArn": role.get_att("Arn")},
        keep="Retain",
    )


class _Methods:
    """Resources and methods of the REST API, one resource for each part of a path."""

    def __init__(
        self, stack: Base, api: cdk.CfnResource, functions: Mapping[str, cdk.CfnResource]
    ) -> None:
        self.stack = stack
        self.api = api
        self.functions = functions
        self.resources: dict[tuple[str, ...], cdk.CfnResource] = {}
        self.validator = stack.add(
            "ApiValidator",
            "AWS::ApiGateway::RequestValidator",
            {
                "Name": "parameters",
                "RestApiId": api.ref,
                "ValidateRequestParameters": True,
                # Bodies are described in OpenAPI 3.1 and judged by the product.
                "ValidateRequestBody": False,
            },
        )

    def all(self) -> list[cdk.CfnResource]:
        made = []
        for function in FUNCTIONS:
            paths = [p for t in function.triggers if isinstance(t, Routes) for p in t.paths]
            made += [self._method(path, self.functions[function.name]) for path in paths]
            if paths:
                self.stack.add(
                    f"{words(function.name)}ApiPermission",
                    "AWS::Lambda::Permission",
                    {
                        "FunctionName": self.functions[function.name].ref,
                        "Action": "lambda:InvokeFunction",
                        "Principal": "apigateway.amazonaws.com",
                        "SourceArn": arn("execute-api", "${Api}/*/*"),
                    },
                )
        return [*self.resources.values(), *made]

    def _method(self, path: str, function: cdk.CfnResource) -> cdk.CfnResource:
        parts = tuple(path.strip("/").split("/"))
        parameters = {
            f"method.request.path.{part[1:-1].rstrip('+')}": True
            for part in parts
            if part.startswith("{")
        }
        return self.stack.add(
            f"ApiAny{_id(parts)}",
            "AWS::ApiGateway::Method",
            {
                "RestApiId": self.api.ref,
                "ResourceId": self._resource(parts).ref,
                "HttpMethod": "ANY",
                "AuthorizationType": "NONE",
                "RequestValidatorId": self.validator.ref,
                **({"RequestParameters": parameters} if parameters else {}),
                "Integration": {
                    "Type": "AWS_PROXY",
                    "IntegrationHttpMethod": "POST",
                    "Uri": invocation(function),
                },
            },
        )

    def _resource(self, parts: tuple[str, ...]) -> cdk.CfnResource:
        if parts not in self.resources:
            parent = self._resource(parts[:-1]).ref if parts[:-1] else None
            self.resources[parts] = self.stack.add(
                f"ApiPath{_id(parts)}",
                "AWS::ApiGateway::Resource",
                {
                    "RestApiId": self.api.ref,
                    "ParentId": parent or self.api.get_att("RootResourceId"),
                    "PathPart": parts[-1],
                },
            )
        return self.resources[parts]


def invocation(function: cdk.CfnResource) -> str:
    """Where API Gateway calls ``function``."""
    return cdk.Fn.join(
        "",
        [
            sub(
                "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
            ),
            function.get_att("Arn").to_string(),
            "/invocations",
        ],
    )


def _id(parts: tuple[str, ...]) -> str:
    return "".join(words(part) for part in parts)


def _deployment(
    stack: Base, api: cdk.CfnResource, methods: list[cdk.CfnResource]
) -> cdk.CfnResource:
    """A snapshot of the routes. API Gateway never renews one, so its name tells the routes."""
    routes = sorted(
        (function.name, path)
        for function in FUNCTIONS
        for trigger in function.triggers
        if isinstance(trigger, Routes)
        for path in trigger.paths
    )
    digest = hashlib.sha256(repr(routes).encode()).hexdigest()[:12]
    return stack.add(
        f"ApiDeployment{digest}",
        "AWS::ApiGateway::Deployment",
        {"RestApiId": api.ref},
        after=methods,
    )


def _add_plan(stack: Base, api: cdk.CfnResource, stage: cdk.CfnResource) -> None:
    """Partners' keys of API Gateway are counted and limited here; the product has its own keys."""
    plan = stack.add(
        "ApiPlan",
        "AWS::ApiGateway::UsagePlan",
        {
            "UsagePlanName": name("partners"),
            "ApiStages": [{"ApiId": api.ref, "Stage": stage.ref}],
            "Throttle": {"RateLimit": 25, "BurstLimit": 50},
            "Quota": {"Limit": 100_000, "Period": "DAY"},
        },
    )
    partner = stack.add(
        "ApiPartner",
        "AWS::ApiGateway::ApiKey",
        {"Name": name("partner"), "Enabled": True},
        after=[stage],
    )
    stack.add(
        "ApiPartnerPlan",
        "AWS::ApiGateway::UsagePlanKey",
        {"KeyId": partner.ref, "KeyType": "API_KEY", "UsagePlanId": plan.ref},
    )


def _add_domain(stack: Base, api: cdk.CfnResource, stage: cdk.CfnResource) -> None:
    certificate = stack.add(
        "Certificate",
        "AWS::CertificateManager::Certificate",
        {
            "DomainName": ref("DomainName"),
            "ValidationMethod": "DNS",
            "DomainValidationOptions": [
                {"DomainName": ref("DomainName"), "HostedZoneId": ref("HostedZoneId")}
            ],
        },
        condition="HasDomain",
    )
    domain = stack.add(
        "Domain",
        "AWS::ApiGateway::DomainName",
        {
            "DomainName": ref("DomainName"),
            "RegionalCertificateArn": certificate.ref,
            "EndpointConfiguration": {"Types": ["REGIONAL"]},
            "SecurityPolicy": "TLS_1_2",
        },
        condition="HasDomain",
    )
    stack.add(
        "DomainPaths",
        "AWS::ApiGateway::BasePathMapping",
        {"DomainName": domain.ref, "RestApiId": api.ref, "Stage": stage.ref},
        condition="HasDomain",
    )
    alias: dict[str, Data] = {
        "DNSName": domain.get_att("RegionalDomainName"),
        "HostedZoneId": domain.get_att("RegionalHostedZoneId"),
    }
    stack.add(
        "DomainRecord",
        "AWS::Route53::RecordSet",
        {
            "HostedZoneId": ref("HostedZoneId"),
            "Name": ref("DomainName"),
            "Type": "A",
            "AliasTarget": alias,
        },
        condition="HasDomain",
    )
