"""The running server against clients that are wrong, slow, greedy or gone."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from faults.books import make_key, opened
from faults.server import Server, running

pytestmark = pytest.mark.xdist_group("processes")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("edge") / "data") as made:
        yield made


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    import asyncio

    async def make() -> str:
        async with opened(server.data) as platform:
            return await make_key(platform.ports)

    return asyncio.run(make())


def raw(server: Server, *parts: bytes, patience: float = 30) -> tuple[int, dict[str, str], bytes]:
    """Send bytes as they are and read until the server hangs up."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=patience) as line:
        answer = b""
        # The server may hang up while we are still talking; what it said before is there.
        with contextlib.suppress(ConnectionError):
            for part in parts:
                line.sendall(part)
        with contextlib.suppress(ConnectionError):
            while data := line.recv(65536):
                answer += data
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in rest)}
    return int(first.split()[1]), headers, body


def assert_problem(status: int, headers: dict[str, str], body: bytes, wanted: int) -> None:
    assert status == wanted
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-content-type-options"] == "nosniff"
    assert json.loads(body)["status"] == wanted


def test_what_is_no_http_or_too_long_is_refused_in_our_form(server: Server) -> None:
    end = b" HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n"
    assert_problem(*raw(server, b"GARBAGE\r\n\r\n"), 400)
    assert_problem(*raw(server, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), 400)
    assert_problem(*raw(server, b"GET /v1/health?" + b"x" * 20_000 + end), 414)
    many = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(70))
    assert_problem(*raw(server, b"GET /v1/health HTTP/1.1\r\n" + many + b"\r\n"), 431)
    # One header without an end: the parser alone would keep it for ever.
    start = b"GET /v1/health HTTP/1.1\r\nX-Long: "
    assert_problem(*raw(server, start, *[b"z" * 4096] * 40), 431)
    assert raw(server, b"GET /v1/health" + end)[0] == 200


def test_a_body_too_large_is_refused_however_it_is_sent(server: Server, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with httpx.Client(base_url=server.url, timeout=60) as client:
        large = b'{"note":"' + b"x" * 11_000_000 + b'"}'
        for body in (large, iter([large[start:][:65536] for start in range(0, len(large), 65536)])):
            answer = client.post("/v1/orders", content=body, headers=headers)
            assert answer.status_code == 413
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == 413
        assert client.get("/v1/health").status_code == 200


def test_every_answer_of_the_api_carries_its_headers(server: Server, key: str) -> None:
    bearer = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=server.url, timeout=30, headers=bearer) as client:
        asked: list[tuple[str, str, int]] = [
            ("GET", "/v1/products", 200),
            ("GET", "/v1/nowhere", 404),
            ("DELETE", "/v1/products", 405),
            ("GET", "/v1/products?limit=x", 400),
            ("OPTIONS", "/v1/products", 204),
            ("HEAD", "/v1/products", 200),
            ("GET", "/v1/health", 200),
        ]
        for method, path, status in asked:
            answer = client.request(method, path)
            assert answer.status_code == status, (method, path)
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-frame-options"] == "DENY"
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert "server" not in answer.headers
            assert "access-control-allow-origin" not in answer.headers
        assert "GET" in client.request("OPTIONS", "/v1/products").headers["allow"]
        answer = client.get("/v1/products", headers={"Authorization": "Bearer nonsense"})
        assert (answer.status_code, answer.headers["cache-control"]) == (401, "no-store")


@contextmanager
def live(server: Server, key: str | None) -> Iterator[ClientConnection]:
    with connect(f"ws://127.0.0.1:{server.port}/v1/ws", close_timeout=5) as socket:
        if key is not None:
            ask(socket, {"type": "authenticate", "token": key}, "authenticated")
        yield socket


@contextmanager
def upgraded(server: Server) -> Iterator[socket.socket]:
    """A live connection whose frames the test writes itself."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=40) as line:
        line.sendall(
            b"GET /v1/ws HTTP/1.1\r\nHost: shop\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += line.recv(1)
        assert b" 101 " in head
        yield line


def frame(first: int, data: bytes, size: int | None = None, masked: int = 0x80) -> bytes:
    """A frame under a mask of zeros, which says that it has ``size`` bytes."""
    told = bytes([first, masked | 126]) + (len(data) if size is None else size).to_bytes(2, "big")
    return told + (bytes(4) if masked else b"") + data


def left_with(line: socket.socket) -> int:
    """The code of the close frame that ends the connection; 0 where there is none."""
    heard = b""
    try:
        while data := line.recv(65536):
            heard += data
    except ConnectionError:
        pass
    at = heard.rfind(b"\x88")
    return int.from_bytes(heard[at + 2 : at + 4], "big") if at >= 0 else 0


def ask(socket: ClientConnection, message: dict[str, Any], wanted: str) -> dict[str, Any]:
    socket.send(json.dumps(message))
    answer: dict[str, Any] = json.loads(socket.recv(30))
    assert answer["type"] == wanted, answer
    return answer


def closed_with(socket: ClientConnection) -> int:
    while True:
        try:
            socket.recv(40)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else 1006


def test_a_live_connection_survives_nonsense_and_ends_at_too_much(server: Server, key: str) -> None:
    with live(server, None) as socket:
        for nonsense in (
            "",
            "{",
            "null",
            "[]",
            '{"type":"nothing"}',
            '{"type":"subscribe"}',
            "\u0000",
        ):
            socket.send(nonsense)
            assert json.loads(socket.recv(30))["type"] == "error"
        socket.send(b"\xff\x00")
        assert json.loads(socket.recv(30))["type"] == "error"
        ask(socket, {"type": "subscribe", "channels": ["orders"]}, "error")
        assert ask(socket, {"type": "authenticate", "token": "no"}, "error")["code"] == (
            "unauthenticated"
        )
        ask(socket, {"type": "authenticate", "token": key}, "authenticated")
        ask(socket, {"type": "ping"}, "pong")
        assert ask(socket, {"type": "subscribe", "channels": ["root"]}, "error")["code"] == (
            "forbidden"
        )
        assert ask(socket, {"type": "ping", "pad": "x" * 140_000}, "error")["code"] == "too-large"
        socket.send("x" * 200_000)
        assert closed_with(socket) == 1009


TEXT, PART, MORE, PING, RESERVED = 0x81, 0x01, 0x00, 0x89, 0xF1


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frame(TEXT, b"{}", masked=0), 1002),
        (frame(RESERVED, b"{}"), 1002),
        (frame(MORE, b"of nothing"), 1002),
        (frame(PART, b"{") + frame(TEXT, b"}"), 1002),
        (frame(PING, b"x" * 126), 1002),
        (frame(TEXT, b"\xff\xfe"), 1007),
        (b"\x81\xff" + (2**62).to_bytes(8, "big") + bytes(4), 1009),
        (frame(PART, b"x" * 60_000) + frame(MORE, b"x" * 60_000) * 3, 1009),
    ],
    ids=[
        "unmasked", "reserved", "continues nothing", "within another", "long ping", "no text",
        "announces too much", "too much in parts",
    ],
)  # fmt: skip
def test_frames_that_break_the_protocol_end_their_connection_and_no_other(
    server: Server, key: str, sent: bytes, code: int
) -> None:
    with live(server, key) as other, upgraded(server) as line:
        line.sendall(sent)
        assert left_with(line) == code
        ask(other, {"type": "ping"}, "pong")


def test_who_goes_amid_a_frame_is_forgotten(server: Server, key: str) -> None:
    with live(server, key) as other:
        for cut in (1, 3, 7, 12):
            with upgraded(server) as line:
                line.sendall(frame(TEXT, b'{"type":"ping"}')[:cut])
        ask(other, {"type": "ping"}, "pong")


def test_subscriptions_are_bounded_and_answered_one_by_one(server: Server, key: str) -> None:
    with live(server, key) as socket:
        channels = [f"product.p{n}" for n in range(150)]
        socket.send(json.dumps({"type": "subscribe", "channels": channels}))
        answers = [json.loads(socket.recv(30)) for _ in channels]
        assert [a["channel"] for a in answers] == channels
        assert [a["type"] for a in answers] == ["subscribed"] * 100 + ["error"] * 50
        for _ in range(200):
            socket.send(json.dumps({"type": "subscribe", "channels": channels[:100]}))
        told = [json.loads(socket.recv(30))["type"] for _ in range(20_000)]
        assert set(told) == {"subscribed"}
        ask(socket, {"type": "ping"}, "pong")
    assert httpx.get(f"{server.url}/v1/health", timeout=30).status_code == 200


def test_slow_silent_and_vanished_clients_are_sent_away_and_hold_nobody_up(
    server: Server,
) -> None:
    """Requests that never end, and live connections that never sign in, even if they chat."""
    lines = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    try:
        for number, line in enumerate(lines):
            if number % 2:
                line.sendall(b"POST /v1/auth/login HTTP/1.1\r\nHost: shop\r\nX-Slow: ")
        with (
            live(server, None) as silent,
            live(server, None) as chatty,
            upgraded(server) as half,
        ):
            half.sendall(frame(TEXT, b'{"type":"auth', size=400))
            assert httpx.get(f"{server.url}/v1/health", timeout=30).status_code == 200
            for _ in range(120):
                try:
                    ask(chatty, {"type": "ping"}, "pong")
                except ConnectionClosed:
                    break
                time.sleep(0.5)
            assert closed_with(chatty) == 4001
            assert closed_with(silent) == 4001
            assert left_with(half) == 4001
        for number, line in enumerate(lines):
            line.settimeout(60)
            answer = line.recv(4096)
            assert answer.startswith(b"HTTP/1.1 408 "), number
    finally:
        for line in lines:
            line.close()


def test_no_live_connection_but_at_its_own_address(server: Server) -> None:
    from websockets.exceptions import InvalidStatus

    with pytest.raises(InvalidStatus), connect(f"ws://127.0.0.1:{server.port}/v1/orders"):
        pass
    assert httpx.get(f"{server.url}/v1/ws", timeout=30).status_code in (404, 405)
