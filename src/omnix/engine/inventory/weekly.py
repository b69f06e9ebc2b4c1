"""Weekly demand of many stocks as paths: season, level, and what related series tell.

The yearly season is pooled over groups and divided out; `demand_paths` carries the level on; and
boosted trees, learnt over all stocks and all earlier weeks, say by how much what follows from
both has been wrong before: after such weeks, at that time of the year, where the same product
elsewhere or the other products of the store sell more. Weeks not observed are NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.boosted import Settings, Trees, binned, edges_of, fit, predict
from omnix.engine.forecast.calendar import year_position
from omnix.engine.forecast.yearly import yearly_profile

from .ahead import Floats
from .paths import demand_paths

Ints = NDArray[np.int64]
F32 = NDArray[np.float32]

YEAR = 52
MEMORY = 60
"""Weeks from which the level is taken."""
_LEAST_RATE = 0.02
_FIRST_ORIGIN = 30
_EVERY = 2
_FARTHEST = 5
_TRUST = 0.7
"""Power of the trees' correction: what they say of weeks to come is less sure than of past ones."""
_SPANS = (1, 2, 4, 8, 13, 26, 52)
_FEW_KINDS = 40
_SETTINGS = Settings(trees=150, leaves=31, rate=0.05, least=20.0)


@dataclass(frozen=True, eq=False)
class Weeks:
    """``values`` (N, T) of units, ``first_day`` the ordinal of the first week's first day.

    ``season_group`` (N,) are series that share a season, ``kin`` several such (N,): whatever
    else puts series together, such as product, category and store.
    """

    values: Floats
    first_day: int
    season_group: Ints
    kin: tuple[Ints, ...]

    def until(self, week: int) -> "Weeks":
        """What was known before column ``week``."""
        return Weeks(self.values[:, :week], self.first_day, self.season_group, self.kin)


def season_factors(weeks: Weeks, ahead: int) -> Floats:
    """Factors (N, T + ahead) of each series' group; all one with less than a year of history."""
    values, there = np.nan_to_num(weeks.values), np.isfinite(weeks.values)
    count = np.maximum(there.sum(axis=1), 1)
    mean = values.sum(axis=1) / count
    variance = (np.where(there, values - mean[:, None], 0.0) ** 2).sum(axis=1) / count
    scale = np.maximum(variance / np.maximum(mean, 1e-9), 1.0)[:, None]
    names, group = np.unique(weeks.season_group, return_inverse=True)
    sold = _sums(values / scale, group, names.size)
    expected = _sums(there * mean[:, None] / scale, group, names.size)
    days = 7 * (values.shape[1] + ahead)
    # The profile reads days: a week is seven alike.
    daily = yearly_profile(
        np.repeat(sold / 7, 7, axis=1),
        np.repeat(expected / 7, 7, axis=1),
        year_position(weeks.first_day, days),
    )
    found: Floats = daily.reshape(names.size, -1, 7).mean(axis=2)[group]
    return np.maximum(found, 0.1)


def learn(weeks: Weeks) -> Trees | None:
    """Trees that correct the season's and the level's forecasts; None with too little history."""
    seen = weeks.values.shape[1]
    factors = season_factors(weeks, _FARTHEST)
    inputs, targets, offsets = [], [], []
    for origin in range(_FIRST_ORIGIN, seen - 1, _EVERY):
        known = weeks.until(origin)
        level = _level(known, factors)
        enough = np.isfinite(known.values).sum(axis=1) > 4
        for step in range(min(_FARTHEST, seen - origin)):
            actual = weeks.values[:, origin + step]
            rows = enough & np.isfinite(actual)
            inputs.append(_inputs(known, factors, level, step)[rows])
            targets.append(actual[rows])
            offsets.append(np.log(_expected(level, factors, origin + step))[rows])
    if not inputs or sum(len(rows) for rows in targets) < 1000:
        return None
    x = np.concatenate(inputs)
    edges = edges_of(x)
    target = np.concatenate(targets).astype(np.float32)
    return fit(
        binned(x, edges),
        edges,
        np.maximum(target, 0.0),
        np.ones(len(target), np.float32),
        np.concatenate(offsets).astype(np.float32),
        _SETTINGS,
    )


def weekly_paths(
    weeks: Weeks, trees: Trees | None, steps: int, draws: int, seed: int = 0
) -> Floats:
    """Demand (N, draws, steps) of the weeks that follow, in units."""
    seen = weeks.values.shape[1]
    factors = season_factors(weeks, steps)
    level_only = weeks.values / factors[:, :seen]
    paths = demand_paths(level_only[:, max(0, seen - MEMORY) :], steps, draws, seed)
    paths *= factors[:, None, seen:]
    if trees is None:
        return paths
    level = _level(weeks, factors)
    for step in range(steps):
        base = _expected(level, factors, seen + step)
        rows = binned(_inputs(weeks, factors, level, step), trees.edges)
        mean = np.exp(predict(trees, rows, np.log(base).astype(np.float32)))
        drawn = np.maximum(paths[:, :, step].mean(axis=1), 0.01)
        paths[:, :, step] *= np.clip((mean / drawn) ** _TRUST, 0.2, 4.0)[:, None]
    return paths


def _sums(values: Floats, group: Ints, groups: int) -> Floats:
    found = np.zeros((groups, values.shape[1]))
    np.add.at(found, group, values)
    return found


def _level(weeks: Weeks, factors: Floats) -> Floats:
    seen = weeks.values.shape[1]
    recent = (weeks.values / factors[:, :seen])[:, max(0, seen - MEMORY) :]
    found: Floats = demand_paths(recent, 1, 100, 1)[:, :, 0].mean(axis=1)
    return found


def _expected(level: Floats, factors: Floats, week: int) -> Floats:
    return np.maximum(level * factors[:, min(week, factors.shape[1] - 1)], _LEAST_RATE)


def _mean(values: Floats, start: int, stop: int) -> Floats:
    """Mean (N,) of the observed weeks from ``start`` to ``stop``; NaN where there is none."""
    part = values[:, max(start, 0) : max(stop, 0)]
    there = np.isfinite(part)
    count = there.sum(axis=1)
    total = np.where(there, part, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _together(top: Floats, bottom: Floats, kin: Ints) -> Floats:
    """Sum of ``top`` over the sum of ``bottom`` among each series' kin (N,)."""
    size = int(kin.max(initial=0)) + 1
    some = np.bincount(kin, np.nan_to_num(top), size)
    others = np.bincount(kin, np.nan_to_num(bottom), size)
    found: Floats = ((some + 0.3) / (others + 0.3))[kin]
    return found


def _inputs(weeks: Weeks, factors: Floats, level: Floats, step: int) -> F32:
    """What the trees see (N, F) of week T + step, from the weeks before T."""
    values, now = weeks.values, weeks.values.shape[1]
    week = now + step
    base = np.maximum(level, _LEAST_RATE)
    kin = [np.unique(each, return_inverse=True)[1] for each in weeks.kin]
    plain = values / factors[:, :now]
    found: list[Floats] = [_mean(values, now - span, now) / base for span in _SPANS]
    found += [_mean(plain, now - span, now) / base for span in (4, 13, 26, 52)]
    for back in (YEAR, 2 * YEAR):
        then = week - back
        there, before = (
            _mean(values, then - 1, min(then + 2, now)),
            _mean(values, then - 14, then - 1),
        )
        found += [there / base, there / np.maximum(before, 0.1)]
        known = then - 1 >= 0
        found += [
            _together(there, before, each) if known else np.full(len(values), np.nan)
            for each in kin
        ]
    short, longer = _mean(values, now - 2, now), _mean(values, now - 13, now)
    month, half = _mean(values, now - 4, now), _mean(values, now - 26, now)
    for each in kin:
        found += [_together(short, longer, each), _together(month, half, each)]
    recent = values[:, max(0, now - 26) :]
    spread = np.sqrt(np.maximum(_mean(recent**2, 0, 26) - _mean(recent, 0, 26) ** 2, 0.0))
    last = factors[:, min(week, factors.shape[1] - 1)]
    day = date.fromordinal(weeks.first_day) + timedelta(weeks=week)
    whole = np.ones(len(values))
    found += [
        np.log(base),
        spread / np.sqrt(base),
        np.mean(values[:, max(0, now - 13) :] == 0, axis=1),
        np.isfinite(values).sum(axis=1).astype(float),
        last,
        last / factors[:, now - 1],
        whole * step,
        whole * day.timetuple().tm_yday,
    ]
    found += [each.astype(float) for each in kin if each.max(initial=0) < _FEW_KINDS]
    return np.stack(found, axis=1).astype(np.float32)


def kinds(*columns: Sequence[object]) -> tuple[Ints, ...]:
    """Numbers (N,) for the values of each column."""
    return tuple(np.unique(np.asarray(each), return_inverse=True)[1] for each in columns)
