"""Two seasons, one inside the other: hours of the day within hours of the week."""

import numpy as np
import pytest

from omnix.engine.forecast import forecast_double, forecast_seasonal


def _hours(weeks: float, *, weekend: float, noise: float, seed: int) -> np.ndarray:
    hour = np.arange(round(weeks * 168))
    day = 1.0 + 0.6 * np.sin(2 * np.pi * (hour % 24) / 24)
    week = np.where(hour % 168 >= 120, weekend, 1.0)
    rng = np.random.default_rng(seed)
    return 200.0 * day * week * np.exp(rng.normal(0, noise, len(hour)))


def _missed(made: np.ndarray, actual: np.ndarray) -> float:
    return float(np.abs(made - actual).mean())


def test_the_weekend_is_foreseen_on_friday() -> None:
    x = _hours(5 + 5 / 7, weekend=0.4, noise=0.05, seed=1)
    whole = _hours(6, weekend=0.4, noise=0.0, seed=1)
    actual = whole[len(x) :][:48]
    made = forecast_double([x], 48, season=24, cycle=168)[0]
    assert _missed(made, actual) < 0.1 * _missed(x[-24:][np.arange(48) % 24], actual)
    assert _missed(made, actual) < 0.2 * _missed(forecast_seasonal([x], 48, season=24)[0], actual)


def test_no_week_is_seen_where_there_is_none() -> None:
    """Days of random height: what was a week ago says nothing, what was yesterday does."""
    rng = np.random.default_rng(2)
    height = np.exp(np.cumsum(rng.normal(0, 0.15, 7 * 8)))
    x = np.repeat(height, 24) * _hours(8, weekend=1.0, noise=0.05, seed=3)
    missed, yesterday, last_week = [], [], []
    for at in range(5 * 168, 8 * 168 - 48, 24):
        actual = x[at : at + 48]
        missed.append(_missed(forecast_double([x[:at]], 48, season=24, cycle=168)[0], actual))
        yesterday.append(_missed(x[at - 24 : at][np.arange(48) % 24], actual))
        last_week.append(_missed(x[at - 168 : at - 120], actual))
    assert np.mean(missed) < 1.05 * np.mean(yesterday)
    assert np.mean(missed) < 0.85 * np.mean(last_week)


def test_every_series_gets_a_finite_answer_of_its_own_scale() -> None:
    x = _hours(5, weekend=0.5, noise=0.1, seed=4)
    holes, closed = x.copy(), x * (np.arange(len(x)) % 24 > 8)
    holes[200:215] = np.nan
    made = forecast_double(
        [x, 1e6 * x, holes, closed, x[:60], np.zeros(900), np.full(900, 7.0), np.array([])],
        48, season=24, cycle=168,
    )  # fmt: skip
    assert np.isfinite(made).all()
    assert (made >= 0.0).all()
    assert np.allclose(made[1], 1e6 * made[0], rtol=1e-6)
    assert _missed(made[2], made[0]) < 0.1 * made[0].mean()
    assert made[3][:8].max() < 0.02 * made[3].max()
    assert np.array_equal(made[4], forecast_seasonal([x[:60]], 48, season=24)[0])
    assert np.allclose(made[5:], [[0.0], [7.0], [0.0]])


def test_a_cycle_holds_whole_seasons() -> None:
    for season, cycle, horizon in ((24, 100, 48), (24, 24, 48), (0, 168, 48), (24, 168, 0)):
        with pytest.raises(ValueError):
            forecast_double([np.ones(400)], horizon, season=season, cycle=cycle)
