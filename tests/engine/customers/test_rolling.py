"""Rolling origins of customers' models: against loops, and blind to what comes after."""

from dataclasses import replace

import numpy as np
import pytest

from omnix.engine.customers import dropout, rolling
from omnix.engine.customers.consumption import next_after, usual_interval
from omnix.engine.customers.histories import summarise
from omnix.engine.customers.lifetime import calibrate
from omnix.engine.customers.purchases import Purchases, known_at
from omnix.engine.customers.rolling import (
    origins_of,
    reliability,
    roll_consumption,
    roll_dropout,
)

START = 19_000


def _people(n: int = 500, days: int = 500, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Purchase days of customers who buy at rates of their own and drop out."""
    random = np.random.default_rng(seed)
    code, day = [], []
    for customer in range(n):
        now = float(random.uniform(0, days * 0.6))
        rate, leave = random.gamma(1.2, 0.02), random.beta(1.0, 8.0)
        while now < days:
            code.append(customer)
            day.append(START + int(now))
            if random.random() < leave:
                break
            now += random.exponential(1.0 / rate)
    # Codes without gaps in the order of the first purchase, as the first origins need them.
    order = np.lexsort((day, code))
    return np.array(code)[order], np.array(day)[order]


def test_origins_leave_time_for_what_comes_and_for_what_was() -> None:
    day = np.array([0, 1000])
    assert origins_of(day, 1000, 90, 4) == [910, 820, 730, 640]
    assert origins_of(day, 400, 90, 4) == [310, 220]
    assert origins_of(day, 100, 90, 4) == []


@pytest.mark.parametrize("modified", [False, True])
def test_figures_of_an_origin_against_a_loop(modified: bool) -> None:
    code, day = _people()
    end, horizon = START + 499, 90
    rolled = roll_dropout(code, day, end, horizon, modified=modified, most=2)
    assert rolled.origins == (end - 90, end - 180)
    origin = rolled.origins[0]
    of = summarise(code, day, origin)
    model = dropout.fit(of, modified=modified)
    factor = calibrate(code, day, origin, modified=modified).factor
    expected = model.expected(of, horizon) * factor
    square = naive = came_sum = 0.0
    known = [c for c in np.unique(code) if (day[code == c] <= origin).any()]
    assert len(known) == rolled.rows[0] == len(of)
    for row, customer in enumerate(known):
        mine = set(day[code == customer].tolist())
        came = sum(origin < d <= origin + horizon for d in mine)
        before = sorted(d for d in mine if d <= origin)
        usual = (len(before) - 1) / max(origin - before[0], 1) * horizon
        square += (expected[row] - came) ** 2
        naive += (usual - came) ** 2
        came_sum += came
    assert rolled.figures["rmse"][0] == pytest.approx((square / len(known)) ** 0.5)
    assert rolled.figures["naive_rmse"][0] == pytest.approx((naive / len(known)) ** 0.5)
    assert rolled.figures["bias"][0] == pytest.approx(expected.sum() / came_sum - 1)
    assert rolled.figures["brier"][0] < rolled.figures["naive_brier"][0]
    assert abs(rolled.figures["chance_bias"]).max() < 0.1
    a, b = rolled.rows
    rmse = rolled.figures["rmse"]
    assert rolled.pooled("rmse") == pytest.approx((a * rmse[0] + b * rmse[1]) / (a + b))


def test_what_comes_after_an_origin_is_not_seen_there() -> None:
    code, day = _people()
    end = START + 499
    plain = roll_dropout(code, day, end, 90, modified=False, most=3)
    early = day <= plain.origins[1] + 90
    cut = roll_dropout(code[early], day[early], plain.origins[1] + 90, 90, modified=False, most=2)
    assert cut.origins == plain.origins[1:]
    for name, values in plain.figures.items():
        assert cut.figures[name] == pytest.approx(values[1:]), name


def test_of_very_many_every_nth_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    code, day = _people()
    monkeypatch.setattr(rolling, "MOST_CUSTOMERS", 200)
    some = roll_dropout(code, day, START + 499, 90, modified=False, most=1)
    assert 100 < some.rows[0] <= 200
    third = code % 3 == 0
    alone = roll_dropout(code[third] // 3, day[third], START + 499, 90, modified=False, most=1)
    assert alone.figures["rmse"] == pytest.approx(some.figures["rmse"])


def test_with_nobody_who_comes_back_there_is_nothing_to_score() -> None:
    code, day = np.arange(50), np.arange(START, START + 50)
    rolled = roll_dropout(code, day, START + 400, 90, modified=False)
    assert rolled.origins == ()
    assert np.isnan(rolled.pooled("rmse"))


def test_chances_of_items_beside_the_usual_interval() -> None:
    random = np.random.default_rng(3)
    who, pair, day = [], [], []
    for number in range(400):
        every = random.uniform(6, 30)
        now = random.uniform(0, every)
        while now < 400:
            who.append(number // 2)
            pair.append(number)
            day.append(START + int(now))
            now += max(1.0, random.normal(every, every / 4))
    code = np.array(pair)
    rows = Purchases(np.array(who), code, code % 10, np.array(day), np.ones(len(day)))
    end = START + 400
    fit, plain = roll_consumption(rows, end, most=2)
    assert fit.origins == plain.origins == (end - 14, end - 42)
    known = known_at(rows, end - 14)
    came = next_after(rows.pair, rows.day, end - 14, known.pair) < 14
    said = usual_interval(known).chance[:, 1]
    assert plain.figures["brier"][0] == pytest.approx(((said - came) ** 2).mean())
    assert plain.figures["bias"][0] == pytest.approx(said.mean() - came.mean())
    assert fit.rows[0] == len(known.pair)
    assert fit.pooled("brier") < 0.9 * plain.pooled("brier")
    # Who bought nothing again and again may have a code beyond all others, and changes nothing.
    visits = np.append(rows.customer, 500), np.append(rows.day, START + 200)
    again, _ = roll_consumption(replace(rows, visits=visits), end, most=2)
    assert again.figures["brier"] == pytest.approx(fit.figures["brier"])
    nothing = roll_consumption(rows.of(np.zeros(rows.customers, bool)), end, most=2)
    assert [side.origins for side in nothing] == [(), ()]


def test_reliability_against_a_loop() -> None:
    random = np.random.default_rng(5)
    said = np.concatenate([random.random(500), np.full(300, 0.25)])
    came = (random.random(800) < said**2).astype(float)
    told = reliability(said, came, bins=5)
    assert told.rows.sum() == 800
    low = -np.inf
    for n, mean, share in zip(told.rows, told.said, told.came, strict=True):
        inside = np.sort(said[said > low])[:n]
        mine = (said >= inside[0]) & (said <= inside[-1])
        assert mine.sum() == n  # equal chances are together
        assert mean == pytest.approx(said[mine].mean())
        assert share == pytest.approx(came[mine].mean())
        low = inside[-1]
    away = np.abs(told.said - told.came)
    assert told.error == pytest.approx((away * told.rows).sum() / 800)
    assert len(reliability(np.zeros(0), np.zeros(0)).rows) == 0
    assert len(reliability(np.full(9, 0.5), np.ones(9)).rows) == 1


def test_chances_of_coming_back_are_honest_in_each_tenth() -> None:
    code, day = _people(4000, seed=8)
    rolled = roll_dropout(code, day, START + 499, 90, modified=False, most=3)
    told = rolled.chances
    assert rolled.reliable
    assert len(told.rows) >= 5
    # Four standard errors of a share, and what the map itself may be off by.
    slack = 4 * np.sqrt(told.said * (1 - told.said) / told.rows) + 0.03
    assert (np.abs(told.said - told.came) < slack).all()
    assert told.error < 0.03
    assert told.came[-1] - told.came[0] > 0.3
