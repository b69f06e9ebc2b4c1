"""Suppliers and the terms on which they sell."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from omnix.kit.ids import Id

from .model import Days, Minor, Name, Note, Quantity

Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]
Rate = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,9}(\.[0-9]{1,9})?(?!\n)$",
        description="Units of the shop's currency for one of the supplier's",
    ),
]
Email = Annotated[str, Meta(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}(?!\n)$")]
Weekday = Annotated[int, Meta(ge=0, le=6, description="0 is Monday")]
Weekdays = Annotated[tuple[Weekday, ...], Meta(max_length=7)]
ShelfDays = Annotated[int, Meta(ge=1, le=3650)]


class NewSupplier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A supplier to add. Lead time is the days from order to arrival.

    Without a currency it is the shop's; with another one ``exchange_rate`` is needed.
    ``order_weekdays`` are the days on which it takes orders, none meaning any. It takes orders
    of ``minimum_order_minor`` and more, and delivers for ``delivery_minor``, or free of charge
    from ``free_delivery_from_minor`` on.
    """

    name: Name
    lead_time_days: Days
    id: Id | None = None
    lead_time_deviation_days: Days = 0.0
    email: Email | None = None
    currency: Currency | None = None
    exchange_rate: Rate | None = None
    minimum_order_minor: Minor = 0
    delivery_minor: Minor = 0
    free_delivery_from_minor: Minor | None = None
    order_weekdays: Weekdays = ()
    note: Note = ""


class SupplierChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields to change; those left out stay. ``version`` is the one that was read."""

    version: int
    name: Name | UnsetType = UNSET
    lead_time_days: Days | UnsetType = UNSET
    lead_time_deviation_days: Days | UnsetType = UNSET
    email: Email | UnsetType | None = UNSET
    exchange_rate: Rate | UnsetType | None = UNSET
    minimum_order_minor: Minor | UnsetType = UNSET
    delivery_minor: Minor | UnsetType = UNSET
    free_delivery_from_minor: Minor | UnsetType | None = UNSET
    order_weekdays: Weekdays | UnsetType = UNSET
    note: Note | UnsetType = UNSET


class Supplier(msgspec.Struct, frozen=True, kw_only=True):
    """Who delivers. Lead time in days: mean and standard deviation, as told.

    ``currency`` None is the shop's. Amounts are in the supplier's currency.
    """

    id: str
    name: str
    lead_time_days: float
    lead_time_deviation_days: float = 0.0
    email: str | None = None
    currency: str | None = None
    exchange_rate: str | None = None
    minimum_order_minor: int = 0
    delivery_minor: int = 0
    free_delivery_from_minor: int | None = None
    order_weekdays: tuple[int, ...] = ()
    note: str = ""
    created_at: str
    updated_at: str
    version: int = 1


class LeadTime(msgspec.Struct, frozen=True, kw_only=True):
    """What is reckoned with: the lead time as told, corrected by what deliveries took.

    ``deliveries`` is how many of the latest were looked at; 0 leaves it as told.
    """

    supplier_id: str
    days: float
    deviation_days: float
    deliveries: int
    told_days: float
    told_deviation_days: float


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt, and how many days after the order was sent it came."""

    supplier_id: str
    purchase_order_id: str
    days: float
    units: int
    at: str


class PriceBreak(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From ``from_quantity`` units on, a unit costs ``unit_cost_minor``."""

    from_quantity: Quantity
    unit_cost_minor: Minor


DiscountKind = Literal["all_units", "incremental"]


class NewTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a supplier sells a product. Without a lead time of its own the supplier's holds.

    ``breaks`` ascend and begin above 1; their price holds for all units of an order, or where
    ``discount`` is ``incremental`` for those beyond the break. ``shelf_days`` are the days a
    unit can be sold after it arrived.
    """

    unit_cost_minor: Minor | None = None
    minimum_quantity: Quantity = 1
    pack_size: Quantity = 1
    lead_time_days: Days | None = None
    lead_time_deviation_days: Days | None = None
    supplier_sku: Annotated[str, Meta(max_length=64)] = ""
    breaks: Annotated[tuple[PriceBreak, ...], Meta(max_length=10)] = ()
    discount: DiscountKind = "all_units"
    shelf_days: ShelfDays | None = None


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How a product is bought from a supplier. None for a lead time means the supplier's."""

    product_id: str
    supplier_id: str
    unit_cost_minor: int | None = None
    currency: str
    minimum_quantity: int = 1
    pack_size: int = 1
    lead_time_days: float | None = None
    lead_time_deviation_days: float | None = None
    supplier_sku: str = ""
    breaks: tuple[PriceBreak, ...] = ()
    discount: DiscountKind = "all_units"
    shelf_days: int | None = None
    updated_at: str
