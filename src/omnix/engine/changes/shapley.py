"""The exact Shapley value of a few factors that each stand as before or as now.

Shapley (1953), A value for n-person games; Shorrocks (2013), Decomposition procedures for
distributional analysis: a unified framework based on the Shapley value. Chosen over a chain of
single changes since it does not depend on their order, and over logarithms since it takes
nothing sold, a price of nothing and negative margins as they are.
"""

from collections.abc import Callable, Sequence
from math import factorial

import numpy as np

from omnix.engine.changes.data import Real


def shapley(value: Callable[[Sequence[bool]], Real], factors: int) -> Real:
    """Each factor's part in ``value(all now) - value(none now)``, [factor, ...].

    ``value`` takes which factors stand as now and answers an array; it is asked 2**factors
    times. The parts sum to the difference up to the floats' precision.
    """
    values = [value([bool(mask >> k & 1) for k in range(factors)]) for mask in range(1 << factors)]
    parts = np.zeros((factors, *values[0].shape))
    whole = factorial(factors)
    for mask in range(1 << factors):
        size = mask.bit_count()
        for k in range(factors):
            if not mask >> k & 1:
                weight = factorial(size) * factorial(factors - size - 1) / whole
                parts[k] += weight * (values[mask | 1 << k] - values[mask])
    return parts
