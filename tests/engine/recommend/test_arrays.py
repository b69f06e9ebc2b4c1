"""Sparse products and basket vectors against slow, obvious ones."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix.engine.recommend import sparse as sparses
from omnix.engine.recommend.baskets import (
    Histories,
    counts,
    frequency_vectors,
    histories,
    last_baskets,
    pairs,
)
from omnix.engine.recommend.sparse import kept, sparse, stacked, times, top

ENTRIES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(-3, 5)), max_size=40)
BOUGHT = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 30)), min_size=1, max_size=60
)


def _of(entries: list[tuple[int, int, int]], rows: int, width: int):  # type: ignore[no-untyped-def]
    row, column, value = np.array(entries, np.int64).reshape(-1, 3).T
    return sparse(row, column, value.astype(np.float32), rows, width)


def _dense(entries: list[tuple[int, int, int]], rows: int, width: int) -> np.ndarray:
    out = np.zeros((rows, width))
    for r, c, v in entries:
        out[r, c] += v
    return out


@given(ENTRIES, ENTRIES, st.integers(1, 9))
def test_products_are_those_of_dense_matrices(
    left: list[tuple[int, int, int]], right: list[tuple[int, int, int]], at_once: int
) -> None:
    a, b = _of(left, 5, 7), _of(right, 5, 7)
    before = sparses._EXPANDED
    sparses._EXPANDED = at_once  # so that the parts of a product are put together too
    try:
        found = times(a, b.turned())
    finally:
        sparses._EXPANDED = before
    np.testing.assert_allclose(found, _dense(left, 5, 7) @ _dense(right, 5, 7).T, atol=1e-4)
    np.testing.assert_allclose(a.dense(), _dense(left, 5, 7))
    np.testing.assert_allclose(a.turned().dense(), _dense(left, 5, 7).T)
    np.testing.assert_allclose(a.sums(), _dense(left, 5, 7).sum(1), atol=1e-5)
    np.testing.assert_allclose(a.column_sums(), _dense(left, 5, 7).sum(0), atol=1e-5)
    chosen = np.array([3, 0, 3])
    np.testing.assert_allclose(a.take(chosen).dense(), _dense(left, 5, 7)[chosen])
    np.testing.assert_allclose(stacked([a, b]).dense(), np.vstack([a.dense(), b.dense()]))


def test_the_largest_come_first_and_ties_by_column() -> None:
    scores = np.array([[1, 3, 3, 0, 2], [0, 0, 0, 0, 0]], np.float32)
    assert top(scores, 3).tolist() == [[1, 2, 4], [0, 1, 2]]
    assert top(scores, 9).tolist() == [[1, 2, 4, 0, 3], [0, 1, 2, 3, 4]]
    few = kept(scores, 2)
    assert few.column.tolist() == [1, 2]
    assert few.lengths().tolist() == [2, 0]


def _histories(rows: list[tuple[int, int, int]], now: int = 20) -> Histories:
    user, item, day = np.array(rows, np.int64).T
    return histories(user, item, day, np.full(4, now, np.int64), 6)


def _plain(rows: list[tuple[int, int, int]], now: int = 20) -> dict[int, list[set[int]]]:
    days: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for user, item, day in rows:
        if day < now:
            days[user][day].add(item)
    return {user: [of[day] for day in sorted(of)] for user, of in days.items()}


@given(BOUGHT)
def test_histories_are_baskets_by_day_and_nothing_from_now_on(
    rows: list[tuple[int, int, int]],
) -> None:
    of, plain = _histories(rows), _plain(rows)
    for user in range(4):
        mine = of.user == user
        baskets = [
            set(of.item[mine & (of.basket == n)].tolist()) for n in range(int(of.baskets()[user]))
        ]
        assert baskets == plain.get(user, [])
    tally = counts(of).dense()
    last = last_baskets(of).dense()
    for user in range(4):
        mine_ = plain.get(user, [])
        expected = Counter(item for basket in mine_ for item in basket)
        assert {i: n for i, n in enumerate(tally[user].tolist()) if n} == expected
        assert set(np.flatnonzero(last[user]).tolist()) == (mine_[-1] if mine_ else set())


@given(BOUGHT, st.integers(1, 5))
def test_frequency_vectors_are_those_of_the_paper(
    rows: list[tuple[int, int, int]], groups: int
) -> None:
    found = frequency_vectors(_histories(rows), 0.9, 0.7, groups).dense()
    expected = np.zeros((4, 6))
    for user, baskets in _plain(rows).items():
        n = len(baskets)
        if n < groups:
            sizes = [1] * n
        else:
            # The later groups are the larger ones.
            sizes = [n // groups + (g >= groups - n % groups) for g in range(groups)]
        at = 0
        for g, size in enumerate(sizes):
            back = groups - 1 - g
            for basket in baskets[at : at + size]:
                for item in basket:
                    expected[user, item] += 0.9 ** (n - 1 - at) * 0.7**back / size / len(sizes)
                at += 1
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


@given(BOUGHT)
def test_pairs_tell_what_was_bought_again(rows: list[tuple[int, int, int]]) -> None:
    of = _histories(rows)
    found = pairs(of)
    days: dict[tuple[int, int], list[int]] = defaultdict(list)
    for user, item, day in sorted(set(rows)):
        if day < 20:
            days[user, item].append(day)
    assert list(zip(found.user.tolist(), found.item.tolist(), strict=True)) == sorted(days)
    for row, key in enumerate(sorted(days)):
        mine = days[key]
        assert found.count[row] == len(mine)
        assert found.since[row] == 20 - mine[-1]
        assert found.since_first[row] == 20 - mine[0]
        if len(mine) > 1:
            assert found.gap[row] == pytest.approx((mine[-1] - mine[0]) / (len(mine) - 1))
        else:
            assert np.isnan(found.gap[row])
