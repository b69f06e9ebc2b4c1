"""Queues, the stream of events, the topic of alarms, the bus for other systems."""

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk

from infrastructure.base import Base, Data, name, policy, ref, setting, sub, words
from infrastructure.security import Key
from omnix.runtimes.aws.functions import EVENTS, QUEUES, QueueOf

FAILED_EVENTS = "failed-events"
"""Where Lambda lays notes of batches and calls that failed to the end."""


@dataclass(frozen=True)
class Messaging:
    queues: dict[str, cdk.CfnResource]
    stream: cdk.CfnResource
    topic: cdk.CfnResource


def add_messaging(stack: Base, key: Key) -> Messaging:
    queues: dict[str, cdk.CfnResource] = {}
    declared = {queue.name: queue for queue in QUEUES}
    # Those that others refer to come first.
    for queue in sorted(QUEUES, key=lambda one: one.dead_letters is not None):
        last = queue.name in {one.dead_letters for one in declared.values()}
        queues[queue.name] = _queue(stack, queue, queues, days=14 if last else 4)
    noted = QueueOf(FAILED_EVENTS, 300)
    queues[FAILED_EVENTS] = _queue(stack, noted, queues, days=14)
    stream = stack.add(
        "EventStream",
        "AWS::Kinesis::Stream",
        {
            "Name": name(EVENTS),
            # One shard keeps all events in one order.
            "ShardCount": 1,
            "RetentionPeriodHours": setting("StreamHours"),
            "StreamEncryption": {"EncryptionType": "KMS", "KeyId": key.arn},
        },
    )
    topic = _add_topic(stack, key)
    _add_bus(stack)
    return Messaging(queues, stream, topic)


def _queue(
    stack: Base, queue: QueueOf, others: Mapping[str, cdk.CfnResource], *, days: int
) -> cdk.CfnResource:
    properties: dict[str, Data] = {
        "QueueName": sub(f"omnix-{queue.name}-${{Environment}}"),
        "VisibilityTimeout": queue.visibility,
        "MessageRetentionPeriod": days * 86_400,
        "SqsManagedSseEnabled": True,
    }
    if queue.dead_letters is not None:
        properties["RedrivePolicy"] = {
            "deadLetterTargetArn": others[queue.dead_letters].get_att("Arn"),
            "maxReceiveCount": queue.attempts,
        }
    made = stack.add(words(queue.name), "AWS::SQS::Queue", properties)
    stack.add(
        f"{words(queue.name)}Policy",
        "AWS::SQS::QueuePolicy",
        {
            "Queues": [made.ref],
            "PolicyDocument": policy(
                {
                    "Sid": "OnlyTls",
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": "sqs:*",
                    "Resource": made.get_att("Arn"),
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ),
        },
    )
    return made


def _add_topic(stack: Base, key: Key) -> cdk.CfnResource:
    topic = stack.add(
        "AlertTopic",
        "AWS::SNS::Topic",
        {"TopicName": name("alerts"), "KmsMasterKeyId": key.arn},
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
