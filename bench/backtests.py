"""Rolling-origin backtests of a whole catalogue, as the platform's own job makes them.

    .venv/bin/python -m bench.backtests --data DIR [--last-day N] [--origins 6] [--tier 1|2]

DIR is laid out as M5. Figures by department and part of the horizon, with the numbers behind
them, CPU seconds and peak memory. Tier 2 judges the trained model, as shops of that size use it.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from bench.m5data import read
from bench.measured import cost
from omnix.engine.forecast import Panel
from omnix.engine.forecast.backtest import rolling, rolling_cuts
from omnix.engine.forecast.hindsight import trained_means
from omnix.engine.forecast.tally import Breakdown, Gathered

SHOWN = ("wape", "bias", "rmsse", "wql", "coverage_80", "coverage_50", "naive_wape", "value_added")


def shown(name: str, of: Breakdown, group: int, at: int) -> str:
    figures = "".join(f"{of.figures[figure][group, at]:>12.3f}" for figure in SHOWN)
    behind = of.series[group, at], of.origins[group, at], of.observations[group, at]
    return f"{name:<16}{figures}" + "".join(f"{number:>13,}" for number in behind)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--last-day", type=int, default=1913)
    parser.add_argument("--origins", type=int, default=6)
    parser.add_argument("--tier", type=int, choices=(1, 2), default=2)
    given = parser.parse_args()
    sales = read(given.data, given.last_day)
    n, days = sales.units.shape
    sold = sales.units > 0
    start = np.where(sold.any(1), sold.argmax(1), days).astype(np.int32)
    names, group = np.unique(sales.names["dept_id"], return_inverse=True)
    panel = Panel(
        np.asarray(sales.units, np.float32), start, sales.date.toordinal(), group.astype(np.int32)
    )
    print(f"{n:,} series of {days} days read: {cost()}")
    begun = time.process_time()
    gathered = Gathered(n, {"all": (1, np.zeros(n, np.int64)), "department": (len(names), group)})
    cuts = rolling_cuts(days, 28, given.origins)
    means, follow = trained_means(panel, 28, cuts) if given.tier == 2 else ({}, False)
    if given.tier == 2:
        print(f"{len(means)} origins trained, followed: {follow}; {cost(begun)}")
    for one in rolling(panel, 28, cuts, means=means):
        gathered.add(one)
    head = "".join(f"{figure:>12}" for figure in SHOWN)
    print(f"{'':<16}{head}{'series':>13}{'origins':>13}{'days':>13}")
    whole, parts = gathered.breakdown("all"), gathered.breakdown("department")
    print(shown("all", whole, 0, 0))
    for at, (first, last) in enumerate(whole.parts, 1):
        print(shown(f"days {first}-{last}", whole, 0, at))
    for number, name in enumerate(names.tolist()):
        print(shown(str(name), parts, number, 0))
    print(f"{len(cuts)} origins of {n:,} series: {cost(begun)}")


if __name__ == "__main__":
    main()
