"""Growth of groups of series from one year to the next, free of the season.

A level smoothed over the past lags behind a business that grows. Within a year growth cannot be
told from season; the same days of two years can, as soon as there are some.
"""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

YEAR = 364
MIN_DAYS, MAX_DAYS = 14, 84
_OWN_DAYS = 84.0
_MOST = 0.25 / 365


def yearly_growth(sold: F64, expected: F64) -> F64:
    """Growth a day [g] in logs, from daily sums [g,t] of units sold; zero within the first year.

    The latest days, at most 84 of them, are compared with the same ones 52 weeks before, for all
    groups together and for each, whose own figure counts by half where there are 84 days and less
    where there are fewer. Groups not `expected` to sell a year ago follow all. At most a quarter
    a year either way: what changed more, changed for reasons that need not last.
    """
    g, t = sold.shape
    days = min(t - YEAR, MAX_DAYS)
    if days < MIN_DAYS:
        return np.zeros(g)
    now, then = sold[:, t - days :], sold[:, t - days - YEAR : t - YEAR]
    before = expected[:, t - days - YEAR : t - YEAR].sum(1)

    def a_day(new: F64, old: F64) -> F64:
        rate = np.log((new + 0.5) / (old + 0.5)) / YEAR
        return np.clip(rate, -_MOST, _MOST)

    both = before > 0
    if not both.any():
        return np.zeros(g)
    common = a_day(now[both].sum(keepdims=True), then[both].sum(keepdims=True)).reshape(1)
    own = np.where(both, a_day(now.sum(1), then.sum(1)), common)
    share = days / (days + _OWN_DAYS)
    return np.asarray(share * own + (1.0 - share) * common)
