"""VN2: weekly orders for 599 stocks that arrive in the third week after, played on what follows.

Run `python -m bench.vn2 --data DIR --demand FILE`, or `--replays` in place of FILE. DIR holds
sales_until_2024-04-08.parquet, master.parquet and initial_state.csv; FILE (Parquet or CSV) has
columns store, product, week, actual_demand. Before each order the engine gets the history and
those weeks of FILE that have passed, never a later one: the forecast is `weekly_paths`, the
quantity `next_order`. A unit left at a week's end costs 0.2, a lost sale 1.0; the last two weeks
are not ordered for in time. Prints the cost of each week and, on the last line, of all.

`--replays` plays earlier windows of eight weeks of the history in the same way, each from a stock
of 1.4 weeks and an order of 1.1 weeks of the 13 weeks before, the same for all policies. Beside the
engine stand two simple ones: cover four weeks of a 13-week mean with the year's season taken out
and put back in, and a normal newsvendor over three weeks.
"""

import argparse
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import duckdb  # noqa: E402
import numpy as np  # noqa: E402

from omnix.engine.forecast.boosted import Trees  # noqa: E402
from omnix.engine.inventory.next_order import AHEAD, next_order  # noqa: E402
from omnix.engine.inventory.weekly import Weeks, kinds, learn, weekly_paths  # noqa: E402

HOLDING, LOST = 0.2, 1.0
LEAD = 2
"""An order placed after week x can be sold from week x + 3 on: two weeks pass it by."""
DRAWS = 200
REPLAYED = (101, 105, 109, 113, 117, 121, 125, 129, 133, 137, 141, 145, 149)
_Array = np.ndarray


@dataclass(frozen=True)
class State:
    """Units of each stock (N,): on hand, and on the way for next week and the one after."""

    on_hand: _Array
    next_week: _Array
    second_week: _Array


Policy = Callable[[Weeks, State], _Array]


def load(folder: Path) -> tuple[Weeks, State, list[tuple[int, int]]]:
    """History with weeks out of stock as NaN, the initial state, and the (store, product) rows."""
    history, master, state = (
        str(folder / name)
        for name in ("sales_until_2024-04-08.parquet", "master.parquet", "initial_state.csv")
    )
    rows = duckdb.execute(
        "select store, product, list(case when in_stock then sales end order by week) as sales,"
        " min(week) as first from read_parquet(?) group by 1, 2 order by 1, 2",
        [history],
    ).fetchall()
    keys = [(int(store), int(product)) for store, product, *_ in rows]
    values = np.array([[np.nan if x is None else x for x in row[2]] for row in rows], float)
    about = {
        (int(store), int(product)): rest
        for store, product, *rest in duckdb.execute(
            "select Store, Product, Department, ProductGroup, Division, StoreFormat, Format"
            " from read_parquet(?)",
            [master],
        ).fetchall()
    }
    groups = kinds(*zip(*(about[key] for key in keys), strict=True))
    stores, products = kinds(*zip(*keys, strict=True))
    weeks = Weeks(values, rows[0][3].toordinal(), groups[0], (products, stores, *groups))
    begin = duckdb.execute(
        'select Store, Product, "End Inventory", "In Transit W+1", "In Transit W+2"'
        " from read_csv(?)",
        [state],
    ).fetchall()
    known = {(int(r[0]), int(r[1])): r[2:] for r in begin}
    return weeks, State(*np.array([known[key] for key in keys], float).T), keys


def actual(file: Path, keys: list[tuple[int, int]]) -> _Array:
    """Demand (N, weeks) of the scored weeks, in their order."""
    reader = "read_csv" if file.suffix == ".csv" else "read_parquet"
    rows = duckdb.execute(
        f"select store, product, list(actual_demand order by week) from {reader}(?) group by 1, 2",
        [str(file)],
    ).fetchall()
    found = {(int(store), int(product)): demand for store, product, demand in rows}
    return np.array([found[key] for key in keys], float)


def play(weeks: Weeks, state: State, demand: _Array, policy: Policy) -> _Array:
    """The cost of each week; ``policy`` gets the weeks that have passed and what is there."""
    on_hand, coming = state.on_hand, [state.next_week, state.second_week]
    costs = []
    for week in range(demand.shape[1]):
        if week + LEAD < demand.shape[1]:
            seen = np.concatenate([weeks.values, demand[:, :week]], axis=1)
            placed = policy(replace(weeks, values=seen), State(on_hand, coming[0], coming[1]))
            coming.append(np.maximum(np.rint(placed), 0))
        else:
            coming.append(np.zeros(len(on_hand)))
        there = on_hand + coming.pop(0)
        on_hand = np.maximum(there - demand[:, week], 0)
        missed = np.maximum(demand[:, week] - there, 0)
        costs.append(float(HOLDING * on_hand.sum() + LOST * missed.sum()))
    return np.array(costs)


def engine(trees: Trees | None) -> Policy:
    """The engine's forecast and order."""

    def order(seen: Weeks, state: State) -> _Array:
        stocks, now = seen.values.shape
        sure = np.zeros((stocks, LEAD + 1))
        sure[:, LEAD] = 1.0
        placed = np.stack([state.next_week, state.second_week], axis=1)
        return next_order(
            weekly_paths(seen, trees, LEAD + AHEAD + 1, DRAWS, now),
            sure,
            promised=np.full(stocks, LEAD),
            on_hand=state.on_hand,
            placed=placed,
            arrived=np.full(placed.shape, -1),
            holding=np.full(stocks, HOLDING),
            margin=np.full(stocks, LOST),
            seed=now,
        )

    return order


def cover(seen: Weeks, state: State) -> _Array:
    """Four weeks of the 13-week mean, times the season of all stocks together."""
    values = seen.values
    day = date.fromordinal(seen.first_day)
    of_year = np.array(
        [(day + timedelta(weeks=k)).isocalendar().week for k in range(values.shape[1] + 4)]
    )
    total = np.nanmean(values, axis=0)
    smooth = np.convolve(np.pad(total, 26, mode="reflect"), np.ones(53) / 53, "valid")
    season = np.ones(54)
    for week in range(1, 54):
        same = of_year[: total.size] == week
        season[week] = (total / smooth)[same].mean() if same.any() else 1.0
    recent = (values / season[of_year[: total.size]])[:, -13:]
    ahead = season[of_year[total.size :]].sum()
    position = state.on_hand + state.next_week + state.second_week
    return np.ceil(np.nan_to_num(_mean(recent)) * ahead - position)


def newsvendor(seen: Weeks, state: State) -> _Array:
    """Mean of 13 weeks over three weeks, and 0.967 deviations: the normal's 5/6."""
    recent = seen.values[:, -13:]
    mean = _mean(recent)
    spread = np.sqrt(_mean((recent - mean[:, None]) ** 2))
    position = state.on_hand + state.next_week + state.second_week
    return np.ceil(3 * mean + 0.967 * np.sqrt(3) * spread - position)


def _mean(values: _Array) -> _Array:
    there = np.isfinite(values)
    return np.where(there, values, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)


def replays(weeks: Weeks, windows: list[int]) -> None:
    """Prints the cost of each earlier window, of the engine and of the simple policies."""
    found: dict[str, list[float]] = {}
    for window in windows:
        known = weeks.until(window)
        usual = _mean(known.values[:, -13:])
        state = State(np.rint(1.4 * usual), np.zeros_like(usual), np.rint(1.1 * usual))
        demand = np.nan_to_num(weeks.values[:, window : window + 8])
        policies = {"engine": engine(learn(known)), "cover": cover, "newsvendor": newsvendor}
        line = []
        for name, policy in policies.items():
            cost = float(play(known, state, demand, policy).sum())
            found.setdefault(name, []).append(cost)
            line.append(f"{name} {cost:8,.0f}")
        first = date.fromordinal(weeks.first_day) + timedelta(weeks=window)
        print(f"eight weeks from {first}: " + ", ".join(line), flush=True)
    own = np.array(found.pop("engine"))
    for name, costs in found.items():
        shares = own / np.array(costs)
        print(
            f"engine against {name}: {own.sum() / sum(costs):.3f} of its cost"
            f" ({shares.min():.3f} to {shares.max():.3f} by window)"
        )


def main() -> None:
    """Parse, play, print."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--data", type=Path, required=True)
    wanted.add_argument("--demand", type=Path)
    wanted.add_argument("--replays", action="store_true")
    wanted.add_argument("--windows", default=",".join(map(str, REPLAYED)))
    told = wanted.parse_args()
    weeks, state, keys = load(told.data)
    began = time.process_time()
    costs = None
    if told.replays:
        replays(weeks, [int(window) for window in told.windows.split(",")])
    elif told.demand is not None:
        costs = play(weeks, state, actual(told.demand, keys), engine(learn(weeks)))
        for week, cost in enumerate(costs, 1):
            print(f"week {week}: {cost:,.1f}")
    else:
        wanted.error("either --demand FILE or --replays")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"CPU seconds {time.process_time() - began:.1f}, peak memory {peak:,.0f} MB")
    if costs is not None:
        print(f"total cost {costs.sum():,.1f}")


if __name__ == "__main__":
    main()
