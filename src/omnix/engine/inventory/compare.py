"""Two policies over the same demand: the difference in money, with a bootstrap interval.

Stocks are drawn with replacement, since what one stock costs says little of another; where there
are too few of them, spans of days are. Both policies are drawn alike, so that what is common to
them cancels. Efron and Tibshirani, An Introduction to the Bootstrap, ch. 13.
"""

from dataclasses import dataclass

import numpy as np

from .simulate import Floats, Outcome

_DRAWS = 1000
_GROUPS = 400
_FEW = 20


@dataclass(frozen=True)
class Interval:
    """A figure and the range in which it lies with the probability asked for."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Saving:
    """What the first policy costs less than the second: minor units, and share of the second's."""

    money: Interval
    share: Interval
    over: str


def saving(of: Outcome, against: Outcome, level: float = 0.9, seed: int = 0) -> Saving:
    """Raises ValueError unless both were played over the same days and stocks."""
    mine, other = of.cost, against.cost
    if mine.shape != other.shape or mine.size == 0:
        raise ValueError("both must have been played over the same days and stocks")
    over = "stocks" if mine.shape[1] >= _FEW or mine.shape[0] <= 2 else "spans"
    axis = 0 if over == "stocks" else 1
    pair = np.stack([mine.sum(axis=axis), other.sum(axis=axis)])
    rng = np.random.default_rng(seed)
    pair = _grouped(pair, rng)
    drawn = rng.multinomial(pair.shape[1], np.full(pair.shape[1], 1 / pair.shape[1]), _DRAWS)
    cost, base = pair @ drawn.T
    total, reference = pair.sum(axis=1)
    return Saving(
        _interval(reference - total, base - cost, level),
        _interval(
            _ratio(np.array([reference - total]), np.array([reference]))[0],
            _ratio(base - cost, base),
            level,
        ),
        over,
    )


def total(of: Outcome, level: float = 0.9, seed: int = 0) -> Interval:
    """The whole cost of a policy and its interval, in minor units."""
    cost = of.cost
    if cost.size == 0:
        return Interval(0.0, 0.0, 0.0)
    axis = 0 if cost.shape[1] >= _FEW or cost.shape[0] <= 2 else 1
    rng = np.random.default_rng(seed)
    each = _grouped(cost.sum(axis=axis)[None, :], rng)
    count = each.shape[1]
    drawn = rng.multinomial(count, np.full(count, 1 / count), _DRAWS)
    return _interval(float(each.sum()), (each @ drawn.T)[0], level)


def _grouped(pair: Floats, rng: np.random.Generator) -> Floats:
    """Sums over random groups, as many as matter: sums of many stocks vary as their groups do."""
    count = pair.shape[1]
    if count <= _GROUPS:
        return pair
    group = rng.permutation(count) % _GROUPS
    return np.stack([np.bincount(group, row, _GROUPS) for row in pair])


def _interval(value: float, drawn: Floats, level: float) -> Interval:
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(value), float(low), float(high))


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
