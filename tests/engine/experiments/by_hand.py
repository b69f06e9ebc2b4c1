"""The slow, obvious way to the same figures, and the draws that simulations share."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from omnix.engine.experiments.estimate import Kind, effect, estimates
from omnix.engine.experiments.readout import Interval, sequential
from omnix.engine.experiments.sums import Number, Sums

Draw = Callable[[np.random.Generator, int], Any]

POPULATIONS: dict[str, Draw] = {
    "conversion 5%": lambda r, n: (r.random(n) < 0.05).astype(float),
    "conversion 1%": lambda r, n: (r.random(n) < 0.01).astype(float),
    "spend": lambda r, n: (r.random(n) < 0.02) * r.lognormal(4.0, 1.2, n),
    "normal": lambda r, n: r.normal(10.0, 1.0, n),
}


def looped(values: Sequence[float]) -> tuple[float, float]:
    """Mean and sample variance."""
    mean = sum(values) / len(values)
    return mean, sum((value - mean) ** 2 for value in values) / (len(values) - 1)


class Stream:
    """Units that came one after another, and the sums of each arm after so many of them."""

    def __init__(self, values: Any, treated: Any) -> None:
        self._sums = [
            (
                np.cumsum(m),
                np.cumsum(np.where(m, values, 0.0)),
                np.cumsum(np.where(m, values**2, 0.0)),
            )
            for m in (~treated, treated)
        ]

    def after(self, units: int) -> list[Sums]:
        return [Sums.mean(*self._at(arm, units)) for arm in (0, 1)]

    def _at(self, arm: int, units: int) -> tuple[int, Number, Number]:
        n, x, xx = self._sums[arm]
        return int(n[units - 1]), float(x[units - 1]), float(xx[units - 1])


def looked_at(arms: list[Sums], kind: Kind = "mean", *, relative: bool = False) -> Interval | None:
    """The sequential read-out of two arms, if there is one yet."""
    found = estimates(arms, kind)
    change = None if found is None else effect(*found.arms, relative=relative)
    return None if change is None else sequential(change)
