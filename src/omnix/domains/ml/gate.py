"""The gate: whether a challenger may replace the champion, from rolling origins alone."""

import math
from collections.abc import Sequence

from omnix.kit.declare import Model

from .model import Contest, Verdict


def judge(model: Model, contest: Contest) -> Verdict:
    """Won, where the metric summed over the origins is better by the model's margin, on more
    than half of them, over enough of them, and no guard is spoilt. Raises ValueError for a
    contest whose lists differ in length.
    """
    pairs = list(zip(contest.champion, contest.challenger, strict=True))
    if len(pairs) != len(contest.origins):
        raise ValueError("a contest has one figure of each side for each origin")
    known = [(a, b) for a, b in pairs if math.isfinite(a) and math.isfinite(b)]
    held = sum(a for a, _ in known)
    came = sum(b for _, b in known)
    gain = (came - held if model.more_is_better else held - came) / held if held > 0 else None
    better = [(b > a) if model.more_is_better else (b < a) for a, b in known]
    won = sum(better)
    reason = _against(model, contest, len(known), gain, won)
    return Verdict(
        group=contest.group, won=reason is None, gain=None if gain is None else round(gain, 5),
        origins=len(known), origins_won=won, series=contest.series,
        reason=reason or f"{model.metric} is better by {gain:.1%} over {len(known)} origins, "
        f"on {won} of them; {model.margin:.1%} are asked for",
    )  # fmt: skip


def _against(
    model: Model, contest: Contest, origins: int, gain: float | None, won: int
) -> str | None:
    """What speaks against the challenger; None where nothing does."""
    if origins < model.least_origins:
        return f"{origins} origins are too few to tell; {model.least_origins} are asked for"
    if gain is None:
        return f"{model.metric} of the champion is zero: nothing can be gained"
    if gain < model.margin:
        told = f"better by {gain:.1%}" if gain >= 0 else f"worse by {-gain:.1%}"
        return (
            f"{model.metric} is {told} over {origins} origins; {model.margin:.1%} better is "
            "asked for"
        )
    if 2 * won <= origins:
        return f"{model.metric} is better on {won} of {origins} origins only"
    for guard in model.guards:
        was = contest.champion_guards.get(guard.metric)
        now = contest.challenger_guards.get(guard.metric)
        if now is None or was is None or not (math.isfinite(now) and math.isfinite(was)):
            return f"{guard.metric} was not measured on both sides"
        if abs(now - guard.target) > abs(was - guard.target) + guard.slack:
            return (
                f"{guard.metric} went from {was:.3f} to {now:.3f}, away from {guard.target:g} by "
                f"more than {guard.slack:g}"
            )
    return None


def text(verdicts: Sequence[Verdict]) -> str:
    """The verdict on everything, or on the first group, in a sentence."""
    if not verdicts:
        return "there was nothing to compare"
    first = verdicts[0]
    more = f"; won in {sum(v.won for v in verdicts)} of {len(verdicts)} groups"
    return f"{first.group}: {first.reason}" + (more if len(verdicts) > 1 else "")
