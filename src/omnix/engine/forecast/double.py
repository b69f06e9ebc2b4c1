"""Series with two seasons, one inside the other: hours of the day within hours of the week.

Seven simple forecasts of each series are judged at its own last origins; each counts by the
inverse of its error there, to the fourth power, so that a series without a week is not given one.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.seasonal import bridge, forecast_seasonal

F64 = NDArray[np.float64]
Method = Callable[[F64, int, int, int], F64]

ORIGINS, POWER = 6, 4
"""Origins at which methods are judged, a season apart, and how sharply they are told apart."""

_CYCLES = 5
_OLDER_CYCLE, _SLOWLY, _QUICKLY = 0.5, 3.5, 0.5
_KEPT = 0.98
_WEIGHTS = (0.6, 0.36, 0.216)
_LEAST_SCALE, _LARGEST_SCALE = 0.3, 3.0


def forecast_double(series: Sequence[F64], horizon: int, *, season: int, cycle: int) -> F64:
    """Mean of the next `horizon` periods of each series [n,h]; `cycle` is a multiple of `season`.

    A series too short for two cycles and the origins is forecast by `forecast_seasonal`. NaN
    inside a series is bridged; one that never was negative gets no negative forecast. Raises
    ValueError for a horizon or season below one, or a cycle that does not hold whole seasons.
    """
    if horizon < 1 or season < 1:
        raise ValueError("horizon and season must be at least 1")
    if cycle < 2 * season or cycle % season:
        raise ValueError("cycle must be at least two whole seasons")
    out = np.zeros((len(series), horizon))
    least = 2 * cycle + horizon + ORIGINS * season
    short = []
    for i, values in enumerate(series):
        x = bridge(np.asarray(values, np.float64))
        if len(x) < least:
            short.append(i)
            continue
        made = _combined(x, horizon, season, cycle)
        out[i] = np.maximum(made, 0.0) if float(x.min()) >= 0.0 else made
    if short:
        out[short] = forecast_seasonal([series[i] for i in short], horizon, season=season)
    return out


def _combined(x: F64, horizon: int, season: int, cycle: int) -> F64:
    error = np.zeros(len(_METHODS))
    for k in range(ORIGINS):
        at = len(x) - horizon - season * k
        for j, method in enumerate(_METHODS):
            made = method(x[:at], horizon, season, cycle)
            error[j] += float(np.abs(made - x[at : at + horizon]).mean())
    error += 1e-9 * max(float(np.abs(x).mean()), 1e-300)
    weight = (error.min() / error) ** POWER
    made = np.array([method(x, horizon, season, cycle) for method in _METHODS])
    return np.asarray(weight @ made / weight.sum())


def _repeated(x: F64, horizon: int, length: int) -> F64:
    return x[len(x) - length :][np.arange(horizon) % length]


def _last_season(x: F64, horizon: int, season: int, cycle: int) -> F64:
    return _repeated(x, horizon, season)


def _last_cycle(x: F64, horizon: int, season: int, cycle: int) -> F64:
    return _repeated(x, horizon, cycle)


def _cycles(x: F64, horizon: int, season: int, cycle: int) -> F64:
    """Mean of the last cycles."""
    return _older(x, horizon, cycle, lambda at: 1.0)


def _cycles_at_level(x: F64, horizon: int, season: int, cycle: int) -> F64:
    """Mean of the last cycles, each at the level of the last season beside that before it."""
    now = float(x[-season:].mean())

    def scale(at: int) -> float:
        then = float(x[at - season : at].mean()) if at >= season else 0.0
        return float(np.clip(now / then, _LEAST_SCALE, _LARGEST_SCALE)) if then > 0 else 1.0

    return _older(x, horizon, cycle, scale)


def _older(x: F64, horizon: int, cycle: int, scale: Callable[[int], float]) -> F64:
    total, weights = np.zeros(horizon), 0.0
    for k, weight in enumerate(_WEIGHTS, 1):
        at = len(x) - cycle * k
        if at < 0:
            break
        part = x[at : at + cycle][np.arange(horizon) % cycle]
        total += weight * scale(at) * part
        weights += weight
    return total / weights


def _both(x: F64, horizon: int, season: int, cycle: int) -> F64:
    """A profile of the season and the cycle's departures from it, over a level."""

    def profile(y: F64) -> F64:
        age = np.arange(len(y)) - len(y)
        apart, weight = y - _level(y, cycle), _OLDER_CYCLE ** ((-age - 1) // cycle / 2.0)
        inner = _means(apart, weight, age % season, season, 0.0)
        outer = _means(apart - inner[age % season], weight, age % cycle, cycle, 1.0)
        return np.asarray(inner[np.arange(cycle) % season] + outer)

    return _over_level(x[-_CYCLES * cycle :], horizon, season, cycle, profile, _QUICKLY)


def _inner(x: F64, horizon: int, season: int, cycle: int) -> F64:
    """A profile of the season alone, from two cycles."""
    return _over_level(
        x[-2 * cycle :], horizon, season, cycle, _season_profile(season, 4.0), _QUICKLY
    )


def _inner_quick(x: F64, horizon: int, season: int, cycle: int) -> F64:
    """The same from one cycle, soon forgotten, and a level that follows the last hours."""
    return _over_level(
        x[-cycle:], horizon, season, cycle, _season_profile(season, 1.0), _QUICKLY / 3.0
    )


def _season_profile(season: int, half_life: float) -> Callable[[F64], F64]:
    def profile(y: F64) -> F64:
        age = np.arange(len(y)) - len(y)
        weight = 0.5 ** ((-age - 1) // season / half_life)
        return _means(y - _level(y, season), weight, age % season, season, 0.0)

    return profile


def _over_level(
    x: F64, horizon: int, season: int, cycle: int, profile: Callable[[F64], F64], quickly: float
) -> F64:
    """The profile over a slow level, to which the quick one (half-life in seasons) returns."""
    logs = float(x.min()) > 0.0
    y = np.log(x) if logs else x
    shape = profile(y)
    age = np.arange(len(y)) - len(y)
    left = y - shape[age % len(shape)]
    slow = _recent(left[-2 * cycle :], _SLOWLY * season)
    quick = _recent(left[-3 * season :], quickly * season)
    ahead = np.arange(horizon)
    made = shape[ahead % len(shape)] + slow + (quick - slow) * _KEPT ** (ahead + 1)
    return np.asarray(np.exp(made) if logs else made)


def _level(y: F64, width: int) -> F64:
    """Centred moving average [t], its ends held."""
    average = np.convolve(y, np.full(width, 1.0 / width), "valid")
    return np.interp(np.arange(len(y)), np.arange(len(average)) + (width - 1) / 2.0, average)


def _means(y: F64, weight: F64, slot: NDArray[np.integer], slots: int, prior: float) -> F64:
    total, count = np.bincount(slot, y * weight, slots), np.bincount(slot, weight, slots)
    return np.asarray(total / np.maximum(count + prior, 1e-12))


def _recent(y: F64, half_life: float) -> float:
    return float(np.average(y, weights=0.5 ** (np.arange(len(y))[::-1] / half_life)))


_METHODS: tuple[Method, ...] = (
    _last_season, _last_cycle, _cycles, _cycles_at_level, _both, _inner, _inner_quick,
)  # fmt: skip
