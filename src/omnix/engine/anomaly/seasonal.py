"""The usual range of an hour of the week, from the weeks before, robust to what went wrong in them.

Hourly figures of a shop are counts or sums over counts: their variance grows with their mean, so
everything happens on the scale of 2 sqrt(x / unit + 3/8) (Anscombe 1948), where it is about
constant; ``unit`` is the spread of a sum per event, 1 for counts. On it an hour of the week has
the median of its weeks, drawn towards the median polish of weekday and hour (Tukey 1977), since
few weeks say little. How far an hour strays is scaled by a robust deviation, and how far is too
far by what the same procedure finds of the past, each week left out in turn: so the share of
false alarms holds for heavier tails than the normal's too.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HOURS = 168
FEWEST_WEEKS = 3
_DRAW = 2.0
"""Weeks of its own that the smooth profile weighs against."""
_LEVEL_HOURS = 72
_MAD = 1.4826


@dataclass(frozen=True)
class Range:
    """What was to be expected: the middle and a range that normal hours leave with probability
    ``alpha``, in the unit of the series. ``score`` is in robust standard deviations."""

    value: float
    expected: float
    low: float
    high: float
    score: float
    weeks: int

    @property
    def unusual(self) -> bool:
        return not self.low <= self.value <= self.high


def expected_range(series: Floats, alpha: float = 0.001) -> Range | None:
    """The range of the last of ``series``, hourly values without gaps, oldest first, >= 0.

    NaN is an hour that is not known. None where fewer than FEWEST_WEEKS whole weeks come
    before the last hour. Raises ValueError for an alpha outside (0, 0.5] or an unknown last
    hour.
    """
    if not 0.0 < alpha <= 0.5:
        raise ValueError("alpha must be above 0 and at most 0.5")
    weeks = (series.size - 1) // HOURS
    if weeks < FEWEST_WEEKS:
        return None
    last = float(series[-1])
    if not np.isfinite(last):
        raise ValueError("the last hour must be known")
    # Rows are weeks that end just before the last hour, so that it falls into the first column.
    history = series[-1 - weeks * HOURS : -1].reshape(weeks, HOURS)
    unit = _unit(history)
    y = _stable(history, unit)
    residuals = np.stack([y[week] - _profile(np.delete(y, week, axis=0)) for week in range(weeks)])
    profile = _profile(y)
    flat = residuals.reshape(-1)
    levels = _levels(flat)
    strays = flat - levels[:-1]
    scale = max(_deviation(strays), 0.5)
    centre = float(profile[0] + levels[-1])
    limit = scale * _limit(strays[_LEVEL_HOURS:] / scale, alpha)
    value = float(_stable(np.array([last]), unit)[0])
    low, middle, high = (_back(centre + d, unit) for d in (-limit, 0.0, limit))
    return Range(last, middle, low, high, (value - centre) / scale, weeks)


def _median(values: Floats, axis: int | None = None, keepdims: bool = False) -> Floats:
    """That of what is known; numpy's own for gaps is ten times slower where there are none."""
    median = np.median if np.isfinite(values).all() else np.nanmedian
    return np.asarray(median(values, axis=axis, keepdims=keepdims))


def _unit(history: Floats) -> float:
    """Variance over mean, robustly, of the hours about their median: 1 for counts."""
    middle = _median(history, axis=0)
    spread = _MAD * _median(np.abs(history - middle), axis=0)
    busy = middle > 0
    if not busy.any():
        return 1.0
    ratio = float(np.median(spread[busy] ** 2 / middle[busy]))
    return max(1.0, ratio)


def _stable(x: Floats, unit: float) -> Floats:
    return np.asarray(2.0 * np.sqrt(np.maximum(x, 0.0) / unit + 0.375))


def _back(y: float, unit: float) -> float:
    return max(0.0, (max(y, 0.0) / 2.0) ** 2 - 0.375) * unit


def _profile(y: Floats) -> Floats:
    """The level of each hour of the week, shape (168,), from weeks of shape (n, 168)."""
    known = np.isfinite(y).sum(axis=0)
    own = np.where(known > 0, _median(np.where(known > 0, y, 0.0), axis=0), np.nan)
    smooth = _polished(own.reshape(7, 24)).reshape(-1)
    weight = known / (known + _DRAW)
    return np.where(known > 0, weight * np.nan_to_num(own) + (1 - weight) * smooth, smooth)


def _polished(table: Floats) -> Floats:
    """Days and hours as sums of effects, by median polish."""
    rest = table.copy()
    days, hours = np.zeros((7, 1)), np.zeros((1, 24))
    for _ in range(5):
        more = np.nan_to_num(_median(rest, axis=1, keepdims=True))
        rest, days = rest - more, days + more
        more = np.nan_to_num(_median(rest, axis=0, keepdims=True))
        rest, hours = rest - more, hours + more
    return np.asarray(days + hours)


def _levels(residuals: Floats) -> Floats:
    """Before each hour, and after the last, the median of the residuals of three days: a shop
    grows, and a sale lifts all hours alike. Halved, since a median of few strays by itself."""
    windows = np.lib.stride_tricks.sliding_window_view(residuals, _LEVEL_HOURS)
    levels = np.zeros(residuals.size + 1)
    some = np.isfinite(windows).sum(axis=1) >= _LEVEL_HOURS // 3
    levels[_LEVEL_HOURS:][some] = _median(windows[some], axis=1)
    return np.asarray(0.5 * levels)


def _deviation(strays: Floats) -> float:
    middle = _median(strays)
    return float(_MAD * _median(np.abs(strays - middle)))


def _limit(scores: Floats, alpha: float) -> float:
    """The normal quantile, or the past's own where that lies further out.

    The past's is continued beyond its twentieth part as the normal's would be: farther out may
    be the very anomalies that are sought.
    """
    normal = NormalDist().inv_cdf(1.0 - alpha / 2.0)
    sizes = np.abs(scores[np.isfinite(scores)])
    if sizes.size == 0:
        return normal
    fifth, twentieth = (float(q) for q in np.quantile(sizes, (0.8, 0.95)))
    inner, outer = (NormalDist().inv_cdf(1.0 - share / 2.0) for share in (0.2, 0.05))
    own = fifth + (twentieth - fifth) / (outer - inner) * (normal - inner)
    return max(normal, own)
