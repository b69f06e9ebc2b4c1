"""Why this quantity: every input, the costs around it, and what else could be done."""

import numpy as np

from omnix.domains.inventory import supply
from omnix.domains.products import service as products
from omnix.engine.inventory.least_cost import Choice, choices
from omnix.kit.errors import NotFound
from omnix.ports import Ports

from .cases import Case, Decision, ahead_of, average_costs, cases, costing, decide
from .desk import Desk, lead_time, open_desk, unit_cost
from .propose import proposal
from .reasons import Alternative, Offer, Point, Weights, Why

_POINTS = 13


async def why(ports: Ports, product_id: str, location_id: str | None) -> Why:
    """The answer for one stock, computed now. Raises NotFound where none is planned."""
    product = await products.get(ports, product_id)
    desk = await open_desk(ports)
    some = await cases(desk, [product])
    wanted = location_id or desk.default
    case = next((each for each in some if each.location_id == wanted), None)
    if case is None and location_id is None and some:
        case = some[0]
    if case is None:
        raise NotFound(f"nothing is planned for {product_id} at {wanted}")
    (decided,) = decide(desk, [case])
    curve, alternatives = _compared(desk, case, decided)
    return Why(
        proposal=proposal(desk, case, decided),
        currency=product.currency,
        weights=Weights(
            unit_cost_minor=case.unit_cost,
            price_minor=product.price_minor,
            lost_margin_minor=max(0, case.margin),
            holding_year_minor=round((case.unit_cost or 0) * desk.policy.holding_rate, 2),
            order_minor=desk.policy.order_minor,
            shelf_days=case.terms.shelf_days if case.terms else None,
        ),
        curve=curve,
        alternatives=alternatives,
        offers=await _offers(desk, case),
    )


def _compared(desk: Desk, case: Case, decided: Decision) -> tuple[list[Point], list[Alternative]]:
    if case.unit_cost is None or case.margin <= 0 or decided.plan.demand_mean <= 0:
        return [], []
    tried = _around(case, decided)
    made = choices(
        ahead_of([case]),
        costing(desk, [case]),
        case.available + case.on_order,
        np.array(tried, np.int64),
        average_costs(case, tried),
    )
    return [_point(made, at) for at in range(len(tried))], _alternatives(case, decided, made)


def _around(case: Case, decided: Decision) -> list[int]:
    """None, then whole packs from the least to twice the quantity, the quantity among them."""
    plan = decided.plan
    pack = case.terms.pack_size if case.terms else 1
    least = -(-max(case.terms.minimum_quantity if case.terms else 1, pack) // pack) * pack
    # Where nothing is due, what reaching the target would take shows why.
    middle = plan.quantity or max(least, plan.target - plan.position)
    high = max(2 * middle, least + (_POINTS - 1) * pack)
    between = np.linspace(least, high, _POINTS)
    packs = {int(-(-n // pack) * pack) for n in between} | {0, plan.quantity}
    if case.terms is not None:
        packs |= {-(-each.from_quantity // pack) * pack for each in case.terms.breaks}
    return sorted(n for n in packs if n == 0 or n == plan.quantity or n >= least)


def _point(made: Choice, at: int) -> Point:
    costs = made.costs
    return Point(
        quantity=int(made.quantity[at]),
        days=round(float(made.days[at]), 1),
        extra_minor=round(float(made.extra[at])),
        holding_minor=round(float(costs.holding[at])),
        lost_margin_minor=round(float(costs.lost[at])),
        order_minor=round(float(made.order_cost[at])),
        waste_minor=round(float(costs.waste[at])),
        purchase_minor=round(float(made.purchase[at])),
        lost_units=round(float(costs.lost_units[at]), 2),
        wasted_units=round(float(costs.wasted_units[at]), 2),
    )


def _alternatives(case: Case, decided: Decision, made: Choice) -> list[Alternative]:
    told = made.quantity.tolist()
    chosen = told.index(decided.plan.quantity)

    def other(code: str, text: str, at: int) -> Alternative:
        more = round(float(made.extra[at] - made.extra[chosen]))
        return Alternative(code=code, text=text, quantity=told[at], extra_minor=more)

    found: list[Alternative] = []
    if decided.plan.quantity:
        found.append(other("wait", "Order nothing yet.", 0))
    smaller = [at for at, n in enumerate(told) if 0 < n < decided.plan.quantity]
    larger = [at for at, n in enumerate(told) if n > decided.plan.quantity]
    if smaller:
        at = min(smaller, key=lambda k: abs(told[k] - 0.5 * decided.plan.quantity))
        found.append(other("half", "Order about half as much, and again sooner.", at))
    if larger and decided.plan.quantity:
        at = min(larger, key=lambda k: abs(told[k] - 2 * decided.plan.quantity))
        found.append(other("double", "Order about twice as much, and again later.", at))
    elif larger:
        found.append(other("order", "Order now all the same.", larger[0]))
    breaks = case.terms.breaks if case.terms else ()
    for each in breaks:
        at = next((k for k in larger if told[k] >= each.from_quantity), -1)
        if at >= 0:
            text = f"Order {told[at]:,} for the price that holds from {each.from_quantity:,} on."
            found.append(other("price-break", text, at))
    return found


async def _offers(desk: Desk, case: Case) -> list[Offer]:
    found: list[Offer] = []
    for terms in await supply.terms(desk.ports, case.product.id):
        supplier = desk.suppliers.get(terms.supplier_id)
        if supplier is None:
            continue
        days, deviation = lead_time(desk, terms, supplier)
        found.append(
            Offer(
                supplier_id=supplier.id,
                supplier=supplier.name,
                unit_cost_minor=unit_cost(desk, terms, supplier),
                lead_time_days=days,
                lead_time_deviation_days=deviation,
                minimum_quantity=terms.minimum_quantity,
                pack_size=terms.pack_size,
                chosen=case.supplier is not None and supplier.id == case.supplier.id,
            )
        )
    return found
