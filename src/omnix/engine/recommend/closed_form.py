"""Item-item weights in closed form, for customers and products of any kind.

Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019 (EASE), with the
corrections of Steck, "Autoencoders that don't overfit towards the identity", NeurIPS 2020
(dropout), and customers weighed down by how much they bought.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnix.engine.recommend.sparse import F32, I64, Sparse

_ROWS = 1024
_SMALL = 300


@dataclass(frozen=True)
class ClosedForm:
    """``ridge`` in customers; ``dropout`` the share of purchases to do without; ``weigh`` the
    power of a customer's length by which it is weighed down. The last two at 0 are EASE.
    """

    ridge: float = 700.0
    dropout: float = 0.35
    weigh: float = 0.4


def gram(of: Sparse, weigh: float = 0.0) -> F32:
    """Co-purchases [items, items] of customers [customers, items], each weighed by its number of
    items to the power ``-weigh``, scaled so that the diagonal still sums to all purchases."""
    out = np.zeros((of.width, of.width), np.float32)
    weight = np.maximum(of.lengths(), 1) ** (-weigh / 2)
    for at in range(0, of.rows, _ROWS):
        rows = np.arange(at, min(at + _ROWS, of.rows))
        block = of.take(rows).dense() * weight[rows, None].astype(np.float32)
        out += block.T @ block
    out *= len(of.column) / max(float(np.trace(out)), 1e-9)
    return out


def weights(found: F32, given: ClosedForm) -> F32:
    """Weights [items, items] with a diagonal of zero, from a gram matrix, which stays as it is.

    Scores are a customer's purchases times these. Raises LinAlgError for a ridge too small.
    """
    at = np.diag_indices(len(found))
    regular = np.array(found, np.float32)
    regular[at] += given.ridge + given.dropout / (1.0 - given.dropout) * found[at]
    inverse = inverted(regular)
    out = inverse / -np.diagonal(inverse)[None, :]
    out[at] = 0.0
    return np.asarray(out, np.float32)


def inverted(of: F32) -> F32:
    """The inverse of a symmetric positive definite matrix, by halves: nearly all of the work is
    multiplication, which takes half as long as solving for every unit vector.
    """
    n = len(of)
    if n <= _SMALL:
        return np.asarray(np.linalg.inv(of), np.float32)
    k = n // 2
    first = inverted(of[:k, :k])
    across = first @ of[:k, k:]
    last = inverted(of[k:, k:] - of[k:, :k] @ across)
    out = np.empty_like(of)
    out[k:, k:] = last
    out[:k, k:] = -across @ last
    out[k:, :k] = out[:k, k:].T
    out[:k, :k] = first - out[:k, k:] @ across.T
    return out


def scores(of: Sparse, by: F32, *, unseen: bool = True) -> F32:
    """[customers, items]; what a customer has is -inf where only the ``unseen`` are asked for."""
    found = of.dense() @ by
    if unseen:
        found[of.row_of(), of.column] = -np.inf
    return found


def contributions(owned: I64, item: int, by: F32) -> tuple[I64, NDArray[np.float32]]:
    """Items that a customer owns and what each adds to ``item``'s score, the most first.

    They add up to the score.
    """
    share = by[owned, item]
    order = np.argsort(-share, kind="stable")
    return owned[order], share[order]
