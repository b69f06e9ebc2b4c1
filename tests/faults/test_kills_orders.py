"""kill -9 of the whole process tree while clients order: nothing lost, nothing doubled."""

import asyncio
import random
import time
from pathlib import Path

import pytest

from domains.orders.shop import fill, product
from faults.books import check, make_key, opened, settled
from faults.server import served
from faults.shopper import Shoppers

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("processes")]

PRODUCTS = [f"p{n:04d}" for n in range(1400)]


async def kill_while_ordering(data: Path, kills: int, seed: int) -> str:
    """The figures, in a sentence."""
    async with opened(data) as platform:
        await fill(
            platform.ports, [product(id) for id in PRODUCTS], dict.fromkeys(PRODUCTS, 900_000)
        )
        key = await make_key(platform.ports)
    began = time.monotonic()
    chance = random.Random(seed)
    async with served(data) as server:
        shoppers = Shoppers(server.url, key, PRODUCTS, seed=seed)
        shopping = asyncio.create_task(shoppers.run())
        for _ in range(kills):
            await shoppers.more(3)
            await asyncio.sleep(chance.uniform(0, 0.6))
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
        shoppers.finish()
        await shopping
        async with opened(data) as platform:
            await settled(platform, 120)
            books = await check(platform)
    found = books.by_note()
    for asked in shoppers.asked:
        assert asked.answer is not None
        stored = found.pop(asked.key)
        assert len(stored) == 1, "an order was placed twice"
        assert stored[0]["id"] == asked.answer["id"], "an acknowledged order is another one"
        assert stored[0]["total_minor"] == asked.answer["total_minor"]
        status = {"": "placed", "fulfil": "fulfilled", "cancel": "cancelled", "return": "returned"}
        assert stored[0]["status"] == status[(["", *asked.fate])[-1]]
    assert found == {}, "orders that nobody asked for"
    return (
        f"mid-order: {kills} kills, {len(shoppers.asked)} orders ({shoppers.large} of 1,350 lines),"
        f" {shoppers.retries} retries, {books.events} event rows, {books.fact_rows} fact rows,"
        f" 0 lost, 0 doubled, in {time.monotonic() - began:.0f} s"
    )


@pytest.mark.timeout(300)  # it took 80 s on a quiet machine
async def test_some_kills_in_mid_order(tmp_path: Path) -> None:
    await kill_while_ordering(tmp_path / "data", 2, seed=11)


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_a_hundred_kills_in_mid_order(tmp_path: Path) -> None:
    print("\n" + await kill_while_ordering(tmp_path / "data", 100, seed=12))  # noqa: T201
