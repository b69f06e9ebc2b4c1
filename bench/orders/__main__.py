"""`python -m bench.orders`: see README.md beside this file."""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.orders.fastapi_service import FastApiCoreService, FastApiService
from bench.orders.kill import kill_and_check
from bench.orders.load import CONNECTIONS, Load, drive
from bench.orders.nest_service import NestService
from bench.orders.omnix_service import OmnixService
from bench.orders.probe import check_rules
from bench.orders.processes import BenchError
from bench.orders.record import faults
from bench.orders.service import Service

SERVICES: dict[str, type[Service]] = {
    "omnix": OmnixService,
    "fastapi": FastApiService,
    "fastapi-core": FastApiCoreService,
    "nest": NestService,
}
TARGETS = {"fastapi": 8.0, "fastapi-core": 8.0, "nest": 2.0}
SERVER_CORE, LOAD_CORE = 0, 1
WARM_UP_SECONDS = 2


def main() -> int:
    options = parse()
    if (os.cpu_count() or 1) < 2:
        raise BenchError("two cores are needed: one for the server, one for the load")
    chosen = {name: SERVICES[name] for name in options.services}
    for kind in chosen.values():
        kind.set_up()
    if options.setup:
        return 0
    # Everything that is started is pinned by itself; the harness stays off the server's core.
    os.sched_setaffinity(0, {LOAD_CORE})
    if options.kill:
        return kills(chosen, options.kills, options.seed)
    return throughput(chosen, options)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.orders", description=__doc__)
    parser.add_argument("services", nargs="*", help=f"some of {', '.join(SERVICES)}; default all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8, help="of measured load")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one-core-only", action="store_true", help="skip the last round")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--kill", action="store_true", help="kill -9 in mid-load instead")
    parser.add_argument("--kills", type=int, default=3, help="per service, with --kill")
    parser.add_argument("--setup", action="store_true", help="only build the peers")
    options = parser.parse_args()
    options.services = options.services or list(SERVICES)
    if unknown := set(options.services) - SERVICES.keys():
        parser.error(f"unknown service {', '.join(sorted(unknown))}")
    if not (1 <= options.rounds <= 20 and 1 <= options.seconds <= 60 and 1 <= options.kills <= 100):
        parser.error("1 to 20 rounds, 1 to 60 seconds, 1 to 100 kills")
    return options


@contextmanager
def fresh(kind: type[Service], cores: Sequence[int]) -> Iterator[Service]:
    """A service with an empty folder; afterwards nothing of it runs or lies about."""
    folder = Path(tempfile.mkdtemp(prefix="orders-"))
    service = kind(folder, cores)
    try:
        yield service
    finally:
        service.kill()
        shutil.rmtree(folder, ignore_errors=True)


def measure(
    kind: type[Service], cores: Sequence[int], seconds: int, seed: int
) -> tuple[Load, list[str]]:
    """One fresh store under load, and what is wrong with it afterwards."""
    with fresh(kind, cores) as service:
        ids = service.seed()
        service.start()
        service.settle()
        placed = asyncio.run(check_rules(service, ids))
        warm = drive(service, ids, "warm", seed, WARM_UP_SECONDS, [LOAD_CORE])
        load = drive(service, ids, "load", seed + 1_000, seconds, [LOAD_CORE])
        service.stop()
        placed += warm.acknowledged + load.acknowledged
        found = faults(service.record(), ids.stock(), placed, unanswered=2 * CONNECTIONS)
        if load.refused or load.broken:
            found.append(f"{load.refused} orders refused, {load.broken} connections broken")
        return load, found


def throughput(chosen: dict[str, type[Service]], options: argparse.Namespace) -> int:
    print(f"{CONNECTIONS} connections, {options.seconds} s a run; {surroundings()}\n")
    print(
        f"{'round':<12}{'service':<40}{'orders/s':>10}{'p50 ms':>9}{'p99 ms':>9}"
        f"{'cores':>7}{'per CPU s':>11}"
    )
    loads: dict[str, list[Load]] = {name: [] for name in chosen}
    wide: dict[str, Load] = {}
    wrong = 0

    def run(label: str, name: str, cores: Sequence[int], seed: int) -> Load:
        nonlocal wrong
        load, found = measure(chosen[name], cores, options.seconds, seed)
        print(
            f"{label:<12}{chosen[name].name:<40}{load.rate:>10,.0f}{load.p50_ms:>9.1f}"
            f"{load.p99_ms:>9.1f}{load.cpu_seconds / load.seconds:>7.2f}"
            f"{load.acknowledged / load.cpu_seconds:>11,.0f}",
            flush=True,
        )
        for fault in found:
            print(f"{'':<12}WRONG: {fault}")
        wrong += len(found)
        return load

    for number in range(1, options.rounds + 1):
        for name in chosen:
            loads[name].append(run(str(number), name, [SERVER_CORE], options.seed + number))
    if not options.one_core_only:
        for name in chosen:
            wide[name] = run("two cores", name, [SERVER_CORE, LOAD_CORE], options.seed)

    medians = {name: statistics.median(load.rate for load in loads[name]) for name in chosen}
    print("\nmedian orders/s, the service on one core")
    for name, kind in chosen.items():
        print(f"{kind.name:<48}{medians[name]:>10,.0f}")
    ratios = {}
    if "omnix" in medians:
        for name, target in TARGETS.items():
            if name in medians:
                ratios[name] = medians["omnix"] / medians[name]
                reached = "reached" if ratios[name] >= target else "MISSED"
                print(f"OMNIX / {chosen[name].name:<40}{ratios[name]:>10.1f}  ")
                print(f"{'':<8}target {target:g}: {reached}")
    print("every store holds what was acknowledged" if not wrong else f"{wrong} faults")
    if options.json:
        figures = {
            "orders_per_second": {n: [load.rate for load in loads[n]] for n in chosen},
            "two_cores": {name: load.rate for name, load in wide.items()},
            "p50_ms": {n: statistics.median(load.p50_ms for load in loads[n]) for n in chosen},
            "p99_ms": {n: statistics.median(load.p99_ms for load in loads[n]) for n in chosen},
            "medians": medians,
            "ratios": ratios,
            "faults": wrong,
        }
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 1 if wrong else 0


def kills(chosen: dict[str, type[Service]], times: int, seed: int) -> int:
    wrong = 0
    for kind in chosen.values():
        with fresh(kind, [SERVER_CORE]) as service:
            acknowledged, found = kill_and_check(service, times, seed)
        print(f"{kind.name:<40}{times} kills, {acknowledged:,} orders acknowledged, ", end="")
        print("all there, none twice" if not found else f"{len(found)} faults")
        for fault in found:
            print(f"  WRONG: {fault}")
        wrong += len(found)
    return 1 if wrong else 0


def surroundings() -> str:
    """How long a durable write of 4 KiB takes where the stores will lie: the floor of a commit."""
    times = []
    with tempfile.NamedTemporaryFile() as file:
        for _ in range(200):
            start = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - start)
    return f"fdatasync of 4 KiB takes {statistics.median(times) * 1e6:.0f} us in the median"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as error:
        sys.exit(f"bench.orders: {error}")
