"""Day-of-month effects of groups of series (pay days, benefit days), shrunk by their evidence."""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

WINDOW = 365
MIN_MONTHS = 4


def month_day_profile(
    ratio: F64, weight: F64, day: NDArray[np.int64], month: NDArray[np.int64]
) -> F64:
    """Multiplicative factors [g,31] around one.

    `ratio` [g,t] is sold over expected with all other profiles already divided out, `weight`
    its reliability; `day` 0..30 and `month` number the t days. Within a month the ratios are
    taken relative to that month's mean, so drift does not enter. The effects are multiplied by
    max(0, 1 - error variance / variance of effects), the positive-part James-Stein estimate,
    over all groups together and then for each group's departure from them.
    """
    g, t = ratio.shape
    low = max(0, t - WINDOW)
    months = np.unique(month[low:])
    if len(months) < MIN_MONTHS:
        return np.ones((g, 31))
    table = np.full((g, len(months), 31), np.nan)
    column = np.searchsorted(months, month[low:])
    table[:, column, day[low:]] = np.where(weight[:, low:] > 0, ratio[:, low:], np.nan)
    together = np.nansum(weight[:, low:] * np.nan_to_num(ratio[:, low:]), 0)
    total = weight[:, low:].sum(0)
    common = np.full((1, len(months), 31), np.nan)
    common[0, column, day[low:]] = np.where(total > 0, together / np.maximum(total, 1e-12), np.nan)
    shared = _shrunk(common)
    if g == 1:
        return 1.0 + shared
    own = _shrunk(table - shared[:, None, :])
    return np.clip(1.0 + shared + own, 0.3, 3.0)


def _shrunk(table: F64) -> F64:
    """Shrunk day effects [g,31] of ratios [g,months,31] that may have holes."""
    there = np.isfinite(table)
    count = there.sum(2, keepdims=True)
    filled = np.where(there, table, 0.0)
    mean = filled.sum(2, keepdims=True) / np.maximum(count, 1)
    centred = np.where(there & (count >= 20), table - mean, np.nan)
    ok = np.isfinite(centred)
    n = ok.sum(1)
    centred = np.where(ok, np.clip(centred, -1.0, 1.0), 0.0)
    effect = centred.sum(1) / np.maximum(n, 1)
    residual = np.where(ok, centred - effect[:, None, :], 0.0)
    spread = (residual**2).sum((1, 2)) / np.maximum((n - 1).clip(0).sum(1), 1)
    error = spread[:, None] / np.maximum(n, 1)
    enough = n >= 3
    signal = (np.where(enough, effect**2, 0.0)).sum(1) / np.maximum(enough.sum(1), 1)
    typical = np.where(enough, error, 0.0).sum(1) / np.maximum(enough.sum(1), 1)
    between = np.maximum(signal - typical, 0.0)
    keep = between[:, None] / np.maximum(between[:, None] + error, 1e-12)
    return np.asarray(np.where(enough, keep * effect, 0.0))
