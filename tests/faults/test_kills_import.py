"""kill -9 of `omnix import`, then again until it is through: as if it had never been killed."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from faults.books import opened
from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.orders.declare import ORDER_LINES, ORDERS
from omnix.domains.products.declare import PRODUCTS
from omnix.ports import Query

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("processes")]

ROWS = 20_000
KILLS_TO_A_FOLDER = 4
SECONDS = 120.0

SALES_ROWS = Query("all-sales", "Every row.", "SELECT * FROM sales", reads=("sales",))
PRICE_ROWS = Query("all-prices", "Every row.", "SELECT * FROM prices", reads=("prices",))


def write_orders(path: Path, rows: int, seed: int = 5) -> None:
    """Invoices as the real file has them: long and short ones, returns, doubled rows."""
    pick = random.Random(seed)
    lines = ["Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country"]
    number, minute = 500_000, 0
    while len(lines) <= rows:
        number += 1
        minute += pick.randint(1, 400)
        when = f"2010-{1 + minute // 43200 % 12:02d}-{1 + minute // 1440 % 28:02d}"
        when += f" {8 + minute // 60 % 12:02d}:{minute % 60:02d}:00"
        customer = pick.choice(("", str(12_000 + pick.randint(0, 300))))
        back = pick.random() < 0.03
        count = pick.choice((1, 2, 3, 20, 120))
        for _ in range(count):
            sku = 20_000 + pick.randint(0, 400)
            units = -1 if back else pick.randint(1, 24)
            price = f"{sku % 17 + 1}.{sku % 90 + 10}"
            invoice = f"C{number}" if back else str(number)
            row = f"{invoice},{sku},THING {sku},{units},{when},{price},{customer},United Kingdom"
            lines += [row] * (2 if pick.random() < 0.02 else 1)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def start(data: Path, file: Path) -> "subprocess.Popen[bytes]":
    """The command with chunks so small that a short file has several."""
    code = (
        "from omnix.transfer.incoming.orders import order_sql; order_sql.CHUNK_LINES = 3000; "
        "from omnix.cli import main; main()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, "import", str(file), "--data", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def finish(data: Path, file: Path) -> None:
    with start(data, file) as process:
        told = process.communicate(timeout=SECONDS)[0].decode()
    assert process.returncode == 0, told


def kill_after(data: Path, file: Path, delay: float) -> bool:
    """Kill it ``delay`` seconds after it told its plan; False if it was through before."""
    with start(data, file) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
    assert process.returncode in (0, -9)
    return process.returncode == -9


async def contents(data: Path) -> dict[str, Any]:
    """Everything that an import brings in."""
    found: dict[str, Any] = {}
    async with opened(data) as platform:
        for collection in (PRODUCTS, CUSTOMERS, ORDERS, ORDER_LINES):
            rows = [row async for part in platform.records.scan(collection) for row in part]
            found[collection.name] = Counter(
                msgspec.json.encode(row, order="sorted") for row in rows
            )
        for query in (SALES_ROWS, PRICE_ROWS):
            rows = await platform.lake.rows(query)
            found[query.name] = Counter(
                tuple(sorted((k, str(v)) for k, v in r.items())) for r in rows
            )
    return found


async def kill_while_importing(folder: Path, kills: int, seed: int) -> str:
    """The figures, in a sentence."""
    began = time.monotonic()
    chance = random.Random(seed)
    file = folder / "orders.csv"
    write_orders(file, ROWS)
    whole = folder / "whole"
    finish(whole, file)
    wanted = await contents(whole)
    assert wanted["orders"].total() > 500
    done = rounds = 0
    longest = 2.0
    while done < kills:
        rounds += 1
        data = folder / f"round-{rounds}"
        for _ in range(min(KILLS_TO_A_FOLDER, kills - done)):
            if not kill_after(data, file, chance.uniform(0, longest)):
                longest = max(longest * 0.9, 0.3)
                break
            done += 1
        finish(data, file)
        found = await contents(data)
        for name, rows in wanted.items():
            missing, more = rows - found[name], found[name] - rows
            assert not missing, f"{name}: {missing.total()} lost, as {next(iter(missing))!r}"
            assert not more, f"{name}: {more.total()} too many, as {next(iter(more))!r}"
    return (
        f"mid-import: {done} kills over {rounds} folders, each then with "
        f"{wanted['orders'].total()} orders and {wanted['all-sales'].total()} fact rows, "
        f"0 lost, 0 doubled, in {time.monotonic() - began:.0f} s"
    )


async def test_some_kills_in_mid_import(tmp_path: Path) -> None:
    await kill_while_importing(tmp_path, 2, seed=21)


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_a_hundred_kills_in_mid_import(tmp_path: Path) -> None:
    print("\n" + await kill_while_importing(tmp_path, 100, seed=22))  # noqa: T201
