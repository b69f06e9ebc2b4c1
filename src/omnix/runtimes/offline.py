"""Work done by a command rather than by a running server."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from omnix import app
from omnix.adapters.local.platform import LocalPlatform
from omnix.kit.errors import NotFound
from omnix.platform import jobs
from omnix.platform.consume import consume_once
from omnix.ports import Ports
from omnix.runtimes.locking import WORKER, FolderLock
from omnix.runtimes.worker import PREDECESSOR_SECONDS, take_over

Told = Callable[[str], None]


def server_running(data: Path) -> bool:
    """Whether a server is at work on the folder."""
    return FolderLock(data).held_by_other()


async def finish(platform: LocalPlatform, told: Told) -> None:
    """Do all queued jobs and take all events, as the worker would, until nothing is left.

    Raises Conflict if a worker is at the folder and stays.
    """
    lock = FolderLock(platform.data, WORKER)
    await asyncio.to_thread(lock.acquire, "a command", PREDECESSOR_SECONDS)
    try:
        await take_over(platform)
        await _work_off(platform.ports, told)
    finally:
        lock.release()


async def _work_off(ports: Ports, told: Told) -> None:
    while True:
        worked = await jobs.work_once(ports, app.JOBS)
        taken = 0
        for consumer in app.CONSUMERS:
            count, _ = await consume_once(ports, consumer)
            taken += count
        if not worked and not taken:
            return
        running = await jobs.listing(ports, None, 1, None)
        if running.items:
            told(running.items[0].title)


async def watch(ports: Ports, ids: list[str], told: Told) -> None:
    """Wait until jobs that a running server does have ended; the oldest are forgotten."""
    left = list(ids)
    while left:
        try:
            run = await jobs.get(ports, left[0])
        except NotFound:
            left.pop(0)
            continue
        told(f"{run.title}: {run.step}" if run.step else run.title)
        if run.state in jobs.ENDED:
            left.pop(0)
        else:
            await ports.bus.wait(0.5)
