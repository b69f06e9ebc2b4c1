"""Purchase orders as they are sent, stored and shown."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from omnix.domains.inventory.model import Minor, Note, Quantity
from omnix.domains.inventory.supply_model import Rate
from omnix.kit.ids import Id

MAX_LINES = 90
"""So many stocks change in the commit that approves an order, with room for the order itself."""

MAX_RECEIPT_LINES = 18
"""So many products are received in one commit; more in several."""

SCOPE = "shop"

State = Literal["draft", "approved", "sent", "partly_received", "received", "closed", "cancelled"]
OPEN_STATES = ("approved", "sent", "partly_received")
Day = Annotated[
    str,
    Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?!\n)$", extra_json_schema={"format": "date"}),
]


class NewLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product to order. Without a unit cost that of the supplier's terms holds."""

    product_id: Id
    quantity: Quantity
    unit_cost_minor: Minor | None = None


Lines = Annotated[tuple[NewLine, ...], Meta(min_length=1, max_length=MAX_LINES)]


class NewPurchaseOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order to draft. Amounts are in the supplier's currency."""

    supplier_id: Id
    lines: Lines
    location_id: Id | None = None
    expected_on: Day | None = None
    note: Note = ""


class PurchaseOrderChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields of a draft to change; ``lines`` replace all there were."""

    version: int
    lines: Lines | UnsetType = UNSET
    expected_on: Day | UnsetType | None = UNSET
    note: Note | UnsetType = UNSET


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A product that is ordered. ``cost_minor`` is that of the whole line."""

    product_id: str
    sku: str
    name: str
    supplier_sku: str = ""
    quantity: int
    received: int = 0
    unit_cost_minor: int | None = None
    cost_minor: int | None = None

    @property
    def outstanding(self) -> int:
        """What is still to come."""
        return max(0, self.quantity - self.received)


class PurchaseOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order to a supplier. ``total_minor`` leaves out lines whose cost is not known, and
    counts delivery. ``origin`` tells whether replenishment drafted it; ``mailed_to`` and
    ``mailed_as`` where it was mailed, and the name of the mail.
    """

    id: str
    supplier_id: str
    supplier: str
    location_id: str
    state: State = "draft"
    currency: str
    exchange_rate: str | None = None
    lines: tuple[Line, ...]
    delivery_minor: int = 0
    total_minor: int = 0
    expected_on: str | None = None
    origin: Literal["manual", "replenishment"] = "manual"
    note: str = ""
    created_at: str
    created_by: str
    updated_at: str
    approved_at: str | None = None
    approved_by: str | None = None
    sent_at: str | None = None
    sent_by: str | None = None
    mailed_to: str | None = None
    mailed_as: str | None = None
    received_at: str | None = None
    ended_at: str | None = None
    version: int = 1


class Received(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product of the order, and how many of it came."""

    product_id: Id
    quantity: Quantity


class NewReceipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Goods of an order that came; more may come than was ordered. With more than 18 products
    an Idempotency-Key is needed: they are taken in by groups, and a retry goes on.

    ``exchange_rate`` in place of the one that the order was drafted with.
    """

    lines: Annotated[tuple[Received, ...], Meta(min_length=1, max_length=MAX_LINES)]
    exchange_rate: Rate | None = None
    note: Note = ""


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which proposals to draft orders from; what is left out does not narrow them.

    ``budget_minor``, in the shop's currency, is spent where it saves most. With ``fill_up``
    an order below its supplier's minimum, or free delivery where that pays, is filled up.
    """

    supplier_id: Id | None = None
    location_id: Id | None = None
    product_ids: Annotated[tuple[Id, ...], Meta(max_length=200)] = ()
    budget_minor: Minor | None = None
    fill_up: bool = True


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal that no order was drafted from."""

    product_id: str
    location_id: str
    code: Literal["no-supplier", "already-drafted", "over-budget", "too-many"]
    text: str


class Drafted(msgspec.Struct, frozen=True, kw_only=True):
    """The orders drafted, the money they come to in the shop's currency, and what was left."""

    orders: tuple[PurchaseOrder, ...]
    spent_minor: int
    below_minimum: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """The order as a message to the supplier. ``to`` is None as long as no address is known.

    ``html`` says the same as ``text`` on pages of A4, to be printed or kept as PDF.
    """

    to: str | None
    subject: str
    text: str
    html: str


def stored(order: PurchaseOrder) -> dict[str, Any]:
    """The order as stored, with what its indexes need."""
    return {**msgspec.to_builtins(order), "scope": SCOPE, "listing": "all"}
