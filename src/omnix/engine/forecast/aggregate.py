"""Passes over the raw panel: row moments, group indices and the adjusted history.

Every function has a compiled and a numpy form. `values` is zero where `seen` is false; rows
are capped at `caps` [n] on the fly, so that no copy of the panel is made.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.native import Using, call, native

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
Bool = NDArray[np.bool_]

_CHUNK = 2048


@dataclass(frozen=True)
class Rows:
    """What the passes read: values, seen [n,t], group [n] (sorted) of `groups`, period m."""

    values: F32
    seen: Bool
    group: I32
    groups: int
    season: int


@dataclass(frozen=True)
class Totals:
    """Over columns low .. cut - 1, all [n]: largest value, sum, days with a sale, days observed."""

    top: F32
    total: F64
    sales: I32
    observed: I32


@dataclass(frozen=True)
class Moments:
    """Over recent columns: total, square, count, sales [n]; faded sums and days by slot [n,m]."""

    total: F64
    square: F64
    count: I32
    sales: I32
    sums: F64
    days: F64


@dataclass(frozen=True)
class Adjusted:
    """History with the profiles divided out: y, used [r,t]; future factors [r,h]; and over the
    first days used: units, days with a sale, days [r]."""

    y: F32
    used: Bool
    future: F32
    units: F32
    sales: I32
    count: I32


def row_totals(rows: Rows, low: int, cut: int, *, using: Using | None = None) -> Totals:
    """Totals of each row over the columns low .. cut - 1, before any cap."""
    n, stride = rows.values.shape
    if native(using):
        out = Totals(np.empty(n, np.float32), np.empty(n), _ints(n), _ints(n))
        call(
            "omnix_row_totals", rows.values, rows.seen, n, stride, low, cut, out.top, out.total,
            out.sales, out.observed,
        )  # fmt: skip
        return out
    part = rows.values[:, low:cut]
    return Totals(
        part.max(1, initial=0.0),
        part.sum(1, dtype=np.float64),
        np.count_nonzero(part, axis=1).astype(np.int32),
        rows.seen[:, low:cut].sum(1, dtype=np.int32),
    )


def row_moments(
    rows: Rows, recent: int, cut: int, caps: F32, fade: F32, *, using: Using | None = None
) -> Moments:
    """Moments over recent .. cut - 1, and slot sums weighted by `fade` over its last columns."""
    n, stride = rows.values.shape
    m, window = rows.season, len(fade)
    out = Moments(np.empty(n), np.empty(n), _ints(n), _ints(n), np.empty((n, m)), np.empty((n, m)))
    if native(using):
        call(
            "omnix_row_moments", rows.values, rows.seen, n, stride, recent, cut, caps,
            np.ascontiguousarray(fade), window, m, out.total, out.square, out.count, out.sales,
            out.sums, out.days,
        )  # fmt: skip
        return out
    slots = np.arange(cut - window, cut) % m
    onto = (slots[:, None] == np.arange(m)[None, :]).astype(np.float64) * fade[:, None]
    for a in range(0, n, _CHUNK):
        part = slice(a, a + _CHUNK)
        y = np.minimum(rows.values[part, recent:cut], caps[part, None])
        out.total[part] = y.sum(1, dtype=np.float64)
        out.square[part] = np.einsum("ij,ij->i", y, y, dtype=np.float64)
        out.count[part] = rows.seen[part, recent:cut].sum(1)
        out.sales[part] = np.count_nonzero(y, axis=1)
        faded = np.minimum(rows.values[part, cut - window : cut], caps[part, None])
        out.sums[part] = faded @ onto
        out.days[part] = rows.seen[part, cut - window : cut] @ onto
    return out


def group_index(
    rows: Rows,
    low: int,
    cut: int,
    caps: F32,
    weekday: F32,
    level: F32,
    scale: F32,
    *,
    using: Using | None = None,
) -> tuple[F64, F64, F64]:
    """Daily sums by group [g, cut - low] of values / scale, level / scale, and that x weekday.

    Only observed days count on either side, so the first over the others is an index.
    """
    n, stride = rows.values.shape
    days = cut - low
    sold, expected, shaped = (np.zeros((rows.groups, days)) for _ in range(3))
    if native(using):
        call(
            "omnix_group_index", rows.values, rows.seen, n, stride, low, cut, caps, weekday,
            rows.season, level, scale, rows.group, sold, expected, shaped,
        )  # fmt: skip
        return sold, expected, shaped
    slots = np.arange(low, cut) % rows.season
    for a in range(0, n, _CHUNK):
        part = slice(a, a + _CHUNK)
        group = rows.group[part]
        first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
        inverse = np.float32(1.0) / scale[part, None]
        y = np.minimum(rows.values[part, low:cut], caps[part, None]) * inverse
        weight = np.where(rows.seen[part, low:cut], level[part, None] * inverse, np.float32(0.0))
        sold[group[first]] += np.add.reduceat(y, first, axis=0, dtype=np.float64)
        expected[group[first]] += np.add.reduceat(weight, first, axis=0, dtype=np.float64)
        weight = weight * weekday[part][:, slots]
        shaped[group[first]] += np.add.reduceat(weight, first, axis=0, dtype=np.float64)
    return sold, expected, shaped


def adjust(
    rows: Rows,
    which: NDArray[np.int64],
    low: int,
    first: int,
    cut: int,
    caps: F32,
    weekday: F32,
    shared: F32,
    *,
    smallest: float,
    early: int,
    using: Using | None = None,
) -> Adjusted:
    """Divide columns first .. cut - 1 of the rows `which` by their factors.

    The factor is weekday [n,m] times the group's `shared` [g, cut - low + h]. Days with a
    factor under `smallest` teach nothing about the level and count as not observed.
    """
    r, days, horizon = len(which), cut - first, shared.shape[1] - (cut - low)
    m = rows.season
    if native(using):
        out = Adjusted(
            np.empty((r, days), np.float32),
            np.empty((r, days), np.bool_),
            np.empty((r, horizon), np.float32),
            np.empty(r, np.float32),
            _ints(r),
            _ints(r),
        )
        call(
            "omnix_adjust", rows.values, rows.seen, rows.values.shape[1],
            np.ascontiguousarray(which, np.dtype("long")), r, low, first, cut, horizon, caps,
            weekday, m, shared, rows.group, float(smallest), early, out.y, out.used, out.future,
            out.units, out.sales, out.count,
        )  # fmt: skip
        return out
    slots = np.arange(first, cut + horizon) % m
    factor = weekday[which][:, slots] * shared[rows.group[which], first - low :]
    past, future = factor[:, :days], factor[:, days:]
    used = rows.seen[which, first:cut] & (past > smallest)
    y = np.minimum(rows.values[which, first:cut], caps[which, None])
    y = np.where(used, y / np.maximum(past, np.float32(smallest)), np.float32(0.0))
    begin = used & (np.cumsum(used, axis=1) <= early)
    return Adjusted(
        y,
        used,
        future,
        np.where(begin, y, np.float32(0.0)).sum(1),
        np.count_nonzero(begin & (y > 0), axis=1).astype(np.int32),
        begin.sum(1, dtype=np.int32),
    )


def _ints(n: int) -> I32:
    return np.empty(n, np.int32)
