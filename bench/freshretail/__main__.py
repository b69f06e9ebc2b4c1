"""FreshRetailNet: forecast seven days of demand after the last known day, and score them.

Run `python -m bench.freshretail --data DIR --last-day DATE --out FILE.parquet`. DIR holds files
laid out as shared/data/freshretailnet. Of days after DATE only discount, holiday flag and activity
are read (a series that has no such rows goes on as it was); their sales serve the score, where
they are there. `--rolling N` scores N earlier weeks instead, each forecast from what lies before.
"""

import argparse
import os
import resource
import time
from datetime import date, timedelta
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import duckdb  # noqa: E402
import numpy as np  # noqa: E402

from bench.freshretail.baseline import similar_scenarios  # noqa: E402
from bench.freshretail.data import F64, HORIZON, UNIT, Sales, read  # noqa: E402
from bench.freshretail.model import forecast  # noqa: E402


def scores(sales: Sales, made: F64) -> dict[str, tuple[float, float]]:
    """WAPE and WPE in percent of all, low and high series: by target day, then the mean."""
    average = sales.sold.mean(1) * UNIT
    out = {}
    for name, rows in (("all", average >= 0), ("low", average < 1), ("high", average >= 1)):
        wape, wpe = [], []
        for day in range(HORIZON):
            use = sales.scored[:, day] & rows
            gap, sold = made[use, day] - sales.actual[use, day], sales.actual[use, day].sum()
            if sold > 0:
                wape.append(np.abs(gap).sum() / sold)
                wpe.append(gap.sum() / sold)
        if wape:
            out[name] = 100 * float(np.mean(wape)), 100 * float(np.mean(wpe))
    return out


def tell(sales: Sales, made: F64) -> tuple[float, float, float] | None:
    """Print both methods' figures; ours and the baseline's WAPE and our WPE over all series."""
    ours, theirs = scores(sales, made), scores(sales, similar_scenarios(sales))
    if not ours:
        print("no day to score: the target days' sales are not in the files")
        return None
    print(f"{sales.days[sales.known]}..{sales.days[-1]}")
    for name, figures in (("omnix", ours), ("similar-scenario average", theirs)):
        cells = "  ".join(f"{k} {w:6.2f} / {b:+6.2f}" for k, (w, b) in figures.items())
        print(f"  {name:25s} WAPE / WPE %  {cells}", flush=True)
    return ours["all"][0], theirs["all"][0], ours["all"][1]


def write(path: Path, sales: Sales, made: F64) -> None:
    """One row a series and day: store_id, product_id, dt, demand."""
    store, product = (np.repeat(sales.ids[:, k], HORIZON) for k in (0, 1))
    day = np.tile(np.arange(HORIZON), len(made))
    columns = {"store_id": store, "product_id": product, "day": day, "demand": made.ravel()}
    con = duckdb.connect()
    con.register("made", columns)
    first = sales.days[sales.known]
    con.execute(
        "copy (select store_id::smallint as store_id, product_id::smallint as product_id, "
        f"(date '{first}' + day::int)::date as dt, demand from made order by all) "
        f"to '{path}' (format parquet)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--last-day", type=date.fromisoformat, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--rolling", type=int, default=0, metavar="N")
    options = parser.parse_args()
    begun = time.process_time()
    sales = read(options.data, options.last_day)
    print(f"{len(sales.ids)} series, {sales.known} days known, up to {options.last_day}")
    if options.rolling:
        found = []
        for week in range(options.rolling):
            then = read(options.data, options.last_day - timedelta(days=HORIZON * (week + 1)))
            found.append(tell(then, forecast(then)))
        ours, theirs, bias = (np.array(c) for c in zip(*(f for f in found if f), strict=True))
        print(f"mean of {len(ours)} weeks: WAPE {ours.mean():.2f} beside {theirs.mean():.2f} "
              f"({100 * (1 - ours.mean() / theirs.mean()):.1f}% less), WPE {bias.mean():+.2f} "
              f"({bias.min():+.2f}..{bias.max():+.2f})")  # fmt: skip
    else:
        made = forecast(sales)
        if options.out:
            write(options.out, sales, made)
        tell(sales, made)
    used = time.process_time() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"CPU {used:.1f} s, peak memory {memory} MB")


if __name__ == "__main__":
    main()
