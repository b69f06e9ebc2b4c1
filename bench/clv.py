"""Lifetime models on a log of purchases: parameters, hold-out totals, and lifetimes beside.

`python -m bench.clv --data FILE --calibration-end DATE` reads Parquet or CSV with columns
customer, date and amount. Without arguments: CDNOW's tenth, where the shared data is.
"""

import argparse
import os
import time
from datetime import date, timedelta
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import duckdb  # noqa: E402
import numpy as np  # noqa: E402

from bench.measured import cost  # noqa: E402
from omnix.engine.customers import dropout  # noqa: E402
from omnix.engine.customers.histories import (  # noqa: E402
    bought_between,
    histories,
    summarise,
)
from omnix.engine.customers.lifetime import lifetimes  # noqa: E402

MANY, FEWER = 1_000_000, 100_000
_SHIFTS = (-42, 0, 28, 58)
"""Days by which the end of calibration is moved, to see how far results depend on it."""


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--calibration-end", type=date.fromisoformat, default=date(1997, 9, 30))
    options = parser.parse_args()
    shared = Path(os.environ.get("OMNIX_SHARED_DATA", "../shared/data"))
    file = options.data or shared / "cdnow" / "cdnow_sample.parquet"
    if not file.is_file():
        print(f"no {file} here")
        return
    reader = "read_csv" if file.suffix == ".csv" else "read_parquet"
    rows = duckdb.sql(
        "SELECT customer, (date::DATE - DATE '1970-01-01')::INTEGER AS day, sum(amount) AS amount "
        f"FROM {reader}('{file}') GROUP BY ALL ORDER BY 1, 2"
    ).fetchnumpy()
    _, customer = np.unique(rows["customer"], return_inverse=True)
    day, amount = rows["day"].astype(np.int64), rows["amount"].astype(float)
    last = int(day.max())
    for shift in _SHIFTS:
        end = (options.calibration_end + timedelta(days=shift) - date(1970, 1, 1)).days
        if day.min() < end < last:
            _holdout(customer, day, amount, end, last)
    of = summarise(customer, day, (options.calibration_end - date(1970, 1, 1)).days)
    _pace(of)
    print(cost())


def _holdout(customer, day, amount, end, last):  # type: ignore[no-untyped-def]
    seen = day <= end
    codes, of = np.unique(customer[seen], return_inverse=True)
    count = np.bincount(of).astype(float)
    mean = np.bincount(of, amount[seen]) / count
    made = lifetimes(of, day[seen], count, mean, end, last - end)
    bought = bought_between(customer, day, end, last)
    factor = made.calibration.factor
    plain, told, came = made.purchases.sum() / factor, made.purchases.sum(), bought.sum()
    inside = ((bought >= made.low) & (bought <= made.high)).mean()
    when = date(1970, 1, 1) + timedelta(days=end)
    print(
        f"until {when}, next {last - end} days, {len(codes)} customers: bought {came}, "
        f"plain {plain:.0f} ({100 * (plain / came - 1):+.1f} %), factor {factor:.3f}, "
        f"calibrated {told:.0f} ({100 * (told / came - 1):+.1f} %), "
        f"MAE {np.abs(bought - made.purchases).mean():.3f}, "
        f"correlation {np.corrcoef(bought, made.purchases)[0, 1]:.3f}, "
        f"80% interval holds {100 * inside:.1f} %"
    )


def _people(count, days=730, seed=1):  # type: ignore[no-untyped-def]
    """Histories of simulated customers who came within ``days``, by CDNOW's parameters."""
    random = np.random.default_rng(seed)
    rate, leave = random.gamma(0.2426, 1 / 30.9, count), random.beta(0.7929, 2.4258, count)
    age = random.integers(30, days, count).astype(float)
    now, frequency, recency = np.zeros(count), np.zeros(count, np.int64), np.zeros(count)
    there = np.arange(count)
    while len(there):
        now[there] += random.exponential(1.0, len(there)) / np.maximum(rate[there], 1e-12)
        there = there[now[there] <= age[there]]
        day = np.ceil(now[there])
        new = (day > recency[there]) & (day <= age[there])  # purchases of a day are one
        frequency[there[new]] += 1
        recency[there[new]] = day[new]
        there = there[random.random(len(there)) >= leave[there]]
    return histories(frequency, recency, age)


def _pace(of):  # type: ignore[no-untyped-def]
    found = dropout.fit(of)
    weekly = found.alpha / 7, found.log_likelihood - of.frequency.sum() * np.log(1 / 7)
    print(
        f"BG/NBD r {found.r:.4f}, alpha {weekly[0]:.4f} weeks, a {found.a:.4f}, b {found.b:.4f}, "
        f"log-likelihood {weekly[1]:.2f} (published: .2426, 4.4135, .7929, 2.4258, -9582.43)"
    )
    many = _people(MANY)
    spent, clock = time.process_time(), time.perf_counter()
    dropout.fit(many)
    spent, clock = time.process_time() - spent, time.perf_counter() - clock
    print(
        f"fit of {MANY} customers, {len(many.distinct()[0])} of them distinct: {spent:.2f} CPU s, "
        f"{clock:.2f} s by the clock (wanted: 1.5 s)"
    )
    try:
        from lifetimes import BetaGeoFitter
    except ImportError:
        print("lifetimes is not installed here")
        return
    some = _people(FEWER, seed=2)
    spent = time.process_time()
    ours = dropout.fit(some)
    mine = time.process_time() - spent
    spent = time.process_time()
    theirs = BetaGeoFitter().fit(some.frequency, some.recency, some.age)
    other = time.process_time() - spent
    print(
        f"{FEWER} customers: {mine:.3f} CPU s, lifetimes {other:.1f} CPU s, {other / mine:.0f} "
        f"times as long (wanted: 10); r {ours.r:.4f} and {theirs.params_['r']:.4f}"
    )


if __name__ == "__main__":
    main()
