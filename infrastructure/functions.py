"""The Lambda functions, their layers, roles and triggers, from ``omnix.runtimes.aws.functions``.

Bundles lie in the bucket CodeBucket, named by a digest of what is in them, and the digests are
parameters: so the template stays as it is when the code changes, and a deployment without new
code changes nothing.
"""

from collections.abc import Mapping
from typing import get_args

import aws_cdk as cdk

from infrastructure.base import (
    NOTHING,
    Base,
    Data,
    allow,
    arn,
    name,
    policy,
    ref,
    setting,
    sub,
    trust,
    when,
    words,
)
from infrastructure.facts import workgroup
from infrastructure.grants import Targets, base_statements, statements
from infrastructure.messaging import FAILED_EVENTS
from infrastructure.settings import parameter
from omnix.adapters.aws.tables import TABLES
from omnix.runtimes.aws import functions as declared
from omnix.runtimes.aws.functions import (
    BUCKET_VARIABLES,
    FUNCTIONS,
    QUEUE_VARIABLES,
    EventStream,
    Every,
    Function,
    Kind,
    Queue,
    TableStream,
    table_variable,
)

RUNTIME = "python3.13"
KINDS: tuple[Kind, ...] = get_args(Kind)
CODE_PARAMETERS: Mapping[str, Mapping[str, Data]] = {
    version: parameter(description, "none", pattern="^[a-z0-9]+$")
    for version, description in {
        "CodeVersion": "Digest of the product's own code",
        **{f"{kind.capitalize()}Version": f"Digest of the {kind} layer" for kind in KINDS},
    }.items()
}
_PLACEHOLDER = '''def handle(event, context):
    """Stands in until the code is uploaded."""
    return {"statusCode": 503, "body": "No code has been deployed yet. Run deploy.sh."}
'''


def add_functions(stack: Base, targets: Targets, network: Data) -> dict[str, cdk.CfnResource]:
    """Every function by name. ``network`` is where they run in a network of their own."""
    layers = {kind: _add_layer(stack, kind) for kind in KINDS}
    return {
        function.name: _Adding(stack, function, targets, network).all(layers[function.kind])
        for function in FUNCTIONS
    }


def function_arn(of: str) -> str:
    """The ARN of the function called ``of``, which need not be there yet."""
    return arn("lambda", f"function:${{ProjectName}}-{of}-${{Environment}}")


def _add_layer(stack: Base, kind: Kind) -> cdk.CfnResource:
    return stack.add(
        f"{kind.capitalize()}Layer",
        "AWS::Lambda::LayerVersion",
        {
            "LayerName": name(kind),
            "Description": f"What {kind} functions need beside the product's own code",
            "CompatibleRuntimes": [RUNTIME],
            "CompatibleArchitectures": [ref("Architecture")],
            "Content": {
                "S3Bucket": ref("CodeBucket"),
                "S3Key": sub(f"{kind}-${{{kind.capitalize()}Version}}.zip"),
            },
        },
        condition="HasCode",
    )


class _Adding:
    """Adds one function with all that belongs to it."""

    def __init__(self, stack: Base, function: Function, targets: Targets, network: Data) -> None:
        self.stack = stack
        self.function = function
        self.targets = targets
        self.network = network
        self.id = words(function.name)

    def all(self, layer: cdk.CfnResource) -> cdk.CfnResource:
        log = self.stack.add(
            f"{self.id}Log",
            "AWS::Logs::LogGroup",
            {
                "LogGroupName": sub(
                    f"/aws/lambda/${{ProjectName}}-{self.function.name}-${{Environment}}"
                ),
                "RetentionInDays": setting("LogDays"),
                "KmsKeyId": self.targets.key.arn,
            },
            keep="Delete",
        )
        role = self._role()
        made = self._function(layer, role, log)
        for trigger in self.function.triggers:
            match trigger:
                case TableStream():
                    self._table_stream(made, trigger)
                case EventStream():
                    self._event_stream(made, trigger)
                case Queue():
                    self._queue(made, trigger)
                case Every():
                    self._every(made, trigger)
        if any(isinstance(trigger, Every) for trigger in self.function.triggers):
            self._lay_aside(made)
        return made

    def _role(self) -> cdk.CfnResource:
        given = [*base_statements(self.stack, self.function.name)]
        given += statements(self.function, self.targets)
        if any(isinstance(t, TableStream | EventStream | Every) for t in self.function.triggers):
            given.append(allow(["sqs:SendMessage"], self._failed()))
        role = self.stack.add(
            f"{self.id}Role",
            "AWS::IAM::Role",
            {
                "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
                "Description": self.function.title,
                "Policies": [{"PolicyName": "own", "PolicyDocument": policy(*given)}],
            },
        )
        self.stack.add(
            f"{self.id}Network",
            "AWS::IAM::RolePolicy",
            {
                "RoleName": role.ref,
                "PolicyName": "network",
                "PolicyDocument": policy(
                    # Lambda makes the interfaces; their ids are not known before.
                    allow(
                        [
                            "ec2:AssignPrivateIpAddresses",
                            "ec2:CreateNetworkInterface",
                            "ec2:DeleteNetworkInterface",
                            "ec2:DescribeNetworkInterfaces",
                            "ec2:DescribeSubnets",
                            "ec2:UnassignPrivateIpAddresses",
                        ],
                        "*",
                    )
                ),
            },
            condition="HasNetwork",
        )
        return role

    def _function(
        self, layer: cdk.CfnResource, role: cdk.CfnResource, log: cdk.CfnResource
    ) -> cdk.CfnResource:
        one = self.function
        properties: dict[str, Data] = {
            "FunctionName": name(one.name),
            "Description": one.title,
            "Runtime": RUNTIME,
            "Architectures": [ref("Architecture")],
            "Handler": when("HasCode", one.handler, "index.handle"),
            "Code": when(
                "HasCode",
                {"S3Bucket": ref("CodeBucket"), "S3Key": sub("omnix-${CodeVersion}.zip")},
                {"ZipFile": _PLACEHOLDER},
            ),
            "Layers": when("HasCode", [layer.ref]),
            "Role": role.get_att("Arn"),
            "MemorySize": one.memory,
            "Timeout": one.timeout,
            "EphemeralStorage": {"Size": one.ephemeral},
            "TracingConfig": {"Mode": "Active"},
            "KmsKeyArn": self.targets.key.arn,
            "LoggingConfig": {
                "LogGroup": log.ref,
                "LogFormat": "JSON",
                "ApplicationLogLevel": "INFO",
                # The lines at begin and end of each call cost more than they tell.
                "SystemLogLevel": "WARN",
            },
            "Environment": {"Variables": self._variables()},
            "VpcConfig": self.network,
        }
        if one.reserved is not None:
            properties["ReservedConcurrentExecutions"] = one.reserved
        return self.stack.add(f"{self.id}Function", "AWS::Lambda::Function", properties)

    def _variables(self) -> dict[str, Data]:
        targets = self.targets
        known: dict[str, Data] = {
            **{table_variable(table): targets.tables[table].ref for table in TABLES},
            **{v: targets.queues[queue].ref for queue, v in QUEUE_VARIABLES.items()},
            **{v: targets.buckets[bucket].ref for bucket, v in BUCKET_VARIABLES.items()},
            declared.STREAM_VARIABLE: targets.stream.ref,
            declared.KEY_VARIABLE: targets.key.arn,
            declared.LAKE_VARIABLE: name("lake"),
            declared.BUS_VARIABLE: name("bus"),
            declared.ATHENA_VARIABLE: workgroup(),
            declared.SENDER_VARIABLE: ref("MailSender"),
            declared.MODEL_VARIABLE: ref("BedrockModel"),
            declared.WEBSOCKET_VARIABLE: sub(
                "https://${LiveApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Environment}"
            ),
        }
        return {
            "STAGE": ref("Environment"),
            "PROJECT_NAME": ref("ProjectName"),
            **{variable: known[variable] for variable in self.function.variables},
        }

    def _failed(self) -> Data:
        return self.targets.queues[FAILED_EVENTS].get_att("Arn").to_string()

    def _mapping(self, of: str, function: cdk.CfnResource, properties: dict[str, Data]) -> None:
        failures = properties.pop("failures")
        self.stack.add(
            f"{self.id}{words(of)}Source",
            "AWS::Lambda::EventSourceMapping",
            {
                "FunctionName": function.ref,
                **properties,
                "FunctionResponseTypes": ["ReportBatchItemFailures"] if failures else NOTHING,
            },
        )

    def _table_stream(self, function: cdk.CfnResource, trigger: TableStream) -> None:
        self._mapping(
            trigger.table,
            function,
            {
                "EventSourceArn": self.targets.tables[trigger.table].get_att("StreamArn"),
                "StartingPosition": "TRIM_HORIZON",
                "BatchSize": trigger.batch,
                "MaximumRetryAttempts": trigger.attempts,
                "BisectBatchOnFunctionError": True,
                "DestinationConfig": {"OnFailure": {"Destination": self._failed()}},
                "FilterCriteria": {"Filters": [{"Pattern": '{"eventName":["INSERT"]}'}]},
                "failures": trigger.report_failures,
            },
        )

    def _event_stream(self, function: cdk.CfnResource, trigger: EventStream) -> None:
        self._mapping(
            trigger.stream,
            function,
            {
                "EventSourceArn": self.targets.stream.get_att("Arn"),
                "StartingPosition": "TRIM_HORIZON",
                "BatchSize": trigger.batch,
                "MaximumBatchingWindowInSeconds": trigger.window,
                "MaximumRetryAttempts": trigger.attempts,
                # One batch at a time, since consumers keep the order.
                "ParallelizationFactor": 1,
                "BisectBatchOnFunctionError": trigger.bisect,
                "DestinationConfig": {"OnFailure": {"Destination": self._failed()}},
                "failures": trigger.report_failures,
            },
        )

    def _queue(self, function: cdk.CfnResource, trigger: Queue) -> None:
        self._mapping(
            trigger.queue,
            function,
            {
                "EventSourceArn": self.targets.queues[trigger.queue].get_att("Arn"),
                "BatchSize": trigger.batch,
                "ScalingConfig": {"MaximumConcurrency": trigger.concurrency},
                "failures": trigger.report_failures,
            },
        )

    def _every(self, function: cdk.CfnResource, trigger: Every) -> None:
        unit = "minute" if trigger.minutes == 1 else "minutes"
        rule = self.stack.add(
            f"{words(trigger.name)}Schedule",
            "AWS::Events::Rule",
            {
                "Name": name(trigger.name),
                "Description": f"Calls {self.function.name}",
                "ScheduleExpression": f"rate({trigger.minutes} {unit})",
                "State": "ENABLED",
                "Targets": [
                    {
                        "Id": "function",
                        "Arn": function.get_att("Arn"),
                        "Input": self.stack.to_json_string(dict(trigger.input)),
                    }
                ],
            },
        )
        self.stack.add(
            f"{words(trigger.name)}Permission",
            "AWS::Lambda::Permission",
            {
                "FunctionName": function.ref,
                "Action": "lambda:InvokeFunction",
                "Principal": "events.amazonaws.com",
                "SourceArn": rule.get_att("Arn"),
            },
        )

    def _lay_aside(self, function: cdk.CfnResource) -> None:
        """Calls without a caller that fail three times are noted; the next tick does their work."""
        self.stack.add(
            f"{self.id}Failures",
            "AWS::Lambda::EventInvokeConfig",
            {
                "FunctionName": function.ref,
                "Qualifier": "$LATEST",
                "MaximumRetryAttempts": 2,
                "MaximumEventAgeInSeconds": 3600,
                "DestinationConfig": {"OnFailure": {"Destination": self._failed()}},
            },
        )
