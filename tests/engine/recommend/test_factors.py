"""Tastes against numpy's decomposition of the same, and against loops."""

import numpy as np
import pytest

from omnix.engine.recommend.baskets import histories
from omnix.engine.recommend.factors import FEW, HALF_LIFE, MANY, NAMES, factors, purchases


def _shoppers(users: int, items: int, kinds: int, seed: int = 3):  # type: ignore[no-untyped-def]
    """Each likes one kind of items far more than the rest."""
    random = np.random.default_rng(seed)
    user = np.repeat(np.arange(users), 60)
    liked = user % kinds + kinds * random.integers(0, items // kinds, len(user))
    item = np.where(random.random(len(user)) < 0.8, liked, random.integers(0, items, len(user)))
    return histories(user, item, random.integers(0, 200, len(user)), np.full(users, 200), items)


def test_purchases_fade_and_have_length_one_against_a_loop() -> None:
    of = _shoppers(20, 40, 4)
    found = purchases(of).dense()
    for user in range(20):
        row = np.zeros(40)
        for k in np.flatnonzero(of.user == user):
            row[of.item[k]] += 0.5 ** ((200 - of.day[k]) / HALF_LIFE)
        row = np.log1p(row)
        assert found[user] == pytest.approx(row / np.linalg.norm(row), rel=1e-5)


@pytest.mark.parametrize(("users", "items"), [(400, 300), (30, 300), (300, 60)])
def test_what_is_told_is_the_best_sum_of_few_directions(users: int, items: int) -> None:
    of = purchases(_shoppers(users, items, 6))
    found = factors(of)
    z = of.dense() * found.rarity
    u, s, v = np.linalg.svd(z, full_matrices=False)
    placed = found.place(of)
    user, item = (index.ravel() for index in np.indices((users, items)))
    told = found.tell(placed, user, item) * found.rarity[item, None]
    assert told.shape == (users * items, len(NAMES))
    for column, many in enumerate((FEW, min(MANY, users, items))):
        best = (u[:, :many] * s[:many]) @ v[:many]
        off = np.linalg.norm(z - told[:, column].reshape(users, items))
        assert off <= 1.02 * np.linalg.norm(z - best) + 1e-4


def test_tastes_speak_for_what_was_never_bought() -> None:
    of = _shoppers(300, 120, 6)
    mine = purchases(of)
    found = factors(mine)
    user, item = (index.ravel() for index in np.indices((300, 120)))
    told = found.tell(found.place(mine), user, item)[:, 0]
    new = mine.dense().ravel() == 0
    liked = user % 6 == item % 6
    assert told[new & liked].mean() > 5 * abs(told[new & ~liked].mean())


def test_nobody_has_no_tastes() -> None:
    nobody = histories(*(np.zeros(0, np.int64) for _ in range(4)), 5)
    of = purchases(nobody)
    found = factors(of)
    assert found.items.shape == (5, 0)
    some = purchases(_shoppers(3, 5, 1))
    told = found.tell(found.place(some), np.array([0, 2]), np.array([1, 4]))
    assert told.tolist() == [[0.0, 0.0], [0.0, 0.0]]
