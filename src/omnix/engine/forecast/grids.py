"""Parameter grids of the smoothing kernels: each combination is one SIMD lane."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
LANE_WIDTH = 16


@dataclass(frozen=True)
class EtsGrid:
    """Additive-error smoothing with damped trend and additive season.

    All arrays are float32 of one length, a multiple of 16. `beta` is the whole trend gain
    (alpha times the relative one) and `gamma` the seasonal gain. `penalty` is added to the
    negative log likelihood.
    """

    alpha: F32
    beta: F32
    gamma: F32
    phi: F32
    penalty: F32


@dataclass(frozen=True)
class TsbGrid:
    """Gains of the demand size and of the demand probability, float32 of one length."""

    size: F32
    probability: F32
    penalty: F32


def _pad(lanes: Sequence[tuple[float, ...]]) -> NDArray[np.float32]:
    """Fill up to whole vectors with copies that carry a prohibitive penalty (last column)."""
    rows = list(lanes)
    while len(rows) % LANE_WIDTH:
        rows.append((*rows[-1][:-1], 1e6))
    return np.ascontiguousarray(np.array(rows, np.float32).T)


def ets_grid(
    alphas: Sequence[float],
    trends: Sequence[tuple[float, float]] = ((0.0, 0.0),),
    gammas: Sequence[float] = (0.0,),
    *,
    trend_penalty: float = 2.0,
    season_penalty: float = 0.5,
    gain_penalty: float = 0.0,
) -> EtsGrid:
    """Cross `alphas` with `trends` (pairs of relative beta and phi) and relative `gammas`.

    The penalties act as prior log odds against a trend, a moving season and (per unit of alpha)
    a quick level; they decide where the history says little.
    """
    rows = [
        (
            alpha,
            alpha * beta,
            gamma * (1.0 - alpha),
            phi,
            (trend_penalty if beta else 0.0)
            + (season_penalty if gamma else 0.0)
            + gain_penalty * alpha,
        )
        for alpha, (beta, phi), gamma in product(alphas, trends, gammas)
    ]
    return EtsGrid(*_pad(rows))


def tsb_grid(
    sizes: Sequence[float], probabilities: Sequence[float], *, gain_penalty: float = 0.0
) -> TsbGrid:
    """Cross the size gains with the probability gains; penalties as in `ets_grid`."""
    rows = [
        (size, probability, gain_penalty * (size + probability))
        for size, probability in product(sizes, probabilities)
    ]
    return TsbGrid(*_pad(rows))
