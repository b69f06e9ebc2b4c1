"""What the purchase that empties a shelf wants beyond it.

Purchases of logarithmic size, which make counts negative binomial, come until the stock that the
day began with is gone; the last is cut short. It wants less beyond a single unit than beyond a
tall stack, where the excess is that of a renewal process at a random place.
Sources: Quenouille, Biometrics 5 (1949) 162-164 (logarithmic purchases, negative binomial counts);
Feller, Introduction to Probability Theory II (1971), XI.1 (renewal equation), XI.4 (excess).
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

_TALL = 40
_CLUMPS = np.geomspace(1.001, 40.0, 50)


@cache
def _table() -> F64:
    """Mean excess [clump, stock] over stocks of 0 .. _TALL units."""
    out = np.zeros((len(_CLUMPS), _TALL + 1))
    size = np.arange(1, _TALL + 1)
    for row, clump in enumerate(_CLUMPS):
        part = 1.0 - 1.0 / clump
        chance = part**size / size / np.log(clump)
        mean = (clump - 1.0) / np.log(clump)
        # Beyond s units: the mean excess of one purchase over s, then what smaller ones leave.
        beyond = mean - np.concatenate([[0.0], np.cumsum(1.0 - np.cumsum(chance))]) - 1.0
        for stock in size:
            later = chance[: stock - 1] @ out[row, stock - 1 : 0 : -1]
            out[row, stock] = beyond[stock - 1] + later
    return out


def overshoot(stock: F64, clump: F64) -> F64:
    """Mean units [...] wanted beyond a stock [...] by the purchase that takes its last.

    clump [...] mean of the squared over mean of the units of a purchase, at least 1. Stocks above
    forty count as forty, where the excess has settled at (clump - 1) / 2.
    """
    place = np.interp(np.log(clump), np.log(_CLUMPS), np.arange(len(_CLUMPS)))
    low = np.minimum(place.astype(np.int64), len(_CLUMPS) - 2)
    units = np.clip(np.round(stock), 0, _TALL).astype(np.int64)
    table = _table()
    found = table[low, units] + (place - low) * (table[low + 1, units] - table[low, units])
    return np.asarray(np.where(clump > 1.0, found, 0.0))
