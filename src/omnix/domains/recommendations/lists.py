"""Every customer's candidates, every product's neighbours and the shop's shelves, from the past."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import numpy as np

from omnix.engine.recommend.baskets import counts, frequency_vectors, pairs
from omnix.engine.recommend.features import Candidates, candidates, labels, strongest
from omnix.engine.recommend.ranker import Plain, Ranker, best
from omnix.engine.recommend.reference import BETWEEN, GROUPS, WITHIN, Reference
from omnix.engine.recommend.reference import learn as taught
from omnix.engine.recommend.related import KINDS, related
from omnix.engine.recommend.snapshots import (
    STEP,
    Snapshot,
    learnt,
    reference,
    snapshot,
    some,
)
from omnix.engine.recommend.sparse import F32, I64, Sparse
from omnix.engine.recommend.text import vectors
from omnix.engine.recommend.trends import trends

from .history import Past
from .model import CANDIDATES, SHELF_ITEMS, SIDE_ITEMS

MOST_TAUGHT = 5_000
"""Customers that are learnt from at each of the days looked back to."""
MOST_ROWS = 3_000_000
"""Candidates to learn from: the fewer customers a shop has, the more days it looks back to."""
LEAST_LABELS = 200
"""Products that came back to somebody's basket before anything can be learnt from them."""

_MOST_BASKETS = 400_000


@dataclass(frozen=True)
class Learnt:
    """What ranks, how it fared on the last days against habits alone, and on how many customers."""

    ranker: Ranker | Plain
    recall_10: float | None
    habit_recall_10: float | None
    judged: int


@dataclass(frozen=True)
class Step:
    """How far the work is."""

    done: int
    total: int
    text: str


Piece = Step | Learnt | list[dict[str, Any]]


def learn(past: Past, told: Callable[[int, int], None] | None = None) -> Learnt:
    """Fit on what was known STEP days ago; judge on the time since then. ``told`` hears the steps
    done and those in all; what it raises ends it.
    """
    of, today = past.purchases, past.today
    then = snapshot(of, today - STEP, until=today, least=2)
    asked = some(then.asked, MOST_TAUGHT, today)
    ranker: Ranker | Plain = Plain()
    try:
        if len(asked) and len(then.next.take(asked).column) >= LEAST_LABELS:
            ranker = learnt(of, today - STEP, least=2, most=MOST_TAUGHT, rows=MOST_ROWS, told=told)
    except ValueError:
        pass  # nobody came back in that time: a young shop
    if not len(asked):
        return Learnt(ranker, None, None, 0)
    known = reference(of, then, asked, MOST_TAUGHT)
    ours: list[F32] = []
    habits: list[F32] = []
    following = then.next.take(asked)
    size = np.maximum(following.lengths(), 1)
    for found in candidates(then.of.take(asked), known, of.group):
        bought = labels(found, following)
        users = np.arange(found.user[0], found.user[-1] + 1)
        for score, out in ((ranker.chance(found.x), ours), (_habit(found), habits)):
            rows = best(found, score, 10).row
            hits = np.where(rows >= 0, bought[np.maximum(rows, 0)], 0.0).sum(1)
            out.append((hits / size[users]).astype(np.float32))
    return Learnt(
        ranker, float(np.concatenate(ours).mean()), float(np.concatenate(habits).mean()), len(asked)
    )


def _habit(found: Candidates) -> F32:
    """GP-Top: how often it was bought, then what sells."""
    popular = found.x[:, 14]
    return np.asarray(found.x[:, 0] + 0.5 * popular / max(float(popular.max()), 1e-9), np.float32)


def personal(past: Past, by: Learnt, head: dict[str, Any]) -> Generator[Piece]:
    """Items of every customer's list, a block of customers at a time."""
    of = past.purchases
    now = snapshot(of, past.today, until=past.today)
    everyone = np.flatnonzero(now.of.baskets() > 0)
    yield Step(0, of.users, "describing customers and products")
    known = reference(of, now, everyone, MOST_TAUGHT)
    if not known.vectors.rows:
        known = _untaught(past, now, everyone)
    asked = now.of.take(everyone)
    before = pairs(asked)
    mine = frequency_vectors(asked, WITHIN, BETWEEN, GROUPS)
    bought = before.user * of.items + before.item
    ids = [one.id for one in past.products]
    for found in candidates(asked, known, of.group):
        chance = by.ranker.chance(found.x)
        rows = best(found, chance, CANDIDATES).row
        rows = rows[rows >= 0]
        shares, _ = by.ranker.reasons(found.x[rows])
        users, items = found.user[rows], found.item[rows]
        block = np.arange(found.user[0], found.user[-1] + 1)
        source = strongest(mine.take(block), known.together, users - block[0], items)
        at = np.searchsorted(bought, users * of.items + items)
        at = np.minimum(at, max(len(bought) - 1, 0))
        had = bought[at] == users * of.items + items
        out: dict[int, list[Any]] = {}
        told = _plain(chance[rows], 6), _plain(shares, 6)
        plain = zip(
            users.tolist(), items.tolist(), *told, source.tolist(), had.tolist(), at.tolist(),
            strict=True,
        )  # fmt: skip
        for user, item, score, share, behind, there, pair in plain:
            facts = None
            if there:
                gap = float(before.gap[pair])
                facts = [
                    int(before.count[pair]),
                    None if np.isnan(gap) else round(gap, 1),
                    int(before.since[pair]),
                ]
            row = [ids[item], score, share, ids[behind] if behind >= 0 else None, facts]
            out.setdefault(user, []).append(row)
        yield [
            {"customer_id": past.customers[everyone[user]], "items": mine, **head}
            for user, mine in out.items()
        ]
        yield Step(int(found.user[-1]) + 1, asked.users, "ranking for each customer")


def _untaught(past: Past, now: Snapshot, everyone: I64) -> Reference:
    """Where nobody came back yet, what everybody bought so far teaches."""
    chosen = some(everyone, MOST_TAUGHT, past.today)
    place = np.full(past.purchases.users, -1, np.int64)
    place[everyone] = np.arange(len(everyone))
    of = now.of.take(chosen)
    following = counts(of).ones()
    return taught(of, following, trend=now.trend, rise=now.rise, owner=place[chosen])


def beside(past: Past, head: dict[str, Any]) -> list[dict[str, Any]]:
    """Items of what stands beside each product."""
    words = vectors([f"{one.name} {one.description[:300]}" for one in past.products])
    baskets = past.baskets
    if baskets.rows > _MOST_BASKETS:
        baskets = baskets.take(np.arange(baskets.rows - _MOST_BASKETS, baskets.rows))
    buyers = _buyers(past)
    found = related(baskets, buyers, words, past.category, SIDE_ITEMS)
    ids = [one.id for one in past.products]
    out = []
    for n, id in enumerate(ids):
        item: dict[str, Any] = {"product_id": id, **head}
        for kind in KINDS:
            side = found[kind]
            columns = [
                _plain(column[n], digits)
                for column, digits in (
                    (side.score, 6), (side.share, 5), (side.lift, 3), (side.likeness, 4),
                )
            ]  # fmt: skip
            rows = zip(side.item[n].tolist(), *columns, strict=True)
            item[kind] = [[ids[other], *figures] for other, *figures in rows if other >= 0]
        out.append(item)
    return out


def _plain(of: F32, digits: int) -> list[Any]:
    """As Python's numbers, rounded as such: to store."""
    plain: list[Any] = np.round(of.astype(float), digits).tolist()
    return plain


def _buyers(past: Past) -> Sparse:
    of = snapshot(past.purchases, past.today, until=past.today).of
    chosen = some(np.flatnonzero(of.baskets() > 0), 4 * MOST_TAUGHT, past.today)
    return counts(of.take(chosen)).ones()


def shelves(past: Past, head: dict[str, Any]) -> list[dict[str, Any]]:
    """Items of what many buy: popular, trending, seasonal."""
    found = trends(np.maximum(past.units, 0.0))
    popular = found.popular
    out = []
    for name, score in (
        ("popular", popular), ("trending", found.rising), ("seasonal", found.seasonal),
    ):  # fmt: skip
        order = np.argsort(-score, kind="stable")[:SHELF_ITEMS]
        items = [
            [
                past.products[n].id,
                round(float(popular[n]), 3),
                0.0 if name == "popular" else round(float(score[n]), 2),
            ]
            for n in order.tolist()
            if score[n] > 0
        ]
        out.append({"name": name, "items": items, **head})
    return out
