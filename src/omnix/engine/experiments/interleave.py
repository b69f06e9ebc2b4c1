"""Interleaving: two rankings in one list, and which of them is clicked more.

Team draft (Radlinski, Kurup and Joachims, 2008) needs far fewer impressions than an A/B test of
two rankers, since every user judges both.
"""

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, TypeVar

from omnix.engine.experiments.special import binomial_two_sided, normal_quantile

T = TypeVar("T", bound=Hashable)
Team = Literal["a", "b"]


def team_draft(a: Sequence[T], b: Sequence[T], length: int, seed: int) -> list[tuple[T, Team]]:
    """A list of up to ``length`` distinct items, each with the ranking that placed it.

    In each round a coin says who picks first; each picks its best item not yet in the list. When
    one ranking is used up, the other goes on alone.
    """
    random = Random(seed)
    chosen: list[tuple[T, Team]] = []
    taken: set[T] = set()
    left: dict[Team, list[T]] = {"a": list(reversed(a)), "b": list(reversed(b))}
    while len(chosen) < length:
        order: tuple[Team, Team] = ("a", "b") if random.random() < 0.5 else ("b", "a")
        before = len(chosen)
        for team in order:
            while left[team] and left[team][-1] in taken:
                left[team].pop()
            if left[team] and len(chosen) < length:
                item = left[team].pop()
                taken.add(item)
                chosen.append((item, team))
        if len(chosen) == before:
            break
    return chosen


def credit(shown: Iterable[tuple[T, Team]], clicked: Iterable[T]) -> int:
    """1 where more of b's items were clicked, -1 where more of a's were, else 0."""
    teams = dict(shown)
    score = sum({"a": -1, "b": 1}[teams[item]] for item in set(clicked) if item in teams)
    return (score > 0) - (score < 0)


@dataclass(frozen=True, slots=True)
class Preference:
    """Units that preferred ``a``, ``b`` or neither, and the exact sign test between them.

    ``share`` is b's among those with a preference, ties counting half to each side over all
    units; ``low`` and ``high`` bound it with confidence 1 - alpha (Wilson).
    """

    a: int
    b: int
    ties: int
    share: float
    low: float
    high: float
    p: float


def preference(a: int, b: int, ties: int, alpha: float = 0.05) -> Preference:
    """One judgement a unit: who judged often is to be summed up first, by ``credit`` of all.

    Raises ValueError for negative numbers and for no unit at all.
    """
    n = a + b + ties
    if min(a, b, ties) < 0 or n == 0:
        raise ValueError("a preference needs units, and none fewer than 0")
    share = (b + 0.5 * ties) / n
    z = normal_quantile(1.0 - alpha / 2.0)
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    p = binomial_two_sided(b, a + b)
    return Preference(a, b, ties, share, middle - half, middle + half, p)
