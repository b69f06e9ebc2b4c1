"""From the lake's rows to the shelves that the engine estimates hidden demand from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.censored import Latent, Shelves, estimate

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]

SEEN = 0.999
_LEAST_DEPTH = 0.04
_GAP_DAYS = 7
_TYPICAL_PURCHASES = 5.0


@dataclass(frozen=True)
class Purchases:
    """How products are bought: clump [n] mean squared over mean units of a line, depth [n,t] of
    the price cuts under which lines were sold, net [n] revenue of a unit in minor units (NaN
    where nothing was sold).
    """

    clump: NDArray[np.float64]
    depth: F32
    net: NDArray[np.float64]


def purchases(rows: Mapping[str, Any], products: int, days: int) -> Purchases:
    """From the columns ``row``, ``day``, ``units``, ``squares``, ``revenue_minor`` and
    ``discount_minor``: sales of each product on each day.
    """
    row, day = rows["row"].astype(np.int64), rows["day"].astype(np.int64)
    units, squares, revenue, discount = (
        rows[name].astype(np.float64)
        for name in ("units", "squares", "revenue_minor", "discount_minor")
    )
    number, square = np.bincount(row, units, products), np.bincount(row, squares, products)
    ratio = square / np.maximum(number, 1.0)
    typical = float(np.median(ratio[number > 0])) if (number > 0).any() else 1.0
    clump = (square + _TYPICAL_PURCHASES * typical) / (number + _TYPICAL_PURCHASES)
    depth = np.full((products, days), np.nan, np.float32)
    gross = revenue + discount
    depth[row, day] = np.where(gross > 0, discount / np.maximum(gross, 1e-9), 0.0)
    money = np.bincount(row, revenue, products)
    net = np.where(number > 0, money / np.maximum(number, 1.0), np.nan)
    return Purchases(np.maximum(clump, 1.0), _offers(depth), net)


def _offers(depth: F32) -> F32:
    """Price cuts of all days: a day without a sale carries on what came before for a week."""
    out = np.zeros_like(depth)
    carried = np.zeros(len(depth), np.float32)
    age = np.full(len(depth), _GAP_DAYS + 1)
    for day in range(depth.shape[1]):
        told = np.isfinite(depth[:, day])
        carried = np.where(told, depth[:, day], carried)
        age = np.where(told, 0, age + 1)
        out[:, day] = np.where(age <= _GAP_DAYS, carried, 0.0)
    out[out < _LEAST_DEPTH] = 0.0
    return out


def hidden(
    sold: F32, share: F32, start: NDArray[np.int32], owner: I64, place: I64,
    group: I64, first_day: int, bought: Purchases,
) -> Latent:  # fmt: skip
    """What rows [n,t] of products and places lost; ``owner`` numbers their products."""
    alive = np.arange(sold.shape[1])[None, :] >= start[:, None]
    return estimate(
        Shelves(
            sold, share, alive, first_day, owner, group, place,
            bought.depth[owner], bought.clump[owner],
        )
    )  # fmt: skip
