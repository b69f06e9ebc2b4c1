"""Guardrails: what must not get worse by more than a margin, watched all the time."""

from typing import Literal

from omnix.engine.experiments.readout import Interval

State = Literal["safe", "unclear", "harmed"]


def guardrail(interval: Interval | None, margin: float, *, higher_is_better: bool) -> State:
    """Judge a sequential interval: it may be looked at any time, so ``harmed`` may stop at once.

    ``margin`` is the change for the worse that is borne, in the interval's unit and not negative:
    safe where all of the interval is better than that, harmed where all of it is worse.
    """
    if margin < 0:
        raise ValueError("a margin is not negative")
    if interval is None:
        return "unclear"
    worst, best = interval.low, interval.high
    if not higher_is_better:
        worst, best = -interval.high, -interval.low
    if best < -margin:
        return "harmed"
    return "safe" if worst > -margin else "unclear"
