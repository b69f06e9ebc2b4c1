"""Turns a panel into dense arrays, grouped for pooling, and tames what is not demand."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.aggregate import Totals
from omnix.engine.forecast.panel import F32, I32, Panel

Bool = NDArray[np.bool_]

# Beyond these a number is a mistake, and its square leaves the range of float32.
LARGEST, SMALLEST = 1e12, 1e-6
_CHUNK = 512
_SUSPECT = 12.0
_LOG_FLOOR = 0.7
_LOG_SPREADS = 4.0
_MIN_SALES = 5


@dataclass(frozen=True)
class Prepared:
    """A panel sorted by group: `order[i]` is the panel row of prepared row i.

    values are zero where `seen` is false, and never negative; `group` counts up from zero.
    """

    values: F32
    seen: Bool
    start: I32
    first_day: int
    group: I32
    groups: int
    order: NDArray[np.intp]
    returned: Bool

    @property
    def days(self) -> int:
        return int(self.values.shape[1])

    def restore(self, rows: NDArray[np.generic]) -> NDArray[np.generic]:
        """Bring rows in prepared order back into the panel's order."""
        out = np.empty_like(rows)
        out[self.order] = rows
        return out


def prepare(panel: Panel) -> Prepared:
    """Sort by group, replace what was not observed by zero, floor returns at zero."""
    _, group = np.unique(panel.group, return_inverse=True)
    order = np.argsort(group, kind="stable")
    start = np.clip(panel.start[order], 0, panel.days).astype(np.int32)
    values = np.empty(panel.values.shape, np.float32)
    seen = np.empty(panel.values.shape, np.bool_)
    returned = np.empty(panel.size, np.bool_)
    day = np.arange(panel.days)[None, :]
    for a in range(0, panel.size, _CHUNK):
        part = slice(a, a + _CHUNK)
        rows = np.asarray(panel.values[order[part]], np.float32)
        there = np.abs(rows) <= LARGEST
        there &= day >= start[part, None]
        rows[~there] = 0.0
        returned[part] = rows.min(1, initial=0.0) < 0
        rows[rows < SMALLEST] = 0.0
        values[part], seen[part] = rows, there
    return Prepared(
        values,
        seen,
        start,
        panel.first_day,
        group[order].astype(np.int32),
        int(group.max()) + 1 if len(group) else 0,
        order,
        returned,
    )


def outlier_caps(values: F32, totals: Totals) -> F32:
    """The largest credible value of each row of [n,t], infinite where nothing is suspect.

    Rows whose maximum is far above their mean sale are capped at four robust log spreads above
    their log mean, computed twice so that the outlier does not vouch for itself.
    """
    caps = np.full(len(values), np.inf, np.float32)
    rest = (totals.total - totals.top) / np.maximum(totals.sales - 1, 1)
    suspects = (totals.top > _SUSPECT * rest) & (totals.sales >= _MIN_SALES)
    for row in np.flatnonzero(suspects):
        logs = np.log(values[row][values[row] > 0].astype(np.float64))
        limit = np.inf
        for _ in range(2):
            kept = np.minimum(logs, limit)
            limit = float(kept.mean() + _LOG_SPREADS * max(float(kept.std()), _LOG_FLOOR))
        if limit < logs.max():
            caps[row] = np.exp(limit)
    return caps
