"""Lost sales as they are stored and shown."""

import msgspec

RANGES = (7, 30, 90, 365)
SHOP_KEY = "shop"
DEFINITION = (
    "Units that were wanted while there was no stock, as other days, the weekday, promotions and "
    "the place's other products lead to expect, valued at what a unit brought on average in the "
    "days looked at, without tax. An estimate: the range holds the truth with a probability of 80%."
)


class LostSale(msgspec.Struct, frozen=True, kw_only=True):
    """What a product lost for want of stock over the last ``days`` days of history.

    ``units_low`` and ``units_high`` bound an 80% interval. ``rank`` counts from 1, the dearest
    first. ``minor`` is None where it never sold, so that no price is known.
    """

    product_id: str
    sku: str
    name: str
    category: str
    days: int
    last_day: str
    units: float
    units_low: float
    units_high: float
    minor: int | None
    currency: str
    days_short: int
    rank: int
    made_at: str


class LostDays(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop lost by day from ``first_day`` on; ``known`` unless nobody tells of stock."""

    known: bool = False
    first_day: str = ""
    units: list[float] = []
    minor: list[int] = []
    made_at: str = ""
