"""Candidates, the ranker and what it is learnt from, on shops small enough to see through."""

import weakref
from collections.abc import Iterator

import numpy as np
import pytest

from omnix.engine.forecast.boosted import Settings
from omnix.engine.recommend import ranker
from omnix.engine.recommend.baskets import counts, frequency_vectors, histories, targets
from omnix.engine.recommend.features import (
    MOST_OWN,
    NAMES,
    REASONS,
    Candidates,
    candidates,
    labels,
    strongest,
)
from omnix.engine.recommend.ranker import Lesson, Plain, Ranker, best, lesson, train
from omnix.engine.recommend.reference import learn, means, neighbours, partners
from omnix.engine.recommend.snapshots import (
    Purchases,
    learnt,
    lessons,
    reference,
    snapshot,
)

USERS, ITEMS, DAYS = 260, 60, 120


def _shop(seed: int = 1) -> Purchases:
    """Each customer has five products of its own, taste by thirds, bought every week or so."""
    rng = np.random.default_rng(seed)
    rows = []
    for user in range(USERS):
        part = user % 3 * 20
        mine = part + rng.choice(20, 5, replace=False)
        for day in range(int(rng.integers(0, 7)), DAYS, 7):
            rows += [(user, int(item), day) for item in mine if rng.random() < 0.6]
            if rng.random() < 0.3:
                rows.append((user, int(part + rng.integers(20)), day))
    user, item, day = np.array(rows, np.int64).T
    return Purchases(user, item, day, USERS, ITEMS)


def test_nothing_from_the_day_on_is_looked_at() -> None:
    of = _shop()
    today = 100
    future = of.day >= today
    rng = np.random.default_rng(2)
    item = np.where(future, rng.integers(0, ITEMS, len(of.item)), of.item)
    other = Purchases(of.user, item, of.day, USERS, ITEMS)
    for a, b in zip(lessons(of, today), lessons(other, today), strict=True):
        np.testing.assert_array_equal(a.x, b.x)
        np.testing.assert_array_equal(a.bought, b.bought)
    everyone = np.arange(USERS)
    known = [reference(o, snapshot(o, today, until=today), everyone) for o in (of, other)]
    np.testing.assert_array_equal(known[0].often, known[1].often)
    np.testing.assert_array_equal(known[0].trend, known[1].trend)
    np.testing.assert_array_equal(known[0].together.value, known[1].together.value)
    assert snapshot(of, today, until=today).next.lengths().sum() == 0
    assert not np.array_equal(of.item, item)


def test_habits_are_learnt_and_reasons_add_up() -> None:
    of, today = _shop(), 100
    fit = learnt(of, today, most=120)
    now = snapshot(of, today, until=today + 28)
    known = reference(of, now, now.asked)
    following = now.next.take(now.asked)
    recalls: dict[str, list[float]] = {"ours": [], "popular": []}
    for found in candidates(now.of.take(now.asked), known):
        bought = labels(found, following)
        for name, score in (("ours", fit.score(found.x)), ("popular", found.x[:, 15])):
            rows = best(found, score, 5).row
            recalls[name] += bought[rows].sum(1).tolist()
        shares, rest = fit.reasons(found.x[:500])
        np.testing.assert_allclose(
            shares.sum(1) + rest, fit.chance(found.x[:500]), rtol=1e-4, atol=1e-6
        )
        plain, nothing = Plain().reasons(found.x)
        np.testing.assert_allclose(plain.sum(1) + nothing, Plain().chance(found.x), rtol=1e-6)
        # Calibrated: as many are bought as the chances promise.
        assert fit.chance(found.x).sum() == pytest.approx(bought.sum(), rel=0.2)
    assert np.mean(recalls["ours"]) > 3 * np.mean(recalls["popular"])


def test_a_reason_that_changes_nothing_has_no_share() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4000, len(NAMES))).astype(np.float32)
    x[:, 0] = np.abs(x[:, 0])
    y = (x[:, NAMES.index("habit")] + 0.3 * rng.normal(size=4000) > 1).astype(np.float32)
    x[:, list(REASONS["alike"])] = 0.5
    found = Candidates(np.zeros(4000, np.int64), np.arange(4000), x)
    fit = train([lesson(found, y, 1)])
    shares, _ = fit.reasons(x[:200])
    names = list(REASONS)
    assert np.abs(shares[:, names.index("alike")]).max() == 0.0
    habit = np.abs(shares[:, names.index("habit")]).sum()
    assert habit > 5 * np.abs(shares[:, names.index("popular")]).sum()


def test_lessons_that_were_left_out_are_made_up_for() -> None:
    x = np.zeros((4000, len(NAMES)), np.float32)
    x[:400, 0] = 2
    bought = np.zeros(4000, np.float32)
    bought[3990:] = 1
    one = lesson(Candidates(np.zeros(4000, np.int64), np.arange(4000), x), bought, 5)
    assert one.bought.sum() == 10
    assert (one.x[:, 0] > 0).sum() == 400
    assert len(one.x) < 1600
    assert one.weight.sum() == pytest.approx(4000, rel=0.1)


def test_neighbours_and_partners_are_those_of_a_full_search() -> None:
    of = snapshot(_shop(), 80, until=80).of.take(np.arange(40))
    vectors = frequency_vectors(of, 0.9, 0.7, 7)
    dense = vectors.dense()
    near = neighbours(vectors, vectors, 5, np.arange(40))
    for user in range(40):
        distance = ((dense - dense[user]) ** 2).sum(1)
        distance[user] = np.inf
        assert set(near[user].tolist()) == set(np.argsort(distance, kind="stable")[:5].tolist())
    np.testing.assert_allclose(
        means(near, vectors), np.stack([dense[row].mean(0) for row in near]), atol=1e-6
    )
    held = counts(of).ones()
    together = partners(held).dense()
    full = held.dense()
    seen = full.T @ full
    for i in range(ITEMS):
        for j in range(ITEMS):
            wanted = 0.0
            if i != j and seen[i, j] >= 2:
                wanted = seen[i, j] / (np.sqrt(seen[i, i] * seen[j, j]) + 10)
            assert together[i, j] == pytest.approx(wanted, rel=1e-5)


def test_the_strongest_source_is_the_one_that_adds_most() -> None:
    of = snapshot(_shop(), 80, until=80).of.take(np.arange(30))
    mine = frequency_vectors(of, 0.9, 0.7, 7)
    together = partners(counts(of).ones())
    row, item = np.repeat(np.arange(30), ITEMS), np.tile(np.arange(ITEMS), 30)
    found = strongest(mine, together, row, item)
    share = mine.dense()[:, :, None] * together.dense()[None]
    for r, i, source in zip(row.tolist(), item.tolist(), found.tolist(), strict=True):
        most = share[r, :, i].max()
        if source < 0:
            assert most == 0
        else:
            assert share[r, source, i] == pytest.approx(most)


def test_ten_thousand_purchases_one_and_none_are_all_answered() -> None:
    rng = np.random.default_rng(3)
    many = np.zeros(10_000, np.int64)
    user = np.concatenate([many, [1]])
    item = np.concatenate([rng.integers(0, 900, 10_000), [7]])
    day = np.concatenate([rng.integers(0, 500, 10_000), [499]])
    of = histories(user, item, day, np.full(3, 500, np.int64), 900)
    following = targets(np.array([0, 1]), np.array([3, 7]), 3, 900)
    (found,) = candidates(of, learn(of, following, owner=np.arange(3)))
    rows = np.bincount(found.user, minlength=3)
    assert rows[0] <= MOST_OWN + 150 + 200
    assert (rows > 0).all()
    ranked = best(found, Plain().chance(found.x), 20)
    assert ranked.item.shape == (3, 20)
    assert 7 in ranked.item[1]


def test_there_is_nothing_to_learn_where_nobody_came_back() -> None:
    user = np.arange(50)
    of = Purchases(user, user % 7, np.full(50, 3), 50, 7)
    with pytest.raises(ValueError, match="nothing to learn"):
        learnt(of, 100)
    assert isinstance(learnt(_shop(), 100, most=60), Ranker)


def test_days_are_looked_back_to_until_there_is_enough() -> None:
    of = _shop()
    told: list[tuple[int, int]] = []
    each = [list(lessons(of, 100, back=(days,))) for days in (14, 28, 42)]
    rows = [sum(len(one.bought) for one in day) for day in each]
    enough = rows[0] + 1
    kept = list(lessons(of, 100, rows=enough, told=lambda *at: told.append(at)))
    assert sum(len(one.bought) for one in kept) == pytest.approx(rows[0] + rows[1], rel=0.01)
    assert sorted(set(told)) == [(0, 8), (1, 8)]


def test_most_of_what_is_learnt_from_is_in_memory_as_bytes_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The fit is the same, however lessons come, and lets go of them as they are drawn."""
    of = _shop()
    alive: list[weakref.ref[Lesson]] = []
    most = 0

    def drawn() -> Iterator[Lesson]:
        nonlocal most
        for one in lessons(of, 100, back=(14, 28, 42, 56)):
            half = len(one.bought) // 2
            for part in (slice(half), slice(half, None)):
                piece = Lesson(one.x[part], one.bought[part], one.weight[part])
                alive.append(weakref.ref(piece))
                most = max(most, sum(each() is not None for each in alive))
                yield piece
                del piece

    settings = Settings(trees=5, leaves=4)
    whole = train(list(lessons(of, 100, back=(14, 28, 42, 56))), settings)
    assert np.array_equal(train(drawn(), settings).trees.value, whole.trees.value)
    assert most == len(alive) > 4
    monkeypatch.setattr(ranker, "_FIRST", 2_000)
    alive.clear()
    most = 0
    train(drawn(), settings)
    assert most <= 3


def test_what_hears_of_the_steps_can_end_the_fit() -> None:
    class Stopped(Exception):
        pass

    told: list[tuple[int, int]] = []

    def stop(done: int, of: int) -> None:
        told.append((done, of))
        if done > of // 2:
            raise Stopped

    with pytest.raises(Stopped):
        learnt(_shop(), 100, most=60, told=stop)
    assert told == sorted(told)
    assert told[0] == (0, 1_000)
    assert told[-1] == (501, 1_000)
