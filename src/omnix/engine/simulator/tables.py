"""What a simulated shop consists of: frozen tables with numpy columns, and the truth behind them.

Conventions of every table: a `*_index` or `product`/`location`/`customer`
column holds a row number of that table; a `day` is a day number in the shop's
time zone, 0 = `SimulatedShop.first_day` (earlier days are negative); money is
an integer number of minor units of `ShopSpec.currency`, tax included. Dense
arrays are indexed [product, location, day].
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Int = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Small = npt.NDArray[np.uint8]
Flag = npt.NDArray[np.bool_]
Real = npt.NDArray[np.float64]
Real32 = npt.NDArray[np.float32]
Text = npt.NDArray[np.str_]

CHANNELS = ("store", "web")
PAYMENTS = ("card", "cash", "online")
STATUSES = ("fulfilled", "partly_returned", "returned")


@dataclass(frozen=True, slots=True)
class ShopSpec:
    """The shop to simulate; equal specs give equal shops.

    Raises ValueError where a count is out of range. `last_day` is the last
    simulated day, `days` the length of the history (three years by default).
    """

    last_day: date
    seed: int = 7
    days: int = 1096
    products: int = 500
    customers: int = 2000
    locations: int = 2
    currency: str = "EUR"
    time_zone: str = "Europe/Berlin"
    name: str = "Lindenau Corner Shop"

    def __post_init__(self) -> None:
        limits = {
            "seed": (0, 2**63 - 1),
            "days": (1, 20_000),
            "products": (1, 200_000),
            "customers": (0, 5_000_000),
            "locations": (1, 200),
        }
        for field, (low, high) in limits.items():
            if not low <= getattr(self, field) <= high:
                raise ValueError(f"{field} must lie in {low}..{high}, not {getattr(self, field)}")
        if self.last_day.toordinal() <= self.days:
            raise ValueError("the history would begin before the year 1")

    @property
    def first_day(self) -> date:
        return self.last_day - timedelta(days=self.days - 1)


@dataclass(frozen=True, slots=True)
class Suppliers:
    name: Text
    email: Text
    lead_time_days: Real  # mean from order to receipt
    lead_time_sd_days: Real  # standard deviation of the same
    order_weekdays: Flag  # [supplier, 7] weekdays on which it takes orders, Monday first


@dataclass(frozen=True, slots=True)
class Locations:
    name: Text
    share: Real  # expected share of unplanned demand, sums to 1


@dataclass(frozen=True, slots=True)
class Products:
    sku: Text
    barcode: Text  # EAN-13 in GS1's restricted range, valid check digit; unique
    name: Text
    description: Text
    brand: Text
    category: Int32  # row of SimulatedShop.categories
    product_type: Text  # what it is ("Espresso Beans"); equal types are substitutes
    variety: Text
    size: Text
    family: Int32  # equal for the sizes of one article
    price_minor: Int  # list price on the last day
    cost_minor: Int  # purchase cost of a unit on the last day
    tax_basis_points: Int32  # tax contained in the price, 1900 = 19%
    supplier: Int32  # -1 for a bundle
    minimum_order: Int32  # units (MOQ); 0 for a bundle
    pack_size: Int32  # orders are multiples of it, units
    launch_day: Int32  # first day on sale; <= 0 if sold from the start
    retire_day: Int32  # first day no longer on sale; = days if still sold
    is_bundle: Flag
    ranged: Flag  # [product, location] sold there


@dataclass(frozen=True, slots=True)
class Components:
    """What a bundle is made of; a bundle holds no stock of its own."""

    bundle: Int32  # product
    component: Int32  # product
    quantity: Int32  # units of the component in one bundle


@dataclass(frozen=True, slots=True)
class Customers:
    first_name: Text
    last_name: Text
    email: Text  # unique, ASCII, at a domain reserved for examples
    joined_day: Int32  # may be negative
    home_location: Int32
    marketing_consent: Flag


@dataclass(frozen=True, slots=True)
class Orders:
    """Sales, oldest first."""

    id: Int  # 1, 2, ...
    timestamp: Int  # UTC, seconds since 1970
    day: Int32
    customer: Int32  # -1: anonymous
    location: Int32  # whose stock served it
    channel: Small  # row of CHANNELS
    payment: Small  # row of PAYMENTS
    status: Small  # row of STATUSES, as of the last day


@dataclass(frozen=True, slots=True)
class OrderLines:
    """Sorted by order; a product occurs once in an order.

    Revenue of a line = quantity * unit_price_minor - discount_minor.
    """

    order: Int32  # row of orders
    product: Int32
    quantity: Int32  # units sold, >= 1
    unit_price_minor: Int  # list price of the day
    discount_minor: Int  # of the whole line
    unit_cost_minor: Int  # standard cost of the day; a bundle's is its components'


@dataclass(frozen=True, slots=True)
class Returns:
    line: Int32  # row of order_lines, at most one return each
    day: Int32
    quantity: Int32
    restocked: Flag  # went back on the shelf at the day's opening; else written off


@dataclass(frozen=True, slots=True)
class Prices:
    """List prices, each valid from its first day until the product's next row."""

    product: Int32
    first_day: Int32
    price_minor: Int


@dataclass(frozen=True, slots=True)
class Promotions:
    """Price cuts in all locations; a product has at most one at a time."""

    product: Int32
    first_day: Int32
    last_day: Int32  # inclusive
    percent_off: Int32
    display: Flag  # shown on an extra shelf


@dataclass(frozen=True, slots=True)
class PurchaseOrders:
    """One row per product ordered; received before opening."""

    supplier: Int32
    location: Int32
    product: Int32
    ordered_day: Int32
    received_day: Int32  # >= days: still on order after the last day
    quantity: Int32
    unit_cost_minor: Int


@dataclass(frozen=True, slots=True)
class StockDays:
    """Dense [product, location, day]; rows of bundles hold no stock (on_hand 0)."""

    on_hand: Int32  # units at closing
    in_stock: Real32  # share of the day's usual trade that came before the shelf was empty, 0..1
    sold: Int32  # units sold, bundles under their own row
    lost: Int32  # units wanted but not there
    opening: Int32  # [product, location] units before the first day's opening


@dataclass(frozen=True, slots=True)
class Truth:
    """What the draws came from; no consumer of the shop's data may see it.

    Every sale starts as a want. Unplanned wants are Poisson with rate
    `discretionary_rate` / mean quantity; regular buyers' wants come from the
    hazard of running out, at their visits; each want pulls companions with
    probability `companion_probability` times the companion's own price,
    promotion and season effect. Wants do not depend on stock: what is not
    there is bought elsewhere, and a regular buyer's clock starts anew.
    `demand_rate` is the sum's expectation given everything before that day.
    """

    demand_rate: Real32  # [product, location, day] expected units of demand
    discretionary_rate: Real32  # [product, location, day] its part free of customers' states
    demand: Int32  # [product, location, day] realised units wanted = sold + lost
    season: Real  # [category, 366] factor by day of year (1 January first), mean 1
    weekday: Real  # [category, location, 7] factor from Monday, mean 1; closed days use Sunday's
    day_factor: Real  # [day] pre-holiday rush and growth of the whole shop
    shock: Real  # [location, day] weather and chance, factor about 1
    visit_weekday: Real  # [7] factor on customers' visits, mean 1
    elasticity: Real  # [product] own-price elasticity, positive
    price_effect: Real32  # [product, day] factor from price, promotion and display together
    promotion_lift: Real  # [promotion] factor from its price cut and display
    display_lift: Real  # [promotion] the display's part, 1 without
    segment: Int32  # [customer] row of `segments`
    segments: tuple[str, ...]
    product_taste: Int32  # [product] taste group
    customer_taste: Real32  # [customer, taste group] affinity, mean 1 per customer
    visit_rate: Real  # [customer] mean visits a day while alive
    alive_from: Int32  # [customer] = joined_day
    alive_until: Int32  # [customer] first day lost; may lie after the history
    regular_customer: Int32  # [pair] customer who buys regularly ...
    regular_product: Int32  # [pair] ... this product
    regular_interval_days: Real  # [pair] mean days between wants, at average season and price
    regular_quantity: Real  # [pair] mean units at list price
    companion: Int32  # [product, 3] products that go with it, -1 for none
    companion_probability: Real32  # [product, 3]
    mean_quantity: Real  # [product] mean units of an unplanned want


@dataclass(frozen=True, slots=True)
class SimulatedShop:
    spec: ShopSpec
    first_day: date
    categories: tuple[str, ...]
    category_codes: tuple[str, ...]
    holidays: tuple[tuple[int, str], ...]  # (day, name); shops are closed, the web is open
    closed: Flag  # [day] Sundays and holidays
    suppliers: Suppliers
    locations: Locations
    products: Products
    components: Components
    customers: Customers
    orders: Orders
    order_lines: OrderLines
    returns: Returns
    prices: Prices
    promotions: Promotions
    purchase_orders: PurchaseOrders
    stock_days: StockDays
    final_stock: Int32  # [product, location] units after the last day
    truth: Truth

    @property
    def dates(self) -> npt.NDArray[np.datetime64]:
        """Calendar date of each day of the history."""
        return np.datetime64(self.first_day, "D") + np.arange(self.spec.days)
