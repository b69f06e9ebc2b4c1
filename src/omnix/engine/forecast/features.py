"""What the global model knows of a series at an origin, besides the instant forecast.

Everything is relative to the series' own smoothed level, so that a tree's split means the same for
a product that sells a hundred a day and one that sells one a month.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.daily import OriginForecast
from omnix.engine.forecast.prepare import Prepared

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Real = NDArray[Any]

WINDOWS = (7, 14, 28, 56, 112, 224)
RECENT = 28
SMALLEST_LEVEL = 0.01
UNKNOWN = 255
"""Stands for the percent off on days of which nobody recorded promotions."""

_PRICE_DAYS = 112
_YEAR = 364


@dataclass(frozen=True)
class Covariates:
    """What is known of n series beside their sales.

    price [n,t], columns as the panel's and at least `horizon` more, NaN where unknown, from a price
    list and never from sales; codes [a,n] attributes as numbers (store, department, product);
    peers [p,n] groupings whose recent course tells of their members; promotion [n,t] percent off by
    recorded promotions over the same columns as price, UNKNOWN where nobody recorded any. `listed`
    tells whether prices were known ahead at earlier origins too, as from a catalogue.
    """

    price: F32 | None
    codes: NDArray[np.integer]
    peers: NDArray[np.integer]
    promotion: NDArray[np.uint8] | None = None
    listed: bool = True

    def ordered(self, order: NDArray[np.intp]) -> "Covariates":
        """In prepared order, prices carried on (and back) over days without one; zero is none."""
        price = None if self.price is None else filled(self.price[order])
        promotion = None if self.promotion is None else self.promotion[order]
        return Covariates(price, self.codes[:, order], self.peers[:, order], promotion, self.listed)


def filled(price: F32) -> F32:
    """Prices [n,t] with each gap at the last price before it, or the first after it."""
    known = np.logical_and(np.isfinite(price), price > 0)
    column = np.arange(price.shape[1])
    last = np.maximum.accumulate(np.where(known, column, -1), axis=1)
    first = np.where(known.any(1), known.argmax(1), 0)
    at = np.where(last >= 0, last, first[:, None])
    out = np.take_along_axis(price, at, axis=1)
    priced = np.asarray(known.any(1))
    return np.asarray(np.where(priced[:, None], out, np.nan), np.float32)


class Features:
    """Makes feature rows of a prepared panel. Covariates are in prepared order."""

    def __init__(self, data: Prepared, known: Covariates) -> None:
        self._data, self._known = data, known
        n = len(data.values)
        nothing = np.zeros((n, 1))
        self._units = np.hstack([nothing, np.cumsum(data.values, 1, dtype=np.float64)])
        self._days = np.hstack([nothing, np.cumsum(data.seen, 1, dtype=np.float64)])
        self._sales = np.hstack([nothing, np.cumsum(data.values > 0, 1, dtype=np.float64)])
        self._peers = []
        for peers in known.peers:
            _, group = np.unique(peers, return_inverse=True)
            count = int(group.max()) + 1 if len(group) else 0
            self._peers.append((group, count))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in order."""
        own = ("level", *(f"mean_{w}" for w in WINDOWS), "probability", "sold_days", "since",
               "dispersion", "observed", "trend")  # fmt: skip
        peers = tuple(
            f"{what}_{k}"
            for k in range(len(self._peers))
            for what in ("peers_week", "peers_month", "peers_forecast", "peers_miss")
        )
        price = ("price", "price_usual", "price_last", "price_peers")
        promotion = ("promotion", "promotion_week", "promotion_month")
        codes = tuple(f"code_{k}" for k in range(len(self._known.codes)))
        days = ("weekday_4", "weekday_12")
        priced = price if self._known.price is not None else ()
        promoted = promotion if self._known.promotion is not None else ()
        return (*own, *peers, *days, *priced, *promoted, *codes)

    def static(self, at: OriginForecast, before: OriginForecast | None) -> F32:
        """Features [n,k] that hold for all days ahead; `before` forecast the last days."""
        o, data = at.origin, self._data
        level = np.maximum(at.level, SMALLEST_LEVEL).astype(np.float64)
        columns = [np.log(level)]
        for w in WINDOWS:
            low = max(0, o - w)
            days = np.maximum(self._days[:, o] - self._days[:, low], 1.0)
            columns.append(np.clip((self._units[:, o] - self._units[:, low]) / days / level, 0, 20))
        low = max(0, o - RECENT)
        days = np.maximum(self._days[:, o] - self._days[:, low], 1.0)
        sold = data.values[:, max(0, o - _YEAR) : o] > 0
        since = np.where(sold.any(1), sold[:, ::-1].argmax(1), 400)
        columns += [
            at.probability, (self._sales[:, o] - self._sales[:, low]) / days, since,
            np.log(np.maximum(at.dispersion, 1e-6)), np.minimum(at.observed, 730), at.trend / level,
        ]  # fmt: skip
        for group, count in self._peers:
            week, month, quarter = (self._a_day(group, count, o, w) for w in (7, RECENT, 112))
            ahead = np.bincount(group, at.mean[:, :RECENT].mean(1), count)
            columns += [
                _ratio(week, month)[group],
                _ratio(month, quarter)[group],
                _ratio(ahead, month)[group],
            ]
            if before is None:
                columns.append(np.full(len(level), np.nan))
            else:
                expected = np.bincount(group, before.mean[:, :RECENT].sum(1), count)
                columns.append(_ratio(month * RECENT, expected)[group])
        return np.stack(columns, 1).astype(np.float32)

    def _a_day(self, group: I64, count: int, o: int, window: int) -> F64:
        low = max(0, o - window)
        total = self._units[:, o] - self._units[:, low]
        return np.bincount(group, total, count) / max(o - low, 1)

    def rows(
        self, static: F32, at: OriginForecast, series: I64, ahead: I64, *, told: bool = False
    ) -> F32:
        """Feature rows [r,k] of the given series (prepared rows) and days ahead (from 0).

        To learn from, the prices that came are `told`; else only what was known at the origin is.
        """
        o, values = at.origin, self._data.values
        level = np.maximum(at.level, SMALLEST_LEVEL)[series]
        columns = []
        for weeks in (4, 12):
            k = max(1, min(weeks, o // 7))
            if o < 7:
                columns.append(np.full(len(series), np.nan))
                continue
            table = values[:, o - 7 * k : o].reshape(len(values), k, 7).mean(1)
            columns.append(np.clip(table[series, ahead % 7] / level, 0, 20))
        price = self._known.price
        if price is not None:
            usual = price[:, max(0, o - _PRICE_DAYS) : o].mean(1)
            known = told or self._known.listed or o >= self._data.days
            day = o + ahead if known else np.full(len(ahead), o - 1)
            now = price[series, np.minimum(day, price.shape[1] - 1)]
            columns += [np.log(now), now / usual[series], now / price[series, o - 1]]
            columns.append(now / self._peer_price(usual)[series])
        promotion = self._known.promotion
        if promotion is not None:
            last = promotion.shape[1] - 1
            columns.append(_percent(promotion[series, np.minimum(o + ahead, last)]))
            for w in (7, RECENT):
                columns.append(_percent(promotion[:, max(0, o - w) : o]).mean(1)[series])
        columns += [code[series] for code in self._known.codes]
        return np.hstack([static[series], np.stack(columns, 1).astype(np.float32)])

    def _peer_price(self, usual: F32) -> F64:
        """Mean usual price of the first peers of each series [n]."""
        if not self._peers:
            return np.full(len(usual), np.nan)
        group, count = self._peers[0]
        there = np.isfinite(usual)
        total = np.bincount(group, np.where(there, usual, 0.0), count)
        return np.asarray(_ratio(total, np.bincount(group, there, count))[group])


def _percent(promotion: NDArray[np.uint8]) -> F32:
    return np.where(promotion == UNKNOWN, np.float32(np.nan), promotion.astype(np.float32))


def _ratio(a: Real, b: Real) -> F64:
    """a / b, NaN where b is nothing."""
    return np.asarray(np.where(b > 1e-9, a / np.maximum(b, 1e-9), np.nan), np.float64)
