"""The usual range: false alarms on series without anomalies, alarms on planted ones."""

import numpy as np
import pytest
from numpy.typing import NDArray

from omnix.engine.anomaly.seasonal import HOURS, expected_range

Floats = NDArray[np.float64]
WEEKS = 8


def usual(hours: int, busiest: float = 40.0, growth: float = 0.0) -> Floats:
    """The mean of each hour: quiet nights, busy evenings, stronger weekends."""
    t = np.arange(hours)
    hour, day = t % 24, t // 24 % 7
    shape = 0.05 + np.exp(-(((hour - 19) / 4.0) ** 2)) + 0.5 * np.exp(-(((hour - 12) / 3.0) ** 2))
    return np.asarray(busiest * shape * (1 + 0.3 * (day >= 5)) * (1 + growth * t / hours))


def orders(rng: np.random.Generator, mean: Floats) -> Floats:
    return np.asarray(rng.poisson(mean), float)


def overdispersed(rng: np.random.Generator, mean: Floats) -> Floats:
    return np.asarray(rng.poisson(mean * rng.gamma(20.0, 1 / 20.0, mean.size)), float)


def revenue(rng: np.random.Generator, mean: Floats) -> Floats:
    """Minor units: baskets of skewed value."""
    return np.array(
        [np.round(rng.lognormal(8.0, 0.6, count)).sum() for count in rng.poisson(mean)], float
    )


@pytest.mark.parametrize("draw", [orders, overdispersed, revenue])
def test_false_alarms_stay_near_alpha(draw: object) -> None:
    """400 hours of 40 series, each judged by the eight weeks before it."""
    alpha, alarms, looked = 0.02, 0, 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        series = draw(rng, usual(HOURS * WEEKS + 300, growth=0.3))  # type: ignore[operator]
        for end in range(HOURS * WEEKS + 1, HOURS * WEEKS + 301, 30):
            told = expected_range(series[end - HOURS * WEEKS - 1 : end], alpha)
            assert told is not None
            alarms += told.unusual
            looked += 1
    assert looked == 400
    # 8 due; P(Poisson(8) > 20) < 0.0001, and twice alpha is the most that is promised.
    assert alarms <= 20


@pytest.mark.parametrize("draw", [orders, overdispersed, revenue])
def test_planted_anomalies_are_found(draw: object) -> None:
    """An evening hour that falls to nothing or doubles and more, at the product's own alpha."""
    found = {"outage": 0, "surge": 0}
    for seed in range(20):
        rng = np.random.default_rng(100 + seed)
        series = draw(rng, usual(HOURS * WEEKS + 20))  # type: ignore[operator]
        mean = float(np.median(series[19::24]))
        for name, value in (("outage", 0.0), ("surge", 3.0 * mean)):
            planted = series.copy()
            planted[-1] = value
            told = expected_range(planted, 0.001)
            assert told is not None
            found[name] += told.unusual
            assert (told.score > 0) == (name == "surge")
    assert min(found.values()) >= 19, found


def test_past_anomalies_do_not_hide_a_new_one() -> None:
    rng = np.random.default_rng(1)
    series = orders(rng, usual(HOURS * WEEKS + 20))
    clean = expected_range(series, 0.001)
    series[rng.choice(series.size - 1, 12, replace=False)] *= 20
    series[300:330] = 0.0
    told = expected_range(series, 0.001)
    assert clean is not None
    assert told is not None
    assert told.high - told.low < 1.6 * (clean.high - clean.low)
    series[-1] = 0.0
    outage = expected_range(series, 0.001)
    assert outage is not None
    assert outage.unusual


def test_a_weekly_peak_is_no_anomaly_and_its_absence_is_one() -> None:
    """The same value is usual on its hour of the week and unusual on another."""
    rng = np.random.default_rng(2)
    mean = np.full(HOURS * WEEKS + 30, 20.0)
    mean[29::HOURS] = 200.0  # the last hour is such a peak
    series = orders(rng, mean)
    peak = expected_range(series, 0.001)
    assert peak is not None
    assert not peak.unusual
    series[-1] = 20.0
    missing = expected_range(series, 0.001)
    assert missing is not None
    assert missing.unusual
    assert missing.low > 20.0
    series[-2] = 200.0
    early = expected_range(series[:-1], 0.001)
    assert early is not None
    assert early.unusual


def test_too_short_a_past_says_nothing() -> None:
    assert expected_range(np.ones(3 * HOURS), 0.001) is None
    assert expected_range(np.ones(3 * HOURS + 1), 0.001) is not None


def test_the_range_holds_what_it_names() -> None:
    rng = np.random.default_rng(3)
    series = revenue(rng, usual(HOURS * WEEKS + 20))
    told = expected_range(series, 0.001)
    assert told is not None
    assert 0 <= told.low < told.expected < told.high
    assert told.weeks == WEEKS
    wider = expected_range(series, 0.0001)
    assert wider is not None
    assert wider.low <= told.low
    assert wider.high > told.high


def test_unknown_hours_are_passed_over() -> None:
    rng = np.random.default_rng(4)
    series = orders(rng, usual(HOURS * WEEKS + 20))
    series[200:220] = np.nan
    series[:100] = np.nan
    told = expected_range(series, 0.001)
    assert told is not None
    assert np.isfinite([told.low, told.expected, told.high]).all()


@pytest.mark.parametrize("alpha", [0.0, 0.6, -1.0])
def test_an_alpha_that_is_none(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        expected_range(np.ones(1000), alpha)
