"""Products and their rules."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from omnix.kit.errors import Invalid
from omnix.kit.ids import Id
from omnix.kit.money import MAX_MINOR
from omnix.kit.text import normal

Name = Annotated[str, Meta(min_length=1, max_length=300)]
Sku = Annotated[str, Meta(min_length=1, max_length=64)]
Barcode = Annotated[str, Meta(pattern=r"^[0-9]{6,14}(?!\n)$", description="GTIN digits")]
Category = Annotated[str, Meta(min_length=1, max_length=100)]
Minor = Annotated[int, Meta(ge=0, le=MAX_MINOR, description="Minor units of `currency`")]
Attributes = Annotated[dict[Annotated[str, Meta(max_length=64)], Any], Meta(max_length=50)]
Status = Literal["active", "archived"]
UNCATEGORISED = "Uncategorised"
MAX_ATTRIBUTES = 16_000
MAX_DEPTH = 4
MAX_VARIANTS, MAX_OPTIONS = 100, 3
"""Variants of a parent, and options in which they differ: Shopify's limits."""

OptionName = Annotated[str, Meta(min_length=1, max_length=64)]
OptionNames = Annotated[
    tuple[OptionName, ...],
    Meta(min_length=1, max_length=MAX_OPTIONS, extra_json_schema={"uniqueItems": True}),
]
OptionValue = Annotated[str, Meta(min_length=1, max_length=100)]
OptionValues = Annotated[tuple[OptionValue, ...], Meta(max_length=MAX_OPTIONS)]


class Component(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a bundle, and how many of it go into one."""

    product_id: Id
    quantity: Annotated[int, Meta(ge=1, le=1000)]


class NewProduct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product to create. ``id`` may be chosen by the caller; ``components`` make it a bundle,
    which it stays; ``parent_id`` and ``options``, a value for each of its parent's, a variant."""

    sku: Sku
    name: Name
    price_minor: Minor
    id: Id | None = None
    barcode: Barcode | None = None
    description: Annotated[str, Meta(max_length=20_000)] = ""
    category: Category = UNCATEGORISED
    cost_minor: Minor | None = None
    attributes: Attributes = {}
    components: Annotated[tuple[Component, ...], Meta(max_length=30)] = ()
    parent_id: Id | None = None
    options: OptionValues = ()


class ProductChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields to change; those left out stay. ``version`` is the one that was read."""

    version: int
    sku: Sku | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    price_minor: Minor | UnsetType = UNSET
    barcode: Barcode | UnsetType | None = UNSET
    description: Annotated[str, Meta(max_length=20_000)] | UnsetType = UNSET
    category: Category | UnsetType = UNSET
    cost_minor: Minor | UnsetType | None = UNSET
    attributes: Attributes | UnsetType = UNSET
    components: Annotated[tuple[Component, ...], Meta(max_length=30)] | UnsetType = UNSET
    parent_id: Id | UnsetType | None = UNSET
    options: OptionValues | UnsetType = UNSET
    status: Status | UnsetType = UNSET


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop sells. A bundle has components and no stock of its own; a variant has a parent
    and a value for each of the parent's options, in their order.
    """

    id: str
    sku: str
    name: str
    price_minor: int
    currency: str
    barcode: str | None = None
    description: str = ""
    category: str = UNCATEGORISED
    cost_minor: int | None = None
    attributes: dict[str, Any] = {}
    components: tuple[Component, ...] = ()
    parent_id: str | None = None
    options: tuple[str, ...] = ()
    status: Status = "active"
    created_at: str
    updated_at: str
    version: int = 1


class NewParent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What variants are to be variants of, and the names of the options in which they differ."""

    name: Name
    options: OptionNames
    id: Id | None = None


class ParentChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields to change. ``version`` is the one that was read."""

    version: int
    name: Name | None = None
    options: OptionNames | None = None


class Parent(msgspec.Struct, frozen=True, kw_only=True):
    """A product that is sold as its variants only: ``variants`` are the option values of each, by
    product id. ``handle`` is its address in Shopify, if it came from there.
    """

    id: str
    name: str
    options: tuple[str, ...]
    variants: dict[str, tuple[str, ...]] = {}
    handle: str | None = None
    created_at: str
    updated_at: str
    version: int = 1


class ParentDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A parent with its variants, in the order in which they became such."""

    parent: Parent
    variants: list[Product]


def check_attributes(attributes: dict[str, Any]) -> None:
    """Raises Invalid for more than a product's page could show."""
    if len(msgspec.json.encode(attributes)) > MAX_ATTRIBUTES:
        raise Invalid.field("attributes", f"must not exceed {MAX_ATTRIBUTES} bytes as JSON")
    level: list[Any] = [attributes]
    for _ in range(MAX_DEPTH):
        level = [
            part
            for each in level
            for part in (each.values() if isinstance(each, dict) else each)
            if isinstance(part, (dict, list))
        ]
    if level:
        raise Invalid.field("attributes", f"must not be nested deeper than {MAX_DEPTH} levels")


def item(product: Product) -> dict[str, Any]:
    """The product as stored: its fields and those that its indexes need."""
    stored: dict[str, Any] = msgspec.to_builtins(product)
    stored["listing"] = product.status
    stored["sort_name"] = product.name.casefold()[:200]
    if product.status == "active":
        stored["in_category"] = product.category
    return stored


def tidy(text: str, field: str) -> str:
    """``text`` in normal form. Raises Invalid if nothing is left of it."""
    tidied = normal(text)
    if not tidied:
        raise Invalid.field(field, "must not be blank")
    return tidied


def texts(product: Product) -> tuple[str, ...]:
    """What a product is found by."""
    return (product.name, product.sku, product.barcode or "", product.category)
