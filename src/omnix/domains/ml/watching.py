"""Drift: how a model's data moved since it learnt, and how its answers came true."""

import math
from collections.abc import Mapping, Sequence

import msgspec

from omnix.engine.drift.stability import by_chance, psi
from omnix.kit.declare import Model
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.ports import Ports, Put

from . import stored
from .declare import WATCHES
from .model import Data, Drifting, Feature, Moved, Realised, Version, Watch
from .stored import TRIES, standing, version

MOVED, DRIFTED = 0.1, 0.25
"""PSI from which a feature is watched, and from which it has drifted: the customary limits."""

LEAST_VALUES = 50
LEAST_SERIES, LEAST_DAYS = 20, 7
_KEPT_SECONDS = 400 * 86_400
_ORDER: tuple[Drifting, ...] = ("unknown", "none", "watch", "drifted")


def moved(name: str, then: Feature, now: Feature) -> Moved:
    """How far a feature moved. With other bins than before, or too few values, it is unknown."""
    n, m = sum(then.counts), sum(now.counts)
    same = then.edges == now.edges and then.names == now.names and len(then.counts) > 1
    if not same or min(n, m) < LEAST_VALUES:
        return Moved(feature=name, psi=None, by_chance=None, then=n, now=m, label="unknown")
    far, chance = psi(then.counts, now.counts), by_chance(len(then.counts), n, m)
    label: Drifting = "none"
    if far > max(DRIFTED, chance):
        label = "drifted"
    elif far > max(MOVED, chance):
        label = "watch"
    return Moved(
        feature=name, psi=round(far, 4), by_chance=round(chance, 4), then=n, now=m, label=label
    )


def realised(
    model: Model, value: float, expected: float | None, made_on: str, days: int, series: int,
    others: Mapping[str, float],
) -> Realised:  # fmt: skip
    """Judge what came true by what the backtest let expect of the model's metric."""
    label: Drifting = "unknown"
    enough = series >= LEAST_SERIES and days >= LEAST_DAYS and math.isfinite(value)
    if enough and expected is not None and expected > 0:
        above = value / expected - 1.0
        above = -above if model.more_is_better else above
        label = "none"
        if above > model.worse:
            label = "drifted"
        elif above > model.worse / 2:
            label = "watch"
    return Realised(
        metric=model.metric, value=round(value, 5) if math.isfinite(value) else None,
        expected=None if expected is None else round(expected, 5), made_on=made_on, days=days,
        series=series, label=label, others={k: round(v, 5) for k, v in others.items()},
    )  # fmt: skip


async def reference(ports: Ports, model: Model) -> Version | None:
    """The version whose profile drift is measured from: the first one with the champion's
    recipe that was kept. A refit every night would otherwise follow any drift unseen.
    """
    found = await standing(ports, model)
    number = found.reference or (found.now.default if found.now else None)
    return None if number is None else await version(ports, model.name, number)


async def watch(
    ports: Ports,
    model: Model,
    day: str,
    *,
    data: Data | None = None,
    profile: Mapping[str, Feature] | None = None,
    came_true: Sequence[Realised] = (),
) -> Watch | None:
    """Note what was seen of a model on ``day``; told again, the last one stands.

    ``profile`` has the reference's edges and names. None before the first training.
    """
    found = await standing(ports, model)
    then = await reference(ports, model)
    if found.now is None or then is None:
        return None
    features = [
        moved(name, then.profile[name], now)
        for name, now in (profile or {}).items()
        if name in then.profile
    ]
    labels = [*(one.label for one in features), *(one.label for one in came_true)]
    label: Drifting = max(labels, key=_ORDER.index, default="unknown")
    seen = Watch(
        model=model.name, day=day, at=instant(ports.clock.now()), version=found.now.default,
        data=data, moved=features, realised=list(came_true), label=label,
        text=_told(then, features, came_true),
    )  # fmt: skip
    item = msgspec.to_builtins(seen)
    item["expires"] = int(ports.clock.now().timestamp()) + _KEPT_SECONDS
    for _ in range(TRIES):
        before = await standing(ports, model)
        after = msgspec.structs.replace(before, drift=label, drift_day=day)
        told = {"model": model.name, "day": day, "text": seen.text}
        new = label == "drifted" and before.drift != "drifted"
        events = [Event("model.drifted", model.name, seen.at, told)] if new else []
        if await stored.store(ports, before, after, [], [], [Put(WATCHES, item)], events):
            break
    return seen


def _told(then: Version, features: Sequence[Moved], came_true: Sequence[Realised]) -> str:
    telling = ("watch", "drifted")
    parts = [
        f"{one.feature} moved since version {then.version}: PSI {one.psi or 0.0:.2f}"
        for one in features
        if one.label in telling
    ]
    parts += [
        f"{seen.metric} of {seen.days} days came to {seen.value or 0.0:.3f}, where the backtest "
        f"let expect {seen.expected:.3f}"
        for seen in came_true
        if seen.expected is not None and seen.label in telling
    ]
    return "; ".join(parts) or "nothing out of the usual"
