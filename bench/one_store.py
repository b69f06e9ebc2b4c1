"""Forecasts of one store of M5 beside statsforecast's and mlforecast's, all in one run.

Run `python -m bench.one_store --data DIR [--first-day N] [--store CA_1] [--peer-series 200]`. DIR
is laid out as for `bench.m5`. 28 days from day N on are forecast from those before. The engine and
mlforecast train on all series of the store; AutoETS and DynamicOptimizedTheta fit each series
apart, so they take an even sample (0: all), by which their CPU seconds are scaled up. All errors
are those of the sample: by series RMSSE, plain and weighed by dollar sales, and WAPE.

mlforecast gets LightGBM with lags, rolling means, calendar, price and benefit days; it is asked the
way its guides do.
"""

import argparse
import importlib.util
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from bench import m5data  # noqa: E402
from bench.forecast_peers import peer_is_installed  # noqa: E402
from bench.m5 import ATTRIBUTES, panel_of  # noqa: E402
from bench.m5data import HORIZON, Sales  # noqa: E402
from bench.measured import cost  # noqa: E402
from omnix.engine.forecast import Covariates, forecast, forecast_global  # noqa: E402

WEEK = 7


def of_store(sales: Sales, store: str) -> Sales:
    rows = sales.names["store_id"] == store
    names = {name: column[rows] for name, column in sales.names.items()}
    return replace(sales, units=sales.units[rows], names=names, price=sales.price[rows])


def instant(sales: Sales, day: int) -> np.ndarray:
    return forecast(panel_of(sales, day), HORIZON, signals=m5data.signals_of(sales)).mean


def trained(sales: Sales, day: int) -> np.ndarray:
    panel = panel_of(sales, day)
    codes = [np.unique(sales.names[name], return_inverse=True)[1] for name in ATTRIBUTES]
    known = Covariates(
        sales.price[:, : panel.days + HORIZON], np.stack(codes), np.stack([codes[0], panel.group])
    )
    signals = m5data.signals_of(sales)
    return forecast_global(panel, HORIZON, covariates=known, signals=signals).forecast.mean


def each_alone(name: str) -> Callable[[Sales, int], np.ndarray]:
    """A model of statsforecast, fitted from each series' first sale on."""

    def made(sales: Sales, day: int) -> np.ndarray:
        from statsforecast import models

        model = getattr(models, name)
        out = np.empty((len(sales.units), HORIZON))
        for row, y in enumerate(sales.until(day).astype(np.float64)):
            begun = y[int((y > 0).argmax()) :] if y.any() else y
            out[row] = model(season_length=WEEK).forecast(begun, HORIZON)["mean"]
        return out

    return made


def lightgbm(sales: Sales, day: int) -> np.ndarray:
    """mlforecast over all series: recursive LightGBM."""
    import pandas as pd
    from lightgbm import LGBMRegressor
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import RollingMean

    n, known = sales.until(day).shape
    dates = np.datetime64(sales.date, "D") + np.arange(known + HORIZON)
    state = str(sales.names["state_id"][0])
    benefit = np.asarray(sales.calendar[f"snap_{state}"], np.float32)[: known + HORIZON]

    def table(first: int, stop: int) -> "pd.DataFrame":
        days = stop - first
        return pd.DataFrame({
            "unique_id": np.repeat(np.arange(n), days), "ds": np.tile(dates[first:stop], n),
            "price": sales.price[:, first:stop].ravel(), "snap": np.tile(benefit[first:stop], n),
        })  # fmt: skip

    past = table(0, known)
    past["y"] = sales.until(day).ravel()
    born = np.maximum.accumulate(sales.until(day) > 0, axis=1)
    born[:, -2 * HORIZON :] = True
    model = MLForecast(
        models=[LGBMRegressor(n_jobs=1, verbosity=-1)],
        freq="D",
        lags=[1, WEEK, 2 * WEEK, HORIZON],
        lag_transforms={1: [RollingMean(WEEK), RollingMean(HORIZON)]},
        date_features=["dayofweek", "day", "month"],
        num_threads=1,
    )
    model.fit(past[born.ravel()], static_features=[])
    told = model.predict(HORIZON, X_df=table(known, known + HORIZON)).sort_values(
        ["unique_id", "ds"]
    )
    return np.maximum(told["LGBMRegressor"].to_numpy().reshape(n, HORIZON), 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--first-day", type=int, default=1914)
    parser.add_argument("--store", default="CA_1")
    parser.add_argument("--peer-series", type=int, default=200)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    day = options.first_day
    every = m5data.read(options.data, day - 1)
    weight = m5data.levels(every, options.data, day)[-1]
    rows = every.names["store_id"] == options.store
    sales = of_store(every, options.store)
    n = len(sales.units)
    some = np.arange(n)
    if options.peer_series:
        some = np.unique(np.linspace(0, n - 1, options.peer_series).astype(np.int64))
    sample = replace(sales, units=sales.units[some], price=sales.price[some])
    actual = sales.units[some, day - sales.first_day :][:, :HORIZON]
    scale, share = np.maximum(weight.square[rows][some], 1e-9), weight.weight[rows][some]
    print(f"{options.store}: {n} series, {day - sales.first_day} days; scored on {len(some)}")

    def tell(name: str, made: np.ndarray, seconds: float) -> None:
        error = np.sqrt(np.square(made - actual).mean(1) / scale)
        wape = np.abs(made - actual).sum() / actual.sum()
        print(f"{name:24s} RMSSE {error.mean():.4f}   weighed {error @ share / share.sum():.4f}   "
              f"WAPE {wape:.4f}   CPU {seconds:8.1f} s for {n}", flush=True)  # fmt: skip

    whole = [("OMNIX, instant", instant), ("OMNIX, trained", trained)]
    if importlib.util.find_spec("mlforecast") and importlib.util.find_spec("lightgbm"):
        whole.append(("mlforecast, LightGBM", lightgbm))
    else:
        print("mlforecast and LightGBM are not installed (make bench-setup): not in this run")
    for name, work in whole:
        clock = time.process_time()
        made = work(sales, day)
        tell(name, made[some], time.process_time() - clock)
    for name in ("DynamicOptimizedTheta", "AutoETS") if peer_is_installed() else ():
        work = each_alone(name)
        work(replace(sample, units=sample.units[:1]), day)  # compiled once, apart
        clock = time.process_time()
        made = work(sample, day)
        tell(name, made, (time.process_time() - clock) * n / len(some))
    print(f"in all: {cost()}")


if __name__ == "__main__":
    main()
