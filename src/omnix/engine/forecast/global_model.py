"""Tier 2: one gradient-boosted model for all series, correcting the instant forecast.

Rows are sampled from many earlier origins and days ahead (a direct model). The target is what was
sold, the offset is the log of what the instant forecast's level and today's knowledge of weekdays,
seasons and events expected; of each date the common miss of all series is taken out, since a shock
of the past would otherwise be learnt as if it were to come again. A group of series follows the
model only if that would have done better at two origins that the judged model had not seen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast import topdown
from omnix.engine.forecast.boosted import Settings, Trees, binned, edges_of, fit, predict
from omnix.engine.forecast.daily import OriginForecast, forecast_origin
from omnix.engine.forecast.driven import Driven, Drivers, tested
from omnix.engine.forecast.engine import (
    DEFAULT_LEVELS,
    Samples,
    assemble,
    rolling_origins,
    with_parts,
)
from omnix.engine.forecast.features import SMALLEST_LEVEL, Covariates, Features
from omnix.engine.forecast.panel import F32, Panel
from omnix.engine.forecast.prepare import Prepared, prepare
from omnix.engine.forecast.result import Forecast, check_levels
from omnix.engine.forecast.signals import Signals

F64 = NDArray[np.float64]
Bool = NDArray[np.bool_]
Told = Callable[[int, int], None]
_Rows = tuple[F32, F32, F32, F32]

STEP = 7
LEARNT_DAYS = 28
"""Days ahead that the model learns; beyond them its last week's corrections are repeated."""

FIRST_ORIGIN, MOST_ORIGINS, LEAST_ORIGINS = 84, 52, 6
OLD_ENOUGH = 28
MOST_ROWS = 1_200_000
LEAST_ROWS = 4_000
SETTINGS = Settings(trees=120, leaves=31, rate=0.07, least=50.0)
_MARGIN = 0.995
_SUMS_MARGIN = 0.95
_SPOILED = 1.05
"""Two origins say little of so small a difference: it takes more to do without the sum."""

_SMOOTH = 5.0
_CHUNK = 4096
_LARGEST = 1.5


@dataclass(frozen=True)
class GlobalForecast:
    """The forecast, and what the choice between the two methods rested on.

    chosen [groups] tells of each group of the panel, in ascending order, whether it follows the
    model; error [groups] is the model's squared error over the instant forecast's at the judged
    origins (NaN without any), overall that of all; importance the share of each feature. earlier
    are the means of the rolling origins that the spread was learnt from, in the panel's order;
    judged [n, up to 28] those of the two judged origins as the method would have given them, a
    group following the model at one if that had done better at the other.
    """

    forecast: Forecast
    chosen: Bool
    error: F64
    overall: float
    importance: dict[str, float]
    earlier: tuple[tuple[int, F32], ...]
    judged: tuple[tuple[int, F32], ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What two earlier origins say of a model that had seen neither: its factors there by origin,
    whether it foresaw sums, and `_choice` of the groups that follow it.
    """

    tried: dict[int, F32]
    sums_gain: bool
    chosen: Bool
    error: F64
    overall: float


class Run:
    def __init__(
        self, panel: Panel, horizon: int, known: Covariates | None, signals: Signals | None
    ) -> None:
        self.data: Prepared = prepare(panel)
        self.learnt, self.signals = min(horizon, LEARNT_DAYS), signals
        n = panel.size
        if known is None:
            known = Covariates(None, np.zeros((0, n), np.int64), panel.group[None, :])
        self.features = Features(self.data, known.ordered(self.data.order))
        self.driven: Driven | None = None
        self.leans, self.of_whole = False, topdown.of_whole(signals)
        self._at: dict[int, OriginForecast] = {}

    def at(self, cut: int) -> OriginForecast:
        if cut not in self._at:
            self._at[cut] = self.longer(cut, self.learnt)
        return self._at[cut]

    def longer(self, cut: int, horizon: int) -> OriginForecast:
        if self.driven is not None:
            return self.driven.forecast(cut, horizon, self.plain)
        return self.plain(self.data, cut, horizon)

    def plain(self, data: Prepared, cut: int, horizon: int) -> OriginForecast:
        at = forecast_origin(data, cut, horizon, signals=self.signals)
        return topdown.leaned(at, data, self.of_whole) if self.leans else at

    def lean(self, cuts: Sequence[int]) -> None:
        """Lean on the forecast of the sum from now on, unless that spoiled the sums of `cuts`."""
        plain = [topdown.missed(self.data, self.longer(cut, self.learnt)) for cut in cuts]
        self.leans = True
        other = [topdown.missed(self.data, self.longer(cut, self.learnt)) for cut in cuts]
        ratio = [b / max(a, 1e-9) for a, b in zip(plain, other, strict=True)]
        self.leans = sum(ratio) <= _SPOILED * len(cuts)

    def static(self, cut: int) -> F32:
        before = cut - 28
        return self.features.static(self.at(cut), self.at(before) if before >= 56 else None)

    def origins(self, known: int) -> list[int]:
        """Origins whose whole horizon lies before column `known`, on its weekday."""
        last = known - self.learnt
        last -= (last - known) % STEP
        return list(range(last, FIRST_ORIGIN - 1, -STEP))[:MOST_ORIGINS]

    def enough(self, known: int) -> bool:
        """Whether the series have enough days before column `known` to train on."""
        return len(self.origins(known)) * len(self.data.values) >= LEAST_ROWS

    def sample(self, cut: int, final: OriginForecast, share: float) -> _Rows:
        """One random day ahead of a share of the series, as seen from one origin."""
        rng = np.random.default_rng(cut)
        data, at = self.data, self.at(cut)
        day = np.arange(cut, cut + self.learnt)
        level = np.maximum(at.level, SMALLEST_LEVEL)
        first = final.origin - final.past.shape[1]
        expected = level[:, None] * final.weekday[:, day % STEP]
        expected *= final.past[data.group][:, np.maximum(day - first, 0)]
        if self.driven is not None:
            expected *= self.driven.came(cut, self.learnt)
        seen = data.seen[:, day]
        live = (cut - data.start >= OLD_ENOUGH) & (at.sales > 0) & (at.level > 0)
        there = seen & live[:, None]
        sold = np.where(there, data.values[:, day], np.float32(0.0))
        common = sold.sum(0, dtype=np.float64) + _SMOOTH
        common /= np.where(there, expected, 0.0).sum(0, dtype=np.float64) + _SMOOTH
        ahead = rng.integers(0, self.learnt, len(live))
        series = np.flatnonzero(live & (rng.random(len(live)) < share))
        series = series[seen[series, ahead[series]]]
        ahead = ahead[series]
        mean = expected[series, ahead] * common[ahead]
        keep = mean > 0
        series, ahead, mean = series[keep], ahead[keep], mean[keep]
        x = self.features.rows(self.static(cut), at, series, ahead, told=True)
        target = data.values[series, cut + ahead]
        unit = np.maximum(at.dispersion[series], 1e-6).astype(np.float32)
        return x, target, np.log(mean).astype(np.float32), 1.0 / unit

    def train(self, known: int, settings: Settings, tell: Callable[[], None]) -> Trees | None:
        """Trees from what was known before column `known`; None where that is too little."""
        origins = self.origins(known)
        if len(origins) < LEAST_ORIGINS:
            return None
        final = self.at(known)
        share = min(1.0, MOST_ROWS / max(len(origins) * len(self.data.values), 1))
        parts = []
        for cut in origins:
            parts.append(self.sample(cut, final, share))
            tell()
        x, target, offset, weight = (np.concatenate(c) for c in zip(*parts, strict=True))
        del parts
        if len(target) < LEAST_ROWS:
            return None
        edges = edges_of(x)
        bins = binned(x, edges)
        del x
        return fit(bins, edges, target, weight, offset, settings, told=lambda _: tell())

    def judge(
        self, cuts: Sequence[int], settings: Settings, tell: Callable[[], None]
    ) -> Verdict | None:
        """Try a model that knows nothing from the first of two cuts on at both; None where there is
        too little to train it."""
        trial = self.train(min(cuts), settings, tell)
        if trial is None:
            return None
        tried = {cut: self.correction(trial, cut) for cut in cuts}
        sums_gain = all(_sums_gain(self, cut, factor) for cut, factor in tried.items())
        if not sums_gain:
            tried = {cut: self.within_groups(cut, factor) for cut, factor in tried.items()}
        return Verdict(tried, sums_gain, *_choice(self, tried))

    def moved(self, trees: Trees, at: OriginForecast, verdict: Verdict) -> OriginForecast:
        """A forecast, with the trees' corrections in the groups that follow them."""
        factor = self.correction(trees, at.origin)
        if not verdict.sums_gain:
            factor = self.within_groups(at.origin, factor)
        return replace(at, mean=_applied(at.mean, factor, verdict.chosen[self.data.group]))

    def out_of_sample(self, verdict: Verdict) -> tuple[tuple[int, F32], ...]:
        """Means [n,learnt] of the judged origins, latest first, each with the other's choice."""
        out = []
        for cut in sorted(verdict.tried, reverse=True):
            others = {k: factor for k, factor in verdict.tried.items() if k != cut}
            follows = _choice(self, others)[0][self.data.group]
            mean = _applied(self.at(cut).mean, verdict.tried[cut], follows)
            out.append((cut, np.asarray(self.data.restore(mean), np.float32)))
        return tuple(out)

    def correction(self, trees: Trees, cut: int) -> F32:
        """Factors [n,learnt] on the means from one origin, in prepared order."""
        at, static = self.at(cut), self.static(cut)
        out = np.empty_like(at.mean)
        for a in range(0, len(out), _CHUNK):
            part = np.arange(a, min(a + _CHUNK, len(out)))
            ahead = np.tile(np.arange(self.learnt), len(part))
            x = self.features.rows(static, at, np.repeat(part, self.learnt), ahead)
            zero = np.zeros(len(x), np.float32)
            score = predict(trees, binned(x, trees.edges), zero)
            factor = np.exp(np.clip(score, -_LARGEST, _LARGEST)).reshape(len(part), -1)
            # What never sold, or is new, has nothing that the model learnt from.
            untaught = (at.sales[part] == 0) | (cut - self.data.start[part] < OLD_ENOUGH)
            factor[untaught] = 1.0
            out[part] = factor
        # The common miss of a date was taken out of the targets, so the trees know nothing of it.
        moved = (at.mean * out).sum(0, dtype=np.float64)
        total = at.mean.sum(0, dtype=np.float64) / np.maximum(moved, 1e-9)
        return np.asarray(out * np.where(moved > 0, total, 1.0), np.float32)

    def within_groups(self, cut: int, factor: F32) -> F32:
        """The factors [n,learnt] such that each group's daily sums stay the instant forecast's."""
        mean, group = self.at(cut).mean, self.data.group
        before, after = np.zeros((2, self.data.groups, mean.shape[1]))
        np.add.at(before, group, mean)
        np.add.at(after, group, mean * factor)
        scale = np.where(after > 0, before / np.maximum(after, 1e-9), 1.0).astype(np.float32)
        return np.asarray(factor * scale[group], np.float32)

    def misses(self, cut: int, mean: F32) -> tuple[F64, F64]:
        """Squared errors of each group's daily sums, and of its series' days, [groups] each."""
        data, day = self.data, slice(cut, cut + self.learnt)
        error = np.where(data.seen[:, day], data.values[:, day] - mean, 0.0)
        summed = np.zeros((data.groups, error.shape[1]))
        np.add.at(summed, data.group, error)
        each = np.bincount(data.group, np.square(error).sum(1), data.groups)
        return np.asarray(np.square(summed).sum(1)), np.asarray(each, np.float64)


def forecast_global(
    panel: Panel,
    horizon: int,
    *,
    quantiles: Sequence[float] = DEFAULT_LEVELS,
    covariates: Covariates | None = None,
    signals: Signals | None = None,
    drivers: Drivers | None = None,
    settings: Settings = SETTINGS,
    told: Told | None = None,
) -> GlobalForecast:
    """Forecast the `horizon` days that follow the panel by the better of two methods a group.

    Both lean on the forecast of the sum of all series (see `topdown`), unless that spoiled the sums
    at two earlier origins. `drivers` move the instant forecast, as in `forecast`, and the trees
    correct what is left.
    `told` is called with the steps done and the steps in all, and may raise to end the work. Where
    the history is too short to train and judge a model, the instant forecast stands. Raises
    ValueError as `forecast` does.
    """
    levels = tuple(float(level) for level in quantiles)
    check_levels(levels)
    if horizon < 1:
        raise ValueError("horizon must be at least 1")
    run = Run(panel, horizon, covariates, signals)
    data, days = run.data, panel.days
    judged = [days - 2 * run.learnt, days - run.learnt]
    origins, window = rolling_origins(days, horizon, panel.size, days)
    run.driven = tested(data, drivers, [*judged, *origins], run.learnt, run.plain)
    if run.enough(judged[0]):
        run.lean(judged)
    steps = len(run.origins(days)) + len(run.origins(judged[0])) + 2 * settings.trees
    done = 0

    def tell() -> None:
        nonlocal done
        done = min(done + 1, steps)
        if told is not None:
            told(done, steps)

    verdict = run.judge(judged, settings, tell)
    chosen, error, overall = np.zeros(data.groups, np.bool_), np.full(data.groups, np.nan), np.nan
    tried: dict[int, F32] = {}
    if verdict is not None:
        tried, chosen = verdict.tried, verdict.chosen
        error, overall = verdict.error, verdict.overall
    follows = chosen[data.group]
    samples, earlier = Samples(window), []
    for cut in origins:
        at = run.longer(cut, window)
        if cut in tried:
            at = replace(at, mean=_applied(at.mean, tried[cut], follows))
        samples.add(data, at, window)
        earlier.append((cut, np.asarray(data.restore(at.mean), np.float32)))
    before = () if verdict is None else run.out_of_sample(verdict)
    if run.driven is not None and drivers is not None:
        run.driven = Driven(data, drivers, days, run.driven.use)
    final, importance = run.longer(days, horizon), {}
    if verdict is not None and chosen.any():
        trees = run.train(days, settings, tell)
        if trees is not None:
            final = run.moved(trees, final, verdict)
            importance = dict(zip(run.features.names, trees.importance().tolist(), strict=True))
    made = assemble(data, final, samples.daily(), samples.totals(), levels)
    made = with_parts(made, data, run.driven)
    follows = np.asarray(data.restore(follows)) & bool(importance)
    model = tuple(
        "boosted" if led and name == "ets_tsb" else name
        for led, name in zip(follows.tolist(), made.model, strict=True)
    )
    done = steps - 1
    tell()
    return GlobalForecast(
        replace(made, model=model), chosen, error, float(overall), importance, tuple(earlier),
        before,
    )  # fmt: skip


def _applied(mean: F32, factor: F32, follows: Bool) -> F32:
    """Means [n,h] times the factors [n,learnt] of the rows that follow the model."""
    learnt, horizon = factor.shape[1], mean.shape[1]
    day = np.arange(horizon)
    week = min(STEP, learnt)
    at = np.where(day < learnt, day, learnt - week + (day - learnt) % week)
    return np.asarray(np.where(follows[:, None], mean * factor[:, at], mean), np.float32)


def _sums_gain(run: Run, cut: int, factor: F32) -> bool:
    """Whether the model foresaw the groups' sums clearly better from one origin.

    Sums are where the instant forecast is at its best, and a small common error in many series is
    a large one in their sum; unless this is so, the model divides each group's sum anew, no more.
    """
    mean = run.at(cut).mean
    before, after = run.misses(cut, mean)[0].sum(), run.misses(cut, mean * factor)[0].sum()
    return bool(after < _SUMS_MARGIN * before)


def _choice(run: Run, tried: dict[int, F32]) -> tuple[Bool, F64, float]:
    """Which groups follow the model, its relative squared error for each, and for all.

    Errors of sums and of single series count the same. A group's own figure is drawn half-way to
    that of all, since two origins say little about one group.
    """
    before, after = np.zeros((2, run.data.groups)), np.zeros((2, run.data.groups))
    for cut, factor in tried.items():
        mean = run.at(cut).mean
        before += run.misses(cut, mean)
        after += run.misses(cut, mean * factor)
    overall = float((after.sum(1) / np.maximum(before.sum(1), 1e-12)).mean())
    error = np.where(before > 0, after / np.maximum(before, 1e-12), 1.0).mean(0)
    if overall >= _MARGIN:
        return np.zeros(run.data.groups, np.bool_), error, overall
    return 0.5 * (error + overall) < _MARGIN, error, overall
