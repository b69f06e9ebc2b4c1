"""Grid smoothing of many series at once: the compiled kernel, or numpy with the same results.

Rows are series and columns are periods. A period that was not observed (`seen` is false) moves
the trend on and changes nothing else.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.grids import F32, EtsGrid, TsbGrid
from omnix.engine.forecast.native import Using, call, native

Bool = NDArray[np.bool_]
Real = NDArray[np.floating[Any]]
I32 = NDArray[np.int32]

_CHUNK = 512


@dataclass(frozen=True)
class EtsFit:
    """Likelihood-weighted grid: forecast [n,h]; level, trend, one-step sigma, best lane [n]."""

    forecast: F32
    level: F32
    trend: F32
    sigma: F32
    best: I32


@dataclass(frozen=True)
class TsbFit:
    """Likelihood-weighted grid, all [n]: mean demand a period, its probability and its size."""

    mean: F32
    probability: F32
    size: F32


def smooth_ets(
    y: F32,
    seen: Bool,
    start: I32,
    grid: EtsGrid,
    *,
    level0: Real,
    horizon: int,
    trend0: F32 | None = None,
    season0: F32 | None = None,
    warmup: int = 0,
    discount: float = 1.0,
    sharpness: float = 1.0,
    using: Using | None = None,
) -> EtsFit:
    """Run every lane of `grid` over y [n,t] from column start[n] and average the forecasts.

    Lanes weigh exp(-penalty - sharpness * n_eff / 2 * log MSE), with squared one-step errors
    discounted by `discount` a period and the first `warmup` observations not scored. `season0`
    [n,m] holds the additive seasonal states; slot k belongs to the columns t with t % m == k.
    A period of one means no season.
    Source: Hyndman et al., Forecasting with Exponential Smoothing (2008), table 2.1.
    """
    n, t = y.shape
    y = np.ascontiguousarray(y, np.float32)
    seen = np.ascontiguousarray(seen, np.bool_)
    start = np.ascontiguousarray(start, np.int32)
    level0 = np.ascontiguousarray(level0, np.float32)
    trend0 = np.zeros(n, np.float32) if trend0 is None else np.ascontiguousarray(trend0, np.float32)
    if season0 is None:
        season0 = np.zeros((n, 1), np.float32)
    m = season0.shape[1]
    season0 = np.ascontiguousarray(season0 if m > 1 else np.zeros((n, 1)), np.float32)
    fit = EtsFit(
        np.empty((n, horizon), np.float32),
        np.empty(n, np.float32),
        np.empty(n, np.float32),
        np.empty(n, np.float32),
        np.empty(n, np.int32),
    )
    if not native(using):
        for a in range(0, n, _CHUNK):
            part = slice(a, a + _CHUNK)
            _ets_numpy(
                y[part], seen[part], start[part], grid, level0[part], trend0[part], season0[part],
                (warmup, discount, sharpness), EtsFit(*(getattr(fit, f)[part] for f in _ETS)),
            )  # fmt: skip
        return fit
    call(
        "omnix_ets_grid", y, seen, n, t, start, m, len(grid.alpha), grid.alpha, grid.beta,
        grid.gamma, grid.phi, grid.penalty, level0, trend0, season0, warmup, float(discount),
        float(sharpness), horizon, fit.forecast, fit.level, fit.trend, fit.sigma, fit.best,
    )  # fmt: skip
    return fit


_ETS = ("forecast", "level", "trend", "sigma", "best")
_TSB = ("mean", "probability", "size")


def smooth_tsb(
    y: F32,
    seen: Bool,
    start: I32,
    grid: TsbGrid,
    *,
    size0: Real,
    probability0: Real,
    discount: float = 1.0,
    sharpness: float = 1.0,
    using: Using | None = None,
) -> TsbFit:
    """Run the Teunter-Syntetos-Babai method over y [n,t] for every lane and average.

    Unlike Croston's method the probability is updated on every observed period, so demand
    that dies out is forgotten. Weights as in `smooth_ets`. Source: EJOR 214 (2011) 606-615.
    """
    n, t = y.shape
    y = np.ascontiguousarray(y, np.float32)
    seen = np.ascontiguousarray(seen, np.bool_)
    start = np.ascontiguousarray(start, np.int32)
    size0 = np.ascontiguousarray(size0, np.float32)
    probability0 = np.ascontiguousarray(probability0, np.float32)
    fit = TsbFit(*(np.empty(n, np.float32) for _ in range(3)))
    if not native(using):
        for a in range(0, n, _CHUNK):
            part = slice(a, a + _CHUNK)
            _tsb_numpy(
                y[part], seen[part], start[part], grid, size0[part], probability0[part],
                (discount, sharpness), TsbFit(*(getattr(fit, f)[part] for f in _TSB)),
            )  # fmt: skip
        return fit
    call(
        "omnix_tsb_grid", y, seen, n, t, start, len(grid.size), grid.size, grid.probability,
        grid.penalty, size0, probability0, float(discount), float(sharpness), fit.mean,
        fit.probability, fit.size,
    )  # fmt: skip
    return fit


def _lane_weights(
    error: F32, penalty: F32, weight: F32, sharpness: float, square: F32
) -> tuple[F32, I32]:
    floor = np.float32(1e-6) * square + np.float32(1e-30)
    mse = error / (weight + np.float32(1.0))[:, None] + floor[:, None]
    score = penalty + np.float32(0.5) * (np.float32(sharpness) * weight)[:, None] * np.log(mse)
    best = score.argmin(1).astype(np.int32)
    lanes = np.exp(score.min(1, keepdims=True) - score)
    lanes[lanes < 1e-4] = 0.0
    lanes /= lanes.sum(1, keepdims=True)
    return lanes, best


def _mean_square(y: F32, used: Bool) -> F32:
    total = np.where(used, y * y, np.float32(0.0)).sum(1)
    return np.asarray(total / (used.sum(1) + np.float32(1.0)), np.float32)


def _ets_numpy(
    y: F32,
    seen: Bool,
    start: I32,
    grid: EtsGrid,
    level0: F32,
    trend0: F32,
    season0: F32,
    scoring: tuple[int, float, float],
    out: EtsFit,
) -> None:
    warmup, discount, sharpness = scoring
    (n, t), lanes, m = y.shape, len(grid.alpha), season0.shape[1]
    level = np.repeat(level0[:, None], lanes, 1)
    trend = np.repeat(trend0[:, None], lanes, 1)
    season = [np.repeat(season0[:, k : k + 1], lanes, 1) for k in range(m)]
    error = np.zeros((n, lanes), np.float32)
    weight = np.zeros(n, np.float32)
    scored = np.zeros(n, np.int32)
    live = np.arange(t)[None, :] >= start[:, None]
    used = live & seen
    for step in range(t):
        use, alive, slot = used[:, step], live[:, step], season[step % m]
        damped = trend * grid.phi
        predicted = level + damped
        miss = y[:, step : step + 1] - predicted - slot
        miss[~use] = 0.0
        count = (use & (scored >= warmup)).astype(np.float32)
        scored += use
        fade = np.where(use, np.float32(discount), np.float32(1.0))
        weight[:] = weight * fade + count
        error *= fade[:, None]
        error += count[:, None] * miss * miss
        level[alive] = (predicted + grid.alpha * miss)[alive]
        trend[alive] = (damped + grid.beta * miss)[alive]
        if m > 1:
            slot += grid.gamma * miss
    weights, best = _lane_weights(error, grid.penalty, weight, sharpness, _mean_square(y, used))
    out.best[:] = best
    out.level[:] = (weights * level).sum(1)
    out.trend[:] = (weights * trend).sum(1)
    spread = (weights * error).sum(1)
    out.sigma[:] = np.where(weight > 0, np.sqrt(spread / np.maximum(weight, 1e-30)), 0.0)
    for step in range(out.forecast.shape[1]):
        trend *= grid.phi
        level += trend
        out.forecast[:, step] = (weights * (level + season[(t + step) % m])).sum(1)


def _tsb_numpy(
    y: F32,
    seen: Bool,
    start: I32,
    grid: TsbGrid,
    size0: F32,
    probability0: F32,
    scoring: tuple[float, float],
    out: TsbFit,
) -> None:
    discount, sharpness = scoring
    (n, t), lanes = y.shape, len(grid.size)
    size = np.repeat(size0[:, None], lanes, 1)
    probability = np.repeat(probability0[:, None], lanes, 1)
    error = np.zeros((n, lanes), np.float32)
    weight = np.zeros(n, np.float32)
    used = (np.arange(t)[None, :] >= start[:, None]) & seen
    for step in range(t):
        use = used[:, step]
        sold = use & (y[:, step] > 0)
        value = y[:, step : step + 1]
        miss = np.where(sold[:, None], value, np.float32(0.0)) - size * probability
        miss[~use] = 0.0
        fade = np.where(use, np.float32(discount), np.float32(1.0))
        weight[:] = weight * fade + use
        error *= fade[:, None]
        error += miss * miss
        hit = sold.astype(np.float32)[:, None]
        probability += np.where(use[:, None], grid.probability * (hit - probability), 0.0)
        size += np.where(sold[:, None], grid.size * (value - size), 0.0)
    weights, _ = _lane_weights(error, grid.penalty, weight, sharpness, _mean_square(y, used))
    out.mean[:] = (weights * size * probability).sum(1)
    out.probability[:] = (weights * probability).sum(1)
    out.size[:] = (weights * size).sum(1)
