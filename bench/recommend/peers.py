"""Next-basket methods that ours is measured against, as their authors describe them.

All answer from a ``pool`` of histories for ``asked`` ones; both are tuned by whoever calls.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from omnix.engine.recommend.baskets import Histories, counts, frequency_vectors
from omnix.engine.recommend.reference import blocks, means, neighbours
from omnix.engine.recommend.sparse import F32, I64, Sparse, sparse, times, top

LENGTH = 20


@dataclass(frozen=True)
class Setting:
    """Histories asked about, and those to learn from; ``own`` [asked] is their row in the pool,
    or -1; ``sold`` [items] is what sells."""

    asked: Histories
    pool: Histories
    own: I64
    sold: F32


def global_top(of: Setting) -> I64:
    """What sells most."""
    return np.tile(np.argsort(-of.sold, kind="stable")[:LENGTH], (of.asked.users, 1))


def personal_top(of: Setting) -> I64:
    """What the customer bought most often; nothing else."""
    bought = counts(of.asked)
    out = []
    for users in blocks(of.asked.users):
        dense = bought.take(users).dense()
        best = top(dense, LENGTH)
        out.append(np.where(np.take_along_axis(dense, best, 1) > 0, best, -1))
    return np.concatenate(out)


def global_personal_top(of: Setting) -> I64:
    """What the customer bought most often, then what sells most."""
    bought = counts(of.asked)
    tie = 0.5 * of.sold / of.sold.max()
    parts = [top(bought.take(users).dense() + tie, LENGTH) for users in blocks(of.asked.users)]
    return np.concatenate(parts)


@dataclass(frozen=True)
class Tifu:
    """Hu et al., SIGIR 2020. ``own_share`` is the weight of the customer's own vector."""

    within: float
    between: float
    groups: int
    k: int
    own_share: float


def tifu(of: Setting, given: Tifu) -> I64:
    """TIFU-KNN."""
    return next(iter(tifu_shares(of, given, (given.own_share,))))


def tifu_shares(of: Setting, given: Tifu, shares: tuple[float, ...]) -> Iterator[I64]:
    """TIFU-KNN's lists for several weights of the own vector, at the cost of one."""
    rule = (given.within, given.between, given.groups)
    asked, pool = frequency_vectors(of.asked, *rule), frequency_vectors(of.pool, *rule)
    near = neighbours(asked, pool, min(given.k, pool.rows - 1), of.own)
    parts: list[list[I64]] = [[] for _ in shares]
    for users in blocks(of.asked.users):
        mine, theirs = asked.take(users).dense(), means(near[users], pool)
        for part, share in zip(parts, shares, strict=True):
            part.append(top(share * mine + (1 - share) * theirs, LENGTH))
    return (np.concatenate(part) for part in parts)


@dataclass(frozen=True)
class UpCf:
    """Faggioli, Polato, Aiolli, UMAP 2020. ``recent`` baskets count (0: all); ``locality`` is the
    power of the similarity, ``alpha`` its lean to the asked one's length."""

    recent: int
    locality: float
    alpha: float


def up_cf(of: Setting, given: UpCf) -> I64:
    """UP-CF@r: popularity within the user's baskets, spread by asymmetric cosine similarity."""
    asked, pool = _popularity(of.asked, given.recent), _popularity(of.pool, given.recent)
    turned = pool.turned()
    squares = [_squares(one) for one in (asked, pool)]
    out = []
    for users in blocks(of.asked.users):
        mine = asked.take(users)
        near = times(mine, turned)
        near /= np.maximum(squares[0][users, None], 1e-9) ** given.alpha
        near /= np.maximum(squares[1][None, :], 1e-9) ** (1 - given.alpha)
        there = np.flatnonzero(of.own[users] >= 0)
        near[there, of.own[users][there]] = 0.0
        weight = np.clip(near, 0.0, None) ** given.locality
        chosen = np.sort(top(weight, min(600, weight.shape[1])), axis=1)
        value = np.take_along_axis(weight, chosen, 1)
        spread = Sparse(
            np.arange(len(users) + 1) * chosen.shape[1], chosen.ravel(), value.ravel(), pool.rows
        )
        # A customer is its own closest neighbour: similarity 1, whatever alpha.
        out.append(top(times(spread, pool) + mine.dense(), LENGTH))
    return np.concatenate(out)


def _popularity(of: Histories, recent: int) -> Sparse:
    n = of.baskets()
    window = np.minimum(n, recent) if recent else n
    late = of.basket >= (n - window)[of.user]
    share = 1.0 / np.maximum(window, 1)[of.user[late]]
    return sparse(of.user[late], of.item[late], share.astype(np.float32), of.users, of.items)


def _squares(of: Sparse) -> F32:
    return np.bincount(of.row_of(), of.value.astype(float) ** 2, of.rows).astype(np.float32)
