"""Each request has an id; one that took long or failed by our fault leaves a line in the log."""

import json
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import get

from omnix import app
from omnix.platform import headers
from omnix.platform.access import PUBLIC
from omnix.platform.http import allow
from omnix.platform.logs import JsonLines

from .serving import Served

pytestmark = pytest.mark.anyio


@get("/broken", opt=allow(PUBLIC))
async def broken() -> None:
    raise RuntimeError("a fault of ours")


@pytest.fixture
async def client(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    api = headers.guarded(app.api(served.ports, served.access, more=[broken]))
    transport = httpx.ASGITransport(app=api)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        yield client


def _lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    mine = [record for record in caplog.records if record.name == "omnix.requests"]
    return [json.loads(JsonLines().format(record)) for record in mine]


async def test_each_answer_has_an_id_of_its_own_or_the_client_s(client: httpx.AsyncClient) -> None:
    first, second = [await client.get("/v1/metrics") for _ in range(2)]
    assert first.status_code == 401
    assert len(first.headers["x-request-id"]) > 10
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    given = await client.get("/v1/metrics", headers={"X-Request-Id": "till-7.0042"})
    assert given.headers["x-request-id"] == "till-7.0042"
    for bad in ("x" * 65, "a b", 'x"', ""):
        answer = await client.get("/v1/metrics", headers={"X-Request-Id": bad})
        assert answer.headers.get_list("x-request-id") != [bad]


async def test_only_slow_and_failed_requests_leave_a_line(
    client: httpx.AsyncClient,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(headers, "SLOW_SECONDS", 3600)
    await client.get("/v1/openapi.json")
    await client.get("/v1/products")
    assert _lines(caplog) == []
    failed = await client.get("/broken")
    assert failed.status_code == 500
    monkeypatch.setattr(headers, "SLOW_SECONDS", -1)
    slow = await client.get("/v1/products?search=somebody", headers={"X-Request-Id": "mine"})
    one, two = _lines(caplog)
    assert (one["status"], one["path"], one["method"]) == (500, "/broken", "GET")
    assert one["request_id"] == failed.headers["x-request-id"]
    assert (two["status"], two["request_id"], two["level"]) == (slow.status_code, "mine", "INFO")
    assert isinstance(two["duration_ms"], int)
    assert "somebody" not in str(two)
