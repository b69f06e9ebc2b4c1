"""What forecasts from one origin came to, as sums: by series and days ahead, to be added up over
origins and over groups of series, and only then divided into figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast import metrics

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Ints = NDArray[np.integer]

SUMS = (
    "count", "actual", "error", "signed", "naive", "square", "pinball", "checked", "in_80", "in_50",
)  # fmt: skip
"""What is summed over the observed days: their number, |actual|, |error|, forecast - actual,
|error| of seasonal naive, squared error, pinball loss; days whose intervals were looked at, and
the shares of them inside the central 80% and 50%."""

FIGURES = (
    "wape", "bias", "rmsse", "pinball", "wql", "coverage_80", "coverage_50", "naive_wape",
    "value_added",
)  # fmt: skip
_CHUNK = 1024


@dataclass(frozen=True)
class Tally:
    """Sums [len(SUMS), n, b] of n series from one origin, in the b parts of the horizon; scale
    [n], the mean squared one-step difference before the origin; and steps [4, h], the panel's
    |actual|, |error|, signed error and naive |error| at each day ahead.
    """

    origin: int
    parts: tuple[tuple[int, int], ...]
    sums: F64
    scale: F64
    steps: F64


def horizon_parts(horizon: int) -> tuple[tuple[int, int], ...]:
    """The horizon in parts, first and last day ahead of each: weeks at first, months later."""
    ends = [end for end in (7, 14, 28, 56, 91, 182, 365) if end < horizon] + [horizon]
    return tuple(zip([1, *(end + 1 for end in ends[:-1])], ends, strict=True))


def tally(
    origin: int,
    truth: F32,
    mean: F32,
    spread: F32,
    levels: tuple[float, ...],
    naive: F32,
    inside: tuple[F64, F64],
    scale: F64,
) -> Tally:
    """Compare ``mean`` [n,h] and quantiles ``spread`` [n,h,q] with ``truth`` [n,h], NaN where
    nothing was observed. ``inside`` are shares [n,h] of each observation inside the central 80%
    and 50% intervals, NaN where not looked at.
    """
    n, horizon = truth.shape
    parts = horizon_parts(horizon)
    starts = np.array([first - 1 for first, _ in parts])
    sums = np.empty((len(SUMS), n, len(parts)))
    steps = np.zeros((4, horizon))
    level = np.asarray(levels)
    for a in range(0, n, _CHUNK):
        rows = slice(a, a + _CHUNK)
        seen = np.isfinite(truth[rows])
        y = np.where(seen, truth[rows], 0.0).astype(np.float64)
        signed = np.where(seen, mean[rows] - y, 0.0)
        missed = np.where(seen, np.abs(naive[rows] - y), 0.0)
        gap = y[:, :, None] - spread[rows]
        loss = np.maximum(level * gap, (level - 1.0) * gap).mean(2)
        looked = np.isfinite(inside[0][rows])
        daily = np.stack([
            seen, np.abs(y), np.abs(signed), signed, missed, signed**2, np.where(seen, loss, 0.0),
            looked, *(np.where(looked, side[rows], 0.0) for side in inside),
        ])  # fmt: skip
        sums[:, rows] = np.add.reduceat(daily, starts, axis=2)
        steps += daily[1:5].sum(1)
    return Tally(origin, parts, sums, scale, steps)


def inside_intervals(truth: F32, quantiles: F64, levels: Sequence[float], unit: F64) -> F64:
    """Shares [2,n,h] of each observation inside the central 80% and 50% intervals of continuous
    ``quantiles`` [n,h,q], fair to low counts; NaN where nothing was observed.
    """
    under, upto = metrics.probability_transform(truth, quantiles, tuple(levels), unit)
    there = np.isfinite(truth)
    return np.stack([
        np.where(there, metrics.interval_share(under, upto, lower, upper), np.nan)
        for lower, upper in ((0.1, 0.9), (0.25, 0.75))
    ])  # fmt: skip


@dataclass(frozen=True)
class Breakdown:
    """Figures of groups. ``figures`` and the numbers behind them are [g, 1 + b]: first over the
    whole horizon, then in each of its ``parts``; ``by_origin`` [o, g] over the whole horizon.

    ``series`` and ``origins`` count those with an observed day, ``observations`` the days.
    """

    parts: tuple[tuple[int, int], ...]
    series: Ints
    origins: Ints
    observations: Ints
    figures: Mapping[str, F64]
    by_origin: Mapping[str, F64]


class Gathered:
    """Sums of ``n`` series over origins, and of their groups at each origin.

    ``codes`` are groupings: of each, the number of groups and the group [n] of every series, -1
    for none. What is kept grows with series and with groups times origins, not with days.
    """

    def __init__(self, n: int, codes: Mapping[str, tuple[int, Ints]]) -> None:
        self.origins: list[int] = []
        self.parts: tuple[tuple[int, int], ...] = ()
        self._n, self._codes = n, codes
        self._total: F64 | None = None
        self._scale = np.zeros(n)
        self._groups: dict[str, list[F64]] = {name: [] for name in codes}
        self._steps: F64 | None = None

    def add(self, one: Tally) -> None:
        """Add another origin; all have the same series and horizon."""
        self.origins.append(one.origin)
        self.parts = one.parts
        self._total = one.sums.copy() if self._total is None else self._total + one.sums
        self._steps = one.steps.copy() if self._steps is None else self._steps + one.steps
        self._scale = self._scale + one.scale
        for name, (size, code) in self._codes.items():
            self._groups[name].append(grouped(one.sums, size, code))

    @property
    def steps(self) -> Mapping[str, F64]:
        """Of the whole panel [h]: wape, bias and naive_wape at each day ahead."""
        assert self._steps is not None
        actual, error, signed, naive = self._steps
        return {
            "wape": metrics.ratio(error, actual),
            "bias": metrics.ratio(signed, actual),
            "naive_wape": metrics.ratio(naive, actual),
        }

    def series(self) -> Mapping[str, F64]:
        """The figures [n] of each series over all origins and the whole horizon."""
        assert self._total is not None
        whole = self._total.sum(2)
        return {**figures(whole), "rmsse": self._rmsse(whole)}

    def breakdown(self, name: str) -> Breakdown:
        """The figures of one grouping's groups."""
        assert self._total is not None
        size, code = self._codes[name]
        at = np.stack([whole_first(one) for one in self._groups[name]])
        total = at.sum(0)
        each = whole_first(self._total)
        rmsse = np.stack([self._rmsse(each[:, :, k]) for k in range(each.shape[2])], 1)
        there, usable = each[0] > 0, np.isfinite(rmsse)
        mean = metrics.ratio(
            _by_group(np.where(usable, rmsse, 0.0), size, code), _by_group(usable, size, code)
        )
        return Breakdown(
            self.parts,
            _by_group(there, size, code).astype(np.int64),
            (at[:, 0] > 0).sum(0),
            total[0].astype(np.int64),
            {**figures(total), "rmsse": mean},
            {key: value[..., 0] for key, value in figures(np.moveaxis(at, 0, 1)).items()},
        )

    def _rmsse(self, sums: F64) -> F64:
        """RMSSE [n] of sums [len(SUMS), n]; NaN without scale or observation."""
        scale = self._scale / max(len(self.origins), 1)
        square = metrics.ratio(sums[SUMS.index("square")], sums[SUMS.index("count")])
        return np.sqrt(metrics.ratio(square, np.nan_to_num(scale)))


def whole_first(sums: F64) -> F64:
    """Sums [s, n, b] with the whole horizon before its parts, [s, n, 1 + b]."""
    return np.concatenate([sums.sum(2, keepdims=True), sums], axis=2)


def grouped(sums: F64, size: int, code: Ints) -> F64:
    """Sums [s, n, b] added up by group, [s, size, b]."""
    out = np.zeros((sums.shape[0], size, sums.shape[2]))
    inside = code >= 0
    for k in range(sums.shape[0]):
        np.add.at(out[k], code[inside], sums[k, inside])
    return out


def _by_group(values: NDArray[np.generic], size: int, code: Ints) -> F64:
    out = np.zeros((size, values.shape[1]))
    inside = code >= 0
    np.add.at(out, code[inside], values[inside])
    return out


def figures(sums: F64) -> dict[str, F64]:
    """The figures of sums [len(SUMS), ...], but for the RMSSE; NaN where not defined.

    wql, the weighted quantile loss, is twice the pinball loss over |actual|: it does not grow with
    demand, so that figures of different times and groups can stand side by side.
    """
    of = dict(zip(SUMS, sums, strict=True))
    wape = metrics.ratio(of["error"], of["actual"])
    naive = metrics.ratio(of["naive"], of["actual"])
    return {
        "wape": wape,
        "bias": metrics.ratio(of["signed"], of["actual"]),
        "pinball": metrics.ratio(of["pinball"], of["count"]),
        "wql": metrics.ratio(2.0 * of["pinball"], of["actual"]),
        "coverage_80": metrics.ratio(of["in_80"], of["checked"]),
        "coverage_50": metrics.ratio(of["in_50"], of["checked"]),
        "naive_wape": naive,
        "value_added": metrics.value_added(wape, naive),
    }
