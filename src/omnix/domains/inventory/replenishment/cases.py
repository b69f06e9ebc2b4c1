"""All that is known of one stock when it is asked what to order, and the decision it leads to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
import numpy as np

from omnix.domains.forecasting import service as forecasting
from omnix.domains.forecasting.model import TOTAL_DAYS, TOTAL_LEVELS, Totals
from omnix.domains.inventory import supply
from omnix.domains.inventory.model import Balance
from omnix.domains.inventory.policy import Objective
from omnix.domains.inventory.supply_model import Supplier, Terms
from omnix.domains.products.model import Product
from omnix.engine.inventory import Plan, TotalDemand, plan
from omnix.engine.inventory.ahead import WEIGHTS, Ahead, within
from omnix.engine.inventory.distribution import Demand
from omnix.engine.inventory.lead_time import next_review
from omnix.engine.inventory.least_cost import Terms as Costing
from omnix.engine.inventory.least_cost import choices, least_cost
from omnix.engine.inventory.reorder_point import for_fill_rate
from omnix.ports import Item

from .desk import Desk, buying_of, lead_time, stock_of, unit_cost

_NOTHING = TotalDemand(
    list(TOTAL_DAYS),
    list(TOTAL_LEVELS),
    [0.0] * len(TOTAL_DAYS),
    [[0.0] * len(TOTAL_LEVELS)] * len(TOTAL_DAYS),
)


@dataclass(frozen=True)
class Case:
    """One product at one location. ``wait`` days pass until its supplier takes orders."""

    product: Product
    location_id: str
    document: Item | None
    stock: Balance | None
    terms: Terms | None
    supplier: Supplier | None
    demand: TotalDemand
    lead: float
    deviation: float
    wait: int
    review: float
    unit_cost: int | None
    objective: Objective

    @property
    def counted(self) -> bool:
        """Whether the stock's numbers can be relied on."""
        stock = self.stock
        return stock is not None and (
            bool(stock.counted_at) or stock.on_hand != 0 or stock.reserved != 0
        )

    @property
    def available(self) -> int:
        """Units that can be sold now."""
        return self.stock.available if self.stock else 0

    @property
    def on_order(self) -> int:
        """Units that approved orders still owe."""
        return self.stock.on_order if self.stock else 0

    @property
    def margin(self) -> int:
        """What a lost sale costs, in minor units of the shop's currency."""
        return 0 if self.unit_cost is None else self.product.price_minor - self.unit_cost

    @property
    def start(self) -> date | None:
        """The first day that was forecast."""
        return date.fromisoformat(self.document["forecast_date"]) if self.document else None


@dataclass(frozen=True)
class Decision:
    """The plan, the objective it follows, and the chance that it lasts until the next order.

    ``day_cost`` is the expected cost per day in minor units, None unless costs decided.
    """

    plan: Plan
    objective: Objective
    service_level: float
    day_cost: float | None = None


async def cases(
    desk: Desk, chosen: Sequence[Product], documents: Mapping[str, Item] | None = None
) -> list[Case]:
    """One for each location that sells or stocks a product; at least for the default.

    None for a bundle, since it is made of its parts, and none for what is archived.
    """
    found: list[Case] = []
    for product in chosen:
        if product.components or product.status != "active":
            continue
        known = documents.get(product.id) if documents is not None else None
        document = known or await forecasting.stored(desk.ports, product.id)
        stock = await stock_of(desk, product.id)
        places: Mapping[str, Any] = document["places"] if document else {}
        buying = await buying_of(desk, product.id)
        where = [id for id in desk.locations if id in stock or id in places] or [desk.default]
        found += [_case(desk, product, id, document, stock.get(id), buying) for id in where]
    return found


def _case(
    desk: Desk,
    product: Product,
    location_id: str,
    document: Item | None,
    stock: Balance | None,
    buying: tuple[Terms, Supplier] | None,
) -> Case:
    terms, supplier = buying if buying else (None, None)
    lead, deviation = lead_time(desk, terms, supplier)
    allowed = supplier.order_weekdays if supplier else ()
    every = float(desk.settings.review_days)
    wait, review = next_review(desk.today.weekday(), allowed, every)
    cost = unit_cost(desk, terms, supplier) if terms and supplier else None
    if cost is None:
        cost = product.cost_minor
    objective = desk.policy.objective
    if objective == "least_cost" and (cost is None or cost >= product.price_minor):
        objective = "service_level"
    return Case(
        product=product,
        location_id=location_id,
        document=document,
        stock=stock,
        terms=terms,
        supplier=supplier,
        demand=_demand(document, document["places"].get(location_id) if document else None),
        lead=lead + wait,
        deviation=deviation,
        wait=wait,
        review=review,
        unit_cost=cost,
        objective=objective,
    )


def _demand(document: Item | None, place: Mapping[str, Any] | None) -> TotalDemand:
    """The place's own forecast; the whole product's where no place is told apart; else none."""
    source = place or (document["totals"] if document and not document["places"] else None)
    if source is None:
        return _NOTHING
    totals = msgspec.convert(source, Totals)
    return TotalDemand(totals.days, totals.levels, totals.mean, totals.quantiles)


def ahead_of(some: Sequence[Case]) -> Ahead:
    """The demand ahead of cases whose forecasts tell the same lengths and levels."""
    first = some[0].demand
    return Ahead.of(
        [int(days) for days in first.days],
        first.levels,
        [case.demand.mean for case in some],
        [case.demand.quantiles for case in some],
    )


def costing(desk: Desk, some: Sequence[Case]) -> Costing:
    """What the cases cost, for the engine."""

    def each(values: list[float]) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.array(values, float)

    a_day = desk.policy.holding_rate / 365
    return Costing(
        lead_days=each([case.lead for case in some]),
        lead_deviation=each([case.deviation for case in some]),
        review_days=each([case.review for case in some]),
        holding=each([(case.unit_cost or 0) * a_day for case in some]),
        margin=each([max(0, case.margin) for case in some]),
        order_cost=each([desk.policy.order_minor for _ in some]),
        unit_cost=each([case.unit_cost or 0 for case in some]),
        minimum=np.array([case.terms.minimum_quantity if case.terms else 1 for case in some]),
        pack=np.array([case.terms.pack_size if case.terms else 1 for case in some]),
        shelf_days=each(
            [(case.terms.shelf_days if case.terms else None) or np.inf for case in some]
        ),
    )


def decide(desk: Desk, some: Sequence[Case]) -> list[Decision]:
    """A decision for each case; those that aim at least cost are computed together."""
    found: dict[int, Decision] = {}
    alike: dict[tuple[tuple[float, ...], tuple[float, ...]], list[int]] = {}
    for at, case in enumerate(some):
        if case.objective == "least_cost":
            shape = (tuple(case.demand.days), tuple(case.demand.levels))
            alike.setdefault(shape, []).append(at)
        else:
            found[at] = _by_level(desk, case)
    for places in alike.values():
        made = _by_cost(desk, [some[at] for at in places])
        found.update(zip(places, made, strict=True))
    return [found[at] for at in range(len(some))]


def _by_level(desk: Desk, case: Case) -> Decision:
    level = desk.settings.service_level
    made = _planned(case, level)
    if case.objective != "fill_rate":
        return Decision(made, case.objective, level)
    ahead = ahead_of([case])
    protection = np.array([case.lead + case.review])
    values = ahead.values_over(protection, np.array([case.deviation]))
    cycle = max(
        1.0, case.demand.mean_over(case.lead + case.review) - case.demand.mean_over(case.lead)
    )
    point = np.array([for_fill_rate(Demand.of(values[0], WEIGHTS), cycle, desk.policy.fill_rate)])
    implied = float(min(0.999, max(0.5, within(values, np.ceil(point))[0])))
    return Decision(_planned(case, implied), "fill_rate", implied)


def _planned(case: Case, level: float) -> Plan:
    return plan(
        case.demand,
        available=case.available,
        on_order=case.on_order,
        lead_time_days=case.lead,
        lead_time_deviation_days=case.deviation,
        review_days=case.review,
        service_level=level,
        minimum_quantity=case.terms.minimum_quantity if case.terms else 1,
        pack_size=case.terms.pack_size if case.terms else 1,
    )


def _by_cost(desk: Desk, some: Sequence[Case]) -> list[Decision]:
    ahead, costs = ahead_of(some), costing(desk, some)
    position = np.array([case.available + case.on_order for case in some], np.int64)
    made = least_cost(ahead, costs, position)
    protection = costs.lead_days + costs.review_days
    mean = ahead.mean_over(protection)
    values = ahead.values_over(protection, costs.lead_deviation)
    kept = within(values, made.point.astype(float))
    found: list[Decision] = []
    for at, case in enumerate(some):
        point, level = int(made.point[at]), float(kept[at])
        quantity = int(made.quantity[at])
        if quantity and case.terms is not None and case.terms.breaks:
            quantity = _with_breaks(case, ahead, costs, at, quantity)
        waiting = case.demand.quantile_over(case.lead, min(0.999, max(0.5, level)))
        found.append(
            Decision(
                Plan(
                    quantity=quantity,
                    position=int(position[at]),
                    reorder_point=point,
                    target=int(made.target[at]),
                    safety_stock=point - float(mean[at]),
                    protection_days=float(protection[at]),
                    demand_mean=float(mean[at]),
                    demand_quantile=float(point),
                    low=int(position[at]) < min(point, int(np.ceil(waiting - 1e-9))),
                ),
                "least_cost",
                level,
                float(made.day_cost[at]),
            )
        )
    return found


def _with_breaks(case: Case, ahead: Ahead, costs: Costing, at: int, quantity: int) -> int:
    """The quantity, or a larger one that a price break makes cheaper."""
    assert case.terms is not None
    pack = case.terms.pack_size
    starts = [-(-each.from_quantity // pack) * pack for each in case.terms.breaks]
    tried = np.array(sorted({quantity, *(start for start in starts if start > quantity)}))
    made = choices(
        ahead.part(at, at + 1),
        costs.part(at, at + 1),
        case.available + case.on_order,
        tried,
        average_costs(case, tried.tolist()),
    )
    return int(tried[int(np.argmin(made.extra))])


def average_costs(case: Case, quantities: Sequence[int]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """What a unit costs at each quantity, in the shop's currency; 0 units at the first price."""
    usual = float(case.unit_cost or 0)
    terms = case.terms
    if terms is None or terms.unit_cost_minor is None or not terms.breaks:
        return np.full(len(quantities), usual)
    rate = usual / terms.unit_cost_minor if terms.unit_cost_minor else 0.0
    return np.array([supply.cost_of(terms, n) / n * rate if n else usual for n in quantities])
