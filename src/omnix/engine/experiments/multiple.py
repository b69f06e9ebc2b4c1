"""Many comparisons at once: adjusted p-values, in the order in which they were given."""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Reject those below alpha, and the chance of any false one stays below alpha.

    Holm, 1979. Needs no independence.
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, position in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[position]))
        adjusted[position] = highest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Reject those below q, and of these at most the share q is false on average.

    Benjamini and Hochberg, 1995; for metrics that are independent or rise together.
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(p_values)
    lowest = 1.0
    for rank in range(len(order) - 1, -1, -1):
        lowest = min(lowest, len(p_values) * p_values[order[rank]] / (rank + 1))
        adjusted[order[rank]] = lowest
    return adjusted
