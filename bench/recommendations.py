"""Personal recommendations over HTTP: 200 a second on one core, of a large shop.

`python -m bench.recommendations [--customers 100000] [--products 20000] [--rate 200]`. It fills a
data folder of its own with customers, products, stock and candidates as the nightly job stores
them, starts `omnix run` on one core, and asks from the other, each request at its appointed time:
one that waits for another counts its waiting. Then orders, each with the answer right after it.
"""

import argparse
import asyncio
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.dashboard import Browser, memory, named
from bench.measured import cost
from bench.orders.omnix_service import OMNIX
from bench.orders.processes import ROOT, Process, cpu_seconds, free_port, waiting
from bench.recommend.alone import own_seconds, queue
from bench.recommend.load import ask
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

PURCHASES, ALONE = 20, 600
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


def purchase(browser: Browser, number: int) -> bool:
    """Whether the answer right after an acknowledged order knows of it."""
    path = f"/v1/recommendations/customers/C{number:06d}?limit=50"
    answer, _ = browser.ask(path)
    product = answer["items"][0]["product_id"]
    order = {"customer_id": f"C{number:06d}", "lines": [{"product_id": product, "quantity": 1}]}
    browser.ask("/v1/orders", order)
    answer, _ = browser.ask(path)
    items = {item["product_id"]: item for item in answer["items"]}
    if product not in items:
        return True
    return "just_bought" in [part["reason"] for part in items[product]["contributions"]]


def measure(folder: Path, args: argparse.Namespace) -> None:
    data = args.data or folder / "data"

    async def filling() -> None:
        async with platform(data) as local:
            await fill(local.ports, args.customers, args.products)

    if not data.exists():
        began = time.process_time()
        asyncio.run(filling())
        print(f"filled; {cost(began)}")
    made = subprocess.run(
        [OMNIX, "api-key", "create", "--role", "manager", "--data", data],
        check=True, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    key = made.stdout.split()[-1]
    single = own_seconds(data, key, args.customers, ALONE)
    port = free_port()
    command = [OMNIX, "run", "--port", str(port), "--data", data, "--no-demo"]
    server = Process(command, range(1), folder / "server.log")
    try:
        server.wait_for_http(port)
        ask(port, key, args.customers, 50, 2)
        found = named(server.popen.pid)
        pids, api = list(found.values()), [found["server"]]
        rounds, costs = [], []
        for number in range(args.rounds):
            time.sleep(args.pause)
            before, own, queued = cpu_seconds(pids), cpu_seconds(api), waiting(api)
            seen = ask(port, key, args.customers, args.rate, args.seconds)
            spent, own = cpu_seconds(pids) - before, cpu_seconds(api) - own
            queued = waiting(api) - queued
            count = len(seen.took)
            at = [1e3 * seen.at(share) for share in (0.5, 0.95, 0.99)]
            rounds.append(at[2])
            costs.append(spent / count)
            print(
                f"round {number + 1}: {count} answers at {args.rate}/s: p50 {at[0]:.1f} ms, "
                f"p95 {at[1]:.1f} ms, p99 {at[2]:.1f} ms (wanted: 10 ms); "
                f"{1e6 * own / count:.0f} us of CPU each, {1e6 * spent / count:.0f} with "
                f"the worker; the server stood ready without a core for "
                f"{1e6 * queued / count:.0f} us an answer, the client asked "
                f"{1e3 * seen.late:.1f} ms late (p99)",
                flush=True,
            )
        print(f"p99 of {len(rounds)} rounds: {', '.join(f'{p:.1f}' for p in sorted(rounds))} ms")
        each = sorted(single)
        rest = max(0.0, sorted(costs)[len(costs) // 2] - sum(single) / len(single))
        alone = queue(single, args.rate, rest)
        print(
            f"an answer's own CPU, in process: median {1e6 * each[len(each) // 2]:.0f} us, p99 "
            f"{1e6 * each[int(len(each) * 0.99)]:.0f} us. Computed from it, for a core that does "
            f"nothing else, {1e6 * rest:.0f} us more each for server and worker: p50 "
            f"{1e3 * alone[len(alone) // 2]:.1f} ms, p99 {1e3 * alone[int(len(alone) * 0.99)]:.1f} "
            f"ms at {args.rate}/s"
        )
        browser = Browser(port, key)
        told = sum(purchase(browser, number) for number in range(PURCHASES))
        print(f"{told} of {PURCHASES} orders were in the very next answer")
        now, most = memory(server.popen.pid)["server"]
        print(f"server: {now} MB, {most} MB at most")
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--data", type=Path, help="a folder to fill, or filled before, and keep")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between rounds")
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="omnix-recommendations-") as folder:
        measure(Path(folder), args)


if __name__ == "__main__":
    main()
