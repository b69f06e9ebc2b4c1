"""Point forecasts of monthly, quarterly, yearly or weekly series by combined smoothing grids."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.decompose import seasonal_indices
from omnix.engine.forecast.echo import WEEKS, echo
from omnix.engine.forecast.grids import EtsGrid, ets_grid
from omnix.engine.forecast.native import Using
from omnix.engine.forecast.smoothing import smooth_ets

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

START_SEASONS = 8
LONG_SEASON = 26
"""From so many periods on a season has too many slots for a state each: echoes come first."""


def _pack(series: Sequence[F64], season: int) -> tuple[F32, NDArray[np.int32]]:
    """Right-align in one array whose width is a multiple of `season`; and first columns."""
    width = max(len(x) for x in series)
    width += -width % season
    y = np.zeros((len(series), width), np.float32)
    for row, x in enumerate(series):
        y[row, width - len(x) :] = x
    return y, np.array([width - len(x) for x in series], np.int32)


def _start_states(x: F64, season: int) -> tuple[float, float, F64]:
    """Level and trend one period before the first, and additive seasonal states [season].

    From the first eight seasons: halves compared for the trend, means of detrended seasons.
    """
    cycles = int(np.clip(len(x) // season, 1, START_SEASONS))
    head = x[: min(cycles * season, len(x))]
    w, level, trend = len(head), float(head.mean()), 0.0
    half = w // 2
    if cycles >= 2 and half:
        trend = float(head[w - half :].mean() - head[:half].mean()) / (w - half)
    states = np.zeros(season)
    if season > 1:
        detrended = head - level - trend * (np.arange(w) - (w - 1) / 2.0)
        slot = np.arange(w) % season
        count = np.bincount(slot, minlength=season)
        states = np.bincount(slot, detrended, season) / np.maximum(count, 1)
        states -= states.mean()
        if cycles < 2:
            states *= 0.3
    return level - trend * (w - 1) / 2.0 - trend, trend, states


def _ets(
    series: Sequence[F64], season: int, horizon: int, grid: EtsGrid, using: Using | None
) -> F64:
    y, start = _pack(series, season)
    width = y.shape[1]
    level0, trend0 = np.empty(len(y), np.float32), np.empty(len(y), np.float32)
    season0 = np.zeros((len(y), season), np.float32)
    for row, x in enumerate(series):
        level0[row], trend0[row], states = _start_states(x, season)
        season0[row] = np.roll(states, (width - len(x)) % season)
    fit = smooth_ets(
        y, np.ones(y.shape, np.bool_), start, grid, level0=level0, trend0=trend0,
        season0=season0, horizon=horizon, using=using,
    )  # fmt: skip
    return fit.forecast.astype(np.float64)


def _theta(series: Sequence[F64], horizon: int, grid: EtsGrid, using: Using | None) -> F64:
    """Mean of the linear trend and of the smoothed line with doubled curvature.

    Assimakopoulos and Nikolopoulos, Int. J. Forecasting 16 (2000) 521-530.
    """
    lines, doubled = [], []
    for x in series:
        t = np.arange(len(x)) - (len(x) - 1) / 2.0
        slope = float(t @ x) / max(float(t @ t), 1e-12)
        middle = float(x.mean())
        doubled.append(2.0 * x - (middle + slope * t))
        ahead = float(t[-1]) + 1.0 + np.arange(horizon)
        lines.append(middle + slope * ahead)
    return 0.5 * (_ets(doubled, 1, horizon, grid, using) + np.array(lines))


_GAINS = (0.02, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
_TRENDS = ((0.0, 0.0), (0.1, 0.9), (0.1, 0.98), (0.3, 0.9))
_SEASONAL = ets_grid(_GAINS, _TRENDS, (0.0, 0.1, 0.3))
_PLAIN = ets_grid(_GAINS, _TRENDS)
_QUICK = ets_grid((0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.0), (*_TRENDS, (0.3, 0.98), (0.2, 1.0)))
_THETA = ets_grid((0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99))
_SHRINK = 1.0
_LARGEST_GROWTH = 3.0
_HEARD = 0.75

ORIGINS, POWER, PRIOR = 4, 8, 1.0
"""Origins, a horizon apart, at which the ways to forecast a long season are judged; how sharply
they are told apart; and how many origins of all series together count for one of its own."""

_BEYOND_SEASON = 8


def forecast_seasonal(
    series: Sequence[F64], horizon: int, *, season: int = 1, using: Using | None = None
) -> F64:
    """Mean of the next `horizon` periods of each series [n,h], any regular period of `season`.

    With a season, the median of four forecasts: smoothing with additive season; and, on the series
    with its multiplicative season taken out where that is significant, the theta method, the theta
    method on logs and damped-trend smoothing on logs. Without one, the mean of the theta method on
    logs and of smoothing with quick gains and any trend. With a season of 26 periods or more, as of
    weeks in a year, that, the echo of earlier years, both together and no season at all are weighed
    by their errors at each series' last origins. They were chosen on the last
    periods of the training parts of M3 (and of M4's yearly and weekly series), not on the test
    parts.

    NaN inside a series is bridged by a straight line. A series that never was negative gets no
    negative forecast, an empty one zeros. Raises ValueError for a horizon or season below one.
    """
    if horizon < 1 or season < 1:
        raise ValueError("horizon and season must be at least 1")
    out = np.zeros((len(series), horizon))
    cleaned = [bridge(np.asarray(x, np.float64)) for x in series]
    rows = [i for i, x in enumerate(cleaned) if len(x) and float(np.abs(x).max()) > 0.0]
    if rows:
        out[rows] = _combined([cleaned[i] for i in rows], horizon, season, using)
    return out


def bridge(x: F64) -> F64:
    """x without leading and trailing holes, inner holes filled in between their neighbours."""
    there = np.flatnonzero(np.isfinite(x))
    if not len(there):
        return np.empty(0)
    return np.asarray(np.interp(np.arange(there[0], there[-1] + 1), there, x[there]))


def _combined(series: list[F64], horizon: int, season: int, using: Using | None) -> F64:
    if season < LONG_SEASON:
        return _middle(series, horizon, season, using)
    unit = np.array([float(np.abs(x).mean()) for x in series])
    scaled = [x / each for x, each in zip(series, unit, strict=True)]
    errors = np.full((ORIGINS, 4, len(series)), np.nan)
    for k in range(ORIGINS):
        cuts = np.array([len(x) - horizon * (k + 1) for x in scaled])
        rows = np.flatnonzero(cuts >= season + _BEYOND_SEASON)
        rows = np.array([i for i in rows if np.ptp(scaled[i][: cuts[i]]) > 0.0], np.intp)
        if not len(rows):
            break
        made = _ways([scaled[i][: cuts[i]] for i in rows], horizon, season, using)
        came = np.array([scaled[i][cuts[i] : cuts[i] + horizon] for i in rows])
        step = np.array([np.abs(np.diff(scaled[i][: cuts[i]])).mean() for i in rows])
        errors[k][:, rows] = np.abs(made - came).mean(2) / step
    made = _ways(scaled, horizon, season, using)
    return np.asarray(np.einsum("mn,mnh->nh", _weights(errors), made) * unit[:, None])


def _ways(series: list[F64], horizon: int, season: int, using: Using | None) -> F64:
    """Four forecasts [4,n,h]: mostly the echo, the median alone, the echo alone, no season."""
    middle = _middle(series, horizon, season, using)
    year = WEEKS if season == 52 else float(season)
    positive = np.array([float(x.min()) > 1e-6 * float(x.mean()) for x in series])[:, None]
    heard = np.where(positive, [echo(x, horizon, year) for x in series], middle)
    mostly = _HEARD * heard + (1.0 - _HEARD) * middle
    return np.stack([mostly, middle, heard, _middle(series, horizon, 1, using)])


def _weights(errors: F64) -> F64:
    """Weights [m,n] from scaled errors [k,m,n], NaN where there was no such origin; the first way
    alone where no series had one."""
    there = np.isfinite(errors[:, :1])
    if not there.any():
        return np.asarray((np.arange(errors.shape[1]) == 0)[:, None] * np.ones(errors.shape[2]))
    known = np.where(there, errors, 0.0)
    usual = known.sum((0, 2)) / there.sum()
    own = known.sum(0)
    count = there.sum((0, 1))
    share = own / np.maximum(own.mean(0), 1e-12) * count
    share = share + PRIOR * (usual / max(float(usual.mean()), 1e-12))[:, None]
    weight = (share.min(0) / np.maximum(share, 1e-12)) ** POWER
    return np.asarray(weight / weight.sum(0))


def _middle(series: list[F64], horizon: int, season: int, using: Using | None) -> F64:
    # Float32 squares: a series is brought to mean one first, which also makes it equivariant.
    scale = np.array([float(np.abs(x).mean()) for x in series])
    x = [values / unit for values, unit in zip(series, scale, strict=True)]
    positive = np.array([float(values.min()) > 1e-6 for values in x])[:, None]
    ceiling = _LARGEST_GROWTH * np.array([float(values.max()) for values in x])[:, None]
    indices = [seasonal_indices(values, season, shrink=_SHRINK) for values in x]
    plain = [v / k[np.arange(len(v)) % season] for v, k in zip(x, indices, strict=True)]
    ahead = np.array(
        [k[(len(v) + np.arange(horizon)) % season] for v, k in zip(x, indices, strict=True)]
    )
    logs = [np.log(np.maximum(v, 1e-3)) for v in plain]

    def back(forecast: F64, otherwise: F64) -> F64:
        level = np.minimum(np.exp(np.clip(forecast, -20.0, 20.0)) * ahead, ceiling)
        return np.where(positive, level, otherwise)

    theta = _theta(plain, horizon, _THETA, using) * ahead
    theta_logs = back(_theta(logs, horizon, _THETA, using), theta)
    if season > 1:
        smoothed = _ets(x, season, horizon, _SEASONAL, using)
        smoothed_logs = back(_ets(logs, 1, horizon, _PLAIN, using), smoothed)
        middle = np.median([smoothed, theta, theta_logs, smoothed_logs], axis=0)
    else:
        middle = 0.5 * (theta_logs + _ets(x, 1, horizon, _QUICK, using))
    never_negative = np.array([float(values.min()) >= 0.0 for values in x])[:, None]
    return np.asarray(np.where(never_negative, np.maximum(middle, 0.0), middle) * scale[:, None])
