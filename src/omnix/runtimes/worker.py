"""The local worker process: consumers, jobs and schedules, away from the API's event loop."""

import asyncio
import os
import signal
import sys
import threading
from pathlib import Path

from omnix import app
from omnix.adapters.local.platform import LocalPlatform, open_local
from omnix.declared import COLLECTIONS, FACTS, SCHEDULES
from omnix.domains.system.settings import shop
from omnix.platform import logs
from omnix.platform.consume import consume_forever
from omnix.platform.jobs import work_forever
from omnix.platform.schedules import ask_forever
from omnix.ports import Ports

JOBS_AT_ONCE = 2
_GRACE_SECONDS = 5


async def _zone(ports: Ports) -> str:
    return (await shop(ports)).time_zone


async def work(platform: LocalPlatform) -> None:
    """Everything that happens behind the API, until cancelled."""
    ports = platform.ports
    types = {handler.type.name: handler.type for handler in app.JOBS}
    async with asyncio.TaskGroup() as tasks:
        for consumer in app.CONSUMERS:
            tasks.create_task(consume_forever(ports, consumer), name=consumer.name)
        for number in range(JOBS_AT_ONCE):
            tasks.create_task(work_forever(ports, app.JOBS), name=f"jobs-{number}")
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
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    watcher = threading.Thread(target=_stop_with_parent, args=(stop, loop), daemon=True)
    watcher.start()
    async with open_local(data, COLLECTIONS, FACTS) as platform:
        working = asyncio.ensure_future(work(platform))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
        working.cancel()
        await asyncio.wait({working}, timeout=_GRACE_SECONDS)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    logs.to_file(folder / "logs" / "worker.jsonl")
    asyncio.run(_main(folder))
