"""The answer of the daily engine: means, quantiles, totals, components and notes."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.panel import F32, Note
from omnix.engine.forecast.spread import SpreadTable, at_levels

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Components:
    """mean = max(level + trend path, 0) x weekday x yearly x month day, each explained apart.

    level and trend (a day) [n], weekday [n,season] with slot k for columns t % season == k,
    yearly and month_day [n,h]; and [n] probability of a sale on a day, dispersion (variance /
    mean), doubt (relative variance of a level borrowed from the group), observed days, days
    with sales.
    """

    level: F32
    trend: F32
    weekday: F32
    yearly: F32
    month_day: F32
    probability: F32
    dispersion: F64
    doubt: F64
    observed: NDArray[np.int32]
    sales: NDArray[np.int32]


@dataclass(frozen=True)
class Forecast:
    """Forecast of n series over h days.

    mean [n,h]; levels, the q probabilities; quantiles [n,h,q], non-negative and monotone in q;
    notes [n] the reasons for caution; model [n] names what each forecast rests on:
    "ets_tsb" the series' own smoothed level times pooled profiles, "boosted" that corrected by the
    model trained on all series, "foundation" the means of one trained elsewhere, "mean" the mean
    of under 14 observed days, "group_mean" that mean drawn to the group's median, "group" the
    group's median alone, "zero" observed without a sale, "none" nothing to go by (the answer is
    zero).
    """

    mean: F32
    levels: tuple[float, ...]
    quantiles: F32
    model: tuple[str, ...]
    notes: tuple[tuple[Note, ...], ...]
    components: Components
    samples: int
    _totals: tuple[tuple[int, SpreadTable], ...] = field(repr=False)
    _unit: F64 = field(repr=False)
    prices: F32 | None = None
    promotions: F32 | None = None
    """Factors [n,h] of price and promotion in the means, beside the last price and no promotion;
    None where they are not told apart from the level."""
    _apart: "tuple[Forecast, NDArray[np.intp]] | None" = field(default=None, repr=False)

    @property
    def horizon(self) -> int:
        return int(self.mean.shape[1])

    def total_mean(self, days: int | NDArray[np.integer]) -> F64:
        """Expected demand [n] over the first `days` days, one number or one for each series."""
        n = len(self.mean)
        length = self._lengths(days)
        cumulative = np.concatenate(
            [np.zeros((n, 1)), np.cumsum(self.mean, axis=1, dtype=np.float64)], axis=1
        )
        return np.asarray(cumulative[np.arange(n), length])

    def total_quantiles(
        self, days: int | NDArray[np.integer], levels: tuple[float, ...] | None = None
    ) -> F64:
        """Quantiles [n,q] of the demand summed over the first `days` days (lead-time demand).

        `days` is one number or one for each series, 0 to the horizon. Learnt from sums over
        rolling origins, so errors that last for days are counted as they are; between the
        lengths measured the ratios are interpolated in the logarithm of the length.
        """
        wanted = self.levels if levels is None else levels
        check_levels(wanted)
        length = self._lengths(days)
        total = self.total_mean(days)
        base = floored(total, self.components.dispersion)
        shape = precision(base, self.components.dispersion, self.components.doubt)
        rate = self.components.level.astype(np.float64)
        measured = np.array([k for k, _ in self._totals])
        place = np.interp(np.log(np.maximum(length, 1)), np.log(measured), np.arange(len(measured)))
        out = np.zeros((len(total), len(wanted)))
        for index, (_, table) in enumerate(self._totals):
            share = np.maximum(0.0, 1.0 - np.abs(place - index))
            rows = np.flatnonzero(share > 0)
            if len(rows):
                ratios = at_levels(table.ratios(shape[rows], rate[rows]), wanted)
                out[rows] += share[rows, None] * ratios * base[rows, None]
        made = np.asarray(to_lattice(out, self._unit[:, None]))
        if self._apart is not None:
            other, rows = self._apart
            made[rows] = other.total_quantiles(length[rows], wanted)
        return made

    def with_rows(self, other: "Forecast", rows: NDArray[np.intp]) -> "Forecast":
        """This forecast with the series `rows` taken from `other`, which has these alone, over the
        same days and levels. Raises ValueError for others."""
        if other.levels != self.levels or other.mean.shape != (len(rows), self.horizon):
            raise ValueError("both forecasts need the same levels and days")

        def put(mine: Any, theirs: Any) -> Any:
            out = mine.copy()
            out[rows] = theirs
            return out

        def factors(mine: F32 | None, theirs: F32 | None) -> F32 | None:
            if mine is None and theirs is None:
                return None
            own = np.ones_like(self.mean) if mine is None else mine
            return put(own, 1.0 if theirs is None else theirs)  # type: ignore[no-any-return]

        parts = {
            name: put(getattr(self.components, name), getattr(other.components, name))
            for name in Components.__dataclass_fields__
        }
        names, told = list(self.model), list(self.notes)
        for row, name, notes in zip(rows.tolist(), other.model, other.notes, strict=True):
            names[row], told[row] = name, notes
        return replace(
            self, mean=put(self.mean, other.mean), quantiles=put(self.quantiles, other.quantiles),
            model=tuple(names), notes=tuple(told), components=Components(**parts),
            _unit=put(self._unit, other._unit), _apart=(other, rows),
            prices=factors(self.prices, other.prices),
            promotions=factors(self.promotions, other.promotions),
        )  # fmt: skip

    def _lengths(self, days: int | NDArray[np.integer]) -> NDArray[np.int64]:
        length = np.broadcast_to(np.asarray(days, np.int64), (len(self.mean),))
        if length.size and (length.min() < 0 or length.max() > self.horizon):
            raise ValueError(f"days must lie between 0 and the horizon of {self.horizon}")
        return length


SMALLEST_SHAPE = 0.01


def floored(mean: F64, dispersion: F64) -> F64:
    """The base that ratios refer to: the mean, or a hundredth of the dispersion if that is more.

    A series that has all but died out may still sell; as a ratio to its mean that sale would
    be without bound. A mean of exactly zero (nothing ever sold, shop closed) stays zero.
    """
    return np.asarray(np.where(mean > 0, np.maximum(mean, SMALLEST_SHAPE * dispersion), 0.0))


def precision(base: F64, dispersion: F64, doubt: F64) -> F64:
    """Expected mean^2 / variance of demand: its own scatter, plus doubt about the level.

    Scatter averages out over a sum of days (`base` grows), doubt about the level does not.
    """
    return np.asarray(1.0 / (dispersion / np.maximum(base, 1e-30) + doubt))


def check_levels(levels: tuple[float, ...]) -> None:
    if any(not 0.0 < level < 1.0 for level in levels) or list(levels) != sorted(levels):
        raise ValueError("quantile levels must ascend and lie between 0 and 1")


def to_lattice(quantiles: NDArray[np.floating], unit: NDArray[np.floating]) -> NDArray[np.floating]:
    """Round quantiles of series sold in multiples of `unit` (0: any amount) to whole multiples.

    Only below ten units, where the steps of the true distribution are what is being estimated.
    """
    step = np.where(unit > 0, unit, 1.0).astype(quantiles.dtype)
    small = (unit > 0) & (quantiles < 10.0 * step)
    return np.where(small, np.round(quantiles / step) * step, quantiles)
