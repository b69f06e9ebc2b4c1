"""Demand patterns against what they are by definition."""

import numpy as np

from omnix.engine.forecast.patterns import PATTERNS, patterns

NAN = float("nan")


def test_each_pattern() -> None:
    demand = np.array([
        [2, 3, 2, 3, 2, 3, 2, 3],
        [1, 9, 1, 1, 9, 1, 1, 9],
        [0, 2, 0, 2, 0, 2, 0, 2],
        [0, 1, 0, 9, 0, 1, 0, 9],
        [0, 0, 0, 0, 0, 0, 0, 0],
        [NAN, NAN, NAN, NAN, 2, 3, 2, 3],
        [NAN] * 8,
    ])  # fmt: skip
    assert patterns(demand) == [*PATTERNS, "smooth", "none"]


def test_the_borders() -> None:
    days = np.zeros((2, 132))
    days[0, :100] = 1.0
    days[1, :101] = 1.0
    assert patterns(days) == ["intermittent", "smooth"]
    even = np.array([[0.29, 1.71], [0.31, 1.69]])
    assert patterns(even) == ["erratic", "smooth"]
