"""Next purchases of a simulated crowd whose truth is known."""

import numpy as np
import pytest

from omnix.engine.customers.consumption import (
    LEVELS,
    WITHIN,
    fit_consumption,
    known_at,
    next_after,
    usual_interval,
)
from omnix.engine.customers.groups import cluster, fifths
from omnix.engine.customers.logistic import fit_logistic, isotonic

Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _crowd(pairs: int = 1200, days: int = 500, seed: int = 1) -> Rows:
    random = np.random.default_rng(seed)
    usual = np.exp(random.uniform(np.log(6), np.log(45), pairs))
    parts = []
    for pair in range(pairs):
        gaps = np.maximum(1, random.gamma(4.0, usual[pair] / 4.0, 120).round())
        day = random.integers(0, 30) + np.cumsum(gaps)
        day = day[day < days].astype(np.int64)
        parts.append(np.stack([np.full(len(day), pair // 4), np.full(len(day), pair), day]))
    customer, pair_, day_ = np.concatenate(parts, axis=1)
    return customer, pair_, day_, np.ones(len(day_))


def test_chances_and_intervals_hold_on_purchases_held_out() -> None:
    rows = _crowd()
    held, chances, outcomes = [], [], []
    for origin in (300, 340, 380):
        before = rows[2] < origin
        model = fit_consumption(*(column[before] for column in rows), end=origin)
        assert model is not None
        known = known_at(*rows, origin)
        made = model.predict(known)
        wait = next_after(rows[1], rows[2], origin, known.pair)
        came = wait < model.reach
        inside = (wait >= made.days[:, 0]) & (wait <= made.days[:, -1])
        held.append(inside[came].mean())
        chances.append(made.chance)
        outcomes.append(wait[:, None] < np.array(WITHIN))
    assert np.mean(held) == pytest.approx(LEVELS[-1] - LEVELS[0], abs=0.04)
    told, seen = np.concatenate(chances), np.concatenate(outcomes)
    assert told.mean(0) == pytest.approx(seen.mean(0), abs=0.03)
    high = told[:, 0] > np.median(told[:, 0])
    assert seen[high, 0].mean() > 1.5 * seen[~high, 0].mean()
    assert (told[:, 0] <= told[:, 1]).all()


def test_what_comes_later_changes_nothing() -> None:
    rows = _crowd(200)
    before = rows[2] < 300
    whole, cut = known_at(*rows, 300), known_at(*(c[before] for c in rows), 300)
    assert whole.features == pytest.approx(cut.features)


def test_a_double_pack_lasts_longer() -> None:
    day = np.array([0, 10, 20, 30])
    one, two = (np.array([1.0, 1, 1, last]) for last in (1, 2))
    who = np.zeros(4, np.int64)
    usual = [known_at(who, who, day, quantity, 35).usual[0] for quantity in (one, two)]
    assert usual[0] == pytest.approx(10)
    assert usual[1] > 11


def test_too_little_to_learn_from_falls_back_to_the_usual_interval() -> None:
    day, who = np.array([0, 10, 20, 30]), np.zeros(4, np.int64)
    assert fit_consumption(who, who, day, np.ones(4), 35) is None
    made = usual_interval(known_at(who, who, day, np.ones(4), 35))
    assert not made.calibrated
    assert made.days[0, 1] == pytest.approx(5)
    assert known_at(who, who, day, np.ones(4), 5).pair.tolist() == []


def test_logistic_finds_the_weights_and_isotonic_the_means() -> None:
    random = np.random.default_rng(5)
    x = random.normal(size=(40_000, 2))
    chance = 1 / (1 + np.exp(-(0.5 + x @ np.array([1.0, -2.0]))))
    y = random.random(len(x)) < chance
    model = fit_logistic(x, y)
    assert model.weights[:2] / model.scale == pytest.approx([1.0, -2.0], abs=0.06)
    assert model.chance(x).mean() == pytest.approx(y.mean(), abs=1e-3)
    steps = isotonic(np.array([1.0, 2, 3, 4]), np.array([0.0, 3, 1, 5]), least=1)
    assert steps(np.array([1.0, 2.5, 4.0])) == pytest.approx([0, 2, 5])


def test_fifths_are_those_of_ntile() -> None:
    assert fifths(np.array([5.0, 1, 1, 9, 2, 7, 3])).tolist() == [3, 1, 1, 5, 2, 4, 2]


def test_clusters_find_groups_apart_and_repeat_themselves() -> None:
    random = np.random.default_rng(6)
    centres = np.array([[0.0, 0], [10, 0], [0, 10]])
    truth = np.repeat([0, 1, 2], [300, 200, 100])
    x = centres[truth] + random.normal(size=(600, 2))
    found = cluster(x, 3)
    assert (found.of == truth).mean() > 0.99
    assert (cluster(x, 3).of == found.of).all()
    assert cluster(np.ones((5, 2)), 3).within == 0
    with pytest.raises(ValueError, match="at least as many"):
        cluster(x[:2], 3)
