"""List prices of AWS in US dollars, each with its page, for the documented regions.

Standard library only. Without what is free of charge to an account, which another stack may have
used up, and without taxes and discounts. The table holds what was known of the pages at ``AS_OF``;
``doubt`` marks what was computed from an earlier price or from a neighbour's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

AS_OF = "2025-07"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "ap-southeast-1")
_MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """US dollars for ``per`` units, by region. ``since`` is the month the price has held from,
    as far as known; ``doubt`` names regions whose figure is to be looked up before use.
    """

    service: str
    unit: str
    per: int
    page: str
    since: str
    usd: Mapping[str, Decimal]
    doubt: tuple[str, ...] = ()


def _price(
    service: str,
    unit: str,
    page: str,
    us: str,
    ireland: str | None = None,
    singapore: str | None = None,
    *,
    per: int = 1,
    since: str = "",
    doubt: tuple[str, ...] = (),
) -> Price:
    by_region = {
        "us-east-1": us,
        "us-west-2": us,
        "eu-west-1": ireland or us,
        "ap-southeast-1": singapore or us,
    }
    usd = {region: Decimal(text) for region, text in by_region.items()}
    return Price(service, unit, per, f"https://aws.amazon.com/{page}/", since, usd, doubt)


_EU, _SG = "eu-west-1", "ap-southeast-1"

PRICES: Mapping[str, Price] = {
    "dynamodb-write": _price(
        "DynamoDB", "write request units", "dynamodb/pricing/on-demand",
        "0.625", "0.7068", "0.7116", per=_MILLION, since="2024-11", doubt=(_EU, _SG),
    ),
    "dynamodb-read": _price(
        "DynamoDB", "read request units", "dynamodb/pricing/on-demand",
        "0.125", "0.1415", "0.1425", per=_MILLION, since="2024-11", doubt=(_EU, _SG),
    ),
    "dynamodb-storage": _price(
        "DynamoDB", "GB-months", "dynamodb/pricing/on-demand", "0.25", "0.283", "0.285",
    ),
    "dynamodb-recovery": _price(
        "DynamoDB", "GB-months of point-in-time recovery", "dynamodb/pricing/on-demand",
        "0.20", "0.2264", "0.228", doubt=(_SG,),
    ),
    "lambda-request": _price(
        "Lambda", "requests", "lambda/pricing", "0.20", per=_MILLION, since="2014-11",
    ),
    "lambda-arm": _price(
        "Lambda", "GB-seconds on arm64", "lambda/pricing", "13.3334", per=_MILLION,
        since="2021-09",
    ),
    "api-request": _price(
        "API Gateway", "REST requests", "api-gateway/pricing", "3.50", "3.50", "4.25",
        per=_MILLION, since="2018-10",
    ),
    "socket-message": _price(
        "API Gateway", "WebSocket messages", "api-gateway/pricing", "1.00", "1.14", "1.15",
        per=_MILLION, since="2018-12", doubt=(_EU, _SG),
    ),
    "socket-minute": _price(
        "API Gateway", "connection minutes", "api-gateway/pricing", "0.25", "0.285", "0.288",
        per=_MILLION, since="2018-12", doubt=(_EU, _SG),
    ),
    "s3-storage": _price("S3", "GB-months", "s3/pricing", "0.023", "0.023", "0.025"),
    "s3-write": _price("S3", "PUT, POST and LIST requests", "s3/pricing", "0.005", per=1000),
    "s3-read": _price("S3", "GET requests", "s3/pricing", "0.0004", per=1000),
    "alarm": _price("CloudWatch", "alarm metrics", "cloudwatch/pricing", "0.10"),
    "dashboard": _price("CloudWatch", "dashboards", "cloudwatch/pricing", "3.00"),
    "metric": _price("CloudWatch", "custom or detailed metrics", "cloudwatch/pricing", "0.30"),
    "log-ingest": _price(
        "CloudWatch", "GB of logs taken in", "cloudwatch/pricing", "0.50", "0.57", "0.70",
    ),
    "log-storage": _price("CloudWatch", "GB-months of logs", "cloudwatch/pricing", "0.03"),
    "trace": _price("X-Ray", "traces recorded", "xray/pricing", "5.00", per=_MILLION),
    "key": _price("KMS", "keys and kept versions", "kms/pricing", "1.00"),
    "key-request": _price("KMS", "requests", "kms/pricing", "0.03", per=10_000),
    "firewall": _price("WAF", "web ACLs", "waf/pricing", "5.00"),
    "firewall-rule": _price("WAF", "rules and rule groups", "waf/pricing", "1.00"),
    "firewall-request": _price("WAF", "requests", "waf/pricing", "0.60", per=_MILLION),
    "shard-hour": _price(
        "Kinesis", "shard-hours", "kinesis/data-streams/pricing", "0.015", "0.017", "0.0183",
        doubt=(_SG,),
    ),
    "shard-hour-kept": _price(
        "Kinesis", "shard-hours kept past a day", "kinesis/data-streams/pricing",
        "0.020", "0.023", "0.0244", doubt=(_EU, _SG),
    ),
    "stream-put": _price(
        "Kinesis", "PUT payload units of 25 kB", "kinesis/data-streams/pricing",
        "0.014", "0.0165", "0.0182", per=_MILLION, doubt=(_EU, _SG),
    ),
    "bus-event": _price(
        "EventBridge", "events of 64 kB", "eventbridge/pricing",
        "1.00", "1.00", "1.00", per=_MILLION,
    ),
    "queue-request": _price("SQS", "requests", "sqs/pricing", "0.40", per=_MILLION),
    "secret": _price("Secrets Manager", "secrets", "secrets-manager/pricing", "0.40"),
    "data-out": _price(
        "Data transfer", "GB out of the region", "ec2/pricing/on-demand", "0.09", "0.09", "0.12",
    ),
    "endpoint-hour": _price(
        "VPC", "endpoint-hours, by zone", "privatelink/pricing", "0.01", "0.011", "0.013",
    ),
    "nat-hour": _price("VPC", "NAT gateway-hours", "vpc/pricing", "0.045", "0.048", "0.059"),
}  # fmt: skip
