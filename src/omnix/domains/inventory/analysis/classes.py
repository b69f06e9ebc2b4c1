"""ABC and XYZ classes of the products that sold, kept by a job each night."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from omnix.domains.inventory.declare import CLASSES
from omnix.domains.products import service as products
from omnix.domains.system.settings import shop
from omnix.kit.paging import Page
from omnix.kit.time import day_of, instant
from omnix.platform import queries
from omnix.platform.jobs import JobContext
from omnix.ports import MAX_BATCH, Delete, Ports

from .model import ProductClass

if TYPE_CHECKING:
    from omnix.engine.inventory.classes import Classes

WEEKS = 26
_SQL = queries.load(__package__)
_CHUNK = 500


async def listing(
    ports: Ports, wanted: str | None, limit: int, cursor: str | None
) -> Page[ProductClass]:
    """Products by revenue, the first ones first; all, or one class such as AX."""
    partition, index = (wanted, "class-index") if wanted else ("all", "listing-index")
    page = await ports.records.query(CLASSES, partition, index=index, limit=limit, cursor=cursor)
    return Page([msgspec.convert(item, ProductClass) for item in page.items], page.next_cursor)


async def classify_all(context: JobContext, _: Mapping[str, Any]) -> dict[str, Any]:
    """Sort all products that sold within WEEKS weeks; begun again it ends the same."""
    import numpy as np

    from omnix.engine.inventory.classes import classify

    ports = context.ports
    settings = await shop(ports)
    last = day_of(ports.clock.now(), settings.time_zone) - timedelta(days=1)
    first = last - timedelta(days=7 * WEEKS - 1)
    sold = await ports.lake.arrays(_SQL["weekly"], first=first, last=last)
    ids, rows = np.unique(np.asarray(sold["product_id"], str), return_inverse=True)
    made_at = instant(ports.clock.now())
    if ids.size:
        demand = np.zeros((ids.size, WEEKS))
        np.add.at(demand, (rows, np.asarray(sold["week"], int)), sold["units"])
        revenue = np.bincount(rows, np.asarray(sold["revenue_minor"], float), minlength=ids.size)
        found = await asyncio.to_thread(classify, revenue, demand)
        await _keep(context, ids.tolist(), found, demand, revenue, made_at)
    await _drop_others(ports, made_at)
    return {"products": int(ids.size), "first_day": first.isoformat(), "weeks": WEEKS}


async def _keep(
    context: JobContext, ids: list[str], found: "Classes", demand: Any, revenue: Any, made_at: str
) -> None:
    import numpy as np

    ports = context.ports
    order = np.argsort(-revenue, kind="stable").tolist()
    for start in range(0, len(order), _CHUNK):
        part = order[start : start + _CHUNK]
        known = await products.get_many(ports, [ids[at] for at in part])
        items = []
        for rank, at in enumerate(part, start + 1):
            product = known.get(ids[at])
            if product is None:
                continue
            variation = found.variation[at]
            told = ProductClass(
                product_id=product.id, sku=product.sku, name=product.name,
                abc=found.abc[at], xyz=found.xyz[at],
                rank=rank, share=round(found.share[at], 6),
                variation=None if np.isnan(variation) else round(variation, 4),
                revenue_minor=round(float(revenue[at])), units=round(float(demand[at].sum())),
                weeks=WEEKS, currency=product.currency, made_at=made_at,
            )  # fmt: skip
            item = msgspec.to_builtins(told)
            items.append({**item, "listing": "all", "class": told.abc + told.xyz})
        await ports.records.load(CLASSES, items)
        await context.progress(min(start + _CHUNK, len(order)), len(order), "products")


async def _drop_others(ports: Ports, made_at: str) -> None:
    """Those that an earlier run sorted and this one did not."""
    stale: list[str] = []
    cursor = None
    while True:
        page = await ports.records.query(
            CLASSES, "all", index="listing-index", limit=200, cursor=cursor
        )
        stale += [item["product_id"] for item in page.items if item["made_at"] != made_at]
        cursor = page.next_cursor
        if cursor is None:
            break
    for start in range(0, len(stale), MAX_BATCH):
        some = stale[start : start + MAX_BATCH]
        await ports.records.write([Delete(CLASSES, id) for id in some])
