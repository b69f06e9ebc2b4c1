"""Files laid out as the M5 competition's, as a panel; and its two scores.

M5 Competitors' Guide (2020): WRMSSE weighs each series' RMSSE by its dollar sales over the 28 days
before the forecast, WSPL does so with the pinball loss of nine quantiles over the mean absolute
one-step difference; both are means over twelve levels of aggregation.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from omnix.engine.forecast.signals import Signals, event_days

LEVELS = (0.005, 0.025, 0.165, 0.25, 0.5, 0.75, 0.835, 0.975, 0.995)
HORIZON = 28
WAYS: tuple[tuple[str, ...], ...] = (
    (), ("state_id",), ("store_id",), ("cat_id",), ("dept_id",), ("state_id", "cat_id"),
    ("state_id", "dept_id"), ("store_id", "cat_id"), ("store_id", "dept_id"), ("item_id",),
    ("item_id", "state_id"), ("id",),
)  # fmt: skip


@dataclass(frozen=True)
class Sales:
    """units [n,t] from day `first_day` on, the series' columns [n], and the calendar as rows.

    price [n, t + 28] is NaN where the shop had none for that week. `calendar` holds one entry a
    day from `first_day` on, 28 days longer than the sales where the file goes that far.
    """

    units: np.ndarray
    names: dict[str, np.ndarray]
    first_day: int
    date: datetime.date
    price: np.ndarray
    calendar: dict[str, np.ndarray]

    def until(self, day: int) -> np.ndarray:
        """Units [n, day - first_day] of the days before `day`."""
        return self.units[:, : day - self.first_day]


def read(folder: Path, last_known: int) -> Sales:
    """All days of sales in `folder`, prices and calendar up to 28 days after `last_known`."""
    (sales,) = sorted(folder.glob("sales*.parquet"))
    table = duckdb.execute("select * from read_parquet(?)", [str(sales)]).fetchnumpy()
    days = sorted((name for name in table if name.startswith("d_")), key=lambda d: int(d[2:]))
    first = int(days[0][2:])
    units = np.stack([np.asarray(table[day], np.float32) for day in days], 1)
    names = {k: np.asarray(v, str) for k, v in table.items() if not k.startswith("d_")}
    calendar = duckdb.execute(
        "select * from read_parquet(?) order by date", [str(folder / "calendar.parquet")]
    ).fetchnumpy()
    number = np.array([int(str(day)[2:]) for day in calendar["d"]])
    keep = (number >= first) & (number < max(last_known + HORIZON, first + len(days)))
    calendar = {name: column[keep] for name, column in calendar.items()}
    date = calendar["date"][0].astype("datetime64[D]").astype(datetime.date)
    return Sales(units, names, first, date, _prices(folder, names, calendar), calendar)


def _prices(
    folder: Path, names: dict[str, np.ndarray], calendar: dict[str, np.ndarray]
) -> np.ndarray:
    week = np.asarray(calendar["wm_yr_wk"], np.int64)
    weeks, of_day = np.unique(week, return_inverse=True)
    rows = duckdb.execute(
        "with series as (select unnest(?::varchar[]) as store_id, unnest(?::varchar[]) as item_id,"
        " unnest(range(?))::integer as row) select row, wm_yr_wk as week, sell_price as price "
        "from read_parquet(?) join series using (store_id, item_id) where wm_yr_wk >= ?",
        [
            names["store_id"].tolist(), names["item_id"].tolist(), len(names["id"]),
            str(folder / "sell_prices.parquet"), int(weeks[0]),
        ],
    ).fetchnumpy()  # fmt: skip
    weekly = np.full((len(names["id"]), len(weeks)), np.nan, np.float32)
    known = rows["week"] <= weeks[-1]
    weekly[rows["row"][known], np.searchsorted(weeks, rows["week"][known])] = rows["price"][known]
    return weekly[:, of_day]


def signals_of(sales: Sales) -> Signals:
    """SNAP days by state, apart on weekends, and the events of the calendar."""
    states, region = np.unique(sales.names["state_id"], return_inverse=True)
    snap = np.stack([np.asarray(sales.calendar[f"snap_{state}"], np.float32) for state in states])
    day = sales.date.toordinal() + np.arange(snap.shape[1])
    weekend = (day - 1) % 7 >= 5
    columns = [
        np.ma.filled(np.ma.asarray(sales.calendar[name]).astype(object), "").astype(str)
        for name in ("event_name_1", "event_name_2")
    ]
    codes = {name: k for k, name in enumerate(sorted({*columns[0], *columns[1]} - {""}), start=1)}
    events = [event_days(np.array([codes.get(name, 0) for name in names])) for names in columns]
    return Signals(
        np.stack([snap, snap * weekend]).astype(np.float32), region, np.concatenate(events)
    )


def members(names: dict[str, np.ndarray], way: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The keys of a level, as the weights file writes them, and each series' index in them."""
    if not way:
        return np.array(["Total"]), np.zeros(len(names["id"]), np.intp)
    if way == ("id",):
        return names["id"], np.arange(len(names["id"]))
    key = names[way[0]]
    for column in way[1:]:
        key = np.char.add(np.char.add(key, "|"), names[column])
    return np.unique(key, return_inverse=True)


def summed(rows: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Rows [n,t] added up by group, [groups,t]."""
    out = np.zeros((groups, rows.shape[1]))
    np.add.at(out, group, rows)
    return out


@dataclass(frozen=True)
class Level:
    """One level of aggregation: keys and member index, and what its series weigh and are scaled by.

    weight [g] sums to one; square and absolute [g] are mean squared and mean absolute one-step
    differences from the first sale on.
    """

    keys: np.ndarray
    group: np.ndarray
    weight: np.ndarray
    square: np.ndarray
    absolute: np.ndarray


def levels(sales: Sales, folder: Path, day: int) -> list[Level]:
    """The twelve levels as scored for the 28 days from `day` on.

    Weights are the dollar sales of the 28 days before. Squared scales come from the weights file
    where there is one, since those know the days before the first one here.
    """
    past = sales.until(day).astype(np.float64)
    dollars = np.nan_to_num(
        past[:, -HORIZON:] * sales.price[:, past.shape[1] - HORIZON :][:, :HORIZON]
    )
    known = _published_scales(folder, "scale_1941" if day >= 1942 else "scale_1913")
    out = []
    for number, way in enumerate(WAYS, start=1):
        keys, group = members(sales.names, way)
        y = past if way == ("id",) else summed(past, group, len(keys))
        weight = np.bincount(group, dollars.sum(1), len(keys))
        square, absolute = _scales(y)
        given = np.array([known.get((number, key), np.nan) for key in keys.tolist()])
        square = np.where(np.isfinite(given), given, square)
        out.append(Level(keys, group, weight / weight.sum(), square, absolute))
    return out


def _scales(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    step = np.diff(y, axis=1)
    born = np.cumsum(y > 0, axis=1)[:, :-1] > 0
    count = np.maximum(born.sum(1), 1)
    return (step**2 * born).sum(1) / count, (np.abs(step) * born).sum(1) / count


def _published_scales(folder: Path, column: str) -> dict[tuple[int, str], float]:
    file = folder / "wrmsse_weights_scales.parquet"
    if not file.exists():
        return {}
    rows = duckdb.execute(f"select level, key, {column} from read_parquet(?)", [str(file)])
    return {(level, key): scale for level, key, scale in rows.fetchall() if scale is not None}


def wrmsse(scored: list[Level], actual: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Weighted root mean squared scaled error of each level [12]."""
    error = actual.astype(np.float64) - mean
    out = []
    for level in scored:
        e = error if len(level.keys) == len(error) else summed(error, level.group, len(level.keys))
        scale = np.where(level.square > 0, level.square, np.inf)
        out.append(float(level.weight @ np.sqrt((e**2).mean(1) / scale)))
    return np.array(out)


def wspl(
    scored: list[Level], actual: np.ndarray, quantiles: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted scaled pinball loss of each level [12], and the coverage [12,9] of each quantile.

    `quantiles` has one array [g,h,9] a level.
    """
    probability = np.array(LEVELS)
    loss, covered = [], []
    for level, q in zip(scored, quantiles, strict=True):
        whole = len(level.keys) == len(actual)
        y = actual if whole else summed(actual, level.group, len(level.keys))
        each = np.empty(len(y))
        share = np.zeros(len(LEVELS))
        for a in range(0, len(y), 4096):
            miss = y[a : a + 4096, :, None] - q[a : a + 4096]
            each[a : a + 4096] = np.maximum(probability * miss, (probability - 1) * miss).mean(
                (1, 2)
            )
            share += (miss <= 0).sum((0, 1))
        scale = np.where(level.absolute > 0, level.absolute, np.inf)
        loss.append(float(level.weight @ (each / scale)))
        covered.append(share / y.size)
    return np.array(loss), np.array(covered)
