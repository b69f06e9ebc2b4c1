"""What sells: of late, ever more, and at this time of the year."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Trends:
    """Scores [items], 0 for what is none of it. ``popular`` units a day of late; ``rising`` and
    ``seasonal`` are how many times the usual it sells, where that is more than chance."""

    popular: F64
    rising: F64
    seasonal: F64


def trends(units: F64, *, late: int = 28, week: int = 7) -> Trends:
    """From daily units [items, days], the last day last, gaps as 0.

    Rising: the last ``week`` days against the ``late`` days before them. Seasonal: the coming 28
    days a year ago against that year, which takes 13 months of data; what sold in proportion to
    the whole shop is no season.
    """
    days = units.shape[1]
    fresh = units[:, max(0, days - late) :]
    popular = fresh.mean(1) if fresh.shape[1] else np.zeros(len(units))
    rising = np.zeros(len(units))
    if days >= week + late:
        now = units[:, -week:].sum(1)
        usual = units[:, -week - late : -week].sum(1) * week / late
        rising = _beyond(now, usual)
    seasonal = np.zeros(len(units))
    if days >= 365 + 28:
        then = units[:, days - 365 : days - 365 + 28].sum(1)
        year = units[:, days - 365 :].sum(1)
        share = then.sum() / max(float(year.sum()), 1.0)
        seasonal = _beyond(then, year * share)
    return Trends(popular, rising, seasonal)


def _beyond(seen: F64, usual: F64) -> F64:
    """How many times ``usual`` was sold; 0 within three deviations of it by chance."""
    sure = seen - usual > 3.0 * np.sqrt(usual + 1.0)
    return np.where(sure, seen / np.maximum(usual, 1.0), 0.0)
