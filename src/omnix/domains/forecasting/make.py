"""Making forecasts: from history to the documents that are stored."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from omnix.domains.products.model import Product
from omnix.engine.forecast import Drivers, Forecast, Panel, forecast
from omnix.kit.time import parse_instant

from .drivers import newcomers
from .history import History
from .inputs import Inputs
from .model import HORIZON_DAYS, SHOWN_LEVELS, TOTAL, TOTAL_DAYS, TOTAL_LEVELS

KEPT_DAYS = 90
Made = tuple[Forecast, Forecast | None, Forecast]


async def engine(history: History, known: Inputs, by_product: Forecast | None = None) -> Made:
    """Forecasts by product, by product and place, and of the whole shop; off the event loop.

    ``by_product`` is taken where it is made already.
    """

    def work() -> Made:
        return (
            by_product or _made(history.by_product, known, known.drivers, SHOWN_LEVELS),
            # Only sums are used of a place, and those have levels of their own.
            _made(history.by_place, known, known.drivers.of(history.owner), (0.5,))
            if history.places
            else None,
            _made(history.total, known, None, SHOWN_LEVELS),
        )

    return await asyncio.to_thread(work)


def _made(
    panel: Panel,
    known: Inputs,
    drivers: Drivers | None,
    levels: tuple[float, ...],
    horizon: int = HORIZON_DAYS,
) -> Forecast:
    signals = known.signals(panel.size)
    return forecast(panel, horizon, quantiles=levels, signals=signals, drivers=drivers)


def _rounded(values: Any) -> Any:
    return np.round(np.asarray(values, np.float64), 3)


class _Sums:
    """Demand of each series summed over each of the lengths: means and quantiles."""

    def __init__(self, made: Forecast) -> None:
        self._days = [days for days in TOTAL_DAYS if days <= made.horizon]
        self._mean = _rounded(np.stack([made.total_mean(days) for days in self._days], 1))
        self._quantiles = _rounded(
            np.stack([made.total_quantiles(days, TOTAL_LEVELS) for days in self._days], 1)
        )

    def of(self, row: int) -> dict[str, Any]:
        return {
            "days": self._days,
            "levels": list(TOTAL_LEVELS),
            "mean": self._mean[row].tolist(),
            "quantiles": self._quantiles[row].tolist(),
        }


def _weekday(made: Forecast, row: int, first_day: int) -> list[float]:
    """Factors from Monday on. Slot k of the engine is the weekday of column k."""
    slots = made.components.weekday[row]
    monday = (7 - date.fromordinal(first_day).weekday()) % 7
    return [round(float(slots[(monday + k) % 7]), 4) for k in range(7)]


def _series(made: Forecast, row: int, first_day: int) -> dict[str, Any]:
    parts = made.components
    return {
        "model": made.model[row],
        "mean": _rounded(made.mean[row]).tolist(),
        "quantiles": _rounded(made.quantiles[row].T).tolist(),
        "drivers": {
            "level": round(float(parts.level[row]), 4),
            "trend": round(float(parts.trend[row]), 5),
            "weekday": _weekday(made, row, first_day),
            "season": round(float(parts.yearly[row, 0]), 4),
            "seasons": np.round(parts.yearly[row].astype(np.float64), 4).tolist(),
            **_ahead(made, row),
        },
        "notes": [str(note) for note in made.notes[row]],
        "horizon_days": made.horizon,
    }


def _ahead(made: Forecast, row: int) -> dict[str, Any]:
    """The factors of planned promotions and of the price list by day, where they are known."""
    known = {"prices": made.prices, "promotions": made.promotions}
    return {
        name: np.round(factors[row].astype(np.float64), 4).tolist()
        for name, factors in known.items()
        if factors is not None
    }


def _named(history: History, product: Product, made_at: str) -> dict[str, Any]:
    return {
        "product_id": product.id,
        "sku": product.sku,
        "name": product.name,
        "category": product.category,
        "forecast_date": history.window.forecast_date.isoformat(),
        "made_at": made_at,
    }


async def single(
    history: History, known: Inputs, product: Product, horizon: int, made_at: str, quality: Any
) -> dict[str, Any]:
    """The document of the first product of ``history``, as stored but without sums and places."""
    made = await asyncio.to_thread(
        _made, history.by_product, known, known.drivers, SHOWN_LEVELS, horizon
    )
    document = _series(made, 0, history.window.first.toordinal())
    if product.id in history.masked:
        document["notes"].append("stock_outs_masked")
    return {**_named(history, product, made_at), **document, "quality": quality}


def documents(
    history: History,
    products: Mapping[str, Product],
    made: Made,
    quality: Mapping[str, Mapping[str, float | None]],
    made_at: str,
    effects: Sequence[Mapping[str, Any]] = (),
) -> Iterator[dict[str, Any]]:
    """One stored document for each product, then one for the whole shop. ``effects`` of price and
    promotion are in the order of the history's products.
    """
    by_product, by_place, total = made
    start = history.window.forecast_date
    ordinal = history.window.first.toordinal()
    # From the making, not from the day forecast: data may have ended long ago.
    expires = {"expires": int(parse_instant(made_at).timestamp()) + KEPT_DAYS * 86_400}
    sums = _Sums(by_product)
    place_sums = _Sums(by_place) if by_place is not None else None
    rows: dict[str, list[tuple[str, int]]] = {}
    for row, (product_id, location_id) in enumerate(history.places):
        rows.setdefault(product_id, []).append((location_id, row))
    like = newcomers.neighbours(by_product, history.products, products)
    for row, id in enumerate(history.products):
        document = _series(by_product, row, ordinal)
        if id in history.masked:
            document["notes"].append("stock_outs_masked")
        if id in history.parts:
            document["notes"].append("bundle_parts")
        whole = {
            **_named(history, products[id], made_at),
            **expires,
            **document,
            "totals": sums.of(row),
            "places": {place: place_sums.of(at) for place, at in rows.get(id, ()) if place_sums},
            "quality": dict(quality.get(id, {})),
            **({"effects": effects[row]} if effects else {}),
        }
        yield newcomers.moved(whole, *like[row]) if row in like else whole
    yield {
        "product_id": TOTAL,
        "sku": "",
        "name": "All products",
        "category": "",
        "forecast_date": start.isoformat(),
        "made_at": made_at,
        **expires,
        **_series(total, 0, ordinal),
        "totals": _Sums(total).of(0),
        "places": {},
        "quality": {},
    }
