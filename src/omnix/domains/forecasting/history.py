"""Demand history from the lake, as the panels that the engine reads."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnix.domains.products.model import Product
from omnix.domains.system.settings import shop
from omnix.engine.forecast import UNKNOWN, Panel
from omnix.engine.forecast.censored import Latent
from omnix.kit.time import day_of, parse_instant
from omnix.platform import queries
from omnix.ports import Ports

from .hidden.shelves import Purchases, hidden, purchases
from .promotions import desk
from .promotions.plan import plan

MOST_DAYS = 3 * 365 + 1
LIVE_WITHIN_DAYS = 7
_SQL = queries.load(__package__)
_MASK_LIMIT = 0.9
_CUT_SHARE = 0.5
"""Days in stock for less say too little of themselves and are left out, for that place."""


@dataclass(frozen=True)
class Window:
    """The days to learn from, both included, in the shop's zone. Forecasts begin on the day after
    ``last``.
    """

    first: date
    last: date
    time_zone: str = "UTC"

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def forecast_date(self) -> date:
        return self.last + timedelta(days=1)


async def window(ports: Ports) -> Window | None:
    """Up to three years of whole days; None before the first sale.

    For a shop that sells, today is left out, since it is not over. Where the data ended long
    ago, its last day is the end.
    """
    (row,) = await ports.lake.rows(_SQL["sales_days"])
    first, last = row["first_day"], row["last_day"]
    if first is None:
        return None
    time_zone = (await shop(ports)).time_zone
    today = day_of(ports.clock.now(), time_zone)
    if today - last <= timedelta(days=LIVE_WITHIN_DAYS):
        last = today - timedelta(days=1)
    first = min(max(first, last - timedelta(days=MOST_DAYS - 1)), last)
    return Window(first, last, time_zone)


async def empty_window(ports: Ports) -> Window:
    """What stands for the history of a shop that has none: four weeks up to yesterday."""
    time_zone = (await shop(ports)).time_zone
    today = day_of(ports.clock.now(), time_zone)
    return Window(today - timedelta(days=28), today - timedelta(days=1), time_zone)


@dataclass(frozen=True)
class History:
    """Panels over the same days: each product, each product and place, and the whole shop.

    ``places`` lists (product id, location id) of the rows of ``by_place``, where bundles are
    taken apart into what they draw from the shelves. ``masked`` holds products with days that
    were left out for want of stock, ``parts`` those that bundles draw on. Days that were cut
    short by an empty shelf hold what was sold and what the shelf hid, as ``hidden`` estimates it
    by place; ``owner`` numbers the products of its rows, ``bought`` says how they are bought.
    """

    window: Window
    products: list[str]
    by_product: Panel
    places: list[tuple[str, str]]
    by_place: Panel
    total: Panel
    masked: frozenset[str]
    parts: frozenset[str]
    hidden: Latent
    owner: NDArray[np.int64]
    bought: Purchases


async def read(ports: Ports, span: Window, products: Sequence[Product], *, all: bool) -> History:
    """The history of ``products``; with ``all`` unset, ``total`` is theirs alone."""
    days = {"first": span.first, "last": span.last}
    places = [row["location_id"] for row in await ports.lake.rows(_SQL["places"], **days)]
    ids = [product.id for product in products]
    coded = {"products": ids, "locations": places, **days}
    sold = await ports.lake.arrays(_SQL["demand"], all=all, **coded)
    short = await ports.lake.arrays(_SQL["short_days"], **coded)
    bought = await ports.lake.arrays(_SQL["purchases"], products=ids, **days)
    recorded = await desk.since(ports, span.first)
    return await asyncio.to_thread(build, span, products, places, sold, short, bought, recorded)


def build(
    span: Window,
    products: Sequence[Product],
    locations: Sequence[str],
    sold: Mapping[str, Any],
    short: Mapping[str, Any],
    bought: Mapping[str, Any],
    recorded: Sequence[Mapping[str, Any]] = (),
) -> History:
    """Panels from the columns ``row`` (-1: none of ``products``), ``place``, ``day``, ``units``.

    ``row`` and ``place`` number the products and locations, ``day`` counts from the first.
    ``short`` has the same columns but the share in stock for the units; ``bought`` is told by
    ``purchases``, ``recorded`` holds the promotions on record.
    """
    n, wide = len(products), max(len(locations), 1)
    total = np.bincount(sold["day"], sold["units"], minlength=span.days).astype(np.float32)
    known = sold["row"] >= 0
    cell = sold["row"].astype(np.int64) * wide + sold["place"]
    short_cell = short["row"].astype(np.int64) * wide + short["place"]
    there = np.zeros(n * wide, bool)
    there[cell[known]] = there[short_cell] = True
    cells = np.flatnonzero(there)
    row_of = np.full(n * wide, -1, np.int64)
    row_of[cells] = np.arange(len(cells))
    owner = cells // wide
    by_place = np.zeros((len(cells), span.days), np.float32)
    flat = row_of[cell[known]] * span.days + sold["day"][known]
    np.add.at(by_place.reshape(-1), flat, sold["units"][known])
    values = _by_owner(by_place, owner, n)
    parts = _add_parts(products, row_of, wide, cells, by_place)
    groups = {name: k for k, name in enumerate(sorted({p.category for p in products}))}
    group = np.array([groups[p.category] for p in products], np.int32)
    start = _first_sale(values)
    start = np.where(start < span.days, start, _listed(products, span))
    place_start = np.minimum(_first_sale(by_place), start[owner])
    share = np.ones(by_place.shape, np.float32)
    share[row_of[short_cell], short["day"]] = short["share"]
    ordinal = span.first.toordinal()
    how = purchases(bought, n, span.days)
    ids = [product.id for product in products]
    by_id = dict(zip(ids, products, strict=True))
    planned = plan(recorded, ids, by_id, span.first, span.days, span.days)
    # Sales tell of a price cut only on days with a sale; a record tells of all its days.
    told = np.where((planned == UNKNOWN) | (values > 0), how.depth, 0)
    cut = np.where((planned != UNKNOWN) & (planned > 0), planned / np.float32(100), told)
    lost = hidden(
        by_place, share, place_start, owner, cells % wide, group[owner].astype(np.int64),
        ordinal, replace(how, depth=cut.astype(np.float32)),
    )  # fmt: skip
    # Whole pieces, or the engine would take the product for one that is sold by weight.
    reached = np.floor(np.cumsum(lost.lost, axis=1, dtype=np.float64) + 0.5)
    pieces = np.diff(reached, axis=1, prepend=0.0).astype(np.float32)
    by_place += pieces
    np.add.at(values, owner, pieces)
    masked = _mask(share < _CUT_SHARE, owner, by_place, values)
    return History(
        window=span,
        products=ids,
        by_product=Panel(values, start, ordinal, group),
        places=[(products[c // wide].id, locations[c % wide]) for c in cells.tolist()],
        by_place=Panel(by_place, place_start, ordinal, group[owner]),
        total=Panel(total[None, :], np.zeros(1, np.int32), ordinal, np.zeros(1, np.int32)),
        masked=frozenset(products[row].id for row in masked),
        parts=frozenset(parts),
        hidden=lost,
        owner=owner,
        bought=how,
    )


def _by_owner(rows: NDArray[np.float32], owner: NDArray[np.int64], n: int) -> NDArray[np.float32]:
    """Rows summed by their owners, which ascend."""
    out = np.zeros((n, rows.shape[1]), np.float32)
    if len(rows):
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        out[owner[first]] = np.add.reduceat(rows, first, axis=0)
    return out


def _first_sale(values: NDArray[np.float32]) -> NDArray[np.int32]:
    """The column of the first sale; the number of columns where there is none."""
    sold = values > 0
    first = np.where(sold.any(1), sold.argmax(1), values.shape[1])
    return np.asarray(first, np.int32)


def _listed(products: Sequence[Product], span: Window) -> NDArray[np.int32]:
    """The column of the day on which each came into the catalogue, at most the number of columns.

    Where nothing was sold: what has long been listed is known not to sell, what is new is not.
    """
    days = (day_of(parse_instant(p.created_at), span.time_zone).toordinal() for p in products)
    listed = np.fromiter(days, np.int64, len(products)) - span.first.toordinal()
    return np.clip(listed, 0, span.days).astype(np.int32)


def _add_parts(
    products: Sequence[Product],
    row_of: NDArray[np.int64],
    wide: int,
    cells: NDArray[np.int64],
    by_place: NDArray[np.float32],
) -> set[str]:
    """Add what bundles sold to the rows of their parts, where those rows exist."""
    number = {product.id: n for n, product in enumerate(products)}
    parts: set[str] = set()
    for row, cell in enumerate(cells.tolist()):
        for component in products[cell // wide].components:
            part = number.get(component.product_id)
            target = -1 if part is None else row_of[part * wide + cell % wide]
            if target >= 0:
                by_place[target] += component.quantity * by_place[row]
                parts.add(component.product_id)
    return parts


def _mask(
    missing: NDArray[np.bool_],
    owner: NDArray[np.int64],
    by_place: NDArray[np.float32],
    values: NDArray[np.float32],
) -> list[int]:
    """Mark days without stock as not observed, for the place and, if all were out, the product.

    Returns the rows of the products touched.
    """
    if not len(missing):
        return []
    # A series that was hardly ever in stock would have nothing left to learn from.
    missing[missing.mean(1) > _MASK_LIMIT] = False
    by_place[missing] = np.nan
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    out = np.logical_and.reduceat(missing, first, axis=0)
    values[owner[first]] = np.where(out, np.float32(np.nan), values[owner[first]])
    return sorted(set(owner[missing.any(1)].tolist()))
