"""What is said of a change."""

from typing import Literal

import msgspec

from omnix.domains.dashboard.model import Note, Span

Kind = Literal[
    "stock", "promotion", "price", "cost", "segment", "product", "opening", "traffic",
    "conversion", "basket", "mix", "returned", "charged",
]  # fmt: skip


class ProductPart(msgspec.Struct, frozen=True, kw_only=True):
    """What one product adds to a cause, in the metric's unit."""

    product_id: str
    sku: str
    name: str
    effect: int


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """Customers that a cause is about: ``label`` of the way of grouping that ``grouping`` names."""

    grouping: str
    label: str


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the change. ``usual`` is by how much it goes up or down between two such periods,
    null where the history is too short; ``unusual`` says that it went further than chance does.
    ``volume`` is the part of a promotion's or a price's effect that came by units sold; the rest
    came by what a unit brought. ``products`` are those that count most, ``others`` all the rest
    together."""

    kind: Kind
    title: str
    text: str
    effect: int
    share: float | None
    usual: int | None
    unusual: bool
    volume: int | None = None
    products: list[ProductPart] = []
    other_products: int = 0
    others: int = 0
    segment: Segment | None = None


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """Why a metric changed. The ``effect`` of all causes sums to ``change`` exactly.

    ``causes`` begin with those out of the ordinary, the most telling first. Money is in minor
    units of ``currency``.
    """

    metric: str
    unit: Literal["money", "units"]
    currency: str
    range: Span
    against: Span
    before: int
    now: int
    change: int
    change_share: float | None
    ordinary: bool
    headline: str
    causes: list[Cause]
    compared_pairs: int
    notes: list[Note]
