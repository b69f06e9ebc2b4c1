"""The full read-out of a file."""

import numpy as np

from bench.experiments.files import Column, Table
from omnix.engine.experiments.estimate import Arms, Kind, effect, estimates
from omnix.engine.experiments.multiple import benjamini_hochberg, holm
from omnix.engine.experiments.readout import bayesian, fixed, sequential
from omnix.engine.experiments.srm import ratio_check
from omnix.engine.experiments.sums import Sums


def kind_of(column: Column) -> Kind:
    return "proportion" if column.proportion else "mean"


def sums_of(table: Table, column: Column) -> list[Sums]:
    past = table.covariate
    return [
        Sums.of(column.values[mask], None, None if past is None else past[mask])
        for mask in (table.arm == n for n in range(len(table.arms)))
    ]


def print_all(table: Table, alpha: float, weights: list[float] | None, planned: int) -> None:
    """Units, sample ratio, and every metric in every arm three ways."""
    counts = [int(n) for n in np.bincount(table.arm, minlength=len(table.arms))]
    print(f"{table.rows} rows, {sum(counts)} units in one arm alone")
    if table.crossed:
        print(f"note: {table.crossed} units were seen in more than one arm; they are left out")
    if table.incomplete:
        print(f"note: {table.incomplete} rows have no unit or no arm; they are left out")
    for name, n in zip(table.arms, counts, strict=True):
        print(f"  {name:24s} {n:10d} units{'  (control)' if name == table.arms[0] else ''}")
    ratio = ratio_check(counts, weights or [1.0] * len(counts))
    state = "MISMATCH: do not read what follows" if ratio.mismatch else "as the weights ask for"
    print(f"sequential intervals are tuned at {planned} units")
    print(f"sample ratio: chi-square p {ratio.p:.4g}, at any time {ratio.p_always:.4g}: {state}")
    p_values: list[tuple[str, float]] = []
    for column in table.metrics:
        found = estimates(
            sums_of(table, column), kind_of(column), cuped=table.covariate is not None
        )
        print(f"\n{column.name} ({kind_of(column)})")
        if found is None:
            print("  too few units in some arm")
            continue
        if found.theta:
            print(f"  CUPED took away {100 * found.reduction:.1f} % of the variance")
        p_values += _print_metric(table, column.name, found, alpha, planned)
    if len(p_values) > 1:
        print("\nall comparisons together: fixed-horizon p adjusted by Holm, Benjamini-Hochberg")
        raw = [p for _, p in p_values]
        for (name, p), h, b in zip(p_values, holm(raw), benjamini_hochberg(raw), strict=True):
            print(f"  {name:40s} p {p:.5f}  Holm {h:.5f}  BH {b:.5f}")


def _print_metric(
    table: Table, name: str, found: Arms, alpha: float, planned: int
) -> list[tuple[str, float]]:
    control = found.arms[0]
    print(f"  {table.arms[0]:24s} {control.value:.6g} +- {control.variance**0.5:.3g}")
    level = f"{100 * (1 - alpha):g} %"
    p_values = []
    for arm, treated in zip(table.arms[1:], found.arms[1:], strict=True):
        print(f"  {arm:24s} {treated.value:.6g} +- {treated.variance**0.5:.3g}")
        for relative in (False, True):
            change = effect(control, treated, relative=relative)
            if change is None:
                print("    no relative effect, or no variance to measure chance by")
                continue
            once, belief = fixed(change, alpha), bayesian(change, alpha=alpha)
            always = sequential(change, alpha, planned)
            what = "relative" if relative else "difference"
            print(f"    {what} {change.value:+.5g}")
            print(f"      fixed       {level} {once.low:+.5f} .. {once.high:+.5f}  p {once.p:.5f}")
            print(
                f"      sequential  {level} {always.low:+.5f} .. {always.high:+.5f}  "
                f"p {always.p:.5f}"
            )
            print(
                f"      belief      {level} {belief.low:+.5f} .. {belief.high:+.5f}  "
                f"chance above 0 {belief.chance:.5f} (flat prior)"
            )
            if not relative:
                p_values.append((f"{name}: {arm}", once.p))
    return p_values
