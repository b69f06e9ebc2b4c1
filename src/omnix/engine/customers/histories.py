"""Purchase histories as the few numbers that the lifetime models read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Histories:
    """A row for each customer: repeat purchases, and times since the first one.

    ``frequency`` counts the days with a purchase after the first one, ``recency`` is the time
    from the first to the last purchase, ``age`` from the first to the end of observation.
    ``weight`` is how many customers a row stands for.
    """

    frequency: Ints
    recency: Array
    age: Array
    weight: Array

    def __len__(self) -> int:
        return len(self.frequency)

    @property
    def customers(self) -> float:
        """How many people the rows stand for."""
        return float(self.weight.sum())

    def distinct(self) -> tuple["Histories", Ints]:
        """Equal rows once, with their weights added, and for each row the number of its like."""
        _, inner = np.unique(self.recency, return_inverse=True)
        ages, outer = np.unique(self.age, return_inverse=True)
        key = (self.frequency * (inner.max(initial=0) + 1) + inner) * len(ages) + outer
        _, first, of = np.unique(key, return_index=True, return_inverse=True)
        weight = np.bincount(of, self.weight, minlength=len(first)).astype(float)
        rows = Histories(self.frequency[first], self.recency[first], self.age[first], weight)
        return rows, of


def histories(frequency: object, recency: object, age: object) -> Histories:
    """Checked columns, a customer a row.

    Raises ValueError for columns of different lengths, no customers, a negative or endless
    number, a last purchase after the end (a clock in the future), or a recency without repeats.
    """
    x, tx, T = (np.asarray(column, float).ravel() for column in (frequency, recency, age))
    if not len(x) == len(tx) == len(T):
        raise ValueError("frequency, recency and age differ in length")
    if not len(x):
        raise ValueError("there are no customers")
    if not (np.isfinite(x).all() and np.isfinite(tx).all() and np.isfinite(T).all()):
        raise ValueError("frequency, recency and age must be finite")
    if (x < 0).any() or (x != np.floor(x)).any():
        raise ValueError("frequency must be a whole number of repeat purchases")
    if (tx < 0).any() or (tx > T).any():
        raise ValueError("recency must lie between 0 and age")
    if ((x == 0) & (tx > 0)).any() or ((x > 0) & (tx == 0)).any():
        raise ValueError("recency is above 0 where there are repeat purchases, and only there")
    return Histories(x.astype(np.int64), tx, T, np.ones(len(x)))


def summarise(customer: Ints, day: Ints, end: int) -> Histories:
    """Histories up to day ``end``, included, from purchases sorted by customer, then day.

    ``customer`` numbers customers from 0 without gaps; several purchases of a day count as one.
    Customers whose first purchase is later than ``end`` are not in the answer, so that codes are
    kept only where all have bought by then.
    """
    customer, day = np.asarray(customer, np.int64), np.asarray(day, np.int64)
    seen = day <= end
    customer, day = customer[seen], day[seen]
    if not len(day):
        raise ValueError("there are no purchases")
    new = np.concatenate([[True], (np.diff(customer) != 0) | (np.diff(day) != 0)])
    customer, day = customer[new], day[new]
    first = np.flatnonzero(np.concatenate([[True], np.diff(customer) != 0]))
    last = np.concatenate([first[1:], [len(day)]]) - 1
    recency = (day[last] - day[first]).astype(float)
    return histories(last - first, recency, (end - day[first]).astype(float))


def bought_between(customer: Ints, day: Ints, after: int, last: int) -> Ints:
    """Days with a purchase after day ``after`` and up to ``last`` of each customer who had bought
    by ``after``; in the order of ``summarise``.
    """
    customer, day = np.asarray(customer, np.int64), np.asarray(day, np.int64)
    known = np.unique(customer[day <= after])
    inside = (day > after) & (day <= last)
    pairs = np.unique(np.stack([customer[inside], day[inside]], 1), axis=0)
    counts = np.bincount(pairs[:, 0], minlength=int(known.max(initial=0)) + 1)
    return np.asarray(counts[known], np.int64)
