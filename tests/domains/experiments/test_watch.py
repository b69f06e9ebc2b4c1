"""Guardrails stop what does harm, and bandits divide anew, without anybody looking."""

import numpy as np
import pytest

from domains.simulated import job
from omnix.domains.experiments import service
from omnix.domains.experiments.handlers import JOBS
from omnix.ports import Ports

from .shop import advance, expose, follow, report, running

pytestmark = pytest.mark.anyio
(WATCH,) = JOBS
GUARDED = [
    {"name": "clicks", "outcome": {"kind": "mean"}},
    {
        "name": "seconds",
        "role": "guardrail",
        "margin": 0.05,
        "outcome": {"kind": "mean", "better": "lower"},
    },
]


async def watched(ports: Ports) -> dict[str, int]:
    await follow(ports)
    told = await WATCH.run(job(ports), {})
    assert told is not None
    return told


async def slower(ports: Ports, by: float) -> None:
    random = np.random.default_rng(2)
    units = [(f"u{n}", ("old", "new")[n % 2]) for n in range(400)]
    await running(ports, metrics=GUARDED)
    await expose(ports, *units)
    advance(ports, minutes=1)
    rows = [(u, float(random.normal(10, 1)) * (1 + by * (v == "new"))) for u, v in units]
    await report(ports, "seconds", *rows)
    advance(ports, minutes=1)


async def test_harm_beyond_the_margin_stops_the_experiment(ports: Ports) -> None:
    await slower(ports, 0.3)
    assert (await watched(ports))["stopped"] == 1
    ended = await service.get(ports, "exp")
    assert ended.status == "stopped"
    assert ended.stop_reason is not None
    assert ended.stop_reason.startswith("guardrail: new changes seconds by +")
    assert await watched(ports) == {"looked_at": 0, "stopped": 0, "divided": 0, "failed": 0}


async def test_harm_within_the_margin_does_not(ports: Ports) -> None:
    await slower(ports, 0.02)
    assert (await watched(ports))["stopped"] == 0
    assert (await service.get(ports, "exp")).status == "running"


async def test_a_bandit_follows_what_sells(ports: Ports) -> None:
    metrics = [{"name": "clicks", "outcome": {"kind": "proportion"}}]
    await running(ports, metrics=metrics, allocation="thompson")
    await expose(ports, *((f"u{n}", ("old", "new")[n % 2]) for n in range(90)))
    assert (await watched(ports))["divided"] == 0  # too few of each arm to go by
    await expose(ports, *((f"u{n}", ("old", "new")[n % 2]) for n in range(600)))
    advance(ports, minutes=1)
    await report(ports, "clicks", *((f"u{n}", 1.0) for n in range(1, 600, 6)))
    advance(ports, minutes=1)
    assert (await watched(ports))["divided"] == 1
    after = await service.get(ports, "exp")
    assert after.variants[1].weight > 9_000
    assert sum(variant.weight for variant in after.variants) == 10_000
    assert after.variants[0].weight >= 200
