"""Orders as they come in and as they are shown."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from omnix.kit.ids import Known
from omnix.kit.money import MAX_MINOR

MAX_LINES = 2_000
MAX_UNITS = 1_000_000

Note = Annotated[str, Meta(max_length=1000)]
Minor = Annotated[int, Meta(ge=0, le=MAX_MINOR, description="Minor units of `currency`")]
Units = Annotated[int, Meta(ge=1, le=MAX_UNITS)]
LineNumber = Annotated[int, Meta(ge=1, le=MAX_LINES)]
Status = Literal["placed", "confirmed", "partly_fulfilled", "fulfilled", "returned", "cancelled"]
PaymentState = Literal["unpaid", "paid", "partly_refunded", "refunded"]
ChangeKind = Literal["confirm", "fulfil", "return", "cancel", "refund", "pay"]


class NewLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A product and how many of it; without a price the product's holds."""

    product_id: Known
    quantity: Units
    unit_price_minor: Minor | None = None
    discount_minor: Minor = 0


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order to place. ``discount_minor`` is spread over the lines in proportion."""

    lines: Annotated[tuple[NewLine, ...], Meta(min_length=1, max_length=MAX_LINES)]
    customer_id: Known | None = None
    location_id: Known | None = None
    channel: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}(?!\n)$")] = "online"
    discount_minor: Minor = 0
    shipping_minor: Minor = 0
    tax_minor: Minor = 0
    payment_state: Literal["unpaid", "paid"] = "unpaid"
    note: Note = ""


class LineUnits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line by its number, and how many units of it."""

    line: LineNumber
    quantity: Units


class LineReturn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Units of a line that came back; ``restock`` where they can be sold again."""

    line: LineNumber
    quantity: Units
    restock: bool = True


class Fulfilment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What left the shop: the lines named, or all that is open. ``version`` is the one read."""

    version: int | None = None
    lines: Annotated[tuple[LineUnits, ...], Meta(min_length=1, max_length=MAX_LINES)] | None = None
    note: Note = ""


class Cancellation(Fulfilment, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What will not be delivered: the lines named, or all that is open."""


class GoodsReturn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came back: the lines named, or all that was fulfilled (``restock`` tells of those)."""

    version: int | None = None
    lines: Annotated[tuple[LineReturn, ...], Meta(min_length=1, max_length=MAX_LINES)] | None = None
    restock: bool = True
    note: Note = ""


class Refund(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money given back, at most what was paid and not yet given back."""

    amount_minor: Annotated[int, Meta(ge=1, le=MAX_MINOR)]
    version: int | None = None
    note: Note = ""


class Confirmation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shop takes the order on."""

    version: int | None = None
    note: Note = ""


class Payment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole total was paid."""

    version: int | None = None
    note: Note = ""


class Part(msgspec.Struct, frozen=True):
    """What one unit of a bundle is made of."""

    product_id: str
    quantity: int


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line as placed. ``total_minor`` is quantity x unit price less both discounts.

    ``order_discount_minor`` is the line's share of the order's discount; ``cost_minor`` is what
    the whole line cost the shop, None if unknown.
    """

    line: int
    product_id: str
    sku: str
    name: str
    quantity: int
    unit_price_minor: int
    discount_minor: int
    order_discount_minor: int
    total_minor: int
    cost_minor: int | None
    components: tuple[Part, ...]
    fulfilled: int = 0
    returned: int = 0
    cancelled: int = 0


class OrderSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An order without its lines.

    ``subtotal_minor`` sums the lines before the order's discount;
    ``total_minor`` = subtotal - discount + shipping + tax.
    """

    id: str
    number: str
    status: Status
    customer_id: str | None
    location_id: str
    channel: str
    currency: str
    line_count: int
    units: int
    subtotal_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int
    payment_state: PaymentState
    paid_minor: int
    refunded_minor: int
    note: str
    placed_at: str
    updated_at: str
    version: int


class Order(OrderSummary, frozen=True, kw_only=True):
    """An order with its lines."""

    lines: tuple[Line, ...]


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened to an order after it was placed.

    ``units`` pairs line numbers and quantities; None means all that was open to this change.
    ``kept`` are the lines of a return that are not for sale again, None all of them.
    """

    id: str
    version: int
    kind: ChangeKind
    at: str
    by: str
    units: tuple[tuple[int, int], ...] | None = None
    kept: tuple[int, ...] | None = ()
    amount_minor: int = 0
    note: str = ""


Stored = dict[str, Any]
"""An order as the store has it: a mapping with the attributes of OrderSummary, ``lines`` where
they fit, and ``changes``."""
