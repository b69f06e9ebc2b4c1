"""Minimising a smooth function of a few parameters, given its gradient."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Objective = Callable[[Array], tuple[float, Array]]

_ARMIJO = 1e-4
_STEPS = 30
_ITERATIONS = 150


@dataclass(frozen=True)
class Minimum:
    """Where the search ended. ``inverse_hessian`` is by differences of the gradient there."""

    x: Array
    value: float
    gradient: Array
    inverse_hessian: Array
    evaluations: int
    converged: bool


def minimise(
    objective: Objective, start: Array, *, bound: float | Array = 12.0, tolerance: float = 1e-8
) -> Minimum:
    """BFGS with backtracking (Nocedal and Wright, 2006, ch. 6), each |parameter| <= ``bound``.

    ``tolerance`` is on the largest slope of the parameters that are free to move. Raises
    ValueError where the objective is not finite at the start.
    """
    x = np.clip(np.asarray(start, float), -bound, bound)
    value, gradient = objective(x)
    count = 1
    if not np.isfinite(value):
        raise ValueError("the objective is not finite at the start")
    inverse = np.eye(len(x)) / max(1.0, float(np.abs(gradient).max()))
    free = np.ones(len(x), bool)
    small = 0
    for _ in range(_ITERATIONS):
        free = ~((np.abs(x) >= bound) & (gradient * x < 0))
        slope = np.where(free, gradient, 0.0)
        if np.abs(slope).max() <= tolerance:
            break
        step = np.where(free, -inverse @ slope, 0.0)
        if step @ slope >= 0:
            inverse = np.eye(len(x))
            step = -slope
        step *= min(1.0, 2.0 / float(np.abs(step).max()))
        moved = False
        for _ in range(_STEPS):
            new = np.clip(x + step, -bound, bound)
            new_value, new_gradient = objective(new)
            count += 1
            if np.isfinite(new_value) and new_value <= value + _ARMIJO * float(slope @ (new - x)):
                moved = True
                break
            step *= 0.4
        if not moved:
            break
        s, y = new - x, new_gradient - gradient
        sy = float(s @ y)
        if sy > 1e-14:
            rho = 1.0 / sy
            left = np.eye(len(x)) - rho * np.outer(s, y)
            inverse = left @ inverse @ left.T + rho * np.outer(s, s)
        small = small + 1 if value - new_value <= 1e-13 * (1.0 + abs(value)) else 0
        x, value, gradient = new, new_value, new_gradient
        if small == 3:
            break
    slope = np.where(free, gradient, 0.0)
    return Minimum(
        x, value, gradient, _inverse_hessian(objective, x), count + 2 * len(x),
        bool(np.abs(slope).max() <= 1e-5),
    )  # fmt: skip


def _inverse_hessian(objective: Objective, x: Array, step: float = 1e-4) -> Array:
    """Only directions that bend upwards count: along the others nothing is known, so little is
    let move.
    """
    n = len(x)
    hessian = np.empty((n, n))
    for i in range(n):
        along = np.zeros(n)
        along[i] = step
        hessian[i] = (objective(x + along)[1] - objective(x - along)[1]) / (2 * step)
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    known = values > 1e-9
    inverted = np.where(known, 1.0 / np.where(known, values, 1.0), 0.0)
    return np.asarray((vectors * inverted) @ vectors.T)
