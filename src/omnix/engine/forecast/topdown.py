"""The sum of all series, forecast as a series of its own, and what the series owe to it.

A sum has less noise than its parts, so its weekdays, season and known days are told apart more
sharply; its parts, added up, miss the same days in common. Each day's forecasts are moved by a part
of what lies between, which leaves their shares alone. Gross and Sohl, Journal of Forecasting 9
(1990) 233-254.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.daily import OriginForecast, forecast_origin
from omnix.engine.forecast.prepare import Prepared
from omnix.engine.forecast.signals import Signals

F64 = NDArray[np.float64]

LEAN = 0.5
"""How far, in logs, the series move to what the sum says."""

_FARTHEST = 0.5


def whole(data: Prepared) -> Prepared:
    """The sum of the series as a panel of one."""
    seen = np.asarray(data.seen.any(0))
    first = int(seen.argmax()) if seen.any() else data.days
    return Prepared(
        data.values.sum(0, dtype=np.float64).astype(np.float32)[None, :], seen[None, :],
        np.array([first], np.int32), data.first_day, np.zeros(1, np.int32), 1,
        np.zeros(1, np.intp), np.zeros(1, np.bool_),
    )  # fmt: skip


def of_whole(signals: Signals | None) -> Signals | None:
    """The signals as the mean series has them."""
    if signals is None:
        return None
    members = np.bincount(signals.region, minlength=signals.recurring.shape[1])
    share = members / max(int(members.sum()), 1)
    mean = np.einsum("srt,r->st", signals.recurring, share)[:, None, :].astype(np.float32)
    return Signals(mean, np.zeros(1, np.int64), signals.events)


def leaned(at: OriginForecast, data: Prepared, signals: Signals | None) -> OriginForecast:
    """The forecast from one origin, each day's means moved to the sum's own forecast. `signals` are
    those of the whole."""
    sums = at.mean.sum(0, dtype=np.float64)
    own = forecast_origin(whole(data), at.origin, len(sums), signals=signals).mean[0]
    usable = (sums > 0) & (own > 0)
    apart = np.log(np.where(usable, own, 1.0) / np.where(usable, sums, 1.0))
    move = np.exp(LEAN * np.clip(apart, -_FARTHEST, _FARTHEST)).astype(np.float32)
    return replace(at, mean=at.mean * move)


def missed(data: Prepared, at: OriginForecast) -> float:
    """Squared error of the daily sums over the days that followed an origin."""
    days = slice(at.origin, at.origin + at.mean.shape[1])
    seen = data.seen[:, days]
    error = np.where(seen, data.values[:, days] - at.mean[:, : seen.shape[1]], 0.0)
    return float(np.square(error.sum(0, dtype=np.float64)).sum())
