"""Effects of price and promotion on demand: log-linear, each series' own drawn to its group's.

The likelihood is Poisson, with counts divided by how they clump; the level of demand is given, so
an effect is what stays when a series is compared with itself on other days. Its prior is the
group's mean effect, whose prior is that of all series; the spread of both priors is estimated.
Source of the shrinkage: Efron and Morris, JASA 70 (1975) 311-319; of the price model: Tellis,
Journal of Marketing Research 25 (1988) 331-341.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_SMALLEST_SPREAD, _LARGEST_SPREAD = 0.05, 2.0
_TOP_SPREAD = 1.5
_STEPS = 4


@dataclass(frozen=True)
class Effect:
    """A coefficient [n] on the log of demand with its posterior standard deviation [n].

    evidence [n] is the precision that a series' own days have; group_mean and group_error [n]
    are those of its group, spread the deviation of series within groups.
    """

    mean: F64
    error: F64
    evidence: F64
    group_mean: F64
    group_error: F64
    spread: float


def moments(y: F64 | F32, expected: F64, x: F64) -> tuple[F64, F64]:
    """Score and information [n] of a coefficient at its current value, levels profiled out.

    y, expected, x [n,t]; expected already holds the current effect. Days that are not seen have
    y and expected zero.
    """
    total = np.maximum(expected.sum(1), 1e-12)
    centred = x - ((expected * x).sum(1) / total)[:, None]
    return ((y - expected) * centred).sum(1), (expected * centred**2).sum(1)


def pooled(
    own: F64,
    precision: F64,
    group: I64,
    prior: float,
    prior_error: float,
    least_spread: float = _SMALLEST_SPREAD,
) -> Effect:
    """Shrink own estimates [n] of given precision [n] to their groups' and to `prior`.

    Series without evidence (precision 0) get their group's mean, groups without any the prior.
    Series are taken to differ by `least_spread` at least, within groups and between them.
    """
    groups = int(group.max()) + 1 if len(group) else 0
    spread = max(_spread(own, precision, group, groups), least_spread)
    weight = np.where(precision > 0, 1.0 / (1.0 / np.maximum(precision, 1e-12) + spread**2), 0.0)
    top = 1.0 / prior_error**2
    mean = (np.sum(weight * own) + top * prior) / (np.sum(weight) + top)
    between = max(_between(own, weight, group, groups, mean), least_spread)
    total = np.bincount(group, weight, groups) + 1.0 / between**2
    centre = (np.bincount(group, weight * own, groups) + mean / between**2) / total
    drawn = (1.0 / between**2) / total
    group_error = np.sqrt(1.0 / total + drawn**2 / (np.sum(weight) + top))[group]
    group_mean = centre[group]
    posterior = precision + 1.0 / spread**2
    value = (precision * own + group_mean / spread**2) / posterior
    # What is left open: the series' own departure, and where the group's mean lies.
    share = (1.0 / spread**2) / posterior
    error = np.sqrt(1.0 / posterior + (share * group_error) ** 2)
    return Effect(value, error, precision, group_mean, group_error, spread)


def _spread(own: F64, precision: F64, group: I64, groups: int) -> float:
    """Deviation of the true effects within groups, by the method of DerSimonian and Laird."""
    known = precision > 0
    if known.sum() < 3:
        return 0.5
    w, b, g = precision[known], own[known], group[known]
    total = np.bincount(g, w, groups)
    mean = np.bincount(g, w * b, groups) / np.maximum(total, 1e-12)
    freedom = len(b) - int((total > 0).sum())
    if freedom < 2:
        return 0.5
    q = float((w * (b - mean[g]) ** 2).sum())
    squares = np.bincount(g, w**2, groups) / np.maximum(total, 1e-12)
    scale = float(total.sum() - squares.sum())
    variance = (q - freedom) / max(scale, 1e-12)
    return float(np.sqrt(np.clip(variance, _SMALLEST_SPREAD**2, _LARGEST_SPREAD**2)))


def _between(own: F64, weight: F64, group: I64, groups: int, mean: float) -> float:
    total = np.bincount(group, weight, groups)
    there = total > 0
    if there.sum() < 3:
        return 0.5
    centre = np.bincount(group, weight * own, groups)[there] / total[there]
    excess = float(np.mean((centre - mean) ** 2 - 1.0 / total[there]))
    return float(np.sqrt(np.clip(excess, _SMALLEST_SPREAD**2, _TOP_SPREAD**2)))
