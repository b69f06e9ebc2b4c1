"""A stack on the emulator, made by hand."""

import asyncio
import io
import secrets
import zipfile
from collections.abc import Iterator
from typing import Any

import botocore.session

from omnix.adapters.aws.calls import Calls
from omnix.adapters.aws.tables import TABLES
from omnix.declared import COLLECTIONS
from omnix.runtimes.aws.functions import (
    DEAD,
    EVENTS,
    FUNCTIONS,
    QUEUE_VARIABLES,
    Function,
    table_variable,
)
from omnix.runtimes.aws.own import BEHIND, CONNECTIONS
from ports import emulators
from ports.aws_stack import create_tables
from runtimes_aws.events import ARN


def by_name(name: str) -> Function:
    return next(function for function in FUNCTIONS if function.name == name)


class Stack:
    """Tables, queues, stream, bucket and two functions in an account of their own."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.account = emulators.account()
        self.variables = {
            "AWS_ACCESS_KEY_ID": self.account["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": self.account["aws_secret_access_key"],
            "AWS_REGION": emulators.REGION,
            "AWS_DEFAULT_REGION": emulators.REGION,
            "AWS_ENDPOINT_URL": address,
            "STAGE": "dev",
            "PROJECT_NAME": "omnix-ai",
            "DATA_LAKE_BUCKET": f"data-lake-{secrets.token_hex(8)}",
            "STATIC_ASSETS_BUCKET": "none",
            "EVENTS_STREAM": EVENTS,
            "LAKE_FUNCTION": "omnix-ai-lake-dev",
            "WEBSOCKET_URL": "",
            **{table_variable(table): table for table in TABLES},
        }
        settings = {**self.account, "endpoint_url": address}
        self.calls = Calls(settings=settings, session=botocore.session.Session())
        self._shards: dict[str, str] = {}
        self._stream: str | None = None

    def make(self) -> None:
        """Everything but the WebSocket API."""
        asyncio.run(create_tables(self.calls, [*COLLECTIONS, CONNECTIONS, BEHIND]))
        self.now("kinesis", "create_stream", StreamName=EVENTS, ShardCount=1)
        self.now("s3", "create_bucket", Bucket=self.variables["DATA_LAKE_BUCKET"])
        for name, variable in QUEUE_VARIABLES.items():
            self.variables[variable] = self._queue(name)
        self.variables["DEAD"] = self._queue(DEAD)
        self.deploy("lake")

    def _queue(self, name: str) -> str:
        url: str = self.now("sqs", "create_queue", QueueName=f"omnix-{name}-dev")["QueueUrl"]
        return url

    def deploy(self, name: str) -> str:
        """The function of this name, as the emulator runs it; its ARN."""
        function = by_name(name)
        code = io.BytesIO()
        module, handler = function.handler.rsplit(".", 1)
        with zipfile.ZipFile(code, "w") as bundle:
            bundle.writestr("main.py", f"from {module} import {handler}\n")
        arn: str = self.now(
            "lambda",
            "create_function",
            FunctionName=f"omnix-ai-{name}-dev",
            Runtime="python3.12",
            Handler=f"main.{handler}",
            Role=ARN.format("iam", "role/any"),
            Code={"ZipFile": code.getvalue()},
            Timeout=function.timeout,
            MemorySize=function.memory,
            Environment={"Variables": self.variables},
        )["FunctionArn"]
        return arn

    def open_gateway(self) -> None:
        """The WebSocket API, if there is none yet; its address becomes a variable."""
        if self.variables["WEBSOCKET_URL"]:
            return
        api = self.now(
            "apigatewayv2",
            "create_api",
            Name="live",
            ProtocolType="WEBSOCKET",
            RouteSelectionExpression="$request.body.action",
        )["ApiId"]
        self.variables["WEBSOCKET_URL"] = f"{self.address}/_aws/execute-api/{api}/dev"
        integration = self.now(
            "apigatewayv2",
            "create_integration",
            ApiId=api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=self.deploy("live"),
        )["IntegrationId"]
        for key in ("$connect", "$disconnect", "$default"):
            route = {"RouteKey": key, "Target": f"integrations/{integration}"}
            self.now("apigatewayv2", "create_route", ApiId=api, **route)
        self.now("apigatewayv2", "create_stage", ApiId=api, StageName="dev", AutoDeploy=True)

    def now(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        return self.calls.now(service, operation, **parameters)

    def outbox(self) -> dict[str, Any]:
        """What the outbox's stream tells that it did not tell before, as Lambda hands it over."""
        if not self._stream:
            table = self.now("dynamodb", "describe_table", TableName="outbox")["Table"]
            self._stream = table["LatestStreamArn"]
        about = self.now("dynamodbstreams", "describe_stream", StreamArn=self._stream)
        found: list[Any] = []
        for shard in about["StreamDescription"]["Shards"]:
            found += self._read("dynamodbstreams", shard["ShardId"], StreamArn=self._stream)
        return {"Records": found}

    def events(self) -> list[tuple[str, bytes]]:
        """What came onto the bus since this was asked before."""
        shards = self.now("kinesis", "list_shards", StreamName=EVENTS)["Shards"]
        return [
            (record["SequenceNumber"], record["Data"])
            for shard in shards
            for record in self._read("kinesis", shard["ShardId"], StreamName=EVENTS)
        ]

    def _read(self, service: str, shard: str, **where: str) -> Iterator[Any]:
        iterator = self._shards.get(f"{service} {shard}")
        if iterator is None:
            asked = {**where, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
            iterator = self.now(service, "get_shard_iterator", **asked)["ShardIterator"]
        while iterator:
            answer = self.now(service, "get_records", ShardIterator=iterator)
            iterator = answer.get("NextShardIterator") or ""
            self._shards[f"{service} {shard}"] = iterator
            yield from answer["Records"]
            if not answer["Records"]:
                return

    def messages(self, variable: str = "FORECASTING_QUEUE_URL") -> list[dict[str, Any]]:
        """Up to ten messages of a queue, now invisible to others."""
        answer = self.now(
            "sqs", "receive_message", QueueUrl=self.variables[variable], MaxNumberOfMessages=10
        )
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found
