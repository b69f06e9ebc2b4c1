"""Replenishment proposals as users see them."""

import msgspec

from omnix.domains.forecasting.model import NOTES
from omnix.domains.inventory.policy import Objective
from omnix.engine.inventory import Plan

ASSUMPTIONS = {
    "stock-not-counted": "No stock was counted here, so none is assumed: take off what lies on "
    "the shelf.",
    "no-supplier": "No supplier is known.",
    "lead-time-assumed": "A lead time of {settings.lead_time_days} days is assumed (settings).",
    "lead-time-of-supplier": "The supplier's usual lead time is used.",
    "lead-time-learnt": "The lead time is learnt from the supplier's last {deliveries} deliveries.",
    "supplier-waits": "The supplier takes orders again in {wait} days.",
    "no-margin": "It sells for no more than it costs, so the service level decides.",
    "no-cost": "The unit cost is not known, so the order has no value.",
    "no-forecast": "No forecast has been made yet, so no demand is assumed.",
    "minimum-above-demand": "The supplier sells no fewer than {minimum:,}, more than will sell "
    "over these days.",
    "minimum-not-worth": "The supplier sells no fewer than {minimum:,}; they would lie for so long "
    "that missed sales cost less.",
}

DOUBTS = (
    "no_history", "no_sales", "few_sales", "short_history", "long_gap", "dormant", "cold_start",
    "outliers_capped", "returns_ignored",
)  # fmt: skip
"""The forecast's notes that a buyer should know of: how much its demand is a guess."""

ASSUMPTIONS |= {f"forecast-{note.replace('_', '-')}": NOTES[note] for note in DOUBTS}


class Assumption(msgspec.Struct, frozen=True):
    """Something a proposal rests on that nobody told us."""

    code: str
    text: str


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """The figures behind a quantity, in units and days.

    Demand is over lead time and review period: its mean, and its quantile at the service level.
    Where costs decide (``objective``), the service level is what follows from them. The lead
    time counts the days until the supplier takes orders.
    """

    objective: Objective = "service_level"
    available: int
    on_order: int
    lead_time_days: float
    lead_time_deviation_days: float
    review_days: float
    service_level: float
    demand_mean: float
    demand_quantile: float
    safety_stock: float
    reorder_point: int
    target: int


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What to order of a product for a location; ``quantity`` 0 where nothing is needed.

    ``urgency`` ranks proposals: the revenue in minor units that is at risk before an order
    placed now could be followed by another. ``days_of_cover`` None means a year or more.
    ``low`` where stock with what is on order may not last until an order placed now arrives;
    ``out`` where nothing is available though it is expected to sell. Both only once counted.
    """

    product_id: str
    sku: str
    name: str
    location_id: str
    location_name: str
    quantity: int
    supplier_id: str | None
    supplier: str | None
    unit_cost_minor: int | None
    expected_cost_minor: int | None
    currency: str
    available: int
    on_order: int
    drafted: int = 0
    days_of_cover: float | None
    stock_out_day: str | None
    order_by: str | None
    low: bool
    out: bool
    urgency: int
    reason: str
    assumptions: list[Assumption]
    inputs: Inputs
    made_at: str


class ProposedTransfer(msgspec.Struct, frozen=True, kw_only=True):
    """Units to move between two locations; ``saves_minor`` is the margin of the sales that would
    be missed until the next delivery, before what the journey costs.
    """

    product_id: str
    from_location_id: str
    to_location_id: str
    quantity: int
    saves_minor: int
    currency: str


class Shortages(msgspec.Struct, frozen=True, kw_only=True):
    """How many stocks are low, how many are out, and the proposals of most money at stake.

    The counts are None before anything was proposed.
    """

    low: int | None
    out: int | None
    most_urgent: list[Proposal]


def say(
    made: Plan, objective: Objective, lead: float, review: float, level: float, counted: bool
) -> str:
    """Why this quantity, in a sentence or two."""
    days = (
        f"{made.protection_days:g} days ({lead:g} until delivery, {review:g} until the next order)"
    )
    mean = f"{made.demand_mean:,.0f}" if made.demand_mean >= 10 else f"{made.demand_mean:.1f}"
    if made.demand_mean <= 0 and made.reorder_point <= 0:
        return "No demand is expected, so nothing needs to be ordered."
    need = f"Over the next {days} about {mean} will sell; "
    if objective == "least_cost":
        need += (
            f"below {made.reorder_point:,} lost sales would cost more than an order. "
            f"That lasts with a chance of {level:.0%}."
        )
    else:
        need += f"to be {level:.0%} sure, {made.reorder_point:,} must be there."
    have = (
        f"{made.position:,} are in stock or on order" if counted else "the stock was never counted"
    )
    if made.quantity == 0:
        return f"{need} Since {have}, nothing needs to be ordered now."
    if made.position + made.quantity > made.target:
        more = f"{made.target:,} would do, but packs, the minimum or the price make it more"
        return f"{need} Since {have}, order {made.quantity:,}: {more}."
    return f"{need} Since {have}, order {made.quantity:,} to reach {made.target:,}."
