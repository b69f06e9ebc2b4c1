"""ABC by what a product brings in, XYZ by how steadily it sells.

Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains, 4th ed., ch. 2.6.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Classes:
    """A letter of each kind per product; ``share`` of all value, ``variation`` (NaN: no sale)."""

    abc: Sequence[str]
    xyz: Sequence[str]
    share: Sequence[float]
    variation: Sequence[float]


def classify(
    value: ArrayLike,
    demand: ArrayLike,
    a_up_to: float = 0.8,
    b_up_to: float = 0.95,
    x_up_to: float = 0.5,
    y_up_to: float = 1.0,
) -> Classes:
    """``value`` of N products; ``demand`` of shape (N, periods), such as weeks.

    A are the products that bring the first 80% of value, the one that crosses the line among
    them; B the next 15%. X varies by at most half its mean from period to period, Y by at most
    its mean. What never sold is C and Z.
    """
    worth = np.maximum(np.asarray(value, float), 0.0)
    sold = np.asarray(demand, float)
    if sold.ndim != 2 or sold.shape[0] != worth.size:
        raise ValueError("demand must have a row for each value")
    total = worth.sum()
    share = worth / total if total > 0 else np.zeros_like(worth)
    order = np.argsort(-worth, kind="stable")
    before = np.empty_like(share)
    before[order] = np.cumsum(share[order]) - share[order]
    abc = np.where(before < a_up_to - 1e-12, "A", np.where(before < b_up_to - 1e-12, "B", "C"))
    abc = np.where(worth > 0, abc, "C")
    mean = sold.mean(axis=1) if sold.shape[1] else np.zeros(worth.size)
    spread = sold.std(axis=1) if sold.shape[1] else np.zeros(worth.size)
    with np.errstate(divide="ignore", invalid="ignore"):
        variation = np.where(mean > 0, spread / mean, np.nan)
    xyz = np.where(variation <= x_up_to, "X", np.where(variation <= y_up_to, "Y", "Z"))
    return Classes(abc.tolist(), xyz.tolist(), share.tolist(), variation.tolist())
