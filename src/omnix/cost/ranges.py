"""What the product says a month costs at the stated loads, and why a part is outside of that."""

from collections.abc import Mapping
from dataclasses import dataclass

from omnix.cost.estimate import Estimate

Range = tuple[int, int]
"""US dollars, both included."""

TOTALS: Mapping[str, Range] = {"dev": (15, 45), "prod": (125, 430)}
STATED: Mapping[str, Mapping[str, Range]] = {
    "dev": {
        "DynamoDB": (5, 15),
        "Lambda": (1, 5),
        "API Gateway": (3, 10),
        "S3": (1, 5),
        "CloudWatch": (2, 8),
    },
    "prod": {
        "DynamoDB": (50, 200),
        "Lambda": (10, 50),
        "API Gateway": (35, 100),
        "S3": (10, 30),
        "CloudWatch": (20, 50),
    },
}
_OUTSIDE: Mapping[tuple[str, str], str] = {
    ("DynamoDB", "below"): "requests on demand cost half since November 2024, and what is asked "
    "for are single keys and pages of indexes",
    ("Lambda", "below"): "functions run on arm64 and the API's needs no numerics",
    ("Lambda", "above"): "what follows each order is computed by functions",
    ("S3", "below"): "facts are compressed and written in batches",
    ("CloudWatch", "above"): "four dashboards at 3 USD each and an alarm for each way to fail; an "
    "account has three dashboards, ten alarms and 5 GB of logs free of charge",
    ("CloudWatch", "below"): "lines at the begin and end of calls are not logged",
    ("API Gateway", "below"): "fewer requests than the stated load",
    ("API Gateway", "above"): "more requests than the stated load, or many clients that listen",
    ("DynamoDB", "above"): "more orders than the stated load",
    ("S3", "above"): "more is kept than at the stated load",
}
_NEEDED: Mapping[str, str] = {
    "Kinesis": "keeps all events in one order; one shard is the least there is",
    "EventBridge": "tells other systems what happens in the shop",
    "KMS": "one key for everything, and the versions that its rotation keeps",
    "WAF": "stands before the API where the environment is guarded",
    "VPC": "endpoints are paid by the hour in each zone; only with a network of its own",
    "X-Ray": "a share of requests is traced",
    "Secrets Manager": "signing keys",
    "SQS": "Lambda polls a queue all the time",
    "Data transfer": "answers leave the region",
}


@dataclass(frozen=True)
class Compared:
    """A service's amount in millionths of a dollar, the stated range, and what is to be said."""

    service: str
    amount_micro: int
    stated: Range | None
    note: str


def compared(estimate: Estimate) -> list[Compared]:
    """Each service against the range that the product states; those without one say why."""
    ranges = STATED.get(estimate.environment, {})
    found = []
    for service, micro in estimate.by_service().items():
        stated = ranges.get(service)
        note = _NEEDED.get(service, "")
        if stated is not None:
            low, high = stated[0] * 10**6, stated[1] * 10**6
            side = "below" if micro < low else "above" if micro > high else ""
            note = _OUTSIDE.get((service, side), "")
        found.append(Compared(service, micro, stated, note))
    return found
