"""Lifetime models against published parameters, their definitions by plain integration, and the
differences of their own likelihoods.
"""

import math

import numpy as np
import pytest

from omnix.engine.customers import dropout, pareto, spend
from omnix.engine.customers.histories import bought_between, histories, summarise
from omnix.engine.customers.lifetime import calibrate, lifetimes
from omnix.engine.customers.special import digamma, hyp2f1, log_gamma

from .shared import cdnow, simulated

TWICE = histories([2], [30.43], [38.86])


def test_gamma_functions() -> None:
    x = np.array([1e-3, 0.2, 1.0, 2.5, 7.9, 40.0, 1e5])
    assert log_gamma(x) == pytest.approx([math.lgamma(v) for v in x], rel=1e-13, abs=1e-13)
    step = 1e-6
    slope = [(math.lgamma(v + step * v) - math.lgamma(v - step * v)) / (2 * step * v) for v in x]
    assert digamma(x) == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize("z", [0.0, 0.3, 0.9, 0.995])
def test_hypergeometric_series(z: float) -> None:
    # 2F1(1, 1; 2; z) = -log(1 - z) / z, and 2F1(a, b; b; z) = (1 - z)^-a.
    one = np.array([1.0])
    log = -math.log1p(-z) / z if z else 1.0
    assert hyp2f1(one, one, 2 * one, z * one)[0] == pytest.approx(log, rel=1e-12)
    power = (1 - z) ** -0.7
    assert hyp2f1(0.7 * one, 3 * one, 3 * one, z * one)[0] == pytest.approx(power, rel=1e-11)


def test_bg_nbd_finds_the_published_parameters() -> None:
    found = dropout.fit(cdnow())
    assert found.converged
    assert found.parameters == pytest.approx((0.2426, 4.4135, 0.7929, 2.4258), abs=1e-4)
    assert found.log_likelihood == pytest.approx(-9582.43, abs=0.005)
    assert found.expected(TWICE, 39)[0] == pytest.approx(1.226, abs=1e-3)
    assert found.expected_new(np.array([52.0]))[0] == pytest.approx(1.44401, abs=2e-5)


def test_mbg_nbd_finds_what_lifetimes_does() -> None:
    found = dropout.fit(cdnow(), modified=True)
    assert found.parameters == pytest.approx((0.525, 6.183, 0.891, 1.614), abs=1e-3)


def test_pareto_nbd_finds_the_published_parameters() -> None:
    found = pareto.fit(cdnow())
    assert found.parameters == pytest.approx((0.5533, 10.5776, 0.6062, 11.6679), abs=1e-3)
    assert found.log_likelihood == pytest.approx(-9594.976, abs=0.005)


@pytest.mark.parametrize("modified", [False, True])
def test_dropout_gradient_is_that_of_the_likelihood(modified: bool) -> None:
    logs, of = np.log([0.3, 4.0, 0.9, 2.0]), simulated()
    _, gradient = dropout.log_likelihood(logs, of, modified=modified)
    for n, along in enumerate(np.eye(4) * 1e-5):
        up, _ = dropout.log_likelihood(logs + along, of, modified=modified)
        down, _ = dropout.log_likelihood(logs - along, of, modified=modified)
        assert gradient[n] == pytest.approx((up - down) / 2e-5, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("parameters", [(0.5, 10.0, 0.6, 12.0), (1.5, 3.0, 2.0, 0.7)])
def test_pareto_likelihood_and_gradient(parameters: tuple[float, ...]) -> None:
    logs, of = np.log(parameters), simulated(60)
    value, gradient = pareto.log_likelihood(logs, of)
    r, alpha, s, beta = parameters
    plain = 0.0
    for x, tx, end in zip(of.frequency, of.recency, of.age, strict=True):
        t = np.linspace(tx, end, 20_001)
        density = (alpha + t) ** -(r + x) * s * beta**s * (beta + t) ** -(s + 1)
        dead = float(np.sum((density[1:] + density[:-1]) * np.diff(t)) / 2)
        living = (alpha + end) ** -(r + x) * (beta / (beta + end)) ** s
        front = math.lgamma(r + x) - math.lgamma(r) + r * math.log(alpha)
        plain += front + math.log(living + dead)
    assert value == pytest.approx(plain, rel=1e-6)
    for n, along in enumerate(np.eye(4) * 1e-5):
        up, down = (pareto.log_likelihood(logs + d, of)[0] for d in (along, -along))
        assert gradient[n] == pytest.approx((up - down) / 2e-5, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("a", [0.4, 1.0, 3.0])
def test_expected_purchases_are_the_mean_of_what_is_drawn(a: float) -> None:
    model = dropout.DropoutModel(0.6, 5.0, a, 1.5, 0.0, np.zeros((4, 4)), True)
    one = histories([3], [20.0], [26.0])
    many = histories([3] * 60_000, [20.0] * 60_000, [26.0] * 60_000)
    drawn = model.draw(many, 30.0, np.random.default_rng(2))
    error = drawn.std() / math.sqrt(len(drawn))
    assert model.expected(one, 30.0)[0] == pytest.approx(drawn.mean(), abs=4 * error)
    idle = (drawn == 0).mean()
    assert 1 - model.active(one, 30.0)[0] == pytest.approx(idle, abs=0.01)


def test_spend_is_found_again_and_its_gradient_right() -> None:
    random = np.random.default_rng(4)
    x = random.integers(1, 12, 20_000).astype(float)
    nu = random.gamma(3.7, 1 / 1500.0, len(x))
    mean = random.gamma(6.0 * x, 1 / (nu * x))
    found = spend.fit(x, mean)
    assert (found.p, found.q, found.gamma) == pytest.approx((6.0, 3.7, 1500.0), rel=0.06)
    logs, few = np.log([5.0, 3.0, 1000.0]), slice(0, 300)
    weight = np.ones(300)
    _, gradient = spend.log_likelihood(logs, x[few], mean[few], weight)
    for n, along in enumerate(np.eye(3) * 1e-5):
        up, down = (
            spend.log_likelihood(logs + d, x[few], mean[few], weight)[0] for d in (along, -along)
        )
        assert gradient[n] == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=1e-3)
    # The more somebody bought, the nearer the forecast is to what they paid.
    near = found.expected(np.array([1.0, 1000.0]), np.array([9000.0, 9000.0]))
    assert near[0] < near[1] == pytest.approx(9000.0, rel=0.01)


def test_equal_customers_count_once_and_weigh_more() -> None:
    of = histories([1, 0, 1, 0], [2.0, 0, 2.0, 0], [5.0, 5.0, 5.0, 6.0])
    rows, back = of.distinct()
    assert len(rows) == 3
    assert rows.weight[back].tolist() == [2, 1, 2, 1]
    assert rows.age[back].tolist() == of.age.tolist()


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        (([], [], []), "no customers"),
        (([1], [6.0], [5.0]), "between"),
        (([0], [1.0], [5.0]), "above 0"),
        (([float("nan")], [1.0], [5.0]), "finite"),
        (([1.5], [1.0], [5.0]), "whole"),
    ],
)
def test_bad_histories_are_refused(columns: tuple[list[float], ...], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        histories(*columns)


def test_nobody_who_came_back_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody bought twice"):
        dropout.fit(histories([0, 0], [0, 0], [5, 9]))


def test_histories_are_cut_at_the_day_that_is_given() -> None:
    customer, day = np.array([0, 0, 0, 1, 1]), np.array([1, 1, 9, 4, 20])
    of = summarise(customer, day, 10)
    assert of.frequency.tolist() == [1, 0]
    assert of.recency.tolist() == [8, 0]
    assert of.age.tolist() == [9, 6]
    assert bought_between(customer, day, 10, 20).tolist() == [0, 1]


def _bought(people: int, days: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(8)
    rows = []
    for person, rate in enumerate(random.gamma(0.8, 0.05, people)):
        later = random.integers(60, days, random.poisson(rate * days))
        bought = np.unique(np.append(later, random.integers(0, 60)))
        rows += [(person, int(day)) for day in bought]
    customer, day = np.array(rows, np.int64).T
    return customer, day


def test_the_calibration_uses_nothing_after_the_end() -> None:
    customer, day = _bought(300, 400)
    seen = day <= 250
    assert calibrate(customer, day, 250) == calibrate(customer[seen], day[seen], 250)
    assert calibrate(customer, day, 250).days == 125


def test_one_with_ten_thousand_purchases_and_one_with_none_since_the_first() -> None:
    customer = np.concatenate([np.zeros(10_000, np.int64), [1], [2, 2]])
    day = np.concatenate([np.arange(10_000), [9_990], [5, 9_000]])
    count = np.array([10_000.0, 1.0, 2.0])
    made = lifetimes(customer, day, count, np.array([500.0, 700.0, 0.0]), 10_000, 30)
    assert np.isfinite(made.purchases).all()
    assert made.purchases[0] > made.purchases[1]
    assert (made.low <= made.high).all()
