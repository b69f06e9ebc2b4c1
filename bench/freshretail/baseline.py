"""The publisher's similar-scenario average, written from its description, on sales as they were.

A day is the mean of the series' earlier days, each scaled by what its kind of day usually sells
beside the target's, with weights that grow with likeness: near in time, same kind of day, same
rain, like discount.
"""

import numpy as np

from bench.freshretail.data import F64, HORIZON, UNIT, Sales

_REACH = 18.0
_BONUS = 3.0
_KINDS = 6
_DAYS = 90


def similar_scenarios(sales: Sales) -> F64:
    """Forecast [n,7] in the data's own amounts."""
    t = sales.known
    kind = np.broadcast_to(sales.weekday, sales.holiday.shape).copy()
    kind[sales.holiday] = 5
    kind[~sales.holiday & (kind >= 5)] = 0
    past, ahead = kind[:, :t], kind[:, t:]
    sold = sales.sold * UNIT
    means = np.full((len(sold), _KINDS), np.nan)
    for k in range(_KINDS):
        number = (past == k).sum(1)
        total = np.where(past == k, sold, 0.0).sum(1)
        means[:, k] = np.where(number > 0, total / np.maximum(number, 1), np.nan)
    means += 0.001
    ratio = np.nanmedian(means[:, :, None] / means[:, None, :], axis=0)
    age = _REACH - (np.arange(t) + _DAYS - t) / 5.0
    out = np.empty((len(sold), HORIZON))
    for j in range(HORIZON):
        target = ahead[:, j : j + 1]
        far = np.broadcast_to(age, past.shape).copy()
        far = np.where((target == 5) == (past == 5), far - _BONUS, far)
        far = np.where((target != 5) & (past == 5), far + _BONUS, far)
        far = np.where(target == past, far - _BONUS, far)
        wet = sales.rain[:, t + j : t + j + 1]
        same = wet == sales.rain[:, :t]
        far = np.where(same & (wet == 1), far - _BONUS, far)
        far = np.clip(np.where(~same, far + _BONUS, far), 1.0, _REACH)
        like = 1.0 - np.abs(sales.discount[:, t + j : t + j + 1] - sales.discount[:, :t])
        weight = np.exp((_REACH - far) * like**2)
        weight /= weight.sum(1, keepdims=True)
        out[:, j] = (weight * ratio[target, past] * sold).sum(1)
    return out
