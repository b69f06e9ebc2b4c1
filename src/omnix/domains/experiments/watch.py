"""The regular look at what runs: guardrails that stop, and bandits that divide anew."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from omnix.kit.errors import Conflict
from omnix.kit.ids import new_id
from omnix.platform.access import SYSTEM
from omnix.ports import Ports

from . import results, service
from .model import Experiment

_log = logging.getLogger("omnix.experiments")

Progress = Callable[[int, int, str], Awaitable[None]]

LEAST_UNITS = 100
"""Units of each arm before a bandit's weights move: fewer would follow the first few sales."""


async def look(ports: Ports, progress: Progress) -> dict[str, Any]:
    """One round over all running experiments; one that fails keeps none of the others waiting."""
    counts = {"looked_at": 0, "stopped": 0, "divided": 0, "failed": 0}
    cursor = None
    while True:
        page = await service.listing(ports, "running", 50, cursor)
        for experiment in page.items:
            await progress(counts["looked_at"], 0, experiment.id)
            try:
                done = await _one(ports, experiment)
            except Conflict:
                continue  # somebody changed it meanwhile; the next round looks again
            except Exception as error:
                _log.error("experiment %s cannot be watched", experiment.id, exc_info=error)
                counts["failed"] += 1
                continue
            counts["looked_at"] += 1
            if done:
                counts[done] += 1
        cursor = page.next_cursor
        if cursor is None:
            return counts


async def _one(ports: Ports, experiment: Experiment) -> str | None:
    guarded = any(metric.role == "guardrail" for metric in experiment.metrics)
    bandit = experiment.allocation == "thompson"
    if not (guarded or bandit):
        return None
    read = await results.read(ports, experiment)
    harmed = results.harmed(read.told)
    if harmed is not None:
        await service.stop(ports, SYSTEM, experiment.id, f"guardrail: {harmed}")
        return "stopped"
    if bandit:
        return await _divide(ports, experiment, read)
    return None


async def _divide(ports: Ports, experiment: Experiment, read: results.Reading) -> str | None:
    """New weights by Thompson sampling, from draws that no other look had."""
    from omnix.engine.experiments.bandit import weights

    metric = read.bandit
    if metric is None or min(sums.n for sums in metric.sums) < LEAST_UNITS:
        return None
    seed = int.from_bytes(new_id("x").encode()[-8:], "big")
    made = weights(metric.sums, metric.kind, seed, higher_is_better=metric.better == "higher")
    if made == [variant.weight for variant in experiment.variants]:
        return None
    await service.divide(ports, SYSTEM.id, experiment, made)
    return "divided"
