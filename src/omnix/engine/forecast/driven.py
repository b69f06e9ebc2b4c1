"""Prices and promotions in the instant forecast: taken out of the past, put on the days ahead.

Sales are divided by what price and promotion made of them, so that a level is one at the price of
its origin and without a promotion; the forecast of a promoted or repriced day is multiplied by what
they will make of it. The effects are learnt from days before a cut (see `elasticity`), and used
only where they told the days after that cut better than the plain forecast did.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.daily import OriginForecast
from omnix.engine.forecast.elasticity import price_effect, promotion_effect
from omnix.engine.forecast.features import UNKNOWN, filled
from omnix.engine.forecast.prepare import Prepared

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
Slopes = tuple[F64, F64]
OriginMaker = Callable[[Prepared, int, int], OriginForecast]

LEAST_DAYS = 112
_LEAST_EVIDENCE = 4.0
_USUAL_DAYS, _RECENT_DAYS = 365, 56
_STEEPEST, _LARGEST_LIFT, _LARGEST = -5.0, 8.0, 1.5
_FELT = 0.02
_CHUNK = 1024


@dataclass(frozen=True)
class Drivers:
    """What is known of products besides their sales, over the panel's t columns and h ahead.

    demand [p,t], NaN where not observed; price [p,t+h] from a price list, NaN where unknown;
    planned [p,t+h] percent off by recorded promotions, UNKNOWN where none were recorded; offered
    [p,t] depth (0 to 1) of the price cuts under which was sold; group and clump [p] as in
    `elasticity`. `row` [n] is the product of each series of the panel that is forecast.

    Prices after an earlier origin count as unknown at it, recorded promotions as known.
    """

    demand: F32
    price: F32
    planned: U8
    offered: F32
    group: I64
    clump: F64
    row: I64
    _learnt: dict[int, Slopes] = field(default_factory=dict, repr=False, compare=False)

    def of(self, row: I64) -> "Drivers":
        """The same for other series, of the products `row` [n]; what was learnt is shared."""
        return replace(self, row=row)

    @property
    def days(self) -> int:
        return int(self.demand.shape[1])

    @property
    def recorded(self) -> bool:
        """Whether anybody records promotions."""
        return bool((self.planned != UNKNOWN).any())

    def depth(self, stop: int) -> F32:
        """Depth [p,stop] of promotions: as recorded, else as was sold under."""
        planned = self.planned[:, :stop]
        told = planned.astype(np.float32) / np.float32(100.0)
        return np.where(planned == UNKNOWN, self.offered[:, :stop], told)

    def slopes(self, cut: int) -> Slopes:
        """Elasticity and log lift per depth [p] from the columns before `cut`; zeros where all
        products together tell too little."""
        if cut not in self._learnt:
            demand, depth = self.demand[:, :cut], self.depth(cut)
            price = price_effect(demand, self.price[:, :cut], depth, self.group, self.clump).effect
            lift = promotion_effect(demand, depth, self.group, self.clump).effect
            known = [float(each.evidence.sum()) >= _LEAST_EVIDENCE for each in (price, lift)]
            self._learnt[cut] = (
                np.clip(price.mean, _STEEPEST, 0.0) * known[0],
                np.clip(lift.mean, 0.0, _LARGEST_LIFT) * known[1],
            )
        return self._learnt[cut]


class Driven:
    """The drivers of one prepared panel, with the slopes that were known before `cut`. `use`
    tells which of them are followed: prices, promotions."""

    def __init__(
        self, data: Prepared, drivers: Drivers, cut: int, use: tuple[bool, bool] = (True, True)
    ) -> None:
        self._data, self._drivers, self._rows = data, drivers, drivers.row[data.order]
        self.use, self.recorded = use, use[1] and drivers.recorded
        price, lift = drivers.slopes(cut)
        self._price, self._lift = price[self._rows] * use[0], lift[self._rows] * use[1]
        self._log = np.log(filled(drivers.price))
        self._log[~np.isfinite(self._log)] = 0.0
        self.data = replace(data, values=self._without(cut))

    def _paid(self, days: slice, part: slice) -> F64:
        """Log factor of the price on some days, beside the price of column 0."""
        rows = self._rows[part]
        gone = self._log[rows, days] - self._log[rows, :1]
        return np.asarray(self._price[part, None] * gone, np.float64)

    def _promoted(self, days: slice, part: slice) -> F64:
        planned = self._drivers.planned[self._rows[part], days]
        depth = np.where(planned == UNKNOWN, 0.0, planned / 100.0)
        return np.asarray(self._lift[part, None] * depth, np.float64)

    def _without(self, cut: int) -> F32:
        """Sales [n,t] at the price of column 0 and without a promotion."""
        out = np.empty_like(self._data.values)
        days = slice(0, out.shape[1])
        for a in range(0, len(out), _CHUNK):
            part = slice(a, a + _CHUNK)
            log = np.clip(self._paid(days, part) + self._promoted(days, part), -3.0, 3.0)
            out[part] = self._data.values[part] * np.exp(-log)
        return out

    def parts(self, cut: int, horizon: int) -> tuple[F32, F32]:
        """What the price and promotions make of the days after an origin, factors [n,h] each
        beside the price of the origin and no promotion."""
        ahead, out = slice(cut, cut + horizon), np.zeros((2, len(self._rows), horizon), np.float32)
        for a in range(0, len(self._rows), _CHUNK):
            part = slice(a, a + _CHUNK)
            promoted = self._promoted(ahead, part)
            promoted -= (promoted > 0) * self._usual(cut, part)[:, None]
            out[1, part, : promoted.shape[1]] = promoted
            if cut >= self._drivers.days:
                paid = self._paid(ahead, part) - self._at(cut, part)
                out[0, part, : paid.shape[1]] = paid
        price, promotion = np.exp(np.clip(out, -_LARGEST, _LARGEST))
        return price, promotion

    def came(self, cut: int, horizon: int) -> F32:
        """The same at the prices that came, to learn from; no more than the panel's days."""
        days, out = slice(cut, cut + horizon), np.empty((len(self._rows), horizon), np.float32)
        for a in range(0, len(out), _CHUNK):
            part = slice(a, a + _CHUNK)
            log = self._promoted(days, part) + self._paid(days, part) - self._at(cut, part)
            out[part] = np.exp(np.clip(log, -_LARGEST, _LARGEST))
        return out

    def on_record(self, first: int, stop: int) -> NDArray[np.bool_]:
        """The series [n] with a promotion on record on some of the days."""
        planned = self._drivers.planned[:, max(first, 0) : stop]
        return np.asarray(((planned > 0) & (planned != UNKNOWN)).any(1)[self._rows])

    def _at(self, cut: int, part: slice) -> F64:
        return self._paid(slice(max(cut - 1, 0), max(cut, 1)), part)

    def _usual(self, cut: int, part: slice) -> F64:
        """Log of what promotions that nobody recorded brought on an average day, as far as the
        level of the origin rests on such days."""
        rows, low = self._rows[part], max(0, cut - _USUAL_DAYS)
        unknown = self._drivers.planned[rows, max(0, cut - _RECENT_DAYS) : cut] == UNKNOWN
        if not unknown.any():
            return np.zeros(len(rows))
        lift = np.exp(self._lift[part, None] * self._drivers.offered[rows, low:cut]).mean(1)
        return np.asarray(np.log(lift) * unknown.mean(1))

    def forecast(self, cut: int, horizon: int, make: OriginMaker) -> OriginForecast:
        """The forecast from `cut`, its level at the price of that day without a promotion."""
        at = make(self.data, cut, horizon)
        now = np.empty(len(self._rows))
        for a in range(0, len(now), _CHUNK):
            part = slice(a, a + _CHUNK)
            now[part] = np.exp(np.clip(self._at(cut, part)[:, 0], -3.0, 3.0))
        price, promotion = self.parts(cut, horizon)
        factor = price * promotion * now[:, None].astype(np.float32)
        level, trend = (np.asarray(each * now, np.float32) for each in (at.level, at.trend))
        return replace(at, mean=at.mean * factor, level=level, trend=trend)


def tested(
    data: Prepared, drivers: Drivers | None, cuts: Sequence[int], horizon: int, make: OriginMaker
) -> Driven | None:
    """The drivers with what was known of them before all of `cuts`, those that told the days after
    at least as well as the plain forecast did; None without any, or where too little came before.
    """
    if drivers is None or not cuts or min(cuts) < LEAST_DAYS:
        return None
    first = min(cuts)
    driven = Driven(data, drivers, first)
    use = helpful(data, driven, cuts, horizon, make)
    if not any(use):
        return None
    return driven if all(use) else Driven(data, drivers, first, use)


def helpful(
    data: Prepared, driven: Driven, cuts: Sequence[int], horizon: int, make: OriginMaker
) -> tuple[bool, bool]:
    """Whether prices, and whether promotions, told the days after `cuts` at least as well as the
    plain forecast did.

    Only days on which the two differ count, each by its squared error over the variance to expect;
    those of series with a promotion on record lately, or to come, speak for the promotions.
    """
    gains = np.zeros(2)
    for cut in cuts:
        ahead = min(horizon, data.days - cut)
        plain, other = make(data, cut, ahead), driven.forecast(cut, ahead, make)
        days = slice(cut, cut + ahead)
        actual, seen = data.values[:, days], data.seen[:, days]
        mean = np.maximum(plain.mean, 1e-6)
        apart = np.abs(np.log(np.maximum(other.mean, 1e-6) / mean)) > _FELT
        count = seen & apart & (plain.mean > 0)
        unit = np.maximum(plain.dispersion, 0.1)[:, None] * np.maximum(plain.mean, 0.05)
        gain = (np.square(actual - plain.mean) - np.square(actual - other.mean)) / unit
        each = np.where(count, gain, 0.0).sum(1, dtype=np.float64)
        promoted = driven.on_record(cut - _RECENT_DAYS, cut + ahead)
        gains += each[~promoted].sum(), each[promoted].sum()
    return bool(gains[0] >= 0.0), bool(gains[1] >= 0.0)
