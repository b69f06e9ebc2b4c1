"""Whether a data folder's books are right after faults: orders, stock, events, facts, jobs."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omnix import app
from omnix.adapters.local.platform import LocalPlatform, open_local
from omnix.declared import COLLECTIONS, FACTS, ROLE_PERMISSIONS
from omnix.domains.auth import keys
from omnix.domains.inventory import stock
from omnix.domains.inventory.declare import BALANCES
from omnix.domains.orders import changes
from omnix.domains.orders.declare import ORDER_LINES, ORDERS
from omnix.ports import Ports, Query

FACTS_OF_ORDERS = Query(
    "facts-of-orders",
    "How often each row of an order came into the lake.",
    "SELECT order_id, kind, line, count(*) AS n, sum(quantity)::BIGINT AS units "
    "FROM sales WHERE source='live' GROUP BY ALL",
    reads=("sales",),
)
WRITES = frozenset(ROLE_PERMISSIONS["manager"])


@asynccontextmanager
async def opened(data: Path) -> AsyncIterator[LocalPlatform]:
    """The folder, opened beside whatever else has it open."""
    async with open_local(data, COLLECTIONS, FACTS) as platform:
        yield platform


async def make_key(ports: Ports) -> str:
    return await keys.create_for_system(ports, "test", WRITES, 30)


async def settled(platform: LocalPlatform, seconds: float = 180) -> None:
    """Wait until every consumer has taken every event and no job waits or runs."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        behind = [
            consumer.name
            for consumer in app.CONSUMERS
            if (await platform.bus.read(consumer.name, consumer.types, 1)).events
        ]
        counts = await platform.jobs.counts()
        if not behind and not counts.get("queued") and not counts.get("running"):
            return
        if asyncio.get_running_loop().time() > end:
            raise AssertionError(f"still at work: {behind}, jobs {dict(counts)}")
        await asyncio.sleep(0.2)


@dataclass(frozen=True)
class Books:
    """What was found: stored orders by id, and how much of everything."""

    orders: Mapping[str, Mapping[str, Any]]
    events: int
    fact_rows: int

    def by_note(self) -> dict[str, list[Mapping[str, Any]]]:
        found: dict[str, list[Mapping[str, Any]]] = {}
        for stored in self.orders.values():
            found.setdefault(stored["note"], []).append(stored)
        return found


async def check(platform: LocalPlatform, *, lake: bool = True) -> Books:
    """Assert that all is right; nothing may be at work meanwhile but what is idle."""
    ports = platform.ports
    orders = {row["id"]: row async for rows in ports.records.scan(ORDERS) for row in rows}
    pending = [id for id, row in orders.items() if "pending" in row or "draft" in row]
    assert pending == [], "nothing is pending for ever"
    lines: dict[str, int] = {id: len(row.get("lines", ())) for id, row in orders.items()}
    async for rows in ports.records.scan(ORDER_LINES):
        for row in rows:
            assert row["order_id"] in orders, "lines of no order are left"
            lines[row["order_id"]] += len(row["lines"])
    for id, row in orders.items():
        assert lines[id] == row["line_count"], "every line of an order is there"

    assert await stock.differences(ports) == [], "the ledger equals the balance"
    await _check_reserved(ports, orders)
    told = await _check_events(platform, orders)
    fact_rows = await _check_facts(ports, told) if lake else 0
    return Books(orders, sum(told.values()), fact_rows)


async def _check_reserved(ports: Ports, orders: Mapping[str, Mapping[str, Any]]) -> None:
    """What the orders still wait for is what stock is reserved."""
    from omnix.domains.orders import work

    wanted: Counter[str] = Counter()
    for row in orders.values():
        if row["status"] not in ("placed", "confirmed", "partly_fulfilled"):
            continue
        placed = await work.lines_of(ports, row)
        for line in changes.folded(placed, changes.changes(row)):
            units = changes.open_units("fulfil", line)
            parts = line["components"] or [{"product_id": line["product_id"], "quantity": 1}]
            for part in parts:
                wanted[part["product_id"]] += units * part["quantity"]
    reserved: Counter[str] = Counter()
    async for rows in ports.records.scan(BALANCES):
        for row in rows:
            reserved[row["product_id"]] += row.get("reserved") or 0
    assert +reserved == +wanted, "reserved is what open orders wait for"


async def _check_events(
    platform: LocalPlatform, orders: Mapping[str, Mapping[str, Any]]
) -> Counter[tuple[str, str, int]]:
    """Each order told once of its placing and of each change; returns the rows they tell."""
    heard: Counter[tuple[str, str, int]] = Counter()
    rows: Counter[tuple[str, str, int]] = Counter()
    parts: Counter[str] = Counter()
    await platform.bus.rewind("the-books", 0)
    while True:
        batch = await platform.bus.read("the-books", [], 2000)
        for event in batch.events:
            if not event.type.startswith("order."):
                continue
            data = event.data
            heard[event.key, event.type, data["version"]] += 1
            parts[event.key] += data["part"] == 1
            if event.type in ("order.placed", "order.returned", "order.cancelled"):
                for kind, line in zip(data["rows"]["kind"], data["rows"]["line"], strict=True):
                    rows[event.key, kind, line] += 1
        if not batch.events:
            break
        await platform.bus.acknowledge("the-books", batch.position)
    for id, row in orders.items():
        assert heard[id, "order.placed", 1] == max(1, -(-row["line_count"] // 1000))
        assert parts[id] == 1 + len(row.get("changes") or ()), "an event for each change"
    strangers = {id for id, _, _ in heard} - set(orders)
    assert strangers == set(), "events of orders that are not there"
    return rows


async def _check_facts(ports: Ports, told: Counter[tuple[str, str, int]]) -> int:
    found: Counter[tuple[str, str, int]] = Counter()
    for row in await ports.lake.rows(FACTS_OF_ORDERS):
        found[row["order_id"], row["kind"], row["line"]] += row["n"]
    missing, doubled = told - found, found - told
    assert not missing, f"{missing.total()} rows never reached the lake"
    assert not doubled, f"{doubled.total()} rows reached the lake twice"
    return found.total()
