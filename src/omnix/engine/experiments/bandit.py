"""Thompson sampling: give each arm the share of units that it is likely to deserve.

Thompson, 1933; Russo et al., 2018, "A tutorial on Thompson sampling". The share of an arm is
the probability, given the units so far, that it is the best one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnix.engine.experiments.buckets import POINTS
from omnix.engine.experiments.estimate import Kind, estimate
from omnix.engine.experiments.sums import Sums

DRAWS = 20_000
FLOOR = 0.02


def draws(arms: Sequence[Sums], kind: Kind, seed: int, number: int = DRAWS) -> NDArray[Any]:
    """Values of each arm drawn from its posterior, of shape (number, arms).

    Proportions have Beta(1, 1) before the data. Means and ratios have a normal posterior around
    what was seen; an arm of which too little was seen has that of all arms together, and as
    wide as a single unit of theirs varies.
    """
    random = np.random.default_rng(seed)
    if kind == "proportion":
        won = np.array([float(sums.m) for sums in arms])
        lost = np.array([float(sums.n - sums.m) for sums in arms])
        return random.beta(1.0 + won, 1.0 + lost, size=(number, len(arms)))
    whole = Sums.none()
    for sums in arms:
        whole = whole + sums
    common = estimate(whole, kind)
    means, errors = [], []
    for sums in arms:
        own = estimate(sums, kind)
        if own is None or (own.variance == 0.0 and common is not None):
            means.append(0.0 if common is None else common.value)
            errors.append(1.0 if common is None else (common.variance * common.n) ** 0.5)
        else:
            means.append(own.value)
            errors.append(own.variance**0.5)
    return random.normal(means, errors, size=(number, len(arms)))


def chances(
    arms: Sequence[Sums], kind: Kind, seed: int, *, higher_is_better: bool = True
) -> list[float]:
    """The probability of each arm to be the best, by DRAWS draws."""
    values = draws(arms, kind, seed)
    best = values.argmax(axis=1) if higher_is_better else values.argmin(axis=1)
    counted = np.bincount(best, minlength=len(arms)) / len(values)
    return [float(x) for x in counted]


def weights(
    arms: Sequence[Sums],
    kind: Kind,
    seed: int,
    *,
    higher_is_better: bool = True,
    floor: float = FLOOR,
) -> list[int]:
    """New weights in ten-thousandths: each arm's chance to be best, but no less than ``floor``.

    The floor keeps every arm measured, so that a bad beginning can be made good.
    Raises ValueError where the floors take more than there is.
    """
    if not 0.0 <= floor * len(arms) < 1.0:
        raise ValueError("the floors of all arms must leave something to divide")
    shares = chances(arms, kind, seed, higher_is_better=higher_is_better)
    free = 1.0 - floor * len(arms)
    exact = [POINTS * (floor + free * share) for share in shares]
    whole = [int(x) for x in exact]
    rest = sorted(range(len(arms)), key=lambda arm: (whole[arm] - exact[arm], arm))
    for arm in rest[: POINTS - sum(whole)]:
        whole[arm] += 1
    return whole
