"""The units of an estimate, as CloudWatch measures them."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from omnix.cost.estimate import Estimate, estimate
from omnix.cost.loads import DAYS

_GB = 10**9
_DAILY: Mapping[str, tuple[str, str]] = {
    "RequestsADay": ("API Gateway", "REST requests"),
    "GigabyteSecondsADay": ("Lambda", "GB-seconds on arm64"),
    "ReadUnitsADay": ("DynamoDB", "read request units"),
    "WriteUnitsADay": ("DynamoDB", "write request units"),
    "RecordsADay": ("Kinesis", "PUT payload units of 25 kB"),
}


def expected(environment: str) -> dict[str, int]:
    """Units a day at the stated load, and bytes that are kept. Raises KeyError."""
    made = estimate(environment)
    found = {name: _whole(_units(made, *of) / DAYS) for name, of in _DAILY.items()}
    found["LogBytesADay"] = _whole(_units(made, "CloudWatch", "GB of logs taken in") * _GB / DAYS)
    found["BytesKept"] = _whole(_units(made, "S3", "GB-months") * _GB)
    return found


def _units(made: Estimate, service: str, unit: str) -> Decimal:
    lines = [line.units for line in made.lines if (line.service, line.unit) == (service, unit)]
    if not lines:
        raise KeyError(f"nothing of {service} is counted in {unit}")
    return sum(lines, Decimal(0))


def _whole(units: Decimal) -> int:
    return int(units.to_integral_value(ROUND_HALF_EVEN))
