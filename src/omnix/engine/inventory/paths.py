"""Possible futures of demand, drawn from what little was seen of it.

For products with a handful of periods, where no rolling origins can tell a spread. A bank of
smoothing models runs over the history; each is as likely as its one-step errors say (Hyndman et
al., Forecasting with Exponential Smoothing, 2008, table 2.1, as a discounted Bayesian mixture),
and a path follows one of them, its own surprises fed back, so that doubt about the level grows
with the time ahead as it should. Errors grow with the square root of the level, as counts' do.
"""

import numpy as np
from numpy.typing import ArrayLike

from .ahead import Floats

_FIRST = 5
"""Periods whose mean is where the models start."""
_GAINS = (0.05, 0.1, 0.2, 0.35, 0.55, 0.8)
_TRENDS = ((0.0, 0.0, 0.0), (0.1, 0.8, 3.0))
"""Trend gain relative to the level's, damping, and prior log odds against it."""
_GAIN, _TREND_GAIN, _DAMPING, _ODDS = np.array(
    [(gain, gain * more, damping, odds) for gain in _GAINS for more, damping, odds in _TRENDS]
).T
_FADE = 0.97
_SHARPNESS = 0.7
_PRIOR_PERIODS, _PRIOR_VARIANCE = 2.0, 0.12
_LEAST = 1e-6


def demand_paths(history: ArrayLike, steps: int, draws: int, seed: int = 0) -> Floats:
    """Demand (N, draws, steps) of the periods that follow ``history`` (N, T), in units.

    Periods that are not finite were not observed; without a single observed one, all zeros.
    All stocks share the random numbers, so that a stock's paths depend on no other's history.
    """
    seen = np.asarray(history, float)
    if seen.ndim != 2 or steps < 1 or draws < 1:
        raise ValueError("history is (N, T), with at least one step and one draw")
    levels, trends, variances, chances, periods = _smoothed(seen)
    rng = np.random.default_rng(seed)
    # Even steps through the probabilities leave less to luck than independent draws.
    even = (rng.permutation(draws) + rng.random(draws)) / draws
    model = (even[None, :, None] > np.cumsum(chances, axis=1)[:, None, :]).sum(axis=2)
    model = np.minimum(model, _GAIN.size - 1)
    level, trend, variance = (
        np.take_along_axis(each, model, axis=1) for each in (levels, trends, variances)
    )
    # A variance learnt from few periods is itself uncertain: Student's t, its chi-square by
    # Wilson and Hilferty's cube.
    ninth = (2.0 / (9.0 * (periods + _PRIOR_PERIODS)))[:, None]
    known = (1.0 - ninth + rng.standard_normal(draws) * np.sqrt(ninth)) ** 3
    spread = np.sqrt(variance / np.maximum(known, 0.05))
    gain, trend_gain, damping = _GAIN[model], _TREND_GAIN[model], _DAMPING[model]
    found = np.empty((*level.shape, steps))
    surprise = rng.standard_normal((steps, draws))
    sold = np.isfinite(seen).any(axis=1)[:, None]
    for step in range(steps):
        expected = np.maximum(level + damping * trend, _LEAST)
        width = spread * np.sqrt(np.maximum(expected, 1.0))
        demand = np.where(sold, np.maximum(expected + width * surprise[step], 0.0), 0.0)
        found[:, :, step] = demand
        error = demand - expected
        level = np.maximum(expected + gain * error, 0.0)
        trend = damping * trend + trend_gain * error
    return found


def _smoothed(seen: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Level, trend, variance (of errors over the root of the level) and probability of each
    model (N, G), and how many periods count (N,)."""
    there = np.isfinite(seen)
    values = np.maximum(np.where(there, seen, 0.0), 0.0)
    early = there & (there.cumsum(axis=1) <= _FIRST)
    start = (values * early).sum(axis=1) / np.maximum(early.sum(axis=1), 1)
    level = np.repeat(start[:, None], _GAIN.size, axis=1)
    trend, squares, scale = np.zeros_like(level), np.zeros_like(level), np.zeros_like(level)
    periods = np.zeros(len(seen))
    for period in range(seen.shape[1]):
        use = there[:, period, None]
        expected = np.maximum(level + _DAMPING * trend, _LEAST)
        error = np.where(use, values[:, period, None] - expected, 0.0)
        size = np.maximum(expected, 1.0)
        fade = np.where(use, _FADE, 1.0)
        squares = squares * fade + error**2 / size
        scale = scale * fade + np.where(use, np.log(size), 0.0)
        periods = periods * fade[:, 0] + there[:, period]
        level = np.where(use, np.maximum(expected + _GAIN * error, 0.0), level)
        trend = np.where(use, _DAMPING * trend + _TREND_GAIN * error, trend)
    count = periods[:, None]
    variance = (squares + _PRIOR_PERIODS * _PRIOR_VARIANCE) / (count + _PRIOR_PERIODS)
    against = 0.5 * _SHARPNESS * (count * np.log(variance) + scale) + _ODDS
    chance = np.exp(against.min(axis=1, keepdims=True) - against)
    return level, trend, variance, chance / chance.sum(axis=1, keepdims=True), periods
