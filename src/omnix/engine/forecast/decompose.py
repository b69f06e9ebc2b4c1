"""Classical multiplicative decomposition and the test that decides whether to use it."""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

SIGNIFICANCE_90 = 1.645


def is_seasonal(x: F64, season: int) -> bool:
    """Whether the autocorrelation of x [t] at the seasonal lag is significant at 90%.

    Bartlett's variance, as in the benchmarks of the M competitions; needs three full seasons
    of positive values.
    """
    t = len(x)
    if season < 2 or t < 3 * season or float(x.min()) <= 0.0:
        return False
    centred = x - x.mean()
    power = float(centred @ centred)
    if power <= 0.0:
        return False
    lags = np.array([float(centred[k:] @ centred[:-k]) for k in range(1, season + 1)]) / power
    limit = SIGNIFICANCE_90 * np.sqrt((1.0 + 2.0 * float((lags[:-1] ** 2).sum())) / t)
    return bool(abs(lags[-1]) > limit)


def seasonal_indices(x: F64, season: int, *, shrink: float = 0.0) -> F64:
    """Multiplicative indices [season] with mean one; index k belongs to positions t % season == k.

    Mean ratios to a centred moving average, each moved towards one by `shrink` over the number
    of ratios that it is the mean of.
    """
    if not is_seasonal(x, season):
        return np.ones(season)
    if season % 2:
        kernel = np.ones(season) / season
    else:
        kernel = np.r_[0.5, np.ones(season - 1), 0.5] / season
    average = np.convolve(x, kernel, "valid")
    offset = (len(x) - len(average)) // 2
    ratio = x[offset : offset + len(average)] / average
    slot = (np.arange(len(average)) + offset) % season
    count = np.bincount(slot, minlength=season)
    index = np.bincount(slot, ratio, season) / np.maximum(count, 1)
    index = (count * index + shrink) / (count + shrink)
    return np.asarray(np.maximum(index, 0.01) / np.maximum(index, 0.01).mean())
