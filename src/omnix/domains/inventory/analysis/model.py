"""Classes and simulations as they are asked for and shown."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from omnix.kit.ids import Id

MOST_STOCKS = 20_000
PolicyKind = Literal["least_cost", "service_level", "base_stock", "fixed_quantity"]


class ProductClass(msgspec.Struct, frozen=True, kw_only=True):
    """A product's class: A to C by revenue, X to Z by how steadily it sells.

    ``share`` of all revenue; ``variation`` is the standard deviation of weekly demand over its
    mean, None where there was none. ``rank`` counts from 1.
    """

    product_id: str
    sku: str
    name: str
    abc: Literal["A", "B", "C"]
    xyz: Literal["X", "Y", "Z"]
    rank: int
    share: float
    variation: float | None
    revenue_minor: int
    units: int
    weeks: int
    currency: str
    made_at: str


class SimulationRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which policies to play over the last ``days`` days, each with what was known on its day.

    Without products, those with most sales are played. Every ``renew_days`` the policies learn
    anew. ``against`` is the policy that the others are compared with.
    """

    policies: Annotated[tuple[PolicyKind, ...], Meta(min_length=1, max_length=4)] = (
        "least_cost", "service_level", "base_stock", "fixed_quantity",
    )  # fmt: skip
    against: PolicyKind = "fixed_quantity"
    days: Annotated[int, Meta(ge=28, le=365)] = 182
    renew_days: Annotated[int, Meta(ge=7, le=91)] = 28
    product_ids: Annotated[tuple[Id, ...], Meta(max_length=500)] = ()
    location_id: Id | None = None
