"""The ranker: boosted trees over what the generators say, with exact shares of the reasons."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from math import factorial

import numpy as np

from omnix.engine.forecast.boosted import Settings, Trees, binned, edges_of, fit, predict
from omnix.engine.recommend.features import NAMES, REASONS, Candidates
from omnix.engine.recommend.sparse import F32, I64

SETTINGS = Settings(
    trees=500, leaves=15, rate=0.04, features=0.3, bag=0.6, ridge=2.0, least=10.0, seed=1
)
_SAMPLE = 50_000
_FIRST = 1_000_000
"""Rows from which edges between bins are drawn; only these are in memory as they are."""
UNSEEN_KEPT = 0.25
"""Share of the candidates that were neither bought before nor next which the fit looks at."""

_F64 = np.float64


@dataclass(frozen=True)
class Ranker:
    """``base`` is the log of a candidate's mean chance, ``plain`` [features] the one that reasons
    are measured against: a product of the middle that the customer has nothing to do with.
    """

    trees: Trees
    base: float
    plain: F32

    def score(self, x: F32) -> F32:
        """Logs of expected purchases in the next basket, [n]."""
        offset = np.full(len(x), self.base, np.float32)
        return predict(self.trees, binned(x, self.trees.edges), offset)

    def chance(self, x: F32) -> F32:
        """Expected purchases in the next basket, [n]."""
        return np.exp(self.score(x)).astype(np.float32)

    def reasons(self, x: F32) -> tuple[F32, F32]:
        """Shares [n, len(REASONS)] of each reason in ``chance``, and what is left, [n].

        They add up to it: Shapley values of the groups of features against ``plain``, all of
        whose 16 subsets are tried. Shapley, "A value for n-person games", 1953.
        """
        groups = list(REASONS.values())
        everyone = range(len(groups))
        worth = {}
        for size in range(len(groups) + 1):
            for some in combinations(everyone, size):
                shown = np.array(x, np.float32)
                for g in everyone:
                    if g not in some:
                        shown[:, groups[g]] = self.plain[list(groups[g])]
                worth[some] = self.chance(shown).astype(_F64)
        shares = np.zeros((len(x), len(groups)), _F64)
        for some, value in worth.items():
            for g in everyone:
                if g in some:
                    continue
                s, k = len(some), len(groups)
                weight = factorial(s) * factorial(k - s - 1) / factorial(k)
                shares[:, g] += weight * (worth[tuple(sorted((*some, g)))] - value)
        return shares.astype(np.float32), worth[()].astype(np.float32)


@dataclass(frozen=True)
class Plain:
    """What answers where there is nothing to learn from: a few weights set by hand."""

    def chance(self, x: F32) -> F32:
        """A rough figure in 0 ... 1 that ranks, [n]."""
        return np.asarray(self.reasons(x)[0].sum(1), np.float32)

    def reasons(self, x: F32) -> tuple[F32, F32]:
        """As of a Ranker: shares [n, len(REASONS)] that add up to ``chance``, nothing left."""
        shares = np.zeros((len(x), len(REASONS)), np.float32)
        for reason, (name, *names) in _WEIGHED.items():
            of = list(REASONS).index(reason)
            for column in (name, *names):
                shares[:, of] += _WEIGHTS[column] * x[:, NAMES.index(column)]
        return shares, np.zeros(len(x), np.float32)


_WEIGHTS = {"habit": 0.6, "alike": 0.3, "together": 0.05, "often": 0.1, "trend": 0.1}
_WEIGHED = {
    "habit": ("habit",),
    "alike": ("alike",),
    "together": ("together",),
    "popular": ("often", "trend"),
}


@dataclass(frozen=True)
class Lesson:
    """Candidates whose outcome is known. ``weight`` makes up for those that were left out."""

    x: F32
    bought: F32
    weight: F32


def lesson(
    found: Candidates, bought: F32, seed: int, kept: float = UNSEEN_KEPT, size: F32 | None = None
) -> Lesson:
    """All that was bought before or next, and a share ``kept`` of the rest.

    With ``size`` [customers], that of the basket that came, customers weigh by one over its root:
    else those who fill large ones would be all that is learnt.
    """
    chance = np.random.default_rng(seed).random(len(bought))
    seen = (found.x[:, 0] > 0) | (bought > 0)
    rows = np.flatnonzero(seen | (chance < kept))
    weight = np.where(seen[rows], 1.0, 1.0 / kept).astype(np.float32)
    if size is not None:
        weight *= np.sqrt(size.mean() / np.maximum(size[found.user[rows]], 1.0))
    return Lesson(found.x[rows], bought[rows], weight)


def train(
    lessons: Iterable[Lesson],
    settings: Settings = SETTINGS,
    *,
    told: Callable[[int], None] | None = None,
) -> Ranker:
    """Fit to lessons whose features were drawn from others than the customers they are of. They
    are drawn one by one and kept as bytes, whose edges the first _FIRST rows set.

    Raises ValueError where nothing was ever bought among the candidates.
    """
    coming = iter(lessons)
    first, rows = [], 0
    for one in coming:
        first.append(one)
        rows += len(one.x)
        if rows >= _FIRST:
            break
    if not rows:
        raise ValueError("nobody came back in the days looked at: there is nothing to learn")
    some = _some(first)
    edges = edges_of(some)
    parts = [(binned(one.x, edges), one.bought, one.weight) for one in chain(_taken(first), coming)]
    bins, y, weight = (np.concatenate(each) for each in zip(*parts, strict=True))
    del parts
    if not float(y.sum()):
        raise ValueError("no candidate was bought: there is nothing to learn")
    base = float(np.log((y * weight).sum(dtype=_F64) / weight.sum(dtype=_F64)))
    offset = np.full(len(y), base, np.float32)
    trees = fit(bins, edges, y, weight, offset, settings, objective="poisson", told=told)
    return Ranker(trees, base, _plain(some))


def _taken(lessons: list[Lesson]) -> Iterator[Lesson]:
    """Each in turn, and gone once the next is asked for."""
    lessons.reverse()
    while lessons:
        yield lessons.pop()


def _some(lessons: Sequence[Lesson]) -> F32:
    """At most _SAMPLE rows of all lessons, evenly."""
    ends = np.cumsum([len(one.x) for one in lessons])
    at = np.linspace(0, ends[-1] - 1, min(int(ends[-1]), _SAMPLE)).astype(np.int64)
    of = np.searchsorted(ends, at, side="right")
    begins = ends - [len(one.x) for one in lessons]
    return np.concatenate([one.x[at[of == n] - begins[n]] for n, one in enumerate(lessons)])


def _plain(x: F32) -> F32:
    """The median of what was never bought, column by column."""
    unseen = x[x[:, 0] == 0]
    rows = unseen if len(unseen) else x
    out = np.full(x.shape[1], np.nan, np.float32)
    for j in range(x.shape[1]):
        column = rows[:, j][np.isfinite(rows[:, j])]
        if len(column):
            out[j] = np.median(column)
    out[list(REASONS["habit"])] = [_STRANGE.get(NAMES[j], np.nan) for j in REASONS["habit"]]
    return out


_STRANGE = {
    "count": 0.0, "rate": 0.0, "recent": 0.0, "habit": 0.0, "kin_count": 0.0, "kin_share": 0.0,
    "light": 0.0, "light_lately": 0.0, "size_with": 0.0, "lately": 0.0, "kin_light": 0.0,
    "share_10": 0.0, "share_30": 0.0, "share_90": 0.0, "last_3": 0.0, "last_8": 0.0,
    "kin_share_30": 0.0, "kin_share_90": 0.0, "steady": 0.0,
}  # fmt: skip


@dataclass(frozen=True)
class Ranked:
    """The best [users, k] of each customer: ``item`` (-1: fewer were proposed), ``score``, and
    the candidate's row among those given."""

    item: I64
    score: F32
    row: I64


def best(found: Candidates, score: F32, k: int) -> Ranked:
    """The k best candidates of each customer of a block; users ascend from the block's first."""
    first = int(found.user[0])
    row = found.user - first
    n = int(row[-1]) + 1
    order = np.lexsort((found.item, -score, row))
    begins = np.searchsorted(row[order], np.arange(n))
    place = np.arange(len(order)) - begins[row[order]]
    within = place < k
    chosen, at = order[within], place[within]
    item = np.full((n, k), -1, np.int64)
    rows = np.full((n, k), -1, np.int64)
    scores = np.full((n, k), -np.inf, np.float32)
    who = row[chosen]
    item[who, at], rows[who, at], scores[who, at] = found.item[chosen], chosen, score[chosen]
    return Ranked(item, scores, rows)
