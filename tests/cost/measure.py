"""What one order costs the tables, counted by Amazon's own DynamoDB Local.

``python -m cost.measure`` in tests/ prints the figures that ``omnix.cost.units`` keeps.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from domains.orders.shop import ACTOR, fill, order, product
from omnix.adapters.aws.calls import Calls
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.dashboard import handlers as dashboard_handlers
from omnix.domains.inventory.replenishment import handlers as replenishment_handlers
from omnix.domains.orders import handlers as orders_handlers
from omnix.domains.orders import service
from omnix.domains.products import handlers as products_handlers
from omnix.domains.products.declare import PRODUCTS
from omnix.domains.system.settings import shop
from omnix.platform.consume import consume_once
from omnix.platform.unique import UNIQUE
from omnix.ports import Ports
from ports import aws_stack, emulators

CONSUMERS = (
    *products_handlers.CONSUMERS,
    *orders_handlers.CONSUMERS,
    *replenishment_handlers.CONSUMERS,
    *dashboard_handlers.CONSUMERS,
)
ORDERS = 12
LINES = 3
_WRITES = ("PutItem", "DeleteItem", "UpdateItem", "TransactWriteItems", "BatchWriteItem")
_READS = ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems")


class Meter:
    """Adds up the capacity that the client of ``calls`` is told it consumed."""

    def __init__(self, calls: Calls) -> None:
        self.units: Counter[str] = Counter()
        events = calls.client("dynamodb").meta.events
        for name in (*_WRITES, *_READS):
            events.register(f"before-parameter-build.dynamodb.{name}", self._ask)
            events.register(f"after-call.dynamodb.{name}", self._add)

    @staticmethod
    def _ask(params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def _add(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        told = parsed.get("ConsumedCapacity") or []
        kind = "write" if model.name in _WRITES else "read"
        self.units["calls"] += 1
        for one in told if isinstance(told, list) else [told]:
            self.units[kind] += one["CapacityUnits"]

    def taken(self) -> dict[str, float]:
        """Since the last time."""
        found = dict(self.units)
        self.units.clear()
        return found


async def _follow(ports: Ports) -> None:
    while True:
        # In place of the stream of the outbox, which the emulator forgets too soon.
        await ports.bus.relay.sweep(older_than=-60)  # type: ignore[attr-defined]
        taken = [(await consume_once(ports, consumer))[0] for consumer in CONSUMERS]
        if not any(taken):
            return


async def measured(ports: Ports, orders: int = ORDERS) -> dict[str, dict[str, float]]:
    """Units per order placed, per order followed by the consumers, and per page that is read."""
    ports.bus.pump = aws_stack.Idle()  # type: ignore[attr-defined]
    meter = Meter(ports.records.calls)  # type: ignore[attr-defined]
    ids = [f"p{n}" for n in range(LINES)]
    await fill(ports, [product(id) for id in ids], dict.fromkeys(ids, 1000))
    await shop(ports)
    await _follow(ports)
    meter.taken()
    found: dict[str, Counter[str]] = {"placed": Counter(), "followed": Counter(), "read": Counter()}
    for _ in range(orders):
        placed = await service.place(ports, ACTOR, order(*((id, 1) for id in ids)), None)
        found["placed"].update(meter.taken())
        await _follow(ports)
        found["followed"].update(meter.taken())
        await service.get(ports, placed["id"] if isinstance(placed, dict) else placed.id)
        await ports.records.query(PRODUCTS, "active", index="listing-index", limit=50)
        await ports.records.get(UNIQUE, "product#sku-p0")
        found["read"].update(meter.taken())
    return {
        name: {kind: round(count / orders, 1) for kind, count in counts.items()}
        for name, counts in found.items()
    }


async def _main() -> None:
    with (
        emulators.dynamodb_local() as dynamodb,
        emulators.ministack() as address,
        tempfile.TemporaryDirectory() as cache,
    ):
        opened = aws_stack.opened(address, dynamodb, COLLECTIONS, FACTS, Path(cache))
        async with opened as ports:
            sys.stdout.write(f"{await measured(ports)}\n")


if __name__ == "__main__":
    asyncio.run(_main())
