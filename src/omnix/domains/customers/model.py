"""Customers and their rules."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from omnix.kit import text
from omnix.kit.errors import Invalid
from omnix.kit.ids import Id

Name = Annotated[str, Meta(min_length=1, max_length=300)]
Email = text.EmailText
Phone = Annotated[str, Meta(min_length=3, max_length=40)]
Label = Annotated[str, Meta(min_length=1, max_length=64)]
Address = Annotated[
    dict[Label, Annotated[str, Meta(max_length=300)]],
    Meta(max_length=20, description="Parts as the country has them: street, city, country ..."),
]
Tags = Annotated[tuple[Label, ...], Meta(max_length=50)]
ExternalIds = Annotated[
    dict[Label, Annotated[str, Meta(min_length=1, max_length=128)]],
    Meta(max_length=20, description="Ids in other systems, by the system's name"),
]
Status = Literal["active", "archived"]
LAST_DIGITS = 8
"""What of a telephone number is compared where prefixes differ."""


class Consent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the customer agreed to, or refused; nothing is said from the start.

    Who said nothing about personalisation is treated as the shop's setting says.
    """

    email_marketing: bool = False
    sms_marketing: bool = False
    personalisation: bool = False
    refuses_personalisation: bool = False


class NewCustomer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer to create. ``id`` may be chosen by the caller."""

    name: Name
    id: Id | None = None
    email: Email | None = None
    phone: Phone | None = None
    address: Address = {}
    tags: Tags = ()
    external_ids: ExternalIds = {}
    consent: Consent = Consent()


class CustomerChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields to change; those left out stay. ``version`` is the one that was read."""

    version: int
    name: Name | UnsetType = UNSET
    email: Email | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    address: Address | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    external_ids: ExternalIds | UnsetType = UNSET
    consent: Consent | UnsetType = UNSET
    status: Status | UnsetType = UNSET


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """That a customer was merged ``into`` another, when and by whom.

    ``status`` is what it had before; ``taken`` are the fields, ``tags`` the tags and
    ``external_ids`` the systems whose values the kept record was given.
    """

    into: str
    at: str
    by: str
    status: Status
    taken: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()
    consent_before: Consent = Consent()
    consent_after: Consent = Consent()


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who buys. ``email`` is in the form in which addresses are compared.

    ``merged`` tells of a record that stands for another one now, ``same`` names those that were
    merged into this one.
    """

    id: str
    name: str
    email: str | None = None
    phone: str | None = None
    address: dict[str, str] = {}
    tags: tuple[str, ...] = ()
    external_ids: dict[str, str] = {}
    consent: Consent = Consent()
    status: Status = "active"
    created_at: str
    updated_at: str
    version: int = 1
    merged: Merged | None = None
    same: tuple[str, ...] = ()


def item(customer: Customer) -> dict[str, Any]:
    """The customer as stored: its fields and those that its indexes need."""
    stored: dict[str, Any] = msgspec.to_builtins(customer)
    stored["listing"] = customer.status
    stored["sort_name"] = customer.name.casefold()[:200]
    if customer.merged is not None:
        stored["redirected"], stored["merged_at"] = "yes", customer.merged.at
    return stored


def texts(customer: Customer) -> tuple[str, ...]:
    """What a customer is found by."""
    digits = "".join(c for c in customer.phone or "" if c.isdigit())
    # A number is written with its country's prefix or without; its end stays the same.
    ends = digits[-LAST_DIGITS:] if len(digits) > LAST_DIGITS else ""
    return (customer.email or "", digits, ends, *customer.external_ids.values(), customer.name)


def tidied(given: dict[str, Any]) -> dict[str, Any]:
    """The fields in normal form. Raises Invalid where nothing or nothing right is left."""
    tidy = dict(given)
    if "name" in given:
        tidy["name"] = text.normal(given["name"])
        if not tidy["name"]:
            raise Invalid.field("name", "must not be blank")
    if given.get("email") is not None:
        try:
            tidy["email"] = text.email(given["email"])
        except ValueError as error:
            raise Invalid.field("email", str(error)) from error
    if given.get("phone") is not None:
        tidy["phone"] = text.normal(given["phone"])
        if sum(c.isdigit() for c in tidy["phone"]) < 3:
            raise Invalid.field("phone", "needs at least three digits")
    if "tags" in given:
        named = [text.normal(tag) for tag in given["tags"]]
        tidy["tags"] = tuple(dict.fromkeys(tag for tag in named if tag))
    for field in ("address", "external_ids"):
        if field in given:
            pairs = {text.normal(k): text.normal(v) for k, v in given[field].items()}
            tidy[field] = {k: v for k, v in pairs.items() if k and v}
    return tidy
