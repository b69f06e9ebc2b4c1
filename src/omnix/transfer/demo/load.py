"""The demo shop: simulated, loaded as if it had been sold, its truth kept for tests."""

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any

import msgspec
import numpy as np

from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.dashboard import rollups
from omnix.domains.forecasting.declare import PROMOTIONS
from omnix.domains.forecasting.service import forecast_all
from omnix.domains.inventory.declare import (
    BALANCES,
    LEDGER,
    LOCATIONS,
    STOCK_DAYS,
    SUPPLIERS,
    SUPPLY,
)
from omnix.domains.inventory.locations import location_items
from omnix.domains.inventory.replenishment import service as replenishment
from omnix.domains.inventory.stock import opening_items
from omnix.domains.orders.declare import ORDERS, SALES
from omnix.domains.products.declare import CATEGORIES, PRICES, PRODUCTS
from omnix.domains.system.settings import shop, store_shop
from omnix.domains.system.setup import tell_data_until, tell_setup
from omnix.engine.simulator import ShopSpec, SimulatedShop, simulate
from omnix.kit.declare import JobType
from omnix.kit.errors import ConditionFailed, Conflict
from omnix.kit.time import day_of, instant
from omnix.platform import jobs, search
from omnix.platform.access import SYSTEM
from omnix.platform.jobs import JobContext, JobHandler
from omnix.platform.unique import UNIQUE
from omnix.ports import Absent, Ports, Put
from omnix.transfer import following

from . import items
from .promotions import promotions

DEMO_LOAD = JobType("demo.load", "Make the demo shop", timeout=600)
TRUTH = "demo/truth.npz"
SPEC = "demo/spec.json"
_PARTS = 10
_FOLLOWING = 2
_STOCKS_AT_ONCE = 50

Progress = Callable[[int, int, str], Awaitable[None]]


async def ask_for_demo(ports: Ports) -> None:
    """Fill a shop that holds nothing yet; asked again, it changes nothing."""
    if (await shop(ports)).mode != "empty" or not await _empty(ports):
        return
    await tell_setup(ports, "working", "Making your demo shop", 0, _PARTS)
    await jobs.submit(ports, DEMO_LOAD, {}, id="demo-load")


async def default_spec(ports: Ports) -> ShopSpec:
    """Three years of a corner shop, up to yesterday."""
    today = day_of(ports.clock.now(), "Europe/Berlin")
    return ShopSpec(last_day=today - timedelta(days=1))


async def load_demo(ports: Ports, spec: ShopSpec, progress: Progress) -> dict[str, int]:
    """Simulate and store everything; begun again after a crash, it ends the same.

    Raises Conflict where the shop holds real data, or the demo of another spec.
    """
    before = await shop(ports)
    if before.mode == "real" or (before.mode == "empty" and not await _empty(ports)):
        raise Conflict("this shop holds real data; a demo needs an empty data folder")
    if await _begun(ports) not in (None, spec):
        raise Conflict("this shop holds another demo; a new one needs an empty data folder")
    await ports.blobs.put(SPEC, msgspec.json.encode(spec))
    await progress(0, _PARTS, "simulating three years")
    made = await asyncio.to_thread(simulate, spec)
    if before.mode != "demo":
        settings = {"currency": spec.currency, "time_zone": spec.time_zone, "mode": "demo"}
        after = msgspec.structs.replace(before, name=spec.name, **settings)
        await store_shop(ports, SYSTEM, before, after)
    names = items.Names.of(made)
    counts: dict[str, int] = {}
    steps: list[tuple[str, Callable[[], Awaitable[int]]]] = [
        ("products", lambda: _products(ports, made, names)),
        ("customers", lambda: _customers(ports, made, names)),
        ("suppliers and stock", lambda: _stock(ports, made, names)),
        ("orders", lambda: ports.records.load(ORDERS, items.orders(made, names))),
        ("sales", lambda: _fact(ports, SALES, spec, items.sales(made, names))),
        ("prices", lambda: _fact(ports, PRICES, spec, items.prices(made, names))),
        ("promotions", lambda: ports.records.load(PROMOTIONS, promotions(made, names))),
        ("stock history", lambda: _fact(ports, STOCK_DAYS, spec, items.stock_days(made, names))),
        ("truth", lambda: _truth(ports, made)),
    ]
    for number, (name, step) in enumerate(steps, 1):
        await progress(number, _PARTS, f"storing {name}")
        counts[name] = await step()
    await tell_data_until(ports, spec.last_day)
    return counts


async def _empty(ports: Ports) -> bool:
    """Whether nobody sells or buys here yet, whatever the settings of an older version say."""
    for collection in (PRODUCTS, CUSTOMERS):
        for status in ("active", "archived"):
            page = await ports.records.query(collection, status, index="listing-index", limit=1)
            if page.items:
                return False
    return True


async def _begun(ports: Ports) -> ShopSpec | None:
    """The demo that was begun here. A second attempt after midnight must not be another shop."""
    stored = await ports.blobs.get(SPEC)
    return msgspec.json.decode(stored, type=ShopSpec) if stored is not None else None


async def _products(ports: Ports, made: SimulatedShop, names: items.Names) -> int:
    products = list(items.products(made, names))
    await ports.records.load(PRODUCTS, (items.product_item(each) for each in products))
    await ports.records.load(UNIQUE, items.claims("product", products, ("sku", "barcode")))
    await ports.records.load(search.SEARCH, items.product_words(products))
    await ports.records.load(CATEGORIES, items.category_counts(products))
    return len(products)


async def _customers(ports: Ports, made: SimulatedShop, names: items.Names) -> int:
    customers = list(items.customers(made, names))
    await ports.records.load(CUSTOMERS, (items.customer_item(each) for each in customers))
    await ports.records.load(UNIQUE, items.claims("customer", customers, ("email",)))
    await ports.records.load(search.SEARCH, items.customer_words(customers))
    return len(customers)


async def _stock(ports: Ports, made: SimulatedShop, names: items.Names) -> int:
    at = names.last_moment
    await ports.records.load(
        LOCATIONS,
        location_items(list(zip(names.locations, made.locations.name.tolist(), strict=True)), at),
    )
    suppliers, terms = items.suppliers(made, names)
    await ports.records.load(SUPPLIERS, suppliers)
    await ports.records.load(SUPPLY, terms)
    on_hand, on_order = items.final_stock(made, names)
    balances, ledger = opening_items(on_hand, at, "demo", counted=True)
    pairs = []
    for balance, entry in zip(balances, ledger, strict=True):
        key = balance["product_id"], balance["location_id"]
        balance["on_order"] = on_order.get(key, 0)
        pairs.append((Put(BALANCES, balance, (Absent(),)), Put(LEDGER, entry)))
    for start in range(0, len(pairs), _STOCKS_AT_ONCE):
        await _open_stock(ports, pairs[start : start + _STOCKS_AT_ONCE])
    return len(pairs)


async def _open_stock(ports: Ports, pairs: list[tuple[Put, Put]]) -> None:
    """Each balance with its ledger entry, unless a former attempt did: it may have moved since."""
    while pairs:
        try:
            await ports.records.write([put for pair in pairs for put in pair])
        except ConditionFailed as error:
            taken = {position // 2 for position in error.failed}  # the balance tells for both
            pairs = [pair for n, pair in enumerate(pairs) if n not in taken]
        else:
            return


async def _fact(ports: Ports, fact: Any, spec: ShopSpec, columns: Mapping[str, Any]) -> int:
    source = f"demo:{spec.seed}:{spec.last_day.isoformat()}:{spec.products}:{spec.customers}"
    await ports.lake.append(fact, columns, source=source, version=1)
    return len(columns["day"])


async def _truth(ports: Ports, made: SimulatedShop) -> int:
    """The simulator's truth by field, and the row names that its axes go by."""
    arrays: dict[str, Any] = {
        f.name: np.asarray(getattr(made.truth, f.name)) for f in fields(made.truth)
    }
    arrays["products"] = made.products.sku
    buffer = io.BytesIO()
    await asyncio.to_thread(lambda: np.savez_compressed(buffer, **arrays))
    await ports.blobs.put(TRUTH, buffer.getvalue())
    return len(arrays)


async def _run(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    ports = context.ports

    async def progress(done: int, total: int, step: str) -> None:
        await context.progress(done, total + _FOLLOWING, step)
        told = f"Making your demo shop: {step}"
        await tell_setup(ports, "working", told, done, total + _FOLLOWING)

    try:
        spec = await _begun(ports) or await default_spec(ports)
        counts = await load_demo(ports, spec, progress)
        # Here rather than as jobs of their own, so that a shop that is ready has something to show.
        await progress(_PARTS, _PARTS, "adding up the dashboard")
        await rollups.rebuild(context)
        await progress(_PARTS + 1, _PARTS, "forecasting")
        await forecast_all(context, {})
        await replenishment.refresh(ports)
    except Exception:
        await tell_setup(ports, "failed", "The demo shop could not be made; see the jobs page")
        raise
    await following.ask(ports, context.id, following.BESIDE)
    await tell_setup(ports, "ready")
    return dict(counts)


async def prepare(ports: Ports, why: str) -> None:
    """Ask for what follows from new data: the dashboard's totals, the forecasts, and the rest."""
    await following.ask(ports, f"{why}-{instant(ports.clock.now())}")


JOBS = (JobHandler(DEMO_LOAD, _run),)
