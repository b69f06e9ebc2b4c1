"""What earlier years did after this point of the year, as far as it has told the future before."""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

WEEKS = 365.25 / 7
"""A year in weeks: counted as 52, the week of a feast would be a week off after six years."""

FADE = 0.5
MOST_YEARS, JUDGED = 7, 6
LAST = (0.7, 0.3)
"""How far the echo begins at the last value, and at the one before."""

_LARGEST = 1.0
_PRIOR = 0.2


def _changes(logs: F64, at: int, horizon: int, season: float) -> F64 | None:
    """Mean log change over the periods after `at`, one to seven seasons before; recent ones weigh
    more. None where the history holds no such change."""
    total, weight = np.zeros(horizon), 0.0
    for k in range(1, MOST_YEARS + 1):
        begin = round(at - season * k)
        if begin < 1:
            break
        change = logs[begin : begin + horizon] - logs[begin - 1]
        if len(change) < horizon:
            change = np.append(change, np.full(horizon - len(change), change[-1]))
        total += FADE ** (k - 1) * change
        weight += FADE ** (k - 1)
    return total / weight if weight else None


def echo(x: F64, horizon: int, season: float) -> F64:
    """Forecast [h] of positive x [t]: its last values times the change of earlier years.

    `season` periods are a year, which need not be a whole number of them. The change in logs is
    multiplied by the slope, between 0 and 1, with which such changes told what followed at up to
    six earlier origins a quarter season apart; a fifth of what they weigh stands for a slope of
    one. Where there is no earlier year the last value is repeated.
    """
    logs = np.log(np.maximum(x, 1e-9))
    n = len(x)
    slope = _slope(logs, horizon, season)
    out, weights = np.zeros(horizon), 0.0
    for back, weight in enumerate(LAST[:n]):
        change = _changes(logs, n - back, horizon + back, season)
        if change is None:
            if back == 0:
                return np.full(horizon, x[-1])
            break
        moved = np.clip(slope * change[back:], -_LARGEST, _LARGEST)
        out += weight * (logs[n - back - 1] + moved)
        weights += weight
    return np.asarray(np.exp(out / weights))


def _slope(logs: F64, horizon: int, season: float) -> float:
    n = len(logs)
    told, size = 0.0, 0.0
    for k in range(1, JUDGED + 1):
        at = n - max(int(season) // 4, 1) * k
        if at + horizon > n or at - horizon < season:
            continue
        said = _changes(logs, at, horizon, season)
        if said is None:
            break
        told += float((logs[at : at + horizon] - logs[at - 1]) @ said)
        size += float(said @ said)
    prior = _PRIOR * size + 1e-6
    return float(np.clip((told + prior) / (size + prior), 0.0, 1.0))
