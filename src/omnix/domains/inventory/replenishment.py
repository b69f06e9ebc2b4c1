"""What to order now, from whom and why: one proposal for each product and location."""

from collections.abc import Mapping, Sequence
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
from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.ports import Item, Ports, Put

from . import locations, supply
from .declare import BALANCES, PROPOSAL_COUNTS, PROPOSALS
from .model import Balance, Supplier, Terms, balance
from .proposals import ASSUMPTIONS, Assumption, Inputs, Proposal, Shortages, say

_CHUNK = 200
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
    names = await _location_names(ports)
    return await _propose(ports, product, await shop(ports), names)


async def shortages(ports: Ports) -> Shortages:
    """How many stocks are low or out, and the most urgent proposals; from what is stored."""
    counts = await ports.records.get(PROPOSAL_COUNTS, "counts") or {}
    page = await listing(ports, None, False, _MOST_URGENT, None)
    return Shortages(
        low=counts.get("low", 0), out=counts.get("out", 0), most_urgent=list(page.items)
    )


async def refresh(ports: Ports, product_ids: Sequence[str] | None = None) -> int:
    """Propose anew for these products, or for all that were forecast; returns how many stocks."""
    settings = await shop(ports)
    names = await _location_names(ports)
    if product_ids is not None:
        return await _refresh_some(ports, list(dict.fromkeys(product_ids)), settings, names)
    run = await forecasting.latest_run(ports)
    if run is None:
        return 0
    done, cursor, low, out = 0, None, 0, 0
    while True:
        page = await ports.records.query(
            FORECASTS, run["date"], index="forecast-date-index", limit=_CHUNK, cursor=cursor
        )
        chunk = [item for item in page.items if item["product_id"] != TOTAL]
        known = await products.get_many(ports, [item["product_id"] for item in chunk])
        made: list[Proposal] = []
        for item in chunk:
            product = known.get(item["product_id"])
            if product is not None:
                made += await _propose(ports, product, settings, names, item)
        await ports.records.load(PROPOSALS, [_stored(each) for each in made])
        low += sum(each.low for each in made)
        out += sum(each.out for each in made)
        done += len(made)
        cursor = page.next_cursor
        if cursor is None:
            break
    await ports.records.write([Put(PROPOSAL_COUNTS, {"key": "counts", "low": low, "out": out})])
    return done


async def _refresh_some(
    ports: Ports, ids: Sequence[str], settings: Shop, names: Mapping[str, str]
) -> int:
    low = out = 0
    made: list[Proposal] = []
    named = await products.get_many(ports, ids)
    parts = [c.product_id for product in named.values() for c in product.components]
    named.update(await products.get_many(ports, parts))
    for id, product in named.items():
        fresh = await _propose(ports, product, settings, names)
        keys = [(id, each.location_id) for each in fresh]
        for old in await ports.records.get_many(PROPOSALS, keys[:100]):
            low -= bool(old and old["low"])
            out -= bool(old and old["out"])
        made += fresh
    if not made:
        return 0
    await ports.records.load(PROPOSALS, [_stored(each) for each in made])
    low += sum(each.low for each in made)
    out += sum(each.out for each in made)
    counts = await ports.records.get(PROPOSAL_COUNTS, "counts") or {"low": 0, "out": 0}
    fresh_counts = {"key": "counts", "low": counts["low"] + low, "out": counts["out"] + out}
    await ports.records.write([Put(PROPOSAL_COUNTS, fresh_counts)])
    return len(made)


def _stored(proposal: Proposal) -> Item:
    item: dict[str, Any] = msgspec.to_builtins(proposal)
    item["every"] = "all"
    item["every_at"] = f"all@{proposal.location_id}"
    if proposal.quantity > 0:
        item["open"] = "open"
        item["open_at"] = f"open@{proposal.location_id}"
    return item


async def _location_names(ports: Ports) -> dict[str, str]:
    page = await locations.listing(ports, 200, None)
    return {location.id: location.name for location in page.items}


async def _propose(
    ports: Ports,
    product: Product,
    settings: Shop,
    names: Mapping[str, str],
    document: Item | None = None,
) -> list[Proposal]:
    """A proposal for each location that sells or stocks the product; at least for the default."""
    if product.components or product.status != "active":
        return []  # a bundle is made of its parts, which have proposals of their own
    document = document or await forecasting.stored(ports, product.id)
    page = await ports.records.query(BALANCES, product.id, limit=200)
    balances = {
        item["location_id"]: balance(item, product.id, item["location_id"]) for item in page.items
    }
    places: Mapping[str, Any] = document["places"] if document else {}
    where = [id for id in names if id in balances or id in places] or [
        await locations.default(ports)
    ]
    buying = await _buying(ports, product)
    return [
        _one(
            ports,
            product,
            settings,
            id,
            names.get(id, id),
            document,
            places.get(id),
            balances.get(id),
            buying,
        )  # fmt: skip
        for id in where
    ]


async def _buying(ports: Ports, product: Product) -> tuple[Terms, Supplier] | None:
    """The cheapest terms, and among equals those with the shortest lead time."""
    terms = await supply.terms(ports, product.id)
    if not terms:
        return None
    best = min(
        terms,
        key=lambda t: (t.unit_cost_minor is None, t.unit_cost_minor or 0, t.lead_time_days or 0),
    )
    return best, await supply.get(ports, best.supplier_id)


def _demand(document: Item | None, place: Mapping[str, Any] | None) -> TotalDemand:
    """The place's own forecast; the whole product's where no place is told apart; else none."""
    source = place or (document["totals"] if document and not document["places"] else None)
    if source is None:
        return TotalDemand([1], [0.5], [0.0], [[0.0]])
    totals = msgspec.convert(source, Totals)
    return TotalDemand(totals.days, totals.levels, totals.mean, totals.quantiles)


def _one(
    ports: Ports,
    product: Product,
    settings: Shop,
    location_id: str,
    location_name: str,
    document: Item | None,
    place: Mapping[str, Any] | None,
    stock: Balance | None,
    buying: tuple[Terms, Supplier] | None,
) -> Proposal:
    terms, supplier = buying if buying else (None, None)
    lead, deviation = _lead_time(settings, terms, supplier)
    counted = stock is not None and (
        bool(stock.counted_at) or stock.on_hand != 0 or stock.reserved != 0
    )
    available = stock.available if stock else 0
    on_order = stock.on_order if stock else 0
    demand = _demand(document, place)
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
    # Revenue at risk until an order placed now could arrive; breaks ties by what is ordered.
    lost = max(0.0, demand.mean_over(lead + settings.review_days) - max(0, made.position))
    return Proposal(
        product_id=product.id,
        sku=product.sku,
        name=product.name,
        location_id=location_id,
        location_name=location_name,
        quantity=made.quantity,
        proposal_quantity=made.quantity,
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
        low=counted and made.position < made.reorder_point,
        out=counted and available <= 0 and made.demand_mean > 0,
        urgency=round(lost * product.price_minor) + min(made.quantity, 10**6),
        reason=say(made, lead, settings.review_days, settings.service_level, counted),
        assumptions=_assumptions(settings, terms, supplier, counted, document, cost),
        inputs=_inputs(made, available, on_order, lead, deviation, settings),
        made_at=instant(ports.clock.now()),
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
