"""Quantiles as metrics, where one unit may have many observations.

Deng, Knoblich and Lu, 2018, section 4: the share of observations below the quantile is a ratio
over units, whose variance the delta method gives; the density turns it into the quantile's own.
"""

import math
from typing import Any

import numpy as np

from omnix.engine.experiments.estimate import Estimate
from omnix.engine.experiments.special import normal_quantile

FEWEST = 20


def quantile(values: Any, units: Any, level: float) -> Estimate | None:
    """The ``level`` quantile of ``values``, of shape (observations,); ``units`` says whose each is.

    Observations of one unit may depend on each other, those of different units not. ``n`` of the
    answer is the number of units. None for fewer than 20 observations on either side of it, and
    where all observations around it are equal, so that chance has no measure.
    Raises ValueError for shapes that differ, for what is not finite, and for a wrong level.
    """
    if not 0.0 < level < 1.0:
        raise ValueError("a quantile's level must lie between 0 and 1")
    x, owner = np.asarray(values, dtype=float), np.asarray(units)
    if x.ndim != 1 or x.shape != owner.shape:
        raise ValueError("each value needs its unit")
    if not np.isfinite(x).all():
        raise ValueError("a metric must be finite in every unit")
    count = len(x)
    if count * min(level, 1.0 - level) < FEWEST:
        return None
    _, row = np.unique(owner, return_inverse=True)
    n = int(row.max()) + 1
    if n < 2:
        return None
    ordered = np.sort(x)
    value = _at(ordered, level)
    below = np.bincount(row, weights=x <= value, minlength=n)
    held = np.bincount(row, minlength=n)
    rest = below - below.sum() / count * held
    share_error = math.sqrt(float(rest @ rest) / (n - 1) * n) / count
    # The interval of the share, read off the values: no density has to be estimated.
    z = normal_quantile(0.975)
    low = _at(ordered, max(0.0, level - z * share_error))
    high = _at(ordered, min(1.0, level + z * share_error))
    error = (high - low) / (2.0 * z)
    return Estimate(n, value, error * error) if error > 0.0 else None


def _at(ordered: Any, level: float) -> float:
    """The smallest value with at least the share ``level`` at or below it."""
    position = math.ceil(level * len(ordered)) - 1
    return float(ordered[min(max(position, 0), len(ordered) - 1)])
