"""Positions of days within the year and the month, from proleptic Gregorian ordinals."""

import numpy as np
from numpy.typing import NDArray

YEAR_DAYS = 365.2425
_EPOCH_ORDINAL = 719163  # date(1970, 1, 1).toordinal()


def _dates(first_day: int, days: int) -> NDArray[np.datetime64]:
    start = np.datetime64(first_day - _EPOCH_ORDINAL, "D")
    return start + np.arange(days).astype("timedelta64[D]")


def day_of_month(first_day: int, days: int) -> NDArray[np.int64]:
    """0..30 for each of `days` days from the ordinal `first_day` on."""
    dates = _dates(first_day, days)
    within = dates - dates.astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(within.astype(np.int64))


def month_number(first_day: int, days: int) -> NDArray[np.int64]:
    """Months since 1970 for each day."""
    return _dates(first_day, days).astype("datetime64[M]").astype(np.int64)


def year_position(first_day: int, days: int) -> NDArray[np.float64]:
    """Fraction of the year, such that a calendar date has the same value in every year."""
    dates = _dates(first_day, days)
    years = dates.astype("datetime64[Y]")
    first = years.astype("datetime64[D]")
    length = ((years + 1).astype("datetime64[D]") - first).astype(np.float64)
    within = (dates - first).astype(np.float64)
    return np.asarray(years.astype(np.int64) + (within + 0.5) / length)
