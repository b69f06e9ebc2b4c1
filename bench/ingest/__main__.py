"""Events taken a second over HTTP, beside other stores behind the same server, in one run.

    python -m bench.ingest                       all of them, about three minutes
    python -m bench.ingest omnix --seconds 5

Each service has one core, the load has the other. Batches of 500 events as the web snippet sends
them, 32 connections. `of CPU` is what counts on a machine that others use too: events taken
for each second that the answering process used, and for each second of everything that belongs
to the service until it has counted what it took. Needs redis-server and postgresql (Debian's
packages of these names) and, for PostgreSQL, `make bench-setup`.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

from bench.ingest.batches import Batches
from bench.ingest.load import Load, drive
from bench.ingest.services import NAMES, Service
from bench.ingest.watching import end_to_end
from bench.measured import cost

CONNECTIONS = 32
HALF_RATE = 50_000
DRAIN_SECONDS = 60
QUIET = 0.05


def drained(service: Service) -> tuple[float, float]:
    """The processor time of server and rest once nothing is left to do."""
    known = service.cpu()
    for _ in range(DRAIN_SECONDS):
        time.sleep(1)
        before, known = known, service.cpu()
        if sum(known) - sum(before) < QUIET:
            break
    return known


def measure(kind: str, seconds: float, run: int) -> tuple[Load, float, float]:
    """The load, and seconds of processor time of the server and of the rest."""
    with tempfile.TemporaryDirectory(prefix="ingest-") as name:
        service = Service(kind, Path(name), [0])
        try:
            service.start()
            before = service.cpu()
            batches = Batches(run)
            load = asyncio.run(drive(service.port, service.key, batches, seconds, CONNECTIONS))
            after = drained(service)
        finally:
            service.stop()
    return load, after[0] - before[0], after[1] - before[1]


def show(kind: str, load: Load, server: float, rest: float) -> None:
    print(
        f"{NAMES[kind]:36} {load.rate:>10,.0f}/s {load.events / server:>12,.0f}/s of CPU"
        f" {1e6 * server / load.events:6.2f} + {1e6 * rest / load.events:5.2f} us an event"
        f"   p50 {load.percentile_ms(0.5):6.1f}  p99 {load.percentile_ms(0.99):6.1f} ms",
        flush=True,
    )


def latency(seconds: float, rate: float) -> None:
    with tempfile.TemporaryDirectory(prefix="ingest-") as name:
        service = Service("omnix", Path(name), [0, 1])
        try:
            service.start()
            load, delays = asyncio.run(
                end_to_end(service.port, service.key, Batches(9), seconds, rate)
            )
        finally:
            service.stop()
    delays.sort()
    print(
        f"POST to WebSocket at {load.rate:,.0f}/s: p50 {1e3 * statistics.median(delays):.0f} ms, "
        f"p99 {1e3 * delays[int(0.99 * len(delays))]:.0f} ms, worst {1e3 * delays[-1]:.0f} ms; "
        f"answers p99 {load.percentile_ms(0.99):.1f} ms",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ingest")
    parser.add_argument("services", nargs="*", choices=[[], *NAMES], default=[])
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--rate", type=float, default=HALF_RATE, help="of the end-to-end part")
    given = parser.parse_args()
    os.sched_setaffinity(0, {1})
    for number in range(given.rounds):
        for kind in given.services or NAMES:
            show(kind, *measure(kind, given.seconds, number))
    if not given.services or "omnix" in given.services:
        os.sched_setaffinity(0, {0, 1})
        latency(given.seconds, given.rate)
    print(cost())


if __name__ == "__main__":
    main()
