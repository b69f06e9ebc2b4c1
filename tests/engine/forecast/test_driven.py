"""Prices and promotions in the instant forecast: followed where they tell, never foreseen."""

import datetime
from dataclasses import replace

import numpy as np
import pytest

from omnix.engine.forecast import UNKNOWN, Drivers, Panel, forecast
from omnix.engine.forecast.backtest import rolling
from omnix.engine.forecast.signals import Signals
from omnix.engine.simulator import ShopSpec, simulate

DAYS, AHEAD, SERIES = 420, 28, 80
FIRST = datetime.date(2024, 1, 1).toordinal()


def shop(seed: int, elasticity: float, lift: float) -> tuple[np.ndarray, Drivers]:
    """Demand [n, days + ahead] with steps of price and weeks of promotion; and what is known."""
    rng = np.random.default_rng(seed)
    total = DAYS + AHEAD
    price = np.repeat(rng.uniform(2, 9, SERIES)[:, None], total, axis=1)
    for row in range(SERIES):
        for day in rng.integers(30, DAYS - 60, 2):
            price[row, day:] *= rng.choice([0.8, 1.25])
    planned = np.repeat(rng.choice([0, 20], (SERIES, total // 7), p=[0.9, 0.1]), 7, axis=1)
    week = 1.0 + 0.3 * np.cos(np.arange(total) * 2 * np.pi / 7)
    log = lift * planned / 100 - elasticity * np.log(price / price[:, :1])
    mean = np.exp(rng.normal(1.5, 0.5, SERIES))[:, None] * week * np.exp(log)
    units = rng.poisson(mean).astype(np.float32)
    offered = (planned[:, :DAYS] / 100).astype(np.float32)
    group = np.arange(SERIES) % 2
    drivers = Drivers(
        units[:, :DAYS], price.astype(np.float32), planned.astype(np.uint8), offered,
        group, np.ones(SERIES), np.arange(SERIES),
    )  # fmt: skip
    return mean, drivers


def panel_of(drivers: Drivers) -> Panel:
    start = np.zeros(SERIES, np.int32)
    return Panel(drivers.demand, start, FIRST, drivers.group.astype(np.int32))


def test_a_planned_promotion_and_a_new_price_are_expected() -> None:
    _, drivers = shop(1, elasticity=2.0, lift=4.0)
    planned, price = drivers.planned.copy(), drivers.price.copy()
    planned[:, DAYS:] = 0
    planned[:20, DAYS + 7 : DAYS + 14] = 20
    price[20:40, DAYS + 14 :] *= 0.8
    told = replace(drivers, planned=planned, price=price)
    made = forecast(panel_of(drivers), AHEAD, drivers=told)
    plain = forecast(panel_of(drivers), AHEAD)
    still = made.mean[40:].sum() / plain.mean[40:].sum()
    assert 0.85 < still < 1.0  # days without a promotion sell less than days on average
    level = made.mean[:, :7].sum(1)
    promoted = made.mean[:20, 7:14].sum() / level[:20].sum()
    assert promoted == pytest.approx(np.exp(4.0 * 0.2), rel=0.12)
    cheaper = made.mean[20:40, 14:21].sum() / level[20:40].sum()
    assert cheaper == pytest.approx(0.8**-2.0, rel=0.15)
    prices, promotions = made.prices, made.promotions
    assert prices is not None
    assert promotions is not None
    assert np.all(promotions[20:] == 1.0)
    assert np.all(prices[:20] == 1.0)
    assert np.all(promotions[:20, 7:14] > 1.5)


def test_a_price_cut_of_yesterday_is_in_the_forecast() -> None:
    _, drivers = shop(2, elasticity=2.0, lift=4.0)
    price, demand = drivers.price.copy(), drivers.demand.copy()
    price[:20, DAYS - 1 :] *= 0.75
    told = replace(drivers, price=price, planned=np.where(drivers.planned > 0, 0, 0).astype("u1"))
    cut, same = (
        forecast(panel_of(drivers), AHEAD, drivers=each).mean
        for each in (told, replace(told, price=drivers.price))
    )
    assert cut[:20].sum() / same[:20].sum() == pytest.approx(0.75**-2.0, rel=0.2)
    np.testing.assert_allclose(cut[20:], same[20:], rtol=0.05)
    np.testing.assert_array_equal(demand, drivers.demand)


def test_nothing_from_after_a_cut_is_used() -> None:
    _, drivers = shop(3, elasticity=2.0, lift=4.0)
    panel = panel_of(drivers)
    cuts = [DAYS - AHEAD, DAYS - 2 * AHEAD]
    base = list(rolling(panel, AHEAD, cuts, drivers=drivers))
    price, offered = drivers.price.copy(), drivers.offered.copy()
    price[:, cuts[1] :] *= 0.5
    offered[:, cuts[1] :] = 0.5
    later = replace(drivers, price=price, offered=offered, _learnt={})
    last = list(rolling(panel, AHEAD, cuts, drivers=later))[1]
    np.testing.assert_array_equal(base[1].sums, last.sums)
    cut = cuts[1]
    for ours, theirs in zip(drivers.slopes(cut), later.slopes(cut), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    without = list(rolling(panel, AHEAD, cuts))
    assert base[0].sums[2].sum() < 0.97 * without[0].sums[2].sum()


def test_without_prices_or_promotions_nothing_changes() -> None:
    _, drivers = shop(4, elasticity=2.0, lift=4.0)
    nothing = replace(
        drivers,
        price=np.full_like(drivers.price, np.nan),
        planned=np.full_like(drivers.planned, UNKNOWN),
        offered=np.zeros_like(drivers.offered),
        _learnt={},
    )
    panel = panel_of(drivers)
    np.testing.assert_array_equal(
        forecast(panel, AHEAD, drivers=nothing).mean, forecast(panel, AHEAD).mean
    )
    short = panel.until(90)
    few = replace(drivers, demand=drivers.demand[:, :90], _learnt={})
    np.testing.assert_array_equal(forecast(short, 7, drivers=few).mean, forecast(short, 7).mean)


def test_what_does_nothing_does_no_harm() -> None:
    mean, drivers = shop(5, elasticity=0.0, lift=0.0)
    made, plain = (forecast(panel_of(drivers), AHEAD, drivers=d).mean for d in (drivers, None))
    ours, theirs = (np.square(f - mean[:, DAYS:]).mean() for f in (made, plain))
    assert ours < 1.1 * theirs


def test_the_first_promotion_on_record_is_told_from_the_usual_ones() -> None:
    """Nobody recorded the past: the level holds promotions as often as they came."""
    _, drivers = shop(6, elasticity=0.0, lift=4.0)
    planned = np.full_like(drivers.planned, UNKNOWN)
    planned[:, DAYS:] = 0
    planned[:30, DAYS : DAYS + 7] = 20
    made = forecast(panel_of(drivers), AHEAD, drivers=replace(drivers, planned=planned)).mean
    plain = forecast(panel_of(drivers), AHEAD).mean
    np.testing.assert_allclose(made[30:], plain[30:], rtol=1e-5)
    ratio = made[:30, :7].sum() / plain[:30, :7].sum()
    usual = 1 + 0.1 * (np.exp(0.8) - 1)
    assert ratio == pytest.approx(np.exp(0.8) / usual, rel=0.12)


def test_odd_prices_get_finite_answers() -> None:
    _, drivers = shop(7, elasticity=2.0, lift=4.0)
    price, demand = drivers.price.copy(), drivers.demand.copy()
    price[0], price[1], price[2, 100:] = 0.0, np.nan, 0.0
    price[3, 200:] *= 1e6
    demand[4], demand[5, :400] = np.nan, np.nan
    told = replace(drivers, price=price, demand=demand, planned=drivers.planned[:, : DAYS + 7])
    made = forecast(panel_of(told), AHEAD, drivers=told)
    assert np.isfinite(made.mean).all()
    assert (made.mean >= 0).all()
    assert np.isfinite(made.quantiles).all()


def test_series_of_places_follow_their_products() -> None:
    _, drivers = shop(8, elasticity=0.0, lift=4.0)
    row = np.repeat(np.arange(SERIES), 2)
    halves = np.repeat(drivers.demand, 2, axis=0)
    panel = Panel(halves, np.zeros(2 * SERIES, np.int32), FIRST, np.zeros(2 * SERIES, np.int32))
    planned = drivers.planned.copy()
    planned[:, DAYS:] = 0
    planned[:10, DAYS:] = 20
    made = forecast(panel, AHEAD, drivers=replace(drivers, planned=planned).of(row)).mean
    plain = forecast(panel, AHEAD).mean
    assert made[:20].sum() > 1.7 * plain[:20].sum()
    assert made[20:].sum() < plain[20:].sum()


def test_a_sale_while_all_stood_still_is_no_rush() -> None:
    rng = np.random.default_rng(9)
    values = rng.poisson(5.0, (60, DAYS)).astype(np.float32)
    shut = np.zeros((1, DAYS + AHEAD), np.bool_)
    shut[0, [120, DAYS - 3]] = True
    values[:, shut[0, :DAYS]] = 0.0
    values[0, DAYS - 3] = 3.0
    panel = Panel(values, np.zeros(60, np.int32), FIRST, np.zeros(60, np.int32))
    signals = Signals(np.zeros((0, 1, DAYS + AHEAD), np.float32), np.zeros(60, np.int64), shut)
    made = forecast(panel, AHEAD, signals=signals).mean
    assert made[0].mean() < 6.5
    assert made.mean() == pytest.approx(5.0, rel=0.05)


def test_promotions_of_a_simulated_shop_are_expected() -> None:
    """Two origins of a shop whose truth is known, with its promotions on record and without."""
    days = 620
    last = datetime.date(2025, 6, 30)
    made = simulate(ShopSpec(last_day=last, products=150, customers=500, days=days, seed=3))
    demand = made.truth.demand.sum(1).astype(np.float32)
    planned = np.zeros((150, days), np.uint8)
    plan = made.promotions
    for product, first, last, percent in zip(
        plan.product, plan.first_day, plan.last_day, plan.percent_off, strict=True
    ):
        planned[product, first : last + 1] = percent
    group = made.products.category.astype(np.int64)
    errors, units = np.zeros((2, 2)), 0.0
    for cut in (days - 28, days - 56):
        sold = demand[:, :cut] > 0
        start = np.where(sold.any(1), sold.argmax(1), cut).astype(np.int32)
        panel = Panel(demand[:, :cut], start, made.first_day.toordinal(), group.astype(np.int32))
        known = Drivers(
            panel.values, np.full((150, cut + 28), np.nan, np.float32), planned[:, : cut + 28],
            np.zeros((150, cut), np.float32), group, np.full(150, 1.5), np.arange(150),
        )  # fmt: skip
        on, truth = planned[:, cut : cut + 28] > 0, demand[:, cut : cut + 28]
        units += truth[on].sum()
        for n, drivers in enumerate((None, known)):
            miss = (forecast(panel, 28, drivers=drivers).mean - truth)[on]
            errors[n] += (miss**2).sum(), miss.sum()
    assert errors[1, 0] < 0.85 * errors[0, 0]
    assert errors[0, 1] / units < -0.25
    assert abs(errors[1, 1] / units) < 0.15
