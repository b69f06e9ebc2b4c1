"""What one order, event and request uses: measured where it can be, assumed where it cannot.

Standard library only. ``measured`` figures come from ``tests/cost/measure.py``, which counts on
Amazon's own DynamoDB Local what one order of three lines costs when every order is followed for
itself; under load several are followed together, which is cheaper. The others are assumptions,
and the estimate says so beside each line.
"""

from dataclasses import dataclass
from decimal import Decimal

MEASURED_ON = "2026-11-22"


@dataclass(frozen=True)
class Units:
    """Request units of tables, requests of other services, bytes and seconds.

    ``placed_*`` are an order's own request, ``followed_*`` what its events cause, ``read_*`` an
    ordinary request that reads; ``*_seconds`` are billed seconds of a function's call.
    """

    placed_writes: Decimal = Decimal("22")
    placed_reads: Decimal = Decimal("4")
    followed_writes: Decimal = Decimal("98.8")
    followed_reads: Decimal = Decimal("77.2")
    read_reads: Decimal = Decimal("2.5")
    sweep_reads: Decimal = Decimal("8")
    """Of one look of the relay at the lists of what is pending."""

    request_seconds: Decimal = Decimal("0.06")
    relay_seconds: Decimal = Decimal("0.15")
    consume_seconds: Decimal = Decimal("1.5")
    live_seconds: Decimal = Decimal("0.05")
    schedule_seconds: Decimal = Decimal("0.1")
    job_seconds_a_day: Decimal = Decimal("600")
    """The nightly jobs and the queue's."""

    log_bytes: int = 1_200
    """Of a request: its line in the API's log and those of its function."""

    answer_bytes: int = 6_000
    records_an_order: int = 4
    """Records on the stream: the order's, and those that follow from it."""

    told_an_order: int = 6
    """Events of an order, and of what follows from it, for other systems."""

    lake_writes: int = 4
    """PUTs of one order's facts, if it is written alone: data and log of two tables."""

    lake_reads: int = 12
    queue_polls: int = 657_000
    """Empty receives in a month of a queue: Lambda polls it five at a time, 20 seconds each."""

    key_requests: int = 250_000
    catalogue_item_bytes: int = 1_200


UNITS = Units()
