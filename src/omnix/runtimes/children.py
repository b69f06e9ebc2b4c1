"""The worker process beside the server: started, watched, started again, stopped."""

import asyncio
import logging
import sys
import time
from pathlib import Path

_log = logging.getLogger("omnix.runtime")

FIRST_SECONDS, MOST_SECONDS = 1.0, 60.0
STEADY_SECONDS = 60.0
GRACE_SECONDS = 8.0

# Ctrl+C reaches the whole group, also while the worker still imports.
_WORKER = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "import runpy; runpy.run_module('omnix.runtimes.worker', run_name='__main__')"
)


def next_pause(pause: float, lived: float) -> float:
    """How long to wait before the next start, given the last wait and how long it lived then."""
    return FIRST_SECONDS if lived > STEADY_SECONDS else min(pause * 2, MOST_SECONDS)


async def keep_worker(data: Path) -> None:
    """Run the worker, and start it again should it end, until cancelled.

    The worker stops when its standard input ends, so that it never outlives this process.
    """
    pause = FIRST_SECONDS / 2
    while True:
        began = time.monotonic()
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _WORKER,
            str(data),
            stdin=asyncio.subprocess.PIPE,
        )
        try:
            code = await worker.wait()
        except asyncio.CancelledError:
            await _stop(worker)
            raise
        pause = next_pause(pause, time.monotonic() - began)
        _log.error("the worker ended with %s and is started again in %.0f s", code, pause)
        await asyncio.sleep(pause)


async def _stop(worker: asyncio.subprocess.Process) -> None:
    if worker.stdin is not None:
        worker.stdin.close()
    try:
        await asyncio.wait_for(worker.wait(), GRACE_SECONDS)
    except TimeoutError:
        worker.kill()
        await worker.wait()
