"""Parts rounded so that they add up to the rounded whole."""

from collections.abc import Sequence

import numpy as np


def largest_remainder(parts: Sequence[float], total: int) -> list[int]:
    """Whole numbers that sum to ``total``, each within one of its part.

    Every part is rounded down; what is then missing goes, one each, to the parts that lost the
    most by it, the earlier one where two lost the same (Hamilton's method, Balinski and Young,
    Fair Representation, 1982). Raises ValueError where ``parts`` do not sum to ``total`` within
    half a unit a part, since no rounding explains that.
    """
    values = np.asarray(parts, dtype=np.float64)
    if not len(values):
        if total:
            raise ValueError("nothing cannot add up to something")
        return []
    if not np.isfinite(values).all() or abs(float(values.sum()) - total) > 0.5 * len(values) + 0.5:
        raise ValueError("the parts do not add up to the total")
    down = np.floor(values)
    missing = total - int(down.sum())
    order = np.argsort(down - values, kind="stable")
    whole = down.astype(np.int64)
    for turn in range(abs(missing)):
        # Where floats summed to a unit more than the total, the smallest remainders give.
        place = order[turn % len(order)] if missing > 0 else order[-1 - turn % len(order)]
        whole[place] += 1 if missing > 0 else -1
    return [int(value) for value in whole]
