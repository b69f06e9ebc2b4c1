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
_ROWS = 256


@dataclass(frozen=True)
class Factors:
    """``items`` [items, up to MANY]: directions as columns, the strongest first. ``rarity``
    [items] weighs what few buy up: one over the root of the buyers."""

    items: F32
    rarity: F32

    def place(self, of: Sparse) -> F32:
        """Where customers who made these ``purchases`` lie, [customers, directions]."""
        return _product(_rare(of, self.rarity), self.items)

    def tell(self, placed: F32, user: I64, item: I64) -> F32:
        """How much of an item a customer's tastes hold, [n, NAMES], for rows ``user`` of
        ``placed`` and items [n]."""
        out = np.empty((len(user), len(NAMES)), np.float32)
        for at in range(0, len(user), _ROWS * _ROWS):
            rows = slice(at, at + _ROWS * _ROWS)
            each = placed[user[rows]] * self.items[item[rows]]
            out[rows, 0] = each[:, :FEW].sum(1)
            out[rows, 1] = each.sum(1)
        return out / self.rarity[item, None]


def purchases(of: Histories) -> Sparse:
    """What customers bought, each less by its age and the less the more often; each customer's
    row of length one."""
    found = decayed(of, HALF_LIFE)
    value = np.log1p(found.value)
    long = np.sqrt(np.bincount(found.row_of(), value.astype(float) ** 2, found.rows))
    value = (value / np.maximum(long, 1e-6)[found.row_of()]).astype(np.float32)
    return Sparse(found.start, found.column, value, found.width)


def factors(of: Sparse) -> Factors:
    """Of ``purchases`` [customers, items]; fewer directions where there are fewer of either."""
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
    _, turn = np.linalg.eigh(held.T @ held)
    return Factors((found @ turn[:, ::-1][:, :many]).astype(np.float32), rarity)


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
