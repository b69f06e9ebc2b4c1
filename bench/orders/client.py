"""A small HTTP/1.1 client for one keep-alive connection; it remembers what wrk cannot."""

import asyncio
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self


class Client:
    """Sends JSON to one server, one request at a time. Raises OSError or EOFError if it goes."""

    def __init__(self, port: int, key: str) -> None:
        self.port = port
        self.key = key

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.writer.close()

    async def order(
        self, body: Any, idempotency_key: str, authorized: bool = True
    ) -> tuple[int, Any]:
        """Status and decoded body of the answer to POST /v1/orders."""
        headers = {"Idempotency-Key": idempotency_key}
        return await self.request("POST", "/v1/orders", body, headers, authorized)

    async def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        authorized: bool = True,
    ) -> tuple[int, Any]:
        """Status and decoded body of the answer."""
        content = b"" if body is None else json.dumps(body).encode()
        sent = {
            "Host": f"127.0.0.1:{self.port}",
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            **(headers or {}),
        }
        if authorized:
            sent["Authorization"] = f"Bearer {self.key}"
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        self.writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + content)
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        received = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }
        answer = await self.reader.readexactly(int(received["content-length"]))
        return int(lines[0].split()[1]), json.loads(answer)
