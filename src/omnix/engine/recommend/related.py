"""Products beside a product: bought together, complements, substitutes, similar ones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnix.engine.recommend.reference import blocks
from omnix.engine.recommend.sparse import F32, I64, Sparse, times, top
from omnix.engine.recommend.text import likeness

KINDS = ("together", "complements", "substitutes", "similar")
LEAST_TOGETHER = 3.0
"""Baskets that must hold a pair before anything is concluded from it."""

_ENOUGH = 5.0
"""Baskets by chance from which on the absence of a pair says something."""


@dataclass(frozen=True)
class Beside:
    """The best [items, k] of one kind: ``item`` (-1: no more), ``score``, ``share`` of the
    product's baskets that hold it, ``lift`` over chance, ``likeness`` in 0 ... 1."""

    item: I64
    score: F32
    share: F32
    lift: F32
    likeness: F32


def related(
    baskets: Sparse,
    buyers: Sparse,
    words: Sparse,
    category: I64,
    k: int,
    *,
    told: Callable[[int], None] | None = None,
) -> dict[str, Beside]:
    """For every item, by KINDS.

    ``baskets`` and ``buyers`` [..., items] hold ones, ``words`` [items, ...] unit vectors of what
    the product is called, ``category`` [items] a number or -1.

    Together: extra purchases for each purchase, beyond what chance gives. Complements: the same
    from what is unlike. Substitutes: alike, wanted by the same customers, but seldom in one
    basket. Similar: alike by words, category and customers.
    """
    items = baskets.width
    of_basket, of_buyer, of_word = baskets.turned(), buyers.turned(), words.turned()
    sold = baskets.column_sums()
    people = buyers.column_sums()
    out: dict[str, list[Beside]] = {kind: [] for kind in KINDS}
    for block in blocks(items):
        seen = times(of_basket.take(block), baskets)
        expected = sold[block, None] * sold[None, :] / max(1, baskets.rows)
        lift = seen / np.maximum(expected, 1e-9)
        share = seen / np.maximum(sold[block, None], 1.0)
        sure = (seen >= LEAST_TOGETHER) & (seen - expected > 2.0 * np.sqrt(expected))
        extra = np.where(sure, (seen - expected) / (sold[block, None] + 10.0), 0.0)
        both = times(of_buyer.take(block), buyers)
        company = both / (np.sqrt(people[block, None] * people[None, :]) + 10.0)
        same = (category[block, None] == category[None, :]) & (category[block, None] >= 0)
        alike = 0.7 * likeness(words, block, of_word) + 0.3 * same
        apart = np.where(expected >= _ENOUGH, np.clip(1.0 - lift, 0.0, 1.0), 0.0)
        found = {
            "together": extra,
            "complements": extra * (1.0 - alike) * ~same,
            "substitutes": np.where(alike >= 0.3, alike * (0.2 + company) * (0.2 + apart), 0.0),
            "similar": alike + 0.3 * company,
        }
        found["substitutes"][lift > 1.5] = 0.0
        found["similar"][alike <= 0.0] = 0.0
        for kind, score in found.items():
            score[np.arange(len(block)), block] = 0.0
            best = top(score, k)
            value = np.take_along_axis(score, best, 1).astype(np.float32)

            def at(matrix: NDArray[Any], best: I64 = best) -> F32:
                return np.take_along_axis(matrix, best, 1).astype(np.float32)

            out[kind].append(
                Beside(np.where(value > 0, best, -1), value, at(share), at(lift), at(alike))
            )
        if told is not None:
            told(int(block[-1]) + 1)
    return {kind: _joined(parts) for kind, parts in out.items()}


def _joined(parts: list[Beside]) -> Beside:
    return Beside(
        np.concatenate([p.item for p in parts]),
        np.concatenate([p.score for p in parts]),
        np.concatenate([p.share for p in parts]),
        np.concatenate([p.lift for p in parts]),
        np.concatenate([p.likeness for p in parts]),
    )
