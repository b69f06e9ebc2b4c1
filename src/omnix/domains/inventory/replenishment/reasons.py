"""Why a quantity is proposed, as users see it."""

from typing import Annotated

import msgspec
from msgspec import Meta

from .model import Proposal

Money = Annotated[int, Meta(description="Minor units of `currency`")]


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """What ordering ``quantity`` now is expected to cost, over the ``days`` that it is to last.

    ``purchase_minor`` is what a price break changes of the price of what is sold.
    ``extra_minor`` is how much dearer it is than the best quantity, in all: quantities of
    different reach compare by it, as each is charged for the days that it lasts.
    """

    quantity: int
    days: float
    extra_minor: Money
    holding_minor: Money
    lost_margin_minor: Money
    order_minor: Money
    waste_minor: Money
    purchase_minor: Money
    lost_units: float
    wasted_units: float


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """Something else to do, and what it would cost more than the proposal, in all."""

    code: str
    text: str
    quantity: int
    extra_minor: Money


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A supplier that sells it; ``chosen`` is the one that the proposal buys from."""

    supplier_id: str
    supplier: str
    unit_cost_minor: int | None
    lead_time_days: float
    lead_time_deviation_days: float
    minimum_quantity: int
    pack_size: int
    chosen: bool


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """What the costs are reckoned with, in minor units of ``currency``; holding in a year."""

    unit_cost_minor: Money | None
    price_minor: Money
    lost_margin_minor: Money
    holding_year_minor: float
    order_minor: Money
    shelf_days: int | None


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """The proposal with all it rests on.

    ``curve`` has quantities around the proposed one, 0 (to wait a review) first. It is empty
    where the unit cost is not known or nothing is earned: then there are no costs to compare.
    """

    proposal: Proposal
    currency: str
    weights: Weights
    curve: list[Point]
    alternatives: list[Alternative]
    offers: list[Offer]
