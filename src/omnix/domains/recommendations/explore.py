"""A little chance in each answer, and the propensities that make answers comparable afterwards."""

from collections.abc import Sequence
from hashlib import shake_128
from typing import NamedTuple

FIRST = 5
"""Places that chance leaves alone."""
EPSILON = 0.1
"""Chance with which a later place goes to any of the remaining candidates."""
DEPTH = 10
"""How many remaining candidates such a place may go to."""

_BYTES = 4
_ALL = 1 << 8 * _BYTES


class Placed(NamedTuple):
    """``at`` is the candidate's rank; ``propensity`` the chance of it at this place, given those
    before it."""

    at: int
    propensity: float
    explored: bool


def placed(candidates: int, limit: int, seed: Sequence[str]) -> list[Placed]:
    """Ranks of the ``limit`` chosen of ``candidates`` ranked ones; the same for the same seed."""
    count = min(candidates, limit)
    out = [Placed(at, 1.0, False) for at in range(min(count, FIRST))]
    if count <= FIRST:
        return out
    noise = shake_128("\0".join(seed).encode()).digest(_BYTES * (count - FIRST))
    rest = list(range(FIRST, min(candidates, limit + DEPTH)))
    for start in range(0, len(noise), _BYTES):
        among = min(DEPTH, len(rest))
        drawn = int.from_bytes(noise[start : start + _BYTES], "little") / _ALL
        # One number decides whether chance takes the place and, where it does, for which.
        pick = int(drawn / EPSILON * among) if drawn < EPSILON else 0
        propensity = EPSILON / among + (0.0 if pick else 1.0 - EPSILON)
        out.append(Placed(rest.pop(pick), propensity, pick > 0))
    return out
