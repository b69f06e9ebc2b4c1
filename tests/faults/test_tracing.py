"""Traces reach a collector, name nobody, and cost nothing where there is none."""

import asyncio
import json
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from api.serving import Served, serving
from domains.orders.shop import fill, product
from faults.books import make_key, opened, settled
from faults.server import Server, running
from faults.test_events_and_jobs import consume_all
from omnix.kit.declare import JobType
from omnix.platform import headers, jobs, tracing
from omnix.platform.jobs import JobContext, JobHandler
from omnix.platform.logs import JsonLines
from omnix.version import VERSION

pytestmark = pytest.mark.xdist_group("processes")

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
WITHIN = {"traceparent": f"00-{TRACE}-{CALLER}-01", "X-Request-Id": "till-7.0042"}
# Nothing is sent before the end, so that what arrives was flushed there.
LATE = {"OTEL_BSP_SCHEDULE_DELAY": "600000", "NO_PROXY": "127.0.0.1"}


class Collector:
    """Takes OTLP over HTTP. ``spans`` are by the runtime that sent them, ``raw`` is all bytes."""

    def __init__(self) -> None:
        self.raw = b""
        self.about: dict[str, dict[str, Any]] = {}
        self.spans: dict[str, list[Any]] = {"server": [], "worker": []}

    def take(self, path: str, body: bytes) -> None:
        assert path == "/v1/traces"
        self.raw += body
        for told in ExportTraceServiceRequest.FromString(body).resource_spans:
            about = facts(told.resource)
            self.about[about["omnix.runtime"]] = about
            for scope in told.scope_spans:
                self.spans[about["omnix.runtime"]] += scope.spans

    def named(self, runtime: str, name: str) -> list[Any]:
        return [span for span in self.spans[runtime] if span.name == name]


def facts(told: Any) -> dict[str, Any]:
    return {
        each.key: getattr(each.value, each.value.WhichOneof("value")) for each in told.attributes
    }


@contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.path, self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield collector, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def key(server: Server) -> str:
    async with opened(server.data) as platform:
        return await make_key(platform.ports)


async def all_done(server: Server) -> None:
    async with opened(server.data) as platform:
        await settled(platform)


@contextmanager
def told_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """Of this process, as a worker; the spans are there behind it."""
    with collecting() as (collector, address):
        monkeypatch.setenv(tracing.VARIABLE, address)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        stop = tracing.start("worker")
        try:
            yield collector
        finally:
            stop()


def kept(data: Path) -> bytes:
    """All that the database holds."""
    return b"".join(file.read_bytes() for file in sorted(data.rglob("*.db*")))


@asynccontextmanager
async def guarded(folder: Path) -> AsyncIterator[Served]:
    """The application behind what begins a request's span."""
    async with serving(folder) as served:
        inside = httpx.ASGITransport(app=headers.guarded(served.app))
        async with httpx.AsyncClient(transport=inside, base_url="http://shop.test") as client:
            served.client = client
            yield served


@pytest.mark.anyio
async def test_a_batch_of_many_names_who_caused_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsampled = {"traceparent": f"00-{'5' * 32}-{'6' * 16}-00"}
    with told_here(monkeypatch) as collector:
        async with guarded(tmp_path) as served:
            await fill(served.ports, [product("p")], {"p": 100})
            body = {"lines": [{"product_id": "p", "quantity": 1}]}
            for sent in [unsampled, WITHIN, *[{}] * tracing.MOST_LINKS]:
                answer = await served.call("POST", "/orders", json=body, headers=sent)
                assert answer.status_code == 201
            await consume_all(served.ports)
            assert TRACE.encode() in kept(tmp_path)
            assert b"5" * 32 not in kept(tmp_path)
    orders = collector.named("worker", "POST /v1/orders")
    assert len(orders) == 1 + tracing.MOST_LINKS
    [batch] = collector.named("worker", "consume sales-facts")
    assert facts(batch)["messaging.batch.message_count"] == 2 + tracing.MOST_LINKS
    assert batch.parent_span_id == b""
    links = [(link.trace_id, link.span_id) for link in batch.links]
    assert links == [(span.trace_id, span.span_id) for span in orders[: tracing.MOST_LINKS]]
    assert orders[0].trace_id.hex() == TRACE
    [day] = collector.named("worker", "consume dashboard-days")
    assert (day.trace_id, day.parent_span_id) == (batch.trace_id, batch.span_id)
    assert not day.links


@pytest.mark.anyio
async def test_a_batch_of_one_trace_is_a_part_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with told_here(monkeypatch) as collector:
        async with guarded(tmp_path) as served:
            await fill(served.ports, [product("p")], {"p": 100})
            body = {"lines": [{"product_id": "p", "quantity": 1}]}
            for _ in range(3):
                await served.call("POST", "/orders", json=body, headers=WITHIN)
            await consume_all(served.ports)
    first, *others = [span.span_id for span in collector.named("worker", "POST /v1/orders")]
    [batch] = collector.named("worker", "consume sales-facts")
    assert (batch.trace_id.hex(), batch.parent_span_id) == (TRACE, first)
    assert [link.span_id for link in batch.links] == others
    assert len(others) == 2


@pytest.mark.anyio
async def test_a_job_and_what_it_asks_for_are_parts_of_the_first_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = JobType("test.first", "First"), JobType("test.second", "Second")
    lines: list[dict[str, Any]] = []

    async def fail_once(context: JobContext, payload: Mapping[str, Any]) -> None:
        if context.attempt == 1:
            raise RuntimeError("once")
        await jobs.submit(context.ports, second, {})

    async def end(context: JobContext, payload: Mapping[str, Any]) -> None:
        line = logging.makeLogRecord({"msg": "at work", "name": "omnix.test"})
        lines.append(json.loads(JsonLines().format(line)))

    handlers = [JobHandler(first, fail_once), JobHandler(second, end)]
    with told_here(monkeypatch) as collector:
        async with guarded(tmp_path) as served:
            request = tracing.request([(b"traceparent", WITHIN["traceparent"].encode())])
            assert request is not None
            await jobs.submit(served.ports, first, {})
            tracing.answered(request, b"1", "POST", "/v1/test", 202)
            alone = await jobs.submit(served.ports, second, {})
            for _ in range(4):
                served.clock.advance(60)
                assert await jobs.work_once(served.ports, handlers)
    [asked] = collector.named("worker", "POST /v1/test")
    tries = sorted(
        collector.named("worker", "job test.first"), key=lambda s: s.start_time_unix_nano
    )
    assert [facts(each)["omnix.attempt"] for each in tries] == [1, 2]
    assert [each.status.code for each in tries] == [2, 0]
    assert {(each.trace_id.hex(), each.parent_span_id) for each in tries} == {
        (TRACE, asked.span_id)
    }
    apart, followed = sorted(
        collector.named("worker", "job test.second"), key=lambda s: s.trace_id.hex() == TRACE
    )
    assert (followed.trace_id.hex(), followed.parent_span_id) == (TRACE, tries[1].span_id)
    assert facts(apart)["omnix.job_id"] == alone.id
    assert (apart.trace_id.hex() != TRACE, apart.parent_span_id) == (True, b"")
    assert [line["trace_id"] for line in lines] == [apart.trace_id.hex(), TRACE]


@pytest.mark.anyio
async def test_nothing_is_kept_of_a_trace_unless_it_is_asked_for(tmp_path: Path) -> None:
    async with guarded(tmp_path) as served:
        await fill(served.ports, [product("p")], {"p": 100})
        body = {"lines": [{"product_id": "p", "quantity": 1}]}
        answer = await served.call("POST", "/orders", json=body, headers=WITHIN)
        assert answer.status_code == 201
        await served.call("POST", "/forecasts/batch", headers=WITHIN)
        await consume_all(served.ports)
        assert TRACE.encode() not in kept(tmp_path)
        assert answer.json()["id"].encode() in kept(tmp_path)


def test_requests_events_and_jobs_are_told_to_a_collector(tmp_path: Path) -> None:
    with collecting() as (collector, address):
        env = {**LATE, "OTEL_EXPORTER_OTLP_ENDPOINT": address}
        with running(tmp_path / "data", env=env) as server:
            server.worker()
            bearer = {"Authorization": f"Bearer {asyncio.run(key(server))}"}
            with httpx.Client(base_url=server.url, headers=bearer, timeout=30) as shop:
                made = {"id": "mug", "sku": "MUG", "name": "Mug", "price_minor": 450}
                place = shop.post("/v1/locations", json={"name": "Main"}).json()["id"]
                assert shop.post("/v1/products", json=made).status_code == 201
                moved = {"location_id": place, "delta": 9, "reason": "opening"}
                shop.post("/v1/inventory/mug/adjust", json=moved).raise_for_status()
                shop.get("/v1/products?search=secret-search", headers=WITHIN).raise_for_status()
                shop.get("/v1/products/mug", headers={"traceparent": b"00-nonsense\xff-01"})
                lines = [{"product_id": "mug", "quantity": 1}]
                order = {"lines": lines, "note": "secret-person"}
                assert shop.post("/v1/orders", json=order, headers=WITHIN).status_code == 201
                asked = shop.post("/v1/forecasts/batch").json()["id"]
            asyncio.run(all_done(server))
            assert collector.raw == b""
            assert server.stop() == 0
    assert collector.about["server"]["service.name"] == "omnix"
    assert collector.about["worker"]["service.version"] == VERSION

    [searched] = collector.named("server", "GET /v1/products")
    [ordered] = collector.named("server", "POST /v1/orders")
    for span, status in ((searched, 200), (ordered, 201)):
        assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, CALLER)
        told = facts(span)
        assert told["http.response.status_code"] == status
        assert told["omnix.request_id"] == "till-7.0042"
        assert 0 < span.end_time_unix_nano - span.start_time_unix_nano < 60e9
    [alone] = collector.named("server", "GET /v1/products/{product_id}")
    assert alone.parent_span_id == b""
    assert facts(alone)["http.route"] == "/v1/products/{product_id}"

    [sold] = collector.named("worker", "consume sales-facts")
    assert (sold.trace_id, sold.parent_span_id) == (ordered.trace_id, ordered.span_id)
    assert facts(sold)["messaging.batch.message_count"] == 1
    days = collector.named("worker", "consume dashboard-days")
    assert (sold.trace_id, sold.span_id) in [(day.trace_id, day.parent_span_id) for day in days]
    [wanted] = collector.named("server", "POST /v1/forecasts/batch")
    [made] = [
        span
        for span in collector.named("worker", "job forecast.all")
        if facts(span) == {"omnix.job_id": asked, "omnix.attempt": 1}
    ]
    assert (made.trace_id, made.parent_span_id) == (wanted.trace_id, wanted.span_id)
    for secret in (b"secret", bearer["Authorization"].encode(), b"mug", b"Mug"):
        assert secret not in collector.raw


_TELL = """
import sys
from omnix.platform import tracing
import omnix.runtimes.local, omnix.runtimes.worker
stop = tracing.start("server")
for number in range(5000):
    span = tracing.request([])
    if span is not None:
        tracing.answered(span, b"1", "GET", "/v1/products", 200)
stop()
print(sorted({name.partition(".")[0] for name in sys.modules} & {"opentelemetry", "requests"}))
"""


def _tell(**env: str) -> str:
    """What a process prints that tells of more requests than it keeps."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    run = subprocess.run(
        [sys.executable, "-c", _TELL],
        env={**kept, "NO_PROXY": "127.0.0.1", **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return run.stdout + run.stderr


def test_nothing_is_loaded_unless_it_is_asked_for() -> None:
    assert _tell() == "[]\n"


@pytest.mark.parametrize("listens", [False, True])
def test_a_collector_that_is_away_or_hangs_holds_nothing_up(listens: bool) -> None:
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        if listens:
            port.listen(5)
        told = _tell(OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port.getsockname()[1]}")
    assert told.splitlines()[-1] == "['opentelemetry', 'requests']"


def test_settings_that_cannot_be_read_are_told_and_passed_over() -> None:
    told = _tell(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", OTEL_BSP_MAX_QUEUE_SIZE="-1")
    assert "no traces" in told
