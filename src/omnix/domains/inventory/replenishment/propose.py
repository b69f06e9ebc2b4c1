"""One proposal for each product and location, from what lies on the desk."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from omnix.domains.products.model import Product
from omnix.engine.inventory import Plan, TotalDemand
from omnix.kit.time import instant
from omnix.ports import Item

from .cases import Case, Decision, cases, decide
from .desk import Desk
from .model import ASSUMPTIONS, DOUBTS, Assumption, Inputs, Proposal, say


async def proposals(
    desk: Desk, chosen: Sequence[Product], documents: Mapping[str, Item] | None = None
) -> list[Proposal]:
    """The proposals for these products, those of nothing among them."""
    some = await cases(desk, chosen, documents)
    made = decide(desk, some)
    return [proposal(desk, case, each) for case, each in zip(some, made, strict=True)]


def proposal(desk: Desk, case: Case, decided: Decision) -> Proposal:
    """A decision in the words and figures that users see."""
    product, supplier, made = case.product, case.supplier, decided.plan
    start, level = case.start, decided.service_level
    cover = _cover(case.demand, case.available)
    order_by = start + timedelta(days=case.wait) if start else None
    # Revenue at risk until an order placed now could be followed by another; breaks ties by
    # what is ordered.
    lost = max(0.0, made.demand_mean - max(0, made.position))
    return Proposal(
        product_id=product.id,
        sku=product.sku,
        name=product.name,
        location_id=case.location_id,
        location_name=desk.locations.get(case.location_id, case.location_id),
        quantity=made.quantity,
        supplier_id=supplier.id if supplier else None,
        supplier=supplier.name if supplier else None,
        unit_cost_minor=case.unit_cost,
        expected_cost_minor=None if case.unit_cost is None else case.unit_cost * made.quantity,
        currency=product.currency,
        available=case.available,
        on_order=case.on_order,
        drafted=case.stock.drafted if case.stock else 0,
        days_of_cover=cover,
        stock_out_day=(start + timedelta(days=int(cover))).isoformat()
        if start and cover is not None
        else None,
        order_by=order_by.isoformat() if order_by and made.quantity else None,
        low=case.counted and made.low,
        out=case.counted and case.available <= 0 and made.demand_mean > 0,
        urgency=round(lost * product.price_minor) + min(made.quantity, 10**6),
        reason=say(made, decided.objective, case.lead, case.review, level, case.counted),
        assumptions=_assumptions(desk, case, made),
        inputs=Inputs(
            objective=decided.objective,
            available=case.available,
            on_order=case.on_order,
            lead_time_days=case.lead,
            lead_time_deviation_days=case.deviation,
            review_days=case.review,
            service_level=round(level, 4),
            demand_mean=round(made.demand_mean, 2),
            demand_quantile=round(made.demand_quantile, 2),
            safety_stock=round(made.safety_stock, 2),
            reorder_point=made.reorder_point,
            target=made.target,
        ),
        made_at=instant(desk.ports.clock.now()),
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


def _assumptions(desk: Desk, case: Case, made: Plan) -> list[Assumption]:
    codes = []
    learnt = 0
    if not case.counted:
        codes.append("stock-not-counted")
    if case.supplier is None:
        codes += ["no-supplier", "lead-time-assumed"]
    elif case.terms is not None and case.terms.lead_time_days is None:
        learnt = desk.lead_times[case.supplier.id].deliveries
        codes.append("lead-time-learnt" if learnt else "lead-time-of-supplier")
    if case.wait:
        codes.append("supplier-waits")
    if case.unit_cost is None:
        codes.append("no-cost")
    elif case.margin <= 0:
        codes.append("no-margin")
    if case.document is None:
        codes.append("no-forecast")
    else:
        noted = case.document.get("notes", ())
        codes += [f"forecast-{note.replace('_', '-')}" for note in DOUBTS if note in noted]
    minimum = case.terms.minimum_quantity if case.terms else 1
    if 0 < made.demand_mean < minimum > 1:
        if made.quantity:
            codes.append("minimum-above-demand")
        elif made.position < made.demand_mean:
            codes.append("minimum-not-worth")
    told = {"settings": desk.settings, "deliveries": learnt, "wait": case.wait, "minimum": minimum}
    return [Assumption(code, ASSUMPTIONS[code].format(**told)) for code in codes]
