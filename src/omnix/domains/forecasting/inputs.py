"""What is known of a shop's days besides sales: holidays, recorded promotions, the price list."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnix.domains.products.model import Product
from omnix.domains.system.settings import shop
from omnix.engine.forecast import Covariates, Drivers, Signals, event_days
from omnix.kit.holidays import country_of, holidays
from omnix.platform import queries
from omnix.ports import Ports

from .history import History
from .promotions import desk
from .promotions.plan import plan

_SQL = queries.load(__package__)
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Inputs:
    """Of the products of a history, as far ahead as was asked for."""

    country: str
    first: date
    days: int
    drivers: Drivers

    def signals(self, series: int) -> Signals | None:
        """The holidays for a panel of ``series`` rows."""
        return holiday_signals(self.country, self.first, self.days, series)

    def until(self, cut: int, ahead: int) -> "Inputs":
        """What was known before column ``cut``, and recorded for ``ahead`` days after it: prices
        that came later are not, promotions are."""
        whole, stop = self.drivers, cut + ahead
        price = whole.price[:, :stop].copy()
        price[:, cut:] = np.nan
        drivers = replace(
            whole, demand=whole.demand[:, :cut], price=price, planned=whole.planned[:, :stop],
            offered=whole.offered[:, :cut],
        )  # fmt: skip
        return Inputs(self.country, self.first, stop, drivers)

    def covariates(self) -> Covariates:
        """For the trained model: categories are peers, every product has a code of its own."""
        group = self.drivers.group
        codes = np.stack([group, np.arange(len(group))])
        planned = self.drivers.planned if self.drivers.recorded else None
        return Covariates(self.drivers.price, codes, group[None], planned, listed=False)


async def read(ports: Ports, past: History, products: Mapping[str, Product], ahead: int) -> Inputs:
    """What is known of the history's days and of ``ahead`` days after it.

    The price list holds what is known today: a price that begins later counts from its day on.
    """
    settings = await shop(ports)
    country = settings.country or country_of(settings.time_zone)
    span = past.window
    rows = await ports.lake.arrays(
        _SQL["price_changes"], products=past.products, first=span.first,
        last=span.last + timedelta(days=ahead),
    )  # fmt: skip
    recorded = await desk.since(ports, span.first)
    return await asyncio.to_thread(_inputs, past, products, ahead, country, rows, recorded)


def _inputs(
    past: History,
    products: Mapping[str, Product],
    ahead: int,
    country: str,
    rows: Mapping[str, Any],
    recorded: Sequence[Mapping[str, Any]],
) -> Inputs:
    panel, span = past.by_product, past.window
    total = panel.days + ahead
    demand = panel.values.copy()
    demand[np.arange(panel.days)[None, :] < panel.start[:, None]] = np.nan
    planned = plan(recorded, past.products, products, span.first, span.days, total)
    drivers = Drivers(
        demand,
        prices(rows, panel.size, total),
        planned,
        past.bought.depth,
        panel.group.astype(np.int64),
        past.bought.clump,
        np.arange(panel.size),
    )
    return Inputs(country, span.first, total, drivers)


def prices(rows: Mapping[str, Any], products: int, days: int) -> NDArray[np.float32]:
    """Shelf prices [n,t] from ``price_changes``, NaN before the first that is known."""
    out = np.full((products, days), np.nan, np.float32)
    order = np.lexsort((rows["day"], rows["row"]))
    for at in order.tolist():
        out[int(rows["row"][at]), max(int(rows["day"][at]), 0) :] = rows["price_minor"][at]
    return out


def holiday_signals(country: str, first: date, days: int, series: int) -> Signals | None:
    """The holidays of ``days`` days from ``first`` on, each with the days around it; None where
    the country's are not known."""
    named: dict[date, str] = {}
    for year in range(first.year, (first + timedelta(days=days)).year + 1):
        named.update(holidays(country, year))
    number = {name: k for k, name in enumerate(sorted(set(named.values())), 1)}
    code = np.zeros(days, np.int64)
    for day, name in named.items():
        column = (day - first).days
        if 0 <= column < days:
            code[column] = number[name]
    if not code.any():
        return None
    return Signals(np.zeros((0, 1, days), np.float32), np.zeros(series, np.int64), event_days(code))
