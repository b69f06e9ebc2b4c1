"""Proposals kept: one for each product and location, made anew as things change.

What computes is imported where it is done: who only lists proposals needs no numerics.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from omnix.domains.forecasting import service as forecasting
from omnix.domains.forecasting.declare import FORECASTS
from omnix.domains.forecasting.model import TOTAL
from omnix.domains.inventory.declare import PROPOSAL_COUNTS, PROPOSALS
from omnix.domains.products import service as products
from omnix.kit.paging import Page
from omnix.ports import MAX_BATCH, Delete, Item, Ports, Put, Update

from .desk import Desk, open_desk
from .model import Proposal, Shortages

_CHUNK = 200
_AT_ONCE = 20
_MOST_URGENT = 20


async def listing(
    ports: Ports, location_id: str | None, all: bool, limit: int, cursor: str | None
) -> Page[Proposal]:
    """Proposals by money at stake, the highest first; with ``all`` those of nothing, too."""
    partition = "all" if all else "open"
    index = f"{partition}-index"
    if location_id:
        partition, index = f"{partition}@{location_id}", f"{partition}-location-index"
    page = await ports.records.query(
        PROPOSALS, partition, index=index, newest_first=True, limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(item, Proposal) for item in page.items], page.next_cursor)


async def of_product(ports: Ports, product_id: str) -> list[Proposal]:
    """The proposals for one product, one for each location, computed now. Raises NotFound."""
    from .propose import proposals

    product = await products.get(ports, product_id)
    return await proposals(await open_desk(ports), [product])


async def shortages(ports: Ports) -> Shortages:
    """How many stocks are low or out, and the most urgent proposals; from what is stored."""
    counts = await ports.records.get(PROPOSAL_COUNTS, "counts") or {}
    page = await listing(ports, None, False, _MOST_URGENT, None)
    return Shortages(low=counts.get("low"), out=counts.get("out"), most_urgent=list(page.items))


async def refresh(ports: Ports, product_ids: Sequence[str] | None = None) -> int:
    """Propose anew for these products, or for all that were forecast; returns how many stocks.

    Proposals of what is archived, became a bundle or left a location are removed. Done again
    after a crash, it ends the same.
    """
    from .propose import proposals

    if product_ids is not None:
        return await _refresh_some(await open_desk(ports), list(dict.fromkeys(product_ids)))
    run = await forecasting.latest_run(ports)
    if run is None:
        return 0
    desk = await open_desk(ports, everything=True)
    cursor, low, out = None, 0, 0
    fresh: set[tuple[str, str]] = set()
    while True:
        page = await ports.records.query(
            FORECASTS, run["date"], index="forecast-date-index", limit=_CHUNK, cursor=cursor
        )
        chunk = {item["product_id"]: item for item in page.items if item["product_id"] != TOTAL}
        known = await products.get_many(ports, list(chunk))
        made = await proposals(desk, list(known.values()), chunk)
        await ports.records.load(PROPOSALS, [_stored(each) for each in made])
        fresh.update((each.product_id, each.location_id) for each in made)
        low += sum(each.low for each in made)
        out += sum(each.out for each in made)
        cursor = page.next_cursor
        if cursor is None:
            break
    await _drop_stale(ports, fresh)
    await ports.records.write([Put(PROPOSAL_COUNTS, {"key": "counts", "low": low, "out": out})])
    return len(fresh)


async def _drop_stale(ports: Ports, fresh: set[tuple[str, str]]) -> None:
    stale = []
    async for items in ports.records.scan(PROPOSALS):
        keys = [(item["product_id"], item["location_id"]) for item in items]
        stale += [key for key in keys if key not in fresh]
    for start in range(0, len(stale), MAX_BATCH):
        await ports.records.write(
            [Delete(PROPOSALS, key) for key in stale[start : start + MAX_BATCH]]
        )


async def _refresh_some(desk: Desk, ids: Sequence[str]) -> int:
    """Proposals and their counts change in one batch, so that a repetition counts nothing twice."""
    from .propose import proposals

    records = desk.ports.records
    named = await products.get_many(desk.ports, ids)
    parts = [c.product_id for product in named.values() for c in product.components]
    named.update(await products.get_many(desk.ports, parts))
    changed = 0
    wanted = list(named.values())
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        made = {(p.product_id, p.location_id): p for p in await proposals(desk, some)}
        old: dict[tuple[str, str], Item] = {}
        for product in some:
            page = await records.query(PROPOSALS, product.id, limit=200)
            old.update({(item["product_id"], item["location_id"]): item for item in page.items})
        changes: list[Put | Delete] = [Put(PROPOSALS, _stored(each)) for each in made.values()]
        changes += [Delete(PROPOSALS, key) for key in old if key not in made]
        keys = [*made, *(key for key in old if key not in made)]
        for at in range(0, len(changes), MAX_BATCH - 1):
            part, touched = changes[at : at + MAX_BATCH - 1], keys[at : at + MAX_BATCH - 1]
            low, out = (
                sum(key in made and bool(getattr(made[key], name)) for key in touched)
                - sum(key in old and bool(old[key][name]) for key in touched)
                for name in ("low", "out")
            )
            counts = Update(PROPOSAL_COUNTS, "counts", add={"low": low, "out": out})
            await records.write([*part, counts])
        changed += len(made)
    return changed


def _stored(proposal: Proposal) -> Item:
    item: dict[str, Any] = msgspec.to_builtins(proposal)
    item["every"] = "all"
    item["every_at"] = f"all@{proposal.location_id}"
    if proposal.quantity > 0:
        item["open"] = "open"
        item["open_at"] = f"open@{proposal.location_id}"
    return item
