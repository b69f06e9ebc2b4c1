"""The bed on which a model that was trained elsewhere answers."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.forecast.panels import retail
from omnix.engine.forecast import Panel, forecast
from omnix.engine.forecast.daily import forecast_origin
from omnix.engine.forecast.prepare import prepare
from omnix.engine.forecast.pretrained import moments, refining

DECILES = tuple(k / 10 for k in range(1, 10))
F32 = NDArray[np.float32]


def _quantiles(values: np.ndarray, levels: tuple[float, ...]) -> F32:
    return np.quantile(values, levels).astype(np.float32)[None, :, None]


def test_moments_of_known_distributions() -> None:
    even = np.array(DECILES, np.float32)[None, :, None] * 10.0
    mean, variance = moments(even, DECILES)
    # Even from 0 to 9, and beyond it a tail that falls off.
    assert mean[0, 0] == pytest.approx(5.0, abs=0.1)
    assert variance[0, 0] == pytest.approx(100.0 / 12.0, rel=0.25)
    rng = np.random.default_rng(3)
    for shape in (0.7, 2.0, 9.0):
        drawn = rng.gamma(shape, 2.0, 200_000)
        for levels in (DECILES, (0.01, 0.05, *DECILES, 0.95, 0.99)):
            mean, variance = moments(_quantiles(drawn, levels), levels)
            assert mean[0, 0] == pytest.approx(2.0 * shape, rel=0.03)
            assert variance[0, 0] == pytest.approx(4.0 * shape, rel=0.15)


def test_quantiles_that_cross_or_go_below_zero_are_put_in_order() -> None:
    crossed = np.array([3.0, -1.0, 2.0], np.float32)[None, :, None]
    ordered = np.array([0.0, 2.0, 3.0], np.float32)[None, :, None]
    for one, other in zip(moments(crossed, (0.1, 0.5, 0.9)), moments(ordered, (0.1, 0.5, 0.9)),
                          strict=True):  # fmt: skip
        np.testing.assert_allclose(one, other)


class _Recorded:
    """Answers with the mean of the last four weeks known, and keeps what it was shown."""

    def __init__(self, days: int = 20) -> None:
        self.shown: list[F32] = []
        self.days = days

    def __call__(self, past: F32) -> F32:
        self.shown.append(past)
        level = np.nanmean(past[:, -28:], 1)[:, None, None]
        spread = (0.5 + np.array(DECILES))[None, :, None] * np.ones((1, 1, self.days))
        return np.asarray(level * spread, np.float32)


def test_only_what_came_before_is_shown_and_gaps_stay_gaps() -> None:
    truth = retail(12, 300, level=5.0)
    values = truth.panel.values.copy()
    values[0, 150:180] = np.nan
    panel = Panel(values, truth.panel.start, truth.panel.first_day, truth.panel.group)
    data, predict = prepare(panel), _Recorded()
    at = refining(predict, DECILES, 128)(data, forecast_origin(data, 200, 28))
    (shown,) = predict.shown
    np.testing.assert_array_equal(shown, panel.values[data.order][:, 72:200])
    assert np.isnan(shown[0, 78:108]).all()
    assert at.pretrained is not None
    assert at.pretrained.all()
    plain = forecast_origin(data, 200, 28)
    level = np.nanmean(shown[:, -28:], 1)
    mean, _ = moments((level[:, None, None] * (0.5 + np.array(DECILES))[:, None]), DECILES)
    np.testing.assert_allclose(at.mean[:, :20], np.repeat(mean, 20, 1), rtol=1e-5)
    # Beyond its days the instant forecast goes on, as far off as in the model's last week.
    ratio = at.mean[:, 20:] / plain.mean[:, 20:]
    expected = at.mean[:, 13:20].sum(1) / plain.mean[:, 13:20].sum(1)
    np.testing.assert_allclose(ratio, np.repeat(expected[:, None], 8, 1), rtol=1e-4)


def test_a_short_past_is_filled_with_unknown_days() -> None:
    truth = retail(3, 100, level=5.0)
    data, predict = prepare(truth.panel), _Recorded()
    refining(predict, DECILES, 128)(data, forecast_origin(data, 60, 7))
    assert predict.shown[0].shape == (3, 128)
    assert np.isnan(predict.shown[0][:, :68]).all()


def test_series_that_the_model_cannot_tell_keep_the_instant_forecast() -> None:
    truth = retail(4, 300, level=5.0)
    values = truth.panel.values.copy()
    values[0] = 0.0
    values[0, 280] = 1.0  # too few sales to be shown
    panel = Panel(values, truth.panel.start, truth.panel.first_day, np.arange(4, dtype=np.int32))

    def strange(past: F32) -> F32:
        made = _Recorded()(past)
        made[0] = 0.0
        made[1, 4] = np.nan
        return made

    plain = forecast(panel, 28, quantiles=(0.1, 0.5, 0.9))
    made = forecast(panel, 28, quantiles=(0.1, 0.5, 0.9), refined=refining(strange, DECILES, 64))
    assert [name == "foundation" for name in made.model] == [False, False, False, True]
    np.testing.assert_array_equal(made.mean[:3], plain.mean[:3])
    assert not np.allclose(made.mean[3], plain.mean[3])


def test_a_told_batch_may_end_the_work() -> None:
    data = prepare(retail(5, 200, level=5.0).panel)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refining(_Recorded(), DECILES, 64, stop)(data, forecast_origin(data, 150, 7))


def test_rows_of_another_forecast_bring_their_sums_along() -> None:
    truth = retail(30, 300, level=4.0, groups=2)
    levels = (0.1, 0.5, 0.9)
    whole = forecast(truth.panel, 28, quantiles=levels)
    rows = np.flatnonzero(truth.panel.group == 1)
    part = Panel(
        truth.panel.values[rows], truth.panel.start[rows], truth.panel.first_day,
        truth.panel.group[rows],
    )  # fmt: skip
    other = forecast(part, 28, quantiles=levels, refined=refining(_Recorded(28), DECILES, 64))
    made = whole.with_rows(other, rows)
    rest = np.setdiff1d(np.arange(30), rows)
    for days in (7, np.arange(30) % 28):
        mine = np.broadcast_to(days, 30)
        np.testing.assert_array_equal(
            made.total_quantiles(days)[rows], other.total_quantiles(mine[rows])
        )
        np.testing.assert_array_equal(
            made.total_quantiles(days)[rest], whole.total_quantiles(days)[rest]
        )
    np.testing.assert_array_equal(made.quantiles[rows], other.quantiles)
    np.testing.assert_array_equal(made.mean[rest], whole.mean[rest])
    assert {made.model[row] for row in rows} == {"foundation"}
    with pytest.raises(ValueError, match="same levels"):
        whole.with_rows(forecast(part, 14, quantiles=levels), rows)
