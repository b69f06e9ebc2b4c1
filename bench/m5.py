"""M5: 28 days of 30,490 Walmart series, scored as the accuracy and uncertainty competitions were.

Run `python -m bench.m5 --data DIR --first-day N --out FILE.parquet [--levels FILE] [--score]
[--tier 1|2]`. DIR
holds sales*.parquet (wide, columns d_...), sell_prices.parquet, calendar.parquet and, for the
official scales, wrmsse_weights_scales.parquet. Sales from day N on are not looked at before the
forecasts are written. Prices and calendar of the 28 days ahead are, as in the competition: a shop
knows its price list and the holidays.

FILE gets `id, d, mean` and nine quantiles of each series and day; --levels writes the same of all
twelve levels, with the keys of the weights file as ids.
"""

import argparse
import os
import time
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from bench import m5data  # noqa: E402
from bench.m5data import HORIZON, LEVELS, Sales  # noqa: E402
from bench.measured import cost  # noqa: E402
from bench.parquet import write  # noqa: E402
from omnix.engine.forecast import (  # noqa: E402
    Covariates,
    Forecast,
    Panel,
    Signals,
    forecast,
    forecast_global,
    implementation,
)
from omnix.engine.forecast.daily import forecast_origin  # noqa: E402
from omnix.engine.forecast.hierarchy import Past, dispersion_of, sum_quantiles, sums  # noqa: E402
from omnix.engine.forecast.prepare import prepare  # noqa: E402

ATTRIBUTES = ("item_id", "store_id", "dept_id", "state_id", "cat_id")
Earlier = list[tuple[int, np.ndarray]]
PAST_ORIGINS = 3
RECENT = 112


def panel_of(sales: Sales, day: int) -> Panel:
    """What was known before `day`, grouped by store and department."""
    past = sales.until(day)
    sold = past > 0
    start = np.where(sold.any(1), sold.argmax(1), past.shape[1]).astype(np.int32)
    group = m5data.members(sales.names, ("store_id", "dept_id"))[1].astype(np.int32)
    return Panel(past, start, sales.date.toordinal(), group)


def boosted(sales: Sales, panel: Panel, signals: Signals) -> tuple[Forecast, Earlier]:
    """The global model's forecast, and what it would have said of earlier days."""
    known = panel.days + HORIZON
    codes = [np.unique(sales.names[name], return_inverse=True)[1] for name in ATTRIBUTES]
    peers = np.stack([codes[0], panel.group])
    covariates = Covariates(sales.price[:, :known], np.stack(codes), peers)
    made = forecast_global(panel, HORIZON, quantiles=LEVELS, covariates=covariates, signals=signals)
    print(
        f"{made.chosen.sum()} of {len(made.chosen)} groups follow the model; "
        f"squared error at the judged origins {made.overall:.4f} of the instant forecast's"
    )
    return made.forecast, list(made.earlier)


def before(panel: Panel, signals: Signals) -> Earlier:
    """What the instant forecast would have said of earlier days."""
    data = prepare(panel)
    cuts = [panel.days - HORIZON * (k + 1) for k in range(PAST_ORIGINS)]
    return [
        (cut, data.restore(forecast_origin(data, cut, HORIZON, signals=signals).mean))
        for cut in cuts
        if cut >= HORIZON
    ]


def of_levels(
    sales: Sales, panel: Panel, mean: np.ndarray, earlier: Earlier
) -> tuple[list, list, list]:
    """Keys, means [g,28] and quantiles [g,28,9] of the eleven levels above the series."""
    keys, means, quantiles = [], [], []
    for way in m5data.WAYS[:-1]:
        names, group = m5data.members(sales.names, way)
        whole = sums(panel.values, group, len(names))
        past = [
            Past(
                sums(said, group, len(names)), whole[:, cut : cut + said.shape[1]],
                dispersion_of(whole[:, max(0, cut - RECENT) : cut]),
            )
            for cut, said in earlier
        ]  # fmt: skip
        summed = sums(mean, group, len(names))
        keys.append(names)
        means.append(summed)
        quantiles.append(sum_quantiles(past, summed, dispersion_of(whole[:, -RECENT:]), LEVELS))
    return keys, means, quantiles


def store(file: Path, keys: list, first_day: int, means: list, quantiles: list) -> None:
    """One row a series and day."""
    names, mean = np.concatenate(keys), np.concatenate(means)
    days = np.array([f"d_{first_day + k}" for k in range(HORIZON)])
    columns = {"id": np.repeat(names, HORIZON), "d": np.tile(days, len(names))}
    columns["mean"] = mean.ravel().astype(np.float32)
    spread = np.concatenate(quantiles)
    for k, level in enumerate(LEVELS):
        columns[f"q{level}"] = spread[:, :, k].ravel()
    write(file, columns)


def main() -> None:
    """Forecast, write, and score where the actuals exist."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--first-day", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--levels", type=Path)
    parser.add_argument("--score", action="store_true")
    parser.add_argument("--tier", type=int, choices=(1, 2), default=2)
    options = parser.parse_args()
    day = options.first_day
    sales = m5data.read(options.data, day - 1)
    known = day - sales.first_day
    if not HORIZON <= known <= sales.units.shape[1]:
        last = sales.first_day + sales.units.shape[1]
        parser.error(f"--first-day must lie in {sales.first_day + HORIZON} .. {last}")
    print(f"{len(sales.units)} series, {known} days, {implementation()} kernel; read: {cost()}")
    clock = time.process_time()
    panel = panel_of(sales, day)
    signals = m5data.signals_of(sales)
    if options.tier == 1:
        made = forecast(panel, HORIZON, quantiles=LEVELS, signals=signals)
        earlier = before(panel, signals)
    else:
        made, earlier = boosted(sales, panel, signals)
    keys, means, quantiles = of_levels(sales, panel, made.mean, earlier)
    print(f"forecast: {cost(clock)}")
    store(options.out, [sales.names["id"]], day, [made.mean], [made.quantiles])
    if options.levels:
        keys.append(sales.names["id"])
        store(options.levels, keys, day, [*means, made.mean], [*quantiles, made.quantiles])
    if options.score:
        report(sales, options.data, day, made.mean, [*quantiles, made.quantiles])
    print(f"in all: {cost()}")


def report(sales: Sales, folder: Path, day: int, mean: np.ndarray, quantiles: list) -> None:
    """Print both scores by level, the total bias and the coverage of each quantile."""
    actual = sales.units[:, day - sales.first_day :][:, :HORIZON]
    if actual.shape[1] < HORIZON:
        print(f"no actual sales of d_{day} .. d_{day + HORIZON - 1} here: nothing to score")
        return
    scored = m5data.levels(sales, folder, day)
    error = m5data.wrmsse(scored, actual, mean)
    loss, covered = m5data.wspl(scored, actual, quantiles)
    print("level   WRMSSE   WSPL   coverage of " + " ".join(f"{level:g}" for level in LEVELS))
    for k in range(len(scored)):
        shares = " ".join(f"{share:.3f}" for share in covered[k])
        print(f"{k + 1:5d}   {error[k]:.4f}   {loss[k]:.4f}   {shares}")
    print(f"total bias {mean.sum() / actual.sum() - 1:+.4f}")
    print(f"WRMSSE {error.mean():.4f}   WSPL {loss.mean():.4f}")


if __name__ == "__main__":
    main()
