"""How soon many live clients hear of one change, and what each costs the server in memory.

    python -m bench.live
    python -m bench.live --clients 1000 --messages 20

`omnix run` has one core, the clients have the other. Each is a WebSocket of its own that signs in
and subscribes to `products`; then a product is changed again and again, and what counts is the time
from the sending of the change to the arrival of its message at each client. Memory is the growth of
the server's resident set (Pss, as the kernel tells it) from no client to all of them, subscribed.
"""

import argparse
import base64
import gc
import json
import os
import selectors
import socket
import struct
import tempfile
import time
import urllib.request
from pathlib import Path

from bench.ingest.services import Service
from bench.measured import cost

AT_ONCE = 100
MOST_MS, MOST_KB = 150.0, 30.0


def frame(message: object) -> bytes:
    """A masked text frame, under a mask of zeros."""
    body = json.dumps(message).encode()
    assert len(body) < 1 << 16
    head = (
        struct.pack("!BB", 0x81, 0x80 | len(body))
        if len(body) < 126
        else struct.pack("!BBH", 0x81, 0x80 | 126, len(body))
    )
    return head + bytes(4) + body


class Clients:
    """``count`` sockets that have subscribed, read by one loop."""

    def __init__(self, port: int, key: str, count: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._sockets: list[socket.socket] = []
        while len(self._sockets) < count:
            some = [self._connected(port) for _ in range(min(AT_ONCE, count - len(self._sockets)))]
            self._each(some, b"101 Switching", b"")
            self._each(some, b'"authenticated"', frame({"type": "authenticate", "token": key}))
            told = frame({"type": "subscribe", "channels": ["products"]})
            self._each(some, b'"subscribed"', told)
            self._sockets += some
        for each in self._sockets:
            each.setblocking(False)
            self._selector.register(each, selectors.EVENT_READ)

    @staticmethod
    def _connected(port: int) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", port), timeout=60)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            "GET /v1/ws HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
        )
        made.sendall("\r\n".join((*lines, "", "")).encode())
        return made

    @staticmethod
    def _each(some: list[socket.socket], wanted: bytes, told: bytes) -> None:
        for each in some:
            if told:
                each.sendall(told)
        for each in some:
            heard = b""
            while wanted not in heard:
                part = each.recv(4096)
                if not part:
                    raise SystemExit(f"a client was sent away: {heard[-300:]!r}")
                heard += part

    def hear(self, version: int) -> list[float]:
        """When each of them heard of ``version``."""
        wanted = b'"version":%d' % version
        heard: dict[int, float] = {}
        end = time.perf_counter() + 30
        while len(heard) < len(self._sockets) and time.perf_counter() < end:
            for ready, _ in self._selector.select(1):
                if wanted in os.read(ready.fd, 65536):
                    heard[ready.fd] = time.perf_counter()
        return list(heard.values())

    def close(self) -> None:
        """Hang up."""
        self._selector.close()
        for each in self._sockets:
            each.close()


def resident(pid: int) -> int:
    """Bytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise SystemExit("the kernel does not tell of memory")


def ask(service: Service, method: str, path: str, body: object) -> int:
    """The version that the answer tells."""
    headers = {"Authorization": f"Bearer {service.key}", "Content-Type": "application/json"}
    url = f"http://127.0.0.1:{service.port}{path}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return int(json.load(answer)["version"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.live")
    parser.add_argument("--clients", type=int, default=5_000)
    parser.add_argument("--messages", type=int, default=20)
    given = parser.parse_args()
    os.sched_setaffinity(0, {1})
    # All of them come from one address, which else opens a hundred connections a minute.
    os.environ["OMNIX_REQUESTS_PER_MINUTE"] = "1000000"
    with tempfile.TemporaryDirectory(prefix="live-") as name:
        service = Service("omnix", Path(name), [0])
        try:
            service.start()
            version = ask(
                service, "POST", "/v1/products",
                {"id": "mug", "sku": "MUG", "name": "Mug", "price_minor": 450},
            )  # fmt: skip
            server = service.processes[-1].popen.pid
            Clients(service.port, service.key, AT_ONCE).close()
            time.sleep(2)
            before = resident(server)
            clients = Clients(service.port, service.key, given.clients)
            grown = (resident(server) - before) / given.clients / 1000
            gc.freeze()
            delays: list[float] = []
            for number in range(given.messages):
                began = time.perf_counter()
                price = {"price_minor": 500 + number, "version": version}
                version = ask(service, "PATCH", "/v1/products/mug", price)
                heard = clients.hear(version)
                if len(heard) < given.clients:
                    raise SystemExit(f"only {len(heard)} heard of version {version}")
                delays += [1e3 * (at - began) for at in heard]
                time.sleep(0.2)
            clients.close()
        finally:
            service.stop()
    delays.sort()
    p50, p99 = delays[len(delays) // 2], delays[int(0.99 * len(delays))]
    for told, value, most, unit in (
        ("a change until a client hears of it, p50", p50, None, "ms"),
        ("a change until a client hears of it, p99", p99, MOST_MS, "ms"),
        ("memory of the server for a client", grown, MOST_KB, "kB"),
    ):
        wanted = (
            "" if most is None else f"  wanted < {most:g}: {'yes' if value < most else 'MISSED'}"
        )
        print(f"{told:44}{value:8.1f} {unit}{wanted}")
    print(f"{given.clients:,} clients of one process, {given.messages} changes; {cost()}")


if __name__ == "__main__":
    main()
