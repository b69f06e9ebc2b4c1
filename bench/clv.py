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

from omnix.engine.customers import dropout  # noqa: E402
from omnix.engine.customers.histories import bought_between, summarise  # noqa: E402
from omnix.engine.customers.lifetime import lifetimes  # noqa: E402

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


def _pace(of):  # type: ignore[no-untyped-def]
    began = time.perf_counter()
    found = dropout.fit(of)
    ours = time.perf_counter() - began
    weekly = ", ".join(f"{value:.4f}" for value in found.parameters)
    print(f"BG/NBD r, alpha (days), a, b: {weekly}; fitted in {1000 * ours:.1f} ms")
    try:
        from lifetimes import BetaGeoFitter
    except ImportError:
        print("lifetimes is not installed here")
        return
    began = time.perf_counter()
    BetaGeoFitter().fit(of.frequency, of.recency, of.age)
    theirs = time.perf_counter() - began
    print(f"lifetimes: {1000 * theirs:.1f} ms, {theirs / ours:.1f} times as long")


if __name__ == "__main__":
    main()
