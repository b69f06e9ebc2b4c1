"""The dashboard on a large shop, over HTTP, beside the same figures from the raw lines.

Run `python -m bench.dashboard [--lines 10000000] [--products 20000] [--customers 200000]
[--days 1096]`. It fills a data folder of its own with generated sales, starts `omnix run` on it,
waits until the worker has added up and forecast everything, and asks like a browser. The folder
goes away at the end.
"""

import argparse
import asyncio
import http.client
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from deltalake import DeltaTable

from bench.orders.omnix_service import OMNIX
from bench.orders.processes import ROOT, BenchError, Process, cpu_seconds, free_port, tree
from omnix.domains.inventory.declare import BALANCES, LEDGER, LOCATIONS
from omnix.domains.inventory.locations import location_items
from omnix.domains.inventory.stock import opening_items
from omnix.domains.orders.declare import SALES
from omnix.domains.products.declare import PRODUCTS
from omnix.domains.products.model import Product, item
from omnix.domains.system.settings import shop, store_shop
from omnix.kit.time import instant
from omnix.platform.access import SYSTEM
from omnix.ports import Ports
from omnix.runtimes.local import platform

LINES_PER_ORDER = 3
ANSWERS = 400
PATIENCE_SECONDS = 1200
STOCK = 500

# A cheap hash gives each row numbers of its own; squares and cubes make few popular.
LINES = """
WITH rolled AS (
    SELECT i, i // {per} AS o,
        hash(i // {per} + {seed}) % 1000000 / 1e6 AS whose,
        hash(i + {seed}) % 1000000 / 1e6 AS what,
        (hash(i * 7 + {seed}) % 1000)::INTEGER AS luck
    FROM range({low}, {high}) AS numbers(i)
), priced AS (
    SELECT *, DATE '{first}' + (o % {days})::INTEGER AS day,
        (what * what * what * {products})::INTEGER AS product, 1 + (luck % 10) // 7 AS pieces
    FROM rolled
)
SELECT 'O' || o AS order_id, (i % {per} + 1)::INTEGER AS line,
    CASE WHEN luck < 15 THEN 'return' ELSE 'sale' END AS kind,
    (day + INTERVAL 10 HOUR)::TIMESTAMP AS at, day, strftime(day, '%Y-%m') AS month,
    'P' || lpad(product::VARCHAR, 6, '0') AS product_id,
    CASE WHEN o % 10 > 0 THEN 'C' || (whose * whose * {customers})::INTEGER END AS customer_id,
    'main' AS location_id, 'store' AS channel,
    CASE WHEN luck < 15 THEN -pieces ELSE pieces END AS quantity,
    CASE WHEN luck < 15 THEN -1 ELSE 1 END * pieces * (100 + product % 4900) AS revenue_minor,
    0 AS discount_minor,
    CASE WHEN luck < 15 THEN -1 ELSE 1 END * pieces * (60 + product % 2900) AS cost_minor,
    'EUR' AS currency, 'import' AS source
FROM priced
"""

RAW = """
SELECT sum(revenue_minor) FILTER (WHERE day >= $first) AS revenue,
    count(DISTINCT order_id) FILTER (WHERE kind = 'sale' AND day >= $first) AS orders,
    sum(quantity) FILTER (WHERE day >= $first) AS units,
    count(DISTINCT customer_id) FILTER (WHERE kind = 'sale' AND day >= $first) AS customers,
    -sum(revenue_minor) FILTER (WHERE kind = 'return' AND day >= $first) AS returns,
    sum(revenue_minor) FILTER (WHERE day < $first) AS previous_revenue
FROM sales WHERE day >= $before
"""
RAW_NEW = """
SELECT count(*) AS new_customers FROM (
    SELECT min(day) AS began FROM sales
    WHERE kind = 'sale' AND customer_id IS NOT NULL GROUP BY customer_id
) WHERE began >= $first
"""
RAW_TOP = """
SELECT product_id, sum(revenue_minor) AS revenue_minor FROM sales
WHERE day >= $first GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10
"""
RAW_DAYS = "SELECT day, sum(revenue_minor), sum(quantity) FROM sales WHERE day >= $first GROUP BY 1"


async def fill(ports: Ports, args: argparse.Namespace, first: date) -> None:
    """Products, stock and the lines, in appends of a month's worth each."""
    settings = await shop(ports)
    named = {"name": "Bench", "currency": "EUR", "mode": "real"}
    await store_shop(ports, SYSTEM, settings, type(settings)(**named))
    at = instant(datetime(first.year, first.month, first.day, tzinfo=UTC))
    ids = [f"P{n:06d}" for n in range(args.products)]
    products = (
        Product(
            id=id, sku=id, name=f"Product {n}", price_minor=100 + n % 4900, currency="EUR",
            category=f"Category {n % 40}", cost_minor=60 + n % 2900, created_at=at, updated_at=at,
        )
        for n, id in enumerate(ids)
    )  # fmt: skip
    await ports.records.load(PRODUCTS, (item(each) for each in products))
    await ports.records.load(LOCATIONS, location_items([("main", "Main")], at))
    balances, ledger = opening_items([(id, "main", STOCK) for id in ids], at, "bench", counted=True)
    await ports.records.load(LEDGER, ledger)
    await ports.records.load(BALANCES, balances)
    months = max(1, args.days // 30)
    connection = duckdb.connect()
    for month in range(months):
        begin, end = args.days * month // months, args.days * (month + 1) // months
        orders = args.lines // LINES_PER_ORDER
        low, high = (LINES_PER_ORDER * (orders * m // months) for m in (month, month + 1))
        rows = connection.sql(
            LINES.format(
                per=LINES_PER_ORDER, seed=month * 1_000_003, low=low, high=high,
                first=(first + timedelta(days=begin)).isoformat(), days=end - begin,
                products=args.products, customers=args.customers,
            )
        )  # fmt: skip
        await ports.lake.append(SALES, rows, source="bench", version=month + 1)
    connection.close()


class Browser:
    """One keep-alive connection with the key of a manager."""

    def __init__(self, port: int, key: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def close(self) -> None:
        """Hang up; the next question connects again."""
        self._connection.close()

    def ask(self, path: str, body: Any = None) -> tuple[Any, float]:
        """The decoded answer, and the seconds until its last byte."""
        data = None if body is None else json.dumps(body)
        began = time.perf_counter()
        self._connection.request("GET" if body is None else "POST", path, data, self._headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        took = time.perf_counter() - began
        if answer.status not in (200, 201, 202):
            raise BenchError(f"{path}: {answer.status} {raw[:500]!r}")
        return json.loads(raw), took


def wait_for_jobs(browser: Browser) -> dict[str, float]:
    """Seconds that the dashboard's and the forecasts' jobs took."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        runs, _ = browser.ask("/v1/jobs?limit=50")
        ours = {
            run["name"]: run
            for run in runs["items"]
            if run["name"] in ("dashboard.rebuild", "forecast.all")
        }
        if len(ours) == 2 and all(run["state"] == "done" for run in ours.values()):
            return {
                name: (
                    datetime.fromisoformat(run["ended_at"])
                    - datetime.fromisoformat(run["started_at"])
                ).total_seconds()
                for name, run in ours.items()
            }
        if any(run["state"] == "failed" for run in ours.values()):
            raise BenchError(f"a job failed: {[run['error'] for run in ours.values()]}")
        time.sleep(1)
    raise BenchError("the jobs did not end")


def named(pid: int) -> dict[str, int]:
    """The server's processes below ``pid``."""
    found = {}
    for each in tree(pid):
        command = Path(f"/proc/{each}/cmdline").read_bytes().split(b"\0")
        worker = any(b"omnix.runtimes.worker" in part for part in command)
        found["worker" if worker else "server"] = each
    return found


def memory(pid: int) -> dict[str, tuple[int, int]]:
    """Megabytes now and at most, by process."""
    found = {}
    for name, each in named(pid).items():
        status = Path(f"/proc/{each}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        found[name] = (int(fields["VmRSS"].split()[0]) // 1024,
                       int(fields["VmHWM"].split()[0]) // 1024)  # fmt: skip
    return found


def from_raw_lines(data: Path, last: date, days: int) -> tuple[float, dict[str, Any]]:
    """Seconds and answer of the summary's sales figures by DuckDB from the lines themselves."""
    connection = duckdb.connect()
    files = DeltaTable(str(data / "lake" / "sales")).file_uris()
    lines = f"read_parquet({files}, hive_partitioning=true, union_by_name=true)"
    connection.execute(f"CREATE VIEW sales AS SELECT * FROM {lines}")
    first = last - timedelta(days=days - 1)
    spans = {"first": first, "before": first - timedelta(days=days)}

    def answer() -> dict[str, Any]:
        cursor = connection.execute(RAW, spans)
        names = [column[0] for column in cursor.description or ()]
        row = dict(zip(names, cursor.fetchone() or (), strict=True))
        for sql in (RAW_NEW, RAW_TOP, RAW_DAYS):
            found = connection.execute(sql, {"first": first}).fetchall()
            if sql is RAW_NEW:
                row["new_customers"] = found[0][0]
            elif sql is RAW_TOP:
                row["top"] = [product for product, _ in found]
        return row

    row = answer()
    took = [timed(answer) for _ in range(5)]
    connection.close()
    return statistics.median(took), row


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def compare(summary: dict[str, Any], raw: dict[str, Any]) -> None:
    """Raises BenchError unless rollups and lines agree."""
    told = {metric["name"]: metric for metric in summary["metrics"]}
    for name in ("revenue", "orders", "units", "customers", "new_customers", "returns"):
        if told[name]["value"] != raw[name]:
            raise BenchError(f"{name}: rollups {told[name]['value']}, lines {raw[name]}")
    if told["revenue"]["previous"] != raw["previous_revenue"]:
        raise BenchError("the revenue of the range before differs")
    if [row["product_id"] for row in summary["top_products"]] != raw["top"]:
        raise BenchError("the top products differ")


def percentiles(seconds: list[float]) -> str:
    cut = statistics.quantiles(seconds, n=100)
    return f"p50 {cut[49] * 1e3:.1f} ms, p99 {cut[98] * 1e3:.1f} ms"


def live_order(browser: Browser, product: str) -> float:
    """Seconds from placing an order to its being in the summary."""
    before, _ = browser.ask("/v1/dashboard/summary?days=7")
    orders = before["series"][-1]["orders"]
    began = time.perf_counter()
    browser.ask("/v1/orders", {"lines": [{"product_id": product, "quantity": 1}]})
    while time.perf_counter() - began < 60:
        after, _ = browser.ask("/v1/dashboard/summary?days=7")
        if after["series"][-1]["orders"] > orders:
            return time.perf_counter() - began
        time.sleep(0.02)
    raise BenchError("the order is not in the summary after a minute")


def measure(folder: Path, args: argparse.Namespace) -> None:
    data = folder / "data"
    last = datetime.now(UTC).date() - timedelta(days=1)
    first = last - timedelta(days=args.days - 1)

    async def filling() -> None:
        async with platform(data) as local:
            await fill(local.ports, args, first)

    took = timed(lambda: asyncio.run(filling()))
    print(f"generated {args.lines:,} lines of {args.days} days in {took:.1f} s")
    made = subprocess.run(
        [OMNIX, "api-key", "create", "--role", "manager", "--data", data],
        check=True, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    port = free_port()
    cores = range(2)
    server = Process(
        [OMNIX, "run", "--port", str(port), "--data", data, "--no-demo"],
        cores,
        folder / "server.log",
    )
    try:
        server.wait_for_http(port)
        browser = Browser(port, made.stdout.split()[-1])
        for name, seconds in wait_for_jobs(browser).items():
            print(f"{name}: {seconds:.1f} s (both at once, at the worker's low priority)")
        browser.close()  # an idle connection is closed by the server, too
        time.sleep(5)
        for days in (30, 365):
            summary, _ = browser.ask(f"/v1/dashboard/summary?days={days}")
            server_only = [named(server.popen.pid)["server"]]
            before = cpu_seconds(server_only)
            times = [browser.ask(f"/v1/dashboard/summary?days={days}")[1] for _ in range(ANSWERS)]
            spent = (cpu_seconds(server_only) - before) / ANSWERS
            browser.close()
            raw, row = from_raw_lines(data, date.fromisoformat(summary["as_of"]), days)
            compare(summary, row)
            ratio = raw / statistics.median(times)
            print(f"summary of {days} days over HTTP: {percentiles(times)}, "
                  f"{spent * 1e3:.1f} ms of CPU; its sales figures from the lines by DuckDB: "
                  f"{raw * 1e3:.0f} ms ({ratio:.0f} times as long); figures equal")  # fmt: skip
        for name in ("cohorts", "customers"):
            times = [browser.ask(f"/v1/dashboard/{name}")[1] for _ in range(20)]
            print(f"{name} over HTTP: {percentiles(times)}")
        waits = [live_order(browser, f"P{n:06d}") for n in range(5)]
        print(f"order to summary: {statistics.median(waits) * 1e3:.0f} ms (median of 5)")
        for name, (now, most) in memory(server.popen.pid).items():
            print(f"{name}: RSS {now} MB, at most {most} MB")
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--days", type=int, default=1096)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="omnix-dashboard-") as folder:
        measure(Path(folder), args)


if __name__ == "__main__":
    main()
