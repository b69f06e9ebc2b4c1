"""False alarms where there is nothing to find: the same units divided at random, again and again.

All units are pooled, come in a random order, and are looked at as often as ``--looks`` says,
after equal numbers of them, as a team does that looks each day.
"""

import math
from collections import Counter

import numpy as np

from bench.experiments.files import Column
from omnix.engine.experiments.estimate import effect, estimates
from omnix.engine.experiments.readout import bayesian, fixed, sequential
from omnix.engine.experiments.sums import Sums

METHODS = ("fixed, once", "fixed, each look", "belief, each look", "sequential, each look")


def false_alarms(
    column: Column, rounds: int, looks: int, alpha: float, share: float, seed: int
) -> Counter[str]:
    """How many of ``rounds`` A/A tests each method called a difference."""
    random = np.random.default_rng(seed)
    kind = "proportion" if column.proportion else "mean"
    ends = np.unique(np.linspace(0, len(column.values), looks + 1).astype(int)[1:])
    ends = ends[ends > 3]
    alarms: Counter[str] = Counter()
    for _ in range(rounds):
        values = random.permutation(column.values)
        treated = random.random(len(values)) < share
        parts = []
        for arm in (~treated, treated):
            x = np.where(arm, values, 0.0)
            n = np.add.reduceat(arm, [0, *ends[:-1]])
            m = np.add.reduceat(x, [0, *ends[:-1]])
            mm = np.add.reduceat(x * x, [0, *ends[:-1]])
            parts.append((np.cumsum(n), np.cumsum(m), np.cumsum(mm)))
        seen: set[str] = set()
        for look in range(len(ends)):
            sums = [Sums.mean(int(n[look]), float(m[look]), float(mm[look])) for n, m, mm in parts]
            found = estimates(sums, kind)
            change = None if found is None else effect(*found.arms, relative=False)
            if change is None:
                continue
            if fixed(change, alpha).p < alpha:
                seen.add("fixed, each look")
                if look == len(ends) - 1:
                    seen.add("fixed, once")
            if abs(2 * bayesian(change).chance - 1) > 1 - alpha:
                seen.add("belief, each look")
            if sequential(change, alpha, len(values)).p < alpha:
                seen.add("sequential, each look")
        alarms.update(seen)
    return alarms


def print_all(
    columns: list[Column], rounds: int, looks: int, alpha: float, share: float, seed: int
) -> None:
    """A line for each metric and method, with two standard errors."""
    print(f"\n{rounds} A/A tests of the same units, {looks} looks each, alpha {alpha:g}")
    for column in columns:
        alarms = false_alarms(column, rounds, looks, alpha, share, seed)
        print(f"  {column.name}")
        for method in METHODS:
            rate = alarms[method] / rounds
            error = 2 * math.sqrt(max(rate * (1 - rate), 1 / rounds) / rounds)
            print(f"    {method:24s} {100 * rate:6.2f} % +- {100 * error:.2f}")
