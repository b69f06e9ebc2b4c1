"""Synthetic panels whose true means are known."""

import datetime
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast import Panel

FIRST_DAY = datetime.date(2022, 1, 3)
WEEK = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.5, 0.8])


@dataclass(frozen=True)
class Truth:
    """A panel, the true means [n,h] of the days after it and what was sold on them."""

    panel: Panel
    mean: NDArray[np.float64]
    sold: NDArray[np.float64]


def retail(
    series: int,
    days: int,
    horizon: int = 28,
    *,
    seed: int = 0,
    level: float = 1.0,
    spread: float = 1.0,
    swing: float = 0.0,
    christmas: float = 0.0,
    groups: int = 1,
    missing: float = 0.0,
) -> Truth:
    """Negative-binomial demand around weekday and yearly factors; levels log-normal."""
    rng = np.random.default_rng(seed)
    dates = [FIRST_DAY + datetime.timedelta(int(k)) for k in range(days + horizon)]
    of_year = np.array([date.timetuple().tm_yday for date in dates])
    season = 1.0 + swing * np.cos(2.0 * np.pi * (of_year - 200) / 365.25)
    season = season + christmas * np.exp(-0.5 * ((of_year - 350) / 8.0) ** 2)
    base = np.exp(rng.normal(level, spread, series))
    mean = base[:, None] * season * WEEK[np.arange(days + horizon) % 7]
    values = rng.negative_binomial(2.0, 2.0 / (2.0 + mean)).astype(np.float64)
    history = values[:, :days].astype(np.float32)
    history[rng.random(history.shape) < missing] = np.nan
    panel = Panel(
        history,
        np.zeros(series, np.int32),
        FIRST_DAY.toordinal(),
        (np.arange(series) % groups).astype(np.int32),
    )
    return Truth(panel, mean[:, days:], values[:, days:])
