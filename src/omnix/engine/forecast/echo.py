"""What earlier years did after this point of the year, as far as it has told the future before."""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

FADE = 0.7
MOST_YEARS, JUDGED = 7, 6
_LARGEST = 1.0


def _changes(logs: F64, at: int, horizon: int, season: int) -> F64 | None:
    """Mean log change over the periods after `at`, one to seven seasons before; recent ones weigh
    more. None where the history holds no such change."""
    total, weight = np.zeros(horizon), 0.0
    for k in range(1, MOST_YEARS + 1):
        begin = at - season * k
        if begin < 1:
            break
        change = logs[begin : begin + horizon] - logs[begin - 1]
        if len(change) < horizon:
            change = np.append(change, np.full(horizon - len(change), change[-1]))
        total += FADE ** (k - 1) * change
        weight += FADE ** (k - 1)
    return total / weight if weight else None


def echo(x: F64, horizon: int, season: int) -> F64:
    """Forecast [h] of positive x [t]: its last value times the change of earlier years.

    The change in logs is multiplied by the slope, between 0 and 1, with which such changes told
    what followed at up to six earlier origins a quarter season apart; half a prior observation
    stands for a slope of one. Where there is no earlier year the last value is repeated.
    """
    logs = np.log(np.maximum(x, 1e-9))
    n = len(x)
    change = _changes(logs, n, horizon, season)
    if change is None:
        return np.full(horizon, x[-1])
    told, size = 0.0, 0.0
    for k in range(1, JUDGED + 1):
        at = n - max(season // 4, 1) * k
        if at + horizon > n or at - horizon < season:
            continue
        said = _changes(logs, at, horizon, season)
        if said is None:
            break
        told += float((logs[at : at + horizon] - logs[at - 1]) @ said)
        size += float(said @ said)
    prior = size / 3.0 + 1e-6
    slope = np.clip((told + 0.5 * prior) / (size + prior), 0.0, 1.0)
    return np.asarray(x[-1] * np.exp(np.clip(slope * change, -_LARGEST, _LARGEST)))
