"""Demand patterns: how often something sells, and how much its sales vary when it does.

Syntetos, Boylan and Croston, Journal of the Operational Research Society 56 (2005) 495-503.
"""

import numpy as np
from numpy.typing import NDArray

PATTERNS = ("smooth", "erratic", "intermittent", "lumpy", "none")
RARE, UNEVEN = 1.32, 0.49


def patterns(demand: NDArray[np.floating]) -> list[str]:
    """The pattern of each row of ``demand`` [n,t], NaN where not observed.

    Intermittent where 1.32 periods or more pass between sales on average, erratic where the
    squared coefficient of variation of the amounts sold is 0.49 or more, lumpy both, smooth
    neither; none without a sale.
    """
    seen = np.isfinite(demand)
    sold = seen & (np.nan_to_num(demand) > 0)
    count = sold.sum(1)
    size = np.where(sold, demand, 0.0).astype(np.float64)
    mean = size.sum(1) / np.maximum(count, 1)
    variance = (np.where(sold, (size - mean[:, None]) ** 2, 0.0)).sum(1) / np.maximum(count, 1)
    interval = seen.sum(1) / np.maximum(count, 1)
    uneven = variance / np.maximum(mean, 1e-12) ** 2 >= UNEVEN
    code = 2 * (interval >= RARE) + uneven
    return [PATTERNS[4 if not n else k] for n, k in zip(count.tolist(), code.tolist(), strict=True)]
