"""The trained model on earlier days: what it would have said, from what was known then."""

import numpy as np
import pytest

from engine.forecast.test_global_model import AHEAD, DAYS, FIRST, covariates, panel_of, shop
from omnix.engine.forecast import Panel, forecast_global, global_model
from omnix.engine.forecast.boosted import Settings
from omnix.engine.forecast.hindsight import trained_before, trained_means

FEW = Settings(trees=12, leaves=8, rate=0.2, least=30.0)
CUTS = [DAYS - AHEAD * k for k in (1, 2, 3)]


def test_a_model_serves_the_origins_of_twelve_weeks() -> None:
    cuts = [DAYS - AHEAD * k for k in range(1, 7)]
    assert trained_before(cuts) == [cuts[:3], cuts[3:]]
    assert trained_before(cuts[:1]) == [cuts[:1]]
    assert trained_before([300, 200, 199]) == [[300], [200, 199]]
    assert trained_before([]) == []


def test_the_earliest_origin_has_the_forecast_of_that_day_and_none_knows_what_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(global_model, "LEAST_ROWS", 2000)
    values, price = shop(5, 2.0)
    known = covariates(price)
    made, followed = trained_means(panel_of(values), AHEAD, CUTS, covariates=known, settings=FEW)
    assert followed
    assert sorted(made, reverse=True) == CUTS
    cut = CUTS[-1]
    of_that_day = forecast_global(
        panel_of(values).until(cut), AHEAD, covariates=known, settings=FEW
    )
    assert of_that_day.chosen.any()
    np.testing.assert_allclose(made[cut], of_that_day.forecast.mean, rtol=1e-5)

    changed = values.copy()
    changed[:, CUTS[1] :] *= 3.0
    other, _ = trained_means(panel_of(changed), AHEAD, CUTS, covariates=known, settings=FEW)
    for cut in CUTS[1:]:
        np.testing.assert_array_equal(made[cut], other[cut])
    assert not np.allclose(made[CUTS[0]], other[CUTS[0]])


def test_the_judged_origins_of_a_forecast_are_what_the_method_would_have_said() -> None:
    """Better than the instant forecast where prices tell something, and from before the origin."""
    values, price = shop(6, 2.0)
    made = forecast_global(panel_of(values), AHEAD, covariates=covariates(price), settings=FEW)
    assert [cut for cut, _ in made.judged] == [DAYS - AHEAD, DAYS - 2 * AHEAD]
    instant = dict(made.earlier)
    for cut, mean in made.judged:
        truth = values[:, cut : cut + AHEAD]
        assert mean.shape == truth.shape
        # The rolling origins hold the same, chosen by both.
        np.testing.assert_allclose(mean, instant[cut], rtol=1e-5)
    changed = values.copy()
    changed[:, DAYS - 4 :] = changed[:, DAYS - 4 :][:, ::-1]
    again = forecast_global(panel_of(changed), AHEAD, covariates=covariates(price), settings=FEW)
    np.testing.assert_array_equal(made.judged[0][1], again.judged[0][1])


def test_where_there_is_too_little_to_train_on_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values, _ = shop(7, 0.0)
    short = Panel(values[:, :150], np.zeros(len(values), np.int32), FIRST, panel_of(values).group)
    assert trained_means(short, AHEAD, [122, 94], settings=FEW) == ({}, False)
    monkeypatch.setattr(global_model, "LEAST_ROWS", 1e9)
    assert trained_means(panel_of(values), AHEAD, CUTS, settings=FEW) == ({}, False)
    assert forecast_global(panel_of(values), AHEAD, settings=FEW).judged == ()
