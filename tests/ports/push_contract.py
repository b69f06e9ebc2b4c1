"""What every implementation of Push does, seen from a client."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from omnix.ports import Ports, Push

pytestmark = pytest.mark.anyio

Connect = Callable[[str], Awaitable[Callable[[int], Awaitable[list[dict[str, Any]]]]]]
"""Connects a client by name; what it returns waits for a number of messages, decoded."""

AT = "2026-01-01T00:00:00.000Z"


class PushContract:
    """Needs the fixtures ``ports`` and ``connect``."""

    @pytest.fixture
    def push(self, ports: Ports) -> Push:
        return ports.push

    async def test_a_subscriber_gets_what_follows_without_a_gap(
        self, push: Push, connect: Connect
    ) -> None:
        await push.publish("orders", "order.placed", AT, {"n": 0})
        receive = await connect("one")
        sequence = (await push.subscribe("one", "orders")).sequence
        returned = [await push.publish("orders", "order.placed", AT, {"n": n}) for n in (1, 2, 3)]
        assert returned == [sequence + 1, sequence + 2, sequence + 3]
        assert await receive(3) == [
            {
                "type": "message",
                "channel": "orders",
                "sequence": sequence + n,
                "event": "order.placed",
                "at": AT,
                "data": {"n": n},
            }
            for n in (1, 2, 3)
        ]

    async def test_a_subscriber_learns_for_how_long_nothing_was_told(
        self, push: Push, connect: Connect
    ) -> None:
        await connect("one")
        began = time.monotonic()
        await push.publish("orders", "order.placed", AT, {})
        joined = await push.subscribe("one", "orders")
        passed = (time.monotonic() - began) * 1000
        assert joined.quiet_ms is not None
        assert 0 <= joined.quiet_ms <= passed + 1
        await asyncio.sleep(0.2)
        later = (await push.subscribe("one", "orders")).quiet_ms
        assert later is not None
        assert later >= joined.quiet_ms + 190

    async def test_channels_and_clients_are_apart(self, push: Push, connect: Connect) -> None:
        one, two = await connect("one"), await connect("two")
        await push.subscribe("one", "a")
        await push.subscribe("two", "a")
        await push.subscribe("two", "b")
        await push.publish("b", "x", AT, {"to": "two"})
        await push.publish("a", "x", AT, {"to": "both"})
        assert [m["data"]["to"] for m in await one(1)] == ["both"]
        assert [m["data"]["to"] for m in await two(2)] == ["two", "both"]

    async def test_unsubscribed_channels_are_silent(self, push: Push, connect: Connect) -> None:
        receive = await connect("one")
        for channel in ("a", "b", "c"):
            await push.subscribe("one", channel)
        await push.unsubscribe("one", "a")
        await push.publish("a", "x", AT, {})
        await push.publish("b", "x", AT, {})
        assert [m["channel"] for m in await receive(1)] == ["b"]
        await push.unsubscribe("one")
        for channel in ("a", "b", "c"):
            await push.publish(channel, "x", AT, {})
        await push.subscribe("one", "d")
        await push.publish("d", "x", AT, {})
        assert [m["channel"] for m in await receive(1)] == ["d"]

    async def test_subscribing_twice_delivers_once(self, push: Push, connect: Connect) -> None:
        receive = await connect("one")
        await push.subscribe("one", "a")
        await push.subscribe("one", "a")
        await push.publish("a", "first", AT, {})
        await push.publish("a", "second", AT, {})
        assert [m["event"] for m in await receive(2)] == ["first", "second"]
