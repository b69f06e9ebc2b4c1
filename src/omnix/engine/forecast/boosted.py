"""Gradient-boosted trees on binned features: the compiled kernel, or numpy with the same results.

Trees are grown by best leaf on histograms of at most 64 bins a feature. Squared error, or Poisson
deviance with log link; an offset per row is what the trees correct. Friedman, Annals of Statistics
29 (2001) 1189-1232.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast.native import Using, call, native

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]
Real = NDArray[np.floating[Any]]

Objective = Literal["squared", "poisson"]
EDGES = 62
_EDGE_SAMPLE = 50_000
_BINS = 64


@dataclass(frozen=True)
class Settings:
    """trees of at most `leaves` leaves, each added at `rate`; shares of `features` and rows (`bag`)
    that a tree sees; `ridge` and `least`, in units of the hessian (expected units for Poisson),
    are added to each leaf's evidence and required of it.
    """

    trees: int = 200
    leaves: int = 63
    rate: float = 0.05
    features: float = 0.6
    bag: float = 0.6
    ridge: float = 1.0
    least: float = 20.0
    seed: int = 1


@dataclass(frozen=True)
class Trees:
    """A fitted ensemble: `first` [trees] is each tree's first node; per node feature (-1: leaf),
    threshold (left where the bin is at most that), child (two a node), value and gain of the split.
    """

    edges: F32
    first: NDArray[np.int64]
    feature: I32
    threshold: U8
    child: I32
    value: F32
    gain: F32

    def importance(self) -> F64:
        """Share [f] of the loss reduction that each feature's splits brought."""
        split = self.feature >= 0
        total = np.bincount(self.feature[split], self.gain[split], len(self.edges))
        return np.asarray(total / max(float(total.sum()), 1e-300))


def edges_of(x: F32) -> F32:
    """Edges [f,62] between bins of about equal counts; all values apart where there are few."""
    rows = x
    if len(x) > _EDGE_SAMPLE:
        rows = x[np.linspace(0, len(x) - 1, _EDGE_SAMPLE).astype(np.int64)]
    out = np.full((x.shape[1], EDGES), np.inf, np.float32)
    for j in range(x.shape[1]):
        column = rows[:, j][np.isfinite(rows[:, j])]
        distinct = np.unique(column)
        if len(distinct) > EDGES + 1:
            at = np.quantile(column, np.arange(1, EDGES + 1) / (EDGES + 1), method="lower")
            distinct = np.unique(at)
            edges = distinct
        else:
            edges = 0.5 * (distinct[1:] + distinct[:-1])
        out[j, : len(edges)] = edges
    return out


def binned(x: F32, edges: F32, *, using: Using | None = None) -> U8:
    """Bins [n, stride] of x [n,f]: 0 for NaN, else 1 + how many edges lie below; rows padded to
    whole cache lines."""
    n, f = x.shape
    out = np.zeros((n, f + -f % 64), np.uint8)
    if native(using):
        call(
            "omnix_boost_bins", np.ascontiguousarray(x, np.float32), n, f, edges, out.shape[1], out
        )
        return out
    for j in range(f):
        found = 1 + np.searchsorted(edges[j], x[:, j], side="left")
        out[:, j] = np.where(np.isnan(x[:, j]), 0, np.minimum(found, EDGES + 1))
    return out


def fit(
    bins: U8,
    edges: F32,
    target: F32,
    weight: F32,
    offset: F32,
    settings: Settings,
    *,
    objective: Objective = "poisson",
    told: Callable[[int], None] | None = None,
    using: Using | None = None,
) -> Trees:
    """Boost trees for `target` [n] from the raw scores `offset` [n] (logs of means for Poisson).

    `told` is called with the number of trees so far after each one; what it raises ends the fit.
    """
    count = len(edges)
    rng = np.random.default_rng(settings.seed)
    wanted = max(1, round(settings.features * count))
    score = np.array(offset, np.float32)
    target, weight = (
        np.ascontiguousarray(target, np.float32),
        np.ascontiguousarray(weight, np.float32),
    )
    parts: list[tuple[I32, U8, I32, F32, F32]] = []
    size = 2 * settings.leaves
    for tree in range(settings.trees):
        features = np.sort(rng.permutation(count)[:wanted]).astype(np.int32)
        node = (
            np.full(size, -1, np.int32), np.zeros(size, np.uint8), np.zeros((size, 2), np.int32),
            np.zeros(size, np.float32), np.zeros(size, np.float32),
        )  # fmt: skip
        used = np.zeros(1, np.int32)
        seed = settings.seed * 100_003 + tree
        grow = _grow_native if native(using) else _grow_numpy
        grow(bins, target, weight, score, objective, features, settings, seed, node, used)
        k = int(used[0])
        parts.append((node[0][:k], node[1][:k], node[2][:k], node[3][:k], node[4][:k]))
        if told is not None:
            told(tree + 1)
    first = np.cumsum([0] + [len(part[0]) for part in parts])[:-1]
    joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Trees(edges, first.astype(np.int64), *joined)


Node = tuple[I32, U8, I32, F32, F32]


def _grow_native(
    bins: U8, target: F32, weight: F32, score: F32, objective: Objective, features: I32,
    settings: Settings, seed: int, node: Node, used: I32,
) -> None:  # fmt: skip
    n, stride = bins.shape
    call(
        "omnix_boost_tree", bins, n, stride, target, weight, score, int(objective == "poisson"),
        features, len(features), settings.leaves, float(settings.ridge), float(settings.least),
        float(settings.rate), float(settings.bag), seed, *node, used,
    )  # fmt: skip


def _grow_numpy(
    bins: U8, target: F32, weight: F32, score: F32, objective: Objective, features: I32,
    settings: Settings, seed: int, node: Node, used: I32,
) -> None:  # fmt: skip
    feature, threshold, child, value, gains = node
    if objective == "poisson":
        mean = np.exp(score)
        grad, hess = np.asarray(weight * (mean - target)), np.asarray(weight * mean)
    else:
        grad, hess = np.asarray(weight * (score - target)), weight
    rows = np.flatnonzero(_in_bag(len(bins), seed, settings.bag))
    tips = [_Tip(0, rows, *_best(bins, rows, grad, hess, features, settings))]
    count = 1
    while len(tips) < settings.leaves:
        best = int(np.argmax([tip.gain for tip in tips]))
        tip = tips[best]
        if tip.gain <= 1e-9:
            break
        feature[tip.node], threshold[tip.node], gains[tip.node] = tip.feature, tip.bin, tip.gain
        child[tip.node] = count, count + 1
        right = bins[tip.rows, tip.feature] > tip.bin
        made = [
            _Tip(count + k, part, *_best(bins, part, grad, hess, features, settings))
            for k, part in enumerate((tip.rows[~right], tip.rows[right]))
        ]
        tips[best] = made[0]
        tips.append(made[1])
        count += 2
    for tip in tips:
        total = float(hess[tip.rows].sum(dtype=np.float64)) + settings.ridge
        value[tip.node] = -settings.rate * float(grad[tip.rows].sum(dtype=np.float64)) / total
    used[0] = count
    score += _leaves(bins, feature, threshold, child, value)


@dataclass(frozen=True)
class _Tip:
    node: int
    rows: NDArray[np.intp]
    gain: float
    feature: int
    bin: int


def _best(
    bins: U8, rows: NDArray[np.intp], grad: Real, hess: Real, features: I32, settings: Settings
) -> tuple[float, int, int]:
    """Gain, feature and bin of the best split of some rows."""
    g, h, ridge = grad[rows].astype(np.float64), hess[rows].astype(np.float64), settings.ridge
    whole_g, whole_h = g.sum(), h.sum()
    best = (0.0, -1, 0)
    for f in features.tolist():
        left_g = np.bincount(bins[rows, f], g, _BINS).cumsum()[:-1]
        left_h = np.bincount(bins[rows, f], h, _BINS).cumsum()[:-1]
        right_g, right_h = whole_g - left_g, whole_h - left_h
        gain = left_g**2 / (left_h + ridge) + right_g**2 / (right_h + ridge)
        gain -= whole_g**2 / (whole_h + ridge)
        gain[(left_h < settings.least) | (right_h < settings.least)] = 0.0
        at = int(gain.argmax())
        if gain[at] > best[0]:
            best = (float(gain[at]), f, at)
    return best


def _in_bag(n: int, seed: int, bag: float) -> NDArray[np.bool_]:
    """The rows that the tree of this seed sees: a splitmix64 hash, as in the kernel."""
    z = np.arange(n, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z += np.uint64(seed) * np.uint64(4294967291) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(((z ^ (z >> np.uint64(31))) >> np.uint64(32)) < int(bag * 4294967296.0))


def _leaves(bins: U8, feature: I32, threshold: U8, child: I32, value: F32) -> F32:
    """The value [n] of the leaf that each row falls into."""
    at = np.zeros(len(bins), np.int64)
    row = np.arange(len(bins))
    while len(row):
        inner = feature[at[row]] >= 0
        row = row[inner]
        right = bins[row, feature[at[row]]] > threshold[at[row]]
        at[row] = child[at[row], right.astype(np.int64)]
    return value[at]


def predict(trees: Trees, bins: U8, offset: F32, *, using: Using | None = None) -> F32:
    """Raw scores [n]: `offset` plus what the trees add."""
    score = np.array(offset, np.float32)
    if native(using):
        call(
            "omnix_boost_predict", bins, *bins.shape, len(trees.first),
            np.ascontiguousarray(trees.first, np.dtype("long")), trees.feature, trees.threshold,
            trees.child, trees.value, score,
        )  # fmt: skip
        return score
    bounds = [*trees.first.tolist(), len(trees.feature)]
    for a, b in pairwise(bounds):
        part = slice(a, b)
        score += _leaves(
            bins, trees.feature[part], trees.threshold[part], trees.child[part], trees.value[part]
        )
    return score
