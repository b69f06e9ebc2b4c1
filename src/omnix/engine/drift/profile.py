"""How features are spread: counts between edges that split a first sample evenly."""

import numpy as np
from numpy.typing import ArrayLike

BINS = 10


def edges(values: ArrayLike, bins: int = BINS) -> list[float]:
    """Inner edges that split the finite ``values`` into at most ``bins`` parts of like size;
    fewer where values repeat, none without values.
    """
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    if not known.size:
        return []
    inner = np.quantile(known, np.arange(1, bins) / bins)
    return [float(edge) for edge in np.unique(inner)]


def counts(values: ArrayLike, inner: ArrayLike) -> list[int]:
    """How many finite values lie in each bin: at or below the first edge, up to the next, and so
    on, above the last.
    """
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    limits = np.asarray(inner, float)
    found = np.bincount(np.searchsorted(limits, known), minlength=limits.size + 1)
    return [int(n) for n in found]
