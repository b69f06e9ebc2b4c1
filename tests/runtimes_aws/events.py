"""What Amazon's services send to functions, in the form that they send it."""

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ARN = "arn:aws:{}:us-east-1:000000000000:{}"
PLENTY = 60_000


@dataclass
class Context:
    """What Lambda tells a function of the call."""

    left: int = PLENTY
    aws_request_id: str = field(default_factory=lambda: secrets.token_hex(8))

    def get_remaining_time_in_millis(self) -> int:
        return self.left


def rest(
    method: str,
    path: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, list[str]] | None = None,
    stage: str = "dev",
) -> dict[str, Any]:
    """A request as API Gateway's REST proxy hands it over, its body in base64."""
    sent = {"Host": "abc.execute-api.us-east-1.amazonaws.com", "Accept": "*/*", **(headers or {})}
    raw = None
    if body is not None:
        sent.setdefault("Content-Type", "application/json")
        raw = base64.b64encode(body if isinstance(body, bytes) else json.dumps(body).encode())
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {k: v[-1] for k, v in query.items()} if query else None,
        "multiValueQueryStringParameters": dict(query) if query else None,
        "pathParameters": {"proxy": path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "/{proxy+}",
            "httpMethod": method,
            "path": f"/{stage}{path}",
            "stage": stage,
            "protocol": "HTTP/1.1",
            "requestId": secrets.token_hex(8),
            "identity": {"sourceIp": "192.0.2.7", "userAgent": "test"},
            "apiId": "abc",
        },
        "body": raw.decode() if raw is not None else None,
        "isBase64Encoded": raw is not None,
    }


def kinesis(records: Sequence[tuple[str, bytes]]) -> dict[str, Any]:
    """Records of the stream by number, as Lambda hands them over."""
    return {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": "events",
                    "sequenceNumber": number,
                    "data": base64.b64encode(data).decode(),
                    "approximateArrivalTimestamp": 1_767_225_600.0,
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": f"shardId-000000000000:{number}",
                "eventName": "aws:kinesis:record",
                "eventSourceARN": ARN.format("kinesis", "stream/events"),
            }
            for number, data in records
        ]
    }


def sqs(queue: str, messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Messages as SQS gave them, as Lambda hands them over."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": ARN.format("sqs", queue),
                "awsRegion": "us-east-1",
            }
            for message in messages
        ]
    }
