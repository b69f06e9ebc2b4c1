"""Sufficient statistics: all that a test needs of an arm's units, and that adds up over them.

A metric of a unit is a numerator over a denominator: revenue over 1 for a mean, 0 or 1 over 1 for
a proportion, revenue over orders for a ratio. Beside them may stand a covariate, the unit's own
figure before the experiment. Whoever counts (a stream, a query, an array) keeps these sums;
every test reads them, and arms, days and shards are added.
"""

import math
from collections.abc import Callable, Iterable
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
        d = None if denominator is None else _column(denominator)
        c = None if covariate is None else _column(covariate)
        if any(other is not None and other.shape != m.shape for other in (d, c)):
            raise ValueError("numerator, denominator and covariate must be of one length")
        n, times = len(m), _multiplier([x for x in (m, d, c) if x is not None])
        m_sum = times(m, None)
        with_d = (n, n, m_sum) if d is None else (times(d, None), times(d, d), times(m, d))
        if c is None:
            return cls(n, m_sum, times(m, m), *with_d)
        c_sum = times(c, None)
        d_c = c_sum if d is None else times(d, c)
        return cls(n, m_sum, times(m, m), *with_d, c_sum, times(c, c), times(m, c), d_c)

    def plain(self) -> dict[str, Number]:
        """As a mapping, which a store keeps; ``Sums(**plain)`` reads it back."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def total(parts: Iterable[Sums]) -> Sums:
    """The sums of all parts together."""
    whole = Sums.none()
    for part in parts:
        whole = whole + part
    return whole


_EXACT = 2**53


def _column(values: Any) -> NDArray[Any]:
    column = np.asarray(values)
    if column.dtype == bool:
        column = column.astype(np.int64)
    if column.ndim != 1 or column.dtype.kind not in "iuf":
        raise ValueError("a metric is a column of numbers")
    if column.dtype.kind == "f" and not np.isfinite(column).all():
        raise ValueError("a metric must be finite in every unit")
    return column


def _multiplier(columns: list[NDArray[Any]]) -> Callable[[Any, Any], Number]:
    """Sums of products of two columns, or of one alone; exact where all values are whole."""
    whole = all(column.dtype.kind != "f" for column in columns)
    number: type[int] | type[float] = int if whole else float
    largest = max(_largest(column) for column in columns) if whole else 0
    if max(largest, 1) ** 2 * len(columns[0]) < _EXACT:
        # No partial sum leaves the whole numbers that a float holds, and floats multiply faster.
        held = {id(column): column.astype(np.float64, copy=False) for column in columns}
    else:
        held = {id(column): column.astype(object) for column in columns}

    def times(x: NDArray[Any], y: NDArray[Any] | None) -> Number:
        return number(held[id(x)].sum() if y is None else held[id(x)] @ held[id(y)])

    return times


def _largest(column: NDArray[Any]) -> int:
    return max(abs(int(column.min())), abs(int(column.max()))) if len(column) else 0
