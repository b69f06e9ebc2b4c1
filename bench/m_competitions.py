"""M3, M4 and tourism: sMAPE, MASE and OWA of the engine's periodic forecasts.

Run `python -m bench.m_competitions --data DIR --set SET --out FILE.parquet`, SET one of m3,
m4_yearly, m4_weekly, m4_hourly and tourism. M3 and tourism are one table of `id, t, split, y` and
one of series (`id, period, n_test`); M4 has SET_train.parquet and, where it is known, SET_test
(`id, h, y`). FILE gets `id, h, mean`. Only training values are read before it is written.

OWA is the mean of sMAPE and MASE, each over that of Naive2: from benchmark_forecasts.parquet where
DIR has it, else computed here. Makridakis, Spiliotis and Assimakopoulos (2020).
"""

import argparse
import os
import time
from dataclasses import dataclass
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import duckdb  # noqa: E402
import numpy as np  # noqa: E402

from bench.measured import cost  # noqa: E402
from bench.parquet import write  # noqa: E402
from omnix.engine.forecast import forecast_double, forecast_seasonal, implementation  # noqa: E402
from omnix.engine.forecast.decompose import seasonal_indices  # noqa: E402

HOURS, WEEK_OF_HOURS = 24, 168
# Season of the forecasts, season of the MASE, horizon.
M4 = {"m4_yearly": (1, 1, 6), "m4_weekly": (52, 1, 13), "m4_hourly": (HOURS, HOURS, 48)}
PERIODS = {"YEARLY": (1, 4), "QUARTERLY": (4, 8), "MONTHLY": (12, 24), "OTHER": (1, 8)}


@dataclass(frozen=True)
class Part:
    """Series of one period: ids, training values, horizon, seasons of model and of MASE."""

    name: str
    ids: list[str]
    train: list[np.ndarray]
    horizon: int
    season: int
    scale_season: int


def _series(query: str, *files: Path) -> tuple[list[str], list[np.ndarray]]:
    rows = duckdb.execute(query, [str(file) for file in files]).fetchnumpy()
    ids, values = rows["id"].astype(str), np.asarray(rows["y"], np.float64)
    first = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]]) if len(ids) else np.empty(0, int)
    return ids[first].tolist(), np.split(values, first[1:])


def read_m4(folder: Path, name: str) -> list[Part]:
    """The training values of one frequency."""
    season, scale_season, horizon = M4[name]
    file = folder / f"{name[3:]}_train.parquet"
    ids, train = _series("select id, y from read_parquet(?) order by id, t", file)
    return [Part(name[3:], ids, train, horizon, season, scale_season)]


def _tables(folder: Path) -> tuple[Path, Path]:
    """The values and the series table, told apart by their columns."""
    found: dict[str, Path] = {}
    for file in sorted(folder.glob("*.parquet")):
        have = duckdb.execute("describe select * from read_parquet(?)", [str(file)]).fetchall()
        columns = {row[0] for row in have}
        if {"id", "t", "split", "y"} <= columns:
            found["values"] = file
        elif {"id", "period"} <= columns:
            found["series"] = file
    return found["values"], found["series"]


def read_m3(folder: Path) -> list[Part]:
    """The training values by period, and the horizons that the series table tells."""
    values, series = _tables(folder)
    table = duckdb.execute(
        "select upper(period), max(n_test) from read_parquet(?) group by 1 order by 1",
        [str(series)],
    ).fetchall()
    parts = []
    for period, longest in table:
        season, usual = PERIODS[period]
        ids, train = _series(
            "select id, y from read_parquet(?) v join read_parquet(?) s using (id) where "
            f"v.split = 'train' and upper(s.period) = '{period}' order by id, v.t",
            values, series,
        )  # fmt: skip
        parts.append(Part(period.lower(), ids, train, int(longest or usual), season, season))
    return parts


def read_actual(folder: Path, name: str) -> dict[str, np.ndarray]:
    """What followed, by series; empty where it is withheld."""
    if name in M4:
        file = folder / f"{name[3:]}_test.parquet"
        if not file.exists():
            return {}
        ids, values = _series("select id, y from read_parquet(?) order by id, h", file)
    else:
        query = "select id, y from read_parquet(?) where split = 'test' order by id, t"
        ids, values = _series(query, _tables(folder)[0])
    return dict(zip(ids, values, strict=True))


def means(part: Part) -> np.ndarray:
    """The engine's forecast of each series [n,h]."""
    if part.season == HOURS:
        return forecast_double(part.train, part.horizon, season=HOURS, cycle=WEEK_OF_HOURS)
    return forecast_seasonal(part.train, part.horizon, season=part.season)


def naive2(part: Part) -> dict[str, np.ndarray]:
    """The last value, seasonally adjusted where the season is significant."""
    out = {}
    for id, x in zip(part.ids, part.train, strict=True):
        season = part.scale_season
        index = seasonal_indices(x, season) if season > 1 else np.ones(1)
        slot = (len(x) + np.arange(part.horizon)) % season
        out[id] = x[-1] / index[(len(x) - 1) % season] * index[slot]
    return out


def published_naive2(folder: Path, wanted: set[str]) -> dict[str, np.ndarray]:
    """Naive2 as the organisers computed it, where DIR has it."""
    file = folder / "benchmark_forecasts.parquet"
    if not file.exists():
        return {}
    ids, values = _series(
        "select id, forecast as y from read_parquet(?) where method = 'Naive2' order by id, h", file
    )
    return {id: value for id, value in zip(ids, values, strict=True) if id in wanted}


def errors(
    part: Part, forecasts: dict[str, np.ndarray], actual: dict[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """sMAPE and MASE of each series; NaN in MASE where the history never changed."""
    smape, mase = [], []
    for id, x in zip(part.ids, part.train, strict=True):
        y = actual[id][: part.horizon]
        f = forecasts[id][: len(y)]
        size = np.abs(y) + np.abs(f)
        smape.append(float(np.mean(200.0 * np.abs(y - f) / np.where(size > 0, size, 1.0))))
        season = part.scale_season
        scale = float(np.abs(x[season:] - x[:-season]).mean()) if len(x) > season else 0.0
        mase.append(float(np.abs(y - f).mean()) / scale if scale > 0 else np.nan)
    return np.array(smape), np.array(mase)


def main() -> None:
    """Forecast, write, and score where the actuals exist."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", choices=[*M4, "m3", "tourism"], required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    name: str = options.set
    parts = read_m4(options.data, name) if name in M4 else read_m3(options.data)
    print(f"{sum(len(part.ids) for part in parts)} series, {implementation()} kernel")
    made: dict[str, np.ndarray] = {}
    spent = 0.0
    for part in parts:
        clock = time.process_time()
        mean = means(part)
        spent += time.process_time() - clock
        made |= dict(zip(part.ids, mean, strict=True))
        print(f"{part.name:10s} {len(part.ids):6d} series: {cost(clock)}")
    ids = list(made)
    steps = [np.arange(1, len(made[id]) + 1) for id in ids]
    columns = {
        "id": np.repeat(np.array(ids), [len(k) for k in steps]),
        "h": np.concatenate(steps),
        "mean": np.concatenate([made[id] for id in ids]),
    }
    write(options.out, columns)
    score(options.data, name, parts, made)
    print(f"forecasts: CPU {spent:.2f} s; in all: {cost()}")


def score(folder: Path, name: str, parts: list[Part], made: dict[str, np.ndarray]) -> None:
    """Print the figures of each period and of all."""
    actual = read_actual(folder, name)
    if not actual:
        print("no actual values here: nothing to score")
        return
    whole: list[np.ndarray] = []
    for part in parts:
        smape, mase = errors(part, made, actual)
        reference = published_naive2(folder, set(part.ids)) or naive2(part)
        smape2, mase2 = errors(part, reference, actual)
        row = np.stack([smape, mase, smape2, mase2])
        whole.append(row)
        print(_line(part.name, row))
    if len(parts) > 1:
        print(_line("all", np.concatenate(whole, axis=1)))


def _line(name: str, row: np.ndarray) -> str:
    smape, mase, smape2, mase2 = np.nanmean(row, axis=1)
    owa = 0.5 * (smape / smape2 + mase / mase2)
    return f"{name:10s} sMAPE {smape:7.3f}   MASE {mase:6.3f}   OWA {owa:.4f}"


if __name__ == "__main__":
    main()
