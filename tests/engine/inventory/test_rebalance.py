"""Moving stock between places: against all divisions there are."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnix.engine.inventory.rebalance import rebalance

WEIGHTS = np.full(20, 0.05)


def missed(values: np.ndarray, have: list[int], margin: float) -> float:
    short = [np.maximum(values[p] - max(have[p], 0), 0).mean() for p in range(len(have))]
    return margin * float(sum(short))


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_no_division_of_the_same_stock_loses_less(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.sort(rng.poisson(rng.uniform(0.5, 6, 3)[:, None], (3, 20)), axis=1).astype(float)
    have = rng.integers(0, 7, 3).tolist()
    made = rebalance(values, have, have, 10.0, 0.0, WEIGHTS)
    after = list(have)
    for journey in made:
        after[journey.start] -= journey.units
        after[journey.end] += journey.units
    whole = sum(have)
    least = min(
        missed(values, [a, b, whole - a - b], 10.0)
        for a, b in product(range(whole + 1), repeat=2)
        if a + b <= whole
    )
    assert min(after) >= 0
    assert missed(values, after, 10.0) == pytest.approx(least)
    saved = sum(journey.saves for journey in made)
    assert missed(values, have, 10.0) - least == pytest.approx(saved, abs=1e-6)


def test_what_cannot_move_stays_and_what_does_not_pay_is_left() -> None:
    values = np.array([np.zeros(20), np.full(20, 8.0)])
    [all_of_it] = rebalance(values, [10, 0], [10, 0], 5.0, 0.0, WEIGHTS)
    assert (all_of_it.start, all_of_it.end, all_of_it.units) == (0, 1, 8)
    assert all_of_it.saves == pytest.approx(40)
    [some] = rebalance(values, [10, 0], [3, 0], 5.0, 0.0, WEIGHTS)
    assert some.units == 3
    assert rebalance(values, [10, 0], [10, 0], 5.0, 40.5, WEIGHTS) == []
    assert rebalance(values, [10, 0], [0, 0], 5.0, 0.0, WEIGHTS) == []
    assert rebalance(values[:1], [10], [10], 5.0, 0.0, WEIGHTS) == []
    [owed] = rebalance(values, [10, -2], [10, 0], 5.0, 0.0, WEIGHTS)
    assert owed.units == 10
    with pytest.raises(ValueError, match="each place"):
        rebalance(values, [10], [10], 5.0, 0.0, WEIGHTS)
