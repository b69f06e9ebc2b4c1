"""What the dashboard shows."""

import msgspec

RANGES = (7, 30, 90, 365)


class Span(msgspec.Struct, frozen=True):
    """Days, both included."""

    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A metric's value now and in the range before.

    ``change`` is their ratio less one. Where the range ends with a day that is not over, sums
    are compared without it, beside as many whole days before the range.
    """

    name: str
    label: str
    unit: str
    better: str
    value: int | float | None
    previous: int | float | None
    change: float | None
    definition: str


class DayPoint(msgspec.Struct, frozen=True):
    day: str
    revenue_minor: int
    orders: int
    units: int


class TopProduct(msgspec.Struct, frozen=True, kw_only=True):
    product_id: str
    sku: str
    name: str
    revenue_minor: int
    units: int
    previous_revenue_minor: int


class LowStock(msgspec.Struct, frozen=True, kw_only=True):
    """A product at a location that should be ordered, the most urgent first."""

    product_id: str
    sku: str
    name: str
    location_id: str
    location_name: str
    available: int
    on_order: int
    days_of_cover: float | None
    stock_out_day: str | None
    proposal_quantity: int


class UnitsDay(msgspec.Struct, frozen=True):
    day: str
    units: int


class FanPoint(msgspec.Struct, frozen=True):
    """A day's forecast: its mean and quantiles, in units."""

    day: str
    mean: float
    q10: float
    q25: float
    q50: float
    q75: float
    q90: float


class DemandForecast(msgspec.Struct, frozen=True, kw_only=True):
    unit: str
    horizon_days: int
    history: list[UnitsDay]
    points: list[FanPoint]
    model: str
    made_at: str


class Note(msgspec.Struct, frozen=True):
    """Something the reader should know about the figures."""

    code: str
    text: str


class ShopHead(msgspec.Struct, frozen=True):
    name: str
    currency: str
    time_zone: str
    mode: str


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The shop at a glance. ``as_of`` is the last day of the range."""

    as_of: str
    shop: ShopHead
    range: Span
    previous_range: Span
    metrics: list[Figure]
    series: list[DayPoint]
    top_products: list[TopProduct]
    low_stock: list[LowStock]
    demand_forecast: DemandForecast | None
    notes: list[Note]


class SalesPoint(msgspec.Struct, frozen=True):
    period: str
    revenue_minor: int
    orders: int
    units: int
    returns_minor: int


class SalesSeries(msgspec.Struct, frozen=True):
    currency: str
    by: str
    points: list[SalesPoint]


class Cohort(msgspec.Struct, frozen=True):
    """Customers who first bought in ``month``; ``active[k]`` of them bought k months later."""

    month: str
    size: int
    active: list[int]


class RfmCell(msgspec.Struct, frozen=True):
    recency: int
    frequency: int
    money: int
    customers: int
    revenue_minor: int


class ProductDay(msgspec.Struct, frozen=True):
    day: str
    units: int
    revenue_minor: int
    price_minor: int | None
    in_stock: float | None


class ProductSales(msgspec.Struct, frozen=True):
    currency: str
    points: list[ProductDay]


class SoldDay(msgspec.Struct, frozen=True):
    day: str
    units: int
    revenue_minor: int


class SoldVariant(msgspec.Struct, frozen=True):
    """What one variant sold over all the days."""

    product_id: str
    name: str
    options: tuple[str, ...]
    units: int
    revenue_minor: int


class ParentSales(msgspec.Struct, frozen=True):
    """A parent product's sales: those of its variants, archived ones included."""

    currency: str
    points: list[SoldDay]
    variants: list[SoldVariant]


class PricePoint(msgspec.Struct, frozen=True):
    """``price_minor`` held from ``day`` on; ``source`` says how we know."""

    day: str
    price_minor: int
    source: str
