"""Each request has an id; one that took long or failed by our fault leaves a line in the log."""

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from litestar import get

from omnix import app
from omnix.kit.declare import JobType
from omnix.platform import headers, jobs
from omnix.platform.access import PUBLIC
from omnix.platform.http import allow
from omnix.platform.jobs import JobContext, JobHandler
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
    assert isinstance(two["execution_time"], int)
    assert two["service"] == "products"
    assert list(two)[:5] == ["timestamp", "level", "request_id", "service", "message"]
    assert "somebody" not in str(two)


@contextmanager
def _written(service: str) -> Iterator[list[dict[str, Any]]]:
    """The lines that ``service`` writes meanwhile, as they stand in the file; filled at the end."""
    output, lines = io.StringIO(), list[dict[str, Any]]()
    handler, logger = logging.StreamHandler(output), logging.getLogger(f"omnix.{service}")
    handler.setFormatter(JsonLines())
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)
    lines += [json.loads(line) for line in output.getvalue().splitlines()]


async def test_a_forecast_made_on_request_says_so(
    served: Served, client: httpx.AsyncClient
) -> None:
    made = {"id": "COF-001", "sku": "COF-001", "name": "Coffee", "price_minor": 450}
    assert (await served.call("POST", "/products", json=made)).status_code == 201
    asked = {"product_id": "COF-001", "forecast_days": 7}
    named = {**served.bearer("admin"), "X-Request-Id": "12345-67890"}
    with _written("forecasting") as lines:
        answer = await client.post("/v1/ai/forecast", json=asked, headers=named)
        assert answer.status_code == 200, answer.text
    [line] = lines
    order = "timestamp level request_id service message product_id execution_time"
    assert list(line) == order.split()
    assert (line["level"], line["request_id"]) == ("INFO", "12345-67890")
    assert (line["service"], line["product_id"]) == ("forecasting", "COF-001")
    assert line["message"] == "Forecast generated successfully"
    assert isinstance(line["execution_time"], int)


async def test_a_job_tells_its_end_under_its_own_id(served: Served) -> None:
    async def work(context: JobContext, payload: Mapping[str, Any]) -> None:
        logging.getLogger("omnix.jobs").info("at work")
        if context.attempt == 1:
            raise OSError("no luck")

    work.__module__ = "omnix.domains.inventory.handlers"
    handler = JobHandler(JobType("test.lines", "Tells lines", attempts=2), work)
    run = await jobs.submit(served.ports, handler.type, {"email": "somebody@shop.test"})
    with _written("jobs") as lines:
        assert await jobs.work_once(served.ports, [handler])
        served.clock.advance(10)
        assert await jobs.work_once(served.ports, [handler])
    assert {line["request_id"] for line in lines} == {run.id}
    _, again, _, done = lines
    assert (again["level"], done["level"]) == ("WARNING", "INFO")
    assert done["message"] == f"job {run.id} (test.lines) done"
    for line in (again, done):
        assert line["service"] == "inventory"
        assert isinstance(line["execution_time"], int)
    assert "somebody" not in str(lines)
