"""The local worker process: consumers, jobs and schedules, away from the API's event loop."""

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from omnix import app
from omnix.adapters.local.platform import LocalPlatform, open_local, read_ahead
from omnix.declared import COLLECTIONS, FACTS, SCHEDULES
from omnix.domains.system.settings import shop
from omnix.platform import jobs, logs, tracing
from omnix.platform.consume import consume_forever
from omnix.platform.schedules import ask_forever
from omnix.ports import Ports
from omnix.runtimes.locking import WORKER, FolderLock

_log = logging.getLogger("omnix.worker")

JOBS_AT_ONCE = 2
NICE = 19
PAUSE_SECONDS = 0.1
"""Between two commits of what can wait, while the API commits too."""
_GRACE_SECONDS = 5
PREDECESSOR_SECONDS = 30


async def _zone(ports: Ports) -> str:
    return (await shop(ports)).time_zone


async def take_over(platform: LocalPlatform) -> None:
    """Put back what a worker that died had in hand. For who holds the lock of the one worker."""
    await platform.jobs.release()
    await jobs.resend(platform.ports)


async def work(platform: LocalPlatform) -> None:
    """Everything that happens behind the API, until cancelled."""
    ports = platform.ports
    types = {handler.type.name: handler.type for handler in app.JOBS}
    await take_over(platform)
    async with asyncio.TaskGroup() as tasks:
        for consumer in app.CONSUMERS:
            tasks.create_task(consume_forever(ports, consumer), name=consumer.name)
        for number in range(JOBS_AT_ONCE):
            tasks.create_task(jobs.work_forever(ports, app.JOBS), name=f"jobs-{number}")
        tasks.create_task(ask_forever(ports, SCHEDULES, types, _zone), name="schedules")
        for beat in app.ALWAYS:
            tasks.create_task(beat(ports))


def _stop_with_parent(stop: "asyncio.Event", loop: asyncio.AbstractEventLoop) -> None:
    """Wait for the end of standard input, which the parent holds open for as long as it lives."""
    while os.read(0, 1024):
        pass
    loop.call_soon_threadsafe(stop.set)
    threading.Event().wait(_GRACE_SECONDS)
    os._exit(0)


async def _main(data: Path) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    watcher = threading.Thread(target=_stop_with_parent, args=(stop, loop), daemon=True)
    watcher.start()
    await asyncio.to_thread(read_ahead, data)
    async with open_local(data, COLLECTIONS, FACTS, pause=PAUSE_SECONDS) as platform:
        # What is loaded by now stays: the collector need not look at it again and again.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        working = asyncio.ensure_future(work(platform))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
        working.cancel()
        await asyncio.wait({working}, timeout=_GRACE_SECONDS)


def main(data: Path) -> int:
    """Work until standard input ends or SIGTERM comes; the exit code."""
    # Ctrl+C reaches the whole group; the parent tells the worker when it is time.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The API comes first where both want the processor.
    os.nice(NICE)
    logs.to_file(data / "logs" / "worker.jsonl")
    try:
        FolderLock(data, WORKER).acquire("worker", PREDECESSOR_SECONDS)
        stop_tracing = tracing.start("worker")
        try:
            asyncio.run(_main(data))
        finally:
            stop_tracing()
    except Exception as error:
        _log.critical("the worker cannot go on", exc_info=error)
        return 1
    return 0


if __name__ == "__main__":
    code = main(Path(sys.argv[1]))
    logging.shutdown()
    # Everything is closed, and the thread that reads standard input would never end.
    os._exit(code)
