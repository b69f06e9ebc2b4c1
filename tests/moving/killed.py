"""A copy that is killed as soon as it has begun with a part: ``FROM TO PART``."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from moving.shops import moved, opened
from omnix.transfer.declare import MOVES


async def main(here: Path, there: Path, part: str) -> None:
    def progress(done: int, total: int, step: str) -> None:
        if step.startswith(part + ":"):
            os.kill(os.getpid(), signal.SIGKILL)

    async with opened(here) as source, opened(there) as target:
        begun = await target.ports.records.get(MOVES, "in")
        await moved(source, target, resume=begun is not None, progress=progress)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
