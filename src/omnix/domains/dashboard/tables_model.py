"""What the dashboard's tables show."""

from typing import Literal

import msgspec

from omnix.platform.http import Listing

from .model import Span

Sort = Literal[
    "-revenue",
    "revenue",
    "-units",
    "units",
    "-returns",
    "returns",
    "-margin",
    "margin",
    "-change",
    "change",
]


class ProductFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One product's sales in a range, as the metrics of these names define them.

    ``previous_revenue_minor`` is of as many days before, ``change`` their ratio less one;
    ``share`` is that of all products' revenue; ``margin_minor`` is of the lines whose cost is
    known, ``gross_margin`` its ratio to their revenue. ``on_hand`` and ``available`` are units
    now, None where stock was never counted; ``sell_through`` is the units of the range by these
    and those on hand; ``days_of_cover`` is what is available, at the pace of the range.
    """

    product_id: str
    sku: str | None
    name: str
    revenue_minor: int
    previous_revenue_minor: int
    change: float | None
    share: float | None
    units: int
    orders: int
    returns_minor: int
    discount_minor: int
    margin_minor: int | None
    gross_margin: float | None
    on_hand: int | None
    available: int | None
    sell_through: float | None
    days_of_cover: float | None


class ProductTable(Listing, frozen=True, kw_only=True):
    """A page of products in the order asked for."""

    currency: str
    range: Span
    previous_range: Span
    items: list[ProductFigures]


class StockPoint(msgspec.Struct, frozen=True):
    """Stock at the end of a day: pieces on hand, products counted and those with none.

    ``in_stock`` is the mean share of the opening hours in which the products could be sold.
    """

    day: str
    on_hand: int
    products: int
    out_of_stock: int
    in_stock: float


class StockGraph(msgspec.Struct, frozen=True, kw_only=True):
    """The days that were closed; ``now`` is what stands there at this moment."""

    range: Span
    points: list[StockPoint]
    on_hand_now: int | None
    value_minor_now: int | None
    currency: str
