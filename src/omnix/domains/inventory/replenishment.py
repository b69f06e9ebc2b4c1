"""What to order now, from whom and why: one proposal for each product and location."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import msgspec

from omnix.domains.forecasting import service as forecasting
from omnix.domains.forecasting.declare import FORECASTS
from omnix.domains.forecasting.model import TOTAL, Totals
from omnix.domains.products import service as products
from omnix.domains.products.model import Product
from omnix.domains.system.settings import Shop, shop
from omnix.engine.inventory import Plan, TotalDemand, plan
from omnix.kit.errors import NotFound
from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.ports import MAX_BATCH, Delete, Item, Ports, Put, Update

from . import locations, supply
from . import service as inventory
from .declare import BALANCES, PROPOSAL_COUNTS, PROPOSALS, SUPPLY
from .model import Balance, Supplier, Terms, balance
from .proposals import ASSUMPTIONS, Assumption, Inputs, Proposal, Shortages, say

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
    product = await products.get(ports, product_id)
    return await _propose(await _desk(ports), [product])


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
    if product_ids is not None:
        return await _refresh_some(await _desk(ports), list(dict.fromkeys(product_ids)))
    run = await forecasting.latest_run(ports)
    if run is None:
        return 0
    desk = await _desk(ports, everything=True)
    cursor, low, out = None, 0, 0
    fresh: set[tuple[str, str]] = set()
    while True:
        page = await ports.records.query(
            FORECASTS, run["date"], index="forecast-date-index", limit=_CHUNK, cursor=cursor
        )
        chunk = {item["product_id"]: item for item in page.items if item["product_id"] != TOTAL}
        known = await products.get_many(ports, list(chunk))
        made = await _propose(desk, list(known.values()), chunk)
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


async def _refresh_some(desk: "_Desk", ids: Sequence[str]) -> int:
    """Proposals and their counts change in one batch, so that a repetition counts nothing twice."""
    records = desk.ports.records
    named = await products.get_many(desk.ports, ids)
    parts = [c.product_id for product in named.values() for c in product.components]
    named.update(await products.get_many(desk.ports, parts))
    changed = 0
    wanted = list(named.values())
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        made = {(p.product_id, p.location_id): p for p in await _propose(desk, some)}
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


@dataclass(frozen=True)
class _Desk:
    """What proposals are made from. Terms and stock are there only where all were read at once."""

    ports: Ports
    settings: Shop
    locations: Mapping[str, str]
    default: str
    suppliers: dict[str, Supplier | None]
    terms: Mapping[str, list[Terms]] | None = None
    stock: Mapping[str, Mapping[str, Balance]] | None = None


async def _desk(ports: Ports, *, everything: bool = False) -> _Desk:
    page = await locations.listing(ports, 200, None)
    names = {location.id: location.name for location in page.items}
    # To look ahead opens no location: the first one is the shop's to name.
    chosen = await locations.chosen(ports) or locations.FIRST
    desk = _Desk(ports, await shop(ports), names, chosen, {})
    if not everything:
        return desk
    terms: dict[str, list[Terms]] = {}
    async for items in ports.records.scan(SUPPLY):
        for item in items:
            terms.setdefault(item["product_id"], []).append(msgspec.convert(item, Terms))
    stock: dict[str, dict[str, Balance]] = {}
    async for items in inventory.everything(ports):
        for item in items:
            found = msgspec.convert(item, Balance)
            stock.setdefault(found.product_id, {})[found.location_id] = found
    return replace(desk, terms=terms, stock=stock)


async def _propose(
    desk: _Desk, chosen: Sequence[Product], documents: Mapping[str, Item] | None = None
) -> list[Proposal]:
    """A proposal for each location that sells or stocks a product; at least for the default.

    None for a bundle, since it is made of its parts, and none for what is archived.
    """
    made: list[Proposal] = []
    for product in chosen:
        if product.components or product.status != "active":
            continue
        known = documents.get(product.id) if documents is not None else None
        document = known or await forecasting.stored(desk.ports, product.id)
        stock = await _stock(desk, product.id)
        places: Mapping[str, Any] = document["places"] if document else {}
        buying = await _buying(desk, product.id)
        where = [id for id in desk.locations if id in stock or id in places] or [desk.default]
        made += [_one(desk, product, id, document, stock.get(id), buying) for id in where]
    return made


async def _stock(desk: _Desk, product_id: str) -> Mapping[str, Balance]:
    if desk.stock is not None:
        return desk.stock.get(product_id, {})
    page = await desk.ports.records.query(BALANCES, product_id, limit=200)
    return {
        item["location_id"]: balance(item, product_id, item["location_id"]) for item in page.items
    }


async def _buying(desk: _Desk, product_id: str) -> tuple[Terms, Supplier] | None:
    """The cheapest terms, and among equals those with the shortest lead time."""
    terms = (
        await supply.terms(desk.ports, product_id)
        if desk.terms is None
        else desk.terms.get(product_id, [])
    )
    offers = []
    for each in terms:
        if each.supplier_id not in desk.suppliers:
            try:
                found = await supply.get(desk.ports, each.supplier_id)
            except NotFound:
                found = None
            desk.suppliers[each.supplier_id] = found
        supplier = desk.suppliers[each.supplier_id]
        if supplier is not None:
            offers.append((each, supplier))

    def worth(offer: tuple[Terms, Supplier]) -> tuple[bool, int, float, str]:
        cost = offer[0].unit_cost_minor
        return cost is None, cost or 0, _lead_time(desk.settings, *offer)[0], offer[1].id

    return min(offers, key=worth, default=None)


def _demand(document: Item | None, place: Mapping[str, Any] | None) -> TotalDemand:
    """The place's own forecast; the whole product's where no place is told apart; else none."""
    source = place or (document["totals"] if document and not document["places"] else None)
    if source is None:
        return TotalDemand([1], [0.5], [0.0], [[0.0]])
    totals = msgspec.convert(source, Totals)
    return TotalDemand(totals.days, totals.levels, totals.mean, totals.quantiles)


def _one(
    desk: _Desk,
    product: Product,
    location_id: str,
    document: Item | None,
    stock: Balance | None,
    buying: tuple[Terms, Supplier] | None,
) -> Proposal:
    settings = desk.settings
    terms, supplier = buying if buying else (None, None)
    lead, deviation = _lead_time(settings, terms, supplier)
    counted = stock is not None and (
        bool(stock.counted_at) or stock.on_hand != 0 or stock.reserved != 0
    )
    available = stock.available if stock else 0
    on_order = stock.on_order if stock else 0
    demand = _demand(document, document["places"].get(location_id) if document else None)
    made = plan(
        demand,
        available=available,
        on_order=on_order,
        lead_time_days=lead,
        lead_time_deviation_days=deviation,
        review_days=settings.review_days,
        service_level=settings.service_level,
        minimum_quantity=terms.minimum_quantity if terms else 1,
        pack_size=terms.pack_size if terms else 1,
    )
    cost = (
        terms.unit_cost_minor if terms and terms.unit_cost_minor is not None else product.cost_minor
    )
    start = document["forecast_date"] if document else None
    cover = _cover(demand, available)
    # Revenue at risk until an order placed now could be followed by another; breaks ties by
    # what is ordered.
    lost = max(0.0, made.demand_mean - max(0, made.position))
    return Proposal(
        product_id=product.id,
        sku=product.sku,
        name=product.name,
        location_id=location_id,
        location_name=desk.locations.get(location_id, location_id),
        quantity=made.quantity,
        supplier_id=supplier.id if supplier else None,
        supplier=supplier.name if supplier else None,
        unit_cost_minor=cost,
        expected_cost_minor=cost * made.quantity if cost is not None else None,
        currency=product.currency,
        available=available,
        on_order=on_order,
        days_of_cover=cover,
        stock_out_day=_stock_out_day(start, cover),
        order_by=start if made.quantity else None,
        low=counted and made.low,
        out=counted and available <= 0 and made.demand_mean > 0,
        urgency=round(lost * product.price_minor) + min(made.quantity, 10**6),
        reason=say(made, lead, settings.review_days, settings.service_level, counted),
        assumptions=_assumptions(settings, terms, supplier, counted, document, cost),
        inputs=_inputs(made, available, on_order, lead, deviation, settings),
        made_at=instant(desk.ports.clock.now()),
    )


def _inputs(
    made: Plan, available: int, on_order: int, lead: float, deviation: float, settings: Shop
) -> Inputs:
    return Inputs(
        available=available,
        on_order=on_order,
        lead_time_days=lead,
        lead_time_deviation_days=deviation,
        review_days=settings.review_days,
        service_level=settings.service_level,
        demand_mean=round(made.demand_mean, 2),
        demand_quantile=round(made.demand_quantile, 2),
        safety_stock=round(made.safety_stock, 2),
        reorder_point=made.reorder_point,
        target=made.target,
    )


def _lead_time(
    settings: Shop, terms: Terms | None, supplier: Supplier | None
) -> tuple[float, float]:
    if terms is not None and terms.lead_time_days is not None:
        return terms.lead_time_days, terms.lead_time_deviation_days or 0.0
    if supplier is not None:
        return supplier.lead_time_days, supplier.lead_time_deviation_days
    return float(settings.lead_time_days), 0.0


def _cover(demand: TotalDemand, available: int) -> float | None:
    """Days until the mean demand has used up what is available; None if it lasts a year."""
    if available <= 0:
        return 0.0
    low, high = 0.0, 365.0
    if demand.mean_over(high) < available:
        return None
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if demand.mean_over(middle) < available else (low, middle)
    return round(high, 1)


def _stock_out_day(start: str | None, cover: float | None) -> str | None:
    if start is None or cover is None:
        return None
    return (date.fromisoformat(start) + timedelta(days=int(cover))).isoformat()


def _assumptions(
    settings: Shop,
    terms: Terms | None,
    supplier: Supplier | None,
    counted: bool,
    document: Item | None,
    cost: int | None,
) -> list[Assumption]:
    codes = []
    if not counted:
        codes.append("stock-not-counted")
    if supplier is None:
        codes += ["no-supplier", "lead-time-assumed"]
    elif terms is not None and terms.lead_time_days is None:
        codes.append("lead-time-of-supplier")
    if cost is None:
        codes.append("no-cost")
    if document is None:
        codes.append("no-forecast")
    return [Assumption(code, ASSUMPTIONS[code].format(settings=settings)) for code in codes]
