"""Tier 3: means and scatter from a model that was trained elsewhere, on the instant forecast's bed.

Such a model answers each series with quantiles of its days ahead. Their mean stands in place of
the instant one, their variance in place of its dispersion; what is around the means is then learnt
from rolling origins as for every other method, so that intervals hold on the shop's own data and
sums of days have quantiles too. Prices, promotions and stock-outs are dealt with before and after,
since the model knows none of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.daily import OriginForecast
from omnix.engine.forecast.engine import FEW_SALES, Refine
from omnix.engine.forecast.panel import F32
from omnix.engine.forecast.prepare import Prepared

F64 = NDArray[np.float64]
Predictor = Callable[[F32], F32]
"""Quantiles [n,q,h] of the days after those given [n,t], NaN for a day that is not known."""

LEAST_DAYS = 28
CHUNK = 512
_WEEK = 7
_FARTHEST = 3.0


def refining(
    predict: Predictor,
    levels: Sequence[float],
    context: int,
    told: Callable[[], None] | None = None,
) -> Refine:
    """Puts the model's means in place of an origin's own, shown at most ``context`` days before it.

    Series with too little to be shown keep the instant forecast, as do those whose quantiles are
    all zero (the model does not tell how seldom they sell) or are no numbers. Beyond the model's
    days the instant forecast goes on, moved as the model moved its last week. ``told`` is called
    before each batch and may raise to end the work.
    """

    def refine(data: Prepared, at: OriginForecast) -> OriginForecast:
        cut, mean, dispersion = at.origin, at.mean.copy(), at.dispersion.copy()
        taken = np.zeros(len(mean), np.bool_)
        enough = (at.observed >= LEAST_DAYS) & (at.sales >= FEW_SALES) & (at.level > 0)
        rows = np.flatnonzero(enough)
        for a in range(0, len(rows), CHUNK):
            if told is not None:
                told()
            part = rows[a : a + CHUNK]
            made = predict(_shown(data, part, cut, context))
            known = np.isfinite(made).all((1, 2)) & (made[:, -1].max(1, initial=0.0) > 0)
            part, made = part[known], made[known]
            if not len(part):
                continue
            expected, variance = moments(made, levels)
            total = expected.sum(1)
            sold = total > 0
            part, expected, variance, total = (x[sold] for x in (part, expected, variance, total))
            mean[part] = _onward(at.mean[part], expected)
            floor = 0.1 * at.dispersion[part]
            dispersion[part] = np.maximum(variance.sum(1) / total, floor)
            taken[part] = True
        return replace(at, mean=mean, dispersion=dispersion, pretrained=taken)

    return refine


def _shown(data: Prepared, rows: NDArray[np.intp], cut: int, context: int) -> F32:
    """The days [rows, context] before a cut, NaN where not observed or not yet alive."""
    first = max(0, cut - context)
    out = np.full((len(rows), context), np.nan, np.float32)
    values, seen = data.values[rows, first:cut], data.seen[rows, first:cut]
    out[:, context - (cut - first) :] = np.where(seen, values, np.float32(np.nan))
    return out


def moments(quantiles: F32, levels: Sequence[float]) -> tuple[F64, F64]:
    """Mean and variance [n,h] of the distributions with these quantiles [n,q,h], none below zero.

    Between its levels a distribution is even, below the lowest it goes on at the same density and
    not below zero, above the highest it falls off exponentially, as steeply as between the two
    highest.
    """
    p = np.asarray(levels, np.float64)
    q = np.sort(np.maximum(quantiles.astype(np.float64), 0.0), axis=1)
    low, high = q[:, :-1], q[:, 1:]
    share = np.diff(p)[None, :, None]
    first = (share * 0.5 * (low + high)).sum(1)
    second = (share * (low * low + low * high + high * high) / 3.0).sum(1)
    slope = (q[:, 1] - q[:, 0]) / (p[1] - p[0])
    start = np.maximum(q[:, 0] - slope * p[0], 0.0)
    first += p[0] * 0.5 * (start + q[:, 0])
    second += p[0] * (start * start + start * q[:, 0] + q[:, 0] * q[:, 0]) / 3.0
    rest = 1.0 - p[-1]
    beyond = (q[:, -1] - q[:, -2]) / np.log((1.0 - p[-2]) / rest)
    first += rest * (q[:, -1] + beyond)
    second += rest * (q[:, -1] ** 2 + 2.0 * q[:, -1] * beyond + 2.0 * beyond**2)
    return first, np.maximum(second - first * first, 0.0)


def _onward(instant: F32, expected: F64) -> F32:
    """The model's means [n,k] over the first days of [n,h], the instant ones moved alike after."""
    days = min(expected.shape[1], instant.shape[1])
    out = instant.copy()
    week = slice(max(days - _WEEK, 0), days)
    before = instant[:, week].sum(1, dtype=np.float64)
    moved = expected[:, week].sum(1) / np.where(before > 0, before, 1.0)
    moved = np.where(before > 0, np.clip(moved, 1.0 / _FARTHEST, _FARTHEST), 1.0)
    out[:, days:] *= moved[:, None].astype(np.float32)
    out[:, :days] = expected[:, :days]
    return out
