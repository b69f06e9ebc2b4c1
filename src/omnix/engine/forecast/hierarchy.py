"""Spread of sums of series (a category, a location, the whole shop) around their summed means.

Errors of the parts are correlated, so quantiles of a sum are learnt from the sums themselves: from
how far earlier forecasts of the same sums were off.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.panel import F32
from omnix.engine.forecast.result import check_levels, floored, precision
from omnix.engine.forecast.spread import LEVELS, at_levels, fit_spread

F64 = NDArray[np.float64]

FEW = 200
"""Up to so many sums each has a width of its own; more are binned by precision."""

_OWN_ORIGINS = 2.0
_LEAST = 0.005
_NORMAL = (
    -2.5758, -2.3263, -1.9600, -1.6449, -1.2816, -1.0364, -0.8416, -0.6745, -0.5244, -0.3853,
    -0.2533, -0.1257, 0.0, 0.1257, 0.2533, 0.3853, 0.5244, 0.6745, 0.8416, 1.0364, 1.2816, 1.4395,
    1.6449, 1.9600, 2.3263, 2.5758,
)  # fmt: skip
_NORMAL_SAMPLES = 1000.0


@dataclass(frozen=True)
class Past:
    """An earlier forecast of g sums and what followed, both [g,h], and their dispersion [g]
    (variance / mean of a day) as it was known then."""

    mean: F64
    actual: F64
    dispersion: F64


def sums(rows: NDArray[np.generic], group: NDArray[np.integer], groups: int) -> F64:
    """Rows [n,t] added up by `group` [n], [groups,t]."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    out = np.zeros((groups, rows.shape[1]))
    if len(order):
        out[ordered[first]] = np.add.reduceat(rows[order], first, axis=0, dtype=np.float64)
    return out


def dispersion_of(history: F64) -> F64:
    """Index of dispersion [g] of recent days [g,t], each weekday compared with itself."""
    mean = history.mean(1)
    if history.shape[1] > 14:
        variance = 0.5 * np.square(history[:, 7:] - history[:, :-7]).mean(1)
    else:
        variance = history.var(1)
    return np.where(mean > 0, np.maximum(variance / np.maximum(mean, 1e-30), 0.01), 1.0)


def sum_quantiles(
    past: Sequence[Past], mean: F64, dispersion: F64, probabilities: Sequence[float]
) -> F32:
    """Quantiles [g,h,q] around the means [g,h] of sums, from their earlier forecasts.

    Without earlier forecasts they are those of a gamma variable of the given dispersion. Raises
    ValueError for probabilities that do not ascend in (0, 1).
    """
    wanted = tuple(float(p) for p in probabilities)
    check_levels(wanted)
    if past and len(mean) <= FEW:
        return _own_widths(past, mean, wanted)
    out = np.empty((*mean.shape, len(wanted)), np.float32)
    parts = [_ratios(p.mean, p.dispersion, p.actual) for p in past]
    ratio, shape, rate = (
        (np.concatenate(column) for column in zip(*parts, strict=True))
        if parts
        else (np.empty(0),) * 3
    )
    table = fit_spread(ratio, shape, rate)
    for a in range(0, len(mean), 1024):
        rows = slice(a, a + 1024)
        base = floored(mean[rows], dispersion[rows, None])
        shape = precision(base, dispersion[rows, None], np.zeros(1))
        level = np.repeat(mean[rows].mean(1), mean.shape[1])
        found = at_levels(table.ratios(shape.ravel(), level), wanted)
        out[rows] = found.reshape(*base.shape, len(wanted)) * base[:, :, None]
    return out


def _ratios(mean: F64, dispersion: F64, actual: F64) -> tuple[F64, F64, F64]:
    base = floored(mean, dispersion[:, None])
    shape = precision(base, dispersion[:, None], np.zeros(1))
    rate = np.repeat(mean.mean(1), mean.shape[1])
    live = (base > 0).ravel()
    ratio = (actual / np.maximum(base, 1e-30)).ravel()
    return ratio[live], shape.ravel()[live], rate[live]


def _own_widths(past: Sequence[Past], mean: F64, wanted: tuple[float, ...]) -> F32:
    """Each sum's relative error, shrunk to that of all sums, times the errors' common shape."""
    error = np.concatenate([(p.actual - p.mean) / np.maximum(p.mean, 1e-9) for p in past], 1)
    error = np.clip(error, -1.0, 5.0)
    own = np.square(error).mean(1)
    live = np.concatenate([p.mean for p in past], 1).sum(1) > 0
    pooled = float(own[live].mean()) if live.any() else 1.0
    weight = len(past) / (len(past) + _OWN_ORIGINS)
    width = np.maximum(
        np.sqrt(weight * np.where(live, own, pooled) + (1 - weight) * pooled), _LEAST
    )
    scaled = (error[live] / width[live, None]).ravel()
    shape = np.array(_NORMAL)
    if len(scaled):
        n = len(scaled)
        found = np.quantile(scaled, LEVELS)
        shape = (n * found + _NORMAL_SAMPLES * shape) / (n + _NORMAL_SAMPLES)
    ratios = 1.0 + width[:, None] * at_levels(np.maximum.accumulate(shape)[None], wanted)
    out = np.maximum(mean[:, :, None] * ratios[:, None, :], 0.0)
    return np.asarray(out, np.float32)
