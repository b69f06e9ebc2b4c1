"""What the running process tells of itself: metrics for people and collectors, configuration."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from omnix import app
from omnix.domains.customers.migrations import MIGRATIONS
from omnix.domains.system import config, lag
from omnix.domains.system.config import MASK, without_password
from omnix.domains.system.lag import ConsumerLag
from omnix.kit.declare import JobType
from omnix.kit.events import Event
from omnix.platform import headers, jobs
from omnix.platform.consume import Consumer, consume_once
from omnix.platform.measure import BOUNDS, Requests, quantile
from omnix.platform.migrations import MIGRATE, migrating
from omnix.version import VERSION

from .serving import Served, assert_problem

pytestmark = pytest.mark.anyio
SOURCE = Path(app.__file__).parent
_OTHER_UNITS = {"ms", "milliseconds", "minutes", "hours", "kb", "mb", "megabytes", "percent"}


@pytest.fixture
async def client(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    """The application as it is served, with what counts requests."""
    api = headers.guarded(served.app)
    transport = httpx.ASGITransport(app=api)
    bearer = served.bearer("admin")
    async with httpx.AsyncClient(
        transport=transport, base_url="http://shop.test/v1", headers=bearer
    ) as client:
        yield client


def _of(told: Any, route: str, kind: str) -> dict[str, Any]:
    empty = {"requests": 0, "statuses": {}}
    found = [r for r in told["requests"] if (r["route"], r["kind"]) == (route, kind)]
    return found[0] if found else empty


async def test_requests_are_counted_by_part_of_the_interface(client: httpx.AsyncClient) -> None:
    before = (await client.get("/system/metrics")).json()
    for number in range(3):
        await client.get(f"/products/nothing-{number}")
    await client.head("/products")
    await client.post("/products", json={"sku": 1})
    await client.get("/no/such/page")
    after = (await client.get("/system/metrics")).json()
    was, now = _of(before, "products", "read"), _of(after, "products", "read")
    assert now["requests"] - was["requests"] == 4
    assert now["statuses"]["4xx"] - was["statuses"].get("4xx", 0) == 3
    assert now["statuses"]["2xx"] - was["statuses"].get("2xx", 0) == 1
    assert now["latency"]["mean_ms"] > 0
    assert 0 < now["latency"]["p50_ms"] <= now["latency"]["p99_ms"]
    written = _of(after, "products", "write")["requests"]
    assert written - _of(before, "products", "write")["requests"] == 1
    unknown = _of(after, "unknown", "read")["requests"]
    assert unknown - _of(before, "unknown", "read")["requests"] == 1


async def test_a_request_that_comes_the_short_way_is_counted_too() -> None:
    counted = Requests()
    counted.count("/v1/orders", "POST", 201, 0.004)
    counted.count("/v1/orders/{order_id}", "POST", 409, 0.2)
    counted.count("/ofrep/v1/evaluate/flags", "POST", 200, 100.0)
    counted.count("", "BREW", 0, 0.001)
    told = [(s.route, s.kind, s.count, s.statuses) for s in counted.series()]
    assert told == [
        ("ofrep", "write", 1, [0, 0, 1, 0, 0, 0]),
        ("orders", "write", 2, [0, 0, 1, 0, 1, 0]),
        ("unknown", "write", 1, [1, 0, 0, 0, 0, 0]),
    ]
    assert counted.series()[0].buckets[-1] == 1


def test_quantiles_lie_within_their_class() -> None:
    assert quantile([0] * (len(BOUNDS) + 1), 0.5) is None
    buckets = [0] * (len(BOUNDS) + 1)
    buckets[2], buckets[-1] = 98, 2  # 2.5 to 5 ms, and above all bounds
    assert quantile(buckets, 0.49) == pytest.approx(0.0025 + 0.0025 * 0.5)
    assert quantile(buckets, 0.98) == pytest.approx(0.005)
    assert quantile(buckets, 0.99) == BOUNDS[-1]


_SAMPLE = re.compile(r'^[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (\+Inf|[0-9.e+-]+)$')


@pytest.mark.parametrize(
    ("query", "accept", "text"),
    [
        ("?format=prometheus", "application/json", True),
        ("", "text/plain", True),
        ("", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5,*/*;q=0.1", True),
        ("?format=json", "text/plain", False),
        ("", "*/*", False),
        ("", "text/html,application/json", False),
    ],
)
async def test_a_collector_gets_the_text_it_asks_for(
    client: httpx.AsyncClient, query: str, accept: str, text: bool
) -> None:
    answer = await client.get(f"/system/metrics{query}", headers={"Accept": accept})
    assert answer.status_code == 200
    kind = answer.headers["content-type"]
    assert kind.startswith("text/plain; version=0.0.4" if text else "application/json")


async def test_the_text_is_well_formed_and_its_histograms_add_up(
    client: httpx.AsyncClient,
) -> None:
    await client.get("/products")
    page = (await client.get("/system/metrics?format=prometheus")).text
    lines = page.splitlines()
    assert page.endswith("\n")
    samples = [line for line in lines if not line.startswith("#")]
    assert all(_SAMPLE.match(line) for line in samples), samples
    typed = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(typed) == len(set(typed))
    assert len(samples) == len({line.rpartition(" ")[0] for line in samples})
    mine = 'omnix_http_request_duration_seconds_{}{{route="products",kind="read"{}}}'
    values = dict(line.rpartition(" ")[::2] for line in samples)
    counts = [
        int(values[mine.format("bucket", f',le="{bound:g}"')]) for bound in (*BOUNDS[:8], 1, 10)
    ]
    assert counts == sorted(counts)
    whole = values[mine.format("count", "")]
    assert values[mine.format("bucket", ',le="+Inf"')] == whole
    name = 'omnix_http_requests_total{route="products",kind="read"'
    requests = [int(value) for key, value in values.items() if key.startswith(name)]
    assert sum(requests) == int(whole)


async def test_names_and_units_are_as_collectors_expect(served: Served) -> None:
    """The rules of `promtool check metrics`: base units, totals that count, help for each."""
    await jobs.submit(served.ports, JobType("test-job", "A job"), {})
    page = (await served.call("GET", "/system/metrics?format=prometheus")).text
    told = [line.split(" ", 3)[2:] for line in page.splitlines() if line.startswith("# HELP")]
    kinds = dict(line.split(" ")[2:] for line in page.splitlines() if line.startswith("# TYPE"))
    assert {name for name, _ in told} == set(kinds)
    for name, help in told:
        assert re.fullmatch("(omnix|process)_[a-z]+(_[a-z]+)*", name), name
        assert help.strip(), name
        assert (kinds[name] == "counter") == name.endswith("_total"), name
        assert not re.search("_(count|sum|bucket|info_total)$", name), name
        assert not set(name.split("_")) & _OTHER_UNITS, name
    labels = set(re.findall('[{,]([a-z_]+)="', page))
    known = {"version", "runs_on", "route", "kind", "status", "le", "state", "job", "consumer"}
    assert labels <= known


async def test_jobs_and_queues_are_told(served: Served) -> None:
    kind = JobType("test-job", "A job", attempts=1)
    failing = {"now": True}

    async def run(*_: Any) -> None:
        served.clock.advance(3)
        if failing["now"]:
            raise ValueError("not this one")

    handler = jobs.JobHandler(kind, run)
    for failing["now"] in (True, False):
        await jobs.submit(served.ports, kind, {})
        await jobs.work_once(served.ports, [handler])
    await jobs.submit(served.ports, kind, {})
    told = (await served.call("GET", "/system/metrics")).json()
    assert told["queue"] == {"queued": 1, "running": 0, "dead": 1}
    (mine,) = [job for job in told["jobs"] if job["name"] == "test-job"]
    assert (mine["runs"], mine["done"], mine["failed"]) == (3, 1, 1)
    assert mine["longest_seconds"] >= 3
    assert told["heavy"]["running"] == told["heavy"]["waiting"] == 0


async def test_a_consumer_s_lag_is_the_age_of_what_it_has_not_taken(served: Served) -> None:
    ports, clock = served.ports, served.clock

    async def take(*_: Any) -> None:
        return None

    slow, quick = Consumer("slow", ("product.changed",), take), Consumer("quick", (), take)
    other = Consumer("other", ("order.placed",), take)
    for number in range(4):
        at = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        await ports.bus.publish([Event("product.changed", f"p{number}", at, {})])
        clock.advance(10)
    while (await consume_once(ports, quick))[0]:
        pass
    assert (await served.call("GET", "/system/metrics")).json()["consumers"] == {
        "at": None,
        "consumers": [],
    }
    await lag.tell(ports, (slow, quick, other))
    told = (await served.call("GET", "/system/metrics")).json()["consumers"]
    found = {c["name"]: (c["lag_seconds"], c["events"]) for c in told["consumers"]}
    assert found == {"slow": (40.0, 4), "quick": (0.0, 0), "other": (0.0, 0)}
    page = (await served.call("GET", "/system/metrics?format=prometheus")).text
    assert 'omnix_consumer_lag_seconds{consumer="slow"} 40' in page.splitlines()


async def test_a_runtime_may_tell_of_consumers_in_its_own_way(served: Served) -> None:
    async def lagging(_: Any) -> lag.Lags:
        behind = ConsumerLag(name="facts", lag_seconds=None, events=None, detail="it rests")
        return lag.Lags(at=None, consumers=[behind])

    served.app.state.lagging = lagging
    told = (await served.call("GET", "/system/metrics")).json()["consumers"]["consumers"]
    assert told == [{"name": "facts", "lag_seconds": None, "events": None, "detail": "it rests"}]
    page = (await served.call("GET", "/system/metrics?format=prometheus")).text
    assert "facts" not in page


async def test_configuration_is_for_admins_and_metrics_for_who_may_read(served: Served) -> None:
    assert (await served.call("GET", "/system/metrics", "service")).status_code == 200
    for role in ("manager", "analyst", "service", "customer"):
        answer = await served.call("GET", "/system/config", role)
        assert assert_problem(answer)["status"] == 403
    assert_problem(await served.call("GET", "/system/metrics?format=xml"))


async def test_the_configuration_tells_sources_and_no_secret(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    for option in config.OPTIONS:
        monkeypatch.delenv(option.name, raising=False)
    monkeypatch.setenv("OMNIX_SMTP_URL", "smtps://post:geheim@mail.example.test:465/?key=geheim")
    monkeypatch.setenv("OMNIX_CHAT_KEY", "geheim")
    await served.ports.secrets.put("auth-oidc", b'{"client_secret": "geheim"}')
    changed = {"version": 0, "name": "Tea house"}
    assert (await served.call("PATCH", "/system/settings", json=changed)).status_code == 200
    answer = await served.call("GET", "/system/config")
    assert "geheim" not in answer.text
    told = answer.json()
    env = {e["name"]: (e["value"], e["source"]) for e in told["environment"]}
    assert env["OMNIX_SMTP_URL"] == (
        f"smtps://post:{MASK}@mail.example.test:465/?{MASK}",
        "environment",
    )
    assert env["OMNIX_CHAT_KEY"] == (MASK, "environment")
    assert env["OMNIX_OIDC_CLIENT_SECRET"] == (MASK, "secret")
    assert env["OMNIX_CHAT_URL"] == (None, "unset")
    shop = {e["name"]: (e["value"], e["source"]) for e in told["shop"]}
    assert shop["name"] == ("Tea house", "setting")
    assert shop["lead_time_days"] == (7, "default")
    assert told["shop_version"] == 1
    assert all(isinstance(value, str | int | float | None) for value, _ in shop.values())


def test_addresses_are_shown_without_what_opens_them() -> None:
    assert without_password("http://127.0.0.1:11434/v1") == "http://127.0.0.1:11434/v1"
    assert without_password("smtp://post@example.test") == "smtp://post@example.test"
    assert without_password("smtp://a:b@[broken") == MASK
    assert without_password("shop@example.test") == "shop@example.test"


def test_every_variable_that_is_read_is_told() -> None:
    read = set()
    for file in SOURCE.rglob("*.py"):
        read |= set(re.findall(r"\bOMNIX_[A-Z_]*[A-Z]\b", file.read_text(encoding="utf-8")))
    assert read == {option.name for option in config.OPTIONS}


async def test_the_version_tells_what_was_migrated(served: Served) -> None:
    told = (await served.call("GET", "/system/version")).json()
    assert (told["version"], told["runs_on"], told["environment"]) == (
        VERSION,
        "this machine",
        None,
    )
    assert {one["state"] for one in told["migrations"]} == {"pending"}
    await jobs.submit(served.ports, MIGRATE, {})
    assert await jobs.work_once(served.ports, [migrating(MIGRATIONS)])
    told = (await served.call("GET", "/system/version", "analyst")).json()
    assert [one["id"] for one in told["migrations"]] == [each.id for each in MIGRATIONS]
    assert {(one["state"], one["version"]) for one in told["migrations"]} == {("made", VERSION)}
