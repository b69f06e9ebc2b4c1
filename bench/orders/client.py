"""A small HTTP/1.1 client for one keep-alive connection; it remembers what wrk cannot."""

import asyncio
import json
from types import TracebackType
from typing import Any, Self


class Client:
    """Posts JSON to one server, one request at a time. Raises OSError or EOFError if it goes."""

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
        content = json.dumps(body).encode()
        head = (
            "POST /v1/orders HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{self.port}\r\n"
            "Content-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n"
            f"Idempotency-Key: {idempotency_key}\r\n"
        )
        if authorized:
            head += f"Authorization: Bearer {self.key}\r\n"
        self.writer.write(head.encode() + b"\r\n" + content)
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }
        answer = await self.reader.readexactly(int(headers["content-length"]))
        return int(lines[0].split()[1]), json.loads(answer)
