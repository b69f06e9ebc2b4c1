"""Chances from features: ridge logistic regression, made honest by isotonic regression."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Logistic:
    """``weights`` on standardised features, the intercept last."""

    mean: Array
    scale: Array
    weights: Array

    def chance(self, features: NDArray[Any]) -> Array:
        """P(outcome) of each row of ``features``, (n, k)."""
        z = np.clip((features - self.mean) / self.scale, -6.0, 6.0)
        return np.asarray(1.0 / (1.0 + np.exp(-(z @ self.weights[:-1] + self.weights[-1]))))


def fit_logistic(
    features: NDArray[Any], outcome: NDArray[np.bool_], ridge: float = 1.0
) -> Logistic:
    """Newton's method on the penalised likelihood; ``ridge`` spares the intercept."""
    mean, scale = features.mean(0, dtype=float), features.std(0, dtype=float)
    scale = np.where(scale > 1e-12, scale, 1.0)
    z = np.clip((features - mean) / scale, -6.0, 6.0)
    X = np.concatenate([z, np.ones((len(z), 1))], axis=1)
    penalty = np.append(np.full(z.shape[1], ridge), 1e-3)
    weights = np.zeros(X.shape[1])
    for _ in range(30):
        p = 1.0 / (1.0 + np.exp(-np.clip(X @ weights, -30, 30)))
        gradient = X.T @ (outcome - p) - penalty * weights
        hessian = (X.T * np.maximum(p * (1 - p), 1e-6)) @ X + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        weights = weights + np.clip(step, -3, 3)
        if np.abs(step).max() < 1e-7:
            break
    return Logistic(mean, scale, weights)


@dataclass(frozen=True)
class Steps:
    """A rising function through the points (``at``, ``value``), straight in between."""

    at: Array
    value: Array

    def __call__(self, x: Array) -> Array:
        return np.asarray(np.interp(x, self.at, self.value))


def isotonic(x: Array, y: Array, least: int = 100) -> Steps:
    """Least-squares rising fit of ``y`` on ``x`` by pooling adjacent violators.

    Neighbours are first gathered to ``least`` rows each, so that no step rests on a few.
    """
    order = np.argsort(x, kind="stable")
    edges = np.arange(0, len(x), max(1, least))
    n = np.diff(np.append(edges, len(x))).astype(float)
    sums = np.add.reduceat(np.asarray(y, float)[order], edges)
    middles = np.add.reduceat(x[order], edges) / n
    blocks: list[list[float]] = []
    for size, total, middle in zip(n, sums, middles, strict=True):
        blocks.append([size, total, middle * size])
        while len(blocks) > 1 and blocks[-2][1] * blocks[-1][0] >= blocks[-1][1] * blocks[-2][0]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    size_, total_, weighted = np.array(blocks).T
    return Steps(weighted / size_, total_ / size_)
