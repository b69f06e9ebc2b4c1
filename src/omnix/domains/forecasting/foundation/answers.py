"""The foundation model in the night's forecast: where it won, if its weights are there."""

import asyncio
import logging
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from omnix.domains.forecasting.backtests.study import NO_CATEGORY
from omnix.domains.forecasting.declare import FORECAST_MODEL
from omnix.domains.forecasting.history import History
from omnix.domains.forecasting.inputs import Inputs
from omnix.domains.forecasting.model import HORIZON_DAYS, SHOWN_LEVELS
from omnix.domains.ml import service as registry
from omnix.domains.ml.model import Version
from omnix.domains.products.model import Product
from omnix.engine.forecast import Forecast, Panel, forecast
from omnix.engine.forecast.pretrained import CHUNK, refining
from omnix.kit.errors import OmnixError
from omnix.platform.jobs import JobContext
from omnix.platform.stoppable import Told, stoppable
from omnix.ports import Ports, Pretrained

from .model import ALGORITHM

_log = logging.getLogger("omnix.forecasting")
_PASSES = 9
"""Origins that a forecast looks from at most: those its spread is learnt from, and today's."""


def recipe(weights: Pretrained) -> dict[str, object]:
    """What tells this foundation model from another in the registry."""
    return {
        "name": weights.name,
        "weights": weights.fingerprint,
        "context_days": weights.context,
        "levels": list(weights.levels),
        "horizon_days": weights.horizon,
    }


async def applied(
    context: JobContext,
    past: History,
    known: Inputs,
    products: Mapping[str, Product],
    made: Forecast,
    step: tuple[int, int],
) -> Forecast:
    """``made``, with the products of those groups where the registry lets the foundation model
    answer taken from it. Without the very weights that won, ``made`` stands as it is.
    """
    ports = context.ports
    rows, version = await _answering(ports, past, products)
    if version is None:
        return made
    try:
        weights = await ports.foundation.open()
    except OmnixError as error:
        _log.warning("the foundation model does not answer: %s", error.detail)
        return made
    if recipe(weights) != version.recipe:
        _log.warning("the foundation model does not answer: its weights are not those that won")
        return made

    def work(told: Told) -> Forecast:
        panel = past.by_product
        part = Panel(panel.values[rows], panel.start[rows], panel.first_day, panel.group[rows])
        steps, done = _PASSES * -(-len(rows) // CHUNK), 0

        def tell() -> None:
            nonlocal done
            told(done, steps)
            done = min(done + 1, steps)

        return forecast(
            part, HORIZON_DAYS, quantiles=SHOWN_LEVELS, signals=known.signals(part.size),
            drivers=known.drivers.of(known.drivers.row[rows]),
            refined=refining(weights.quantiles, weights.levels, weights.context, tell),
        )  # fmt: skip

    words = f"asking the foundation model about {len(rows)} products"
    return made.with_rows(await stoppable(context, step, words, work), rows)


async def _answering(
    ports: Ports, past: History, products: Mapping[str, Product]
) -> tuple[NDArray[np.intp], Version | None]:
    """The rows of the history for which a foundation model answers, and its newest version."""
    place = (await registry.standing(ports, FORECAST_MODEL)).now
    nothing = np.zeros(0, np.intp)
    if place is None:
        return nothing, None
    versions = await asyncio.gather(
        *(registry.version(ports, FORECAST_MODEL.name, n) for n in sorted(place.versions()))
    )
    theirs = {v.version: v for v in versions if v.algorithm == ALGORITHM}
    of = [place.of(f"category:{products[id].category or NO_CATEGORY}") for id in past.products]
    if not set(of) & set(theirs):
        return nothing, None
    newest = max(set(of) & set(theirs))
    same = {n for n, v in theirs.items() if v.recipe_id == theirs[newest].recipe_id}
    return np.flatnonzero([n in same for n in of]), theirs[newest]
