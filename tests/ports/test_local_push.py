"""Clients of the live connection that are slow, behind or gone."""

import asyncio
import json
from pathlib import Path

import pytest

from omnix.adapters.local.platform import open_local
from omnix.adapters.local.push import A_TURN, TOO_SLOW, WAITING
from omnix.kit.errors import NotFound

pytestmark = pytest.mark.anyio
AT = "2026-01-01T00:00:00.000Z"


async def test_a_slow_client_is_dropped_and_the_others_get_everything(tmp_path: Path) -> None:
    async with open_local(tmp_path, [], []) as platform:
        push = platform.push
        closed: list[tuple[int, str]] = []
        got: list[int] = []
        stuck = asyncio.Event()

        async def slow(message: bytes) -> None:
            await stuck.wait()

        async def fast(message: bytes) -> None:
            got.append(json.loads(message)["data"]["n"])

        async def close(code: int, reason: str) -> None:
            closed.append((code, reason))

        async def gone(message: bytes) -> None:
            raise ConnectionResetError

        for name, send in (("slow", slow), ("fast", fast), ("gone", gone)):
            push.attach(name, send, close)
            await push.subscribe(name, "orders")
        count = WAITING * 2
        for n in range(count):
            await push.publish("orders", "order.placed", AT, {"n": n})
            if n % 50 == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        assert got == list(range(count))
        assert [code for code, _ in closed] == [TOO_SLOW]
        assert push.connected() == 1
        with pytest.raises(NotFound):
            await push.subscribe("slow", "orders")
        push.detach("fast")


async def test_a_client_that_is_behind_gets_the_latest_alone_and_the_rest_whole(
    tmp_path: Path,
) -> None:
    async with open_local(tmp_path, [], []) as platform:
        push = platform.push
        got: list[tuple[str, int, int]] = []
        ready, all_there = asyncio.Event(), asyncio.Event()

        async def slow(message: bytes) -> None:
            await ready.wait()
            told = json.loads(message)
            got.append((told["event"], told["sequence"], told["data"]["n"]))
            if told["data"]["n"] == WAITING * 4 - 1:
                all_there.set()

        async def close(code: int, reason: str) -> None:
            raise AssertionError(reason)

        push.attach("slow", slow, close)
        began = (await push.subscribe("slow", "dashboard")).sequence
        for n in range(WAITING * 4):
            await push.publish("dashboard", "refreshed", AT, {"n": n}, latest=True)
            if n % 50 == 0:
                await push.publish("dashboard", "made", AT, {"n": n})
                await asyncio.sleep(0)
        ready.set()
        async with asyncio.timeout(20):
            await all_there.wait()
        assert [n for event, _, n in got if event == "made"] == list(range(0, WAITING * 4, 50))
        numbers = [sequence - began for _, sequence, _ in got]
        assert numbers == sorted(set(numbers))
        assert len(got) < WAITING
        push.detach("slow")


async def test_a_burst_reaches_a_client_that_keeps_up_whole(tmp_path: Path) -> None:
    async with open_local(tmp_path, [], []) as platform:
        push = platform.push
        got: list[int] = []
        all_there = asyncio.Event()

        async def fast(message: bytes) -> None:
            got.append(json.loads(message)["data"]["n"])
            if len(got) == WAITING * 4:
                all_there.set()

        async def close(code: int, reason: str) -> None:
            raise AssertionError(reason)

        push.attach("fast", fast, close)
        await push.subscribe("fast", "dashboard")
        for n in range(WAITING * 4):
            await push.publish("dashboard", "refreshed", AT, {"n": n}, latest=n % 3 > 0)
        async with asyncio.timeout(20):
            await all_there.wait()
        assert got == list(range(WAITING * 4))
        push.detach("fast")


async def test_who_is_idle_is_sent_to_at_once_and_who_is_not_in_its_order(tmp_path: Path) -> None:
    async with open_local(tmp_path, [], []) as platform:
        push = platform.push
        ways: list[str] = []
        got: list[int] = []
        ready = [True]

        def at_once(message: bytes) -> bool:
            if ready[0]:
                ways.append("at once")
                got.append(json.loads(message)["data"]["n"])
            return ready[0]

        async def send(message: bytes) -> None:
            await asyncio.sleep(0)
            ways.append("in turn")
            got.append(json.loads(message)["data"]["n"])

        async def close(code: int, reason: str) -> None:
            raise AssertionError(reason)

        push.attach("one", send, close, at_once)
        await push.subscribe("one", "orders")
        for n in range(6):
            # Ready again from the fourth on, while the third is still on its way.
            ready[0] = n != 2
            await push.publish("orders", "order.placed", AT, {"n": n})
        async with asyncio.timeout(20):
            while len(got) < 6:  # noqa: ASYNC110 - a send has no event
                await asyncio.sleep(0)
        assert got == list(range(6))
        assert ways == ["at once"] * 2 + ["in turn"] * 4
        await push.publish("orders", "order.placed", AT, {"n": 6})
        assert ways[-1] == "at once"
        push.detach("one")


async def test_a_burst_written_at_once_leaves_others_their_turn(tmp_path: Path) -> None:
    async with open_local(tmp_path, [], []) as platform:
        push = platform.push
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        async def send(message: bytes) -> None:
            raise AssertionError

        async def close(code: int, reason: str) -> None:
            raise AssertionError(reason)

        for n in range(50):
            push.attach(f"c{n}", send, close, lambda message: True)
            await push.subscribe(f"c{n}", "orders")
        busy = asyncio.create_task(others())
        await asyncio.sleep(0)
        turns = 0
        for n in range(400):
            await push.publish("orders", "order.placed", AT, {"n": n})
        assert turns >= 400 * 50 / A_TURN - 1
        busy.cancel()
