"""What is told of a forecast's drivers and of what-if questions."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from omnix.domains.forecasting.model import MOST_DAYS, Note
from omnix.kit.money import MAX_MINOR
from omnix.kit.time import DayText

Basis = Literal["own", "category", "all_products", "none"]

BASES = {
    "own": "Learnt from this product's own changes.",
    "category": "Learnt from changes of its category's products, with its own where there are any.",
    "all_products": "Learnt from changes of all products; its category has too few.",
    "none": "Not enough changes to learn from.",
}

DRIVERS = {
    "level": "What it sells a day at its usual price, without promotion.",
    "trend": "How far demand is expected to move from that level.",
    "weekday": "What the weekday adds or takes.",
    "season": "What the time of the year adds or takes.",
    "price": "What the day's price adds or takes beside the usual price of the last year.",
    "promotion": "What the promotions on record bring; without any on record, what they bring if "
    "they come as often as in the last year.",
    "event": "What holidays, the day of the month and recurring days add or take.",
    "override": "What people changed, with their reasons.",
    "other": "What the model expects beyond these drivers.",
}


class EffectTold(msgspec.Struct, frozen=True, kw_only=True):
    """An effect on demand: ``value`` with its standard ``error``; None without a basis.

    ``changes`` counts the product's own changes that could be read, ``changes_in_all`` those of
    all products together.
    """

    basis: Basis
    value: float | None
    error: float | None
    changes: int
    changes_in_all: int
    text: str


class Effects(msgspec.Struct, frozen=True, kw_only=True):
    """``price`` is the elasticity: percent more demand for a percent more price. ``promotion`` is
    the log of the lift for a price cut of a hundred percent, display included.
    """

    price: EffectTold
    promotion: EffectTold
    usual_price_minor: float | None
    promoted_share: float


class DayDrivers(msgspec.Struct, frozen=True, kw_only=True):
    """A day's expected units, split: the drivers add up to ``total``."""

    day: str
    total: float
    level: float
    trend: float
    weekday: float
    season: float
    price: float
    promotion: float
    event: float
    override: float
    other: float


class DriverSum(msgspec.Struct, frozen=True, kw_only=True):
    """A driver's units over all days asked for."""

    name: str
    units: float
    text: str


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why the forecast is what it is. Factors multiply in the model; their product's excess over
    the level is divided among them by their logarithms, so that shares do not depend on an order
    and always add up (logarithmic mean Divisia index).
    """

    product_id: str
    forecast_date: str
    horizon_days: int
    model: str
    label: str
    total: float
    drivers: list[DriverSum]
    points: list[DayDrivers]
    effects: Effects
    neighbours: list[str]
    notes: list[Note]


class PlannedPromotion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A price cut; over all days asked for unless ``first_day`` and ``last_day`` say otherwise."""

    percent_off: Annotated[int, Meta(ge=1, le=90)]
    first_day: DayText | None = None
    last_day: DayText | None = None


class WhatIf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question: another shelf price, a promotion, or both."""

    product_id: Annotated[str, Meta(min_length=1, max_length=64)]
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = 28
    price_minor: Annotated[int, Meta(ge=1, le=MAX_MINOR)] | None = None
    promotion: PlannedPromotion | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Expected units, revenue without tax and margin. ``margin_minor`` is None without a cost."""

    units: float
    revenue_minor: int | None
    margin_minor: int | None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What-if: the forecast as it stands beside what the change makes of it.

    ``units_low`` and ``units_high`` hold the expected units with a probability of 80%; they tell
    how sure the effect is, not how demand scatters from day to day. ``scenario`` is None where
    nothing is known to answer from; ``notes`` say why.
    """

    product_id: str
    days: int
    currency: str
    baseline: Outcome
    scenario: Outcome | None
    units_low: float | None
    units_high: float | None
    points: list[float]
    effects: Effects
    notes: list[Note]
