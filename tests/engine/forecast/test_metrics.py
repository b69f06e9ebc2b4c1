"""Each measure against a loop that spells the formula out."""

import math

import numpy as np
import pytest

from omnix.engine.forecast import metrics


@pytest.fixture
def data():
    rng = np.random.default_rng(5)
    actual = rng.poisson(3.0, (6, 9)).astype(float)
    forecast = actual + rng.normal(0.0, 1.0, actual.shape)
    history = rng.poisson(3.0, (6, 30)).astype(float)
    actual[1, 3] = history[2, 5] = math.nan
    actual[4] = math.nan
    actual[5] = 0.0
    return actual, forecast, history


def rows(actual, forecast):
    for a, f in zip(actual, forecast, strict=True):
        yield [(x, y) for x, y in zip(a, f, strict=True) if not math.isnan(x)]


def test_wape_and_bias(data) -> None:
    actual, forecast, _ = data
    for i, pairs in enumerate(rows(actual, forecast)):
        size = sum(abs(x) for x, _ in pairs)
        if size == 0:
            assert math.isnan(metrics.wape(actual, forecast)[i])
            continue
        error = sum(abs(x - y) for x, y in pairs)
        assert metrics.wape(actual, forecast)[i] == pytest.approx(error / size)
        signed = sum(y - x for x, y in pairs)
        assert metrics.bias(actual, forecast)[i] == pytest.approx(signed / size)
    every = [pair for pairs in rows(actual, forecast) for pair in pairs]
    size = sum(abs(x) for x, _ in every)
    assert metrics.panel_wape(actual, forecast) == pytest.approx(
        sum(abs(x - y) for x, y in every) / size
    )
    assert metrics.panel_bias(actual, forecast) == pytest.approx(
        sum(y - x for x, y in every) / size
    )


def test_smape_counts_two_zeros_as_no_error() -> None:
    got = metrics.smape(np.array([[0.0, 2.0, 0.0]]), np.array([[0.0, 1.0, 3.0]]))
    assert got[0] == pytest.approx((0.0 + 200.0 / 3.0 + 200.0) / 3.0)


def test_scaled_errors(data) -> None:
    actual, forecast, history = data
    for i, pairs in enumerate(rows(actual, forecast)):
        if not pairs:
            assert math.isnan(metrics.rmsse(actual, forecast, history)[i])
            continue
        weekly = [abs(history[i, t] - history[i, t - 7]) for t in range(7, 30)]
        weekly = [x for x in weekly if not math.isnan(x)]
        steps = [(history[i, t] - history[i, t - 1]) ** 2 for t in range(1, 30)]
        steps = [x for x in steps if not math.isnan(x)]
        absolute = sum(abs(x - y) for x, y in pairs) / len(pairs)
        square = sum((x - y) ** 2 for x, y in pairs) / len(pairs)
        assert metrics.mase(actual, forecast, history, 7)[i] == pytest.approx(
            absolute / (sum(weekly) / len(weekly))
        )
        assert metrics.rmsse(actual, forecast, history)[i] == pytest.approx(
            math.sqrt(square / (sum(steps) / len(steps)))
        )


def test_scales_of_a_too_short_history_are_unknown() -> None:
    assert np.isnan(metrics.naive_scale(np.ones((1, 3)), 3)).all()
    assert np.isnan(metrics.squared_naive_scale(np.ones((1, 1)))).all()


def test_pinball_loss(data) -> None:
    actual, forecast, _ = data
    levels = (0.1, 0.5, 0.9)
    quantiles = forecast[:, :, None] + np.array([-1.0, 0.0, 1.0])
    got = metrics.pinball_loss(actual, quantiles, levels)
    for i in range(len(actual)):
        losses = []
        for t in range(actual.shape[1]):
            for k, level in enumerate(levels):
                miss = actual[i, t] - quantiles[i, t, k]
                if not math.isnan(miss):
                    losses.append(level * miss if miss >= 0 else (level - 1.0) * miss)
        if losses:
            assert got[i] == pytest.approx(sum(losses) / len(losses))
        else:
            assert math.isnan(got[i])


def test_coverage_and_value_added() -> None:
    actual = np.array([[1.0, 2.0, math.nan, 4.0]])
    assert metrics.coverage(actual, np.zeros((1, 4)), np.full((1, 4), 2.0)) == pytest.approx(2 / 3)
    assert math.isnan(metrics.coverage(np.full((1, 2), np.nan), np.zeros((1, 2)), np.ones((1, 2))))
    np.testing.assert_allclose(
        metrics.value_added(np.array([0.5, 1.0]), np.array([1.0, 0.0])), [0.5, math.nan]
    )


def test_interval_share_of_a_calibrated_count_is_nominal() -> None:
    rng = np.random.default_rng(1)
    levels = tuple(np.linspace(0.01, 0.99, 99))
    # A Poisson count is a gamma-free case: read its quantiles off a large sample, jittered
    # within the unit so that they are continuous.
    many = rng.poisson(1.3, 400_000)
    quantiles = np.quantile(many + rng.uniform(-0.5, 0.5, len(many)), levels)
    actual = rng.poisson(1.3, (40, 500)).astype(float)
    spread = np.broadcast_to(quantiles, (40, 500, 99))
    under, upto = metrics.probability_transform(actual, spread, levels, np.ones(40))
    assert (under <= upto).all()
    assert metrics.interval_share(under, upto, 0.1, 0.9).mean() == pytest.approx(0.8, abs=0.01)
    assert metrics.interval_share(under, upto, 0.25, 0.75).mean() == pytest.approx(0.5, abs=0.01)


def test_interval_share_of_an_amount_is_inside_or_outside() -> None:
    levels = (0.1, 0.5, 0.9)
    spread = np.broadcast_to(np.array([1.0, 2.0, 3.0]), (1, 3, 3))
    under, upto = metrics.probability_transform(
        np.array([[0.5, 2.5, 9.0]]), spread, levels, np.zeros(1)
    )
    np.testing.assert_allclose(under, [[0.05, 0.7, 0.95]])
    assert metrics.interval_share(under, upto, 0.1, 0.9).tolist() == [[0.0, 1.0, 0.0]]


def test_interval_share_of_a_sure_zero_is_nominal() -> None:
    levels = (0.1, 0.5, 0.9)
    under, upto = metrics.probability_transform(
        np.zeros((1, 2)), np.zeros((1, 2, 3)), levels, np.zeros(1)
    )
    assert (under == 0.0).all()
    np.testing.assert_allclose(interval := metrics.interval_share(under, upto, 0.1, 0.9), 0.8 / 0.9)
    assert interval.shape == (1, 2)
