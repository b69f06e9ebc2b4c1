"""Many clients over HTTP after the last units: exactly what is there is sold."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from domains.orders.shop import add_stock, bundle, fill, product
from faults.books import check, make_key, opened, settled
from faults.server import served

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("processes")]

CLIENTS = 32


async def _buy_all(url: str, key: str, number: int, wants: list[dict[str, Any]]) -> list[int]:
    """Order one thing after another until each is refused; how often each was sold."""
    sold = [0] * len(wants)
    left = list(range(len(wants)))
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        turn = number
        while left:
            turn += 1
            choice = left[turn % len(left)]
            answer = await client.post(
                "/v1/orders",
                json={"lines": [wants[choice]]},
                headers={
                    "Authorization": f"Bearer {key}",
                    "Idempotency-Key": f"client-{number}-{turn}",
                },
            )
            assert answer.status_code in (201, 409), answer.text
            if answer.status_code == 201:
                sold[choice] += 1
            elif answer.json()["type"] == "/problems/out-of-stock":
                left.remove(choice)
    return sold


async def test_racing_clients_sell_exactly_what_there_is(tmp_path: Path) -> None:
    """32 clients after 20 units; then a bundle of three against its parts sold singly."""
    async with opened(tmp_path) as platform:
        products = [product("last"), product("a"), product("b"), bundle("set", {"a": 2, "b": 1})]
        await fill(platform.ports, products, {"last": 20})
        await add_stock(platform.ports, {"a": 41, "b": 20}, "main")
        key = await make_key(platform.ports)
    async with served(tmp_path) as server:
        race = [
            _buy_all(server.url, key, number, [{"product_id": "last", "quantity": 1}])
            for number in range(CLIENTS)
        ]
        assert sum(sold[0] for sold in await asyncio.gather(*race)) == 20

        wants = [{"product_id": id, "quantity": 1} for id in ("set", "a", "b")]
        race = [_buy_all(server.url, key, 100 + number, wants) for number in range(CLIENTS)]
        totals = [sum(column) for column in zip(*await asyncio.gather(*race), strict=True)]
        sets, singles_a, singles_b = totals
        assert sets > 0
        assert singles_a + 2 * sets == 41
        assert singles_b + sets == 20
        async with opened(tmp_path) as platform:
            await settled(platform)
            books = await check(platform)
        assert len(books.orders) == 20 + sum(totals)
