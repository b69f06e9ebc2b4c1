"""The whole process tree: what is sold and moved over HTTP is heard live, number by number."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from faults.books import make_key, opened
from faults.server import Server, served

from .conftest import heard, say

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("processes")]
CHANNELS = ("orders", "dashboard", "products", "inventory", "product.mug")
ORDERS = 30


class _Listener:
    """The messages of each channel in the order of their coming, and the sequence they follow."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.began: dict[str, int] = {}
        self.heard: dict[str, list[dict[str, Any]]] = {name: [] for name in CHANNELS}

    async def begin(self, key: str) -> None:
        await say(self.socket, {"type": "authenticate", "token": key})
        assert (await heard(self.socket))["type"] == "authenticated"
        await say(self.socket, {"type": "subscribe", "channels": CHANNELS})
        for _ in CHANNELS:
            answer = await heard(self.socket)
            self.began[answer["channel"]] = answer["sequence"]

    async def until(self, channel: str, event: str, count: int = 1) -> list[dict[str, Any]]:
        while len(self.of(channel, event)) < count:
            message = await heard(self.socket)
            self.heard[message["channel"]].append(message)
        return self.of(channel, event)

    def of(self, channel: str, event: str) -> list[dict[str, Any]]:
        return [m["data"] for m in self.heard[channel] if m["event"] == event]

    def numbers(self, channel: str) -> list[int]:
        return [m["sequence"] - self.began[channel] for m in self.heard[channel]]


async def _sell(client: httpx.AsyncClient, count: int) -> list[str]:
    async def one() -> str:
        answer = await client.post(
            "/orders", json={"lines": [{"product_id": "mug", "quantity": 1}]}
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    return list(await asyncio.gather(*(one() for _ in range(count))))


async def _key(server: Server) -> str:
    async with opened(server.data) as platform:
        return await make_key(platform.ports)


async def test_a_client_hears_everything_once_and_in_order(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as server:
        key = await _key(server)
        headers = {"Authorization": f"Bearer {key}"}
        address = f"ws://127.0.0.1:{server.port}/v1/ws"
        async with (
            httpx.AsyncClient(base_url=f"{server.url}/v1", headers=headers, timeout=60) as client,
            connect(address) as socket,
        ):
            listener = _Listener(socket)
            await listener.begin(key)
            await client.post("/locations", json={"id": "shop", "name": "Shop"})
            new = {"id": "mug", "sku": "MUG", "name": "Mug", "price_minor": 1200}
            await client.post("/products", json=new)
            await client.post("/inventory/mug/adjust", json={"count_to": 500})
            ids = await _sell(client, ORDERS)
            change = {"version": 1, "price_minor": 1300}
            await client.patch("/products/mug", json=change)

            placed = await listener.until("orders", "order.placed", ORDERS)
            assert sorted(order["id"] for order in placed) == sorted(ids)
            assert {order["total_minor"] for order in placed} == {1200}
            counted = await listener.until("inventory", "stock.counted")
            assert [(c["product_id"], c["counted"]) for c in counted] == [("mug", 500)]
            (changed,) = await listener.until("products", "product.changed")
            assert (changed["id"], changed["version"]) == ("mug", 2)
            await listener.until("product.mug", "product.changed")
            own = listener.of("product.mug", "order.placed")
            assert [order["id"] for order in own] == [order["id"] for order in placed]
            await listener.until("dashboard", "dashboard.refreshed")
            for channel in CHANNELS:
                numbers = listener.numbers(channel)
                assert numbers == list(range(1, len(numbers) + 1)), channel
                assert numbers, channel

            # Who was away learns from the number how much it missed.
            last = listener.heard["orders"][-1]["sequence"]
            await socket.close()
            await _sell(client, 3)
            async with connect(address) as again:
                other = _Listener(again)
                await other.begin(key)
                (more,) = await _sell(client, 1)
                heard_again = await other.until("orders", "order.placed")
                while heard_again[-1]["id"] != more:
                    heard_again = await other.until("orders", "order.placed", len(heard_again) + 1)
                assert other.heard["orders"][-1]["sequence"] == last + 4
                assert await asyncio.to_thread(server.stop) == 0
                with pytest.raises(ConnectionClosed) as ended:
                    await other.until("orders", "nothing")
                assert ended.value.rcvd is not None
                assert ended.value.rcvd.code == 1012
