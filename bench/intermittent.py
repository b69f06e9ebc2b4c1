"""Spare parts: mean and quantiles of intermittent demand by period, RMSSE and pinball loss.

Run `python -m bench.intermittent --data FILE --out FILE.parquet [--horizon H] [--ahead]`. The data
file is wide: the first column names the series, the columns that end in digits (m01, w001,
1998-01) are its periods in order; other columns are not read. The last H periods are held out, not
looked at before FILE is written, and scored; with --ahead the H periods after the last are forecast
instead. H is a year of months or 12 weeks, at most a quarter of the periods.

FILE gets `id, h, mean` and nine quantiles. RMSSE and pinball are means over the series that sold
in the training part, scaled by its squared and absolute one-step differences.
"""

import argparse
import os
import re
import time
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import duckdb  # noqa: E402
import numpy as np  # noqa: E402

from bench.measured import cost  # noqa: E402
from bench.parquet import write  # noqa: E402
from omnix.engine.forecast import Panel, forecast, implementation, metrics  # noqa: E402

LEVELS = (0.005, 0.025, 0.165, 0.25, 0.5, 0.75, 0.835, 0.975, 0.995)
_PERIOD = re.compile(r"[a-zA-Z]?\d[\d-]*\Z")


def read(file: Path) -> tuple[np.ndarray, np.ndarray]:
    """Series names [n] and demand [n,t], NaN where a value is missing."""
    table = duckdb.execute("select * from read_parquet(?)", [str(file)]).fetchnumpy()
    names = list(table)
    periods = [name for name in names[1:] if _PERIOD.match(name)]
    columns = [np.ma.filled(np.ma.asarray(table[name], np.float32), np.nan) for name in periods]
    return np.asarray(table[names[0]]).astype(str), np.stack(columns, 1)


def panel_of(values: np.ndarray) -> Panel:
    """Periods as columns, all series in one group. A zero before the first demand is a zero."""
    start = np.isfinite(values).argmax(1).astype(np.int32)
    return Panel(values, start, 1, np.zeros(len(values), np.int32))


def main() -> None:
    """Forecast, write, and score the periods that were held out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--horizon", type=int)
    parser.add_argument("--ahead", action="store_true")
    options = parser.parse_args()
    names, values = read(options.data)
    periods = values.shape[1]
    horizon = options.horizon or max(1, min(12, periods // 4))
    history = values if options.ahead else values[:, : periods - horizon]
    print(f"{len(names)} series, {history.shape[1]} periods, {implementation()} kernel")
    clock = time.process_time()
    made = forecast(panel_of(history), horizon, quantiles=LEVELS, season=1, calendar=False)
    print(f"forecast of {horizon} periods: {cost(clock)}")
    columns = {
        "id": np.repeat(names, horizon),
        "h": np.tile(np.arange(1, horizon + 1), len(names)),
        "mean": made.mean.ravel(),
    }
    columns |= {f"q{p}": made.quantiles[:, :, k].ravel() for k, p in enumerate(LEVELS)}
    write(options.out, columns)
    if not options.ahead:
        report(history, values[:, periods - horizon :], made.mean, made.quantiles)
    print(f"in all: {cost()}")


def report(
    history: np.ndarray, actual: np.ndarray, mean: np.ndarray, quantiles: np.ndarray
) -> None:
    """Print the scores beside those of the training mean."""
    live = np.flatnonzero((np.nan_to_num(history) > 0).any(1) & np.isfinite(actual).any(1))
    past, truth = history[live].astype(np.float64), actual[live].astype(np.float64)
    flat = np.repeat(np.nanmean(past, axis=1)[:, None], truth.shape[1], 1)
    absolute = metrics.naive_scale(past)
    loss = metrics.pinball_loss(truth, quantiles[live].astype(np.float64), LEVELS)
    scaled = loss / np.where(absolute > 0, absolute, np.nan)
    for name, forecasts in (("engine", mean[live].astype(np.float64)), ("training mean", flat)):
        error = float(np.nanmean(metrics.rmsse(truth, forecasts, past)))
        bias = metrics.panel_bias(truth, forecasts)
        wape = metrics.panel_wape(truth, forecasts)
        print(f"{name:14s} RMSSE {error:.4f}   WAPE {wape:.4f}   bias {bias:+.4f}")
    there = np.isfinite(truth)
    shares = [(truth <= quantiles[live, :, k])[there].mean() for k in range(len(LEVELS))]
    print(f"scaled pinball {np.nanmean(scaled):.4f}")
    print("coverage of " + " ".join(f"{p:g}: {s:.3f}" for p, s in zip(LEVELS, shares, strict=True)))


if __name__ == "__main__":
    main()
