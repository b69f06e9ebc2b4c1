"""When what was ordered will come, and whether it will: learnt from the orders themselves.

The chance that an order arrives at an age, given that it had not yet, is its hazard (Kaplan and
Meier, 1958), which counts orders still on their way for the ages that they have passed. The
promise stands for prior orders; what never came is found out by its age.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .ahead import Floats

Ints = NDArray[np.int64]

NEVER = 1_000_000
_LATE = 3
"""Periods after the promised one in which an order may still come."""
_ON_TIME = (9.0, 1.0)
_EARLY = (0.5, 9.5)
_AFTER = (0.3, 0.7)
"""Arrived and not, of the prior orders at the promised age, before it and after it."""


def arrival_hazards(promised: ArrayLike, placed: ArrayLike, arrived: ArrayLike) -> Floats:
    """Chance of arrival at each age (N, A), given that the order had not arrived before.

    ``promised`` (N,) are periods; ``placed`` (N, T) the units ordered in each period up to now,
    ``arrived`` (N, T) the period in which they came, negative if they have not. What could
    have come in the last of those periods has been seen.
    """
    due = np.asarray(promised, np.int64)
    units, came = np.asarray(placed, float), np.asarray(arrived, np.int64)
    if due.ndim != 1 or units.shape != came.shape or units.shape[0] != due.size:
        raise ValueError("promised is (N,), placed and arrived are (N, T)")
    if due.size and due.min() < 0:
        raise ValueError("a lead time cannot be negative")
    ages = int(due.max(initial=0)) + _LATE + 1
    now = units.shape[1]
    order = np.arange(now)[None, :]
    took = np.where(came >= 0, came - order, NEVER)
    found = np.zeros((due.size, ages))
    for age in range(ages):
        known = (units > 0) & (order + age < now) & (took >= age)
        yes = np.where(age == due, _ON_TIME[0], np.where(age < due, _EARLY[0], _AFTER[0]))
        no = np.where(age == due, _ON_TIME[1], np.where(age < due, _EARLY[1], _AFTER[1]))
        came_now = (known & (took == age)).sum(axis=1)
        hazard = (yes + came_now) / (yes + no + known.sum(axis=1))
        found[:, age] = np.where(age <= due + _LATE, hazard, 0.0)
    return found


def drawn_ages(hazards: Floats, reached: int, draws: int, rng: np.random.Generator) -> Ints:
    """Ages of arrival (N, draws) of orders that have not arrived before age ``reached``;
    NEVER for those that are lost. All N share the random numbers."""
    ages = hazards.shape[1]
    even = (rng.permutation(draws) + rng.random(draws)) / draws
    if reached >= ages:
        return np.full((len(hazards), draws), NEVER)
    still = np.cumprod(1.0 - hazards[:, reached:], axis=1)
    age = (even[None, :, None] >= 1.0 - still[:, None, :]).sum(axis=2) + reached
    return np.where(age < ages, age, NEVER)
