"""Effects of days known in advance: holidays and other events, and recurring days such as pay days.

They are estimated on the daily index of each group of series (units sold over units expected) in
logs, against its local level. Events come once a year and most of those in a calendar do nothing:
an event's effect on all groups together is kept only as far as it stands out of the noise, and a
group's departure from it is shrunk by its evidence. Recurring days are fitted by ridge regression,
on all groups together and then for each group's departure. Efron and Morris, JASA 70 (1975)
311-319, for the shrinkage.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

BEFORE, AFTER = 2, 1
MIN_DAYS = 56
_LEVEL_DAYS = 21.0
_ROUNDS = 3
_STANDS_OUT = 2.0
_EVENT_SPREAD, _SIGNAL_SPREAD, _GROUP_SPREAD = 0.05, 0.2, 0.1
_EDGE_DAYS = 10
_CLOSED = -7.0


@dataclass(frozen=True)
class Signals:
    """What is known of the days of a panel and of those to be forecast.

    recurring [s,r,t] holds s signals in r regions, e.g. 1 on the pay days of a state; region [n] is
    the region of each series; events [e,t] marks the days of each event, as `event_days` does.
    t covers the panel and the horizon; days beyond it have no signal and no event.
    """

    recurring: F32
    region: I64
    events: Bool

    def by_group(self, group: NDArray[np.integer], groups: int, days: int, order: I64) -> F64:
        """The recurring signals of each group's mean member, [s,groups,days].

        `order` [n] is the series of each entry of `group`.
        """
        s, regions, t = self.recurring.shape
        share = np.zeros((groups, regions))
        np.add.at(share, (group, self.region[order]), 1.0)
        share /= np.maximum(share.sum(1, keepdims=True), 1.0)
        out = np.zeros((s, groups, days))
        keep = min(t, days)
        out[:, :, :keep] = np.einsum("gr,srt->sgt", share, self.recurring[:, :, :keep])
        return out

    def days_of_events(self, days: int) -> Bool:
        """The events' days [e,days]."""
        out = np.zeros((len(self.events), days), np.bool_)
        keep = min(self.events.shape[1], days)
        out[:, :keep] = self.events[:, :keep]
        return out


def event_days(code: NDArray[np.integer], before: int = BEFORE, after: int = AFTER) -> Bool:
    """Days [e,t] of each event and of the days around it, apart, from codes [t] (0: no event)."""
    t = len(code)
    rows = []
    for event in np.unique(code[code > 0]):
        on = np.flatnonzero(code == event)
        for shift in range(-before, after + 1):
            row = np.zeros(t, np.bool_)
            at = on + shift
            row[at[(at >= 0) & (at < t)]] = True
            rows.append(row)
    return np.array(rows) if rows else np.zeros((0, t), np.bool_)


@dataclass(frozen=True)
class DayEffects:
    """Factors [g, t + h] of the days, and the ratio [g,t] of sold to expected within what the local
    level and the noise explain, for estimates that no single day may dominate."""

    factor: F64
    tamed: F64


def day_effects(
    sold: F64, expected: F64, recurring: F64, events: Bool, *, tame: float = 0.5
) -> DayEffects:
    """Effects of signals and events on groups, from `sold` and `expected` [g,t].

    `recurring` [s,g,t+h] and `events` [e,t+h] reach into the horizon. `tamed` keeps the ratio with
    the effects taken out within a factor of e^`tame` of the local level.
    """
    g, t = sold.shape
    past = recurring[:, :, :t]
    on = events[:, :t].copy()
    on[:, :_EDGE_DAYS] = False
    weight = np.maximum(expected, 0.0)
    share = weight / np.maximum(weight.sum(0), 1e-9)
    ratio = np.where(expected > 0, np.log((sold + 0.5) / (expected + 0.5)), 0.0)
    plain = np.asarray(~on.any(0))
    signal, event = np.zeros((g, t)), np.zeros((g, t))
    slope, jump = np.zeros((g, len(past))), np.zeros((g, len(on)))
    level = np.zeros((g, t))
    for turn in range(_ROUNDS):
        trust = weight * np.where(plain | (turn > 0), 1.0, 0.05)
        level = _local_level(np.clip(ratio - signal - event, -0.7, 0.7), trust)
        apart = ratio - level
        jump = _event_effects(apart - signal, share, on, plain)
        event = jump @ on
        slope = _signal_effects(np.clip(apart - event, -1.0, 1.0) * plain, share * plain, past)
        signal = np.einsum("gs,sgt->gt", slope, past)
    factor = np.einsum("gs,sgt->gt", slope, recurring) + np.maximum(jump @ events, _CLOSED)
    left = np.clip(ratio - signal - event, level - tame, level + tame)
    return DayEffects(np.exp(factor), np.exp(left))


def _local_level(x: F64, weight: F64) -> F64:
    """Means of x [g,t] around each day, with Gaussian weights."""
    day = np.arange(x.shape[1])
    kernel = np.exp(-0.5 * ((day[:, None] - day[None, :]) / _LEVEL_DAYS) ** 2)
    return np.asarray(((x * weight) @ kernel) / np.maximum(weight @ kernel, 1e-9))


def _robust(x: F64) -> F64:
    """Standard deviation along the last axis from the median absolute deviation."""
    if not x.shape[-1]:
        return np.full(x.shape[:-1], 1.0)
    middle = np.median(x, axis=-1, keepdims=True)
    return np.asarray(1.4826 * np.median(np.abs(x - middle), axis=-1) + 1e-3)


def _event_effects(x: F64, share: F64, on: Bool, plain: Bool) -> F64:
    """Effects [g,e] of the events on x [g,t]: common ones that stand out, and departures."""
    common = (x * share).sum(0)
    own = x - common
    noise, own_noise = float(_robust(common[plain])), _robust(own[:, plain])
    out = np.zeros((len(x), len(on)))
    for k, days in enumerate(on):
        count = int(days.sum())
        if not count:
            continue
        found, error = float(common[days].mean()), noise / count**0.5
        kept = found * max(0.0, 1.0 - (_STANDS_OUT * error / max(abs(found), 1e-9)) ** 2)
        departure = own[:, days].mean(1)
        error_own = own_noise / count**0.5
        if kept:
            departure *= _EVENT_SPREAD**2 / (_EVENT_SPREAD**2 + error_own**2)
        else:
            size = np.maximum(np.abs(departure), 1e-9)
            departure *= np.maximum(0.0, 1.0 - (_STANDS_OUT * error_own / size) ** 2)
        out[:, k] = kept + departure
    return out


def _signal_effects(x: F64, share: F64, past: F64) -> F64:
    """Ridge slopes [g,s] of x [g,t] on the signals [s,g,t]: common, plus each group's departure."""
    s, g = past.shape[:2]
    if not s:
        return np.zeros((g, 0))
    common = (x * share).sum(0)
    noise = float(_robust(common[common != 0.0])) ** 2
    weighted = past * share
    gram = np.einsum("sgt,ugt->su", weighted, past) / noise
    shared = np.linalg.solve(
        gram + np.eye(s) / _SIGNAL_SPREAD**2, np.einsum("sgt,gt->s", weighted, x) / noise
    )
    left = x - np.einsum("s,sgt->gt", shared, past)
    left -= (left * share).sum(0)
    out = np.repeat(shared[None], g, 0)
    own_noise = _robust(left) ** 2
    for k in range(g):
        z = past[:, k] / own_noise[k]
        out[k] += np.linalg.solve(z @ past[:, k].T + np.eye(s) / _GROUP_SPREAD**2, z @ left[k])
    return out
