"""The key, the web firewall, the trail of what was done, and who else may read."""

from dataclasses import dataclass

import aws_cdk as cdk

from infrastructure.base import Base, Data, allow, arn, name, policy, ref, setting, sub, when

_OWN_ACCOUNT = {"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}}
_USE = ["kms:Decrypt", "kms:GenerateDataKey"]


@dataclass(frozen=True)
class Key:
    arn: str


def add_key(stack: Base) -> Key:
    """The one key that encrypts whatever the stack keeps; turned over every year.

    Where a former stack left data behind, the parameter FormerKey names the key that it is
    encrypted with, which is used on.
    """
    logs = {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": arn("logs", "log-group:*${ProjectName}*")}
    }
    services: list[dict[str, Data]] = [
        {
            "Sid": "Account",
            "Effect": "Allow",
            "Principal": {"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
            "Action": "kms:*",
            # In a key's own policy this means the key.
            "Resource": "*",
        },
        {
            "Sid": "Logs",
            "Effect": "Allow",
            "Principal": {"Service": sub("logs.${AWS::Region}.amazonaws.com")},
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*",
                       "kms:DescribeKey"],
            "Resource": "*",
            "Condition": logs,
        },
    ]  # fmt: skip
    for sid, service in (
        ("Alarms", "cloudwatch"),
        ("Budgets", "budgets"),
        ("Events", "events"),
        ("Topics", "sns"),
    ):
        services.append(
            {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"Service": f"{service}.amazonaws.com"},
                "Action": _USE,
                "Resource": "*",
                "Condition": _OWN_ACCOUNT,
            }
        )
    services.append(
        {
            "Sid": "Trail",
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceArn": _trail_arn()}},
        }
    )
    key = stack.add(
        "Key",
        "AWS::KMS::Key",
        {
            "Description": sub("What ${ProjectName} keeps in ${Environment}"),
            "EnableKeyRotation": True,
            "PendingWindowInDays": 30,
            "KeyPolicy": policy(*services),
        },
        keep="data",
        condition="MakesKey",
    )
    used = when("MakesKey", key.get_att("Arn"), ref("FormerKey")).to_string()
    stack.add(
        "KeyAlias",
        "AWS::KMS::Alias",
        {"AliasName": sub("alias/${ProjectName}-${Environment}"), "TargetKeyId": used},
    )
    return Key(used)


def _trail_arn() -> str:
    return arn("cloudtrail", "trail/${ProjectName}-${Environment}")


def add_firewall(stack: Base, key: Key, api_stage: str) -> None:
    """Rules before the REST API, where the environment is guarded."""
    seen = {"CloudWatchMetricsEnabled": True, "SampledRequestsEnabled": True}
    managed = [
        # Imports and batches of events are larger than the eight kilobytes it allows.
        ("AWSManagedRulesCommonRuleSet", ["SizeRestrictions_BODY"]),
        ("AWSManagedRulesKnownBadInputsRuleSet", []),
        ("AWSManagedRulesAmazonIpReputationList", []),
    ]
    rules: list[dict[str, Data]] = [
        {
            "Name": "rate",
            "Priority": 0,
            "Action": {"Block": {}},
            "Statement": {"RateBasedStatement": {"Limit": 3000, "AggregateKeyType": "IP"}},
            "VisibilityConfig": {**seen, "MetricName": "rate"},
        }
    ]
    for priority, (group, counted) in enumerate(managed, 1):
        rules.append(
            {
                "Name": group,
                "Priority": priority,
                "OverrideAction": {"None": {}},
                "Statement": {
                    "ManagedRuleGroupStatement": {
                        "VendorName": "AWS",
                        "Name": group,
                        **(
                            {
                                "RuleActionOverrides": [
                                    {"Name": rule, "ActionToUse": {"Count": {}}} for rule in counted
                                ]
                            }
                            if counted
                            else {}
                        ),
                    }
                },
                "VisibilityConfig": {**seen, "MetricName": group},
            }
        )
    firewall = stack.add(
        "Firewall",
        "AWS::WAFv2::WebACL",
        {
            "Name": name("api"),
            "Scope": "REGIONAL",
            "DefaultAction": {"Allow": {}},
            "Rules": rules,
            "VisibilityConfig": {**seen, "MetricName": "api"},
        },
        condition="IsGuarded",
    )
    stack.add(
        "FirewallOfApi",
        "AWS::WAFv2::WebACLAssociation",
        {"ResourceArn": api_stage, "WebACLArn": firewall.get_att("Arn")},
        condition="IsGuarded",
    )
    log = stack.add(
        "FirewallLog",
        "AWS::Logs::LogGroup",
        {
            # Amazon demands this beginning.
            "LogGroupName": sub("aws-waf-logs-${ProjectName}-${Environment}"),
            "RetentionInDays": setting("LogDays"),
            "KmsKeyId": key.arn,
        },
        condition="IsGuarded",
        keep="Delete",
    )
    stack.add(
        "FirewallLogging",
        "AWS::WAFv2::LoggingConfiguration",
        {
            "ResourceArn": firewall.get_att("Arn"),
            "LogDestinationConfigs": [
                arn("logs", "log-group:aws-waf-logs-${ProjectName}-${Environment}")
            ],
            # Blocked requests only: the others are in the API's own log.
            "LoggingFilter": {
                "DefaultBehavior": "DROP",
                "Filters": [
                    {
                        "Behavior": "KEEP",
                        "Requirement": "MEETS_ANY",
                        "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}],
                    }
                ],
            },
            "RedactedFields": [{"SingleHeader": {"Name": "authorization"}}],
        },
        condition="IsGuarded",
        after=[log],
    )


def add_trail(stack: Base, key: Key, logs: cdk.CfnResource,
              logs_policy: cdk.CfnResource) -> None:  # fmt: skip
    """Who called which of the account's services, in the bucket ``logs``, where guarded.

    The first trail of an account is free, further ones are not: dev does without.
    """
    stack.add(
        "Trail",
        "AWS::CloudTrail::Trail",
        {
            "TrailName": sub("${ProjectName}-${Environment}"),
            "S3BucketName": logs.ref,
            "S3KeyPrefix": "trail",
            "IsLogging": True,
            "IsMultiRegionTrail": True,
            "IncludeGlobalServiceEvents": True,
            "EnableLogFileValidation": True,
            "KMSKeyId": key.arn,
        },
        condition="IsGuarded",
        after=[logs_policy],
    )


def trail_statements(logs_arn: str) -> list[dict[str, Data]]:
    """What the bucket at ``logs_arn`` lets the trail do."""
    common: dict[str, Data] = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
    }
    source = {"aws:SourceArn": _trail_arn()}
    return [
        {
            **common,
            "Sid": "TrailLooks",
            "Action": "s3:GetBucketAcl",
            "Resource": logs_arn,
            "Condition": {"StringEquals": source},
        },
        {
            **common,
            "Sid": "TrailWrites",
            "Action": "s3:PutObject",
            "Resource": cdk.Fn.join("", [logs_arn, "/trail/AWSLogs/", cdk.Aws.ACCOUNT_ID, "/*"]),
            "Condition": {"StringEquals": {**source, "s3:x-amz-acl": "bucket-owner-full-control"}},
        },
    ]


def add_reader(stack: Base, key: Key, lake_arn: str) -> None:
    """A role for another account: reads the lake's facts and the metrics, nothing else."""
    stack.add(
        "Reader",
        "AWS::IAM::Role",
        {
            "RoleName": name("reader"),
            "Description": "For the trusted account: facts of the lake, metrics",
            "MaxSessionDuration": 3600,
            "AssumeRolePolicyDocument": policy(
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": sub("arn:${AWS::Partition}:iam::${TrustedAccount}:root")},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": ref("TrustedExternalId")}},
                }
            ),
            "Policies": [
                {
                    "PolicyName": "read",
                    "PolicyDocument": policy(
                        allow(["s3:GetObject"], cdk.Fn.join("", [lake_arn, "/lake/*"])),
                        allow(
                            ["s3:ListBucket"],
                            lake_arn,
                            when={"StringLike": {"s3:prefix": ["lake/*"]}},
                        ),
                        allow(["kms:Decrypt"], key.arn),
                        # CloudWatch has no names of metrics in its rights.
                        allow(["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"], "*"),
                    ),
                }
            ],
        },
        condition="HasTrustedAccount",
    )
