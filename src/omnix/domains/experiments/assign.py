"""Which variant a unit is shown, and the note that it was."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal

import msgspec

from omnix.engine.experiments.buckets import assign
from omnix.engine.experiments.interleave import team_draft
from omnix.kit.errors import ConditionFailed, Conflict, NotFound
from omnix.kit.time import instant
from omnix.ports import Absent, Ports, Put

from .declare import EXPERIMENTS, EXPOSED, FLAGS
from .model import Experiment, value_of
from .reports import Exposure, exposed_event, seen_item
from .targeting import eligible

Reason = Literal["SPLIT", "STATIC", "DEFAULT", "DISABLED"]


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit is shown and why.

    SPLIT: it takes part. STATIC: the variant was shipped to all. DEFAULT: it takes no part, so
    it sees the control and must not be counted. DISABLED: the experiment has ended.
    """

    key: str
    experiment_id: str
    variant: str
    value: Any
    reason: Reason


class Placed(msgspec.Struct, frozen=True):
    """An item of an interleaved list, and the variant whose ranking placed it."""

    id: str
    variant: str


async def running(ports: Ports, key: str) -> Experiment:
    """The experiment that answers for a key. Raises NotFound before any was started."""
    held = await ports.records.get(FLAGS, key)
    stored = None if held is None else await ports.records.get(EXPERIMENTS, held["experiment_id"])
    if stored is None:
        raise NotFound(f"no experiment was started under the key {key}")
    return msgspec.convert(stored, Experiment)


async def evaluate(
    ports: Ports,
    experiment: Experiment,
    unit_id: str,
    attributes: Mapping[str, Any],
    *,
    expose: bool,
) -> Evaluation:
    """The variant of a unit; with ``expose``, the note that it was shown is kept, once.

    Who was shown a variant keeps it while the experiment runs, whatever became of its attributes
    and of a bandit's weights.
    """
    if experiment.status == "shipped":
        into = eligible(experiment.targeting, attributes)
        variant = experiment.shipped_variant if into else None
        return _told(experiment, variant, "STATIC" if into else "DEFAULT")
    if experiment.status != "running":
        return _told(experiment, None, "DISABLED")
    seen = await ports.records.get(EXPOSED, (experiment.id, unit_id))
    if seen is not None:
        return _told(experiment, seen["variants"].split(",", 1)[0], "SPLIT")
    key = chosen(experiment, unit_id, attributes)
    if key is None:
        return _told(experiment, None, "DEFAULT")
    if expose:
        now = instant(ports.clock.now())
        exposure = Exposure(experiment_id=experiment.id, unit_id=unit_id, variant=key, at=now)
        try:
            await ports.records.write(
                [Put(EXPOSED, seen_item(exposure, None), when=(Absent(),))],
                [exposed_event(experiment.id, [exposure])],
            )
        except ConditionFailed:  # by another request meanwhile, which may have had other weights
            return await evaluate(ports, experiment, unit_id, attributes, expose=False)
    return _told(experiment, key, "SPLIT")


def chosen(experiment: Experiment, unit_id: str, attributes: Mapping[str, Any]) -> str | None:
    """The variant by rules and hash alone; None for a unit that takes no part."""
    if not eligible(experiment.targeting, attributes):
        return None
    space = experiment.namespace
    arm = assign(
        experiment.id,
        unit_id,
        [variant.weight for variant in experiment.variants],
        experiment.traffic,
        None if space is None else (space.name, space.first, space.end),
    )
    return None if arm is None else experiment.variants[arm].key


def _told(experiment: Experiment, key: str | None, reason: Reason) -> Evaluation:
    variant = experiment.variant(key) if key is not None else None
    shown = variant or experiment.control
    return Evaluation(
        key=experiment.key,
        experiment_id=experiment.id,
        variant=shown.key,
        value=value_of(shown),
        reason=reason,
    )


def interleave(
    experiment: Experiment, impression: str, rankings: Mapping[str, list[str]], length: int
) -> list[Placed]:
    """Both rankings in one list by team draft, the same for an impression whenever asked.

    Raises Conflict unless the experiment runs, and NotFound for a ranking of another variant.
    """
    if experiment.status != "running":
        raise Conflict(f"the experiment is {experiment.status}; only one that runs interleaves")
    keys = [variant.key for variant in experiment.variants]
    if len(keys) != 2 or set(rankings) != set(keys):
        raise NotFound(f"give a ranking for each of two variants; there is {', '.join(keys)}")
    seed = int.from_bytes(sha256(f"{experiment.id}\0{impression}".encode()).digest()[:8], "big")
    first, second = (list(dict.fromkeys(rankings[key])) for key in keys)
    placed = team_draft(first, second, length, seed)
    return [Placed(item, keys[team == "b"]) for item, team in placed]
