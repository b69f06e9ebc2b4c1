"""Making forecasts: from history to the documents that are stored."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from omnix.domains.products.model import Product
from omnix.engine.forecast import Forecast, forecast
from omnix.kit.time import parse_instant

from .history import History
from .model import HORIZON_DAYS, SHOWN_LEVELS, TOTAL, TOTAL_DAYS, TOTAL_LEVELS

KEPT_DAYS = 90


async def engine(history: History, horizon: int) -> tuple[Forecast, Forecast, Forecast]:
    """Forecasts by product, by product and place, and of the whole shop; off the event loop."""

    def work() -> tuple[Forecast, Forecast, Forecast]:
        return (
            forecast(history.by_product, horizon, quantiles=SHOWN_LEVELS),
            forecast(history.by_place, horizon, quantiles=SHOWN_LEVELS),
            forecast(history.total, horizon, quantiles=SHOWN_LEVELS),
        )

    return await asyncio.to_thread(work)


def _rounded(values: Any) -> Any:
    return np.round(np.asarray(values, np.float64), 3).tolist()


def _totals(made: Forecast, lengths: Sequence[int]) -> list[dict[str, Any]]:
    """For each series: sums over each length, their means and quantiles."""
    means = np.stack([made.total_mean(days) for days in lengths], 1)
    spread = np.stack([made.total_quantiles(days, TOTAL_LEVELS) for days in lengths], 1)
    return [
        {
            "days": list(lengths),
            "levels": list(TOTAL_LEVELS),
            "mean": _rounded(means[n]),
            "quantiles": _rounded(spread[n]),
        }
        for n in range(len(means))
    ]


def _weekday(made: Forecast, row: int, first_day: int) -> list[float]:
    """Factors from Monday on. Slot k of the engine is the weekday of column k."""
    slots = made.components.weekday[row]
    monday = (7 - date.fromordinal(first_day).weekday()) % 7
    return [round(float(slots[(monday + k) % 7]), 4) for k in range(7)]


def _series(made: Forecast, row: int, first_day: int) -> dict[str, Any]:
    parts = made.components
    return {
        "model": made.model[row],
        "mean": _rounded(made.mean[row]),
        "quantiles": _rounded(made.quantiles[row].T),
        "drivers": {
            "level": round(float(parts.level[row]), 4),
            "trend": round(float(parts.trend[row]), 5),
            "weekday": _weekday(made, row, first_day),
            "season": round(float(parts.yearly[row, 0]), 4),
        },
        "notes": [str(note) for note in made.notes[row]],
    }


def documents(
    history: History,
    products: Mapping[str, Product],
    made: tuple[Forecast, Forecast, Forecast],
    quality: Mapping[str, Mapping[str, float | None]],
    made_at: str,
) -> Iterator[dict[str, Any]]:
    """One stored document for each product, then one for the whole shop."""
    by_product, by_place, total = made
    start = history.window.forecast_date
    ordinal = history.window.first.toordinal()
    # From the day of making: a history that ended long ago is forecast all the same.
    expires = int(parse_instant(made_at).timestamp()) + KEPT_DAYS * 86_400
    lengths = [days for days in TOTAL_DAYS if days <= by_product.horizon]
    totals = _totals(by_product, lengths)
    place_totals = _totals(by_place, lengths) if history.places else []
    places: dict[str, dict[str, Any]] = {}
    for row, (product_id, location_id) in enumerate(history.places):
        places.setdefault(product_id, {})[location_id] = place_totals[row]
    common = {"forecast_date": start.isoformat(), "made_at": made_at, "expires": expires}
    for row, id in enumerate(history.products):
        product = products[id]
        document = _series(by_product, row, ordinal)
        if id in history.masked:
            document["notes"].append("stock_outs_masked")
        if id in history.parts:
            document["notes"].append("bundle_parts")
        yield {
            **common,
            **document,
            "product_id": id,
            "sku": product.sku,
            "name": product.name,
            "category": product.category,
            "horizon_days": by_product.horizon,
            "totals": totals[row],
            "places": places.get(id, {}),
            "quality": dict(quality.get(id, {})),
        }
    yield {
        **common,
        **_series(total, 0, ordinal),
        "product_id": TOTAL,
        "sku": "",
        "name": "All products",
        "category": "",
        "horizon_days": total.horizon,
        "totals": _totals(total, lengths)[0],
        "places": {},
        "quality": {},
    }


def days_of(document: Mapping[str, Any]) -> list[str]:
    """The days that a stored document forecasts."""
    first = date.fromisoformat(document["forecast_date"])
    return [(first + timedelta(days=n)).isoformat() for n in range(len(document["mean"]))]


__all__ = ["HORIZON_DAYS", "days_of", "documents", "engine"]
