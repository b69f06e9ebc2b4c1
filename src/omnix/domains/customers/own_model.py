"""What a customer sees and decides of itself."""

import msgspec
from msgspec import UNSET, UnsetType

from omnix.domains.orders.model import Order, PaymentState, Status

from .model import Consent, Customer, Name, Phone


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """How a customer wants to be called, reached and treated. ``personalised`` is what comes of
    the consent and of the shop's setting.
    """

    customer_id: str
    name: str
    email: str | None
    phone: str | None
    consent: Consent
    personalised: bool
    version: int


class PreferencesChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields to change; those left out stay. ``version`` is the one that was read.

    The address that one signs in with is not among them.
    """

    version: int
    name: Name | UnsetType = UNSET
    phone: Phone | UnsetType | None = UNSET
    consent: Consent | UnsetType = UNSET


class PurchasedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a purchase. ``total_minor`` is after discounts, as placed."""

    product_id: str
    name: str
    quantity: int
    fulfilled: int
    returned: int
    cancelled: int
    total_minor: int


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """An order as its customer may see it: without what the goods cost the shop, and its notes."""

    id: str
    number: str
    placed_at: str
    status: Status
    payment_state: PaymentState
    currency: str
    total_minor: int
    refunded_minor: int
    lines: list[PurchasedLine]


def preferences(customer: Customer, personalised: bool) -> Preferences:
    """What a customer decided."""
    return Preferences(
        customer_id=customer.id,
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        consent=customer.consent,
        personalised=personalised,
        version=customer.version,
    )


def purchase(order: Order) -> Purchase:
    """The order without what is the shop's own business."""
    lines = [
        PurchasedLine(
            product_id=line.product_id,
            name=line.name,
            quantity=line.quantity,
            fulfilled=line.fulfilled,
            returned=line.returned,
            cancelled=line.cancelled,
            total_minor=line.total_minor,
        )
        for line in order.lines
    ]
    return Purchase(
        id=order.id,
        number=order.number,
        placed_at=order.placed_at,
        status=order.status,
        payment_state=order.payment_state,
        currency=order.currency,
        total_minor=order.total_minor,
        refunded_minor=order.refunded_minor,
        lines=lines,
    )
