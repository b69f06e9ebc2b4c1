"""M3 competition: sMAPE of the tier-1 engine on all 3,003 series, beside AutoETS.

Run `python -m bench.m3 [--data DIR] [--no-peer]`. The recipe of `forecast_seasonal` is the one
of 226 combinations (for series without a season, of a second and smaller search) that scored best
on the last periods of the training parts. The test scores of the candidates were seen beside that
ranking but did not decide it, and which members were tried at all follows earlier trials on M3;
so expect slightly less on sets never seen.
Both methods run on one core in this process, so the CPU seconds may be compared.
"""

import argparse
import os
import resource
import time
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import duckdb  # noqa: E402
import numpy as np  # noqa: E402

from bench.forecast_peers import autoets, peer_is_installed  # noqa: E402
from omnix.engine.forecast import forecast_seasonal, implementation  # noqa: E402
from omnix.engine.forecast.metrics import smape  # noqa: E402

PERIODS = (("YEARLY", 1, 6), ("QUARTERLY", 4, 8), ("MONTHLY", 12, 18), ("OTHER", 1, 8))


def load(folder: Path) -> dict[str, list[tuple[np.ndarray, np.ndarray]]]:
    """Pairs of training and test values of each series by period."""
    rows = duckdb.execute(
        "select s.period, s.id, m.split = 'train' as train, m.y "
        "from read_parquet(?) m join read_parquet(?) s using (id) order by s.id, m.t",
        [str(folder / "m3.parquet"), str(folder / "m3_series.parquet")],
    ).fetchnumpy()
    ids = rows["id"].astype(str)
    _, first = np.unique(ids, return_index=True)
    out: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for a, b in zip(np.sort(first), [*np.sort(first)[1:], len(ids)], strict=True):
        y, train = rows["y"][a:b], rows["train"][a:b].astype(bool)
        out.setdefault(str(rows["period"][a]), []).append((y[train], y[~train]))
    return out


def main() -> None:
    """Print sMAPE by period and over all series, with CPU seconds and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    shared = Path(os.environ.get("OMNIX_SHARED_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=shared / "m3")
    parser.add_argument("--no-peer", action="store_true")
    options = parser.parse_args()
    peer = not options.no_peer and peer_is_installed()
    sets = load(options.data)
    spent, scores = {"omnix": 0.0, "AutoETS": 0.0}, {"omnix": 0.0, "AutoETS": 0.0}
    count = sum(len(pairs) for pairs in sets.values())
    print(f"{count} series, {implementation()} kernel")
    for period, season, horizon in PERIODS:
        train = [pair[0] for pair in sets[period]]
        actual = np.array([pair[1] for pair in sets[period]])
        clock = time.process_time()
        mean = forecast_seasonal(train, horizon, season=season)
        used = time.process_time() - clock
        spent["omnix"] += used
        score = float(smape(actual, mean).mean())
        scores["omnix"] += score * len(train) / count
        line = f"{period:10s} {len(train):5d} series  sMAPE {score:6.3f}  CPU {used:6.2f} s"
        if peer:
            mean, used = autoets(train, season, horizon)
            spent["AutoETS"] += used
            score = float(smape(actual, mean).mean())
            scores["AutoETS"] += score * len(train) / count
            line += f"   AutoETS sMAPE {score:6.3f}  CPU {used:8.2f} s"
        print(line, flush=True)
    for name in scores if peer else ("omnix",):
        print(f"{name:8s} mean sMAPE {scores[name]:.3f}  CPU {spent[name]:.2f} s")
    if peer:
        print(f"CPU ratio {spent['AutoETS'] / spent['omnix']:.0f}x")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
