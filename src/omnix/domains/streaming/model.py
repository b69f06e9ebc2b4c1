"""The schema of an event, and what is said of those that were sent."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from omnix.kit.money import MAX_MINOR

MOST_EVENTS = 500
MOST_ITEMS = 50

EventType = Literal[
    "page_view",
    "product_view",
    "list_view",
    "search",
    "add_to_cart",
    "remove_from_cart",
    "checkout",
    "purchase",
    "refund",
    "custom",
]
OfProduct = frozenset({"product_view", "add_to_cart", "remove_from_cart"})

_PLAIN = r"^[^\x00-\x1f\x7f]+$"
Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=_PLAIN)]
MessageId = Annotated[str, Meta(min_length=1, max_length=100, pattern=_PLAIN)]
Moment = Annotated[str, Meta(max_length=40)]
Minor = Annotated[int, Meta(ge=0, le=MAX_MINOR)]
Quantity = Annotated[int, Meta(ge=1, le=1_000_000)]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]
Scalar = Annotated[str, Meta(max_length=200)] | int | float | bool | None


class EventItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product of an event; ``price_minor`` is a piece's."""

    product_id: Name
    quantity: Quantity = 1
    price_minor: Minor | None = None


class NewEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that a visitor did.

    ``message_id`` is the sender's: sent again within seven days, the event counts once. ``at``
    is when it happened (RFC 3339), now if left out; with ``sent_at``, the sender's clock at
    sending, a clock that is wrong is put right. One product stands in ``product_id``,
    ``quantity`` and ``price_minor``, several in ``items``. ``revenue_minor`` of a purchase
    follows from its items where it is left out. Names, addresses and other personal data have
    no place in it.
    """

    message_id: MessageId
    type: EventType
    at: Moment | None = None
    sent_at: Moment | None = None
    anonymous_id: Name | None = None
    customer_id: Name | None = None
    session_id: Name | None = None
    name: Name | None = None
    query: Annotated[str, Meta(max_length=200)] | None = None
    url: Annotated[str, Meta(max_length=1_000)] | None = None
    product_id: Name | None = None
    quantity: Quantity | None = None
    price_minor: Minor | None = None
    items: Annotated[tuple[EventItem, ...], Meta(max_length=MOST_ITEMS)] = ()
    order_id: Name | None = None
    currency: Currency | None = None
    revenue_minor: Minor | None = None
    properties: Annotated[
        dict[Annotated[str, Meta(max_length=64)], Scalar], Meta(max_length=30)
    ] = {}


class EventBatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Events of our schema, of Segment's or of GA4's, each judged by itself.

    ``batch`` is Segment's name for ``events``. What GA4 says once for all of a request
    (``client_id``, ``user_id``, ``timestamp_micros``) holds for its events.
    """

    events: Annotated[list[Any], Meta(max_length=MOST_EVENTS)] = []
    batch: Annotated[list[Any], Meta(max_length=MOST_EVENTS)] = []
    sent_at: Moment | None = None
    segment_sent_at: Moment | None = msgspec.field(name="sentAt", default=None)
    client_id: Name | None = None
    user_id: Name | None = None
    timestamp_micros: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class FieldReason(msgspec.Struct, frozen=True):
    """One wrong field and why."""

    field: str
    reason: str


class RefusedEvent(msgspec.Struct, frozen=True):
    """An event that was not taken: its position in the request, its id if it has one, and why."""

    position: int
    message_id: str | None
    errors: list[FieldReason]


class TakenEvents(msgspec.Struct, frozen=True, kw_only=True):
    """What became of what was sent; ``duplicates`` are positions. Duplicates need no retry."""

    accepted: int
    duplicates: list[int]
    refused: list[RefusedEvent]


class TakenEvent(msgspec.Struct, frozen=True):
    """What became of one event."""

    message_id: str
    outcome: Literal["accepted", "duplicate"]


class MinutePoint(msgspec.Struct, frozen=True, kw_only=True):
    """One minute, from ``at`` on."""

    at: str
    events: int
    visitors: int
    orders: int
    revenue_minor: int


class FunnelStep(msgspec.Struct, frozen=True):
    """Visitors who got there within the window; ``share`` of those of the first step."""

    step: str
    visitors: int
    share: float | None


class LiveMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """The last minutes up to now, by when events happened.

    ``revenue_minor`` is in the shop's currency; ``other_currencies`` are by their code. Numbers
    of visitors are exact up to about a thousand in a minute, beyond that within a few per cent.
    ``late_events`` came more than a minute after they happened; ``too_late_events`` more than
    a day after, ever: those are in the lake alone.
    """

    as_of: str
    minutes: int
    currency: str
    revenue_minor: int
    revenue_per_minute_minor: int
    orders: int
    events: int
    late_events: int
    too_late_events: int
    active_5_minutes: int
    active_30_minutes: int
    other_currencies: dict[str, int]
    by_type: dict[str, int]
    funnel: list[FunnelStep]
    series: list[MinutePoint]


class TrendingProduct(msgspec.Struct, frozen=True, kw_only=True):
    """``score``: how far its interest is above what the time before would lead to expect, in
    standard deviations of a count. Interest weighs a view 1, a cart 3, a piece bought 10."""

    product_id: str
    score: float
    views: int
    carts: int
    units: int
    interest: int
    expected_interest: float


class Trending(msgspec.Struct, frozen=True, kw_only=True):
    """Products of more interest than before, the most surprising first."""

    as_of: str
    minutes: int
    items: list[TrendingProduct]


class SessionFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions within a time: a visitor's events with less than ``gap_minutes`` between them."""

    from_: str = msgspec.field(name="from")
    to: str
    gap_minutes: int
    sessions: int
    visitors: int
    events: int
    mean_seconds: float
    bounced: int
    converted: int


AnomalyMetric = Literal["revenue", "orders", "visits"]


class Anomaly(msgspec.Struct, frozen=True, kw_only=True):
    """An hour outside its usual range. ``score`` is in robust standard deviations; money is in
    minor units of ``currency``."""

    id: str
    metric: AnomalyMetric
    hour: str
    value: int
    expected: int
    low: int
    high: int
    score: float
    direction: Literal["high", "low"]
    weeks: int
    currency: str | None = None
    detected_at: str
