"""Stock, the places it lies in, and how it is bought."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from omnix.kit.ids import Id
from omnix.kit.money import MAX_MINOR

MAX_QUANTITY = 1_000_000_000
MAX_TRANSFER_LINES = 20

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Note = Annotated[str, Meta(max_length=1000)]
Quantity = Annotated[int, Meta(ge=1, le=MAX_QUANTITY)]
Minor = Annotated[int, Meta(ge=0, le=MAX_MINOR, description="Minor units of `currency`")]
Days = Annotated[float, Meta(ge=0, le=365)]
Reason = Literal["correction", "damage", "theft", "expiry", "found", "opening", "other"]
EntryKind = Literal[
    "adjustment",
    "count",
    "transfer",
    "receipt",
    "reservation",
    "release",
    "fulfilment",
    "return",
]


class NewLocation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place to open. The first one is the default, where a request names none."""

    name: Name
    id: Id | None = None


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """A place where stock lies."""

    id: str
    name: str
    default: bool = False
    created_at: str


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """Stock of one product at one location. ``available`` is ``on_hand`` less ``reserved``.

    ``available`` falls below zero only where a count found less than is reserved.
    ``on_order`` is what approved purchase orders still owe, ``drafted`` what drafts ask for.
    ``counted_at`` is None as long as nobody counted.
    """

    product_id: str
    location_id: str
    on_hand: int = 0
    reserved: int = 0
    available: int = 0
    on_order: int = 0
    drafted: int = 0
    counted_at: str | None = None
    updated_at: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the ledger. All entries of a stock sum to its balance.

    ``reference`` names the order, transfer, purchase order or delivery behind it;
    ``unit_cost_minor`` is what a unit cost that a purchase order brought, in the shop's currency.
    """

    id: str
    product_id: str
    location_id: str
    kind: EntryKind
    on_hand_delta: int
    reserved_delta: int
    at: str
    by: str
    reference: str | None = None
    reason: Reason | None = None
    unit_cost_minor: int | None = None
    note: str = ""


class Adjustment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either ``delta``, a difference that is known, or ``count_to``, what a count found."""

    location_id: Id | None = None
    delta: Annotated[int, Meta(ge=-MAX_QUANTITY, le=MAX_QUANTITY)] | None = None
    count_to: Annotated[int, Meta(ge=0, le=MAX_QUANTITY)] | None = None
    reason: Reason = "correction"
    note: Note = ""


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Goods that came in."""

    quantity: Quantity
    location_id: Id | None = None
    reference: Annotated[str, Meta(max_length=64)] | None = None
    note: Note = ""


class TransferLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A product and how many of it move."""

    product_id: Id
    quantity: Quantity


class NewTransfer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stock to move from one location to another, all lines or none."""

    from_location_id: Id
    to_location_id: Id
    lines: Annotated[tuple[TransferLine, ...], Meta(min_length=1, max_length=MAX_TRANSFER_LINES)]
    note: Note = ""


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer that was made."""

    id: str
    from_location_id: str
    to_location_id: str
    lines: tuple[TransferLine, ...]
    note: str
    at: str


def stock_key(product_id: str, location_id: str) -> str:
    """The ledger's partition. An id holds no ``@``, so that it can be taken apart again."""
    return f"{product_id}@{location_id}"


def balance(item: Any, product_id: str, location_id: str) -> Balance:
    """The stored balance; zero where nothing was ever stored."""
    if item is None:
        return Balance(product_id=product_id, location_id=location_id, updated_at="")
    return msgspec.convert(item, Balance)


def entry(item: Any) -> Entry:
    """A stored line of the ledger."""
    product_id, _, location_id = item["stock"].rpartition("@")
    return msgspec.convert(
        {**item, "id": item["entry"], "product_id": product_id, "location_id": location_id}, Entry
    )
