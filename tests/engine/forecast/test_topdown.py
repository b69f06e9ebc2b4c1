"""What series owe to their sum: its sharper days, and none of their shares."""

import datetime

import numpy as np

from omnix.engine.forecast import Panel, Signals, forecast_global
from omnix.engine.forecast.boosted import Settings
from omnix.engine.forecast.daily import forecast_origin
from omnix.engine.forecast.prepare import prepare
from omnix.engine.forecast.topdown import LEAN, leaned, missed, of_whole, whole

DAYS, AHEAD, SERIES = 500, 28, 150
FIRST = datetime.date(2024, 1, 1).toordinal()


def shop(seed: int) -> np.ndarray:
    """Slow sellers with weekdays and a pay day in common: noise hides them, but not in the sum."""
    rng = np.random.default_rng(seed)
    week = np.tile([0.4, 0.6, 0.8, 1.0, 1.6, 2.0, 0.6], (DAYS + AHEAD) // 7 + 1)[: DAYS + AHEAD]
    day = [datetime.date.fromordinal(FIRST + n).day for n in range(DAYS + AHEAD)]
    week = week * np.where(np.array(day) == 3, 2.5, 1.0)
    level = np.exp(rng.normal(-1.0, 0.5, SERIES))
    return rng.poisson(level[:, None] * week).astype(np.float32)


def panel_of(values: np.ndarray, groups: int) -> Panel:
    start = np.zeros(len(values), np.int32)
    return Panel(values[:, :DAYS], start, FIRST, (np.arange(len(values)) % groups).astype(np.int32))


def test_days_move_to_the_sum_and_shares_stay() -> None:
    data = prepare(panel_of(shop(1), 30))
    at = forecast_origin(data, DAYS, AHEAD)
    own = forecast_origin(whole(data), DAYS, AHEAD).mean[0]
    made = leaned(at, data, None)
    before, after = at.mean.sum(0), made.mean.sum(0)
    np.testing.assert_allclose(np.log(after / before), LEAN * np.log(own / before), atol=1e-3)
    np.testing.assert_allclose(made.mean / after, at.mean / before, rtol=1e-3)


def test_the_sum_is_what_was_seen() -> None:
    values = shop(2)
    values[:, 7] = np.nan
    values[3, 9] = np.nan
    data = prepare(panel_of(values, 2))
    one = whole(data)
    assert not one.seen[0, 7]
    assert one.seen[0, 9]
    assert one.values[0, 9] == np.nansum(values[:, 9])
    nothing = prepare(Panel(np.full((2, 40), np.nan, np.float32), np.zeros(2, np.int32), FIRST,
                            np.zeros(2, np.int32)))  # fmt: skip
    assert np.isfinite(leaned(forecast_origin(nothing, 40, 7), nothing, None).mean).all()


def test_the_mean_series_has_each_region_by_its_share() -> None:
    recurring = np.zeros((1, 2, 5), np.float32)
    recurring[0, 0, 1] = recurring[0, 1, 2] = 1.0
    region = np.array([0, 0, 0, 1])
    told = of_whole(Signals(recurring, region, np.zeros((0, 5), np.bool_)))
    assert told is not None
    assert told.recurring[0, 0].tolist() == [0.0, 0.75, 0.25, 0.0, 0.0]
    assert of_whole(None) is None


def test_errors_of_the_sum_fall_where_series_are_faint() -> None:
    plain = other = 0.0
    for seed in (3, 4, 5):
        values = shop(seed)
        panel, truth = panel_of(values, 30), values[:, DAYS:].sum(0)
        data = prepare(panel)
        at = forecast_origin(data, DAYS, AHEAD)
        plain += np.square(at.mean.sum(0) - truth).sum()
        other += np.square(leaned(at, data, None).mean.sum(0) - truth).sum()
    assert other < plain


def test_it_is_judged_at_origins_before_the_end() -> None:
    values = shop(6)
    panel = panel_of(values, 3)
    data = prepare(panel)
    at = forecast_origin(data, DAYS - AHEAD, AHEAD)
    error = values[:, DAYS - AHEAD : DAYS].sum(0) - data.restore(at.mean).sum(0)
    np.testing.assert_allclose(missed(data, at), np.square(error).sum(), rtol=1e-3)
    made = forecast_global(panel, AHEAD, settings=Settings(trees=5, leaves=4)).forecast
    assert np.isfinite(made.mean).all()
    assert 0.8 < made.mean.sum() / values[:, DAYS:].sum() < 1.2
