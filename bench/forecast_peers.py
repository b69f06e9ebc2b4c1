"""Peers of the forecasting benchmarks; installed by the bench group only."""

import importlib.util
import time
import warnings
from collections.abc import Sequence

import numpy as np


def peer_is_installed() -> bool:
    """Whether statsforecast can be measured; says how to get it where it cannot."""
    if importlib.util.find_spec("statsforecast") is None:
        print("statsforecast is not installed (make bench-setup): no peer in this run")
        return False
    return True


def autoets(series: Sequence[np.ndarray], season: int, horizon: int) -> tuple[np.ndarray, float]:
    """Forecasts [n,h] of statsforecast's AutoETS on one core, and its CPU seconds.

    Each series is fitted through the model's own interface, without the data frame around it.
    One short fit beforehand pays for the compilation.
    """
    warnings.simplefilter("ignore")
    from statsforecast.models import AutoETS

    model = "ZZZ" if season > 1 else "ZZN"
    AutoETS(season_length=season, model=model).forecast(np.arange(1.0, 5.0 * season + 9.0), horizon)
    clock = time.process_time()
    out = np.empty((len(series), horizon))
    for row, x in enumerate(series):
        fit = AutoETS(season_length=season, model=model)
        out[row] = fit.forecast(np.asarray(x, np.float64), horizon)["mean"]
    return out, time.process_time() - clock
