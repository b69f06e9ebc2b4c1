"""Waiting for commits on the local runtime: who is woken, and what looking costs."""

import asyncio
from pathlib import Path

import pytest

from omnix.adapters.local.platform import LocalPlatform, open_local
from omnix.adapters.local.waiting import LOOK_SECONDS, Waiters
from omnix.kit.errors import Unavailable
from omnix.kit.events import Event
from ports.declared import COLLECTIONS, FACTS

pytestmark = pytest.mark.anyio

AT = "2026-01-01T00:00:00.000Z"


def opened(data: Path) -> LocalPlatform:
    return open_local(data, COLLECTIONS, FACTS)


async def test_one_look_is_for_all_who_wait() -> None:
    looks = 0

    def version() -> int:
        nonlocal looks
        looks += 1
        return 1

    waiters = Waiters(version)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(waiters.wait("t", lambda: False, 0.3) for _ in range(50)))
    assert looks <= 2 + (loop.time() - began) / LOOK_SECONDS
    # Nobody waits any more, so nobody looks.
    await asyncio.sleep(2 * LOOK_SECONDS)
    known = looks
    await asyncio.sleep(3 * LOOK_SECONDS)
    assert looks == known


async def test_a_commit_of_another_process_has_all_ask_once() -> None:
    now, asked = 1, [0] * 5
    waiters = Waiters(lambda: now)

    def asking(number: int) -> bool:
        asked[number] += 1
        return False

    def ask(number: int) -> "asyncio.Task[None]":
        return asyncio.ensure_future(waiters.wait("t", lambda: asking(number), 1.0))

    tasks = [ask(number) for number in range(5)]
    await asyncio.sleep(0.1)
    assert asked == [1] * 5
    now = 2
    await asyncio.gather(*tasks)
    # At the beginning, at the commit and at the end.
    assert asked == [3] * 5


async def test_who_waits_hears_that_the_database_is_away() -> None:
    away = False

    def version() -> int:
        if away:
            raise Unavailable("away")
        return 1

    def news() -> bool:
        return version() > 1

    waiters = Waiters(version)
    waiting = asyncio.ensure_future(waiters.wait("t", news, 60))
    await asyncio.sleep(0.01)
    away = True
    async with asyncio.timeout(20):
        with pytest.raises(Unavailable):
            await waiting


async def test_a_reader_sleeps_over_events_of_other_types(tmp_path: Path) -> None:
    def event(kind: str) -> Event:
        return Event(kind, "k", AT, {})

    async with opened(tmp_path) as platform, opened(tmp_path) as other:

        async def reads(kind: str) -> None:
            await platform.bus.read(f"reader of {kind}", [kind])
            await platform.bus.wait(60)

        made, sold = (asyncio.ensure_future(reads(kind)) for kind in ("thing.made", "thing.sold"))
        await asyncio.sleep(LOOK_SECONDS)
        async with asyncio.timeout(20):
            await other.bus.publish([event("thing.made")])
            await made
            await platform.bus.publish([event("thing.made")])
            await asyncio.sleep(4 * LOOK_SECONDS)
            assert not sold.done()
            await other.bus.publish([event("thing.sold"), event("thing.lost")])
            await sold
            # What came between the read and the wait is news as well.
            await platform.bus.read("late", ["thing.kept"])
            await other.bus.publish([event("thing.kept")])
            await platform.bus.wait(60)
