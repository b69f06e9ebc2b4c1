"""Lead times learnt from what deliveries took."""

import math
from collections.abc import Sequence

TOLD_COUNTS = 3.0
"""What was told weighs as much as this many deliveries."""


def learnt_lead_time(
    took: Sequence[float], told: float, told_deviation: float
) -> tuple[float, float]:
    """Mean and standard deviation in days: what was told, corrected by what was seen.

    The posterior mean of a normal with TOLD_COUNTS pseudo-observations of the told mean and
    variance (Gelman et al., Bayesian Data Analysis, 3rd ed., ch. 3.3). Without deliveries, what
    was told.
    """
    count = len(took)
    if count == 0:
        return told, told_deviation
    seen = sum(took) / count
    whole = count + TOLD_COUNTS
    mean = (count * seen + TOLD_COUNTS * told) / whole
    squares = sum((days - seen) ** 2 for days in took) + TOLD_COUNTS * told_deviation**2
    squares += count * TOLD_COUNTS / whole * (seen - told) ** 2
    return mean, math.sqrt(squares / whole)


def next_review(weekday: int, allowed: Sequence[int], every: float) -> tuple[int, float]:
    """Days until the next day on which may be ordered, and from then to the one after.

    ``weekday`` of today and ``allowed`` ones count from Monday as 0; where none is named any
    will do, and orders are placed ``every`` so many days.
    """
    if not allowed:
        return 0, every
    ahead = sorted({(day - weekday) % 7 for day in allowed})
    following = ahead[1] if len(ahead) > 1 else ahead[0] + 7
    return ahead[0], float(following - ahead[0])
