"""Next purchases of a simulated crowd whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest

from omnix.engine.customers import consumption, purchases
from omnix.engine.customers.consumption import (
    LEVELS,
    WITHIN,
    fit_consumption,
    next_after,
    usual_interval,
)
from omnix.engine.customers.groups import cluster, fifths
from omnix.engine.customers.logistic import fit_logistic, isotonic
from omnix.engine.customers.purchases import FEATURES, Purchases, known_at


def _crowd(pairs: int = 1200, days: int = 500, seed: int = 1) -> Purchases:
    random = np.random.default_rng(seed)
    usual = np.exp(random.uniform(np.log(6), np.log(45), pairs))
    parts = []
    for pair in range(pairs):
        gaps = np.maximum(1, random.gamma(4.0, usual[pair] / 4.0, 120).round())
        day = random.integers(0, 30) + np.cumsum(gaps)
        day = day[day < days].astype(np.int64)
        parts.append(np.stack([np.full(len(day), pair // 4), np.full(len(day), pair), day]))
    customer, pair_, day_ = np.concatenate(parts, axis=1)
    return Purchases(customer, pair_, pair_ % 20, day_, np.ones(len(day_)))


def _one(days: list[int], quantity: list[float] | None = None) -> Purchases:
    day, who = np.array(days), np.zeros(len(days), np.int64)
    return Purchases(who, who, who, day, np.array(quantity or [1.0] * len(days)))


def test_chances_and_intervals_hold_on_purchases_held_out() -> None:
    rows = _crowd()
    held, chances, outcomes = [], [], []
    for origin in (300, 340, 380):
        model = fit_consumption(rows.before(origin), origin)
        assert model is not None
        known = known_at(rows, origin)
        made = model.predict(known)
        wait = next_after(rows.pair, rows.day, origin, known.pair)
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


def test_intervals_hold_for_who_shops_on_one_day_of_the_week() -> None:
    """Their waits jump with the day of the week that is asked on."""
    rows = _crowd(2000)
    week = rows.day // 7
    first = np.flatnonzero(np.diff(rows.pair * 100 + week, prepend=-1))
    rows = Purchases(
        rows.customer[first], rows.pair[first], rows.item[first], week[first] * 7 + 5,
        rows.quantity[first],
    )  # fmt: skip
    for origin, reach in ((304, 98), (410, 119)):
        model = fit_consumption(rows.before(origin), origin)
        assert model is not None
        assert model.reach == reach
        known = known_at(rows, origin)
        made = model.predict(known)
        wait = next_after(rows.pair, rows.day, origin, known.pair)
        came = wait < model.reach
        inside = (wait >= made.days[:, 0]) & (wait <= made.days[:, -1])
        assert inside[came].mean() == pytest.approx(0.8, abs=0.06)


def test_what_comes_later_changes_nothing() -> None:
    rows = _crowd(500)
    whole, cut = known_at(rows, 300), known_at(rows.before(300), 300)
    assert whole.features.tolist() == cut.features.tolist()
    assert whole.features.shape == (len(whole.pair), FEATURES)
    assert np.isfinite(whole.features).all()
    made, cut_made = (fit_consumption(some, 300) for some in (rows, rows.before(300)))
    assert made is not None
    assert cut_made is not None
    assert made.predict(whole).chance.tolist() == cut_made.predict(cut).chance.tolist()


def test_who_stays_away_is_told_by_visits_for_other_things() -> None:
    """Two of three customers still come to the shop; the third one bought nothing at all lately."""
    rows = _crowd(1200)
    # All items of everybody pause at 270; some come for other things.
    paused = rows.day < 270
    visits = np.repeat(np.arange(300), 4), np.tile([275, 281, 288, 296], 300)
    still = visits[0] % 3 != 0
    bought = Purchases(
        rows.customer[paused], rows.pair[paused], rows.item[paused], rows.day[paused],
        rows.quantity[paused], (visits[0][still], visits[1][still]),
    )  # fmt: skip
    known = known_at(bought, 300)
    alone = known_at(replace(bought, visits=None), 300)
    differs = (known.features != alone.features).any(axis=1)
    comes = np.array([pair // 4 % 3 != 0 for pair in known.pair.tolist()])
    assert (differs == comes).all()
    assert 0.5 < comes.mean() < 0.8


def test_only_some_customers_are_learnt_from_where_there_are_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = _crowd()
    # Somebody who bought nothing again and again has a code beyond all others.
    passer_by = np.array([rows.customer.max() + 7])
    visits = np.append(rows.customer, passer_by), np.append(rows.day, [300])
    rows = replace(rows, visits=visits)
    whole = fit_consumption(rows, 340)
    seen: list[int] = []
    sound = consumption._fit_chance

    def spied(features: np.ndarray, came: np.ndarray) -> consumption.Chance:
        seen.append(len(came))
        return sound(features, came)

    monkeypatch.setattr(consumption, "_fit_chance", spied)
    monkeypatch.setattr(consumption, "_MOST_ROWS", 4000)
    few = fit_consumption(rows, 340)
    assert whole is not None
    assert few is not None
    assert max(seen) < 5000
    known = known_at(rows, 340)
    assert few.predict(known).chance.mean() == pytest.approx(
        whole.predict(known).chance.mean(), abs=0.04
    )


def test_how_soon_a_pause_ends_against_a_loop() -> None:
    random = np.random.default_rng(4)
    of, pause = random.integers(0, 3, 400), random.integers(1, 40, 400).astype(float)
    open_of, open_for = np.arange(3), np.array([5.0, 12.0, 33.0])
    due = purchases._Due(of, pause, open_of, open_for, 3, 30, 10.0)
    both = [
        *zip(of, np.minimum(pause, 30), [1] * 400, strict=True),
        *zip(open_of, np.minimum(open_for, 30), [0] * 3, strict=True),
    ]
    for kind, passed in ((0, 0), (1, 9), (2, 25)):
        stays = 1.0
        for day in range(passed + 1, passed + 8):
            ends = risk = all_ends = all_risk = 0
            for k, length, closed in both:
                at_risk, now = length >= day, closed and length == day
                all_ends, all_risk = all_ends + now, all_risk + at_risk
                if k == kind:
                    ends, risk = ends + now, risk + at_risk
            usual = all_ends / max(all_risk, 1)
            stays *= 1 - min((ends + 10 * usual) / (risk + 10), 0.99)
        chance = min(max(1 - stays, 1e-3), 0.99)
        told = due(np.array([kind]), np.array([float(passed)]))[0]
        assert told == pytest.approx(np.log(chance / (1 - chance)), rel=1e-4)


def test_a_double_pack_lasts_longer() -> None:
    days = [0, 10, 20, 30]
    usual = [known_at(_one(days, [1.0, 1, 1, last]), 35).usual[0] for last in (1, 2)]
    assert usual[0] == pytest.approx(10)
    assert usual[1] > 11


def test_too_little_to_learn_from_falls_back_to_the_usual_interval() -> None:
    rows = _one([0, 10, 20, 30])
    assert fit_consumption(rows, 35) is None
    made = usual_interval(known_at(rows, 35))
    assert not made.calibrated
    assert made.days[0, 1] == pytest.approx(5)
    assert known_at(rows, 5).pair.tolist() == []


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
