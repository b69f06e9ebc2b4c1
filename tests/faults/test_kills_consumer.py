"""kill -9 of the worker while it turns events into facts and figures: each counts once."""

import asyncio
import random
import time
from pathlib import Path

import pytest

from domains.orders.shop import ACTOR, fill, order, product
from faults.books import check, opened, settled
from faults.server import worker_alone
from omnix.adapters.local.platform import LocalPlatform
from omnix.domains.orders import service, transitions
from omnix.domains.orders.model import Cancellation

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("processes")]

PRODUCTS = [f"p{n:02d}" for n in range(60)]
START_SECONDS = 60.0


async def _order(platform: LocalPlatform, chance: random.Random, enough: asyncio.Event) -> None:
    """Orders as they come, some of 60 lines, every tenth cancelled."""
    while not enough.is_set():
        chosen = chance.sample(PRODUCTS, chance.choice((1, 2, 3, 60)))
        placed = await service.place(platform.ports, ACTOR, order(*((id, 1) for id in chosen)))
        if chance.random() < 0.1:
            await transitions.cancel(platform.ports, ACTOR, placed["id"], Cancellation())
        await asyncio.sleep(0.01)


async def _position(platform: LocalPlatform) -> int:
    return (await platform.bus.consumers()).get("sales-facts", 0)


async def _at_work(platform: LocalPlatform) -> None:
    """Wait until the worker has taken something."""
    before = await _position(platform)
    async with asyncio.timeout(START_SECONDS):
        while await _position(platform) == before:  # noqa: ASYNC110 - another process moves it
            await asyncio.sleep(0.01)


async def kill_while_consuming(data: Path, kills: int, seed: int) -> str:
    """The figures, in a sentence."""
    began = time.monotonic()
    chance = random.Random(seed)
    async with opened(data) as platform:
        stock = dict.fromkeys(PRODUCTS, 10_000_000)
        await fill(platform.ports, [product(id) for id in PRODUCTS], stock)
        enough = asyncio.Event()
        ordering = asyncio.create_task(_order(platform, chance, enough))
        for _ in range(kills):
            with worker_alone(data):
                await _at_work(platform)
                await asyncio.sleep(chance.uniform(0, 0.7))
        enough.set()
        await ordering
        with worker_alone(data) as worker:
            await settled(platform, 120)
            books = await check(platform)
            assert worker.stdin is not None
            worker.stdin.close()
            assert await asyncio.to_thread(worker.wait, 20) == 0
    return (
        f"mid-consumer: {kills} kills, {len(books.orders)} orders, {books.events} event rows, "
        f"{books.fact_rows} fact rows, 0 lost, 0 doubled, in {time.monotonic() - began:.0f} s"
    )


async def test_some_kills_in_mid_consumer(tmp_path: Path) -> None:
    await kill_while_consuming(tmp_path / "data", 3, seed=31)


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_a_hundred_kills_in_mid_consumer(tmp_path: Path) -> None:
    print("\n" + await kill_while_consuming(tmp_path / "data", 100, seed=32))  # noqa: T201
