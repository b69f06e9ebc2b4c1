"""Rolling-origin backtests: what the forecasts of earlier days would have been worth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast import metrics
from omnix.engine.forecast.daily import OriginForecast, forecast_origin
from omnix.engine.forecast.engine import (
    Samples,
    continuous_quantiles,
    daily_quantiles,
    lattice_unit,
)
from omnix.engine.forecast.panel import Panel
from omnix.engine.forecast.prepare import Prepared, prepare
from omnix.engine.forecast.result import check_levels
from omnix.engine.forecast.spread import LEVELS, SpreadTable

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
SPREAD_ORIGINS = 3


@dataclass(frozen=True)
class Scores:
    """Accuracy over all origins of one series [n] or, as one-element arrays, of the panel.

    wape, bias, pinball (units a day) and value_added (share of seasonal naive's WAPE removed);
    rmsse scaled by one-step differences before each origin; coverage_80 and coverage_50 by the
    nonrandomised probability transform, so that they are fair to low counts too.
    """

    wape: F64
    bias: F64
    rmsse: F64
    pinball: F64
    coverage_80: F64
    coverage_50: F64
    value_added: F64


@dataclass(frozen=True)
class Backtest:
    """origins, latest first, as panel columns; horizon of the windows; scores of each and of all.

    by_step [h] is the panel's WAPE at each day ahead.
    """

    origins: tuple[int, ...]
    horizon: int
    series: Scores
    overall: Scores
    by_step: F64


def backtest(
    panel: Panel,
    horizon: int,
    *,
    origins: int = 3,
    quantiles: Sequence[float] = _LEVELS,
    season: int = 7,
    step: int | None = None,
) -> Backtest:
    """Forecast from `origins` earlier days, `step` days apart, and score what followed.

    Every origin sees only what was known then: levels, profiles and the quantiles' spread,
    which comes from the three origins before it. Days not observed are not scored. Raises
    ValueError where the panel is too short for a single origin.
    """
    levels = tuple(float(level) for level in quantiles)
    check_levels(levels)
    stride = min(horizon, 28) if step is None else step
    cuts = [panel.days - horizon - stride * k for k in range(origins)]
    cuts = [cut for cut in cuts if cut >= max(2 * season, horizon)]
    if horizon < 1 or not cuts:
        raise ValueError("the panel is too short for a backtest at this horizon")
    data = prepare(panel)
    means: dict[int, OriginForecast] = {}

    def mean_at(cut: int) -> OriginForecast:
        if cut not in means:
            means[cut] = forecast_origin(data, cut, horizon, season=season)
        return means[cut]

    actual = np.where(data.seen, data.values, np.float32(np.nan))
    parts: list[tuple[F32, F32, F32, F32, F64, F64]] = []
    scales = []
    for cut in cuts:
        at = mean_at(cut)
        samples = Samples(horizon)
        for k in range(SPREAD_ORIGINS):
            earlier = cut - horizon - stride * k
            if earlier >= 2 * season:
                samples.add(data, mean_at(earlier), horizon)
        table, unit = samples.daily(), lattice_unit(data, cut)
        spread = daily_quantiles(at, table, levels, unit)
        naive = _seasonal_naive(data, cut, horizon, season)
        truth = actual[:, cut : cut + horizon]
        inside = _inside(truth, at, table, unit)
        parts.append((truth, at.mean, spread, naive, *inside))
        scales.append(metrics.squared_naive_scale(actual[:, max(0, cut - 365) : cut]))
    truth, mean, spread, naive, in_80, in_50 = (
        np.concatenate(side, axis=1) for side in zip(*parts, strict=True)
    )
    scale = np.stack(scales).mean(0)
    series = _scores(truth, mean, spread, naive, in_80, in_50, levels, scale)
    whole = _scores(
        truth.reshape(1, -1),
        mean.reshape(1, -1),
        spread.reshape(1, -1, len(levels)),
        naive.reshape(1, -1),
        in_80.reshape(1, -1),
        in_50.reshape(1, -1),
        levels,
        np.array([np.nan]),
    )
    usable = np.isfinite(series.rmsse)
    overall = Scores(
        whole.wape, whole.bias,
        np.array([series.rmsse[usable].mean() if usable.any() else np.nan]),
        whole.pinball, whole.coverage_80, whole.coverage_50, whole.value_added,
    )  # fmt: skip
    folded = truth.reshape(len(truth), len(cuts), horizon)
    expected = mean.reshape(len(truth), len(cuts), horizon)
    by_step = np.array(
        [metrics.panel_wape(folded[:, :, k], expected[:, :, k]) for k in range(horizon)]
    )
    place = np.empty(len(data.order), np.intp)
    place[data.order] = np.arange(len(data.order))
    ordered = Scores(*(getattr(series, name)[place] for name in Scores.__dataclass_fields__))
    return Backtest(tuple(cuts), horizon, ordered, overall, by_step)


def _seasonal_naive(data: Prepared, cut: int, horizon: int, season: int) -> F32:
    """The last observed value of the same weekday, [n,h]; zero where there is none yet."""
    out = np.zeros((len(data.values), horizon), np.float32)
    for k in range(min(season, horizon)):
        columns = np.arange(cut - season + k, -1, -season)[:8]
        found = np.zeros(len(out), np.bool_)
        for column in columns:
            fill = ~found & data.seen[:, column]
            out[fill, k::season] = data.values[fill, column, None]
            found |= fill
    return out


def _scores(
    truth: F32,
    mean: F32,
    spread: F32,
    naive: F32,
    in_80: F64,
    in_50: F64,
    levels: tuple[float, ...],
    scale: F64,
) -> Scores:
    error = metrics.wape(truth, mean)
    square = np.where(np.isfinite(truth), (truth - mean) ** 2, 0.0).sum(1)
    count = np.maximum(np.isfinite(truth).sum(1), 1)
    below = np.where(scale > 0, scale, np.nan)
    return Scores(
        error,
        metrics.bias(truth, mean),
        np.sqrt(square / count / below),
        metrics.pinball_loss(truth, spread, levels),
        metrics.row_mean(in_80),
        metrics.row_mean(in_50),
        metrics.value_added(error, metrics.wape(truth, naive)),
    )


def _inside(truth: F32, at: OriginForecast, table: SpreadTable, unit: F64) -> tuple[F64, F64]:
    """Shares [n,h] of each observation inside the central 80% and 50% intervals."""
    n, horizon = truth.shape
    shares = np.full((2, n, horizon), np.nan)
    for a in range(0, n, 1024):
        part = slice(a, a + 1024)
        dense = continuous_quantiles(at, table, LEVELS, part)
        under, upto = metrics.probability_transform(truth[part], dense, LEVELS, unit[part])
        there = np.isfinite(truth[part])
        for k, (lower, upper) in enumerate(((0.1, 0.9), (0.25, 0.75))):
            share = metrics.interval_share(under, upto, lower, upper)
            shares[k, part] = np.where(there, share, np.nan)
    return shares[0], shares[1]
