"""Buckets: the lake with the product's files, the web's pages, and logs of access."""

from dataclasses import dataclass

import aws_cdk as cdk

from infrastructure.base import Base, Data, policy, setting, sub, when
from infrastructure.security import Key, trail_statements
from omnix.runtimes.aws.functions import ANSWERS, DATA_LAKE, LAKE, STATIC_ASSETS, UPLOADS


@dataclass(frozen=True)
class Storage:
    lake: cdk.CfnResource
    static: cdk.CfnResource
    logs: cdk.CfnResource
    logs_policy: cdk.CfnResource


def add_storage(stack: Base, key: Key) -> Storage:
    """The buckets; whoever serves the pages adds the policy of ``static``."""
    with_key = {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": key.arn,
    }
    logs = _bucket(
        stack,
        "LogsBucket",
        "logs",
        # Services deliver logs of access to no bucket that has a key of one's own.
        {"SSEAlgorithm": "AES256"},
        rules=[_expire("expire", days=setting("LogDays"))],
        more={"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}},
    )
    logs_arn = logs.get_att("Arn").to_string()
    logs_policy = add_bucket_policy(
        stack,
        "LogsBucket",
        logs,
        [
            {
                "Sid": "AccessLogs",
                "Effect": "Allow",
                "Principal": {"Service": "logging.s3.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": cdk.Fn.join("", [logs_arn, "/access/*"]),
                "Condition": {"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
            },
            *trail_statements(logs_arn),
        ],
    )
    lake = _bucket(
        stack,
        "LakeBucket",
        DATA_LAKE,
        with_key,
        rules=[
            _expire("answers", prefix=ANSWERS, days=1),
            # Sent and not imported.
            _expire("uploads", prefix=UPLOADS, days=7),
            {
                # Facts of months that nobody asks for any more.
                "Id": "facts",
                "Status": "Enabled",
                "Prefix": LAKE,
                "Transitions": [{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 30}],
            },
            _old_versions(),
        ],
        logs=logs,
        more={
            # Browsers upload large files and fetch large answers straight from here.
            "CorsConfiguration": {
                "CorsRules": [
                    {
                        "AllowedMethods": ["GET", "PUT"],
                        "AllowedOrigins": ["*"],
                        "AllowedHeaders": ["content-type"],
                        "MaxAge": 3600,
                    }
                ]
            }
        },
    )
    add_bucket_policy(stack, "LakeBucket", lake, [])
    static = _bucket(
        stack,
        "StaticBucket",
        STATIC_ASSETS,
        {"SSEAlgorithm": "AES256"},
        rules=[_old_versions()],
        logs=logs,
        keep="Delete",
    )
    return Storage(lake, static, logs, logs_policy)


def _bucket(
    stack: Base,
    id: str,
    of: str,
    encryption: Data,
    *,
    rules: list[Data],
    logs: cdk.CfnResource | None = None,
    keep: str = "data",
    more: dict[str, Data] | None = None,
) -> cdk.CfnResource:
    properties: dict[str, Data] = {
        "BucketName": sub(f"${{ProjectName}}-{of}-${{Environment}}-${{AWS::AccountId}}"),
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": encryption, "BucketKeyEnabled": True}
            ]
        },
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
        "VersioningConfiguration": {"Status": "Enabled"},
        "LifecycleConfiguration": {
            "Rules": [
                *rules,
                {
                    "Id": "parts",
                    "Status": "Enabled",
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
                },
            ]
        },
        **(more or {}),
    }
    if logs is not None:
        properties["LoggingConfiguration"] = when(
            "IsGuarded",
            {"DestinationBucketName": logs.ref, "LogFilePrefix": f"access/{of}/"},
        )
    return stack.add(id, "AWS::S3::Bucket", properties, keep=keep)


def _expire(id: str, *, days: Data, prefix: str = "") -> Data:
    return {
        "Id": id,
        "Status": "Enabled",
        **({"Prefix": prefix} if prefix else {}),
        "ExpirationInDays": days,
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    }


def _old_versions() -> Data:
    return {
        "Id": "old-versions",
        "Status": "Enabled",
        "NoncurrentVersionExpiration": {"NoncurrentDays": setting("RemoveObjects")},
    }


def add_bucket_policy(
    stack: Base, id: str, bucket: cdk.CfnResource, statements: list[Data]
) -> cdk.CfnResource:
    """Nobody without TLS, and what ``statements`` allow besides."""
    bucket_arn = bucket.get_att("Arn").to_string()
    return stack.add(
        f"{id}Policy",
        "AWS::S3::BucketPolicy",
        {
            "Bucket": bucket.ref,
            "PolicyDocument": policy(
                {
                    "Sid": "OnlyTls",
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": "s3:*",
                    "Resource": [bucket_arn, cdk.Fn.join("", [bucket_arn, "/*"])],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
                *statements,
            ),
        },
    )
