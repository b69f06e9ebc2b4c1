"""Processes that the fault tests start, to kill or to starve: ``faulty_child.py HOW FOLDER``.

Each prints a line for what was acknowledged, so that the parent knows what must survive.
"""

import asyncio
import resource
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from omnix.adapters.local.platform import LocalPlatform, open_local
from omnix.kit.errors import ConditionFailed, Unavailable
from omnix.kit.events import Event
from omnix.ports import AtLeast, Put, Update
from ports.declared import COLLECTIONS, FACTS, LINES, SALES, THINGS, TOKENS

AT = "2026-01-01T00:00:00.000Z"


def say(*words: Any) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


async def writes(platform: LocalPlatform) -> None:
    """Endless batches of an item, a counter and an event, from 16 tasks."""

    async def one(task: int) -> None:
        number = 0
        while True:
            number += 1
            id_ = f"t{task}-{number}"
            await platform.records.write(
                [Put(THINGS, {"id": id_}), Update(LINES, ("count", task), {"n": 1})],
                [Event("thing.made", id_, AT, {})],
            )
            say(id_)

    await asyncio.gather(*[one(task) for task in range(16)])


async def claims(platform: LocalPlatform) -> None:
    """Endless claims of 50 keys each, from four tasks."""
    end = int(platform.clock.now().timestamp()) + 3600

    async def one(task: int) -> None:
        number = 0
        while True:
            keys = [f"t{task}-{number + n}" for n in range(50)]
            number += 50
            known = await platform.records.claim(
                TOKENS,
                keys,
                end,
                lambda which, keys=keys: Event(  # type: ignore[misc]
                    "thing.claimed", "c", AT, {"keys": [keys[n] for n in which]}
                ),
            )
            say(len(known), *keys)

    await asyncio.gather(*[one(task) for task in range(4)])


async def appends(platform: LocalPlatform) -> None:
    """Endless appends of 100 rows."""
    version = await platform.lake.position(SALES, "child") or 0
    while True:
        version += 1
        rows = {"month": [f"2026-0{1 + n % 3}" for n in range(100)], "units": [version] * 100}
        await platform.lake.append(SALES, rows, source="child", version=version)
        say(version)


async def buys(platform: LocalPlatform) -> None:
    """Take units of one product until there are none; prints how many were got."""
    got = 0
    while True:
        try:
            await platform.records.write(
                [Update(THINGS, "p", {"stock": -1}, when=(AtLeast("stock", 1),))],
                [Event("unit.sold", "p", AT, {})],
            )
        except ConditionFailed:
            break
        got += 1
    say(got)


async def shares(platform: LocalPlatform) -> None:
    """Append each version that the siblings append too; prints how often this one was first."""
    won = 0
    for version in range(1, 11):
        rows = {"month": ["2026-01"], "units": [version]}
        won += await platform.lake.append(SALES, rows, source="shared", version=version)
    say(won)


async def starves(platform: LocalPlatform) -> None:
    """Write until files may not grow, then go on when they may again."""
    size = 600_000
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    kept = refused = 0
    while refused < 5:
        try:
            await platform.records.write(
                [Put(THINGS, {"id": f"t{kept}", "pad": "x" * 20_000})],
                [Event("thing.made", f"t{kept}", AT, {})],
            )
            kept += 1
        except Unavailable:
            refused += 1
    for blob in (b"x" * 10, b"x" * 2 * size):
        try:
            await platform.blobs.put("blob", blob)
        except Unavailable:
            say("blob refused")
    found = await platform.records.get(THINGS, f"t{kept - 1}")
    say("readable", found is not None)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    await platform.records.write([Put(THINGS, {"id": f"t{kept}", "pad": ""})])
    say("kept", kept + 1)


async def main() -> None:
    how, folder = sys.argv[1:]
    async with open_local(Path(folder), COLLECTIONS, FACTS) as platform:
        say("ready")
        await globals()[how](platform)


if __name__ == "__main__":
    asyncio.run(main())
