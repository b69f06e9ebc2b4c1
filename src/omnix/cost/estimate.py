"""The monthly bill, line by line. Pure, standard library only; money in millionths of a dollar."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

from omnix.cost.loads import LOADS, Load
from omnix.cost.prices import AS_OF, PRICES
from omnix.cost.shape import Shape, known
from omnix.cost.units import UNITS, Units

HOURS = 730
_GB = Decimal(10**9)
_MICRO = Decimal(10**6)
TABLES_SHARE = Decimal("0.2")
"""Of what is kept; the rest is the lake's and the models'."""

GROUPS = ("DynamoDB", "Lambda", "API Gateway", "S3", "CloudWatch")
"""Services that the product states a range for; all others are told apart."""

TEMPLATE, MEASURED, ASSUMED, LOAD = "template", "measured", "assumed", "load"


@dataclass(frozen=True)
class Line:
    """``units`` at ``usd`` for each ``per`` of them. ``basis`` is where the units come from."""

    service: str
    what: str
    units: Decimal
    unit: str
    usd: Decimal
    per: int
    amount_micro: int
    basis: str


@dataclass(frozen=True)
class Estimate:
    """A month's bill in millionths of a US dollar, and what it was computed for."""

    environment: str
    region: str
    load: Load
    lines: tuple[Line, ...]
    prices_as_of: str = AS_OF

    @property
    def total_micro(self) -> int:
        return sum(line.amount_micro for line in self.lines)

    def by_service(self) -> dict[str, int]:
        """Millionths of a dollar by service, the stated ones first."""
        found = dict.fromkeys(GROUPS, 0)
        for line in self.lines:
            found[line.service] = found.get(line.service, 0) + line.amount_micro
        return found


class _Bill:
    def __init__(self, region: str) -> None:
        self._region = region
        self.lines: list[Line] = []

    def add(self, price: str, units: Decimal | int, what: str, basis: str) -> None:
        if not units:
            return
        one = PRICES[price]
        usd = one.usd[self._region]
        amount = Decimal(units) * usd / one.per * _MICRO
        self.lines.append(
            Line(
                one.service,
                what,
                Decimal(units),
                one.unit,
                usd,
                one.per,
                int(amount.to_integral_value(ROUND_HALF_EVEN)),
                basis,
            )
        )


def estimate(
    environment: str,
    *,
    region: str = "us-east-1",
    load: Load | None = None,
    network: bool = False,
    shape: Shape | None = None,
    units: Units = UNITS,
) -> Estimate:
    """The bill of ``environment`` at ``load``, else at the stated one. Raises KeyError."""
    load = load or LOADS[environment]
    shape = shape or known(environment, network)
    bill = _Bill(region)
    _tables(bill, shape, load, units)
    _functions(bill, shape, load, units)
    _gateway(bill, load, units)
    _objects(bill, load, units)
    _watching(bill, shape, load, units)
    _others(bill, shape, load, units)
    return Estimate(environment, region, load, tuple(bill.lines))


def _tables(bill: _Bill, shape: Shape, load: Load, units: Units) -> None:
    kept = load.gigabytes * TABLES_SHARE
    reading = load.requests - load.orders - load.events
    catalogue = Decimal(load.products * units.catalogue_item_bytes) / 4096
    calls = shape.calls or {}
    bill.add("dynamodb-write", load.orders * units.placed_writes, "orders placed", MEASURED)
    bill.add("dynamodb-write", load.orders * units.followed_writes, "what follows", MEASURED)
    bill.add("dynamodb-write", load.events, "events that were sent", ASSUMED)
    bill.add("dynamodb-read", load.orders * units.placed_reads, "orders placed", MEASURED)
    bill.add("dynamodb-read", load.orders * units.followed_reads, "what follows", MEASURED)
    bill.add("dynamodb-read", load.orders * catalogue, "value of stock, by catalogue", ASSUMED)
    bill.add("dynamodb-read", reading * units.read_reads, "other requests", MEASURED)
    swept = calls.get("relay", 0) * units.sweep_reads
    bill.add("dynamodb-read", swept, "looks for what is pending", MEASURED)
    bill.add("dynamodb-storage", kept, f"{shape.tables} tables and their indexes", LOAD)
    if shape.recoverable:
        bill.add("dynamodb-recovery", kept, f"{shape.recoverable} tables", TEMPLATE)


def _functions(bill: _Bill, shape: Shape, load: Load, units: Units) -> None:
    memory, calls = shape.functions or {}, shape.calls or {}
    records = load.orders * units.records_an_order
    spent = {
        "backend": (load.requests, units.request_seconds, LOAD),
        "relay": (records + calls.get("relay", 0), units.relay_seconds, TEMPLATE),
        "consumers": (load.orders + calls.get("consumers", 0), units.consume_seconds, ASSUMED),
        "live": (records + calls.get("live", 0), units.live_seconds, TEMPLATE),
        "upkeep": (calls.get("upkeep", 0), units.schedule_seconds, TEMPLATE),
        "jobs": (30, units.job_seconds_a_day, ASSUMED),
    }
    for name, (count, seconds, basis) in spent.items():
        if name in memory:
            gigabytes = Decimal(memory[name]) / 1024
            bill.add("lambda-request", count, f"calls of {name}", basis)
            bill.add("lambda-arm", count * seconds * gigabytes, f"time of {name}", ASSUMED)


def _gateway(bill: _Bill, load: Load, units: Units) -> None:
    bill.add("api-request", load.requests, "the REST API", LOAD)
    messages = load.orders * units.records_an_order * load.clients
    bill.add("socket-message", messages, "live updates", ASSUMED)
    bill.add("socket-minute", load.clients * HOURS * 60, "clients that listen", ASSUMED)


def _objects(bill: _Bill, load: Load, units: Units) -> None:
    kept = load.gigabytes * (1 - TABLES_SHARE)
    bill.add("s3-storage", kept, "lake, models, pages", LOAD)
    bill.add("s3-write", load.orders * units.lake_writes, "facts of orders", ASSUMED)
    bill.add("s3-read", load.orders * units.lake_reads, "looks at the lake", ASSUMED)


def _watching(bill: _Bill, shape: Shape, load: Load, units: Units) -> None:
    logged = load.requests * units.log_bytes / _GB
    bill.add("alarm", shape.alarms, "metrics that alarms watch", TEMPLATE)
    bill.add("dashboard", shape.dashboards, "dashboards", TEMPLATE)
    bill.add("metric", shape.detailed, "detailed metrics of the API", TEMPLATE)
    bill.add("metric", shape.counted, "metrics made of logs", TEMPLATE)
    bill.add("log-ingest", logged, "logs of API and functions", ASSUMED)
    bill.add("log-storage", logged * shape.log_days / 30, f"kept {shape.log_days} days", TEMPLATE)
    share = f"{shape.traces_a_second} a second, {shape.trace_permille / 10:g} % of the rest"
    bill.add("trace", _traces(shape, load), share, TEMPLATE)


def _traces(shape: Shape, load: Load) -> Decimal:
    """Requests that are traced where they come at random, spread over the month."""
    seconds = Decimal(HOURS * 3600)
    first = Decimal(0)
    if shape.traces_a_second:
        rate = Decimal(load.requests) / seconds
        first = seconds * (1 - (-rate).exp()) * shape.traces_a_second
    rest = max(Decimal(0), load.requests - first)
    return (first + rest * shape.trace_permille / 1000).to_integral_value()


def _others(bill: _Bill, shape: Shape, load: Load, units: Units) -> None:
    records = load.orders * units.records_an_order
    hours = shape.shards * HOURS
    bill.add("shard-hour", hours, f"{shape.shards} shard", TEMPLATE)
    if shape.stream_hours > 24:
        bill.add("shard-hour-kept", hours, f"kept {shape.stream_hours} hours", TEMPLATE)
    bill.add("stream-put", records, "events of orders", ASSUMED)
    told = load.orders * units.told_an_order
    bill.add("bus-event", told, "events for other systems", ASSUMED)
    # Rotated once a year: after two years a key is paid for three times, and never more.
    bill.add("key", shape.keys * 3, "key, and versions that rotation keeps", TEMPLATE)
    bill.add("key-request", units.key_requests, "what KMS is asked", ASSUMED)
    bill.add("firewall", shape.firewalls, "firewall", TEMPLATE)
    bill.add("firewall-rule", shape.firewall_rules, "its rules", TEMPLATE)
    if shape.firewalls:
        bill.add("firewall-request", load.requests, "requests looked at", LOAD)
    polls = shape.polled * units.queue_polls
    bill.add("queue-request", polls, f"Lambda polls {shape.polled} queues", ASSUMED)
    # Two that the service makes at its start, besides those of the template.
    bill.add("secret", shape.secrets + 2, "signing keys", TEMPLATE)
    out = load.requests * units.answer_bytes / _GB
    bill.add("data-out", out, "answers", ASSUMED)
    bill.add("endpoint-hour", shape.endpoints * HOURS, "endpoints of the network", TEMPLATE)
    bill.add("nat-hour", shape.gateways * HOURS, "ways out of the network", TEMPLATE)


def monthly_estimate(environment: str) -> int:
    """Whole US dollars a month at the stated load, rounded up. Raises KeyError."""
    micro = estimate(environment).total_micro
    return int((Decimal(micro) / _MICRO).to_integral_value(ROUND_CEILING))


def spend_limit(environment: str) -> int:
    """US dollars a month beyond which the alarm goes and the budget tells.

    dev and test have 100, a round figure far above any usual month; the others 1.2 times the
    estimate.
    """
    if environment in ("dev", "test"):
        return 100
    micro = Decimal(estimate(environment).total_micro) * Decimal("1.2") / _MICRO
    return int(micro.to_integral_value(ROUND_CEILING))
