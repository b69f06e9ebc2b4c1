"""Accuracy measures of forecasts, one function each, by the names of the field.

`actual` and `forecast` are [n,h], one row a series, unless said otherwise. NaN in `actual` means
not observed and is left out. Results are [n] unless the name says that the whole panel is
scored at once; a row without anything to score gives NaN.
"""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Array = NDArray[np.floating]


def row_mean(values: Array) -> F64:
    """Row means [n] over what is finite."""
    there = np.isfinite(values)
    count = there.sum(1)
    total = np.where(there, values, 0.0).sum(1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def ratio(numerator: F64 | float, denominator: F64 | float) -> F64:
    """Quotients; NaN where the denominator is not above zero."""
    below = np.asarray(denominator, np.float64)
    safe = np.where(below > 0, below, 1.0)
    return np.asarray(np.where(below > 0, np.asarray(numerator) / safe, np.nan))


def wape(actual: Array, forecast: Array) -> F64:
    """Weighted absolute percentage error: sum of |error| over sum of |actual|."""
    there = np.isfinite(actual)
    error = np.where(there, np.abs(np.where(there, actual, 0.0) - forecast), 0.0).sum(1)
    return ratio(error, np.where(there, np.abs(actual), 0.0).sum(1))


def panel_wape(actual: Array, forecast: Array) -> float:
    """WAPE of the whole panel: every unit weighs the same, whichever series sold it."""
    return float(wape(actual.reshape(1, -1), forecast.reshape(1, -1))[0])


def bias(actual: Array, forecast: Array) -> F64:
    """Sum of (forecast - actual) over sum of |actual|: positive where too much is forecast."""
    there = np.isfinite(actual)
    error = np.where(there, forecast - np.where(there, actual, 0.0), 0.0).sum(1)
    return ratio(error, np.where(there, np.abs(actual), 0.0).sum(1))


def panel_bias(actual: Array, forecast: Array) -> float:
    """Bias of the whole panel."""
    return float(bias(actual.reshape(1, -1), forecast.reshape(1, -1))[0])


def smape(actual: Array, forecast: Array) -> F64:
    """Symmetric absolute percentage error in percent, as in the M3 competition (0 .. 200).

    A period where both are zero counts as no error. Makridakis and Hibon (2000).
    """
    size = np.abs(actual) + np.abs(forecast)
    error = 200.0 * np.abs(actual - forecast) / np.where(size > 0, size, 1.0)
    return row_mean(np.asarray(error))


def naive_scale(history: Array, season: int = 1) -> F64:
    """Mean absolute difference [n] between values `season` apart in history [n,t], NaN left out."""
    if history.shape[1] <= season:
        return np.full(len(history), np.nan)
    return row_mean(np.abs(history[:, season:] - history[:, :-season]))


def squared_naive_scale(history: Array) -> F64:
    """Mean squared one-step difference [n] of history [n,t]: the scale of the RMSSE."""
    if history.shape[1] < 2:
        return np.full(len(history), np.nan)
    return row_mean((history[:, 1:] - history[:, :-1]) ** 2)


def mase(actual: Array, forecast: Array, history: Array, season: int = 1) -> F64:
    """Mean absolute scaled error. Hyndman and Koehler (2006)."""
    return ratio(row_mean(np.abs(actual - forecast)), naive_scale(history, season))


def rmsse(actual: Array, forecast: Array, history: Array) -> F64:
    """Root mean squared scaled error, as in the M5 competition."""
    return np.sqrt(ratio(row_mean((actual - forecast) ** 2), squared_naive_scale(history)))


def pinball_loss(actual: Array, quantiles: Array, levels: tuple[float, ...]) -> F64:
    """Mean pinball loss [n] of quantiles [n,h,q] over horizon and levels. Koenker (1978)."""
    level = np.asarray(levels)
    error = actual[:, :, None] - quantiles
    loss = np.maximum(level * error, (level - 1.0) * error)
    return row_mean(loss.reshape(len(actual), -1))


def coverage(actual: Array, lower: Array, upper: Array) -> float:
    """Share of the observed values that lie in [lower, upper], over the whole panel.

    For low counts this exceeds the nominal share however good the quantiles are, since the
    bounds are themselves likely values; `interval_share` does not.
    """
    there = np.isfinite(actual)
    if not there.any():
        return float("nan")
    return float(((actual >= lower) & (actual <= upper))[there].mean())


def probability_transform(
    actual: Array, quantiles: Array, levels: tuple[float, ...], unit: Array
) -> tuple[F64, F64]:
    """Forecast probabilities [n,h] of less than, and of at most, what was observed.

    `quantiles` [n,h,q] are continuous; sales in multiples of `unit` [n] (0: any amount) stand
    for the half unit around them. The nonrandomised transform of Czado, Gneiting and Held
    (Biometrics 65, 2009): a calibrated forecast spreads the interval between the two evenly.
    """
    half = 0.5 * np.asarray(unit, np.float64)[:, None]
    under = _distribution(actual - half, quantiles, levels)
    upto = _distribution(actual + half, quantiles, levels)
    # Demand is never negative: whatever mass lies at zero begins at probability zero.
    under = np.where(actual <= 0, 0.0, under)
    return under, np.maximum(upto, under)


def _distribution(at: Array, quantiles: Array, levels: tuple[float, ...]) -> F64:
    """The distribution function at `at` [n,h], linear between its quantiles."""
    out = np.where(at < quantiles[:, :, 0], 0.5 * levels[0], 0.5 * (1.0 + levels[-1]))
    for k in range(len(levels) - 1):
        low, high = quantiles[:, :, k], quantiles[:, :, k + 1]
        part = (at - low) / np.maximum(high - low, 1e-12)
        value = levels[k] + (levels[k + 1] - levels[k]) * np.clip(part, 0.0, 1.0)
        out = np.where((at >= low) & (at < high), value, out)
    return np.asarray(np.where(at == quantiles[:, :, -1], levels[-1], out))


def interval_share(under: F64, upto: F64, lower: float, upper: float) -> F64:
    """Share of each observation [n,h] that falls between the levels `lower` and `upper`.

    Its mean is the nominal upper - lower for a calibrated forecast, of counts as of amounts.
    """
    width = upto - under
    overlap = np.clip(np.minimum(upto, upper) - np.maximum(under, lower), 0.0, None)
    inside = (upto >= lower) & (upto <= upper)
    return np.where(width > 1e-12, overlap / np.maximum(width, 1e-12), inside)


def value_added(error: F64, benchmark: F64) -> F64:
    """1 - error / benchmark error [n]: the share of the benchmark's error that was removed."""
    return 1.0 - ratio(error, benchmark)
