"""The WebSocket API of live updates."""

from collections.abc import Mapping

import aws_cdk as cdk

from infrastructure.api import Api, access_log, invocation
from infrastructure.base import Base, arn, name, ref, setting, sub, words
from omnix.runtimes.aws.functions import FUNCTIONS, Sockets

ROUTES = ("$connect", "$disconnect", "$default")
LOG_FIELDS = {
    "request_id": "requestId",
    "ip": "identity.sourceIp",
    "time": "requestTime",
    "event": "eventType",
    "route": "routeKey",
    "connection": "connectionId",
    "status": "status",
    "latency": "integrationLatency",
    "error": "error.message",
}
STAGE_ARN = "${LiveApi}/${Environment}"


def add_live_api(stack: Base) -> cdk.CfnResource:
    """The API alone: functions are told its address before its routes are told the functions."""
    return stack.add(
        "LiveApi",
        "AWS::ApiGatewayV2::Api",
        {
            "Name": name("live"),
            "ProtocolType": "WEBSOCKET",
            "RouteSelectionExpression": "$request.body.type",
        },
    )


def stage_arn() -> str:
    return arn("execute-api", STAGE_ARN)


def add_live_routes(
    stack: Base, api: cdk.CfnResource, rest: Api, functions: Mapping[str, cdk.CfnResource]
) -> cdk.CfnResource:
    """Every message goes to the one function; returns the stage."""
    (name,) = (f.name for f in FUNCTIONS if any(isinstance(t, Sockets) for t in f.triggers))
    function = functions[name]
    integration = stack.add(
        "LiveIntegration",
        "AWS::ApiGatewayV2::Integration",
        {
            "ApiId": api.ref,
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": invocation(function),
        },
    )
    routes = [
        stack.add(
            f"Live{words(route)}",
            "AWS::ApiGatewayV2::Route",
            {
                "ApiId": api.ref,
                "RouteKey": route,
                "AuthorizationType": "NONE",
                "Target": cdk.Fn.join("/", ["integrations", integration.ref]),
            },
        )
        for route in ROUTES
    ]
    stack.add(
        "LivePermission",
        "AWS::Lambda::Permission",
        {
            "FunctionName": function.ref,
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": arn("execute-api", STAGE_ARN + "/*"),
        },
    )
    return stack.add(
        "LiveStage",
        "AWS::ApiGatewayV2::Stage",
        {
            "ApiId": api.ref,
            "StageName": ref("Environment"),
            "AutoDeploy": True,
            "DefaultRouteSettings": {
                "ThrottlingRateLimit": setting("RequestsPerSecond"),
                "ThrottlingBurstLimit": setting("RequestBurst"),
            },
            "AccessLogSettings": {
                "DestinationArn": rest.log.get_att("Arn"),
                "Format": access_log(LOG_FIELDS),
            },
        },
        after=[rest.account, *routes],
    )


def live_url() -> str:
    return sub("wss://${LiveApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Environment}")
