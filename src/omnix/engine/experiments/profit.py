"""Profit of what was sold and held: the metric for experiments on reorder policies and prices."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

DAYS_A_YEAR = 365.0


def profit(
    revenue_minor: Any,
    cost_minor: Any,
    stock_value_days_minor: Any = 0,
    holding_rate: float = 0.0,
) -> NDArray[np.int64]:
    """Revenue less cost of goods less the cost of holding stock, in minor units, shape (units,).

    ``stock_value_days_minor`` sums, over the days, the value at cost of what lay in stock;
    ``holding_rate`` is the cost of holding that value for a year, as a share of it. Rounded to
    whole minor units, halves to even. Raises ValueError for a negative rate.
    """
    if holding_rate < 0:
        raise ValueError("a holding rate is not negative")
    held = np.rint(np.asarray(stock_value_days_minor, dtype=float) * holding_rate / DAYS_A_YEAR)
    revenue, cost = np.asarray(revenue_minor), np.asarray(cost_minor)
    if revenue.dtype.kind not in "iu" or cost.dtype.kind not in "iu":
        raise ValueError("money is in whole minor units")
    return np.asarray(revenue - cost - held.astype(np.int64), dtype=np.int64)
