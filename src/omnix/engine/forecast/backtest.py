"""Rolling-origin backtests: what the forecasts of earlier days would have been worth."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast import metrics
from omnix.engine.forecast.daily import OriginForecast, forecast_origin
from omnix.engine.forecast.driven import Drivers, tested
from omnix.engine.forecast.engine import (
    Refine,
    Samples,
    continuous_quantiles,
    daily_quantiles,
    lattice_unit,
)
from omnix.engine.forecast.panel import Panel
from omnix.engine.forecast.prepare import Prepared, prepare
from omnix.engine.forecast.result import check_levels
from omnix.engine.forecast.signals import Signals
from omnix.engine.forecast.spread import LEVELS
from omnix.engine.forecast.tally import Gathered, Tally, inside_intervals, tally

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
SPREAD_ORIGINS = 3


@dataclass(frozen=True)
class Scores:
    """Accuracy over all origins of one series [n] or, as one-element arrays, of the panel.

    wape, bias, pinball (units a day) and value_added (share of seasonal naive's WAPE removed);
    rmsse scaled by one-step differences before each origin; coverage_80 and coverage_50 by the
    nonrandomised probability transform, so that they are fair to low counts too.
    """

    wape: F64
    bias: F64
    rmsse: F64
    pinball: F64
    coverage_80: F64
    coverage_50: F64
    value_added: F64


@dataclass(frozen=True)
class Backtest:
    """origins, latest first, as panel columns; horizon of the windows; scores of each and of all.

    by_step [h] is the panel's WAPE at each day ahead.
    """

    origins: tuple[int, ...]
    horizon: int
    series: Scores
    overall: Scores
    by_step: F64


def backtest(
    panel: Panel,
    horizon: int,
    *,
    origins: int = 3,
    quantiles: Sequence[float] = _LEVELS,
    season: int = 7,
    step: int | None = None,
) -> Backtest:
    """Forecast from `origins` earlier days, `step` days apart, and score what followed.

    Every origin sees only what was known then: levels, profiles and the quantiles' spread,
    which comes from the three origins before it. Days not observed are not scored. Raises
    ValueError where the panel is too short for a single origin.
    """
    cuts = rolling_cuts(panel.days, horizon, origins, season=season, step=step)
    gathered = Gathered(panel.size, {"all": (1, np.zeros(panel.size, np.int64))})
    for one in rolling(panel, horizon, cuts, quantiles=quantiles, season=season, step=step):
        gathered.add(one)
    whole = gathered.breakdown("all")
    each = gathered.series()
    names = Scores.__dataclass_fields__
    return Backtest(
        tuple(cuts),
        horizon,
        Scores(*(each[name] for name in names)),
        Scores(*(whole.figures[name][:, 0] for name in names)),
        gathered.steps["wape"],
    )


def rolling_cuts(
    days: int, horizon: int, origins: int, *, season: int = 7, step: int | None = None
) -> list[int]:
    """At most ``origins`` columns to forecast from, latest first. Raises ValueError where the
    panel of ``days`` columns is too short for a single one.
    """
    stride = min(horizon, 28) if step is None else step
    cuts = [days - horizon - stride * k for k in range(origins)]
    cuts = [cut for cut in cuts if cut >= max(2 * season, horizon)]
    if horizon < 1 or not cuts:
        raise ValueError("the panel is too short for a backtest at this horizon")
    return cuts


def rolling(
    panel: Panel,
    horizon: int,
    cuts: Sequence[int],
    *,
    quantiles: Sequence[float] = _LEVELS,
    season: int = 7,
    step: int | None = None,
    signals: Signals | None = None,
    drivers: Drivers | None = None,
    refined: Refine | None = None,
    means: Mapping[int, F32] | None = None,
) -> Iterator[Tally]:
    """What the forecasts from each of ``cuts`` (descending) came to, rows in the panel's order.

    ``refined`` as in `forecast`; ``means`` [n,h] by cut, in the panel's order, are judged in place
    of the instant ones.

    Whether ``drivers`` are followed is decided, and their effects are learnt, before all cuts.

    One origin is worked on at a time, and a thousand series of it: beside the panel itself, what
    is held is the means of four origins.
    """
    levels = tuple(float(level) for level in quantiles)
    check_levels(levels)
    stride = min(horizon, 28) if step is None else step
    data = prepare(panel)
    known: dict[int, OriginForecast] = {}
    given = means or {}

    def plain(of: Prepared, cut: int, ahead: int) -> OriginForecast:
        return forecast_origin(of, cut, ahead, season=season, signals=signals)

    def make(of: Prepared, cut: int, ahead: int) -> OriginForecast:
        at = plain(of, cut, ahead)
        return at if refined is None else refined(of, at)

    before = [cuts[-1] - horizon - stride * k for k in range(SPREAD_ORIGINS)] if cuts else []
    driven = tested(data, drivers, before, horizon, plain)

    def mean_at(cut: int) -> OriginForecast:
        if cut not in known:
            at = driven.forecast(cut, horizon, make) if driven else make(data, cut, horizon)
            known[cut] = replace(at, mean=given[cut][data.order]) if cut in given else at
        return known[cut]

    place = np.empty(len(data.order), np.intp)
    place[data.order] = np.arange(len(data.order))
    for cut in cuts:
        for later in [later for later in known if later > cut]:
            del known[later]
        at = mean_at(cut)
        samples = Samples(horizon)
        for k in range(SPREAD_ORIGINS):
            earlier = cut - horizon - stride * k
            if earlier >= 2 * season:
                samples.add(data, mean_at(earlier), horizon)
        table, unit = samples.daily(), lattice_unit(data, cut)
        window = slice(cut, cut + horizon)
        truth = np.where(data.seen[:, window], data.values[:, window], np.float32(np.nan))
        inside = np.empty((2, *truth.shape))
        for a in range(0, len(truth), 1024):
            part = slice(a, a + 1024)
            dense = continuous_quantiles(at, table, LEVELS, part)
            inside[:, part] = inside_intervals(truth[part], dense, LEVELS, unit[part])
        made = tally(
            cut, truth, at.mean, daily_quantiles(at, table, levels, unit), levels,
            _seasonal_naive(data, cut, horizon, season), (inside[0], inside[1]),
            _scale(data, cut),
        )  # fmt: skip
        yield Tally(cut, made.parts, made.sums[:, place], made.scale[place], made.steps)


def _scale(data: Prepared, cut: int) -> F64:
    """The mean squared one-step difference [n] over the year before ``cut``, observed days."""
    out = np.empty(len(data.values))
    for a in range(0, len(out), 1024):
        part, days = slice(a, a + 1024), slice(max(0, cut - 365), cut)
        seen = data.seen[part, days]
        past = np.where(seen, data.values[part, days], np.float32(np.nan))
        out[part] = metrics.squared_naive_scale(past)
    return out


def _seasonal_naive(data: Prepared, cut: int, horizon: int, season: int) -> F32:
    """The last observed value of the same weekday, [n,h]; zero where there is none yet."""
    out = np.zeros((len(data.values), horizon), np.float32)
    for k in range(min(season, horizon)):
        columns = np.arange(cut - season + k, -1, -season)[:8]
        found = np.zeros(len(out), np.bool_)
        for column in columns:
            fill = ~found & data.seen[:, column]
            out[fill, k::season] = data.values[fill, column, None]
            found |= fill
    return out
