"""A few directions of taste, and how much each product lies in those of a customer.

Truncated singular value decomposition of what customers bought: Cremonesi, Koren and Turrin,
"Performance of recommender algorithms on top-N recommendation tasks", RecSys 2010 (PureSVD);
found by subspace iteration: Halko, Martinsson and Tropp, SIAM Review 53 (2011).
"""

from dataclasses import dataclass

import numpy as np

from omnix.engine.recommend.baskets import Histories, decayed
from omnix.engine.recommend.sparse import F32, I64, Sparse

NAMES = ("tastes_few", "tastes_many")
FEW, MANY = 24, 96
"""Directions that are looked at: the broad ones alone, and those of finer taste too."""
HALF_LIFE = 90.0
"""Days in which a purchase loses half of its weight."""

_SPARE = 8
_PASSES = 4
_FEWEST_BUYERS = 5.0
_NOISE = 1e-8
_ROWS = 256


@dataclass(frozen=True)
class Factors:
    """``items`` [items, up to MANY]: directions as columns, the strongest first. ``rarity``
    [items] weighs up what few buy: one over the root of the buyers, of five at least."""

    items: F32
    rarity: F32

    def tell(self, of: Sparse, row: I64, item: I64) -> F32:
        """How much of an item the tastes of a customer hold beside what it bought of that item
        itself, [n, NAMES], as ``weighed`` counts; for rows of ``of`` [customers, items] and items
        [n]. Ask for a block of customers at a time.
        """
        placed = _product(_rare(of, self.rarity), self.items)
        own = of.dense()[row, item] * self.rarity[item]
        out = np.empty((len(row), len(NAMES)), np.float32)
        for at in range(0, len(row), _ROWS * _ROWS):
            part = slice(at, at + _ROWS * _ROWS)
            to = self.items[item[part]]
            each = (placed[row[part]] - own[part, None] * to) * to
            out[part, 0] = each[:, :FEW].sum(1)
            out[part, 1] = each.sum(1)
        return out / self.rarity[item, None]


def weighed(of: Histories) -> Sparse:
    """What customers bought [users, items], a purchase less by its age and, of one item, the less
    the more there are; the row of who bought anything has length one."""
    found = decayed(of, HALF_LIFE)
    value = np.log1p(found.value)
    long = np.sqrt(np.bincount(found.row_of(), value.astype(float) ** 2, found.rows))
    value = (value / np.where(long > 0, long, 1.0)[found.row_of()]).astype(np.float32)
    return Sparse(found.start, found.column, value, found.width)


def factors(of: Sparse) -> Factors:
    """Of purchases as ``weighed``; of customers who have less in common fewer directions."""
    buyers = np.bincount(of.column, minlength=of.width)
    rarity = (1.0 / np.sqrt(np.maximum(buyers, _FEWEST_BUYERS))).astype(np.float32)
    many = min(MANY, of.rows, of.width)
    if not many:
        return Factors(np.zeros((of.width, 0), np.float32), rarity)
    mine = _rare(of, rarity)
    turned = mine.turned()
    wide = min(many + _SPARE, of.rows, of.width)
    found = np.random.default_rng(1).standard_normal((of.width, wide)).astype(np.float32)
    for _ in range(_PASSES):
        found = _upright(_product(turned, _upright(_product(mine, found))))
    held = _product(mine, found).astype(float)
    length, turn = np.linalg.eigh(held.T @ held)
    # What nobody's purchases lie in is there by chance.
    real = length > _NOISE * max(float(length[-1]), _NOISE)
    best = turn[:, real][:, ::-1][:, :many]
    return Factors((found @ best).astype(np.float32), rarity)


def _rare(of: Sparse, rarity: F32) -> Sparse:
    return Sparse(of.start, of.column, of.value * rarity[of.column], of.width)


def _upright(of: F32) -> F32:
    return np.linalg.qr(of.astype(np.float64))[0].astype(np.float32)


def _product(left: Sparse, right: F32) -> F32:
    out = np.empty((left.rows, right.shape[1]), np.float32)
    for at in range(0, left.rows, _ROWS):
        rows = np.arange(at, min(at + _ROWS, left.rows))
        out[rows] = left.take(rows).dense() @ right
    return out
