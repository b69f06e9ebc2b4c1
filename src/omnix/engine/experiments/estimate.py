"""From sums to estimates: the value of a metric in an arm, and how far it may be off.

Proportions, means and ratios are one thing: a numerator over a denominator, whose variance the
delta method gives (Deng, Knoblich and Lu, 2018, "Applying the delta method in metric analytics").
CUPED takes out what the units' own past explains (Deng, Xu, Kohavi and Walker, 2013).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from omnix.engine.experiments.sums import Number, Sums

Kind = Literal["proportion", "mean", "ratio"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A metric's ``value`` in an arm of ``n`` units, and the variance of that value."""

    n: int
    value: float
    variance: float


@dataclass(frozen=True, slots=True)
class Arms:
    """Estimates of all arms on one footing.

    ``theta`` is the weight of the covariate (0: none was used), ``reduction`` the share of the
    variance that it took away.
    """

    arms: tuple[Estimate, ...]
    theta: float = 0.0
    reduction: float = 0.0


@dataclass(frozen=True, slots=True)
class Effect:
    """Treatment against control: ``value`` and its variance; ``df`` after Welch and Satterthwaite.

    ``n`` are the units of both. ``relative`` to the control's value, or in the metric's unit.
    ``control`` and ``treatment`` are both arms as if neither's units varied less than those of
    both together do: a small arm of a rare event has often seen none of it yet, and looks far
    too certain early on.
    """

    n: int
    value: float
    variance: float
    df: float
    relative: bool
    control: Estimate
    treatment: Estimate


def _spread(n: int, x: Number, y: Number, xy: Number) -> float:
    """Sum of products of deviations from the means; exact for whole numbers."""
    if isinstance(xy, int) and isinstance(x, int) and isinstance(y, int):
        return (n * xy - x * y) / n
    scale = abs(x * y) / n
    rest = xy - x * y / n
    # What is left of two nearly equal numbers is the rounding of their digits.
    return 0.0 if abs(rest) < 1e-13 * scale else float(rest)


def estimate(sums: Sums, kind: Kind) -> Estimate | None:
    """The metric of one arm; None where it has no value or no variance yet.

    A proportion's variance is p (1 - p) / n. In an arm where all or none succeeded that would be
    nothing, which claims certainty, so half a success is moved to the other side.
    """
    n = sums.n
    if n < 2 or sums.d <= 0:
        return None
    if kind == "proportion":
        share = sums.m / n
        if not 0.0 <= share <= 1.0:
            raise ValueError("a proportion lies between 0 and 1")
        p = min(max(share, 0.5 / (n + 1)), 1.0 - 0.5 / (n + 1))
        return Estimate(n, share, p * (1.0 - p) / n)
    value = sums.m / sums.d
    return Estimate(n, value, _variance(sums, value) / n)


def _variance(sums: Sums, value: float) -> float:
    """Variance over units of the linearised metric (m - value d) / mean of d."""
    n, per = sums.n, sums.d / sums.n
    square = (
        _spread(n, sums.m, sums.m, sums.mm)
        - 2.0 * value * _spread(n, sums.m, sums.d, sums.md)
        + value * value * _spread(n, sums.d, sums.d, sums.dd)
    )
    return max(0.0, square) / (n - 1) / (per * per)


def estimates(arms: Sequence[Sums], kind: Kind, *, cuped: bool = False) -> Arms | None:
    """The metric of each arm; None if any of them has no value yet.

    With ``cuped`` each value is moved by theta times the distance of its units' covariate from
    the mean over all arms, theta being common to them; so arms that began unequal are compared
    as if they had begun equal. A covariate that explains nothing changes nothing.
    """
    plain = [estimate(sums, kind) for sums in arms]
    if any(each is None for each in plain):
        return None
    found = tuple(each for each in plain if each is not None)
    if not cuped:
        return Arms(found)
    within = sum(_spread(sums.n, sums.c, sums.c, sums.cc) for sums in arms)
    if within <= 0.0:
        return Arms(found)
    joint = [_joint(sums, each.value) for sums, each in zip(arms, found, strict=True)]
    theta = sum(joint) / within
    centre = sum(sums.c for sums in arms) / sum(sums.n for sums in arms)
    moved = tuple(
        _moved(sums, each, theta, shared, centre)
        for sums, each, shared in zip(arms, found, joint, strict=True)
    )
    before = sum(each.variance for each in found)
    after = sum(each.variance for each in moved)
    return Arms(moved, theta, 1.0 - after / before if before > 0 else 0.0)


def _joint(sums: Sums, value: float) -> float:
    """Sum of products of deviations of the linearised metric and the covariate."""
    of_m = _spread(sums.n, sums.m, sums.c, sums.mc)
    of_d = _spread(sums.n, sums.d, sums.c, sums.dc)
    return (of_m - value * of_d) / (sums.d / sums.n)


def _moved(sums: Sums, plain: Estimate, theta: float, joint: float, centre: float) -> Estimate:
    n = sums.n
    own = _spread(n, sums.c, sums.c, sums.cc)
    change = (theta * theta * own - 2.0 * theta * joint) / (n - 1) / n
    value = plain.value - theta * (sums.c / n - centre)
    return Estimate(n, value, max(plain.variance + change, 0.0))


def effect(control: Estimate, treatment: Estimate, *, relative: bool) -> Effect | None:
    """What the treatment changed; None where it cannot be told.

    That is where no unit differs from another, so that chance has no measure, and for a relative
    effect where the control's value is not above 0. Relative effects by the delta method.
    """
    a, b = control, treatment
    if relative and a.value <= 0.0:
        return None
    value = b.value / a.value - 1.0 if relative else b.value - a.value
    variance = _variance_of(a, b, a.variance, b.variance, relative)
    if not (variance > 0.0 and math.isfinite(variance) and math.isfinite(value)):
        return None
    of_a, of_b = a.variance * a.n, b.variance * b.n
    common = ((a.n - 1) * of_a + (b.n - 1) * of_b) / (a.n + b.n - 2)
    # Welch's degrees of freedom are of the absolute difference in either case, as is usual.
    plain = a.variance + b.variance
    shares = a.variance**2 / (a.n - 1) + b.variance**2 / (b.n - 1)
    df = plain * plain / shares if shares > 0.0 else float(a.n + b.n - 2)
    slow_a = Estimate(a.n, a.value, max(of_a, common) / a.n)
    slow_b = Estimate(b.n, b.value, max(of_b, common) / b.n)
    return Effect(a.n + b.n, value, variance, df, relative, slow_a, slow_b)


def _variance_of(a: Estimate, b: Estimate, of_a: float, of_b: float, relative: bool) -> float:
    """Of the difference, or of the quotient by the delta method."""
    if not relative:
        return of_a + of_b
    return (of_b + of_a * (b.value / a.value) ** 2) / (a.value * a.value)
