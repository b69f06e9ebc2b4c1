"""Known days: real effects are found, others left alone, and no single day dominates."""

import datetime

import numpy as np
import pytest

from omnix.engine.forecast import Panel
from omnix.engine.forecast.daily import forecast_origin
from omnix.engine.forecast.prepare import prepare
from omnix.engine.forecast.signals import Signals, day_effects, event_days

DAYS, AHEAD = 420, 28


def index(seed: int, groups: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Units expected, and sold with a drifting level and five percent of noise."""
    rng = np.random.default_rng(seed)
    expected = np.full((groups, DAYS), 400.0)
    drift = np.exp(np.cumsum(rng.normal(0, 0.004, (groups, DAYS)), axis=1))
    return expected, expected * drift * np.exp(rng.normal(0, 0.05, (groups, DAYS)))


def test_a_strong_event_is_found_and_a_weak_one_is_not() -> None:
    expected, sold = index(1)
    code = np.zeros(DAYS + AHEAD, np.int64)
    for event, day in ((1, 60), (1, 425), (2, 120), (2, 430), (3, 200)):
        code[day] = event
    sold[:, 60] *= 1.5
    events = event_days(code, before=1, after=0)
    found = day_effects(sold, expected, np.zeros((0, 6, DAYS + AHEAD)), events)
    assert np.allclose(found.factor[:, 425], 1.5, rtol=0.15)
    assert np.allclose(found.factor[:, 430], 1.0, atol=0.08)
    assert np.allclose(found.factor[:, 440:], 1.0)
    assert (event_days(code)[:, 58] | event_days(code)[:, 59]).any()


def test_recurring_days_differ_by_region_and_carry_into_the_horizon() -> None:
    expected, sold = index(2)
    pay = np.zeros((1, 6, DAYS + AHEAD))
    pay[0, :3, ::10] = pay[0, 3:, 5::10] = 1.0
    sold[:3] *= np.exp(0.3 * pay[0, :3, :DAYS])
    sold[3:] *= np.exp(0.1 * pay[0, 3:, :DAYS])
    none = np.zeros((0, DAYS + AHEAD), np.bool_)
    found = np.log(day_effects(sold, expected, pay, none).factor)
    assert np.allclose(found[:3, 430], 0.3, atol=0.06)
    assert np.allclose(found[3:, 435], 0.1, atol=0.06)
    assert np.allclose(found[:3, 431], 0.0)


def shop(values: np.ndarray) -> Panel:
    n = len(values)
    first = datetime.date(2015, 3, 3).toordinal()
    return Panel(values.astype(np.float32), np.zeros(n, np.int32), first, np.zeros(n, np.int32))


def test_a_day_shut_does_not_spoil_its_day_of_the_month() -> None:
    rng = np.random.default_rng(3)
    values = rng.poisson(20.0, (40, DAYS)).astype(float)
    shut = datetime.date(2015, 12, 25).toordinal() - datetime.date(2015, 3, 3).toordinal()
    values[:, shut] = 0.0
    at = forecast_origin(prepare(shop(values)), DAYS, AHEAD)
    assert np.abs(at.mean.mean(0) / at.mean.mean() - 1.0).max() < 0.06


def test_signals_reach_the_forecast_and_the_future_does_not() -> None:
    rng = np.random.default_rng(4)
    code = np.zeros(DAYS + AHEAD, np.int64)
    code[60] = code[424] = 1
    recurring = np.zeros((1, 1, DAYS + AHEAD), np.float32)
    recurring[0, 0, ::10] = 1.0
    signals = Signals(recurring, np.zeros(40, np.int64), event_days(code, 0, 0))
    values = rng.poisson(20.0 * np.exp(0.5 * recurring[0, 0]), (40, DAYS + AHEAD)).astype(float)
    values[:, 60] *= 2
    at = forecast_origin(prepare(shop(values[:, :DAYS])), DAYS, AHEAD, signals=signals)
    day = at.mean.mean(0)
    assert day[4] / np.median(day) == pytest.approx(2.0, rel=0.2)
    assert day[0] / np.median(day) == pytest.approx(np.exp(0.5), rel=0.1)
    whole = forecast_origin(prepare(shop(values)), DAYS, AHEAD, signals=signals)
    np.testing.assert_allclose(whole.mean, at.mean, rtol=1e-5)


def test_without_history_or_sales_nothing_is_known() -> None:
    zero = np.zeros((2, DAYS))
    found = day_effects(
        zero, zero, np.zeros((0, 2, DAYS + 1)), event_days(np.ones(DAYS + 1, np.int64))
    )
    assert np.isfinite(found.factor).all()
    assert np.isfinite(found.tamed).all()
