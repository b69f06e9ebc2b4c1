"""What holds for every panel, however odd."""

import datetime
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from omnix.engine.forecast import Forecast, Note, Panel, forecast
from omnix.engine.forecast.daily import forecast_origin
from omnix.engine.forecast.engine import MAX_ORIGINS, rolling_origins
from omnix.engine.forecast.prepare import prepare

from .panels import FIRST_DAY, retail

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def panel_of(values: np.ndarray, group: np.ndarray | None = None) -> Panel:
    n = len(values)
    groups = np.zeros(n, np.int32) if group is None else group.astype(np.int32)
    return Panel(values.astype(np.float32), np.zeros(n, np.int32), FIRST_DAY.toordinal(), groups)


def assert_sane(result: Forecast) -> None:
    assert np.isfinite(result.mean).all()
    assert (result.mean >= 0).all()
    assert np.isfinite(result.quantiles).all()
    assert (result.quantiles >= 0).all()
    assert (np.diff(result.quantiles, axis=2) >= 0).all()
    days = np.arange(len(result.mean)) % (result.horizon + 1)
    totals = result.total_quantiles(days)
    assert np.isfinite(totals).all()
    assert (np.diff(totals, axis=1) >= 0).all()
    assert (totals[days == 0] == 0).all()


ODD = {
    "nothing observed": np.full(730, np.nan),
    "one sale on the last day": np.r_[np.zeros(729), 3.0],
    "all zeros": np.zeros(730),
    "two years of nothing": np.r_[np.full(10, 4.0), np.zeros(720)],
    "a gap not observed": np.r_[np.full(200, 4.0), np.full(530, np.nan)],
    "absurd outlier": np.r_[np.tile([2.0, 4.0], 364), 1e9, 3.0],
    "return days": np.tile([3.0, -2.0, 5.0, 4.0, -9.0], 146),
    "shorter than a week": np.r_[np.full(727, np.nan), 1.0, 2.0, 3.0],
    "constant": np.full(730, 5.0),
    "infinite": np.full(730, np.inf),
    "tiny": np.full(730, 1e-30),
    "huge": np.full(730, 3e30),
}


@pytest.mark.parametrize("days", [730, 400, 40, 10, 5, 1, 0])
@pytest.mark.parametrize("pooled", [True, False])
def test_odd_histories_get_a_sane_answer(days: int, pooled: bool) -> None:
    values = np.array(list(ODD.values()))[:, 730 - days :]
    group = np.zeros(len(values)) if pooled else np.arange(len(values))
    assert_sane(forecast(panel_of(values, group), 30, quantiles=LEVELS))


@pytest.mark.parametrize("name", ODD)
def test_each_odd_history_alone(name: str) -> None:
    assert_sane(forecast(panel_of(ODD[name][None]), 7, quantiles=LEVELS))


def test_odd_histories_are_labelled() -> None:
    result = forecast(panel_of(np.array(list(ODD.values()))), 7)
    notes = dict(zip(ODD, result.notes, strict=True))
    model = dict(zip(ODD, result.model, strict=True))
    mean = dict(zip(ODD, result.mean, strict=True))
    assert Note.NO_HISTORY in notes["nothing observed"]
    assert model["nothing observed"] == "group"
    assert Note.POOLED in notes["nothing observed"]
    assert 0.0 < mean["nothing observed"].mean() < 6.0
    assert Note.FEW_SALES in notes["one sale on the last day"]
    assert mean["one sale on the last day"].max() < 1.0
    assert Note.NO_SALES in notes["all zeros"]
    assert (mean["all zeros"] == 0).all()
    assert Note.DORMANT in notes["two years of nothing"]
    assert mean["two years of nothing"].max() < 0.05
    assert Note.LONG_GAP in notes["a gap not observed"]
    assert mean["a gap not observed"].mean() == pytest.approx(4.0, rel=0.1)
    assert Note.OUTLIERS_CAPPED in notes["absurd outlier"]
    assert 2.0 < mean["absurd outlier"].mean() < 10.0
    assert Note.RETURNS_IGNORED in notes["return days"]
    assert Note.SHORT_HISTORY in notes["shorter than a week"]
    assert mean["constant"].mean() == pytest.approx(5.0, rel=0.02)


def test_with_nothing_to_go_by_the_answer_is_zero_and_says_so() -> None:
    result = forecast(panel_of(np.full((1, 90), np.nan)), 7)
    assert result.model == ("none",)
    assert (result.quantiles == 0).all()


def test_a_new_product_starts_from_its_group() -> None:
    truth = retail(60, 200, level=1.0, spread=0.8)
    values = truth.panel.values.copy()
    values[:10, :195] = np.nan
    values[10:15] = np.nan
    result = forecast(panel_of(values), 28, quantiles=LEVELS)
    assert result.model[0] == "group_mean"
    assert result.model[12] == "group"
    assert result.mean[10:15].mean() == pytest.approx(np.median(truth.mean[15:].mean(1)), rel=0.25)
    few = np.abs(result.mean[:10] - truth.mean[:10]).sum() / truth.mean[:10].sum()
    assert few < 0.4
    # Less is known of them, and their intervals say so.
    total = result.total_quantiles(28, (0.1, 0.9))
    width = (total[:, 1] - total[:, 0]) / result.total_mean(28)
    assert width[10:15].mean() > 1.5 * width[15:].mean()


def test_an_empty_panel_has_an_empty_forecast() -> None:
    assert forecast(panel_of(np.zeros((0, 50))), 7).mean.shape == (0, 7)


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 6), st.integers(0, 90)),
        elements=st.one_of(
            st.integers(0, 30).map(float),
            st.floats(width=32, allow_nan=True, allow_infinity=True),
        ),
    ),
    st.integers(1, 40),
    st.data(),
)
def test_any_panel_gets_a_sane_answer(
    values: np.ndarray, horizon: int, data: st.DataObject
) -> None:
    n, t = values.shape
    start = data.draw(hnp.arrays(np.int32, n, elements=st.integers(-3, t + 3)))
    group = data.draw(hnp.arrays(np.int32, n, elements=st.integers(-2, 2)))
    panel = Panel(values, start, FIRST_DAY.toordinal(), group)
    assert_sane(forecast(panel, horizon, quantiles=LEVELS))


def test_the_unit_of_measure_does_not_matter() -> None:
    values = retail(30, 420, groups=3, missing=0.05).panel.values
    one = forecast(panel_of(values), 14, quantiles=LEVELS)
    eight = forecast(panel_of(values * 8.0), 14, quantiles=LEVELS)
    np.testing.assert_allclose(eight.mean, 8.0 * one.mean, rtol=1e-4)
    np.testing.assert_allclose(eight.total_quantiles(9), 8.0 * one.total_quantiles(9), rtol=1e-3)


def test_the_order_of_the_series_does_not_matter() -> None:
    truth = retail(40, 420, groups=4, missing=0.05)
    shuffle = np.random.default_rng(1).permutation(40)
    panel = truth.panel
    other = Panel(
        panel.values[shuffle], panel.start[shuffle], panel.first_day, panel.group[shuffle] * 7 - 3
    )
    a, b = forecast(panel, 14, quantiles=LEVELS), forecast(other, 14, quantiles=LEVELS)
    np.testing.assert_allclose(b.mean, a.mean[shuffle], rtol=1e-3)
    # Quantiles of counts are rounded, so a last bit may move one by a whole unit.
    assert (np.abs(b.quantiles - a.quantiles[shuffle]) > 1e-2).mean() < 0.01
    assert b.notes == tuple(a.notes[i] for i in shuffle)


def test_the_same_panel_gives_the_same_bits() -> None:
    panel = retail(20, 200).panel
    a, b = forecast(panel, 14), forecast(panel, 14)
    assert a.mean.tobytes() == b.mean.tobytes()
    assert a.quantiles.tobytes() == b.quantiles.tobytes()


def test_an_origin_knows_nothing_of_what_follows() -> None:
    truth = retail(20, 500, missing=0.05)
    changed = truth.panel.values.copy()
    changed[:, 450:] = 1e6
    a = forecast_origin(prepare(truth.panel), 450, 28)
    b = forecast_origin(prepare(panel_of(changed)), 450, 28)
    assert a.mean.tobytes() == b.mean.tobytes()
    assert a.dispersion.tobytes() == b.dispersion.tobytes()


def test_numpy_gives_the_same_forecast_as_the_kernel() -> None:
    data = prepare(retail(30, 430, groups=3, missing=0.05).panel)
    a, b = forecast_origin(data, 430, 28), forecast_origin(data, 430, 28, using="numpy")
    np.testing.assert_allclose(a.mean, b.mean, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("days", "horizon", "series"),
    list(itertools.product((0, 1, 30, 60, 730), (1, 28, 365), (1, 9999))),
)
def test_the_work_is_bounded(days: int, horizon: int, series: int) -> None:
    origins, window = rolling_origins(days, horizon, series, days)
    assert len(origins) <= MAX_ORIGINS
    assert 1 <= window <= horizon
    assert all(0 < origin <= days - window for origin in origins)


def test_totals_agree_with_the_days() -> None:
    result = forecast(retail(50, 400).panel, 28)
    np.testing.assert_allclose(result.total_mean(28), result.mean.sum(1), rtol=1e-5)
    lengths = np.arange(50) % 29
    mixed = result.total_quantiles(lengths, (0.5, 0.9))
    for k in (0, 3, 28):
        np.testing.assert_allclose(
            mixed[lengths == k], result.total_quantiles(k, (0.5, 0.9))[lengths == k]
        )


def test_wrong_requests_are_refused() -> None:
    panel = retail(3, 60).panel
    for call in (
        lambda: forecast(panel, 0),
        lambda: forecast(panel, 7, quantiles=(0.5, 0.1)),
        lambda: forecast(panel, 7, quantiles=(0.0, 0.1)),
        lambda: forecast(panel, 7).total_quantiles(8),
        lambda: Panel(panel.values, panel.start[:1], panel.first_day, panel.group),
    ):
        with pytest.raises(ValueError):
            call()


def test_a_panel_can_be_cut_back() -> None:
    panel = retail(3, 60).panel
    assert panel.until(40).days == 40
    assert panel.until(40).first_day == datetime.date(2022, 1, 3).toordinal()
