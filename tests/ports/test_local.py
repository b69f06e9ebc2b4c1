"""The local adapters keep the contracts. Only the constructor is theirs."""

import asyncio
import json
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from omnix.adapters.local.clock import ManualClock
from omnix.adapters.local.platform import LocalPlatform, open_local
from omnix.kit import trace
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.ports import Ports
from ports.bus_contract import BusContract
from ports.claims_contract import ClaimsContract
from ports.declared import COLLECTIONS, FACTS, Advance
from ports.files_contract import BlobsContract, SecretsContract
from ports.jobs_contract import JobsContract
from ports.lake_contract import LakeContract
from ports.push_contract import Connect, PushContract
from ports.records_contract import RecordsContract
from ports.records_model import records_machine

pytestmark = pytest.mark.anyio


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[LocalPlatform]:
    async with open_local(tmp_path, COLLECTIONS, FACTS, clock=ManualClock()) as opened:
        yield opened


@pytest.fixture
async def ports(platform: LocalPlatform) -> Ports:
    return platform.ports


@pytest.fixture
async def advance(platform: LocalPlatform) -> Advance:
    async def pass_by(seconds: float) -> None:
        assert isinstance(platform.clock, ManualClock)
        platform.clock.advance(seconds)

    return pass_by


@pytest.fixture
async def connect(platform: LocalPlatform) -> AsyncIterator[Connect]:
    names = []

    async def connected(name: str) -> Callable[[int], Awaitable[list[dict[str, Any]]]]:
        inbox: asyncio.Queue[bytes] = asyncio.Queue()

        async def close(code: int, reason: str) -> None:
            raise AssertionError(f"{code} {reason}")

        platform.push.attach(name, inbox.put, close)
        names.append(name)

        async def receive(count: int) -> list[dict[str, Any]]:
            async with asyncio.timeout(20):
                return [json.loads(await inbox.get()) for _ in range(count)]

        return receive

    yield connected
    for name in names:
        platform.push.detach(name)


class TestRecords(RecordsContract):
    pass


class TestClaims(ClaimsContract):
    pass


class TestBus(BusContract):
    async def test_a_trim_forgets_what_is_old_and_taken(self, ports: Ports, tmp_path: Path) -> None:
        # A task of its own, so that no other test is within the span.
        await asyncio.create_task(self._trim(ports, tmp_path))

    async def _trim(self, ports: Ports, data: Path) -> None:
        trace.CURRENT.set(f"00-{1:032x}-{1:016x}-01")
        bus, clock = ports.bus, ports.clock
        assert isinstance(clock, ManualClock)
        for _ in range(3):
            at = instant(clock.now())
            await bus.publish([Event("thing.made", "k", at, {}) for _ in range(2000)])
            clock.advance(86_400)
        await bus.acknowledge("reader", 5000)
        assert await bus.trim(["reader"], 2.5 * 86_400) == 2000
        assert await bus.trim(["reader"], 2.5 * 86_400) == 0
        assert (await bus.read("new", [], 1)).events[0].sequence == 2001
        assert await bus.trim(["reader", "new"], 0) == 0
        assert await bus.trim(["reader"], 0) == 3000
        assert await bus.trim([], 0) == 999
        assert await bus.end() == 6000
        with closing(sqlite3.connect(data / "omnix.db")) as database:
            kept = database.execute("SELECT count(*), min(seq) FROM bus_traces").fetchone()
        assert kept == (1, 6000)


class TestJobs(JobsContract):
    async def test_messages_come_in_turn_and_by_name(self, ports: Ports) -> None:
        for n in range(3):
            await ports.jobs.send("work", {"n": n})
        await ports.jobs.send("other", {"n": 9})
        got = []
        while (message := await ports.jobs.receive(["work"], 30)) is not None:
            got.append(message.payload["n"])
        assert got == [0, 1, 2]


class TestLake(LakeContract):
    pass


class TestPush(PushContract):
    pass


class TestBlobs(BlobsContract):
    pass


class TestSecrets(SecretsContract):
    pass


@asynccontextmanager
async def fresh() -> AsyncIterator[Ports]:
    with tempfile.TemporaryDirectory() as folder:
        async with open_local(Path(folder), COLLECTIONS, ()) as opened:
            yield opened.ports


TestRecordsModel = records_machine(fresh).TestCase
