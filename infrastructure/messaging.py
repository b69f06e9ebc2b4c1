"""Queues, the stream of events, the topic of alarms, the bus for other systems."""

from dataclasses import dataclass

import aws_cdk as cdk

from infrastructure.base import Base, Data, name, policy, ref, setting, sub, words
from omnix.runtimes.aws.functions import DEAD, EVENTS, FORECASTING, NOTIFICATIONS

FAILED_EVENTS = "failed-events"
"""Where Lambda lays notes of batches and calls that failed to the end."""

DELIVERIES = 5
"""Times that SQS delivers a message which nobody finishes. The product counts its own attempts
and lays aside what fails; this is for functions that die.
"""


@dataclass(frozen=True)
class Messaging:
    queues: dict[str, cdk.CfnResource]
    stream: cdk.CfnResource
    topic: cdk.CfnResource


def add_messaging(stack: Base, key: cdk.CfnResource) -> Messaging:
    queues = {}
    queues[DEAD] = _queue(stack, DEAD, 300, days=14)
    queues[FORECASTING] = _queue(stack, FORECASTING, 300, dead=queues[DEAD])
    queues[NOTIFICATIONS] = _queue(stack, NOTIFICATIONS, 60)
    queues[FAILED_EVENTS] = _queue(stack, FAILED_EVENTS, 300, days=14)
    stream = stack.add(
        "EventStream",
        "AWS::Kinesis::Stream",
        {
            "Name": name(EVENTS),
            # One shard keeps all events in one order.
            "ShardCount": 1,
            "RetentionPeriodHours": setting("StreamHours"),
            "StreamEncryption": {"EncryptionType": "KMS", "KeyId": key.get_att("Arn")},
        },
    )
    topic = _add_topic(stack, key)
    _add_bus(stack)
    return Messaging(queues, stream, topic)


def _queue(
    stack: Base, of: str, visibility: int, *, days: int = 4, dead: cdk.CfnResource | None = None
) -> cdk.CfnResource:
    properties: dict[str, Data] = {
        "QueueName": sub(f"omnix-{of}-${{Environment}}"),
        "VisibilityTimeout": visibility,
        "MessageRetentionPeriod": days * 86_400,
        "SqsManagedSseEnabled": True,
    }
    if dead is not None:
        properties["RedrivePolicy"] = {
            "deadLetterTargetArn": dead.get_att("Arn"),
            "maxReceiveCount": DELIVERIES,
        }
    queue = stack.add(words(of), "AWS::SQS::Queue", properties)
    stack.add(
        f"{words(of)}Policy",
        "AWS::SQS::QueuePolicy",
        {
            "Queues": [queue.ref],
            "PolicyDocument": policy(
                {
                    "Sid": "OnlyTls",
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": "sqs:*",
                    "Resource": queue.get_att("Arn"),
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ),
        },
    )
    return queue


def _add_topic(stack: Base, key: cdk.CfnResource) -> cdk.CfnResource:
    topic = stack.add(
        "AlertTopic",
        "AWS::SNS::Topic",
        {"TopicName": name("alerts"), "KmsMasterKeyId": key.get_att("Arn")},
    )
    stack.add(
        "AlertTopicPolicy",
        "AWS::SNS::TopicPolicy",
        {
            "Topics": [topic.ref],
            "PolicyDocument": policy(
                {
                    "Sid": "OnlyTls",
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": "sns:Publish",
                    "Resource": topic.ref,
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
                *[
                    {
                        "Sid": words(service),
                        "Effect": "Allow",
                        "Principal": {"Service": f"{service}.amazonaws.com"},
                        "Action": "sns:Publish",
                        "Resource": topic.ref,
                        "Condition": {"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
                    }
                    for service in ("cloudwatch", "budgets")
                ],
            ),
        },
    )
    stack.add(
        "AlertSubscription",
        "AWS::SNS::Subscription",
        {"TopicArn": topic.ref, "Protocol": "email", "Endpoint": ref("AlertEmail")},
        condition="HasAlertEmail",
    )
    return topic


def _add_bus(stack: Base) -> None:
    """A bus of our own: other systems put events on it or listen, without our default bus."""
    bus = stack.add("Bus", "AWS::Events::EventBus", {"Name": name("bus")})
    stack.add(
        "BusArchive",
        "AWS::Events::Archive",
        {
            "ArchiveName": name("bus"),
            "SourceArn": bus.get_att("Arn"),
            "RetentionDays": 30,
        },
        condition="IsGuarded",
    )
