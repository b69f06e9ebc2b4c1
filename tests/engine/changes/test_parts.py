"""The ways of splitting, against slow ones."""

from itertools import permutations
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix.engine.changes import largest_remainder
from omnix.engine.changes.divisia import lmdi, log_mean
from omnix.engine.changes.measure import filled, poisson_slope
from omnix.engine.changes.shapley import shapley

AMOUNTS = st.floats(-1e6, 1e6, allow_nan=False)
POSITIVE = st.floats(1e-3, 1e6)


@given(st.lists(AMOUNTS, min_size=1, max_size=30))
def test_rounded_parts_add_up_and_stay_within_one(parts: list[float]) -> None:
    total = round(sum(parts))
    whole = largest_remainder(parts, total)
    assert sum(whole) == total
    assert all(abs(a - b) < 1 + 1e-6 for a, b in zip(whole, parts, strict=True))


def test_what_is_missing_goes_to_the_largest_remainders_first_come_first_served() -> None:
    assert largest_remainder([1.2, 2.7, 0.1], 4) == [1, 3, 0]
    assert largest_remainder([0.5, 0.5, 1.0], 2) == [1, 0, 1]
    assert largest_remainder([-1.5, -1.5, 2.0], -1) == [-1, -2, 2]
    assert largest_remainder([], 0) == []


def test_parts_that_no_rounding_explains_are_refused() -> None:
    with pytest.raises(ValueError, match="add up"):
        largest_remainder([1.0, 2.0], 9)
    with pytest.raises(ValueError, match="nothing"):
        largest_remainder([], 3)
    with pytest.raises(ValueError, match="add up"):
        largest_remainder([float("nan")], 0)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=3, max_size=3))
def test_shapley_is_the_mean_over_every_order_of_changing(
    factors: list[tuple[float, float]],
) -> None:
    def value(on: object) -> np.ndarray:
        a, b, c = (pair[bool(flag)] for pair, flag in zip(factors, on, strict=True))  # type: ignore
        return np.array([a * b + c, a + b * c])

    wanted = np.zeros((3, 2))
    orders = list(permutations(range(3)))
    for order in orders:
        on = [False] * 3
        for factor in order:
            before = value(on)
            on[factor] = True
            wanted[factor] += (value(on) - before) / len(orders)
    scale = float(np.abs(wanted).max()) + 1
    parts = shapley(value, 3)
    assert np.allclose(parts / scale, wanted / scale, atol=1e-9)
    change = value([True] * 3) - value([False] * 3)
    assert np.allclose(parts.sum(axis=0) / scale, change / scale, atol=1e-9)


@given(st.lists(st.tuples(POSITIVE, POSITIVE), min_size=1, max_size=5))
def test_divisia_leaves_nothing_over(factors: list[tuple[float, float]]) -> None:
    before, now = [a for a, _ in factors], [b for _, b in factors]
    change = float(np.prod(now) - np.prod(before))
    assert sum(lmdi(before, now)) == pytest.approx(change, rel=1e-9, abs=1e-9 * abs(change) + 1e-9)


def test_divisia_by_hand() -> None:
    weight = (6.0 - 2.0) / log(6.0 / 2.0)
    assert lmdi([1, 2], [3, 2]) == pytest.approx([weight * log(3), 0.0])
    assert log_mean(5, 5) == 5
    assert lmdi([0, 2], [3, 2]) == [6, 0]


def test_a_slope_is_found_again_and_stays_at_the_prior_without_data() -> None:
    rng = np.random.default_rng(3)
    x = rng.uniform(0.1, 0.5, 400)
    units = rng.poisson(30 * np.exp(2.4 * x)).astype(np.float64)
    assert poisson_slope(units, np.full(400, 30.0), x, 1.0, 2.0) == pytest.approx(2.4, abs=0.1)
    nothing = np.empty(0)
    assert poisson_slope(nothing, nothing, nothing, 1.5, 0.6) == pytest.approx(1.5)


def test_the_last_known_value_is_carried_and_the_first_one_back() -> None:
    nan = np.nan
    rows = np.array([[nan, 2, nan, 3, nan], [nan, nan, nan, nan, nan]])
    assert filled(rows)[0].tolist() == [2, 2, 2, 3, 3]
    assert np.isnan(filled(rows)[1]).all()
