"""Experiments: any A/B file read out, false alarms by A/A, and the pace beside peers.

`python -m bench.experiments --data FILE --unit COL --arm COL --metric COL[,COL] [--aa N]` reads a
file out (Parquet, CSV, TSV, JSON lines; also gzipped). `--speed` measures the pace. Without
anything it does both, on the Cookie Cats players of the shared data where that is there.
"""

import argparse
import os
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from bench.experiments import aa, files, read, speed  # noqa: E402


def main() -> None:
    """Parse, read, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the file")
    parser.add_argument("--unit", help="column that names the unit; else each row is one")
    parser.add_argument("--arm", default="version", help="column that names its arm")
    parser.add_argument("--metric", default="retention_1,retention_7", help="columns, by commas")
    parser.add_argument("--covariate", help="column known before the experiment, for CUPED")
    parser.add_argument("--control", help="the arm to compare with; else the first by name")
    parser.add_argument("--weights", help="what the arms were to get, by commas; else equal")
    parser.add_argument("--planned", type=int, help="units planned for; else as many as came")
    parser.add_argument("--alpha", type=float, default=0.05)
    parser.add_argument("--aa", type=int, default=0, metavar="N", help="N A/A resamples")
    parser.add_argument("--looks", type=int, default=14, help="looks at each A/A test")
    parser.add_argument("--share", type=float, default=0.5, help="of units treated in A/A tests")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", action="store_true", help="the pace beside peers")
    options = parser.parse_args()
    shared = Path(os.environ.get("OMNIX_SHARED_DATA", "../shared/data"))
    players = shared / "cookie_cats" / "cookie_cats.parquet"
    bare = options.data is None and not options.speed
    if bare and players.is_file():
        options.data, options.unit, options.aa = players, "userid", options.aa or 200
    if options.data is not None:
        _file(options)
    elif bare:
        print("no shared data here: only the pace")
    if options.speed or bare:
        speed.main()


def _file(options: argparse.Namespace) -> None:
    if not 0.0 < options.alpha < 1.0 or not 0.0 < options.share < 1.0:
        files.refuse("alpha and share lie between 0 and 1")
    names = [name for name in options.metric.split(",") if name]
    if not names:
        files.refuse("name a metric")
    table = files.load(
        options.data, options.unit, options.arm, names, options.covariate, options.control
    )
    weights = [float(each) for each in options.weights.split(",")] if options.weights else None
    if weights is not None and len(weights) != len(table.arms):
        files.refuse(f"there are {len(table.arms)} arms: {', '.join(table.arms)}")
    planned = options.planned or len(table.arm)
    read.print_all(table, options.alpha, weights, planned)
    if options.aa:
        aa.print_all(
            table.metrics, options.aa, options.looks, options.alpha, options.share, options.seed
        )


if __name__ == "__main__":
    main()
