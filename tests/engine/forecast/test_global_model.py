"""The global model: better where there is something to learn, the instant forecast elsewhere."""

import datetime

import numpy as np
import pytest

from omnix.engine.forecast import Covariates, Panel, forecast, forecast_global
from omnix.engine.forecast.boosted import Settings
from omnix.engine.forecast.features import filled

DAYS, AHEAD, SERIES = 420, 28, 120
FIRST = datetime.date(2023, 1, 2).toordinal()
QUICK = Settings(trees=40, leaves=15, rate=0.1, least=30.0)


def shop(seed: int, elasticity: float) -> tuple[np.ndarray, np.ndarray]:
    """Demand and prices of series in two groups; price cuts of a third come and go by week."""
    rng = np.random.default_rng(seed)
    total = DAYS + AHEAD
    level = np.exp(rng.normal(1.0, 0.6, SERIES))
    cut = np.repeat(rng.random((SERIES, total // 7)) < 0.2, 7, axis=1)
    price = rng.uniform(2, 9, SERIES)[:, None] * np.where(cut, 2 / 3, 1.0)
    week = 1.0 + 0.2 * np.cos(np.arange(total) * 2 * np.pi / 7)
    mean = level[:, None] * week * np.where(cut, 1.5**elasticity, 1.0)
    return rng.poisson(mean).astype(np.float32), price.astype(np.float32)


def panel_of(values: np.ndarray) -> Panel:
    start = np.zeros(len(values), np.int32)
    return Panel(values[:, :DAYS], start, FIRST, (np.arange(len(values)) % 2).astype(np.int32))


def covariates(price: np.ndarray | None) -> Covariates:
    row = np.arange(SERIES)
    return Covariates(price, np.stack([row]), np.stack([row % 2]))


def test_learns_what_prices_do_and_says_so() -> None:
    values, price = shop(1, 2.0)
    panel, truth = panel_of(values), values[:, DAYS:]
    made = forecast_global(panel, AHEAD, covariates=covariates(price), settings=QUICK)
    plain = forecast(panel, AHEAD)
    assert made.chosen.all()
    assert made.overall < 0.95
    ours, theirs = (np.square(truth - f).mean() for f in (made.forecast.mean, plain.mean))
    assert ours < 0.9 * theirs
    assert set(made.forecast.model) == {"boosted"}
    prices = sum(v for k, v in made.importance.items() if k.startswith("price"))
    assert prices > 0.4
    low, high = (made.forecast.quantiles[:, :, made.forecast.levels.index(p)] for p in (0.1, 0.9))
    assert 0.75 < ((truth >= low) & (truth <= high)).mean() < 0.95
    assert [cut for cut, _ in made.earlier] == [DAYS - AHEAD, DAYS - 2 * AHEAD, DAYS - 3 * AHEAD]


def test_where_there_is_nothing_to_learn_it_is_hardly_worse_than_the_instant_forecast() -> None:
    values, _ = shop(2, 0.0)
    panel, truth = panel_of(values), values[:, DAYS:]
    made = forecast_global(panel, AHEAD, covariates=covariates(None), settings=QUICK)
    plain = forecast(panel, AHEAD)
    ours, theirs = (np.square(truth - f).mean() for f in (made.forecast.mean, plain.mean))
    assert ours < 1.01 * theirs


def test_days_after_the_panel_are_not_read_but_their_prices_are() -> None:
    values, price = shop(3, 2.0)
    known = covariates(price)
    base = forecast_global(panel_of(values), AHEAD, covariates=known, settings=QUICK)
    changed = price.copy()
    changed[:, DAYS:] *= 0.6
    cheaper = forecast_global(
        panel_of(values), AHEAD, covariates=covariates(changed), settings=QUICK
    )
    assert not np.allclose(base.forecast.mean, cheaper.forecast.mean)
    for (cut, before), (same, after) in zip(base.earlier, cheaper.earlier, strict=True):
        assert cut == same
        np.testing.assert_array_equal(before, after)


def test_odd_series_get_finite_labelled_answers() -> None:
    values, price = shop(4, 2.0)
    values[0] = 0.0
    values[1, :] = np.nan
    values[2, :] = 0.0
    values[2, 300] = 1.0
    values[3, 100:200] = np.nan
    values[4, 50] = -20.0
    values[5, 60] = 1e9
    values[6, :-10] = np.nan
    price[7] = 0.0
    price[8] = np.nan
    start = np.zeros(SERIES, np.int32)
    start[1], start[6] = DAYS, DAYS - 10
    panel = Panel(values[:, :DAYS], start, FIRST, np.zeros(SERIES, np.int32))
    made = forecast_global(panel, 40, covariates=covariates(price), settings=QUICK).forecast
    assert np.isfinite(made.mean).all()
    assert np.isfinite(made.quantiles).all()
    assert (made.mean >= 0).all()
    assert (np.diff(made.quantiles, axis=2) >= 0).all()
    assert made.mean.shape == (SERIES, 40)
    assert made.model[0] == "zero"
    assert made.model[1] == "group"
    assert made.mean[5].max() < 1e4
    assert {"no_history", "pooled"} <= {str(note) for note in made.notes[1]}


def test_a_short_history_keeps_the_instant_forecast() -> None:
    values, price = shop(5, 2.0)
    panel = panel_of(values).until(120)
    made = forecast_global(panel, AHEAD, covariates=covariates(price), settings=QUICK)
    plain = forecast(panel, AHEAD)
    np.testing.assert_array_equal(made.forecast.mean, plain.mean)
    assert made.forecast.model == plain.model
    assert not made.chosen.any()


def test_progress_is_told_and_the_work_can_be_ended() -> None:
    values, price = shop(6, 2.0)
    seen: list[tuple[int, int]] = []
    forecast_global(
        panel_of(values), AHEAD, covariates=covariates(price), settings=QUICK,
        told=lambda done, steps: seen.append((done, steps)),
    )  # fmt: skip
    assert seen[-1][0] == seen[-1][1]
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)

    def end(done: int, steps: int) -> None:
        if done > steps // 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        forecast_global(
            panel_of(values), AHEAD, covariates=covariates(price), settings=QUICK, told=end
        )


def test_prices_are_carried_over_gaps() -> None:
    nan = np.nan
    price = np.array([[nan, 2.0, nan, 0.0, 3.0], [nan] * 5], np.float32)
    assert filled(price)[0].tolist() == [2.0, 2.0, 2.0, 2.0, 3.0]
    assert np.isnan(filled(price)[1]).all()
