"""A little chance in each answer, and the propensities that make answers comparable afterwards."""

from collections.abc import Sequence
from hashlib import sha256
from random import Random
from typing import NamedTuple

FIRST = 5
"""Places that chance leaves alone."""
EPSILON = 0.1
"""Chance with which a later place goes to any of the remaining candidates."""
DEPTH = 20
"""How many remaining candidates such a place may go to."""


class Placed(NamedTuple):
    """``at`` is the candidate's rank; ``propensity`` the chance of it at this place, given those
    before it."""

    at: int
    propensity: float
    explored: bool


def placed(candidates: int, limit: int, seed: Sequence[str]) -> list[Placed]:
    """Ranks of the ``limit`` chosen of ``candidates`` ranked ones; the same for the same seed."""
    random = Random(sha256("\0".join(seed).encode()).digest())
    rest = list(range(candidates))
    out: list[Placed] = []
    while rest and len(out) < limit:
        if len(out) < FIRST:
            out.append(Placed(rest.pop(0), 1.0, explored=False))
            continue
        among = min(DEPTH, len(rest))
        pick = random.randrange(among) if random.random() < EPSILON else 0
        propensity = EPSILON / among + (1.0 - EPSILON if pick == 0 else 0.0)
        out.append(Placed(rest.pop(pick), propensity, explored=pick > 0))
    return out
