"""Orders answered where they were parsed are answered as they would be the usual way.

A question mark at the end of the path is all it takes to be sent the usual way.
"""

import asyncio
import contextlib
import dataclasses
import functools
import gc
import json
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from faults.books import check, make_key, opened
from faults.server import Server, running
from omnix.app import DIRECT
from omnix.platform.access import Actor
from omnix.platform.direct import MOST_BYTES, Direct, Lane
from omnix.runtimes.edge import EdgeServer
from omnix.runtimes.lane import LaneHttp

pytestmark = pytest.mark.xdist_group("processes")

FAST, USUAL = "/v1/orders", "/v1/orders?"
PRODUCT = {"id": "mug", "sku": "MUG", "name": "Mug", "price_minor": 450}
ORDER = {"lines": [{"product_id": "mug", "quantity": 1}]}
VARYING = {"date", "content-length", "x-request-id"}
JSON = {"Content-Type": "application/json"}
NAMED = {"id", "number", "placed_at", "updated_at"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("lane") / "data") as made:
        yield made


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    async def make() -> str:
        async with opened(server.data) as platform:
            return await make_key(platform.ports)

    return asyncio.run(make())


@pytest.fixture(scope="module")
def shop(server: Server, key: str) -> Iterator[httpx.Client]:
    bearer = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=server.url, headers=bearer, timeout=30) as client:
        place = client.post("/v1/locations", json={"name": "Main"}).json()["id"]
        assert client.post("/v1/products", json=PRODUCT).status_code == 201
        moved = {"location_id": place, "delta": 500, "reason": "opening"}
        assert client.post("/v1/inventory/mug/adjust", json=moved).status_code in (200, 201)
        yield client


def plain(answer: httpx.Response) -> tuple[int, dict[str, str], Any]:
    """What must be the same both ways."""
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING}
    body = answer.json()
    for name in NAMED & body.keys():
        body[name] = type(body[name]).__name__
    return answer.status_code, headers, body


CASES: dict[str, dict[str, Any]] = {
    "an order": {"json": ORDER},
    "more than there is": {"json": {"lines": [{"product_id": "mug", "quantity": 9999}]}},
    "no such product": {"json": {"lines": [{"product_id": "cup", "quantity": 1}]}},
    "no such customer": {"json": {**ORDER, "customer_id": "nobody"}},
    "no lines": {"json": {"lines": []}},
    "a wrong type": {"json": {"lines": "mug"}},
    "an unknown field": {"json": {**ORDER, "colour": "red"}},
    "no JSON": {"content": b"{", "headers": {"Content-Type": "application/json"}},
    "no UTF-8": {"content": b'{"note":"\xff"}', "headers": {"Content-Type": "application/json"}},
    "nothing": {"content": b"", "headers": {"Content-Type": "application/json"}},
    "another media type": {"content": b"a=b", "headers": {"Content-Type": "text/plain"}},
    "no proof": {"json": ORDER, "headers": {"Authorization": ""}},
    "a wrong proof": {"json": ORDER, "headers": {"Authorization": "Bearer omx_a_b"}},
    "two keys to retry": {
        "json": ORDER,
        "headers": [("Idempotency-Key", "one"), ("Idempotency-Key", "two")],
    },
    "a bad key to retry": {"json": ORDER, "headers": {"Idempotency-Key": "x" * 300}},
}


@pytest.mark.parametrize("name", CASES)
def test_both_ways_answer_alike(shop: httpx.Client, name: str) -> None:
    fast, usual = (plain(shop.post(path, **CASES[name])) for path in (FAST, USUAL))
    assert fast == usual
    assert fast[0] == (201 if name == "an order" else fast[0])


def test_a_retry_on_the_other_way_gets_the_same_bytes(shop: httpx.Client) -> None:
    headers = {"Idempotency-Key": "both-ways"}
    first = shop.post(FAST, json=ORDER, headers=headers)
    again = shop.post(USUAL, json=ORDER, headers=headers)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    other = shop.post(FAST, json={**ORDER, "note": "else"}, headers=headers)
    assert other.status_code == 422


def test_the_request_keeps_its_name_and_other_methods_their_route(shop: httpx.Client) -> None:
    assert (
        shop.post(FAST, json=ORDER, headers={"X-Request-Id": "mine"}).headers["x-request-id"]
        == "mine"
    )
    assert shop.get(FAST).json()["items"]
    assert shop.request("PUT", FAST, json=ORDER).status_code == 405
    assert shop.options(FAST).status_code == 204


def sent(server: Server, *parts: bytes) -> bytes:
    """All that comes back on one connection until the server hangs up."""
    answer = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        for part in parts:
            line.sendall(part)
        while data := line.recv(65536):
            answer += data
    return answer


def request(key: str, path: str = FAST, more: str = "", body: bytes | None = None) -> bytes:
    body = json.dumps(ORDER).encode() if body is None else body
    head = (
        f"POST {path} HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\n{more}"
    )
    if "Transfer-Encoding" not in more:
        head += f"Content-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def test_pipelined_requests_are_answered_in_their_order(
    server: Server, shop: httpx.Client, key: str
) -> None:
    named = [f"X-Request-Id: {name}\r\n" for name in "abcdef"]
    last = named[5] + "Connection: close\r\n"
    answer = sent(
        server,
        request(key, FAST, named[0])
        + request(key, FAST, named[1])
        + request(key, USUAL, named[2])
        + request("wrong", FAST, named[3])
        + request(key, FAST, named[4])
        + request(key, FAST, last),
    )
    heads = answer.split(b"HTTP/1.1 ")[1:]
    assert [head[:3] for head in heads] == [b"201", b"201", b"201", b"401", b"201", b"201"]
    for head, name in zip(heads, "abcdef", strict=True):
        assert b"x-request-id: %s\r\n" % name.encode() in head


def test_bodies_in_pieces_in_chunks_and_too_large(
    server: Server, shop: httpx.Client, key: str
) -> None:
    close = "Connection: close\r\n"
    whole = request(key, FAST, close)
    assert sent(server, *[whole[at : at + 7] for at in range(0, len(whole), 7)])[9:12] == b"201"
    body = json.dumps(ORDER).encode()
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    coded = close + "Transfer-Encoding: chunked\r\n"
    assert sent(server, request(key, FAST, coded, chunked))[9:12] == b"201"
    waits = close + "Expect: 100-continue\r\n"
    answer = sent(server, request(key, FAST, waits))
    assert answer.startswith(b"HTTP/1.1 100 Continue")
    assert b"HTTP/1.1 201 " in answer
    padded = {**ORDER, "note": "x" * MOST_BYTES}
    both = [plain(shop.post(path, json=padded)) for path in (FAST, USUAL)]
    assert both[0] == both[1]


def test_a_long_order_in_pieces(server: Server, shop: httpx.Client, key: str) -> None:
    """More than the protocol reads ahead, and less than goes the usual way."""
    lines = [{"product_id": "mug", "quantity": 1}] * 2_500
    body = json.dumps({"lines": lines, "note": "x" * 900}).encode()
    assert 1 << 16 < len(body) < MOST_BYTES
    whole = request(key, FAST, "Connection: close\r\n", body)
    fast = sent(server, *[whole[at : at + 1400] for at in range(0, len(whole), 1400)])
    assert fast[9:12] in (b"201", b"400", b"409")
    assert fast[9:12].decode() == str(shop.post(USUAL, content=body, headers=JSON).status_code)


def test_an_upgrade_after_an_order_does_not_repeat_it(
    server: Server, shop: httpx.Client, key: str
) -> None:
    upgrade = (
        b"GET /v1/ws HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    named = "X-Request-Id: before-upgrade\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=2) as line:
        line.sendall(request(key, FAST, named) + upgrade)
        answer = b""
        try:
            while data := line.recv(65536):
                answer += data
        except TimeoutError:
            pass
    assert answer.count(b"x-request-id: before-upgrade") == 1


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def connected(lane: Lane, application: Any) -> AsyncIterator[Streams]:
    """A connection to a server in this process."""
    edge = EdgeServer(application, functools.partial(LaneHttp, lane=lane))
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    serving = asyncio.create_task(edge.serve(sockets=[listener]))
    streams = await asyncio.open_connection("127.0.0.1", listener.getsockname()[1])
    try:
        async with asyncio.timeout(20):
            yield streams
    finally:
        streams[1].close()
        edge.should_exit = True
        await serving


@pytest.mark.anyio
async def test_an_application_that_fails_is_answered_for() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("broken")

    async def nobody(headers: Any) -> Any:
        raise ValueError

    ports: Any = None
    async with connected(Lane(ports, nobody, DIRECT), broken) as (reader, writer):
        writer.write(request("any"))
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"connection: close" in answer


@pytest.mark.anyio
async def test_a_request_leaves_nothing_to_the_garbage_collector() -> None:
    async def manager(headers: Any) -> Actor:
        return Actor("one", "manager", permissions=frozenset({"orders:write"}))

    async def taken(ports: Any, actor: Actor, data: Any, key: str | None) -> dict[str, str]:
        return {"id": "made"}

    ports: Any = None
    route = next(one for one in DIRECT if isinstance(one, Direct) and one.path == FAST)
    lane = Lane(ports, manager, [dataclasses.replace(route, answer=taken)])
    async with connected(lane, None) as (reader, writer):

        async def ask(times: int) -> None:
            for _ in range(times):
                writer.write(request("any"))
                assert (await reader.readuntil(b'{"id":"made"}')).startswith(b"HTTP/1.1 201 ")

        await ask(5)
        gc.collect()
        gc.disable()
        try:
            await ask(100)
            assert gc.collect() < 100
        finally:
            gc.enable()


def test_old_clients_and_those_that_close(server: Server, shop: httpx.Client, key: str) -> None:
    old = request(key).replace(b"HTTP/1.1\r\n", b"HTTP/1.0\r\n", 1)
    assert sent(server, old)[9:12] == b"201"
    answer = sent(server, request(key, FAST, "Connection: close\r\n"))
    assert answer[9:12] == b"201"
    assert b"connection: close" in answer


def test_a_client_that_hangs_up_leaves_whole_orders(
    server: Server, key: str, shop: httpx.Client
) -> None:
    for cut in (20, 150, None):
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
            line.sendall(request(key)[:cut])
    assert shop.get("/v1/health").status_code == 200


def test_a_key_that_was_revoked_counts_at_the_next_request(
    server: Server, shop: httpx.Client
) -> None:
    async def revoked() -> str:
        async with opened(server.data) as platform:
            text = await make_key(platform.ports)
            bearer = {"Authorization": f"Bearer {text}"}
            first = await asyncio.to_thread(shop.post, FAST, json=ORDER, headers=bearer)
            assert first.status_code == 201
            from omnix.domains.auth.keys import revoke
            from omnix.platform.access import SYSTEM

            await revoke(platform.ports, SYSTEM, "key_" + text.split("_")[1])
            second = await asyncio.to_thread(shop.post, FAST, json=ORDER, headers=bearer)
            assert second.status_code == 401
            return text

    asyncio.run(revoked())


def test_the_books_are_right(server: Server, shop: httpx.Client) -> None:
    async def books(data: Path) -> None:
        async with opened(data) as platform:
            await check(platform, lake=False)

    asyncio.run(books(server.data))
