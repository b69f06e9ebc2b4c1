"""What an analysis finds of a customer. All of it is counted or computed from purchases.

Nothing is guessed of traits that people are protected by: income, age, sex, family, health,
belief, origin.
"""

from typing import Literal

import msgspec

State = Literal["none", "ready", "refused"]
Lifecycle = Literal["new", "active", "at_risk", "lost"]
CHURN_DAYS = 90
HORIZON_DAYS = 365


class Rfm(msgspec.Struct, frozen=True):
    """Fifths of the shop's customers, 5 is best."""

    recency: int
    frequency: int
    money: int


class CategoryShare(msgspec.Struct, frozen=True):
    """``share`` of the customer's money that went there."""

    category: str
    revenue_minor: int
    share: float


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Counted, with what each rests on. ``usual_hours`` are hours of the shop's day.

    Price sensitivity is told by what was bought at a discount beside the whole shop's share.
    """

    orders: int
    first_day: str
    last_day: str
    revenue_minor: int
    average_order_minor: int
    units_per_order: float
    usual_interval_days: float | None
    usual_hours: list[int]
    usual_hours_share: float
    discounted_share: float
    shop_discounted_share: float
    favourite_categories: list[CategoryShare]


class Churn(msgspec.Struct, frozen=True, kw_only=True):
    """``churn`` is the chance of no purchase within ``days``; ``alive`` that of being one still.

    ``calibrated`` where an earlier forecast of as many days set it right.
    """

    churn: float
    alive: float
    days: int
    calibrated: bool
    reason: str


class ReliabilityRow(msgspec.Struct, frozen=True, kw_only=True):
    """Customers who were told about the same chance of staying away: its mean ``said``, and the
    share of them that did stay ``away``."""

    customers: int
    said: float
    away: float


class ReliabilityAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Chances told as of earlier days, ``origins``, beside what came of them in the ``days`` after.

    ``rows`` are tenths of the customers, or fewer where many were told the same; ``error`` is the
    mean distance of said from away. ``none``: too little history to look back on.
    """

    state: State = "none"
    as_of: str | None = None
    made_at: str | None = None
    days: int = CHURN_DAYS
    origins: list[str] = []
    error: float | None = None
    rows: list[ReliabilityRow] = []


class LifetimeValue(msgspec.Struct, frozen=True, kw_only=True):
    """Purchases and spend of the next ``days``, mean and 80% interval. Past: ``so_far_minor``."""

    days: int
    purchases: float
    purchases_low: int
    purchases_high: int
    spend_minor: int
    spend_low_minor: int
    spend_high_minor: int
    so_far_minor: int
    model: str
    calibration_factor: float


class Consumption(msgspec.Struct, frozen=True, kw_only=True):
    """The next purchase of a product, or of a category bought too variedly.

    The day, if it comes within ``reach_days``, lies between ``earliest`` and ``latest`` in eight
    of ten cases. ``within_7`` and ``within_14`` are chances.
    """

    kind: Literal["product", "category"]
    item: str
    name: str
    run_out: str
    earliest: str
    latest: str
    within_7: float
    within_14: float
    usual_interval_days: float
    last_bought: str
    times_bought: int
    usual_quantity: float
    calibrated: bool
    reason: str


class Analysed(msgspec.Struct, frozen=True, kw_only=True):
    """Everything stored of a customer."""

    customer_id: str
    as_of: str
    made_at: str
    currency: str
    lifecycle: Lifecycle
    segments: list[str]
    rfm: Rfm
    facts: Facts
    churn: Churn
    lifetime_value: LifetimeValue
    consumption: list[Consumption]
    reach_days: int


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """``none``: the customer never bought, or was not analysed yet; ``refused``: it wants nothing
    found out about it.
    """

    customer_id: str
    state: State = "none"
    as_of: str | None = None
    made_at: str | None = None


class InsightsAnswer(_Answer, frozen=True, kw_only=True):
    insights: Analysed | None = None


class ConsumptionAnswer(_Answer, frozen=True, kw_only=True):
    items: list[Consumption] = []


class ChurnAnswer(_Answer, frozen=True, kw_only=True):
    churn: Churn | None = None


class LifetimeValueAnswer(_Answer, frozen=True, kw_only=True):
    currency: str | None = None
    lifetime_value: LifetimeValue | None = None


class SegmentAnswer(_Answer, frozen=True, kw_only=True):
    lifecycle: Lifecycle | None = None
    rfm: Rfm | None = None
    segments: list[str] = []
