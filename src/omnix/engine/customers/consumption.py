"""When a customer will buy something again: chances within days, and a day with an interval.

Learnt from earlier origins of the same data: at each, the features are what was known then and
the outcome is what came. An interval holds the day of the next purchase of those who buy within
``reach`` days; its width comes from how far off such forecasts were.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .logistic import Logistic, Steps, fit_logistic, isotonic

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

WITHIN = (7, 14)
LEVELS = (0.1, 0.5, 0.9)
LEAST_PURCHASES = 3
FORGOTTEN_DAYS = 180
_LEAST_ROWS = 300
_BINS = 12
_LATE = 2
"""Of the origins that waits are learnt from, the newest ones: how far off they were makes the
intervals, since waits change with the season."""


@dataclass(frozen=True)
class Known:
    """What is known of each pair of customer and item on a day; ``pair`` are its codes.

    ``usual`` is the usual interval in days for the quantity last bought, ``since`` the days
    since the last purchase.
    """

    pair: Ints
    usual: Array
    since: Array
    count: Ints
    features: Array


@dataclass(frozen=True)
class Predictions:
    """A row for each of ``known``: chances (n, len(WITHIN)) and days from the origin
    (n, len(LEVELS)). ``calibrated`` is False where there was too little to learn from.
    """

    known: Known
    chance: Array
    days: Array
    calibrated: bool


def known_at(customer: Ints, pair: Ints, day: Ints, quantity: Array, origin: int) -> Known:
    """Pairs with at least LEAST_PURCHASES purchase days before ``origin``, the last one not
    forgotten. Rows are purchase days, sorted by pair, then day; ``customer`` is of the row.
    """
    seen = day < origin
    customer, pair, day, quantity = customer[seen], pair[seen], day[seen], quantity[seen]
    if not len(day):
        return _none()
    first = np.flatnonzero(np.concatenate([[True], np.diff(pair) != 0]))
    size = np.diff(np.append(first, len(pair)))
    last = first + size - 1
    since = (origin - day[last]).astype(float)
    keep = (size >= LEAST_PURCHASES) & (since <= FORGOTTEN_DAYS)
    if not keep.any():
        return _none()
    gap = np.diff(day, prepend=day[:1]).astype(float)
    gap[first] = 0.0
    who = customer[first]
    visits, last_visit, recent_visits = _visits(customer, day, origin)
    total = np.add.reduceat(gap, first)
    mean = total / np.maximum(size - 1, 1)
    squares = np.add.reduceat(gap * gap, first) / np.maximum(size - 1, 1)
    spread = np.sqrt(np.maximum(squares - mean**2, 0.0)) / np.maximum(mean, 0.5)
    recent = [np.add.reduceat((day >= origin - days).astype(float), first) for days in (14, 28, 84)]
    newest = np.maximum(gap[last], 1.0)
    bought = np.add.reduceat(quantity, first) / size
    share = quantity[last] / np.maximum(bought, 1e-9)
    # A double pack lasts longer, though in most shops not twice as long.
    usual = mean * np.sqrt(np.clip(share, 0.25, 4.0))
    tenure = (origin - day[first]).astype(float)
    ratio = since / np.maximum(usual, 0.5)
    log = np.log
    rate28, rate84, rate = recent[1] / 28, recent[2] / 84, size / np.maximum(tenure, 1.0)
    away = origin - last_visit[who]
    features = np.stack([
        log(ratio + 0.1), np.maximum(ratio - 0.5, 0), np.minimum(ratio, 1.0),
        np.minimum(ratio, 4.0), log(usual + 1), log(newest), spread, log(size), log(since + 1),
        log(rate + 0.003), log(rate84 + 0.005), log(rate28 + 0.01), recent[0],
        log(visits[who] / np.maximum(tenure, 1.0) + 0.01), log(recent_visits[who] + 0.5),
        log(away + 1.0), log(share), log(ratio + 0.1) * spread, log(ratio + 0.1) ** 2,
        (since < 4).astype(float), log(rate84 + 0.005) ** 2,
    ], axis=1)  # fmt: skip
    return Known(pair[first][keep], usual[keep], since[keep], size[keep], features[keep])


def _none() -> Known:
    nothing = np.empty(0)
    return Known(np.empty(0, np.int64), nothing, nothing, np.empty(0, np.int64), np.empty((0, 21)))


def _visits(customer: Ints, day: Ints, origin: int) -> tuple[Array, Array, Array]:
    """Of each customer code: days with a purchase, the last one, and those of the last 28."""
    width = int(day.max()) - int(day.min()) + 1
    distinct = np.unique(customer * width + (day - day.min()))
    who, when = distinct // width, distinct % width + day.min()
    n = int(customer.max()) + 1
    last = np.zeros(n)
    np.maximum.at(last, who, when)
    recent = np.bincount(who, when >= origin - 28, minlength=n).astype(float)
    return np.bincount(who, minlength=n).astype(float), last, recent


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
    chances: tuple[Logistic, ...]
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
                steps(model.chance(known.features))
                for model, steps in zip(self.chances, self.honest, strict=True)
            ],
            axis=1,
        )
        chance = np.maximum.accumulate(np.clip(chance, 0.0, 1.0), axis=1)
        middle = self._middle(known.features)
        off = self.off[np.searchsorted(self.edges, middle)]
        days = np.clip(np.exp(middle[:, None] + off) - 1.0, 0.0, self.reach)
        return Predictions(known, chance, days, True)

    def _middle(self, features: Array) -> Array:
        z = np.clip((features - self.mean) / self.scale, -6.0, 6.0)
        return np.asarray(z @ self.wait[:-1] + self.wait[-1])


def fit_consumption(
    customer: Ints, pair: Ints, day: Ints, quantity: Array, end: int
) -> ConsumptionModel | None:
    """From origins before day ``end`` (excluded), whose outcomes are all known by then.

    None where fewer than a few hundred outcomes are there to learn from.
    """
    if not len(day):
        return None
    begin = int(day.min())
    reach = min(120, (end - begin) // 3)
    if reach < 28:
        return None
    # Ever four weeks back; chances need but the last of WITHIN, days the whole reach.
    near = [end - WITHIN[-1] - 28 * k for k in range(5)]
    far = [end - reach - 28 * k for k in range(4)]
    # The newest origin makes the chances honest, so it is not among those that fit them.
    chance_rows = _rows(customer, pair, day, quantity, near[1:], begin)
    honest_rows = _rows(customer, pair, day, quantity, near[:1], begin)
    late = _rows(customer, pair, day, quantity, far[:_LATE], begin)
    early = _rows(customer, pair, day, quantity, far[_LATE:], begin)
    wait_rows = [np.concatenate(both) for both in zip(late, early, strict=True)]
    came = wait_rows[1] < reach
    if min(len(chance_rows[1]), len(honest_rows[1]), int(came.sum())) < _LEAST_ROWS:
        return None
    chances = tuple(fit_logistic(chance_rows[0], chance_rows[1] < days) for days in WITHIN)
    honest = tuple(
        isotonic(model.chance(honest_rows[0]), (honest_rows[1] < days).astype(float))
        for model, days in zip(chances, WITHIN, strict=True)
    )
    X, y = wait_rows[0][came], np.log1p(wait_rows[1][came])
    mean, scale = X.mean(0), X.std(0)
    scale = np.where(scale > 1e-12, scale, 1.0)
    Z = np.concatenate([np.clip((X - mean) / scale, -6, 6), np.ones((len(X), 1))], axis=1)
    wait = np.linalg.solve(Z.T @ Z + np.diag([1.0] * X.shape[1] + [1e-6]), Z.T @ y)
    middle = Z @ wait
    newest = int((late[1] < reach).sum())
    missed = (y - middle)[: newest if newest >= _LEAST_ROWS else None]
    seen = middle[: len(missed)]
    edges = np.quantile(seen, np.arange(1, _BINS) / _BINS)
    bins = np.searchsorted(edges, seen)
    off = np.stack([np.quantile(missed[bins == b], LEVELS) for b in range(_BINS)])
    return ConsumptionModel(reach, chances, honest, wait, mean, scale, edges, off)


def _rows(
    customer: Ints, pair: Ints, day: Ints, quantity: Array, origins: list[int], begin: int
) -> tuple[Array, Array]:
    """Features and waits of all pairs at those of ``origins`` that have a history."""
    features, waits = [], []
    for origin in origins:
        if origin - begin < 42:
            continue
        known = known_at(customer, pair, day, quantity, origin)
        features.append(known.features)
        waits.append(next_after(pair, day, origin, known.pair))
    if not features:
        return np.empty((0, 21)), np.empty(0)
    return np.concatenate(features), np.concatenate(waits)


def usual_interval(known: Known) -> Predictions:
    """The fallback: the usual interval, with gaps as irregular as an exponential renewal's."""
    left = np.maximum(known.usual - known.since, 1.0)
    days = left[:, None] * np.array([0.2, 1.0, 2.5])
    rate = 1.0 / np.maximum(known.usual, 1.0)
    fading = 1.0 / np.maximum(1.0, known.since / np.maximum(known.usual * 3, 1.0))
    chance = (1.0 - np.exp(-rate[:, None] * np.array(WITHIN))) * fading[:, None]
    return Predictions(known, chance, days, False)
