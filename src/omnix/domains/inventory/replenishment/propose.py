"""One proposal for each product and location, from what lies on the desk."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from omnix.domains.forecasting import service as forecasting
from omnix.domains.forecasting.model import Totals
from omnix.domains.inventory.model import Balance, Supplier, Terms
from omnix.domains.products.model import Product
from omnix.domains.system.settings import Shop
from omnix.engine.inventory import Plan, TotalDemand, plan
from omnix.kit.time import instant
from omnix.ports import Item

from .desk import Desk, buying_of, lead_time, stock_of
from .model import ASSUMPTIONS, Assumption, Inputs, Proposal, say


async def proposals(
    desk: Desk, chosen: Sequence[Product], documents: Mapping[str, Item] | None = None
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
        stock = await stock_of(desk, product.id)
        places: Mapping[str, Any] = document["places"] if document else {}
        buying = await buying_of(desk, product.id)
        where = [id for id in desk.locations if id in stock or id in places] or [desk.default]
        made += [_one(desk, product, id, document, stock.get(id), buying) for id in where]
    return made


def _demand(document: Item | None, place: Mapping[str, Any] | None) -> TotalDemand:
    """The place's own forecast; the whole product's where no place is told apart; else none."""
    source = place or (document["totals"] if document and not document["places"] else None)
    if source is None:
        return TotalDemand([1], [0.5], [0.0], [[0.0]])
    totals = msgspec.convert(source, Totals)
    return TotalDemand(totals.days, totals.levels, totals.mean, totals.quantiles)


def _one(
    desk: Desk,
    product: Product,
    location_id: str,
    document: Item | None,
    stock: Balance | None,
    buying: tuple[Terms, Supplier] | None,
) -> Proposal:
    settings = desk.settings
    terms, supplier = buying if buying else (None, None)
    lead, deviation = lead_time(settings, terms, supplier)
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
