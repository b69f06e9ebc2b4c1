"""For whom a treatment worked: the Qini coefficient with its interval, beside uplift models.

`python -m bench.uplift --data FILE` reads any randomised file (Parquet, CSV, TSV, JSON lines; also
gzipped) with a row a unit; the defaults are those of Hillstrom's e-mails, which it takes from the
shared data where nothing is named. Every arm is held against the control, on every metric. Each
part of the units is ranked by what the parts before it taught, by ours and by scikit-uplift alike.
"""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from bench.experiments import files  # noqa: E402
from bench.measured import cost  # noqa: E402
from omnix.engine.experiments.uplift import Uplift, qini, uplift  # noqa: E402

MOST_LEVELS = 50
OUTCOMES = ("visit", "conversion", "spend")
CONTROLS = ("No E-Mail", "control", "Control", "0")


def main() -> None:
    """Parse, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the file")
    parser.add_argument("--arm", default="segment", help="column that names a unit's arm")
    parser.add_argument("--control", help="the arm to compare with")
    parser.add_argument("--metric", default=",".join(OUTCOMES), help="columns, by commas")
    parser.add_argument(
        "--features",
        help="columns known before, by commas; else all others, which is wrong of later ones",
    )
    parser.add_argument("--alpha", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    shared = Path(os.environ.get("OMNIX_SHARED_DATA", "../shared/data"))
    file = options.data or shared / "hillstrom" / "hillstrom.parquet"
    if options.data is None and not file.is_file():
        print("no shared data here, and no --data")
        return
    if not 0.0 < options.alpha < 1.0:
        files.refuse("alpha lies between 0 and 1")
    columns = files.columns(file)
    metrics = [name for name in options.metric.split(",") if name]
    chosen = options.features.split(",") if options.features else None
    features = chosen or [n for n in columns if n not in (*metrics, *OUTCOMES, options.arm)]
    missing = [name for name in (options.arm, *metrics, *features) if name not in columns]
    if missing:
        files.refuse(f"no column {', '.join(missing)}; there is {', '.join(columns)}")
    arm = columns[options.arm].astype(str)
    arms = [str(name) for name in np.unique(arm)]
    control = options.control or next((c for c in CONTROLS if c in arms), arms[0])
    if control not in arms or len(arms) < 2:
        files.refuse(f"no arm {control} with another beside it; there is {', '.join(arms)}")
    x, names = _table({name: columns[name] for name in features})
    print(f"{len(arm):,} units, control {control}, features: {', '.join(names)}")
    began = time.process_time()
    for other in arms:
        if other == control:
            continue
        rows = (arm == control) | (arm == other)
        for metric in metrics:
            outcome = _number(columns[metric], metric)[rows]
            print(f"\n{other}: {metric}")
            _judge(x[rows], arm[rows] == other, outcome, options.alpha, options.seed)
    print(f"\n{cost(began)}")


def _number(column: Any, name: str) -> Any:
    try:
        return column.astype(float)
    except (TypeError, ValueError):
        files.refuse(f"{name} is no column of numbers")


def _table(columns: dict[str, Any]) -> tuple[Any, list[str]]:
    """Numbers as they are, and by their logarithm where they lean to the right; words a column
    each."""
    found: list[Any] = []
    names: list[str] = []
    for name, column in columns.items():
        try:
            values = column.astype(float)
        except (TypeError, ValueError):
            levels = np.unique(column.astype(str))
            if len(levels) > MOST_LEVELS:
                print(f"left out: {name}, which has {len(levels):,} different words")
                continue
            found += [(column.astype(str) == level).astype(float) for level in levels]
            names.append(f"{name} ({len(levels)})")
            continue
        found.append(values)
        names.append(name)
        known = values[~np.isnan(values)]
        if len(known) and known.min() >= 0.0 and known.mean() > 1.5 * np.median(known) > 0.0:
            found.append(np.log1p(values))
            names.append(f"log {name}")
    if not found:
        files.refuse("there is no feature")
    return np.column_stack(found), names


def _judge(x: Any, treated: Any, outcome: Any, alpha: float, seed: int) -> None:
    began = time.process_time()
    try:
        ours = uplift(x, treated, outcome, alpha=alpha, seed=seed)
    except ValueError as error:
        files.refuse(str(error))
    took = time.process_time() - began
    effect = ours.effect
    print(f"  effect {effect.effect:.5g}, interval {effect.low:.5g} to {effect.high:.5g}")
    fifths = ", ".join(f"{group.effect.effect:.4g}" for group in ours.groups)
    print(f"  by fifths of the ranking, best first: {fifths}")
    print(f"  {'':<28}{'Qini':>10}{'low':>10}{'high':>10}{'of effect':>11}{'p':>9}{'CPU s':>8}")
    _line("ours", ours, ours.expected, alpha, took)
    for name, rank in _peers().items():
        began = time.process_time()
        expected = np.full(len(outcome), np.nan)
        for part in range(int(ours.part.max()) + 1):
            before, own = ours.part < part, ours.part == part
            expected[own] = rank(x[before], treated[before], outcome[before], x[own])
        _line(name, ours, expected, alpha, time.process_time() - began)


def _line(name: str, ours: Uplift, expected: Any, alpha: float, took: float) -> None:
    parts = [ours.part == part for part in range(int(ours.part.max()) + 1)]
    area = qini([(expected[own], ours.estimated[own]) for own in parts], alpha)
    share = area.effect / ours.effect.effect if ours.effect.effect else float("nan")
    print(
        f"  {name:<28}{area.effect:>10.5f}{area.low:>10.5f}{area.high:>10.5f}"
        f"{share:>11.3f}{area.p:>9.2g}{took:>8.2f}"
    )


def _peers() -> dict[str, Callable[..., Any]]:
    """scikit-uplift's ways to a ranking, where it is installed."""
    try:
        from sklearn import ensemble  # type: ignore[import-not-found]
        from sklift.models import SoloModel, TwoModels  # type: ignore[import-not-found]
    except ImportError:
        print("  scikit-uplift is not installed: make bench-setup")
        return {}

    def boosted(outcome: Any) -> Any:
        yes_or_no = set(np.unique(outcome)) <= {0.0, 1.0}
        kind = "HistGradientBoostingClassifier" if yes_or_no else "HistGradientBoostingRegressor"
        return getattr(ensemble, kind)(
            max_iter=100, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=100
        )

    def two(x: Any, treated: Any, outcome: Any, to: Any) -> Any:
        model = TwoModels(boosted(outcome), boosted(outcome))
        return model.fit(x, outcome, treated.astype(int)).predict(to)

    def solo(x: Any, treated: Any, outcome: Any, to: Any) -> Any:
        return SoloModel(boosted(outcome)).fit(x, outcome, treated.astype(int)).predict(to)

    return {"scikit-uplift, two models": two, "scikit-uplift, one model": solo}


if __name__ == "__main__":
    main()
