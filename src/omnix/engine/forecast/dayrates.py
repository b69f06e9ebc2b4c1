"""Expected demand of each day from the other days, for series seen through a shelf.

A day is its series' level, slowly moving and drawn to its group, times what the growth and season
of its place and group, the place's day, the group's weekday and a promotion do; then the days just
before and after correct it. How they do is learnt from what was seen: regular buyers who have just
bought will not buy again tomorrow, and the days before an empty shelf sold well by chance too, so
their excess must be believed only as far as experience says.

Days that ended on an empty shelf teach with the rest, by the share of them that was seen. A count
stopped at a sale is a martingale less its expectation, so all days together are fair; those that
were seen to the end are a choice of the quieter ones.
Source: Andersen, Borgan, Gill and Keiding, Statistical Models Based on Counting Processes (1993),
chapter III (independent censoring).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.effects import moments, pooled

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

LEVEL_HALF_LIFE = 150.0
PLACE_HALF_LIFE, GROUP_HALF_LIFE = 10.0, 15.0
NEAR_HALF_LIVES = (1.5, 5.0, 15.0)
_PASSES = 3
_WEEK = 7
_BORROWED = 3.0
_NEAR_PRIOR = 8.0
_OFFER_PRIOR = 4.0
_RIDGE = 5.0
_DAY_PRIOR, _WEEKDAY_PRIOR, _COURSE_PRIOR = 20.0, 60.0, 20.0
_PROMOTION, _PROMOTION_ERROR = 0.5, 0.7
_EFFECTS, _DEEPEST = (-3.0, 6.0), 0.7
_LEAST, _SMALLEST = 1e-6, 0.1
_ENOUGH = 500
_WORN_DAYS = 28


@dataclass(frozen=True)
class Observed:
    """Counts y [n,t], in purchases, of days of which `weight` [n,t] was seen. Codes item (equal for
    one product at several places), group and place [n]; promotion [n,t] its depth, or None.
    """

    y: F32
    weight: F32
    first_day: int
    item: I64
    group: I64
    place: I64
    promotion: F32 | None


def day_rates(data: Observed) -> tuple[F32, F32, F32]:
    """Expected count of each whole day [n,t] without looking at it, the evidence for its level in
    independent purchases, and the relative variance that growth, seasons and promotions add.
    """
    factor, doubt = _factors(data)
    level, evidence = _levels(data, factor)
    rate = level * factor
    return np.maximum(rate * _neighbours(data, rate), np.float32(_LEAST)), evidence, doubt


def _factors(data: Observed) -> tuple[F32, F32]:
    y, weight, group, place = data.y, data.weight, data.group, data.place
    n, t = y.shape
    groups, places = int(group.max()) + 1, int(place.max()) + 1
    slot = (data.first_day + np.arange(t)) % _WEEK
    both = place * groups + group
    weekly, lift, moved = (np.ones((n, t), np.float32) for _ in range(3))
    depth = None if data.promotion is None else _log_cut(data.promotion)
    usual, offers = np.zeros(n), np.zeros((n, t), np.float32)
    for _ in range(_PASSES):
        level, _ = _levels(data, moved * weekly * lift)
        base = level * weight * lift
        moved, doubt = _moves(data, base * weekly)
        sold = summed(y, both, places * groups)
        expected = summed(base * moved, both, places * groups)
        weekday = np.stack(
            [
                _ratio(sold[:, slot == k].sum(1), expected[:, slot == k].sum(1), _WEEKDAY_PRIOR)
                for k in range(_WEEK)
            ],
            1,
        )
        weekly = weekday[both][:, slot].astype(np.float32)
        if depth is not None:
            # What a series' own days add is reckoned from where it stands after shrinkage. From
            # where it stood before, each pass would undo the shrinkage of the last.
            score, information = moments(y, base * moved * weekly, depth)
            known = information > _LEAST
            step = np.where(known, score / np.maximum(information, _LEAST), 0.0)
            own = np.clip(usual + step, *_EFFECTS)
            effect = pooled(own, information, group, _PROMOTION, _PROMOTION_ERROR)
            usual = effect.mean
            lift = np.exp(usual[:, None] * depth).astype(np.float32)
            offers = ((effect.error[:, None] * depth) ** 2).astype(np.float32)
    return np.asarray(moved * weekly * lift, np.float32), np.asarray(doubt + offers, np.float32)


def _log_cut(depth: F32) -> F64:
    """Depths of promotions as cuts of the logarithm of price, in which effects are linear."""
    return np.asarray(-np.log1p(-np.minimum(depth.astype(np.float64), _DEEPEST)))


def _moves(data: Observed, base: F32) -> tuple[F32, F32]:
    """What growth, season and the single day do to demand [n,t], and its relative variance.

    Growth and season come first, of the place and of the group: what a single day adds is drawn to
    them. Drawn to none, a growing shop's first days would lie too high and its last too low, most
    of all inside an outage, where no day nearby corrects them.
    """
    moved, doubt = np.ones_like(base), np.zeros_like(base)
    for code, half_life in ((data.place, PLACE_HALF_LIFE), (data.group, GROUP_HALF_LIFE)):
        codes = int(code.max()) + 1
        sums = (summed(each, code, codes) for each in (data.y, base * moved))
        sold, meant = (np.add(*around(each.astype(np.float32), half_life)) for each in sums)
        moved *= _ratio(sold, meant, _COURSE_PRIOR).astype(np.float32)[code]
        # Half: weights that fall off have half their sum as the sum of their squares.
        doubt += (0.5 / (meant + _COURSE_PRIOR)).astype(np.float32)[code]
    place, places = data.place, int(data.place.max()) + 1
    day = _ratio(summed(data.y, place, places), summed(base * moved, place, places), _DAY_PRIOR)
    return np.asarray(moved * day.astype(np.float32)[place]), doubt


def summed(values: NDArray[np.floating], code: I64, codes: int) -> F64:
    """Rows [n,t] summed by their codes [n], which lie below `codes`."""
    out = np.zeros((codes, values.shape[1]))
    np.add.at(out, code, values)
    return out


def _ratio(sold: F64, expected: F64, prior: float) -> F64:
    return np.asarray((sold + prior) / (expected + prior))


def _levels(data: Observed, factor: F32) -> tuple[F32, F32]:
    """Level of each day from the other days of its series [n,t], and its evidence.

    Drawn to the series' mean.
    """
    y, group = data.y, data.group
    base = data.weight * factor
    groups = int(group.max()) + 1
    sold, seen = y.sum(1, dtype=np.float64), base.sum(1, dtype=np.float64)
    typical = np.bincount(group, sold, groups) / np.maximum(np.bincount(group, seen, groups), 1e-9)
    mean = (sold + _BORROWED * typical[group]) / (seen + _BORROWED)
    prior = np.maximum(mean, _LEAST).astype(np.float32)[:, None]
    past, future = around(y, LEVEL_HALF_LIFE)
    past_seen, future_seen = around(base, LEVEL_HALF_LIFE)
    near = past_seen + future_seen
    level = (past + future + _BORROWED) / (near + _BORROWED / prior)
    return np.asarray(level, np.float32), np.asarray(near * level + _BORROWED, np.float32)


def around(values: F32, half_life: float) -> tuple[F32, F32]:
    """Sums [n,t] over the days before and after each, halved every `half_life` days."""
    keep = np.float32(0.5 ** (1.0 / half_life))
    out = np.empty_like(values), np.empty_like(values)
    for into, direction in zip(out, (1, -1), strict=True):
        state = np.zeros(len(values), np.float32)
        for day in range(values.shape[1])[::direction]:
            into[:, day] = state
            state = (state + values[:, day]) * keep
    return out


def _neighbours(data: Observed, rate: F32) -> F32:
    """Factors [n,t] that the days before and after, and a promotion's age, suggest."""
    meant = data.weight * rate
    use = meant > 1e-3
    if int(use.sum()) < _ENOUGH:
        return np.ones_like(rate)
    signs = _signs(data, rate)
    w = meant[use].astype(np.float64)
    x = np.stack([np.ones(len(w)), *(each[use].astype(np.float64) for each in signs)], 1)
    excess = data.y[use] / w - 1.0
    normal = (x * w[:, None]).T @ x + _RIDGE * np.eye(x.shape[1])
    taught = np.linalg.solve(normal, (x * w[:, None]).T @ excess)
    out = np.full_like(rate, 1.0 + taught[0])
    for weight, each in zip(taught[1:], signs, strict=True):
        out += np.float32(weight) * each
    return np.maximum(out, np.float32(_SMALLEST))


def _signs(data: Observed, rate: F32) -> Sequence[F32 | F64]:
    """What may tell that a day lies above or below its rate: relative excesses [n,t] nearby."""
    signs: list[F32 | F64] = []
    expected = data.weight * rate
    for half_life in NEAR_HALF_LIVES:
        sold, meant = around(data.y, half_life), around(expected, half_life)
        signs += [(a - b) / (b + np.float32(_NEAR_PRIOR)) for a, b in zip(sold, meant, strict=True)]
    if data.promotion is not None and (data.promotion > 0).any():
        on = data.promotion > 0
        age = np.zeros(on.shape, np.float32)
        for day in range(1, on.shape[1]):
            age[:, day] = np.where(on[:, day] & on[:, day - 1], age[:, day - 1] + 1, 0)
        signs += [on.astype(np.float32), on * np.minimum(age, _WORN_DAYS) / np.float32(_WEEK)]
        signs.append(on * _offer(data, expected, on))
    return signs


def _offer(data: Observed, expected: F32, on: NDArray[np.bool_]) -> F32:
    """How a promotion fared on its other days and at other places, against what was expected."""
    begins = on & ~np.concatenate([np.zeros((len(on), 1), bool), on[:, :-1]], 1)
    number = np.cumsum(begins, 1) + (data.item * (on.shape[1] + 1))[:, None]
    _, episode = np.unique(np.where(on, number, -1).ravel(), return_inverse=True)
    sums = [
        np.bincount(episode, each.ravel()).astype(np.float32)[episode].reshape(on.shape) - each
        for each in (data.y, expected)
    ]
    return np.asarray((sums[0] - sums[1]) / (np.maximum(sums[1], 0) + np.float32(_OFFER_PRIOR)))
