"""On panels of known truth: close to the true mean, and intervals that hold what they promise."""

import numpy as np
import pytest

from omnix.engine.forecast import Panel, backtest, forecast
from omnix.engine.forecast.metrics import interval_share, panel_wape, probability_transform
from omnix.engine.forecast.spread import LEVELS

from .panels import retail


@pytest.mark.parametrize("level", [-1.0, 0.5, 2.5])
def test_daily_intervals_hold_their_share(level: float) -> None:
    truth = retail(400, 420, level=level, spread=0.8, groups=4)
    result = forecast(truth.panel, 28, quantiles=LEVELS)
    # Rounded quantiles stand for the half unit below them; undone by looking half a unit wide.
    under, upto = probability_transform(truth.sold, result.quantiles, LEVELS, np.ones(400))
    assert interval_share(under, upto, 0.1, 0.9).mean() == pytest.approx(0.8, abs=0.03)
    assert interval_share(under, upto, 0.25, 0.75).mean() == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize("days", [3, 7, 10, 28])
def test_lead_time_demand_holds_its_levels(days: int) -> None:
    truth = retail(600, 420, level=1.5, spread=0.8, groups=4)
    result = forecast(truth.panel, 28)
    total = truth.sold[:, :days].sum(1)
    for level in (0.1, 0.5, 0.9, 0.95):
        quantile = result.total_quantiles(days, (level,))[:, 0]
        share = (total < quantile).mean() + 0.5 * (total == quantile).mean()
        assert share == pytest.approx(level, abs=0.045)


def test_a_small_shop_has_fair_intervals_too() -> None:
    shares = []
    for seed in range(12):
        truth = retail(3, 200, level=1.5, spread=0.5, seed=seed)
        result = forecast(truth.panel, 14, quantiles=LEVELS)
        under, upto = probability_transform(
            truth.sold[:, :14], result.quantiles, LEVELS, np.ones(3)
        )
        shares.append(interval_share(under, upto, 0.1, 0.9).mean())
    assert np.mean(shares) == pytest.approx(0.8, abs=0.06)


def test_the_mean_is_near_the_truth_and_unbiased() -> None:
    truth = retail(200, 420, level=1.0, spread=1.0, groups=4)
    result = forecast(truth.panel, 28)
    assert result.mean.sum() / truth.mean.sum() == pytest.approx(1.0, abs=0.02)
    assert panel_wape(truth.mean, result.mean) < 0.15


def test_backtest_reports_what_happened() -> None:
    truth = retail(150, 420, level=1.0, spread=1.0, groups=4, missing=0.05)
    report = backtest(truth.panel, 28, origins=3)
    assert report.origins == (392, 364, 336)
    assert report.series.wape.shape == (150,)
    assert report.by_step.shape == (28,)
    assert abs(report.overall.bias[0]) < 0.03
    assert report.overall.coverage_80[0] == pytest.approx(0.8, abs=0.03)
    assert report.overall.coverage_50[0] == pytest.approx(0.5, abs=0.04)
    assert report.overall.value_added[0] > 0.15
    # Independent of the engine's own code: WAPE of the latest origin from a fresh forecast.
    latest = backtest(truth.panel, 28, origins=1)
    fresh = forecast(truth.panel.until(392), 28)
    expected = panel_wape(truth.panel.values[:, 392:], fresh.mean)
    assert latest.overall.wape[0] == pytest.approx(expected, rel=1e-4)


def test_a_panel_too_short_for_a_backtest_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        backtest(retail(3, 30).panel, 28)


def test_identical_series_do_not_empty_a_bin() -> None:
    truth = retail(1, 200, level=1.0)
    values = np.repeat(truth.panel.values, 700, axis=0)
    same = Panel(values, np.zeros(700, np.int32), truth.panel.first_day, np.zeros(700, np.int32))
    result = forecast(same, 28)
    assert np.isfinite(result.quantiles).all()
    assert np.ptp(result.mean, axis=0).max() < 1e-4
