"""Monthly, quarterly and yearly series."""

import os
from pathlib import Path

import duckdb
import numpy as np
import pytest

from omnix.engine.forecast import forecast_seasonal
from omnix.engine.forecast.decompose import is_seasonal, seasonal_indices
from omnix.engine.forecast.metrics import smape

M3 = Path(os.environ.get("OMNIX_SHARED_DATA", "../shared/data")) / "m3"


def monthly(t=96, noise=0.02, seed=0):
    rng = np.random.default_rng(seed)
    k = np.arange(t)
    season = 1.0 + 0.3 * np.sin(2.0 * np.pi * k / 12.0)
    return (100.0 + k) * season * (1.0 + rng.normal(0.0, noise, t))


def test_indices_recover_the_season() -> None:
    found = seasonal_indices(monthly(noise=0.0), 12)
    np.testing.assert_allclose(found, 1.0 + 0.3 * np.sin(2 * np.pi * np.arange(12) / 12), atol=0.01)
    assert not is_seasonal(np.random.default_rng(0).uniform(1.0, 2.0, 96), 12)


def test_trend_and_season_are_continued() -> None:
    whole = monthly(t=114)
    forecast = forecast_seasonal([whole[:96]], 18, season=12)[0]
    assert np.abs(forecast - whole[96:]).mean() / whole[96:].mean() < 0.05


def test_scale_does_not_matter() -> None:
    series = [monthly(seed=k)[: 60 + 7 * k] for k in range(4)]
    one = forecast_seasonal(series, 6, season=12)
    many = forecast_seasonal([x * 1e6 for x in series], 6, season=12)
    np.testing.assert_allclose(many, one * 1e6, rtol=1e-4)


def test_numpy_gives_the_same() -> None:
    series = [monthly(seed=k) for k in range(3)]
    np.testing.assert_allclose(
        forecast_seasonal(series, 6, season=12),
        forecast_seasonal(series, 6, season=12, using="numpy"),
        rtol=1e-3,
    )


def test_odd_series_get_a_finite_answer() -> None:
    odd = [
        np.empty(0),
        np.full(5, np.nan),
        np.array([3.0]),
        np.array([3.0, 4.0]),
        np.zeros(40),
        np.full(40, 7.0),
        np.r_[np.zeros(39), 5.0],
        np.r_[np.full(20, 4.0), np.nan, np.nan, np.full(20, 4.0)],
        -np.arange(1.0, 41.0),
        np.array([1.0, 1e9] * 20),
    ]
    for season in (1, 4, 12):
        got = forecast_seasonal(odd, 8, season=season)
        assert got.shape == (10, 8)
        assert np.isfinite(got).all()
        assert (got[:8] >= 0).all()
        np.testing.assert_allclose(got[5], 7.0, rtol=1e-3)
        np.testing.assert_allclose(got[7], 4.0, rtol=1e-3)
        assert (got[8] < -30).all()
    with pytest.raises(ValueError):
        forecast_seasonal(odd, 0)


@pytest.mark.skipif(not M3.exists(), reason=f"the M3 data are not in {M3}")
def test_m3_is_ahead_of_the_published_methods() -> None:
    rows = duckdb.execute(
        "select s.period, list(m.y order by m.t) filter (m.split = 'train') as train, "
        "list(m.y order by m.t) filter (m.split = 'test') as test "
        "from read_parquet(?) m join read_parquet(?) s using (id) group by s.id, s.period",
        [str(M3 / "m3.parquet"), str(M3 / "m3_series.parquet")],
    ).fetchall()
    total = 0.0
    for period, season in (("YEARLY", 1), ("QUARTERLY", 4), ("MONTHLY", 12), ("OTHER", 1)):
        train = [np.array(row[1]) for row in rows if row[0] == period]
        test = np.array([row[2] for row in rows if row[0] == period])
        mean = forecast_seasonal(train, test.shape[1], season=season)
        total += float(smape(test, mean).sum())
    assert total / len(rows) <= 12.45
