"""Demand that an empty shelf hid: what would have sold, and how sure that is.

Sales of a day are a count stopped when the shelf is empty, so a day tells of demand in proportion
to the share of its trade that came before. What the other days lead to expect stands for the
share that was not seen, and the purchase that emptied the shelf may have wanted more than was left.
How far days lie from what is expected of them is measured on days that were seen whole, and is the
spread of the answer.
Sources: Conrad, Operational Research Quarterly 27 (1976) 123-127 (censored Poisson demand); Agrawal
and Smith, Naval Research Logistics 43 (1996) 839-861 (negative binomial).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.counts import count_quantiles
from omnix.engine.forecast.dayrates import Observed, day_rates
from omnix.engine.forecast.overshoot import overshoot

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_SEEN = 0.999
_BINS = 48
_LEAST_DAYS = 200
_LEAST_DAY = 1e-3


@dataclass(frozen=True)
class Shelves:
    """What was sold of n series (product and place) over t days, and when it could be.

    sold [n,t] units; exposure [n,t] the share of the day's trade during which there was stock, 1
    where nothing is known; alive [n,t] days on which the product was in the range; first_day the
    ordinal of column 0; item, group and place [n] codes from 0; promotion [n,t] 0 without, else its
    depth (or 1); clump [n] mean of the squared over mean of the units of a purchase, at least 1.
    """

    sold: F32
    exposure: F32
    alive: NDArray[np.bool_]
    first_day: int
    item: I64
    group: I64
    place: I64
    promotion: F32 | None = None
    clump: F64 | None = None


@dataclass(frozen=True)
class Latent:
    """What the shelf hid.

    rate [n,t] expected demand of each whole day, from the other days alone; lost [n,t] expected
    units that were wanted while there was no stock; doubt [n] relative variance of a rate that a
    day shares with its neighbours, scatter that of single days; clump as given.
    """

    rate: F32
    lost: F32
    day_variance: F32
    doubt: F32
    clump: F64

    def demand(self, sold: F32) -> F32:
        """Sold and lost [n,t]."""
        return np.asarray(sold + self.lost, np.float32)

    def quantiles(self, levels: tuple[float, ...], rows: I64, days: I64) -> F64:
        """Quantiles [m,q] of the units lost in m cells: a count, so whole numbers."""
        mean = self.lost[rows, days].astype(np.float64)
        variance = self.day_variance[rows, days] + self.doubt[rows, days] * mean**2
        return count_quantiles(mean, variance, levels)

    def totals(self, first: int, stop: int) -> tuple[F64, F64]:
        """Mean and variance [n] of the units lost in columns first .. stop - 1.

        Errors of the level are shared by the days of a series, those of single days are not.
        """
        part = self.lost[:, first:stop].astype(np.float64)
        mean = part.sum(1)
        level = np.sqrt(self.doubt[:, first:stop].astype(np.float64)) * part
        variance = self.day_variance[:, first:stop].sum(1, dtype=np.float64) + level.sum(1) ** 2
        return mean, variance


def estimate(shelves: Shelves) -> Latent:
    """Demand behind empty shelves.

    Every series gets a finite answer; one that never was in stock leans on its group alone, and
    where nothing of the group was ever seen nothing is lost. Raises ValueError for arrays that do
    not fit together.
    """
    n, t = shelves.sold.shape
    if shelves.exposure.shape != (n, t) or shelves.alive.shape != (n, t):
        raise ValueError("sold, exposure and alive must have the same shape")
    if any(len(each) != n for each in (shelves.item, shelves.group, shelves.place)):
        raise ValueError("item, group and place must have one entry for each series")
    clump = np.ones(n) if shelves.clump is None else np.maximum(shelves.clump, 1.0)
    alive = shelves.alive
    exposure = np.where(alive, np.clip(np.nan_to_num(shelves.exposure, nan=1.0), 0.0, 1.0), 0.0)
    sold = np.where(alive & np.isfinite(shelves.sold), np.maximum(shelves.sold, 0.0), 0.0)
    weight = exposure.astype(np.float32)
    # The purchase that empties the shelf may have wanted more than was left; it was wanted then.
    cut_short = alive & (exposure < _SEEN) & (sold > 0)
    row, day = np.nonzero(cut_short)
    beyond = np.zeros(sold.shape)
    beyond[row, day] = overshoot(sold[row, day].astype(np.float64), clump[row])
    y = ((sold + beyond) / clump[:, None]).astype(np.float32)
    if not n or not t:
        empty = np.zeros((n, t), np.float32)
        return Latent(empty, empty, empty, empty, clump)
    whole = alive & (exposure >= _SEEN)
    observed = Observed(
        y,
        weight,
        shelves.first_day,
        shelves.item,
        shelves.group,
        shelves.place,
        shelves.promotion,
    )
    expected, evidence, promotion = day_rates(observed)
    noise = _scatter(y, expected, evidence, whole)
    own = noise.scale / evidence + promotion
    out = np.where(alive, 1.0 - exposure, 0.0)
    # What sold before the shelf was empty is no sign for the rest of the day: it may be a busy day,
    # or the regular buyers have been. In simulated shops the two cancel out.
    hidden = out * expected * clump[:, None]
    variance = clump[:, None] * (noise.scale * hidden + beyond) + noise.day * hidden**2
    return Latent(
        (expected * clump[:, None]).astype(np.float32),
        (hidden + beyond).astype(np.float32),
        variance.astype(np.float32),
        own.astype(np.float32),
        clump,
    )


@dataclass(frozen=True)
class _Noise:
    """Variance of a day's count of mean m: scale (m + m^2 / evidence) + day m^2."""

    scale: float
    day: float


def _scatter(y: F32, expected: F32, evidence: F32, whole: NDArray[np.bool_]) -> _Noise:
    """How far days seen whole lay from what the others foretold, by least squares on squares."""
    use = whole & (expected > 1e-3)
    if int(use.sum()) < _LEAST_DAYS:
        return _Noise(1.0, 0.05)
    m = expected[use].astype(np.float64)
    left = (y[use] - m) ** 2
    # Bins of the mean: single squares are far too wild for a regression.
    order = np.argsort(m)
    edges = np.linspace(0, len(m), _BINS + 1).astype(np.int64)
    rows = [order[a:b] for a, b in pairwise(edges.tolist()) if b > a]
    u = m**2 / evidence[use]
    design = np.array([[m[r].mean() + u[r].mean(), (m[r] ** 2).mean()] for r in rows])
    target = np.array([left[r].mean() for r in rows])
    weight = np.array([len(r) ** 0.5 / (m[r].mean() + (m[r] ** 2).mean()) for r in rows])
    scale, day = np.linalg.lstsq(design * weight[:, None], target * weight, rcond=None)[0]
    if day < _LEAST_DAY:
        day = _LEAST_DAY
        scale = np.average(target / design[:, 0], weights=design[:, 0])
    return _Noise(float(np.clip(scale, 0.5, 5.0)), float(min(day, 5.0)))
