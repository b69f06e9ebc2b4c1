"""The index against its own definition and against chance."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix.engine.drift.profile import BINS, counts, edges
from omnix.engine.drift.stability import by_chance, psi


def test_of_two_large_samples_it_is_the_symmetrised_divergence() -> None:
    then, now = [600_000, 300_000, 100_000], [300_000, 300_000, 400_000]
    p, q = np.array(then) / 1e6, np.array(now) / 1e6
    forth, back = (p * np.log(p / q)).sum(), (q * np.log(q / p)).sum()
    assert psi(then, now) == pytest.approx(forth + back, rel=1e-4)
    assert psi(then, then) == 0.0


def test_an_empty_bin_is_no_infinity() -> None:
    assert 1 < psi([0, 1000], [1000, 0]) < 100
    with pytest.raises(ValueError, match="same bins"):
        psi([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="same bins"):
        psi([], [])


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=12))
def test_it_is_never_negative_and_the_same_both_ways(bins: list[tuple[int, int]]) -> None:
    then, now = [a for a, _ in bins], [b for _, b in bins]
    assert psi(then, now) >= 0.0
    assert psi(then, now) == pytest.approx(psi(now, then))


@pytest.mark.parametrize("size", [60, 200, 5000])
def test_chance_passes_its_limit_in_one_of_a_thousand_cases(size: int) -> None:
    """Two samples of the same distribution, at sizes where chance passes 0.1 as well."""
    random = np.random.default_rng(3)
    limits = edges(random.gamma(2.0, size=100_000))
    over = 0
    for _ in range(3000):
        then, now = (counts(random.gamma(2.0, size=size), limits) for _ in range(2))
        over += psi(then, now) > by_chance(BINS, size, size)
    assert over <= 12
    if size == 60:
        assert by_chance(BINS, size, size) > 0.25


def test_chance_where_there_is_nothing_to_compare() -> None:
    assert by_chance(1, 10, 10) == 0.0
    assert math.isinf(by_chance(10, 0, 10))


def test_bins_hold_equal_shares_and_every_value_once() -> None:
    random = np.random.default_rng(4)
    values = random.lognormal(size=10_000)
    limits = edges(values)
    found = counts(values, limits)
    assert len(found) == BINS
    assert sum(found) == len(values)
    assert max(found) - min(found) <= 2
    slow = [0] * BINS
    for value in values:
        slow[sum(value > limit for limit in limits)] += 1
    assert found == slow


def test_values_that_repeat_and_values_that_are_none() -> None:
    assert edges([]) == []
    assert edges([np.nan, np.inf]) == []
    assert edges([3.0] * 50) == [3.0]
    assert counts([3.0, 4.0, np.nan, 2.0], [3.0]) == [2, 1]
    zeros = np.r_[np.zeros(95), np.arange(1.0, 6.0)]
    assert sum(counts(zeros, edges(zeros))) == 100
