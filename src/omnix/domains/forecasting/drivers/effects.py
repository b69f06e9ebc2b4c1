"""Effects of price and promotion, learnt each night and kept with each product's forecast."""

import asyncio
from collections.abc import Mapping
from typing import Any

import numpy as np

from omnix.domains.forecasting.history import History
from omnix.domains.forecasting.inputs import prices as price_paths
from omnix.engine.forecast.effects import Effect
from omnix.engine.forecast.elasticity import Learnt, price_effect, promotion_effect
from omnix.platform import queries
from omnix.ports import Ports

_SQL = queries.load("omnix.domains.forecasting")
_USUAL_DAYS = 365
_OWN, _GROUP, _ALL = 4.0, 0.5, 4.0
"""An own basis needs an own error below 0.5, a category's a group error below 0.5; all products
together must know as much as one own basis."""


async def learn(ports: Ports, past: History) -> list[dict[str, Any]]:
    """For each product of ``past`` what is kept in its document as ``effects``."""
    span = past.window
    rows = await ports.lake.arrays(
        _SQL["price_changes"], products=past.products, first=span.first, last=span.last
    )
    return await asyncio.to_thread(_learn, past, rows)


def _learn(past: History, rows: Mapping[str, Any]) -> list[dict[str, Any]]:
    panel, bought = past.by_product, past.bought
    demand = panel.values.copy()
    day = np.arange(panel.days)[None, :]
    demand[day < panel.start[:, None]] = np.nan
    prices = price_paths(rows, panel.size, panel.days)
    group = panel.group.astype(np.int64)
    price = price_effect(demand, prices, bought.depth, group, bought.clump)
    promotion = promotion_effect(demand, bought.depth, group, bought.clump)
    recent = slice(max(0, panel.days - _USUAL_DAYS), panel.days)
    out = []
    for row in range(panel.size):
        known = prices[row, recent][np.isfinite(prices[row, recent])]
        known = known[known > 0]
        depth = bought.depth[row, recent]
        alive = np.isfinite(demand[row, recent])
        lift = float(promotion.effect.mean[row])
        on = alive & (depth > 0)
        usual = float(np.exp(np.log(known).mean())) if len(known) else None
        net = float(bought.net[row])
        out.append(
            {
                "price": _told(price, row),
                "promotion": _told(promotion, row),
                "usual_price_minor": None if usual is None else round(usual, 2),
                "promoted_share": round(float(on.sum() / max(alive.sum(), 1)), 4),
                "promoted_lift": round(float(np.exp(lift * depth[on]).mean()), 4)
                if on.any()
                else 1.0,
                "mean_depth": round(float(depth[on].mean()), 4) if on.any() else 0.0,
                "net_minor": None if np.isnan(net) else round(net, 2),
            }
        )
    return out


def _told(learnt: Learnt, row: int) -> dict[str, Any]:
    effect = learnt.effect
    basis = _basis(effect, row)
    return {
        "basis": basis,
        "value": None if basis == "none" else round(float(effect.mean[row]), 4),
        "error": None if basis == "none" else round(float(effect.error[row]), 4),
        "changes": int(learnt.changes[row]),
        "changes_in_all": int(learnt.changes.sum()),
    }


def _basis(effect: Effect, row: int) -> str:
    if effect.evidence[row] >= _OWN:
        return "own"
    if effect.evidence.sum() < _ALL:
        return "none"
    return "category" if effect.group_error[row] <= _GROUP else "all_products"
