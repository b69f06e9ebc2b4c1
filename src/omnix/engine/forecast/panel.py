"""What goes into a daily forecast and what comes out of it."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]


class Note(StrEnum):
    """Why a series' forecast deserves less trust, or was treated apart."""

    NO_HISTORY = "no_history"
    NO_SALES = "no_sales"
    FEW_SALES = "few_sales"
    SHORT_HISTORY = "short_history"
    LONG_GAP = "long_gap"
    DORMANT = "dormant"
    POOLED = "pooled"
    OUTLIERS_CAPPED = "outliers_capped"
    RETURNS_IGNORED = "returns_ignored"


@dataclass(frozen=True)
class Panel:
    """Daily demand of n series over t days.

    values [n,t] float32, NaN where demand was not observed (stock-out, closed, not yet listed);
    start [n] column of each series' first day of life (t or more: none yet); first_day the
    proleptic ordinal (`date.toordinal`) of column 0; group [n] any integers, series that may
    share weekday and yearly profiles. Infinite values count as not observed.
    """

    values: F32
    start: I32
    first_day: int
    group: I32

    def __post_init__(self) -> None:
        if self.values.ndim != 2:
            raise ValueError("values must have two dimensions, series and days")
        n = self.values.shape[0]
        if self.start.shape != (n,) or self.group.shape != (n,):
            raise ValueError("start and group must have one entry for each series")

    @property
    def size(self) -> int:
        return int(self.values.shape[0])

    @property
    def days(self) -> int:
        return int(self.values.shape[1])

    def until(self, day: int) -> "Panel":
        """The panel as it was known before column `day`."""
        return Panel(self.values[:, :day], self.start, self.first_day, self.group)
