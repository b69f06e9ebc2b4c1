"""A small simulated shop on real local ports, made once and copied for each test."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from omnix import app
from omnix.adapters.local.clock import ManualClock
from omnix.adapters.local.platform import open_local
from omnix.declared import COLLECTIONS, FACTS
from omnix.engine.simulator import ShopSpec, SimulatedShop, simulate
from omnix.platform.access import Actor
from omnix.platform.consume import Consumer, consume_once
from omnix.platform.jobs import JobContext
from omnix.ports import Ports, Query
from omnix.transfer.demo.load import load_demo

ACTOR = Actor("usr_test", "admin", frozenset())
SPEC = ShopSpec(last_day=date(2025, 12, 31), products=60, customers=120, days=400, seed=5)
OPENED = datetime(2026, 1, 1, 8, tzinfo=UTC)
FACTS_SOLD = Query("all_sales", "Every row.", "SELECT * FROM sales", ("sales",))

_kept: list[tempfile.TemporaryDirectory[str]] = []


@cache
def simulated() -> SimulatedShop:
    """What the shop of ``SPEC`` was simulated as, its truth included."""
    return simulate(SPEC)


async def silent(done: int, total: int, step: str) -> None:
    del done, total, step


@dataclass
class Job:
    """A job's context without a job around it."""

    ports: Ports
    steps: list[str] = field(default_factory=list)
    id: str = "job_test"

    async def progress(self, done: int, total: int, step: str = "") -> None:
        self.steps.append(step)


def job(ports: Ports) -> JobContext:
    return Job(ports)  # type: ignore[return-value]


@cache
def _made() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="omnix-simulated-")
    _kept.append(folder)

    async def make() -> None:
        clock = ManualClock(OPENED)
        async with open_local(Path(folder.name), COLLECTIONS, FACTS, clock=clock) as platform:
            await load_demo(platform.ports, SPEC, silent)

    asyncio.run(make())
    return Path(folder.name)


def copied(folder: Path) -> Path:
    """A data folder of one's own with the loaded shop; call it outside of an event loop."""
    shutil.copytree(_made(), folder / "data")
    return folder / "data"


@asynccontextmanager
async def opened(data: Path, start: datetime = OPENED) -> AsyncIterator[Ports]:
    async with open_local(data, COLLECTIONS, FACTS, clock=ManualClock(start)) as platform:
        yield platform.ports


def advance(ports: Ports, **span: float) -> None:
    ports.clock.advance(timedelta(**span).total_seconds())  # type: ignore[attr-defined]


async def follow(ports: Ports, consumers: Sequence[Consumer] = app.CONSUMERS) -> None:
    """Let every consumer take all there is, what they cause included."""
    while True:
        taken = [(await consume_once(ports, consumer))[0] for consumer in consumers]
        if not any(taken):
            return


async def facts(ports: Ports) -> list[dict[str, Any]]:
    return await ports.lake.rows(FACTS_SOLD)


class Counted:
    """A port that counts its calls, and fails at the call of a given number."""

    def __init__(self, port: Any, fail_at: int | None = None, only: str | None = None) -> None:
        self._port, self._fail_at, self._only = port, fail_at, only
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        inner = getattr(self._port, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            if self._only is None or name == self._only:
                self.calls.append(name)
                if len(self.calls) == self._fail_at:
                    raise Killed(name)
            return inner(*args, **kwargs)

        return call


class Killed(BaseException):
    """The process ends here; nothing may catch it."""


def wrapped(ports: Ports, **by_name: Counted) -> Ports:
    changes: Mapping[str, Any] = by_name
    return replace(ports, **changes)
