"""One product in several places: units moved from where they would lie to where they would sell.

A unit more in a place saves the margin times the chance that demand until the next delivery asks
for it; a unit less costs that of the last one there. Units go, one after another, from where the
last is worth least to where another is worth most: exact where moving costs nothing, since both
only fall with the stock. A journey that saves less than it costs is left out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .ahead import WEIGHTS, Floats

MOST_UNITS = 20_000
"""So many are moved at once; the rest may be asked for again."""


@dataclass(frozen=True)
class Journey:
    """``units`` from one place to another by their numbers; ``saves`` before what it costs."""

    start: int
    end: int
    units: int
    saves: float


def rebalance(
    values: Floats,
    position: ArrayLike,
    movable: ArrayLike,
    margin: float,
    cost: float,
    weights: Floats = WEIGHTS,
) -> list[Journey]:
    """Journeys between P places, the most saving first.

    ``values`` (P, K) is each place's demand until its next delivery, at nodes of ``weights``;
    ``position`` (P,) its stock and what is on order, ``movable`` (P,) what of it can be sent.
    ``margin`` is lost with each sale missed, ``cost`` paid for each journey.
    """
    places = values.shape[0]
    have = np.asarray(position, np.int64).copy()
    left = np.minimum(np.asarray(movable, np.int64), np.maximum(have, 0))
    if have.shape != (places,) or left.shape != (places,) or values.shape[1:] != weights.shape:
        raise ValueError("each place needs its demand, position and what can be moved")

    def sells(place: int, units: int) -> float:
        """What the unit after ``units`` is worth there."""
        value = values[place]
        sold = np.minimum(value, units + 1) - np.minimum(value, units)
        return margin * float(sold @ weights)

    gain = [sells(p, max(int(have[p]), 0)) if have[p] >= 0 else margin for p in range(places)]
    loss = [sells(p, int(have[p]) - 1) if left[p] > 0 else np.inf for p in range(places)]
    moved: dict[tuple[int, int], tuple[int, float]] = {}
    for _ in range(MOST_UNITS):
        start, end = int(np.argmin(loss)), int(np.argmax(gain)) if places else 0
        if places < 2 or gain[end] - loss[start] <= 1e-9:
            break
        units, saved = moved.get((start, end), (0, 0.0))
        moved[start, end] = units + 1, saved + gain[end] - loss[start]
        have[start] -= 1
        left[start] -= 1
        have[end] += 1
        for place in (start, end):
            at = int(have[place])
            gain[place] = sells(place, at) if at >= 0 else margin
            # What has just come is not sent on: left counts what lay there before.
            loss[place] = sells(place, at - 1) if left[place] > 0 else np.inf
    made = [Journey(a, b, units, saved) for (a, b), (units, saved) in moved.items()]
    return sorted((j for j in made if j.saves > cost), key=lambda j: -j.saves)
