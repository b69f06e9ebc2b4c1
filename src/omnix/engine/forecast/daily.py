"""Mean demand of daily series at one origin: a smoothed level times pooled profiles."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.calendar import day_of_month, month_number, year_position
from omnix.engine.forecast.grids import ets_grid, tsb_grid
from omnix.engine.forecast.monthday import month_day_profile
from omnix.engine.forecast.panel import F32, I32
from omnix.engine.forecast.prepare import Bool, Prepared, outlier_caps
from omnix.engine.forecast.smoothing import smooth_ets, smooth_tsb
from omnix.engine.forecast.weekday import dispersion, weekday_profile
from omnix.engine.forecast.yearly import MAX_DAYS, yearly_profile

F64 = NDArray[np.float64]

MEMORY_DAYS = 400
FIRST_LEVEL_DAYS = 56
MIN_OBSERVED = 28
CHUNK = 2048
SMALLEST_FACTOR = 0.05

_ETS = ets_grid(
    (0.01, 0.03, 0.07, 0.15, 0.3, 0.5), trends=((0.0, 0.0),), gammas=(0.0, 0.03, 0.1)
)
_TSB = tsb_grid((0.02, 0.05, 0.1, 0.2), (0.01, 0.03, 0.06, 0.1), gain_penalty=6.0)


@dataclass(frozen=True)
class OriginForecast:
    """What is expected after one origin, in prepared order, from data before it only.

    mean [n,h]; level, trend (a day), probability of a sale, dispersion (variance / mean),
    observed and sales (day counts) [n]; weekday [n,season] by column modulo season; shared
    [g,h] the yearly times month-day factor, yearly [g,h]; capped [n].
    """

    origin: int
    mean: F32
    level: F32
    trend: F32
    probability: F32
    dispersion: F64
    observed: I32
    sales: I32
    weekday: F32
    yearly: F32
    monthday: F32
    capped: Bool


def _group_sums(rows: NDArray[np.floating], group: I32, groups: int) -> F64:
    """Sums of the rows of each group; rows are sorted by group."""
    out = np.zeros((groups, rows.shape[1]))
    if len(rows):
        first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
        out[group[first]] = np.add.reduceat(rows, first, axis=0)
    return out


def _shared_profiles(
    data: Prepared, values: F32, low: int, cut: int, horizon: int, weekday: F64, scale: F64, season: int
) -> tuple[F64, F64]:
    """Yearly and month-day factors [g, (cut - low) + horizon] of the groups."""
    n, days = values.shape[0], cut - low
    sold = np.zeros((data.groups, days))
    expected = np.zeros((data.groups, days))
    shaped = np.zeros((data.groups, days))
    slots = np.arange(low, cut) % season
    for a in range(0, n, CHUNK):
        part = slice(a, a + CHUNK)
        used = data.seen[part, low:cut]
        y = values[part]
        level = y.sum(1) / np.maximum(used.sum(1), 1) / scale[part]
        weight = used * level.astype(np.float32)[:, None]
        group = data.group[part]
        sold += _group_sums(y / scale[part, None].astype(np.float32), group, data.groups)
        expected += _group_sums(weight, group, data.groups)
        weight *= weekday[part].astype(np.float32)[:, slots]
        shaped += _group_sums(weight, group, data.groups)
    first = data.first_day + low
    yearly = yearly_profile(sold, expected, year_position(first, days + horizon))
    base = shaped * yearly[:, :days]
    ratio = sold / np.maximum(base, 1e-9)
    day = day_of_month(first, days + horizon)
    month = month_number(first, days)
    monthday = month_day_profile(ratio, base, day[:days], month)
    return yearly, monthday[:, day]


def forecast_origin(data: Prepared, cut: int, horizon: int, *, season: int = 7) -> OriginForecast:
    """Forecast columns cut .. cut + horizon - 1 from the columns before `cut`."""
    n = len(data.values)
    low = max(0, cut - MAX_DAYS)
    values = data.values[:, low:cut]
    recent = max(0, cut - MEMORY_DAYS) - low
    caps = outlier_caps(values)
    capped = np.isfinite(caps)
    if capped.any():
        values = values.copy()
        values[capped] = np.minimum(values[capped], caps[capped, None])
    start = np.clip(data.start - low, 0, cut - low).astype(np.int32)
    seen = data.seen[:, low:cut]

    scale = np.empty(n)
    weekday = np.empty((n, season))
    begin = np.clip(start - recent, 0, None).astype(np.int32)
    for a in range(0, n, CHUNK):
        part = slice(a, a + CHUNK)
        scale[part] = dispersion(values[part, recent:], seen[part, recent:], begin[part])
    # Slot k is counted by absolute column, so that every origin names weekdays alike.
    weekday = np.roll(
        weekday_profile(values, seen, start, data.group, scale, season=season), low % season, axis=1
    )
    yearly, monthday = _shared_profiles(data, values, low, cut, horizon, weekday, scale, season)
    shared = (yearly * monthday).astype(np.float32)

    out = OriginForecast(
        cut,
        np.empty((n, horizon), np.float32),
        np.empty(n, np.float32),
        np.empty(n, np.float32),
        np.empty(n, np.float32),
        scale,
        seen.sum(1).astype(np.int32),
        np.count_nonzero(values, axis=1).astype(np.int32),
        weekday.astype(np.float32),
        yearly[:, cut - low :].astype(np.float32),
        monthday[:, cut - low :].astype(np.float32),
        np.asarray(capped),
    )
    fresh = seen[:, recent:].sum(1) >= MIN_OBSERVED
    for rows, first in ((np.flatnonzero(fresh), recent), (np.flatnonzero(~fresh), 0)):
        for a in range(0, len(rows), CHUNK):
            _levels(out, data, values, seen, start, shared, rows[a : a + CHUNK], low, first, season)
    return out


def _levels(
    out: OriginForecast,
    data: Prepared,
    values: F32,
    seen: Bool,
    start: I32,
    shared: F32,
    rows: NDArray[np.intp],
    low: int,
    first: int,
    season: int,
) -> None:
    """Smooth the adjusted history of `rows` from column `first` on and write their forecasts."""
    horizon, days = out.mean.shape[1], values.shape[1]
    slots = np.arange(low, low + days + horizon) % season
    factor = out.weekday[rows][:, slots] * shared[data.group[rows]]
    past, future = factor[:, first:days], factor[:, days:]
    used = seen[rows, first:] & (past > SMALLEST_FACTOR)
    y = np.where(used, values[rows, first:] / np.maximum(past, SMALLEST_FACTOR), np.float32(0.0))
    begin = np.clip(start[rows] - first, 0, days - first).astype(np.int32)

    rank = np.cumsum(used, axis=1, dtype=np.int32)
    early = used & (rank <= FIRST_LEVEL_DAYS)
    count = np.maximum(early.sum(1), 1)
    sales = np.count_nonzero(early & (y > 0), axis=1)
    units = np.where(early, y, np.float32(0.0)).sum(1)
    ets = smooth_ets(
        y, used, begin, _ETS,
        level0=units / count,
        season0=np.zeros((len(rows), season), np.float32),
        horizon=horizon,
    )  # fmt: skip
    tsb = smooth_tsb(
        y, used, begin, _TSB,
        size0=units / np.maximum(sales, 1),
        probability0=sales / count,
    )  # fmt: skip
    adjusted = 0.5 * (np.maximum(ets.forecast, 0.0) + tsb.mean[:, None])
    out.mean[rows] = adjusted * future
    out.level[rows] = 0.5 * (np.maximum(ets.level, 0.0) + tsb.mean)
    out.trend[rows] = 0.5 * ets.trend
    out.probability[rows] = tsb.probability
