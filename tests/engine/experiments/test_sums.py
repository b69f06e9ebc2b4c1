"""Sums add up, exactly where numbers are whole, and refuse what no metric is."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix.engine.experiments.estimate import estimates
from omnix.engine.experiments.sums import Sums, total

money = st.integers(-(10**12), 10**12)
rows = st.lists(st.tuples(money, st.integers(0, 50), money), min_size=1, max_size=60)


def slow(units: list[tuple[int, int, int]]) -> Sums:
    return Sums(
        n=len(units),
        m=sum(m for m, _, _ in units),
        mm=sum(m * m for m, _, _ in units),
        d=sum(d for _, d, _ in units),
        dd=sum(d * d for _, d, _ in units),
        md=sum(m * d for m, d, _ in units),
        c=sum(c for _, _, c in units),
        cc=sum(c * c for _, _, c in units),
        mc=sum(m * c for m, _, c in units),
        dc=sum(d * c for _, d, c in units),
    )


@given(units=rows)
def test_arrays_become_the_sums_that_a_loop_finds_to_the_unit(
    units: list[tuple[int, int, int]],
) -> None:
    m, d, c = (np.array(column, dtype=np.int64) for column in zip(*units, strict=True))
    assert Sums.of(m, d, c) == slow(units)


@given(units=rows, cuts=st.lists(st.integers(0, 60), max_size=5), shuffled=st.randoms())
def test_parts_of_any_size_and_order_add_up_to_the_whole(
    units: list[tuple[int, int, int]], cuts: list[int], shuffled: object
) -> None:
    bounds = [0, *sorted(min(cut, len(units)) for cut in cuts), len(units)]
    parts = [slow(units[a:b]) for a, b in pairwise(bounds)]
    shuffled.shuffle(parts)  # type: ignore[attr-defined]
    assert total(parts) == slow(units)
    assert total([Sums.none(), *parts]) == slow(units)


def test_a_mean_far_from_zero_keeps_its_variance() -> None:
    values = 10**12 + np.arange(1_000)
    found = estimates([Sums.of(values)], "mean")
    assert found is not None
    assert found.arms[0].variance == pytest.approx(np.var(np.arange(1_000), ddof=1) / 1_000)


def test_kinds_of_columns() -> None:
    assert Sums.of(np.array([True, False, True])) == Sums.proportion(3, 2)
    assert Sums.of([1, 2, 3]) == Sums.mean(3, 6, 14)
    assert Sums.of([1.5, 2.5]) == Sums.mean(2, 4.0, 8.5)
    assert Sums.of(np.array([])).n == 0
    assert Sums(**Sums.of([1, 2], [3, 4], [5, 6]).plain()) == Sums.of([1, 2], [3, 4], [5, 6])


@pytest.mark.parametrize("wrong", [math.inf, -math.inf, math.nan])
def test_an_infinite_metric_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Sums.of([1.0, wrong])
    with pytest.raises(ValueError, match="finite"):
        Sums.mean(2, wrong, 1.0)


def test_other_columns_are_refused() -> None:
    for wrong in (["a"], [[1.0]]):
        with pytest.raises(ValueError):
            Sums.of(wrong)
    with pytest.raises(ValueError, match="one length"):
        Sums.of([1, 2], [1])
    with pytest.raises(ValueError):
        Sums.proportion(3, 4)
    with pytest.raises(ValueError):
        Sums.mean(-1, 0, 0)
