"""Commands that work while no server does: alone at the folder, and with what a worker left."""

import asyncio
from pathlib import Path

import pytest

from domains.orders.shop import ACTOR, fill, order, product
from faults.books import check, opened, settled
from omnix.domains.orders import service
from omnix.kit.errors import Conflict
from omnix.platform import jobs
from omnix.platform.upkeep import COMPACT
from omnix.runtimes import offline
from omnix.runtimes.locking import WORKER, FolderLock

pytestmark = pytest.mark.anyio


def quiet(step: str) -> None:
    del step


async def test_a_command_waits_for_the_worker_and_keeps_another_out(tmp_path: Path) -> None:
    async with opened(tmp_path) as platform:
        await fill(platform.ports, [product("a")], {"a": 9})
        await service.place(platform.ports, ACTOR, order(("a", 2)))
        run = await jobs.submit(platform.ports, COMPACT, {})
        worker = FolderLock(tmp_path, WORKER)
        worker.acquire("worker")
        steps = []

        def told(step: str) -> None:
            steps.append(step)
            with pytest.raises(Conflict):
                worker.acquire("worker")

        finishing = asyncio.create_task(offline.finish(platform, told))
        await asyncio.sleep(0.3)
        assert (await jobs.get(platform.ports, run.id)).state == "queued"
        assert "sales-facts" not in await platform.bus.consumers()
        worker.release()
        await finishing
        assert steps
        await settled(platform, 0)
        worker.acquire("worker")
        worker.release()
        assert (await check(platform)).fact_rows == 1


async def test_a_command_finishes_what_a_worker_that_died_had_in_hand(tmp_path: Path) -> None:
    async with opened(tmp_path) as platform:
        ports = platform.ports
        held = await jobs.submit(ports, COMPACT, {})
        assert await ports.jobs.receive([COMPACT.name], 3600) is not None
        await offline.finish(platform, quiet)
        assert (await jobs.get(ports, held.id)).state == "done"


async def test_a_command_waits_for_what_a_server_does_and_for_nothing_forgotten(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as platform:
        ports = platform.ports
        asked = await jobs.submit(ports, COMPACT, {})
        waiting = asyncio.create_task(offline.watch(ports, ["forgotten", asked.id], quiet))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await offline.finish(platform, quiet)
        async with asyncio.timeout(20):
            await waiting
