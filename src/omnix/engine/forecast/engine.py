"""Tier-1 forecasts of daily panels with quantiles learnt from their own rolling origins."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.daily import NEW_DAYS, OriginForecast, forecast_origin
from omnix.engine.forecast.driven import Driven, Drivers, tested
from omnix.engine.forecast.panel import F32, Note, Panel
from omnix.engine.forecast.prepare import Prepared, prepare
from omnix.engine.forecast.result import (
    Components,
    Forecast,
    check_levels,
    floored,
    precision,
    to_lattice,
)
from omnix.engine.forecast.signals import Signals
from omnix.engine.forecast.spread import SpreadTable, at_levels, fit_spread

F64 = NDArray[np.float64]
Refine = Callable[[Prepared, OriginForecast], OriginForecast]

DEFAULT_LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
MIN_TRAINING = 28
ORIGINS = 3
MAX_ORIGINS = 8
ENOUGH_SAMPLES = 3000
TOTAL_LENGTHS = (1, 2, 4, 7, 14, 28, 56, 91, 182, 365)
SHORT_HISTORY = 56
FEW_SALES = 5
DORMANT_DAYS = 120
GAP_DAYS = 60
_LATTICE_DAYS = 182


def rolling_origins(days: int, horizon: int, series: int, last: int) -> tuple[list[int], int]:
    """Origins before column `last`, latest first, and the length of their test windows.

    Windows end at or before `last`; they are shortened where the history is short, and small
    panels get more of them, so that there are enough samples to read quantiles from.
    """
    window = max(1, min(horizon, max((last - MIN_TRAINING) // ORIGINS, min(7, last // 2))))
    wanted = int(np.clip(np.ceil(ENOUGH_SAMPLES / max(series * window, 1)), ORIGINS, MAX_ORIGINS))
    step = min(window, 28)
    origins = [last - window - step * k for k in range(wanted)]
    return [o for o in origins if o >= min(MIN_TRAINING, max(last // 2, 1))], window


class Samples:
    """Ratios of actual to mean gathered at several origins, by day and by sums of days."""

    def __init__(self, window: int) -> None:
        self.lengths = [k for k in TOTAL_LENGTHS if k < window] + [window]
        self._daily: list[tuple[F64, F64, F64]] = []
        self._sums: dict[int, list[tuple[F64, F64, F64]]] = {k: [] for k in self.lengths}
        self._weekly: list[tuple[float, float]] = []

    def add(self, data: Prepared, at: OriginForecast, window: int) -> None:
        """Compare the forecast from one origin with what followed, where it was observed."""
        stop = min(at.origin + window, data.days)
        actual = data.values[:, at.origin : stop]
        seen = data.seen[:, at.origin : stop]
        mean = at.mean[:, : stop - at.origin]
        live = np.flatnonzero((at.sales > 0) & (data.start < at.origin))
        for k in self.lengths:
            if k > stop - at.origin:
                continue
            there = seen[live, :k]
            total = np.where(there, mean[live, :k], np.float32(0.0)).sum(1, dtype=np.float64)
            sold = np.where(there, actual[live, :k], np.float32(0.0)).sum(1, dtype=np.float64)
            full = (there.sum(1) >= 0.8 * k) & (total > 0)
            rows = live[full]
            base = floored(total[full], at.dispersion[rows])
            self._sums[k].append(
                (sold[full] / base, precision(base, at.dispersion[rows], at.doubt[rows]),
                 at.level[rows].astype(np.float64))
            )  # fmt: skip
        usable = seen[live] & (mean[live] > 0)
        row, day = np.nonzero(usable)
        if len(row) > 150_000:
            pick = np.linspace(0, len(row) - 1, 150_000).astype(np.int64)
            row, day = row[pick], day[pick]
        expected = floored(mean[live[row], day].astype(np.float64), at.dispersion[live[row]])
        self._daily.append(
            (actual[live[row], day] / expected,
             precision(expected, at.dispersion[live[row]], at.doubt[live[row]]),
             at.level[live[row]].astype(np.float64))
        )  # fmt: skip

    def daily(self) -> SpreadTable:
        return fit_spread(*_joined(self._daily))

    def totals(self) -> tuple[tuple[int, SpreadTable], ...]:
        return tuple((k, fit_spread(*_joined(self._sums[k]))) for k in self.lengths)


def _joined(parts: list[tuple[F64, F64, F64]]) -> tuple[F64, F64, F64]:
    if not parts:
        return np.empty(0), np.empty(0), np.empty(0)
    ratio, shape, rate = (np.concatenate(column) for column in zip(*parts, strict=True))
    return ratio, shape, rate


def forecast(
    panel: Panel,
    horizon: int,
    *,
    quantiles: Sequence[float] = DEFAULT_LEVELS,
    season: int = 7,
    calendar: bool = True,
    signals: Signals | None = None,
    drivers: Drivers | None = None,
    refined: Refine | None = None,
) -> Forecast:
    """Forecast the `horizon` days that follow the panel.

    Weekly or monthly panels want `calendar` off and the `season` counted in their periods (1 for
    none): a column is then a period and no more is read into its date. `signals` tells of holidays
    and recurring days in the panel and ahead, `drivers` of prices and promotions, which are
    followed where that would have helped at the rolling origins. `refined` may put other means in
    place of the instant ones, at every origin alike.

    Every series gets an answer: finite, non-negative, labelled with what it rests on. The
    spread is learnt from rolling origins inside the panel, so a larger panel has a finer one.
    Raises ValueError for a horizon below one or quantile levels that do not ascend in (0, 1).
    """
    levels = tuple(float(level) for level in quantiles)
    check_levels(levels)
    if horizon < 1 or season < 1:
        raise ValueError("horizon and season must be at least 1")
    data = prepare(panel)
    origins, window = rolling_origins(panel.days, horizon, panel.size, panel.days)

    def plain(of: Prepared, cut: int, ahead: int) -> OriginForecast:
        return forecast_origin(of, cut, ahead, season=season, calendar=calendar, signals=signals)

    def make(of: Prepared, cut: int, ahead: int) -> OriginForecast:
        at = plain(of, cut, ahead)
        return at if refined is None else refined(of, at)

    driven = tested(data, drivers, origins, window, plain)
    samples = Samples(window)
    for origin in origins:
        at = driven.forecast(origin, window, make) if driven else make(data, origin, window)
        samples.add(data, at, window)
    last = None
    if driven is not None and drivers is not None:
        last = Driven(data, drivers, panel.days, driven.use)
        final = last.forecast(panel.days, horizon, make)
    else:
        final = make(data, panel.days, horizon)
    return with_parts(assemble(data, final, samples.daily(), samples.totals(), levels), data, last)


def with_parts(made: Forecast, data: Prepared, driven: Driven | None) -> Forecast:
    """The forecast with what prices and promotions are in it, where `driven` put them there."""
    if driven is None:
        return made
    price, promotion = (
        np.asarray(data.restore(each), np.float32) for each in driven.parts(data.days, made.horizon)
    )
    return replace(made, prices=price, promotions=promotion if driven.recorded else None)


def assemble(
    data: Prepared,
    final: OriginForecast,
    daily: SpreadTable,
    totals: tuple[tuple[int, SpreadTable], ...],
    levels: tuple[float, ...],
) -> Forecast:
    """Put quantiles around the means, label the series and restore the panel's order."""
    unit = lattice_unit(data, final.origin)
    spread = daily_quantiles(final, daily, levels, unit)
    model, notes = describe(data, final)
    place = np.empty(len(data.order), np.intp)
    place[data.order] = np.arange(len(data.order))
    group = data.group[place]
    components = Components(
        final.level[place],
        final.trend[place],
        final.weekday[place],
        final.yearly[group],
        final.monthday[group],
        final.probability[place],
        final.dispersion[place],
        final.doubt[place],
        final.observed[place],
        final.sales[place],
    )
    return Forecast(
        final.mean[place],
        levels,
        spread[place],
        tuple(model[i] for i in place),
        tuple(notes[i] for i in place),
        components,
        daily.samples,
        totals,
        unit[place],
    )


def continuous_quantiles(
    final: OriginForecast, table: SpreadTable, levels: tuple[float, ...], part: slice
) -> F64:
    """Quantiles [rows,h,q] of each day's demand for some rows, before any rounding."""
    mean = final.mean[part].astype(np.float64)
    base = floored(mean, final.dispersion[part, None])
    shape = precision(base, final.dispersion[part, None], final.doubt[part, None])
    rate = np.repeat(final.level[part].astype(np.float64), mean.shape[1])
    ratios = at_levels(table.ratios(shape.ravel(), rate), levels)
    return np.asarray(ratios.reshape(*mean.shape, len(levels)) * base[:, :, None])


def daily_quantiles(
    final: OriginForecast, table: SpreadTable, levels: tuple[float, ...], unit: F64
) -> F32:
    """Quantiles [n,h,q] of each day's demand in prepared order."""
    n, horizon = final.mean.shape
    out = np.empty((n, horizon, len(levels)), np.float32)
    for a in range(0, n, 1024):
        part = slice(a, a + 1024)
        values = continuous_quantiles(final, table, levels, part)
        out[part] = to_lattice(values, unit[part, None, None])
    return out


def lattice_unit(data: Prepared, cut: int) -> F64:
    """The amount [n] of which all sales are whole multiples, 0 where there is none.

    Read from the last half year, or from all history where nothing was sold since.
    """
    unit = _unit(data.values[:, max(0, cut - _LATTICE_DAYS) : cut])
    quiet = np.flatnonzero(np.isnan(unit))
    unit[quiet] = np.nan_to_num(_unit(data.values[quiet, :cut]))
    return unit


def _unit(values: F32) -> F64:
    """Smallest sale of each row if the others are its multiples, else 0; NaN without a sale."""
    unit = np.where(values > 0, values, np.float32(np.inf)).min(1, initial=np.inf)
    sold = np.isfinite(unit)
    multiple = values / np.where(sold, unit, np.float32(1.0))[:, None]
    whole = (np.abs(multiple - np.round(multiple)) < 1e-3).all(1)
    return np.asarray(np.where(sold, np.where(whole, unit, 0.0), np.nan), np.float64)


def describe(data: Prepared, final: OriginForecast) -> tuple[list[str], list[tuple[Note, ...]]]:
    """Model label and notes of each series in prepared order."""
    cut = final.origin
    n = len(final.mean)
    seen, sold = data.seen[:, :cut], data.values[:, :cut] > 0
    last_seen = (
        np.where(seen.any(1), cut - 1 - seen[:, ::-1].argmax(1), -1) if cut else np.full(n, -1)
    )
    last_sold = (
        np.where(sold.any(1), cut - 1 - sold[:, ::-1].argmax(1), -1) if cut else np.full(n, -1)
    )
    gaps = cut - 1 - last_seen
    flags = {
        Note.NO_HISTORY: final.observed == 0,
        Note.NO_SALES: (final.observed > 0) & (final.sales == 0),
        Note.FEW_SALES: (final.sales > 0) & (final.sales < FEW_SALES),
        Note.SHORT_HISTORY: (final.observed > 0) & (final.observed < SHORT_HISTORY),
        Note.LONG_GAP: (final.observed > 0) & (gaps >= GAP_DAYS),
        Note.DORMANT: (final.sales > 0) & (last_seen - last_sold >= DORMANT_DAYS),
        Note.POOLED: final.pooled,
        Note.OUTLIERS_CAPPED: final.capped,
        Note.RETURNS_IGNORED: data.returned,
    }
    notes = [tuple(note for note, rows in flags.items() if rows[i]) for i in range(n)]
    short = np.where(final.pooled, "group_mean", "mean")
    elsewhere = np.zeros(n, np.bool_) if final.pretrained is None else final.pretrained
    model = np.select(
        [
            (final.observed == 0) & final.pooled,
            final.observed == 0,
            (final.sales == 0) & ~final.pooled,
            final.observed < NEW_DAYS,
            elsewhere,
        ],
        ["group", "none", "zero", short, "foundation"],
        "ets_tsb",
    )
    return [str(label) for label in model], notes
