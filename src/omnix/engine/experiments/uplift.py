"""For whom it worked: the effect as it follows from what was known of units beforehand.

Each unit gets a doubly robust estimate of its own effect: noisy, but right on average, since the
arms were drawn at random (Kennedy, Electronic Journal of Statistics 17 (2023) 3008-3049). A ridge
regression of it ranks the units. They are dealt into parts, and each part is ranked by what the
parts before it taught: were all the others used, every two parts would judge each other, and
their errors add up to more than they seem (Wager, arXiv 2405.05534).
"""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .readout import Interval

PARTS = 6
LEAST = 200
"""Units that an arm needs."""

GROUPS = 5
_PENALTIES = 10.0 ** np.arange(0, 9)
_NORMAL = NormalDist()

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Group:
    """Units next to each other in the ranking: how many, and the effect among them."""

    units: int
    effect: Interval


@dataclass(frozen=True, slots=True)
class Uplift:
    """What a ranking by expected effect is worth.

    ``expected`` and ``estimated`` [n] are each unit's effect as the ranking had it and as its own
    outcome tells it; ``part`` [n] is its part, or -1 for the sixth of them that only taught, whose
    effects are NaN. ``effect`` is of the units that were judged. ``qini`` is the gain per unit
    over treating as many at random, on average over all shares that may be treated, best first:
    the area between the Qini curve and its diagonal. ``groups`` are fifths of the ranking, best
    first.
    """

    expected: Array
    estimated: Array
    part: NDArray[np.intp]
    effect: Interval
    qini: Interval
    groups: list[Group]


def uplift(
    features: Any, treated: Any, outcome: Any, *, alpha: float = 0.05, seed: int = 1
) -> Uplift:
    """From features [n, f] known before the treatment, NaN where they are not; treated [n] at
    random with one chance for all; outcome [n].

    Raises ValueError for shapes that do not fit, values that are not finite, or an arm of fewer
    than LEAST units.
    """
    x, y = np.asarray(features, dtype=float), np.asarray(outcome, dtype=float)
    t = np.asarray(treated, dtype=bool)
    if x.ndim != 2 or not len(x) == len(t) == len(y):
        raise ValueError("features, treated and outcome are of as many units")
    if not np.isfinite(y).all() or np.isinf(x).any():
        raise ValueError("an outcome or feature is infinite, or an outcome is not a number")
    if min(t.sum(), (~t).sum()) < LEAST:
        raise ValueError(f"each arm needs {LEAST} units")
    x = _standardised(x)
    rng = np.random.default_rng(seed)
    part = _dealt(t, PARTS, rng) - 1
    chance = float(t.mean())
    expected, estimated = np.full(len(y), np.nan), np.full(len(y), np.nan)
    for number in range(PARTS - 1):
        before, own = np.flatnonzero(part < number), np.flatnonzero(part == number)
        half = _dealt(t[before], 2, rng)
        learnt = np.zeros(len(before))
        for side in range(2):
            of, to = before[half != side], before[half == side]
            learnt[half == side] = _estimated(x, t, y, of, to, chance)
        expected[own] = _ridge(x[before], learnt)(x[own])
        estimated[own] = _estimated(x, t, y, before, own, chance)
    judged = [np.flatnonzero(part == number) for number in range(PARTS - 1)]
    pairs = [(expected[own], estimated[own]) for own in judged]
    return Uplift(
        expected,
        estimated,
        part,
        mean_effect(estimated[part >= 0], alpha),
        qini(pairs, alpha),
        _groups(pairs, alpha, rng),
    )


def mean_effect(estimated: Array, alpha: float = 0.05) -> Interval:
    """The effect among units whose ``estimated`` [n] are given; n at least 2."""
    error = float(estimated.std(ddof=1)) / len(estimated) ** 0.5
    return _interval(float(estimated.mean()), error, alpha)


def difference(a: Interval, b: Interval, alpha: float = 0.05) -> Interval:
    """How much larger ``a`` is than ``b``, two effects of different units at the same ``alpha``."""
    wide = _NORMAL.inv_cdf(1.0 - alpha / 2.0)
    errors = (a.high - a.effect) / wide, (b.high - b.effect) / wide
    return _interval(a.effect - b.effect, float(np.hypot(*errors)), alpha)


def _interval(value: float, error: float, alpha: float) -> Interval:
    wide = _NORMAL.inv_cdf(1.0 - alpha / 2.0) * error
    p = 2.0 * _NORMAL.cdf(-abs(value) / error) if error > 0.0 else 1.0
    return Interval(value, value - wide, value + wide, p)


def _standardised(x: Array) -> Array:
    """Mean 0, deviation 1; unknown values are the mean, and a column each says where."""
    unknown = np.isnan(x)
    gaps = unknown.any(axis=0)
    known = np.maximum((~unknown).sum(axis=0), 1)
    x = np.where(unknown, np.where(unknown, 0.0, x).sum(axis=0) / known, x)
    x = np.column_stack([x, unknown[:, gaps]])
    spread = x.std(axis=0)
    x = x[:, spread > 0.0]
    return np.asarray((x - x.mean(axis=0)) / x.std(axis=0))


def _dealt(treated: NDArray[np.bool_], parts: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """A part for each unit, with both arms spread evenly over the parts."""
    part = np.empty(len(treated), np.intp)
    for arm in (treated, ~treated):
        part[arm] = rng.permutation(np.arange(arm.sum()) % parts)
    return part


class _Line:
    def __init__(self, slopes: Array, level: float) -> None:
        self._slopes, self._level = slopes, level

    def __call__(self, x: Array) -> Array:
        return np.asarray(x @ self._slopes + self._level)


def _ridge(x: Array, y: Array) -> _Line:
    """The line of the penalty with the least generalised cross-validation error."""
    centre, level = x.mean(axis=0), float(y.mean())
    x, y = x - centre, y - level
    strength, axes = np.linalg.eigh(x.T @ x)
    strength = np.maximum(strength, 0.0)
    along = axes.T @ (x.T @ y)
    shrunk = strength[:, None] + _PENALTIES
    rest = y @ y - (along[:, None] ** 2 * (2.0 - strength[:, None] / shrunk) / shrunk).sum(axis=0)
    free = 1.0 + (strength[:, None] / shrunk).sum(axis=0)
    best = int(np.argmin(rest / np.maximum(len(y) - free, 1.0) ** 2))
    slopes = axes @ (along / shrunk[:, best])
    return _Line(slopes, level - float(centre @ slopes))


def _estimated(
    x: Array,
    t: NDArray[np.bool_],
    y: Array,
    of: NDArray[np.intp],
    to: NDArray[np.intp],
    chance: float,
) -> Array:
    """Effects of the units ``to``, by what the outcomes of the units ``of`` lead to expect."""
    control, variant = (_ridge(x[part], y[part])(x[to]) for part in (of[~t[of]], of[t[of]]))
    surprise = y[to] - np.where(t[to], variant, control)
    weight = np.where(t[to], 1.0 / chance, -1.0 / (1.0 - chance))
    return np.asarray(variant - control + weight * surprise)


def _shares_below(expected: Array) -> Array:
    """For each unit the share that ranks below it; of equals a half."""
    _, place, count = np.unique(expected, return_inverse=True, return_counts=True)
    return np.asarray(((np.cumsum(count) - count / 2.0) / len(expected))[place])


def qini(pairs: list[tuple[Array, Array]], alpha: float = 0.05) -> Interval:
    """The mean over parts of each one's area: its units' mean of effect x (rank - 1/2).

    A part is (expected [n], estimated [n]), ranked by what neither it nor a later one taught. A
    unit's share of the error is that of its own term, and of what it shifts others' ranks by.
    """
    area = variance = 0.0
    for expected, estimated in pairs:
        n = len(expected)
        rank = _shares_below(expected)
        value = float(np.mean(estimated * (rank - 0.5)))
        _, place = np.unique(expected, return_inverse=True)
        sums = np.bincount(place, estimated)
        above = (np.cumsum(sums[::-1])[::-1] - sums / 2.0)[place] / n
        influence = estimated * (rank - 0.5) + above - estimated.mean() / 2.0 - 2.0 * value
        area += value / len(pairs)
        variance += float(influence.var()) / n / len(pairs) ** 2
    return _interval(area, variance**0.5, alpha)


def _groups(
    pairs: list[tuple[Array, Array]], alpha: float, rng: np.random.Generator
) -> list[Group]:
    """Fifths of each part, those of the same rank in the order of a draw."""
    members: list[list[Array]] = [[] for _ in range(GROUPS)]
    for expected, estimated in pairs:
        order = np.lexsort((rng.random(len(expected)), -expected))
        for number, fifth in enumerate(np.array_split(order, GROUPS)):
            members[number].append(estimated[fifth])
    joined = [np.concatenate(each) for each in members]
    return [Group(len(each), mean_effect(each, alpha)) for each in joined]
