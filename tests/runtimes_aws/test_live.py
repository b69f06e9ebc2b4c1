"""Live updates by a real WebSocket: the emulator's gateway calls the function, as Amazon's does."""

import asyncio
import json
import time
from typing import Any

import pytest
import websockets

from omnix.adapters.aws.own import SUBSCRIPTIONS
from omnix.ports import Delete
from omnix.runtimes.aws import consumers, live
from omnix.runtimes.aws.own import CONNECTIONS
from omnix.runtimes.aws.seal import Seal
from ports import emulators
from runtimes_aws.events import Context, kinesis
from runtimes_aws.shop import Shop

pytestmark = [emulators.GROUP, pytest.mark.anyio]

ALL = {"batchItemFailures": []}
Client = websockets.ClientConnection


@pytest.fixture
def gateway(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the WebSocket API, whose routes call the function."""
    shop.stack.open_gateway()
    monkeypatch.setenv("WEBSOCKET_URL", shop.stack.variables["WEBSOCKET_URL"])
    return shop.stack.variables["WEBSOCKET_URL"].replace("http://", "ws://")


async def say(client: Client, message: Any) -> None:
    await client.send(message if isinstance(message, str) else json.dumps(message))


async def hear(client: Client, count: int = 1) -> list[dict[str, Any]]:
    async with asyncio.timeout(30):
        return [json.loads(await client.recv()) for _ in range(count)]


async def signed_in(client: Client, shop: Shop) -> None:
    await say(client, {"type": "authenticate", "token": shop.token})
    (told,) = await hear(client)
    assert (told["type"], told["role"]) == ("authenticated", "admin")


def connections(listening: bool = False) -> list[Any]:
    container, _ = consumers._delivery()
    if listening:
        page = container.ports.records.query(SUBSCRIPTIONS, "products")
    else:
        page = container.ports.records.query(CONNECTIONS, "all", index="listing-index")
    return list(container.run(page).items)


def wait_until_nobody_listens() -> None:
    end = time.monotonic() + 20
    while connections(listening=True):
        assert time.monotonic() < end
        time.sleep(0.1)


def forget_who_was_here() -> None:
    """Whoever left is taken off the list some time later; this test counts."""
    container, _ = consumers._delivery()
    for collection, listening in ((CONNECTIONS, False), (SUBSCRIPTIONS, True)):
        for item in connections(listening):
            key = tuple(item[name] for name in collection.key)
            gone = Delete(collection, key if len(key) > 1 else key[0])
            container.run(container.ports.records.write([gone]))


def look() -> int:
    count: int = live.handle({"schedule": "connections"}, Context())["connections"]
    return count


async def test_events_reach_who_subscribed_in_the_order_of_their_numbers(
    shop: Shop, gateway: str
) -> None:
    await asyncio.to_thread(shop.settle)
    async with websockets.connect(gateway) as client:
        await signed_in(client, shop)
        await say(client, {"type": "subscribe", "channels": ["products", "nonsense"]})
        subscribed, refused = await hear(client, 2)
        assert (subscribed["type"], subscribed["channel"]) == ("subscribed", "products")
        assert (refused["type"], refused["code"]) == ("error", "forbidden")
        records = await asyncio.to_thread(products, shop, "live-a", "live-b")
        assert await asyncio.to_thread(live.handle, kinesis(records), Context()) == ALL
        first, second = await hear(client, 2)
        assert [m["data"]["id"] for m in (first, second)] == ["live-a", "live-b"]
        assert first["event"] == "product.created"
        start = subscribed["sequence"]
        assert [m["sequence"] for m in (first, second)] == [start + 1, start + 2]
        # Told again, it is not told again.
        assert await asyncio.to_thread(live.handle, kinesis(records), Context()) == ALL
        await say(client, {"type": "ping"})
        assert (await hear(client))[0] == {"type": "pong"}
    async with websockets.connect(gateway) as client:
        await signed_in(client, shop)
        await say(client, {"type": "subscribe", "channels": ["products"]})
        (again,) = await hear(client)
        assert again["sequence"] == second["sequence"]


def products(shop: Shop, *ids: str) -> list[tuple[str, bytes]]:
    for id in ids:
        shop.ok("POST", "/products", {"id": id, "sku": id, "name": id, "price_minor": 1})
    return shop.relayed()


async def test_nobody_listens_without_a_proof(shop: Shop, gateway: str) -> None:
    async with websockets.connect(gateway) as client:
        await say(client, {"type": "subscribe", "channels": ["products"]})
        (told,) = await hear(client)
        assert (told["type"], told["code"]) == ("error", "unauthenticated")
        await say(client, {"type": "authenticate", "token": "nonsense"})
        (told,) = await hear(client)
        assert (told["type"], told["code"]) == ("error", "unauthenticated")
        await say(client, "no json")
        assert (await hear(client))[0]["code"] == "invalid"


async def test_a_subscription_sent_at_once_waits_for_the_sign_in(shop: Shop, gateway: str) -> None:
    async with websockets.connect(gateway) as client:
        await say(client, {"type": "authenticate", "token": shop.token})
        await say(client, {"type": "subscribe", "channels": ["products"]})
        told = await hear(client, 2)
        assert sorted(m["type"] for m in told) == ["authenticated", "subscribed"]


async def test_who_leaves_is_forgotten(shop: Shop, gateway: str) -> None:
    async with websockets.connect(gateway) as client:
        await signed_in(client, shop)
        await say(client, {"type": "subscribe", "channels": ["products"]})
        await hear(client)
        assert await asyncio.to_thread(connections, True)
    await asyncio.to_thread(wait_until_nobody_listens)


async def test_a_proof_that_holds_no_more_ends_the_connection(shop: Shop, gateway: str) -> None:
    key = await asyncio.to_thread(
        shop.ok, "POST", "/auth/api-keys", {"name": "live", "permissions": ["products:read"]}
    )
    await asyncio.to_thread(forget_who_was_here)
    async with websockets.connect(gateway) as client:
        await say(client, {"type": "authenticate", "token": key["key"]})
        assert (await hear(client))[0]["role"] == "service"
        await say(client, {"type": "subscribe", "channels": ["products"]})
        await hear(client)
        assert await asyncio.to_thread(look) == 1
        assert (await hear(client))[0] == {"type": "ping"}
        (known,) = await asyncio.to_thread(connections)
        assert key["key"] not in str(known)
        await asyncio.to_thread(shop.ok, "DELETE", f"/auth/api-keys/{key['api_key']['id']}")
        await asyncio.to_thread(look)
        (told,) = await hear(client)
        assert (told["type"], told["code"]) == ("error", "unauthenticated")
        with pytest.raises(websockets.ConnectionClosed):
            await hear(client)
    assert not await asyncio.to_thread(connections, True)


async def test_who_never_signs_in_is_sent_away(
    shop: Shop, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with websockets.connect(gateway) as client:
        await say(client, {"type": "ping"})
        await hear(client)
        await asyncio.to_thread(look)
        await say(client, {"type": "ping"})
        assert (await hear(client))[0] == {"type": "pong"}
        monkeypatch.setattr(live, "SIGN_IN_SECONDS", -60)
        await asyncio.to_thread(look)
        assert (await hear(client))[0]["code"] == "unauthenticated"
        with pytest.raises(websockets.ConnectionClosed):
            await hear(client)


def test_what_is_sealed_opens_with_the_secret_alone(shop: Shop) -> None:
    container, _ = consumers._delivery()
    seal = Seal(container.ports.secrets)
    sealed = container.run(seal.close("a token"))
    assert "token" not in sealed
    assert container.run(Seal(container.ports.secrets).open(sealed)) == "a token"
