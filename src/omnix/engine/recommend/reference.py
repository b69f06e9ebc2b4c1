"""What other customers teach: neighbours, what goes with what, and what is bought again."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from omnix.engine.recommend.baskets import Histories, counts, frequency_vectors, last_baskets
from omnix.engine.recommend.factors import Factors, factors, weighed
from omnix.engine.recommend.sparse import (
    F32,
    I64,
    Sparse,
    kept,
    stacked,
    starts,
    times,
    top,
)

WITHIN, BETWEEN, GROUPS = 0.9, 0.7, 7
"""Of the frequency vectors, as their authors set them for groceries."""

STEADY_WITHIN, STEADY_BETWEEN = 1.0, 0.8
"""Of vectors that forget less."""

BLOCK = 256
PARTNERS = 100
"""Items kept beside an item."""

_DAMPING = 10.0


@dataclass(frozen=True)
class Reference:
    """Customers whose next basket is known. ``vectors``, ``steady`` and ``next`` are [customers,
    items]; ``steady`` are vectors that forget less, of all that is known of them by now.
    ``tastes`` are those of these customers or of more.

    Shares by item: ``popular`` baskets a customer, ``often`` the share of next baskets, ``fresh``
    that of last baskets, ``trend`` of late, ``again`` the chance that who bought it buys it next;
    ``rise`` [items, 4] is how much more it sells of late, as a snapshot says.
    ``together`` and ``leads`` [items, items]: similarity by buyers; the share of an item's buyers
    whose next basket holds the other. ``owner`` tells a customer among those asked about.
    """

    vectors: Sparse
    steady: Sparse
    next: Sparse
    owner: I64
    popular: F32
    often: F32
    fresh: F32
    trend: F32
    rise: F32
    again: F32
    together: Sparse
    leads: Sparse
    tastes: Factors

    def leaders(self, k: int) -> I64:
        """The k items that most next baskets held."""
        score = self.often + 0.3 * self.fresh + 0.3 * self.trend + 0.05 * self.popular
        return np.argsort(-score, kind="stable")[:k]


def learn(
    of: Histories,
    following: Sparse,
    *,
    trend: F32 | None = None,
    rise: F32 | None = None,
    owner: I64 | None = None,
    now: Histories | None = None,
    crowd: Histories | None = None,
) -> Reference:
    """From customers of ``of`` and their ``following`` baskets [users, items].

    ``trend`` is what sells of late; without one it is what last baskets held. ``rise`` is unknown
    without one. ``owner`` names the customers by the number that ``features`` will know them
    under, -1 for strangers. ``now`` is what is known of the same customers by now, ``crowd`` what
    is known of those whose tastes are looked for.
    """
    each = np.float32(1.0 / max(1, of.users))
    bought = counts(of)
    distinct = bought.ones()
    last = last_baskets(of)
    fresh = last.column_sums() * each
    buyers = distinct.column_sums()
    repeated = _common(distinct, following)
    by_now = of if now is None else now
    return Reference(
        vectors=frequency_vectors(of, WITHIN, BETWEEN, GROUPS),
        steady=steady(by_now),
        next=following,
        owner=np.full(of.users, -1, np.int64) if owner is None else owner,
        popular=bought.column_sums() * each,
        often=following.column_sums() * each,
        fresh=fresh,
        trend=fresh if trend is None else trend,
        rise=np.full((of.items, 4), np.nan, np.float32) if rise is None else rise,
        again=((repeated + 0.5) / (buyers + 10.0)).astype(np.float32),
        together=partners(distinct),
        leads=_leads(distinct, following, buyers),
        tastes=factors(weighed(by_now if crowd is None else crowd)),
    )


def steady(of: Histories) -> Sparse:
    """Frequency vectors that forget less, [users, items]."""
    return frequency_vectors(of, STEADY_WITHIN, STEADY_BETWEEN, GROUPS)


def _common(a: Sparse, b: Sparse) -> F32:
    """For each column, in how many rows both have an entry."""
    both = np.isin(a.row_of() * a.width + a.column, b.row_of() * b.width + b.column)
    return np.bincount(a.column[both], minlength=a.width).astype(np.float32)


def blocks(count: int, size: int = BLOCK) -> Iterator[I64]:
    """0 ... count - 1, ``size`` at a time."""
    for at in range(0, count, size):
        yield np.arange(at, min(at + size, count))


def partners(distinct: Sparse, k: int = PARTNERS, least: float = 2.0) -> Sparse:
    """Similarity of items by their buyers, damped cosine [items, items], without the diagonal.

    ``distinct`` [buyers or baskets, items] holds ones; pairs seen fewer than ``least`` times are
    chance and left out.
    """
    of = distinct.turned()
    root = np.sqrt(distinct.column_sums())
    parts = []
    for block in blocks(of.rows):
        seen = times(of.take(block), distinct)
        seen[np.arange(len(block)), block] = 0.0
        seen[seen < least] = 0.0
        seen /= root[block, None] * root[None, :] + _DAMPING
        parts.append(kept(seen, k))
    return stacked(parts)


def _leads(distinct: Sparse, following: Sparse, buyers: F32) -> Sparse:
    of = distinct.turned()
    parts = []
    for block in blocks(of.rows):
        seen = times(of.take(block), following)
        seen[seen < 2.0] = 0.0
        parts.append(kept(seen / (buyers[block, None] + 20.0), PARTNERS))
    return stacked(parts)


def neighbours(asked: Sparse, pool: Sparse, k: int, forbidden: I64 | None = None) -> I64:
    """Rows [asked.rows, k] of ``pool`` nearest to each row by Euclidean distance, all of it where
    it has fewer.

    ``forbidden`` [asked.rows] is a row of the pool that is the asked one itself, or -1.
    """
    norm = np.bincount(pool.row_of(), pool.value.astype(float) ** 2, pool.rows)
    turned = pool.turned()
    k = min(k, pool.rows)
    out = np.empty((asked.rows, k), np.int64)
    for block in blocks(asked.rows):
        near = 2.0 * times(asked.take(block), turned) - norm.astype(np.float32)
        if forbidden is not None:
            own = np.flatnonzero(forbidden[block] >= 0)
            near[own, forbidden[block][own]] = -np.inf
        out[block] = top(near, k)
    return out


def means(chosen: I64, of: Sparse) -> F32:
    """The mean of the chosen rows, [len(chosen), of.width]; 0 where none is chosen."""
    n, k = chosen.shape
    order = np.sort(chosen, axis=1)
    share = np.full(n * k, 1.0 / max(k, 1), np.float32)
    return times(Sparse(starts(np.full(n, k)), order.ravel(), share, of.rows), of)
