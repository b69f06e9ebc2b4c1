"""A small shop with something of every kind in it, and the places that it moves between."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from omnix import app
from omnix.adapters.local.platform import open_local
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.auth.users import ensure_admin
from omnix.engine.simulator import ShopSpec
from omnix.kit.events import Event
from omnix.platform.consume import POISONED
from omnix.platform.idempotency import IDEMPOTENCY
from omnix.ports import Ports, Put
from omnix.transfer.demo.load import load_demo
from omnix.transfer.moving.move import Report, Side, move

SPEC = ShopSpec(
    seed=3, products=30, customers=60, days=40, locations=2, last_day=date(2026, 11, 20)
)


def silent(done: int, total: int, step: str) -> None:
    del done, total, step


async def _fill(folder: Path) -> None:
    async def told(done: int, total: int, step: str) -> None:
        silent(done, total, step)

    async with open_local(folder, COLLECTIONS, FACTS) as local:
        await ensure_admin(local.ports)
        await load_demo(local.ports, SPEC, told)
        now = local.ports.clock.now()
        soon, later = int(now.timestamp()) + 600, int(now.timestamp()) + 5 * 86_400
        await local.ports.records.load(
            IDEMPOTENCY,
            [
                {"key": f"somebody#POST#{n}", "fingerprint": "f", "answer": {}, "expires": end}
                for n, end in enumerate((soon, later))
            ],
        )
        aside = {"consumer": "sales-facts", "event_id": "evt_1", "data": {"odd": 1.5, "none": None}}
        await local.ports.records.load(POISONED, [aside])
        await settle(local.ports)


async def settle(ports: Ports) -> None:
    """As if every consumer had taken what there is."""
    for consumer in app.CONSUMERS:
        await ports.bus.acknowledge(consumer.name, await ports.bus.end())


@cache
def _made() -> Path:
    import asyncio
    import threading

    folder = Path(mkdtemp(prefix="omnix-moving-")) / "shop"
    # Not in the loop of the test that asks for it first.
    thread = threading.Thread(target=lambda: asyncio.run(_fill(folder)))
    thread.start()
    thread.join()
    return folder


def a_shop(folder: Path) -> Path:
    """A copy of the shop in the new folder ``folder``."""
    return Path(shutil.copytree(_made(), folder))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Side]:
    async with open_local(folder, COLLECTIONS, FACTS) as local:
        yield Side(local.ports, folder.name)


async def moved(source: Side, target: Side, **options: object) -> Report:
    return await move(source, target, COLLECTIONS, FACTS, app.CONSUMERS, **options)  # type: ignore[arg-type]


async def change_something(ports: Ports) -> None:
    """One new customer, of whom everybody has heard."""
    from omnix.domains.customers.declare import CUSTOMERS

    item = {"id": "cus_late", "listing": "active", "created_at": "2026-11-21T00:00:00Z"}
    event = Event("customer.created", "cus_late", "2026-11-21T00:00:00Z", {})
    await ports.records.write([Put(CUSTOMERS, {**item, "sort_name": "late"})], [event])
    await settle(ports)
