"""An import that dies at any of its steps: begun again, it ends as if it had never died."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from . import samples
from .shop import bring, checksum, shop

pytestmark = pytest.mark.anyio

CHILD = """
import asyncio, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from omnix.adapters.local.lake import LocalLake
from omnix.adapters.local.records import LocalRecords
from omnix.transfer.incoming.orders import order_sql
from transfer.shop import bring, shop

order_sql.CHUNK_LINES = 4
left = int(sys.argv[3])

def deadly(kind, name):
    work = getattr(kind, name)
    async def after(*args, **more):
        global left
        done = await work(*args, **more)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), 9)
        return done
    setattr(kind, name, after)

deadly(LocalLake, "append")
deadly(LocalRecords, "load")
deadly(LocalRecords, "write")

async def main():
    folder = Path(sys.argv[1])
    async with shop(folder) as ports:
        await bring(ports, folder, Path(sys.argv[2]))

asyncio.run(main())
"""


async def test_killed_after_every_step_it_ends_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from omnix.transfer.incoming.orders import order_sql

    path = tmp_path / "sales.csv"
    path.write_text(samples.UCI)
    monkeypatch.setattr(order_sql, "CHUNK_LINES", 4)
    async with shop(tmp_path / "whole") as ports:
        await bring(ports, tmp_path / "whole", path)
        whole = await checksum(ports)
    folder = tmp_path / "killed"
    tests = str(Path(__file__).parents[1])
    kills = 0
    # Each process does a few steps more than the one before, in the same folder.
    for steps in range(1, 40, 3):
        command = [sys.executable, "-c", CHILD, str(folder), str(path), str(steps), tests]
        done = await asyncio.to_thread(subprocess.run, command, env=os.environ, check=False)
        code = done.returncode
        if code == 0:
            break
        assert code == -signal.SIGKILL
        kills += 1
    assert kills >= 4
    async with shop(folder) as ports:
        await bring(ports, folder, path)
        assert await checksum(ports) == whole
