"""Demand history from the lake, as the panels that the engine reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnix.domains.products.model import Product
from omnix.domains.system.settings import shop
from omnix.engine.forecast import Panel
from omnix.kit.time import day_of
from omnix.platform import queries
from omnix.ports import Ports

MOST_DAYS = 3 * 365 + 1
LIVE_WITHIN_DAYS = 7
_SQL = queries.load(__package__)
_MASK_LIMIT = 0.9


@dataclass(frozen=True)
class Window:
    """The days to learn from, both included. Forecasts begin on the day after ``last``."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def forecast_date(self) -> date:
        return self.last + timedelta(days=1)


async def window(ports: Ports) -> Window | None:
    """The last three years of whole days; None before the first sale.

    For a shop that sells, today is left out, since it is not over. Where the data ended long
    ago, its last day is the end.
    """
    (row,) = await ports.lake.rows(_SQL["sales_days"])
    first, last = row["first_day"], row["last_day"]
    if first is None:
        return None
    today = day_of(ports.clock.now(), (await shop(ports)).time_zone)
    if today - last <= timedelta(days=LIVE_WITHIN_DAYS):
        last = today - timedelta(days=1)
    first = min(max(first, last - timedelta(days=MOST_DAYS - 1)), last)
    return Window(first, last)


@dataclass(frozen=True)
class History:
    """Panels over the same days: each product, each product and place, and the whole shop.

    ``places`` lists (product id, location id) of the rows of ``by_place``, where bundles are
    taken apart into what they draw from the shelves. ``masked`` holds products with days that
    were left out for want of stock, ``parts`` those that bundles draw on.
    """

    window: Window
    products: list[str]
    by_product: Panel
    places: list[tuple[str, str]]
    by_place: Panel
    total: Panel
    masked: frozenset[str]
    parts: frozenset[str]


async def read(ports: Ports, span: Window, products: Sequence[Product], *, all: bool) -> History:
    """The history of ``products``; with ``all`` unset, only their rows are read."""
    days = {"first": span.first, "last": span.last}
    if all:
        sold = await ports.lake.arrays(_SQL["daily_demand"], **days)
    else:
        ids = [product.id for product in products]
        sold = await ports.lake.arrays(_SQL["daily_demand_of"], products=ids, **days)
    short = await ports.lake.arrays(_SQL["short_days"], **days)
    return build(span, products, sold, short)


def build(
    span: Window,
    products: Sequence[Product],
    sold: Mapping[str, Any],
    short: Mapping[str, Any],
) -> History:
    """Panels from columns ``product_id, location_id, day, units`` and the days without stock."""
    ids = [product.id for product in products]
    row_of = {id: row for row, id in enumerate(ids)}
    groups = {name: n for n, name in enumerate(sorted({p.category for p in products}))}
    group = np.array([groups[p.category] for p in products], np.int32)
    day = _columns(sold["day"], span)
    units = np.asarray(sold["units"], np.float64)
    names, named = _coded(sold["product_id"])
    rows = np.array([row_of.get(name, -1) for name in names], np.int64)[named]
    values = _sums(len(ids), span.days, rows, day, units)
    places, place_rows = _places(sold, short, names, named, row_of)
    by_place = _sums(len(places), span.days, place_rows, day, units)
    parts = _add_parts(products, places, by_place)
    total = _sums(1, span.days, np.zeros(len(day), np.int64), day, units)
    place_start = _starts(by_place)
    start = _starts(values)
    masked = _mask(span, places, by_place, values, short, row_of)
    place_group = np.array([group[row_of[id]] for id, _ in places], np.int32)
    ordinal = span.first.toordinal()
    return History(
        window=span,
        products=ids,
        by_product=Panel(values, start, ordinal, group),
        places=places,
        by_place=Panel(by_place, place_start, ordinal, place_group),
        total=Panel(total, np.zeros(1, np.int32), ordinal, np.zeros(1, np.int32)),
        masked=frozenset(masked),
        parts=frozenset(parts),
    )


def _columns(days: Any, span: Window) -> NDArray[np.int64]:
    first = np.datetime64(span.first, "D")
    return np.asarray((np.asarray(days).astype("datetime64[D]") - first).astype(np.int64))


def _coded(texts: Any) -> tuple[list[str], NDArray[np.int64]]:
    """Distinct texts, and the place of each entry among them."""
    index: dict[str, int] = {}
    coded = np.fromiter(
        (index.setdefault(text, len(index)) for text in texts), np.int64, count=len(texts)
    )
    return list(index), coded


def _sums(
    n: int, days: int, rows: NDArray[np.int64], day: NDArray[np.int64], units: NDArray[np.float64]
) -> NDArray[np.float32]:
    fine = (rows >= 0) & (day >= 0) & (day < days)
    flat = np.bincount(rows[fine] * days + day[fine], units[fine], minlength=n * days)
    return np.asarray(flat.reshape(n, days), np.float32)


def _starts(values: NDArray[np.float32]) -> NDArray[np.int32]:
    """The column of the first sale; the number of columns where there is none."""
    any_sale = (values > 0).any(1)
    first = (values > 0).argmax(1)
    return np.asarray(np.where(any_sale, first, values.shape[1]), np.int32)


def _places(
    sold: Mapping[str, Any],
    short: Mapping[str, Any],
    names: list[str],
    named: NDArray[np.int64],
    row_of: Mapping[str, int],
) -> tuple[list[tuple[str, str]], NDArray[np.int64]]:
    """Every product and place that sold or was stocked, and the row of each entry of ``sold``."""
    where, located = _coded(["" if text is None else text for text in sold["location_id"]])
    code = named * max(len(where), 1) + located
    places: dict[tuple[str, str], int] = {}
    distinct, inverse = np.unique(code, return_inverse=True)
    rows = np.empty(len(distinct), np.int64)
    for n, value in enumerate(distinct.tolist()):
        product, location = names[value // len(where)], where[value % len(where)]
        known = product in row_of
        rows[n] = places.setdefault((product, location), len(places)) if known else -1
    for product, location in zip(short["product_id"], short["location_id"], strict=True):
        if product in row_of:
            places.setdefault((product, location), len(places))
    return list(places), rows[inverse] if len(rows) else np.empty(0, np.int64)


def _add_parts(
    products: Sequence[Product],
    places: list[tuple[str, str]],
    by_place: NDArray[np.float32],
) -> set[str]:
    """Add what bundles sold to the rows of their parts, where those rows exist."""
    row_of = {place: row for row, place in enumerate(places)}
    bundles = {p.id: p.components for p in products if p.components}
    parts: set[str] = set()
    for (product_id, location_id), row in list(row_of.items()):
        for component in bundles.get(product_id, ()):
            target = row_of.get((component.product_id, location_id))
            if target is not None:
                by_place[target] += component.quantity * by_place[row]
                parts.add(component.product_id)
    return parts


def _mask(
    span: Window,
    places: list[tuple[str, str]],
    by_place: NDArray[np.float32],
    values: NDArray[np.float32],
    short: Mapping[str, Any],
    row_of: Mapping[str, int],
) -> set[str]:
    """Mark days without stock as not observed, for the place and, if all were out, the product."""
    place_row = {place: row for row, place in enumerate(places)}
    day = _columns(short["day"], span)
    rows = np.array(
        [
            place_row.get((product, location), -1)
            for product, location in zip(short["product_id"], short["location_id"], strict=True)
        ],
        np.int64,
    )
    fine = (rows >= 0) & (day >= 0) & (day < span.days)
    missing = np.zeros(by_place.shape, bool)
    missing[rows[fine], day[fine]] = True
    # A series that was hardly ever in stock would have nothing left to learn from.
    missing[missing.mean(1) > _MASK_LIMIT] = False
    owner = np.array([row_of[id] for id, _ in places], np.int64)
    counts = np.bincount(owner, minlength=len(values)) if len(owner) else np.zeros(len(values))
    out = np.zeros(values.shape, np.int64)
    np.add.at(out, owner, missing)
    values[(out > 0) & (out == counts[:, None])] = np.nan
    by_place[missing] = np.nan
    touched = np.flatnonzero(missing.any(axis=1))
    return {places[row][0] for row in touched.tolist()}
