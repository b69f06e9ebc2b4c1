"""Tastes against numpy's decomposition of the same, and against loops."""

import numpy as np
import pytest

from omnix.engine.recommend.baskets import histories, targets
from omnix.engine.recommend.factors import FEW, HALF_LIFE, MANY, NAMES, factors, weighed
from omnix.engine.recommend.features import NAMES as COLUMNS
from omnix.engine.recommend.features import candidates
from omnix.engine.recommend.reference import learn
from omnix.engine.recommend.snapshots import Purchases, reference, snapshot
from omnix.engine.recommend.sparse import Sparse


def _shoppers(users: int, items: int, kinds: int, seed: int = 3):  # type: ignore[no-untyped-def]
    """Each likes one kind of items far more than the rest."""
    random = np.random.default_rng(seed)
    user = np.repeat(np.arange(users), 60)
    liked = user % kinds + kinds * random.integers(0, items // kinds, len(user))
    item = np.where(random.random(len(user)) < 0.8, liked, random.integers(0, items, len(user)))
    return histories(user, item, random.integers(0, 200, len(user)), np.full(users, 200), items)


def test_purchases_fade_and_have_length_one_against_a_loop() -> None:
    of = _shoppers(20, 40, 4)
    found = weighed(of).dense()
    for user in range(20):
        row = np.zeros(40)
        for k in np.flatnonzero(of.user == user):
            row[of.item[k]] += 0.5 ** ((200 - of.day[k]) / HALF_LIFE)
        row = np.log1p(row)
        assert found[user] == pytest.approx(row / np.linalg.norm(row), rel=1e-5)


@pytest.mark.parametrize(("users", "items"), [(400, 300), (30, 300), (300, 60)])
def test_what_is_told_is_the_best_sum_of_few_directions(users: int, items: int) -> None:
    of = weighed(_shoppers(users, items, 6))
    found = factors(of)
    z = of.dense() * found.rarity
    u, s, v = np.linalg.svd(z, full_matrices=False)
    user, item = (index.ravel() for index in np.indices((users, items)))
    told = found.tell(of, user, item) * found.rarity[item, None]
    assert told.shape == (users * items, len(NAMES))
    for column, many in enumerate((FEW, min(MANY, users, items))):
        best = (u[:, :many] * s[:many]) @ v[:many]
        own = z * (found.items[:, :many] ** 2).sum(1)
        off = np.linalg.norm(z - own - told[:, column].reshape(users, items))
        assert off <= 1.02 * np.linalg.norm(z - best) + 1e-4


def test_what_was_bought_of_an_item_itself_says_nothing_of_it() -> None:
    of = weighed(_shoppers(100, 60, 6))
    found = factors(of)
    more = of.value.copy()
    more[of.start[7]] *= 3.0
    changed = Sparse(of.start, of.column, more, of.width)
    row, item = np.full(60, 7), np.arange(60)
    before, after = found.tell(of, row, item), found.tell(changed, row, item)
    same = (np.abs(before - after) < 1e-5).all(1)
    assert np.flatnonzero(same).tolist() == [of.column[of.start[7]]]


def test_tastes_speak_for_what_was_never_bought() -> None:
    of = _shoppers(300, 120, 6)
    mine = weighed(of)
    found = factors(mine)
    user, item = (index.ravel() for index in np.indices((300, 120)))
    told = found.tell(mine, user, item)[:, 0]
    new = mine.dense().ravel() == 0
    liked = user % 6 == item % 6
    assert told[new & liked].mean() > 5 * abs(told[new & ~liked].mean())


def test_what_nobody_bought_is_in_no_taste() -> None:
    user = np.repeat(np.arange(200), 2)
    item = 100 + (user + np.tile([0, 1], 200)) % 10
    few = histories(user, item, np.full(400, 5), np.full(200, 9), 300)
    found = factors(weighed(few))
    assert found.items.shape[1] <= 10
    assert np.abs(found.items[np.r_[:100, 110:300]]).max() < 1e-3
    all_items = np.arange(300)
    strange = weighed(
        histories(np.zeros(300, np.int64), all_items, np.full(300, 5), np.array([9]), 300)
    )
    told = found.tell(strange, np.zeros(300, np.int64), all_items)
    assert np.abs(told[np.r_[:100, 110:300]]).max() < 1e-3


@pytest.mark.parametrize("users", [0, 3])
def test_nobody_has_no_tastes(users: int) -> None:
    nobody = histories(*(np.zeros(0, np.int64) for _ in range(3)), np.zeros(users, np.int64), 5)
    found = factors(weighed(nobody))
    assert found.items.shape == (5, 0)
    some = weighed(_shoppers(3, 5, 1))
    told = found.tell(some, np.array([0, 2]), np.array([1, 4]))
    assert told.tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_candidates_are_told_by_the_tastes_of_their_own_customer() -> None:
    """In all blocks of customers."""
    users, items = 300, 60
    of = _shoppers(users, items, 6)
    following = targets(np.arange(users), np.arange(users) % items, users, items)
    by = learn(of, following)
    wanted = by.tastes.tell(
        weighed(of), *(index.ravel() for index in np.indices((users, items)))
    ).reshape(users, items, len(NAMES))
    blocks = list(candidates(of, by))
    assert len(blocks) > 1
    for found in blocks:
        for column, name in enumerate(NAMES):
            told = found.x[:, COLUMNS.index(name)]
            assert told == pytest.approx(wanted[found.user, found.item, column], abs=1e-6)


def test_tastes_are_of_all_who_bought_before_the_day_and_of_nothing_after() -> None:
    random = np.random.default_rng(5)
    user, item, day = (random.integers(0, n, 4000) for n in (200, 50, 100))
    away = (user < 50) & (day > 40)
    item[user < 50] += 50
    some = Purchases(user[~away], item[~away], day[~away], 200, 100)
    early = some.day < 60
    before = Purchases(some.user[early], some.item[early], some.day[early], 200, 100)
    told = []
    for of in (some, before):
        by = reference(of, snapshot(of, 60, until=60), np.arange(200))
        assert (by.owner >= 50).all()
        told.append(by.tastes.items)
    assert told[0].tolist() == told[1].tolist()
    assert np.abs(told[0][50:]).max() > 0.1
