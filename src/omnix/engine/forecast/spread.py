"""Spread of demand around its mean forecast, learnt from rolling origins.

The samples are ratios actual / mean of earlier origins. They are binned by the forecast's
expected relative precision (mean^2 over the variance that the series' own dispersion implies)
and by what the series sells a day; each bin's empirical quantiles are mixed with those of a gamma
variable of that precision, which alone serves where there is no sample.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.gamma import gamma_ratio_quantiles

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

LEVELS: tuple[float, ...] = (
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55,
    0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 0.99, 0.995,
)  # fmt: skip
PRIOR_SAMPLES = 60.0
MAX_SAMPLES = 400_000
_PER_BIN = 1500
_MAX_BINS = 20
_EDGES = (0.25, 0.5, 0.75, 0.95)
_MANY = 24_000


@dataclass(frozen=True)
class SpreadTable:
    """Ratio quantiles [class, bin, level], with class edges and each bin's log-shape centre."""

    edges: F64
    centres: F64
    quantiles: F64
    samples: int

    def ratios(self, shape: F64, rate: F64) -> F64:
        """Quantiles of actual / mean [n, level] at precision `shape` and daily `rate` [n].

        Interpolated in log shape between bin centres; beyond the outermost centres the gamma
        quantiles carry the change of shape.
        """
        x = np.log(np.clip(shape, 1e-6, 1e6))
        klass = np.searchsorted(self.edges, rate)
        out = np.empty((len(x), len(LEVELS)))
        for c in range(len(self.edges) + 1):
            rows = np.flatnonzero(klass == c)
            if not len(rows):
                continue
            centres = self.centres[c]
            inside = np.clip(x[rows], centres[0], centres[-1])
            place = np.interp(inside, centres, np.arange(len(centres)))
            low = np.minimum(place.astype(np.int64), max(len(centres) - 2, 0))
            high = np.minimum(low + 1, len(centres) - 1)
            part = (place - low)[:, None]
            table = self.quantiles[c]
            ratios = table[low] * (1.0 - part) + table[high] * part
            outside = np.flatnonzero(np.abs(inside - x[rows]) > 1e-9)
            if len(outside):
                there = gamma_ratio_quantiles(np.exp(x[rows[outside]]), LEVELS)
                border = gamma_ratio_quantiles(np.exp(inside[outside]), LEVELS)
                change = np.clip(there / np.maximum(border, 1e-30), 0.2, 5.0)
                ratios[outside] = np.where(border < 1e-3, there, ratios[outside] * change)
            out[rows] = ratios
        return np.maximum.accumulate(out, axis=1)


def fit_spread(ratio: F64, shape: F64, rate: F64) -> SpreadTable:
    """Build the table from samples: `ratio` actual / mean, `shape`, daily `rate`, all [s].

    At most `MAX_SAMPLES` are used, taken at even steps. Without samples the gamma prior is
    tabulated.
    """
    if len(ratio) > MAX_SAMPLES:
        pick = np.linspace(0, len(ratio) - 1, MAX_SAMPLES).astype(np.int64)
        ratio, shape, rate = ratio[pick], shape[pick], rate[pick]
    s = len(ratio)
    many = s >= _MANY
    edges = np.unique(np.quantile(rate, _EDGES)) if many else np.empty(0)
    bins = int(np.clip(s // ((len(edges) + 1) * _PER_BIN), 1, _MAX_BINS))
    klass = np.searchsorted(edges, rate)
    count = len(edges) + 1
    prior_shapes = np.geomspace(0.02, 500.0, 15)
    if s < _PER_BIN:
        # Too few for bins: the gamma prior gives the change with shape, the samples its width.
        table = gamma_ratio_quantiles(prior_shapes, LEVELS)
        if s:
            table *= _correction(ratio, shape)
        return SpreadTable(edges[:0], np.log(prior_shapes)[None], table[None], s)
    centres = np.empty((count, bins))
    quantiles = np.empty((count, bins, len(LEVELS)))
    for c in range(count):
        rows = np.flatnonzero(klass == c)
        if len(rows) < bins:
            rows = np.arange(s)  # ties at an edge may leave a class without samples of its own
        rows = rows[np.argsort(shape[rows], kind="stable")]
        for b, part in enumerate(np.array_split(rows, bins)):
            centre = float(np.exp(np.log(np.clip(shape[part], 1e-6, 1e6)).mean()))
            prior = gamma_ratio_quantiles(np.array([centre]), LEVELS)[0]
            found = np.quantile(ratio[part], LEVELS)
            n = len(part)
            quantiles[c, b] = (n * found + PRIOR_SAMPLES * prior) / (n + PRIOR_SAMPLES)
            centres[c, b] = np.log(centre)
        centres[c] += np.arange(bins) * 1e-9
    return SpreadTable(edges, centres, quantiles, s)


def _correction(ratio: F64, shape: F64) -> F64:
    """Multipliers [level] that move the gamma quantiles to where the samples fell."""
    expected = gamma_ratio_quantiles(shape, LEVELS).mean(0)
    found = np.quantile(ratio, LEVELS)
    n = len(ratio)
    prior = 5.0 * PRIOR_SAMPLES
    mixed = (n * found + prior * expected) / (n + prior)
    return np.asarray(np.clip((mixed + 1e-2) / (expected + 1e-2), 0.5, 2.0))


def at_levels(table: F64, wanted: tuple[float, ...]) -> F64:
    """Interpolate quantiles [n, LEVELS] to the probabilities `wanted`, clamped at the ends."""
    place = np.interp(wanted, LEVELS, np.arange(len(LEVELS)))
    low = np.minimum(place.astype(np.int64), len(LEVELS) - 2)
    part = place - low
    return np.asarray(table[..., low] * (1.0 - part) + table[..., low + 1] * part)
