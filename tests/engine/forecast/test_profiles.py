"""Pooled profiles find what is there, and do not invent what is not."""

import datetime

import numpy as np
import pytest

from omnix.engine.forecast import Panel, forecast
from omnix.engine.forecast.calendar import day_of_month, month_number, year_position
from omnix.engine.forecast.gamma import gamma_ratio_quantiles
from omnix.engine.forecast.monthday import month_day_profile
from omnix.engine.forecast.yearly import yearly_profile

from .panels import FIRST_DAY, WEEK, retail


def test_calendar_agrees_with_datetime() -> None:
    first = datetime.date(2023, 12, 25)
    days = [first + datetime.timedelta(k) for k in range(800)]
    ordinal = first.toordinal()
    assert day_of_month(ordinal, 800).tolist() == [d.day - 1 for d in days]
    assert month_number(ordinal, 800).tolist() == [(d.year - 1970) * 12 + d.month - 1 for d in days]
    position = year_position(ordinal, 800)
    assert (np.diff(position) > 0).all()
    january = [k for k, d in enumerate(days) if (d.month, d.day) == (1, 1)]
    np.testing.assert_allclose(position[january] % 1.0, 0.5 / 365.0, atol=1e-4)


def test_weekday_profile_of_a_rare_seller_is_borrowed_from_its_group() -> None:
    truth = retail(60, 400, level=0.0, spread=1.2)
    found = forecast(truth.panel, 28).components.weekday
    expected = WEEK / WEEK.mean()
    assert np.abs(found - expected).mean() < 0.06
    rare = np.nansum(truth.panel.values, 1).argsort()[:10]
    assert np.abs(found[rare] - expected).mean() < 0.06


def test_a_weekday_on_which_the_shop_is_closed_sells_nothing() -> None:
    truth = retail(20, 400)
    values = truth.panel.values.copy()
    values[:, 6::7] = 0.0
    result = forecast(
        Panel(values, truth.panel.start, FIRST_DAY.toordinal(), truth.panel.group), 14
    )
    sundays = (400 + np.arange(14)) % 7 == 6
    assert (result.mean[:, sundays] == 0.0).all()
    assert (result.quantiles[:, sundays] == 0.0).all()
    assert (result.mean[:, ~sundays] > 0.0).all()


def test_days_not_observed_do_not_bend_the_profile() -> None:
    truth = retail(40, 400, level=2.0, spread=0.3)
    values = truth.panel.values.copy()
    values[:, 5:300:7] = np.nan
    result = forecast(
        Panel(values, truth.panel.start, FIRST_DAY.toordinal(), truth.panel.group), 28
    )
    assert np.abs(result.components.weekday - WEEK / WEEK.mean()).mean() < 0.06
    assert result.mean.sum() / truth.mean.sum() == pytest.approx(1.0, abs=0.06)


def test_christmas_is_forecast_from_the_years_before() -> None:
    days = (datetime.date(2024, 12, 1) - FIRST_DAY).days
    truth = retail(60, days, swing=0.2, christmas=1.2)
    result = forecast(truth.panel, 28)
    plain = truth.mean[:, :28].sum() / result.mean.sum()
    assert plain == pytest.approx(1.0, abs=0.15)
    peak = slice(12, 20)
    assert result.components.yearly[:, peak].mean() > 1.4
    assert np.abs(result.mean - truth.mean).sum() / truth.mean.sum() < 0.2


def test_without_a_season_none_is_found() -> None:
    truth = retail(60, 1000)
    assert np.abs(forecast(truth.panel, 28).components.yearly - 1.0).max() < 0.06


def test_less_than_a_year_has_no_yearly_profile() -> None:
    position = year_position(FIRST_DAY.toordinal(), 350)
    rng = np.random.default_rng(0)
    profile = yearly_profile(rng.poisson(90.0, (3, 322)) * 1.0, np.full((3, 322), 90.0), position)
    assert (profile == 1.0).all()


def test_pay_days_are_found_and_noise_is_not() -> None:
    first = FIRST_DAY.toordinal()
    day, month = day_of_month(first, 420), month_number(first, 420)
    rng = np.random.default_rng(2)
    noise = 1.0 + rng.normal(0.0, 0.1, (5, 420))
    weight = np.full((5, 420), 50.0)
    quiet = month_day_profile(noise, weight, day, month)
    assert np.abs(quiet - 1.0).mean() < 0.02
    pay = np.where(day < 3, 1.4, 1.0)
    found = month_day_profile(noise * pay, weight, day, month)
    assert found[:, :3].mean() / found[:, 10:25].mean() == pytest.approx(1.4, abs=0.08)


def test_gamma_quantiles_match_a_sample() -> None:
    rng = np.random.default_rng(4)
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    for shape in (0.3, 1.0, 7.0, 150.0):
        sample = rng.gamma(shape, 1.0 / shape, 400_000)
        got = gamma_ratio_quantiles(np.array([shape]), levels)[0]
        np.testing.assert_allclose(got, np.quantile(sample, levels), rtol=0.03, atol=2e-3)
