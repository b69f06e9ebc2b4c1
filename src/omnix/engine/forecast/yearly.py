"""Yearly season of groups of series by Gaussian-process regression on weekly log indices.

The index of a group is split into a yearly periodic part (broad and sharp), a slow drift, a
short-memory wander and noise. How much of a bump is believed to come back next year follows
from these variances, which are chosen by marginal likelihood: with one year of history much is
left to the wander, with three a Christmas is recognised. Source: Rasmussen and Williams,
Gaussian Processes for Machine Learning (2006), ch. 5.4.3.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

MIN_DAYS = 371
MAX_DAYS = 4 * 365
_WEEK = 7
_BROAD, _SHARP = 0.6, 0.09
_DRIFT_YEARS, _WANDER_YEARS = 1.5, 0.12
_GRID = tuple(product((0.0, 0.15, 0.4), (0.0, 0.15, 0.4), (0.04, 0.12), (0.02, 0.08)))
_GROUP_GRID = tuple(product((0.0, 0.05, 0.15, 0.4), (0.0, 0.15), (0.04, 0.12), (0.02, 0.08)))
_JUDGES = 24
# With one year of history a season cannot be told from drift, so it needs strong evidence.
_MARGIN_ONE_YEAR, _MARGIN = 6.0, 2.0
_ONE_YEAR_WEEKS = 91


def _periodic(gap: F64, length: float) -> F64:
    return np.asarray(np.exp(-2.0 * np.sin(np.pi * gap) ** 2 / length**2))


class _Kernels:
    """Covariances between two sets of year positions, without their variances."""

    def __init__(self, rows: F64, columns: F64) -> None:
        gap = rows[:, None] - columns[None, :]
        distance = np.abs(gap)
        self.broad, self.sharp = _periodic(gap, _BROAD), _periodic(gap, _SHARP)
        self.drift = 4.0 + 0.2**2 * np.exp(-0.5 * (distance / _DRIFT_YEARS) ** 2)
        self.wander = np.exp(-distance / _WANDER_YEARS)

    def season(self, broad: float, sharp: float) -> F64:
        return np.asarray(broad**2 * self.broad + sharp**2 * self.sharp)

    def all(self, broad: float, sharp: float, wander: float) -> F64:
        return np.asarray(self.season(broad, sharp) + self.drift + wander**2 * self.wander)


def _log_likelihood(covariance: F64, z: F64) -> float:
    """Gaussian log likelihood of the rows of z, up to a constant.

    One Cholesky factor of the covariance bordered by z holds both the determinant and, in its
    corner, what the quadratic forms leave of a large constant.
    """
    w, g = covariance.shape[0], len(z)
    constant = 1.0 + float((z**2).sum()) / float(np.diag(covariance).min()) * 1e4
    bordered = np.empty((w + g, w + g))
    bordered[:w, :w] = covariance
    bordered[w:, :w] = z
    bordered[:w, w:] = z.T
    bordered[w:, w:] = constant * np.eye(g)
    factor = np.linalg.cholesky(bordered)
    quadratic = g * constant - float((factor[w:, w:] ** 2).sum())
    return -0.5 * quadratic - g * float(np.log(np.diag(factor)[:w]).sum())


def _posterior(
    z: F64, noise: F64, position: F64, at: F64, grid: tuple[tuple[float, ...], ...]
) -> F64:
    """Season at `at` for each row of z [g,w] with noise variances [g,w], one prior for all rows."""
    kernels = _Kernels(position, position)
    shared = np.median(noise, axis=0)
    margin = _MARGIN_ONE_YEAR if len(position) < _ONE_YEAR_WEEKS else _MARGIN
    judges = z[np.unique(np.linspace(0, len(z) - 1, _JUDGES).astype(np.int64))]
    best, choice = -np.inf, grid[0]
    for broad, sharp, wander, extra in grid:
        covariance = kernels.all(broad, sharp, wander)
        covariance[np.diag_indices_from(covariance)] += shared + extra**2
        score = _log_likelihood(covariance, judges)
        score -= margin * len(judges) if broad or sharp else 0.0
        if score > best:
            best, choice = score, (broad, sharp, wander, extra)
    broad, sharp, wander, extra = choice
    if broad == 0.0 and sharp == 0.0:
        return np.zeros((len(z), len(at)))
    base = kernels.all(broad, sharp, wander)
    solved = np.empty_like(z)
    steady = noise.max(1) < 4.0 * noise.min(1) + 1e-12
    if steady.any():
        # One noise level a row: a single eigendecomposition serves all of them.
        values, vectors = np.linalg.eigh(base)
        level = np.median(noise[steady], axis=1)[:, None] + extra**2
        solved[steady] = ((z[steady] @ vectors) / (values[None, :] + level)) @ vectors.T
    for row in np.flatnonzero(~steady):
        solved[row] = np.linalg.solve(base + np.diag(noise[row] + extra**2), z[row])
    return np.asarray(solved @ _Kernels(at, position).season(broad, sharp).T)


def yearly_profile(sold: F64, expected: F64, position: F64) -> F64:
    """Multiplicative yearly factors [g, days] of g groups, geometric mean one over a year.

    `sold` and `expected` [g,t] are daily sums in independent-sale units, expected from each
    series' mean level; `position` holds the year positions of all days wanted, the first t of
    which are the history. Groups without a year of history follow all groups together.
    """
    g, t = sold.shape
    keep = min(t, MAX_DAYS)
    weeks = keep // _WEEK
    if keep < MIN_DAYS:
        return np.ones((g, len(position)))
    low = t - weeks * _WEEK
    sums = sold[:, low:].reshape(g, weeks, _WEEK).sum(2)
    base = expected[:, low:].reshape(g, weeks, _WEEK).sum(2)
    middle = position[low:t].reshape(weeks, _WEEK).mean(1)
    year = middle[-1] + np.arange(52) / 52.0
    at = np.concatenate([position, year])

    def season(numerator: F64, denominator: F64, grid: tuple[tuple[float, ...], ...]) -> F64:
        ratio = (numerator + 0.5) / (denominator + 0.5)
        noise = np.where(denominator > 0, 1.0 / (denominator + 0.5), 1e4)
        fit = _posterior(np.log(ratio), noise, middle, at, grid)
        return np.asarray(fit[:, :-52] - fit[:, -52:].mean(1, keepdims=True))

    live = base.sum(0) > 0
    if live.sum() * _WEEK < MIN_DAYS - _WEEK:
        return np.ones((g, len(position)))
    whole = np.exp(season(sums.sum(0, keepdims=True), base.sum(0, keepdims=True), _GRID))
    if g == 1:
        return np.asarray(whole)
    common = whole[0, low:t].reshape(weeks, _WEEK).mean(1)
    own = (base > 0).sum(1) * _WEEK >= MIN_DAYS - _WEEK
    out = np.repeat(whole, g, 0)
    if own.any():
        out[own] *= np.exp(season(sums[own], base[own] * common, _GROUP_GRID))
    return np.asarray(np.clip(out, 0.1, 10.0))
