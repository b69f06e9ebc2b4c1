"""When a customer will buy something again: chances within days, and a day with an interval.

Learnt from earlier origins of the same data: at each, the features are what was known then and
the outcome is what came. An interval holds the day of the next purchase of those who buy within
``reach`` days; its width comes from how far off such forecasts were.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.boosted import Settings, Trees, binned, edges_of, fit, predict

from .logistic import Logistic, Steps, fit_logistic, isotonic
from .purchases import FEATURES, Known, Purchases, known_at

Array = NDArray[np.float64]
F32 = NDArray[np.float32]
Ints = NDArray[np.int64]
Rows = tuple[F32, Array]
"""Features of pairs at one origin or several, and the days to what came."""

WITHIN = (7, 14)
LEVELS = (0.1, 0.5, 0.9)
_LEAST_ROWS = 300
_MOST_ROWS = 800_000
"""Of pairs at origins that are learnt from: of more, customers are drawn by lot."""
_SMOOTH_ROWS = 200_000
"""So many are enough for the few weights of a regression."""
_BINS = 12
_EVERY, _ORIGINS = 14, 9
"""Days between the origins that chances are learnt from, and how many these are."""
_REACH = 119
"""Days; whole weeks, so that what is learnt from began on the same day of the week as what is
foretold: a household that shops on Saturdays waits longer from a Sunday on."""
_LATE = 2
"""Of the origins that waits are learnt from, the newest ones: how far off they were makes the
intervals, since waits change with the season."""
_TREES = Settings(
    trees=120, leaves=31, rate=0.04, features=0.3, bag=0.6, ridge=20.0, least=60.0, seed=1
)


@dataclass(frozen=True)
class Predictions:
    """A row for each of ``known``: chances (n, len(WITHIN)) and days from the origin
    (n, len(LEVELS)). ``calibrated`` is False where there was too little to learn from.
    """

    known: Known
    chance: Array
    days: Array
    calibrated: bool


@dataclass(frozen=True)
class Chance:
    """Logistic regression, and trees for what is left of it: where one bends, the other is
    smooth."""

    smooth: Logistic
    trees: Trees

    def __call__(self, features: F32) -> Array:
        """A figure that rises with the chance of each row, about as large."""
        left = _logs(self.smooth.chance(features))
        score = predict(self.trees, binned(features, self.trees.edges), left)
        return np.asarray(np.exp(score.astype(float)))


def _logs(chance: Array) -> F32:
    return np.log(np.maximum(chance, 1e-3)).astype(np.float32)


def _honest(older: Rows, latest: Rows, days: int) -> tuple[Chance, Steps]:
    """What is learnt from all of it, and what makes that honest: how the same, learnt from the
    older origins alone, fared at the latest one.
    """
    judged = _fit_chance(older[0], older[1] < days)
    steps = isotonic(judged(latest[0]), (latest[1] < days).astype(float))
    features, waits = _both(older, latest)
    return _fit_chance(features, waits < days), steps


def _both(one: Rows, other: Rows) -> Rows:
    return np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]])


def _fit_chance(features: F32, came: NDArray[np.bool_]) -> Chance:
    every = -(-len(came) // _SMOOTH_ROWS)
    smooth = fit_logistic(features[::every], came[::every])
    edges = edges_of(features)
    one = np.ones(len(came), np.float32)
    left = _logs(smooth.chance(features))
    trees = fit(binned(features, edges), edges, came.astype(np.float32), one, left, _TREES)
    return Chance(smooth, trees)


def next_after(pair: Ints, day: Ints, origin: int, wanted: Ints) -> Array:
    """Days from ``origin`` to the next purchase of each of ``wanted``; endless if none came."""
    later = day >= origin
    p, d = pair[later], day[later]
    found = np.full(int(max(pair.max(initial=0), wanted.max(initial=0))) + 1, np.inf)
    np.minimum.at(found, p, d - origin)
    return np.asarray(found[wanted])


@dataclass(frozen=True)
class ConsumptionModel:
    """Fitted by ``fit_consumption``. ``reach`` is the longest wait that an interval covers."""

    reach: int
    chances: tuple[Chance, ...]
    honest: tuple[Steps, ...]
    wait: Array
    mean: Array
    scale: Array
    edges: Array
    off: Array

    def predict(self, known: Known) -> Predictions:
        """Chances never fall with the length of time."""
        chance = np.stack(
            [
                steps(model(known.features))
                for model, steps in zip(self.chances, self.honest, strict=True)
            ],
            axis=1,
        )
        chance = np.maximum.accumulate(np.clip(chance, 0.0, 1.0), axis=1)
        middle = self._middle(known.features)
        off = self.off[np.searchsorted(self.edges, middle)]
        days = np.clip(np.exp(middle[:, None] + off) - 1.0, 0.0, self.reach)
        return Predictions(known, chance, days, True)

    def _middle(self, features: F32) -> Array:
        z = np.clip((features - self.mean) / self.scale, -6.0, 6.0)
        return np.asarray(z @ self.wait[:-1] + self.wait[-1])


def fit_consumption(rows: Purchases, end: int) -> ConsumptionModel | None:
    """From origins before day ``end`` (excluded), whose outcomes are all known by then.

    None where fewer than a few hundred outcomes are there to learn from.
    """
    rows = rows.before(end)
    if not len(rows.day):
        return None
    begin = int(rows.day.min())
    reach = min(_REACH, (end - begin) // 3 // 7 * 7)
    if reach < 28:
        return None
    rows = _sampled(rows, end)
    # Chances need but the last of WITHIN, days the whole reach.
    newest = end - WITHIN[-1]
    older = _rows(rows, [newest - _EVERY * k for k in range(1, _ORIGINS + 1)], begin)
    latest = _rows(rows, [newest], begin)
    far = [end - reach - 28 * k for k in range(4)]
    late, early = _rows(rows, far[:_LATE], begin), _rows(rows, far[_LATE:], begin)
    wait_rows = _both(late, early)
    came = wait_rows[1] < reach
    if min(len(older[1]), len(latest[1]), int(came.sum())) < _LEAST_ROWS:
        return None
    chances, honest = zip(*(_honest(older, latest, days) for days in WITHIN), strict=True)
    X, y = wait_rows[0][came].astype(float), np.log1p(wait_rows[1][came])
    mean, scale = X.mean(0), X.std(0)
    scale = np.where(scale > 1e-12, scale, 1.0)
    Z = np.concatenate([np.clip((X - mean) / scale, -6, 6), np.ones((len(X), 1))], axis=1)
    wait = np.linalg.solve(Z.T @ Z + np.diag([1.0] * X.shape[1] + [1e-6]), Z.T @ y)
    middle = Z @ wait
    lately = int((late[1] < reach).sum())
    missed = (y - middle)[: lately if lately >= _LEAST_ROWS else None]
    seen = middle[: len(missed)]
    edges = np.quantile(seen, np.arange(1, _BINS) / _BINS)
    bins = np.searchsorted(edges, seen)
    off = np.stack([np.quantile(missed[bins == b], LEVELS) for b in range(_BINS)])
    return ConsumptionModel(reach, chances, honest, wait, mean, scale, edges, off)


def _sampled(rows: Purchases, end: int) -> Purchases:
    """Of so many customers that about _MOST_ROWS are learnt from."""
    pairs = len(known_at(rows, end).pair) * (_ORIGINS + 1)
    if pairs <= _MOST_ROWS:
        return rows
    lot = np.random.default_rng(0).random(rows.customers)
    return rows.of(lot < _MOST_ROWS / pairs)


def _rows(rows: Purchases, origins: Sequence[int], begin: int) -> Rows:
    """Features and waits of all pairs at those of ``origins`` that have a history."""
    features, waits = [np.empty((0, FEATURES), np.float32)], [np.empty(0)]
    for origin in origins:
        if origin - begin < 42:
            continue
        known = known_at(rows, origin)
        features.append(known.features)
        waits.append(next_after(rows.pair, rows.day, origin, known.pair))
    return np.concatenate(features), np.concatenate(waits)


def usual_interval(known: Known) -> Predictions:
    """The fallback: the usual interval, with gaps as irregular as an exponential renewal's."""
    left = np.maximum(known.usual - known.since, 1.0)
    days = left[:, None] * np.array([0.2, 1.0, 2.5])
    rate = 1.0 / np.maximum(known.usual, 1.0)
    fading = 1.0 / np.maximum(1.0, known.since / np.maximum(known.usual * 3, 1.0))
    chance = (1.0 - np.exp(-rate[:, None] * np.array(WITHIN))) * fading[:, None]
    return Predictions(known, chance, days, False)
