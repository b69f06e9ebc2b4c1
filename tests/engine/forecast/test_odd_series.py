"""Bad input: every odd series gets a finite, labelled answer, whichever way it is forecast."""

import datetime

import numpy as np
import pytest

from omnix.engine.forecast import Panel, Signals, event_days, forecast
from omnix.engine.forecast.panel import Note

DAYS, AHEAD = 730, 28
ODD = ("plain", "nothing", "one sale", "all zeros", "a gap", "returns", "outliers", "two years off")


def panel() -> Panel:
    rng = np.random.default_rng(11)
    values = rng.poisson(4.0, (40, DAYS)).astype(np.float32)
    start = np.zeros(40, np.int32)
    values[1], start[1] = np.nan, DAYS
    values[2] = 0.0
    values[2, 500] = 1.0
    values[3] = 0.0
    values[4, 300:420] = np.nan
    values[5, ::30] = -5.0
    values[6, [100, 640]] = 1e6, np.inf
    values[7, 10:] = 0.0
    first = datetime.date(2023, 1, 1).toordinal()
    return Panel(values, start, first, np.zeros(40, np.int32))


@pytest.mark.parametrize("known", [False, True])
def test_odd_series_are_answered_finitely_and_labelled(known: bool) -> None:
    signals = None
    if known:
        code = np.zeros(DAYS + AHEAD, np.int64)
        code[[358, 723, 740]] = 1
        pay = np.zeros((1, 1, DAYS + AHEAD), np.float32)
        pay[0, 0, ::15] = 1.0
        signals = Signals(pay, np.zeros(40, np.int64), event_days(code))
    made = forecast(panel(), AHEAD, signals=signals)
    assert np.isfinite(made.mean).all()
    assert np.isfinite(made.quantiles).all()
    assert (made.quantiles >= 0).all()
    assert (np.diff(made.quantiles, axis=2) >= 0).all()
    notes = dict(zip(ODD, made.notes[: len(ODD)], strict=True))
    assert Note.NO_HISTORY in notes["nothing"]
    assert Note.FEW_SALES in notes["one sale"]
    assert Note.NO_SALES in notes["all zeros"]
    assert Note.RETURNS_IGNORED in notes["returns"]
    assert Note.OUTLIERS_CAPPED in notes["outliers"]
    assert Note.DORMANT in notes["two years off"]
    assert made.model[1] == "group"
    assert made.model[3] == "zero"
    assert not made.mean[3].any()
    # A million on one day does not move a product that sells four.
    assert 2.0 < made.mean[6].mean() < 8.0
    assert 2.0 < made.mean[4].mean() < 8.0
    assert made.mean[7].mean() < 0.5
    assert made.mean[2].mean() < 0.2
