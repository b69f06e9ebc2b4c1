"""Sales from the lake and products, as the arrays that the engine reads."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnix.domains.customers.merging import paired
from omnix.domains.forecasting.catalogue import active
from omnix.domains.products.model import Product
from omnix.engine.recommend.snapshots import Purchases
from omnix.engine.recommend.sparse import Sparse, sparse
from omnix.platform import queries
from omnix.ports import Ports

LIVE_WITHIN_DAYS = 7
LEARNT_DAYS = 400
BASKET_DAYS = 365
MOST_PURCHASES = 3_000
"""Of a customer, the latest: more would only slow everybody else's answers down."""
MOST_LINES = 60
"""Of an order: whoever buys more than that buys for a shop."""

_SQL = queries.load(__package__)
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Past:
    """``purchases`` number ``customers`` and ``products``; days are since 1970, all before
    ``as_of``. ``baskets`` [orders, products] hold ones; ``units`` [products, days] end with the
    last day."""

    as_of: date
    customers: list[str]
    products: list[Product]
    purchases: Purchases
    category: NDArray[np.int64]
    baskets: Sparse
    units: NDArray[np.float64]

    @property
    def today(self) -> int:
        """``as_of`` in days since 1970."""
        return (self.as_of - _EPOCH).days

    @property
    def first(self) -> date:
        """The first day looked at."""
        return self.as_of - timedelta(days=LEARNT_DAYS)


async def read(ports: Ports, today: date) -> Past | None:
    """All there is before today, or, where the data ended long ago, up to its end; None before
    the first sale. What lies in the future is left out, and products that are no longer sold.
    """
    (row,) = await ports.lake.rows(_SQL["recommendation_bounds"], today=today)
    products = await active(ports)
    if row["last_day"] is None or not products:
        return None
    live = today - row["last_day"] <= timedelta(days=LIVE_WITHIN_DAYS)
    as_of = today if live else row["last_day"] + timedelta(days=1)
    first = as_of - timedelta(days=LEARNT_DAYS)
    named: dict[str, Any] = {"products": [one.id for one in products], "as_of": as_of}
    bought = await ports.lake.arrays(
        _SQL["recommendation_purchases"],
        first=first,
        most=MOST_PURCHASES,
        **named,
        **await paired(ports),
    )
    ids = bought["customer_id"]
    new = np.ones(len(ids), bool)
    new[1:] = ids[1:] != ids[:-1]
    customers = [str(id) for id in ids[new]]
    kinds = {name: n for n, name in enumerate(sorted({one.category for one in products}))}
    category = np.array([kinds[one.category] for one in products], np.int64)
    purchases = Purchases(
        user=np.cumsum(new, dtype=np.int64) - 1,
        item=bought["item"].astype(np.int64),
        day=bought["day"].astype(np.int64),
        users=len(customers),
        items=len(products),
        group=category,
    )
    since = as_of - timedelta(days=BASKET_DAYS)
    orders = await ports.lake.arrays(
        _SQL["recommendation_baskets"], first=since, most=MOST_LINES, **named
    )
    basket = orders["basket"].astype(np.int64)
    # Orders that were too large leave gaps in the numbers.
    _, row_of = np.unique(basket, return_inverse=True)
    count = int(row_of.max()) + 1 if len(row_of) else 0
    ones = np.ones(len(row_of), np.float32)
    baskets = sparse(row_of, orders["item"].astype(np.int64), ones, count, len(products))
    sold = await ports.lake.arrays(_SQL["recommendation_units"], first=first, **named)
    units = np.zeros((len(products), LEARNT_DAYS))
    units[sold["item"].astype(np.int64), sold["day"].astype(np.int64)] = sold["units"]
    return Past(as_of, customers, products, purchases, category, baskets, units)
