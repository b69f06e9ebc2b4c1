"""Work in a thread, as a part of a job: told about, and stoppable."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from omnix.platform.jobs import JobContext

T = TypeVar("T")
Told = Callable[[int, int], None]

TOLD_EVERY = 1.0
"""Seconds between two signs of progress."""


class _Stopped(Exception):
    """Ends the work in its thread."""


async def stoppable(
    context: JobContext, step: tuple[int, int], words: str, work: Callable[[Told], T]
) -> T:
    """What ``work`` returns, done in a thread. It calls what it is given with the steps done and
    the steps in all; that tells ``words`` with their share as a part of the job's ``step`` (which,
    of how many), and raises where the job was asked to stop.
    """
    done, steps = 0, 1
    stop = threading.Event()

    def told(now: int, of: int) -> None:
        nonlocal done, steps
        done, steps = now, of
        if stop.is_set():
            raise _Stopped

    task = asyncio.create_task(asyncio.to_thread(work, told))
    try:
        while not (await asyncio.wait({task}, timeout=TOLD_EVERY))[0]:
            await context.progress(*step, f"{words}, {100 * done // steps}%")
    except BaseException:
        stop.set()
        await asyncio.wait({task})
        task.exception()
        raise
    return task.result()
