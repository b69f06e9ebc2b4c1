"""Quantiles of unit-mean gamma variables, by numerical integration and without scipy."""

from functools import cache
from math import lgamma

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

SHAPES = np.geomspace(0.01, 1000.0, 61)
_POINTS = 4000


@cache
def _table(levels: tuple[float, ...]) -> F64:
    """Quantiles [shape, level] of Gamma(shape) / shape on the grid `SHAPES`."""
    table = np.empty((len(SHAPES), len(levels)))
    for row, shape in enumerate(SHAPES):
        # In u = log x the density is exp(shape u - e^u): smooth even where the shape is tiny.
        top = np.log(shape + 12.0 * np.sqrt(shape) + 40.0)
        bottom = np.log(shape) - 12.0 / np.sqrt(shape) - 20.0 / shape
        u = np.linspace(max(bottom, -690.0), top, _POINTS)
        density = np.exp(shape * u - np.exp(u) - lgamma(shape))
        mass = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(u))])
        mass += max(0.0, 1.0 - mass[-1])
        table[row] = np.exp(np.interp(levels, mass / mass[-1], u)) / shape
    return table


def gamma_ratio_quantiles(shape: F64, levels: tuple[float, ...]) -> F64:
    """Quantiles [n, level] of actual / mean where actual is gamma, shape [n] = mean^2 / variance.

    Interpolated between tabulated shapes; shapes outside 0.01 .. 1000 are taken at the border.
    """
    table = _table(levels)
    place = np.interp(np.log(np.maximum(shape, 1e-30)), np.log(SHAPES), np.arange(len(SHAPES)))
    lower = np.minimum(place.astype(np.int64), len(SHAPES) - 2)
    part = (place - lower)[:, None]
    return np.asarray(table[lower] * (1.0 - part) + table[lower + 1] * part)
