"""Personal recommendations over HTTP: 200 a second on one core, of a large shop.

`python -m bench.recommendations [--customers 100000] [--products 20000] [--rate 200]`. It fills a
data folder of its own with customers, products, stock and candidates as the nightly job stores
them, starts `omnix run` on one core, and asks from the other, each request at its appointed time:
one that waits for another counts its waiting. Then a purchase, until an answer knows of it.
"""

import argparse
import asyncio
import json
import random
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.dashboard import Browser, named
from bench.orders.omnix_service import OMNIX
from bench.orders.processes import ROOT, BenchError, Process, cpu_seconds, free_port
from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.inventory.declare import BALANCES, LOCATIONS
from omnix.domains.inventory.locations import location_items
from omnix.domains.inventory.stock import opening_items
from omnix.domains.products.declare import PRODUCTS
from omnix.domains.products.model import Product, item
from omnix.domains.recommendations.declare import BESIDE, LISTS, SHELVES
from omnix.domains.recommendations.model import CANDIDATES, SHELF_ITEMS, SIDE_ITEMS
from omnix.kit.time import instant
from omnix.ports import Ports
from omnix.runtimes.local import platform

CONNECTIONS = 16
_SIDES = ("together", "complements", "substitutes", "similar")


async def fill(ports: Ports, customers: int, products: int) -> None:
    """Everything that an answer reads, as large as the nightly job makes it."""
    at = instant(datetime.now(UTC))
    head = {"made_at": at, "as_of": at[:10]}
    ids = [f"P{n:06d}" for n in range(products)]
    await ports.records.load(
        PRODUCTS,
        (
            item(
                Product(
                    id=id, sku=id, name=f"Product {n}", price_minor=100 + n % 4900, currency="EUR",
                    category=f"Category {n % 40}", cost_minor=60 + n % 2900, created_at=at,
                    updated_at=at,
                )
            )
            for n, id in enumerate(ids)
        ),
    )  # fmt: skip
    await ports.records.load(LOCATIONS, location_items([("main", "Main")], at))
    stock = [(id, "main", 0 if n % 10 == 0 else 500) for n, id in enumerate(ids)]
    balances, _ = opening_items(stock, at, "bench", counted=True)
    await ports.records.load(BALANCES, balances)
    rng = random.Random(1)

    def some(count: int) -> list[str]:
        return [ids[int(rng.random() ** 2 * products)] for _ in range(count)]

    def beside() -> Iterator[dict[str, Any]]:
        for id in ids:
            row = {"product_id": id, **head}
            for kind in _SIDES:
                row[kind] = [[other, 0.05, 0.1, 2.0, 0.4] for other in some(SIDE_ITEMS)]
            yield row

    def people() -> Iterator[dict[str, Any]]:
        for n in range(customers):
            yield {
                "id": f"C{n:06d}", "name": f"Customer {n}", "status": "active", "listing": "active",
                "sort_name": f"customer {n}", "created_at": at, "updated_at": at, "version": 1,
            }  # fmt: skip

    def lists() -> Iterator[dict[str, Any]]:
        for n in range(customers):
            rows = []
            for k, id in enumerate(dict.fromkeys(some(CANDIDATES))):
                shares = [0.3 / (k + 1), 0.05, 0.02, 0.01]
                facts = [5, 12.5, 9] if k % 2 else None
                rows.append([id, round(sum(shares) + 0.001, 6), shares, ids[n % products], facts])
            yield {"customer_id": f"C{n:06d}", "items": rows, "model_version": 1, **head}

    await ports.records.load(BESIDE, beside())
    await ports.records.load(CUSTOMERS, people())
    await ports.records.load(LISTS, lists())
    popular = [[id, 9.0, 0.0] for id in ids[:SHELF_ITEMS]]
    await ports.records.load(SHELVES, [{"name": "popular", "items": popular, **head}])


def load(port: int, key: str, customers: int, rate: int, seconds: int) -> list[float]:
    """Seconds from each request's appointed time to the end of its answer."""
    found: list[list[float]] = [[] for _ in range(CONNECTIONS)]
    begin = time.perf_counter() + 0.5

    def ask(which: int) -> None:
        rng = random.Random(which)
        browser = Browser(port, key)
        for n in range(which, rate * seconds, CONNECTIONS):
            due = begin + n / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            customer = rng.randrange(customers)
            answer, _ = browser.ask(f"/v1/recommendations/customers/C{customer:06d}?limit=20")
            found[which].append(time.perf_counter() - due)
            if len(answer["items"]) != 20:
                raise BenchError("an answer is short")
        browser.close()

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(time for some in found for time in some)


def purchase(browser: Browser) -> float:
    """Seconds from a click's acknowledgement to the first answer that knows of it."""
    path = "/v1/recommendations/customers/C000001?limit=50"
    answer, _ = browser.ask(path)
    product = answer["items"][0]["product_id"]
    event = {
        "message_id": f"m{time.time_ns()}", "type": "purchase", "customer_id": "C000001",
        "product_id": product,
    }  # fmt: skip
    browser.ask("/v1/events/batch", {"events": [event]})
    began = time.perf_counter()
    while time.perf_counter() - began < 60:
        answer, _ = browser.ask(path)
        parts = json.dumps(answer["items"])
        if product not in parts or '"just_bought"' in parts:
            return time.perf_counter() - began
        time.sleep(0.01)
    raise BenchError("a purchase was not seen for a minute")


def measure(folder: Path, args: argparse.Namespace) -> None:
    data = folder / "data"

    async def filling() -> None:
        async with platform(data) as local:
            await fill(local.ports, args.customers, args.products)

    began = time.perf_counter()
    asyncio.run(filling())
    print(f"filled in {time.perf_counter() - began:.1f} s")
    made = subprocess.run(
        [OMNIX, "api-key", "create", "--role", "manager", "--data", data],
        check=True, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    key = made.stdout.split()[-1]
    port = free_port()
    command = [OMNIX, "run", "--port", str(port), "--data", data, "--no-demo"]
    server = Process(command, range(1), folder / "server.log")
    try:
        server.wait_for_http(port)
        load(port, key, args.customers, 50, 2)
        for number in range(args.rounds):
            pids = list(named(server.popen.pid).values())
            before = cpu_seconds(pids)
            times = load(port, key, args.customers, args.rate, args.seconds)
            spent = (cpu_seconds(pids) - before) / len(times)
            at = [times[int(len(times) * share)] * 1e3 for share in (0.5, 0.95, 0.99)]
            print(
                f"round {number + 1}: {len(times)} answers at {args.rate}/s: p50 {at[0]:.1f} ms, "
                f"p95 {at[1]:.1f} ms, p99 {at[2]:.1f} ms (wanted: 10 ms), "
                f"{spent * 1e3:.2f} ms of CPU each, worker included",
                flush=True,
            )
        waits = sorted(purchase(Browser(port, key)) for _ in range(3))
        print(f"purchase to answer: {waits[1] * 1e3:.0f} ms (median of 3; wanted: 1000 ms)")
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="omnix-recommendations-") as folder:
        measure(Path(folder), args)


if __name__ == "__main__":
    main()
