"""Purchases of known customers from the lake, as the arrays that the engine reads."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnix.domains.products.declare import PRODUCTS
from omnix.domains.system.settings import Shop
from omnix.engine.customers.purchases import LEAST_PURCHASES, Purchases
from omnix.kit.time import zone
from omnix.platform import queries
from omnix.ports import Ports

from .merging import paired

LIVE_WITHIN_DAYS = 7
LEARNT_DAYS = 400
_SQL = queries.load(__package__)
_EPOCH = date(1970, 1, 1)
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Past:
    """Orders sorted by customer, then day; ``code`` numbers ``customers``, days are since 1970.

    Everything is before ``as_of``. ``hour`` is of the shop's day. ``items`` name what was
    bought again and again: ``product:ID`` or ``category:NAME``; ``item_*`` are its purchase
    days, ``pair`` numbers (customer, item).
    """

    as_of: date
    customers: list[str]
    code: Ints
    day: Ints
    hour: Ints
    revenue: Ints
    units: Ints
    discounted: Ints
    favourites: dict[str, list[dict[str, Any]]]
    names: dict[str, str]
    items: list[str]
    item_customer: Ints
    pair: Ints
    item_day: Ints
    item_quantity: NDArray[np.float64]

    @property
    def origin(self) -> int:
        """``as_of`` in days since 1970."""
        return (self.as_of - _EPOCH).days

    def purchases(self) -> Purchases:
        """What was bought again and again, and the days of all orders."""
        item = np.unique(np.array(self.items, dtype=object), return_inverse=True)[1]
        return Purchases(
            self.item_customer, self.pair, item.astype(np.int64)[self.pair], self.item_day,
            self.item_quantity, (self.code, self.day),
        )  # fmt: skip


async def read(ports: Ports, today: date, settings: Shop) -> Past | None:
    """All there is before today, or, where the data ended long ago, up to its end; None before
    the first purchase of a known customer. What lies in the future is left out.
    """
    (row,) = await ports.lake.rows(_SQL["customer_bounds"], today=today)
    if row["last_day"] is None:
        return None
    live = today - row["last_day"] <= timedelta(days=LIVE_WITHIN_DAYS)
    as_of = today if live else row["last_day"] + timedelta(days=1)
    names, ids, categories = {}, [], []
    async for chunk in ports.records.scan(PRODUCTS):
        for product in chunk:
            if product["status"] == "active":
                names[f"product:{product['id']}"] = product["name"]
                ids.append(product["id"])
                categories.append(product["category"])
    same = await paired(ports)
    orders = await ports.lake.arrays(_SQL["customer_orders"], as_of=as_of, **same)
    if not len(orders["day"]):
        return None
    coded = {"products": ids, "categories": categories, "as_of": as_of, **same}
    favourites: dict[str, list[dict[str, Any]]] = {}
    for found in await ports.lake.rows(_SQL["favourite_categories"], **coded):
        favourites.setdefault(found.pop("customer_id"), []).append(found)
    first = as_of - timedelta(days=LEARNT_DAYS)
    bought = await ports.lake.arrays(
        _SQL["consumption"], first=first, least=LEAST_PURCHASES, **coded
    )
    code, customers = _codes(orders["customer_id"])
    number = {id: n for n, id in enumerate(customers)}
    item_code, item_customers = _codes(bought["customer_id"])
    of = np.array([number[id] for id in item_customers], np.int64)
    item = bought["item"]
    new = _changes(item_code) | _changes(item)
    return Past(
        as_of=as_of,
        customers=customers,
        code=code,
        day=orders["day"].astype(np.int64),
        hour=_local_hours(orders["hour"].astype(np.int64), settings.time_zone),
        revenue=orders["revenue_minor"].astype(np.int64),
        units=orders["units"].astype(np.int64),
        discounted=orders["discounted"].astype(np.int64),
        favourites=favourites,
        names=names,
        items=[str(name) for name in item[new]],
        item_customer=of[item_code] if len(of) else item_code,
        pair=np.cumsum(new, dtype=np.int64) - 1,
        item_day=bought["day"].astype(np.int64),
        item_quantity=np.maximum(bought["quantity"].astype(float), 1.0),
    )


def _changes(column: NDArray[Any]) -> NDArray[np.bool_]:
    changed = np.ones(len(column), bool)
    changed[1:] = column[1:] != column[:-1]
    return changed


def _codes(column: NDArray[Any]) -> tuple[Ints, list[str]]:
    """Numbers of a sorted column's values, and the values."""
    new = _changes(column)
    return np.cumsum(new, dtype=np.int64) - 1, [str(value) for value in column[new]]


def _local_hours(hours: Ints, time_zone: str) -> Ints:
    """Hours since 1970 in UTC as hours of the day where the shop is."""
    distinct, of = np.unique(hours, return_inverse=True)
    place = zone(time_zone)
    local = [
        datetime.fromtimestamp(h * 3600, UTC).astimezone(place).hour for h in distinct.tolist()
    ]
    return np.array(local, np.int64)[of]
