"""What a customer bought of late, beside what they bought at all: habits begin, pause and end."""

from dataclasses import dataclass

import numpy as np

from omnix.engine.recommend.baskets import F64, Histories, Pairs, kin_of, pair_of
from omnix.engine.recommend.sparse import F32, I64

OWN = (
    "share_10",
    "share_30",
    "share_90",
    "last_3",
    "last_8",
    "since_longest",
    "uneven",
    "last_gap",
)
KIN = ("after_kin", "kin_share_30", "kin_share_90")
USERS = ("variety", "visits_lately")
HALF_LIVES = (10.0, 30.0, 90.0)
"""Days in which a purchase loses half of its weight."""
LAST = (3, 8)
"""Baskets."""
_VISITS = 20.0
_LEAST = 1e-300


@dataclass(frozen=True)
class Lately:
    """``own`` [pairs, OWN], ``kin`` [pairs, KIN] by row of the customers' pairs, ``users``
    [users, USERS]; NaN where nothing is known.

    ``share_n``: of the baskets, each less by its age with that half-life, the share that held it;
    ``last_n``: how many of the last n did; ``since_longest``: days since the last one over the
    longest gap so far; ``uneven``: the spread of gaps over their mean; ``after_kin``: how many
    days later something of its kind was last bought; ``kin_share_n``: its share of that kind.
    ``variety``: different items a basket; ``visits_lately``: baskets, each less by its age.
    """

    own: F32
    kin: F32
    users: F32


def lately(of: Histories, before: Pairs, kin: Pairs | None, group: I64 | None) -> Lately:
    """Of the customers of ``of``, whose pairs are ``before`` and of kinds ``kin``."""
    n, count = of.baskets(), len(before.item)
    who = before.user
    row = pair_of(of, before)
    age = (of.now[of.user] - of.day).astype(float)
    begins = of.begins()
    visitor, visited = of.user[begins], age[begins]
    faded = {h: _sums(row, 0.5 ** (age / h), count) for h in HALF_LIVES}
    back = n[of.user] - 1 - of.basket
    own = [
        faded[h] / np.maximum(_sums(visitor, 0.5 ** (visited / h), of.users)[who], _LEAST)
        for h in HALF_LIVES
    ]
    own += [_sums(row, (back < k).astype(float), count) for k in LAST]
    own += _gaps(row, of.day, before)
    users = [
        _sums(who, np.ones(count), of.users) / np.maximum(n, 1),
        _sums(visitor, 0.5 ** (visited / _VISITS), of.users),
    ]
    return Lately(_columns(own), _kin(faded, before, kin, group), _columns(users))


def _sums(code: I64, of: F64, n: int) -> F64:
    return np.asarray(np.bincount(code, of, n), np.float64)


def _columns(of: list[F64]) -> F32:
    return np.stack(of, 1).astype(np.float32)


def _gaps(row: I64, day: I64, before: Pairs) -> list[F64]:
    """Days since the last purchase over the longest gap, the gaps' spread over their mean, and
    the last gap; of each pair."""
    count = len(before.item)
    order = np.lexsort((day, row))
    row, day = row[order], day[order]
    again = np.diff(row, prepend=-1) == 0
    of, gap = row[again], np.diff(day, prepend=0)[again].astype(float)
    gaps = np.bincount(of, minlength=count).astype(float)
    longest, last = np.zeros(count), np.full(count, np.nan)
    np.maximum.at(longest, of, gap)
    last[of] = gap  # in order, so that the last one stays
    mean = np.bincount(of, gap, count) / np.maximum(gaps, 1)
    spread = np.bincount(of, gap**2, count) / np.maximum(gaps, 1) - mean**2
    return [
        np.where(gaps > 0, before.since / np.maximum(longest, 1), np.nan),
        np.where(gaps > 1, np.sqrt(np.maximum(spread, 0.0)) / np.maximum(mean, 1), np.nan),
        last,
    ]


def _kin(faded: dict[float, F64], before: Pairs, kin: Pairs | None, group: I64 | None) -> F32:
    out = np.full((len(before.item), len(KIN)), np.nan, np.float32)
    if kin is None or group is None or not len(kin.item):
        return out
    at = kin_of(before, kin, group)
    out[:, 0] = before.since - kin.since[at]
    for column, h in enumerate(HALF_LIVES[1:], 1):
        whole = np.bincount(at, faded[h], len(kin.item))
        out[:, column] = faded[h] / np.maximum(whole[at], _LEAST)
    return out
