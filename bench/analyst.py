"""The narrator and the explanation of changes on a large shop.

    .venv/bin/python -m bench.analyst [--lines 10000000] [--products 20000] [--customers 200000]
        [--days 1096] [--rounds 5]

Fills a data folder of its own with the generated sales of ``bench.dashboard``, adds up the rollups,
explains the usual changes as the night does, and asks the application every question that the
narrator knows, each several times over the whole HTTP interface in one process: without a socket,
and without a worker beside it. Then why revenue changed, with nothing told ahead. Times are of the
wall and of the CPU; the folder goes away at the end.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx

from bench.dashboard import fill, percentiles
from bench.measured import cost
from bench.orders.processes import BenchError
from omnix import app
from omnix.declared import ROLE_PERMISSIONS
from omnix.domains.dashboard import rollups
from omnix.domains.dashboard.changes.kept import explain_usual
from omnix.domains.dashboard.changes.service import Against, explain_change
from omnix.platform.access import Actor
from omnix.platform.jobs import JobContext
from omnix.ports import Ports
from omnix.runtimes.local import platform

MANAGER = Actor("usr_bench", "manager", ROLE_PERMISSIONS["manager"])
CHANGES: tuple[tuple[str, int, Against], ...] = (
    ("last 7 days", 7, "previous"),
    ("last 28 days", 28, "previous"),
    ("last 92 days", 92, "previous"),
    ("last 7 days, a year before", 7, "last_year"),
)


@dataclass
class Unheard:
    """A job's context without a job around it."""

    ports: Ports

    async def progress(self, done: int, total: int, step: str = "") -> None:
        """Nobody asks how far it is."""


class Asker:
    """The application, asked by somebody whom it takes for a manager."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ask(self, method: str, path: str, **request: Any) -> tuple[Any, float, float]:
        """The decoded answer, and the seconds of the wall and of the CPU until it was there."""
        wall, cpu = time.perf_counter(), time.process_time()
        answer = await self._client.request(method, f"/v1{path}", **request)
        took = time.perf_counter() - wall, time.process_time() - cpu
        if answer.status_code != 200:
            raise BenchError(f"{path}: {answer.status_code} {answer.text[:500]}")
        return answer.json(), *took


async def _somebody(headers: Mapping[str, str]) -> Actor:
    return MANAGER


async def measure(folder: Path, args: argparse.Namespace) -> None:
    last = datetime.now(UTC).date() - timedelta(days=1)
    first = last - timedelta(days=args.days - 1)
    async with platform(folder / "data") as local:
        ports: Ports = local.ports
        since = time.process_time()
        await fill(ports, args, first)
        print(
            f"{args.lines:,} lines of {args.days} days, {args.products:,} products: {cost(since)}"
        )
        since = time.process_time()
        await rollups.rebuild(cast(JobContext, Unheard(ports)))
        print(f"rollups: {cost(since)}", flush=True)
        since = time.process_time()
        told = await explain_usual(cast(JobContext, Unheard(ports)))
        print(f"{told['explanations']} usual changes told ahead: {cost(since)}", flush=True)
        api: Any = app.api(ports, _somebody)
        transport = httpx.ASGITransport(app=api, client=("192.0.2.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
            asker = Asker(client)
            await _questions(asker, args.rounds)
        await _changes(ports, last, max(2, args.rounds // 2))
    print(cost())


async def _questions(asker: Asker, rounds: int) -> None:
    told, _, _ = await asker.ask("GET", "/ai/suggestions")
    walls: list[float] = []
    cpus: list[float] = []
    slowest: dict[str, tuple[float, float]] = {}
    for _ in range(rounds):
        for question in told["every"]:
            _, wall, cpu = await asker.ask("POST", "/ai/ask", json={"question": question})
            walls.append(wall)
            cpus.append(cpu)
            slowest[question] = max(slowest.get(question, (0.0, 0.0)), (wall, cpu))
    print(f"{len(walls)} answers of the narrator: {percentiles(walls)} on the wall, "
          f"{percentiles(cpus)} of CPU")  # fmt: skip
    for question, (wall, cpu) in sorted(slowest.items(), key=lambda one: -one[1][0])[:5]:
        print(
            f"    {wall * 1e3:6.1f} ms on the wall at most, {cpu * 1e3:.1f} ms of CPU: {question}"
        )


async def _changes(ports: Ports, last: date, rounds: int) -> None:
    for title, days, against in CHANGES:
        first, walls, cpus = last - timedelta(days=days - 1), [], []
        for _ in range(rounds):
            wall, cpu = time.perf_counter(), time.process_time()
            told = await explain_change(ports, first=first, last=last, against=against)
            walls.append(time.perf_counter() - wall)
            cpus.append(time.process_time() - cpu)
        if sum(cause.effect for cause in told.causes) != told.change:
            raise BenchError("the causes do not sum to the change")
        print(f"why revenue changed, told anew, {title}: {statistics.median(walls):.2f} s on the "
              f"wall, {statistics.median(cpus):.2f} s of CPU (median of {rounds}), "
              f"{len(told.causes)} causes", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--days", type=int, default=1096)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="omnix-analyst-") as folder:
        asyncio.run(measure(Path(folder), args))


if __name__ == "__main__":
    main()
