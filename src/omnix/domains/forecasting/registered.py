"""Each night's forecast as the registry of models knows it: lineage, figures, drift."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from omnix.domains.ml import service as registry
from omnix.domains.ml import watching
from omnix.domains.ml.lineage import code_version
from omnix.domains.ml.model import Data, Feature, Score, Trained, Version
from omnix.domains.products.model import Product
from omnix.engine.drift import profile
from omnix.engine.forecast import Forecast
from omnix.ports import Ports

from . import realised
from .backtests.study import NO_CATEGORY, seen
from .declare import FORECAST_MODEL
from .history import History
from .model import HORIZON_DAYS, SHOWN_LEVELS

ALGORITHM = "ets_tsb"
_RECENT_DAYS = 28
_MOST_CATEGORIES = 20
_OTHERS = "(others)"


async def tell(
    ports: Ports,
    past: History,
    products: Mapping[str, Product],
    made: Forecast,
    scores: Sequence[Score],
    training: str,
) -> Version:
    """Register the night's fit, put its forecast aside, and note how data and errors moved."""
    fit = trained(past, products, scores)
    data = fit.data
    then = await watching.reference(ports, FORECAST_MODEL)
    version = await registry.refresh(ports, FORECAST_MODEL, fit, training)
    now = features(past, products, then.profile) if then is not None else {}
    found = await realised.came_true(ports, past)
    await watching.watch(
        ports, FORECAST_MODEL, past.window.forecast_date.isoformat(), data=data, profile=now,
        came_true=[] if found is None else [found],
    )  # fmt: skip
    expected = next((s.values.get(FORECAST_MODEL.metric) for s in scores), None)
    await realised.keep(ports, past, made, expected)
    return version


def trained(
    past: History,
    products: Mapping[str, Product],
    scores: Sequence[Score],
    algorithm: str = ALGORITHM,
    recipe: Mapping[str, Any] | None = None,
) -> Trained:
    """A fit as the registry takes it; without a ``recipe`` that of the night's own forecast."""
    data = Data(
        fingerprint=seen(past), first_day=past.window.first.isoformat(),
        last_day=past.window.last.isoformat(), series=past.by_product.size,
        rows=int(np.isfinite(past.by_product.values).sum()),
    )  # fmt: skip
    own = {"horizon_days": HORIZON_DAYS, "levels": list(SHOWN_LEVELS)}
    return Trained(
        algorithm=algorithm, code=code_version("omnix.engine.forecast"), data=data,
        recipe=own if recipe is None else dict(recipe), scores=list(scores),
        profile=features(past, products, {}),
    )  # fmt: skip


def features(
    past: History, products: Mapping[str, Product], then: Mapping[str, Feature]
) -> dict[str, Feature]:
    """How the last four weeks are spread: units a day of each product, its price, and units by
    category. With ``then``, over the same bins.
    """
    recent = past.by_product.values[:, -_RECENT_DAYS:]
    observed = np.isfinite(recent).sum(1)
    units = np.nansum(recent, axis=1, dtype=float)
    level = np.where(observed > 0, units / np.maximum(observed, 1), np.nan)
    price = np.array([products[id].price_minor for id in past.products], float)
    by_category: dict[str, float] = {}
    for id, sold in zip(past.products, units.tolist(), strict=True):
        name = products[id].category or NO_CATEGORY
        by_category[name] = by_category.get(name, 0.0) + max(sold, 0.0)
    return {
        "demand level": _spread(level, then.get("demand level")),
        "price": _spread(price, then.get("price")),
        "mix of categories": _mix(by_category, then.get("mix of categories")),
    }


def _spread(values: np.ndarray, then: Feature | None) -> Feature:
    edges = then.edges if then is not None else profile.edges(values)
    return Feature(counts=profile.counts(values, edges), edges=edges)


def _mix(units: Mapping[str, float], then: Feature | None) -> Feature:
    if then is not None:
        names = then.names
    else:
        largest = sorted(units, key=lambda name: (-units[name], name))[:_MOST_CATEGORIES]
        names = [*sorted(largest), _OTHERS]
    counts = [round(units.get(name, 0.0)) for name in names[:-1]]
    rest = round(sum(sold for name, sold in units.items() if name not in names))
    return Feature(counts=[*counts, rest], names=list(names))
