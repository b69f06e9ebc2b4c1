"""Sufficient statistics: all that a test needs of an arm's units, and that adds up over them.

A metric of a unit is a numerator over a denominator: revenue over 1 for a mean, 0 or 1 over 1 for
a proportion, revenue over orders for a ratio. Beside them may stand a covariate, the unit's own
figure before the experiment. Whoever counts (a stream, a query, an array) keeps these sums;
every test reads them, and arms, days and shards are added.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Number = int | float


@dataclass(frozen=True, slots=True)
class Sums:
    """Of ``n`` units: sums of numerator ``m``, denominator ``d`` and covariate ``c``, of their
    squares and of their products.

    Whole numbers stay Python integers, so that money in minor units adds exactly and in any
    order. For a mean and a proportion ``d`` is 1 for each unit: ``Sums.mean`` fills that in.
    """

    n: int
    m: Number
    mm: Number
    d: Number
    dd: Number
    md: Number
    c: Number = 0
    cc: Number = 0
    mc: Number = 0
    dc: Number = 0

    def __post_init__(self) -> None:
        if self.n < 0 or self.mm < 0 or self.dd < 0 or self.cc < 0:
            raise ValueError("a number of units and sums of squares are not negative")
        total = self.mm + self.dd + self.cc + self.m + self.d + self.c + self.mc + self.dc
        if not math.isfinite(total + self.md):
            raise ValueError("a metric must be finite in every unit")

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.n + other.n,
            self.m + other.m,
            self.mm + other.mm,
            self.d + other.d,
            self.dd + other.dd,
            self.md + other.md,
            self.c + other.c,
            self.cc + other.cc,
            self.mc + other.mc,
            self.dc + other.dc,
        )

    @classmethod
    def none(cls) -> "Sums":
        """Those of no units."""
        return cls(0, 0, 0, 0, 0, 0)

    @classmethod
    def mean(
        cls, n: int, m: Number, mm: Number, c: Number = 0, cc: Number = 0, mc: Number = 0
    ) -> "Sums":
        """Those of a metric that is counted per unit, of its values' sum and sum of squares."""
        return cls(n, m, mm, n, n, m, c, cc, mc, c)

    @classmethod
    def proportion(cls, n: int, successes: int) -> "Sums":
        """Those of ``successes`` among ``n`` units. Raises ValueError for more than there are."""
        if not 0 <= successes <= n:
            raise ValueError("successes must lie between 0 and the number of units")
        return cls.mean(n, successes, successes)

    @classmethod
    def of(cls, numerator: Any, denominator: Any = None, covariate: Any = None) -> "Sums":
        """Those of arrays, one value a unit, each of shape (n,).

        Raises ValueError for shapes that differ and for what is not finite.
        """
        m = _column(numerator)
        d = np.ones_like(m) if denominator is None else _column(denominator)
        c = np.zeros_like(m) if covariate is None else _column(covariate)
        if not m.shape == d.shape == c.shape:
            raise ValueError("numerator, denominator and covariate must be of one length")
        columns = np.stack([m, d, c])
        (mm, md, mc), (_, dd, dc), (_, _, cc) = _products(columns)
        m_sum, d_sum, c_sum = _sums(columns)
        return cls(len(m), m_sum, mm, d_sum, dd, md, c_sum, cc, mc, dc)

    def plain(self) -> dict[str, Number]:
        """As a mapping, which a store keeps; ``Sums(**plain)`` reads it back."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def total(parts: Iterable[Sums]) -> Sums:
    """The sums of all parts together."""
    whole = Sums.none()
    for part in parts:
        whole = whole + part
    return whole


_EXACT = float(2**53)


def _column(values: Any) -> NDArray[Any]:
    column = np.asarray(values)
    if column.dtype == bool:
        column = column.astype(np.int64)
    if column.ndim != 1 or column.dtype.kind not in "iuf":
        raise ValueError("a metric is a column of numbers")
    if column.dtype.kind == "f" and not np.isfinite(column).all():
        raise ValueError("a metric must be finite in every unit")
    return column


def _products(columns: NDArray[Any]) -> list[list[Number]]:
    """The matrix of sums of products, exact where all values are whole."""
    if columns.dtype.kind not in "iu":
        return [[float(x) for x in row] for row in columns @ columns.T]
    largest = float(np.abs(columns).max(initial=0))
    if largest * largest * columns.shape[1] < _EXACT:
        # No partial sum leaves the whole numbers that a float holds, and floats multiply faster.
        wide = columns.astype(np.float64)
        return [[int(x) for x in row] for row in wide @ wide.T]
    exact = columns.astype(object)
    return [[int(x) for x in row] for row in exact @ exact.T]


def _sums(columns: NDArray[Any]) -> list[Number]:
    if columns.dtype.kind not in "iu":
        return [float(row.sum()) for row in columns]
    largest = float(np.abs(columns).max(initial=0))
    if largest * columns.shape[1] < 2**62:
        return [int(row.sum()) for row in columns]
    return [sum(row.tolist()) for row in columns]
