"""A product of factors split by the logarithmic mean Divisia index.

Ang (2005), The LMDI approach to decomposition analysis: a practical guide, Energy Policy 33:
additive LMDI-I. It leaves no residual and does not depend on the factors' order; the factors of
a shop's total (days open, orders, units an order, value a unit) are all above nothing, which is
what it needs.
"""

from collections.abc import Sequence
from math import isclose, log


def log_mean(a: float, b: float) -> float:
    """(a - b) / ln(a / b), and a where they are equal; both above nothing."""
    return a if isclose(a, b, rel_tol=1e-12) else (a - b) / log(a / b)


def lmdi(before: Sequence[float], now: Sequence[float]) -> list[float]:
    """Each factor's part in the change of their product; the parts sum to it.

    Where a factor is not above nothing in either period, logarithms have no answer: the first
    factor then has the whole change.
    """
    start, end = 1.0, 1.0
    for a, b in zip(before, now, strict=True):
        start, end = start * a, end * b
    if min(*before, *now) <= 0:
        return [end - start, *([0.0] * (len(before) - 1))]
    weight = log_mean(end, start)
    parts = [weight * log(b / a) for a, b in zip(before, now, strict=True)]
    # Equal products make the weight itself; what floats leave over goes to the largest part.
    most = max(range(len(parts)), key=lambda k: abs(parts[k]))
    parts[most] += (end - start) - sum(parts)
    return parts
