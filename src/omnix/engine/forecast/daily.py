"""Mean demand of daily series at one origin: a smoothed level times pooled profiles."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.aggregate import Rows, adjust, group_index, row_moments, row_totals
from omnix.engine.forecast.calendar import day_of_month, month_number, year_position
from omnix.engine.forecast.grids import ets_grid, tsb_grid
from omnix.engine.forecast.growth import yearly_growth
from omnix.engine.forecast.monthday import month_day_profile
from omnix.engine.forecast.native import Using
from omnix.engine.forecast.panel import F32, I32
from omnix.engine.forecast.prepare import Bool, Prepared, outlier_caps
from omnix.engine.forecast.signals import MIN_DAYS, Signals, day_effects
from omnix.engine.forecast.smoothing import smooth_ets, smooth_tsb
from omnix.engine.forecast.weekday import dispersion, fade, weekday_profile
from omnix.engine.forecast.yearly import MAX_DAYS, yearly_profile

F64 = NDArray[np.float64]

MEMORY_DAYS = 400
FIRST_LEVEL_DAYS = 56
MIN_OBSERVED = 28
CHUNK = 1024
SMALLEST_FACTOR = 0.05
QUIET_FACTOR = 0.35
LEVEL_AGE_DAYS = 28
"""How old, on average, the sales are that a level is made of."""

NEW_DAYS, BORROWED_DAYS, MIN_PEERS = 14, 4.0, 3

_ETS = ets_grid((0.01, 0.03, 0.07, 0.15, 0.3, 0.5), gammas=(0.0, 0.03, 0.1), gain_penalty=6.0)
_TSB = tsb_grid((0.01, 0.02, 0.05, 0.1), (0.01, 0.02, 0.04, 0.08), gain_penalty=6.0)


@dataclass(frozen=True)
class OriginForecast:
    """What is expected after one origin, in prepared order, from data before it only.

    mean [n,h]; level, trend (a day), probability of a sale, dispersion (variance / mean), doubt
    (relative variance of a borrowed level), observed and sales (day counts) [n]; weekday [n,m]
    by column modulo m; yearly (with growth) and monthday (with events) factors [g,h]; capped,
    pooled [n] whether outliers were cut off, and whether the level was borrowed from the group.
    """

    origin: int
    mean: F32
    level: F32
    trend: F32
    probability: F32
    dispersion: F64
    doubt: F64
    observed: I32
    sales: I32
    weekday: F32
    yearly: F32
    monthday: F32
    capped: Bool
    pooled: Bool
    past: F32
    """Factors [g, days] of the days before the origin, weekdays apart, the last one latest."""

    pretrained: Bool | None = None
    """Whether the means [n] are those of a model trained elsewhere; None where there is none."""


def forecast_origin(
    data: Prepared,
    cut: int,
    horizon: int,
    *,
    season: int = 7,
    calendar: bool = True,
    signals: Signals | None = None,
    using: Using | None = None,
) -> OriginForecast:
    """Forecast columns cut .. cut + horizon - 1 from the columns before `cut`.

    `signals` tells of the days before and after: their effects are learnt from before `cut` and
    count among the effects of the day of the month.

    Without `calendar` the columns are periods of any length: no season of the year and no day of
    the month is looked for.
    """
    n = len(data.values)
    low, recent = max(0, cut - MAX_DAYS), max(0, cut - MEMORY_DAYS)
    rows = Rows(data.values, data.seen, data.group, data.groups, season)
    totals = row_totals(rows, low, cut, using=using)
    caps = outlier_caps(data.values[:, low:cut], totals)
    moments = row_moments(rows, recent, cut, caps, fade(cut), using=using)
    scale = dispersion(moments)
    weekday = np.ascontiguousarray(
        weekday_profile(moments.sums, moments.days, data.group, data.groups, scale), np.float32
    )

    level = np.minimum(totals.total, caps * np.maximum(totals.sales, 1.0))
    level = (level / np.maximum(totals.observed, 1)).astype(np.float32)
    sold, expected, shaped = group_index(
        rows, low, cut, caps, weekday, level, scale.astype(np.float32), using=using
    )
    first, days = data.first_day + low, cut - low
    if calendar:
        yearly = yearly_profile(sold, expected, year_position(first, days + horizon))
        base = shaped * yearly[:, :days]
        day = day_of_month(first, days + horizon)
        ratio, known = sold / np.maximum(base, 1e-9), np.ones(1)
        if days >= MIN_DAYS:
            known, ratio, base = _known_days(signals, data, low, cut + horizon, sold, base)
        monthday = month_day_profile(ratio, base, day[:days], month_number(first, days))
        monthday = monthday[:, day] * known
    else:
        yearly = monthday = np.ones((data.groups, days + horizon))
    shared = np.ascontiguousarray(yearly * monthday, np.float32)

    out = OriginForecast(
        cut,
        np.empty((n, horizon), np.float32),
        np.empty(n, np.float32),
        np.empty(n, np.float32),
        np.empty(n, np.float32),
        scale.copy(),
        np.zeros(n),
        totals.observed,
        totals.sales,
        weekday,
        yearly[:, days:].astype(np.float32),
        monthday[:, days:].astype(np.float32),
        np.isfinite(caps),
        np.zeros(n, np.bool_),
        shared[:, :days],
    )
    rows = replace(rows, seen=_telling(data, low, shared[:, :days]))
    fresh = moments.count >= MIN_OBSERVED
    for which, begin in ((np.flatnonzero(fresh), recent), (np.flatnonzero(~fresh), low)):
        for a in range(0, len(which), CHUNK):
            part = which[a : a + CHUNK]
            history = adjust(
                rows, part, low, begin, cut, caps, weekday, shared,
                smallest=SMALLEST_FACTOR, early=FIRST_LEVEL_DAYS, using=using,
            )  # fmt: skip
            start = np.clip(data.start[part] - begin, 0, cut - begin).astype(np.int32)
            count = np.maximum(history.count, 1).astype(np.float32)
            ets = smooth_ets(
                history.y, history.used, start, _ETS,
                level0=history.units / count,
                season0=np.zeros((len(part), season), np.float32),
                horizon=horizon, using=using,
            )  # fmt: skip
            tsb = smooth_tsb(
                history.y, history.used, start, _TSB,
                size0=history.units / np.maximum(history.sales, 1),
                probability0=history.sales / count, using=using,
            )  # fmt: skip
            # What the level could not foresee, rather than all variance: a strong weekday or
            # season must not pass for uncertainty.
            mean = moments.total[part] / np.maximum(moments.count[part], 1)
            left = ets.sigma.astype(np.float64) ** 2 / np.maximum(mean, 1e-30)
            floor = 0.01 * moments.total[part] / np.maximum(moments.sales[part], 1)
            out.dispersion[part] = np.where(mean > 0, np.maximum(left, floor), scale[part])
            path = 0.5 * (np.maximum(ets.forecast, 0.0) + tsb.mean[:, None])
            out.mean[part] = path * history.future
            out.level[part] = 0.5 * (np.maximum(ets.level, 0.0) + tsb.mean)
            out.trend[part] = 0.5 * ets.trend
            out.probability[part] = tsb.probability
    if calendar:
        growth = yearly_growth(sold, expected)
        ahead = LEVEL_AGE_DAYS + np.arange(horizon)
        grown = np.exp(growth[:, None] * ahead).astype(np.float32)
        out.mean[:] *= grown[data.group]
        out.yearly[:] *= grown
    _borrow_levels(out, data, weekday, shared[:, days:])
    return out


def _telling(data: Prepared, low: int, shared: F32) -> Bool:
    """The days [n,t] that tell of a level: not those on which a group all but stood still.

    A single sale on such a day, divided by the day's factor, would look like a rush.
    """
    still = shared < QUIET_FACTOR
    if not still.any():
        return data.seen
    seen = data.seen.copy()
    for group in np.flatnonzero(still.any(1)):
        first, stop = np.searchsorted(data.group, (group, group + 1))
        seen[first:stop, low : low + still.shape[1]] &= ~still[group]
    return seen


def _known_days(
    signals: Signals | None, data: Prepared, low: int, stop: int, sold: F64, base: F64
) -> tuple[F64, F64, F64]:
    """Factors [g, stop - low] of the known days, and what they leave of the ratio and its base.

    Without signals the ratio is still kept from single days that stand far out: a shop that was
    shut on the 25th of one month would otherwise have a bad 25th in all.
    """
    recurring = np.zeros((0, data.groups, stop))
    events = np.zeros((0, stop), np.bool_)
    if signals is not None:
        recurring = signals.by_group(data.group, data.groups, stop, data.order)
        events = signals.days_of_events(stop)
    found = day_effects(sold, base, recurring[:, :, low:], events[:, low:])
    return found.factor, found.tamed, base * found.factor[:, : base.shape[1]]


def _borrow_levels(out: OriginForecast, data: Prepared, weekday: F32, shared: F32) -> None:
    """Move series that are new, or not yet sold, towards the median level of their group.

    The group's median counts as `BORROWED_DAYS` observed days; the spread of its levels becomes
    doubt about this one, in the same proportion. Groups with too few established series lend
    nothing.
    """
    new = out.observed < NEW_DAYS
    established = (out.observed >= MIN_OBSERVED) & (out.sales > 0)
    slots = np.arange(out.origin, out.origin + out.mean.shape[1]) % weekday.shape[1]
    for group in np.unique(data.group[new]):
        members = data.group == group
        peers = np.flatnonzero(members & established)
        if len(peers) < MIN_PEERS:
            continue
        level = float(np.median(out.level[peers]))
        if level <= 0.0:
            continue
        scale = float(np.median(out.dispersion[peers]))
        spread = float(np.var(out.level[peers])) / level**2
        rows = np.flatnonzero(members & new)
        share = BORROWED_DAYS / (BORROWED_DAYS + out.observed[rows])
        lent = level * weekday[rows][:, slots] * shared[group]
        out.mean[rows] = out.mean[rows] * (1.0 - share[:, None]) + lent * share[:, None]
        out.level[rows] = out.level[rows] * (1.0 - share) + level * share
        chance = float(np.median(out.probability[peers]))
        out.probability[rows] = out.probability[rows] * (1.0 - share) + chance * share
        own = np.where(out.sales[rows] > 0, out.dispersion[rows], scale)
        out.dispersion[rows] = own * (1.0 - share) + scale * share
        out.doubt[rows] = share * spread
        out.pooled[rows] = True
