"""Stock: what runs short, what lies too long, and what will not sell in time."""

from collections.abc import AsyncIterator, Iterable, Mapping
from statistics import NormalDist

import msgspec

from omnix.domains.alerts.model import Action, Face, Observation, Value
from omnix.domains.inventory import policy, supply
from omnix.domains.inventory.declare import PROPOSALS, SUPPLY
from omnix.domains.inventory.replenishment import service as replenishment
from omnix.domains.inventory.replenishment.model import Inputs, Proposal
from omnix.domains.products import service as products
from omnix.domains.products.model import Product
from omnix.kit.money import to_text
from omnix.ports import Ports

EXCESS_DAYS = 90
_YEAR = 365
_PAGE = 200
_SOURCE = "/v1/inventory/replenishment?product_id={}"


def subject(product_id: str, location_id: str) -> str:
    return f"product:{product_id}@{location_id}"


async def of(ports: Ports, product_ids: Iterable[str]) -> list[Observation]:
    """What the stored proposals say of these products."""
    rate = (await policy.get(ports)).holding_rate
    found: list[Observation] = []
    ids = list(dict.fromkeys(product_ids))
    known = await products.get_many(ports, ids)
    for id in ids:
        page = await ports.records.query(PROPOSALS, id, limit=_PAGE)
        if not page.items or id not in known:
            continue
        shelf = _shortest(each.shelf_days for each in await supply.terms(ports, id))
        found += [
            observation(msgspec.convert(item, Proposal), known[id], shelf, rate)
            for item in page.items
        ]
    return found


async def everything(ports: Ports) -> AsyncIterator[list[Observation]]:
    """Every stock that there is a proposal for, a page at a time."""
    rate = (await policy.get(ports)).holding_rate
    shelves = await shelf_days(ports)
    cursor = None
    while True:
        page = await replenishment.listing(ports, None, True, _PAGE, cursor)
        known = await products.get_many(ports, [each.product_id for each in page.items])
        yield [
            observation(each, known[each.product_id], shelves.get(each.product_id), rate)
            for each in page.items
            if each.product_id in known
        ]
        cursor = page.next_cursor
        if cursor is None:
            return


async def shelf_days(ports: Ports) -> Mapping[str, int]:
    """How long each product keeps, where its terms say so."""
    found: dict[str, int] = {}
    async for chunk in ports.records.scan(SUPPLY):
        for item in chunk:
            if item.get("shelf_days") is not None:
                days = [item["shelf_days"], found.get(item["product_id"])]
                found[item["product_id"]] = _shortest(days) or item["shelf_days"]
    return found


def _shortest(days: Iterable[int | None]) -> int | None:
    return min((each for each in days if each is not None), default=None)


def daily_demand(inputs: Inputs) -> float:
    """Units expected to sell in a day, over lead time and review."""
    days = inputs.lead_time_days + inputs.review_days
    return inputs.demand_mean / days if days > 0 else 0.0


def expected_shortage(inputs: Inputs) -> float:
    """Units that lead time and review are expected to lack, by the normal loss function.

    The spread is that between mean and quantile of the forecast. Source: Silver, Pyke and
    Thomas, Inventory and Production Management in Supply Chains (2017), appendix B.
    """
    position = float(max(0, inputs.available) + inputs.on_order)
    normal = NormalDist()
    z = normal.inv_cdf(min(max(inputs.service_level, 0.5001), 0.9999))
    sigma = (inputs.demand_quantile - inputs.demand_mean) / z
    if sigma <= 1e-9:
        return max(0.0, inputs.demand_mean - position)
    k = (position - inputs.demand_mean) / sigma
    return sigma * (normal.pdf(k) - k * (1.0 - normal.cdf(k)))


def margin(product: Product, unit_cost: int | None) -> tuple[int, str]:
    """What a unit earns, never below zero, and how that is known."""
    cost = product.cost_minor if product.cost_minor is not None else unit_cost
    if cost is None:
        return product.price_minor, "its price, since its cost is not known"
    return max(0, product.price_minor - cost), "its price less its cost"


def observation(
    proposal: Proposal, product: Product, shelf: int | None, holding_rate: float
) -> Observation:
    daily = daily_demand(proposal.inputs)
    cover = _YEAR if proposal.days_of_cover is None else min(_YEAR, proposal.days_of_cover)
    lead = proposal.inputs.lead_time_days
    state = "fine"
    if proposal.out:
        state = "out"
    elif proposal.low:
        state = "ahead" if cover < lead else "low"
    cost = proposal.unit_cost_minor
    if cost is None:
        cost = product.cost_minor or 0
    excess = max(0.0, proposal.available - EXCESS_DAYS * daily)
    attributes: dict[str, Value] = {
        "state": state,
        "available": float(proposal.available),
        "on_order": float(proposal.on_order),
        "drafted": float(proposal.drafted),
        "days_of_cover": float(cover),
        "lead_time_days": float(lead),
        "order_quantity": float(proposal.quantity),
        "daily_demand": round(daily, 3),
        "excess_units": round(excess, 1),
        "stock_value_minor": float(max(0, proposal.available) * cost),
    }
    faces = {
        "shortage": _shortage(proposal, product, daily, state),
        "excess": _excess(proposal, cost, excess, daily, holding_rate),
    }
    if shelf is not None:
        spoiling = max(0.0, proposal.available - daily * shelf)
        attributes |= {"shelf_days": float(shelf), "spoiling_units": round(spoiling, 1)}
        faces["spoilage"] = Face(
            loss_minor=round(spoiling * cost),
            basis="Units not expected to sell within their shelf life, at cost.",
            text=f"Of {proposal.available:,} units about {spoiling:,.0f} will not sell within "
            f"the {shelf} days that they keep.",
            action=_sell(proposal, "Sell them while they are good: lower the price."),
        )
    return Observation(
        kind="stock", subject=subject(proposal.product_id, proposal.location_id),
        name=f"{proposal.name}, {proposal.location_name}", attributes=attributes, faces=faces,
        source=_SOURCE.format(proposal.product_id),
    )  # fmt: skip


def _shortage(proposal: Proposal, product: Product, daily: float, state: str) -> Face:
    each, how = margin(product, proposal.unit_cost_minor)
    lacking = expected_shortage(proposal.inputs)
    days = proposal.inputs.lead_time_days + proposal.inputs.review_days
    if state == "out":
        text = f"Nothing is left, and about {daily:,.1f} would sell each day. {proposal.reason}"
    else:
        text = proposal.reason
    return Face(
        loss_minor=round(lacking * each),
        basis=f"About {lacking:,.1f} units are expected to be lacking over {days:g} days; "
        f"each at {how}.",
        text=text,
        action=_order(proposal),
        rate_minor=round(daily * each) if state == "out" else 0,
    )


def _order(proposal: Proposal) -> Action:
    page = f"/replenishment/why/?id={proposal.product_id}&location={proposal.location_id}"
    if proposal.drafted > 0:
        return Action(
            kind="approve-draft", page="/purchase-orders/?state=draft",
            text=f"{proposal.drafted:,} are in a draft: approve it.",
        )  # fmt: skip
    if proposal.quantity <= 0:
        told = f"{proposal.on_order:,} are on order: ask the supplier when they come."
        if proposal.on_order <= 0:
            told = "Nothing is proposed to be ordered yet."
        return Action(kind="expedite", text=told, page=page)
    if proposal.supplier_id is None:
        return Action(
            kind="name-supplier", text=f"{proposal.quantity:,} are needed; name a supplier.",
            page=f"/product/?id={proposal.product_id}",
        )  # fmt: skip
    worth = ""
    if proposal.expected_cost_minor is not None:
        worth = f" for {to_text(proposal.expected_cost_minor, proposal.currency)}"
        worth += f" {proposal.currency}"
    return Action(
        kind="draft-purchase-order",
        text=f"Order {proposal.quantity:,} from {proposal.supplier}{worth}.",
        method="POST",
        path="/v1/purchase-orders/from-replenishment",
        body={
            "product_ids": [proposal.product_id], "location_id": proposal.location_id,
            "fill_up": False,
        },
        page=page,
        details={
            "supplier_id": proposal.supplier_id,
            "supplier": proposal.supplier,
            "quantity": proposal.quantity,
            "unit_cost_minor": proposal.unit_cost_minor,
            "expected_cost_minor": proposal.expected_cost_minor,
            "currency": proposal.currency,
            "order_by": proposal.order_by,
        },
    )  # fmt: skip


def _excess(
    proposal: Proposal, cost: int, excess: float, daily: float, holding_rate: float
) -> Face:
    # Sold off evenly, a pile lies half as long as it takes; more than a year does not count.
    days = min(_YEAR, excess / daily / 2) if daily > 0 else _YEAR
    value = excess * cost
    return Face(
        loss_minor=round(value * holding_rate * days / _YEAR),
        basis=f"Holding {excess:,.0f} units beyond {EXCESS_DAYS} days of demand, at "
        f"{holding_rate:.0%} of their cost a year.",
        text=f"{proposal.available:,} units are there; {EXCESS_DAYS} days need about "
        f"{EXCESS_DAYS * daily:,.0f}.",
        action=_sell(proposal, "Order no more; move some elsewhere, or lower the price."),
        rate_minor=round(value * holding_rate / _YEAR),
    )


def _sell(proposal: Proposal, text: str) -> Action:
    return Action(kind="sell-off", text=text, page=f"/product/?id={proposal.product_id}")
