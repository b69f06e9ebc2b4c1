"""Events are turned into messages only while somebody listens, and a gap never goes untold."""

import asyncio
from pathlib import Path

import pytest

from omnix.adapters.local.platform import LocalPlatform, open_local
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.realtime.channels import LIVE
from omnix.kit.events import Event
from omnix.runtimes import audience as module
from omnix.runtimes.audience import Audience

pytestmark = pytest.mark.anyio
AT = "2026-03-01T09:00:00.000Z"


class Client:
    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def send(self, data: bytes) -> None:
        self.heard.put_nowait(data)

    async def close(self, code: int, reason: str) -> None:
        raise AssertionError(reason)


async def happens(platform: LocalPlatform, name: str) -> None:
    await platform.ports.bus.publish([Event("order.placed", name, AT, {"order_id": name}, name)])


async def position(platform: LocalPlatform) -> int:
    return (await platform.ports.bus.consumers()).get(LIVE.name, 0)  # type: ignore[attr-defined, no-any-return]


async def test_only_a_seated_client_costs_and_what_it_missed_shows_in_the_numbers(
    tmp_path: Path,
) -> None:
    async with open_local(tmp_path, COLLECTIONS, FACTS) as platform:
        audience = Audience(platform, idle_seconds=0.01)
        telling = asyncio.create_task(audience.tell_forever())
        client = Client()

        await happens(platform, "o1")
        await asyncio.sleep(0.05)
        assert await position(platform) == 0

        async with audience.seat(), asyncio.timeout(10):
            platform.push.attach("c1", client.send, client.close)
            first = (await platform.push.subscribe("c1", "orders")).sequence
            await happens(platform, "o2")
            told = await client.heard.get()
            assert b'"o2"' in told
            assert b'"sequence":%d' % (first + 1) in told
            platform.push.detach("c1")

        await asyncio.sleep(0.2)
        before = await position(platform)
        await happens(platform, "o3")
        await asyncio.sleep(0.05)
        assert await position(platform) == before

        async with audience.seat(), asyncio.timeout(10):
            platform.push.attach("c2", client.send, client.close)
            again = (await platform.push.subscribe("c2", "orders")).sequence
            assert again > first + 1
            await happens(platform, "o4")
            assert b'"o4"' in await client.heard.get()
            platform.push.detach("c2")
        telling.cancel()


async def test_a_fault_while_somebody_listens_loses_no_event(tmp_path: Path) -> None:
    async with open_local(tmp_path, COLLECTIONS, FACTS) as platform:
        audience = Audience(platform)
        client = Client()
        async with asyncio.timeout(20):
            telling = asyncio.create_task(audience.tell_forever())
            async with audience.seat():
                platform.push.attach("c1", client.send, client.close)
                first = (await platform.push.subscribe("c1", "orders")).sequence
                # Whatever ends the telling, what happens meanwhile is told afterwards.
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)
                await happens(platform, "o1")
                telling = asyncio.create_task(audience.tell_forever())
                told = await client.heard.get()
                assert b'"o1"' in told
                assert b'"sequence":%d' % (first + 1) in told
                platform.push.detach("c1")
            telling.cancel()


async def test_who_cannot_be_told_anything_is_sent_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.05)
    async with open_local(tmp_path, COLLECTIONS, FACTS) as platform:
        audience = Audience(platform)
        with pytest.raises(TimeoutError):
            async with audience.seat():
                raise AssertionError("nobody tells anything")
        telling = asyncio.create_task(audience.tell_forever())
        await asyncio.sleep(0.05)
        async with audience.seat():
            pass
        telling.cancel()
