"""Sparse matrices by rows, with the three products that recommendations need."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

_EXPANDED = 4_000_000
"""Products held at once while rows are multiplied."""


@dataclass(frozen=True)
class Sparse:
    """Row r holds ``value`` at ``column`` over [start[r], start[r + 1]); columns ascend."""

    start: I64
    column: I64
    value: F32
    width: int

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.start) - 1

    def lengths(self) -> I64:
        """Entries of each row."""
        return np.diff(self.start)

    def row_of(self) -> I64:
        """The row of each entry."""
        return np.repeat(np.arange(self.rows), self.lengths())

    def take(self, rows: I64) -> "Sparse":
        """These rows, in this order."""
        lengths = self.lengths()[rows]
        at = spread(self.start[rows], lengths)
        return Sparse(starts(lengths), self.column[at], self.value[at], self.width)

    def dense(self) -> F32:
        """As [rows, width]."""
        out = np.zeros((self.rows, self.width), np.float32)
        out[self.row_of(), self.column] = self.value
        return out

    def turned(self) -> "Sparse":
        """Columns as rows."""
        order = np.argsort(self.column, kind="stable")
        lengths = np.bincount(self.column, minlength=self.width)
        return Sparse(starts(lengths), self.row_of()[order], self.value[order], self.rows)

    def sums(self) -> F32:
        """The sum of each row."""
        found = np.bincount(self.row_of(), self.value, self.rows)
        return found.astype(np.float32)

    def column_sums(self) -> F32:
        """The sum of each column."""
        return np.bincount(self.column, self.value, self.width).astype(np.float32)

    def ones(self) -> "Sparse":
        """With 1 in place of each value."""
        return Sparse(self.start, self.column, np.ones_like(self.value), self.width)


def starts(lengths: I64) -> I64:
    """Where rows of these lengths begin, and where the last one ends."""
    out = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=out[1:])
    return out


def spread(first: I64, lengths: I64) -> I64:
    """``first[k]``, ``first[k] + 1``, ... of each k, ``lengths[k]`` of them, one after another."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(first - (ends - lengths), lengths) + np.arange(total)


def sparse(row: I64, column: I64, value: F32, rows: int, width: int) -> Sparse:
    """A matrix of entries in any order; those of one place are added up."""
    key = row * width + column
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    if not len(first):
        empty = np.zeros(0, np.int64)
        return Sparse(np.zeros(rows + 1, np.int64), empty, np.zeros(0, np.float32), width)
    summed = np.add.reduceat(np.asarray(value, np.float64)[order], first).astype(np.float32)
    key = key[first]
    return Sparse(starts(np.bincount(key // width, minlength=rows)), key % width, summed, width)


def times(left: Sparse, right: Sparse) -> F32:
    """The product as [left.rows, right.width]; ask for a block of rows at a time."""
    out = np.zeros(left.rows * right.width, np.float64)
    lengths = right.lengths()[left.column]
    base = left.row_of() * right.width
    ends = np.cumsum(lengths)
    at = 0
    while at < len(lengths):
        done = ends[at - 1] if at else 0
        stop = max(at + 1, int(np.searchsorted(ends, done + _EXPANDED, side="right")))
        part = slice(at, stop)
        n = lengths[part]
        found = spread(right.start[left.column[part]], n)
        where = np.repeat(base[part], n) + right.column[found]
        weight = right.value[found] * np.repeat(left.value[part], n)
        low = int(base[at])
        added = np.bincount(where - low, weight)
        out[low : low + len(added)] += added
        at = stop
    return out.reshape(left.rows, right.width).astype(np.float32)


def top(scores: F32, k: int) -> I64:
    """Columns [rows, k] of the largest scores, the largest first; ties by column."""
    k = min(k, scores.shape[1])
    if k == scores.shape[1]:
        return np.argsort(-scores, axis=1, kind="stable")
    found = np.sort(np.argpartition(-scores, k - 1, axis=1)[:, :k], axis=1)
    order = np.argsort(-np.take_along_axis(scores, found, 1), axis=1, kind="stable")
    return np.take_along_axis(found, order, 1)


def kept(scores: F32, k: int, least: float = 0.0) -> Sparse:
    """The k largest of each row that exceed ``least``."""
    chosen = np.sort(top(scores, k), axis=1)
    value = np.take_along_axis(scores, chosen, 1)
    good = value > least
    return Sparse(starts(good.sum(1)), chosen[good], value[good], scores.shape[1])


def stacked(parts: list[Sparse]) -> Sparse:
    """Rows of matrices of one width under one another."""
    lengths = np.concatenate([part.lengths() for part in parts])
    return Sparse(
        starts(lengths),
        np.concatenate([part.column for part in parts]),
        np.concatenate([part.value for part in parts]),
        parts[0].width,
    )
