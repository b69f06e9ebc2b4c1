"""How much to order each period of what may come late or never: by possible futures.

An order placed now serves from its arrival until the first of later orders arrives, which can
do the rest. Over that span each unit more is held until somebody wants it, or saves a sale: the
quantity is where both are worth the same, over all futures at once. Where lead times are fixed
this is the myopic policy for lost sales (Zipkin, 2008, Old and new methods for lost-sales
inventory systems); what is already under way and what it will have sold by then is played out in
each future rather than netted. A unit that is still there when the next order arrives costs on:
fully if nobody comes for it, not at all if the next order is that much smaller.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .ahead import Floats
from .arrivals import NEVER, drawn_ages

Ints = NDArray[np.int64]

AHEAD = 6
"""Periods beyond the promised lead time that are played."""
_FOLLOWERS = 4
_HALVINGS = 14
_CAUTION = 1.4
"""What a unit held counts for, in holding costs: futures are surer than they should be, and too
much must be sold off before it can be mended, while too little is mended by the next order."""
_LEFT_OVER = 0.3
"""Share of its holding cost that a unit still counts for once a later order could replace it."""


def next_order(
    demand: Floats,
    hazards: Floats,
    *,
    promised: ArrayLike,
    on_hand: ArrayLike,
    placed: ArrayLike,
    arrived: ArrayLike,
    holding: ArrayLike,
    margin: ArrayLike,
    seed: int = 0,
) -> Ints:
    """Units (N,) to order in period T, whole ones.

    ``demand`` (N, draws, steps) are paths from period T on, such as ``demand_paths`` gives, at
    least AHEAD + 1 steps beyond the longest ``promised`` (N,); ``hazards`` (N, A) as from
    ``arrival_hazards``; ``placed`` and ``arrived`` (N, T) as there. ``holding`` (N,) is paid for
    each unit left at a period's end, ``margin`` (N,) lost with each sale missed. What arrives in
    a period can be sold in it.
    """
    stocks, draws, steps = demand.shape
    units, came = np.asarray(placed, float), np.asarray(arrived, np.int64)
    due = np.broadcast_to(np.asarray(promised, np.int64), (stocks,))
    if stocks and steps <= int(due.max(initial=0)) + AHEAD:
        raise ValueError("the paths end before an order placed now has served")
    rng = np.random.default_rng(seed)
    coming = _coming(units, came, hazards, steps, draws, rng)
    mine = drawn_ages(hazards, 0, draws, rng)
    later = np.full((stocks, draws), NEVER)
    for wait in range(1, _FOLLOWERS + 1):
        later = np.minimum(later, drawn_ages(hazards, 0, draws, rng) + wait)
    last = (due + AHEAD)[:, None]
    later = np.minimum(later, last)
    begin = np.asarray(on_hand, float).reshape(-1, 1) + np.zeros((stocks, draws))
    hold = _CAUTION * np.broadcast_to(np.asarray(holding, float), (stocks,))[:, None]
    save = np.broadcast_to(np.asarray(margin, float), (stocks,))[:, None]

    def dearer(quantity: Floats) -> NDArray[np.bool_]:
        """Whether a unit more than ``quantity`` costs more than it saves, on average."""
        there = begin
        worth = np.zeros((stocks, draws))
        waiting = np.ones((stocks, draws), np.bool_)
        for step in range(steps):
            there = there + coming[step] + np.where(mine == step, quantity[:, None], 0.0)
            there = there - demand[:, :, step]
            out = there < 0
            played = waiting & (mine <= step) & (step < last)
            serves = step < later
            kept = np.where(serves, hold, _LEFT_OVER * hold)
            worth += np.where(played, np.where(out, np.where(serves, -save, 0.0), kept), 0.0)
            waiting &= ~(out & (mine <= step))
            there = np.maximum(there, 0.0)
        answer: NDArray[np.bool_] = worth.sum(axis=1) >= 0.0
        return answer

    low, high = np.zeros(stocks), demand.sum(axis=2).max(axis=1, initial=0.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = dearer(middle)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    whole: Ints = np.rint((low + high) / 2).astype(np.int64)
    return whole


def _coming(
    placed: Floats, arrived: Ints, hazards: Floats, steps: int, draws: int, rng: np.random.Generator
) -> list[Floats]:
    """What earlier orders bring in each of the next ``steps`` periods, each (N, draws)."""
    stocks, now = placed.shape
    found = [np.zeros((stocks, draws)) for _ in range(steps)]
    for order in range(max(0, now - hazards.shape[1]), now):
        out = np.where(arrived[:, order] < 0, placed[:, order], 0.0)[:, None]
        reached = now - order
        when = drawn_ages(hazards, reached, draws, rng) - reached
        if out.any():
            for step in range(steps):
                found[step] += np.where(when == step, out, 0.0)
    return found
