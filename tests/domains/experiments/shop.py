"""A shop with an experiment, and what tests do to both."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from omnix.adapters.local.clock import ManualClock
from omnix.adapters.local.platform import open_local
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.experiments import reports, results, service
from omnix.domains.experiments.findings import ExperimentResults, MetricResult
from omnix.domains.experiments.handlers import CONSUMERS
from omnix.domains.experiments.model import Experiment, NewExperiment
from omnix.domains.experiments.reports import Exposure, Outcome
from omnix.domains.orders.declare import SALES
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.platform.consume import consume_once
from omnix.ports import Ports

ACTOR = Actor("usr_test", "manager", frozenset())
TWO = [{"key": "old", "weight": 5_000}, {"key": "new", "weight": 5_000}]


def plan(**given: Any) -> NewExperiment:
    fields: dict[str, Any] = {
        "id": "exp",
        "key": "button",
        "name": "A button",
        "variants": TWO,
        "metrics": [{"name": "conversion"}],
    }
    return msgspec.convert({**fields, **given}, NewExperiment)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Ports]:
    async with open_local(folder, COLLECTIONS, FACTS, clock=ManualClock()) as platform:
        yield platform.ports


def advance(ports: Ports, **span: float) -> None:
    assert isinstance(ports.clock, ManualClock)
    ports.clock.advance(timedelta(**span).total_seconds())


async def running(ports: Ports, **given: Any) -> Experiment:
    made = await service.create(ports, ACTOR, plan(**given))
    return await service.start(ports, ACTOR, made.id)


async def expose(ports: Ports, *shown: tuple[str, str], id: str = "exp") -> reports.Taken:
    """Pairs of unit and variant, told in parts as a client may."""
    sent = [Exposure(experiment_id=id, unit_id=unit, variant=v) for unit, v in shown]
    counts = [0, 0, 0]
    refused: list[reports.Refused] = []
    for start in range(0, len(sent), 500):
        told = await reports.record(ports, sent[start : start + 500])
        counts = [
            a + b for a, b in zip(counts, (told.recorded, told.repeated, told.crossed), strict=True)
        ]
        refused += told.refused
    return reports.Taken(recorded=counts[0], repeated=counts[1], crossed=counts[2], refused=refused)


async def report(ports: Ports, metric: str, *values: tuple[str, float], id: str = "exp") -> None:
    sent = [Outcome(experiment_id=id, unit_id=u, metric=metric, value=v) for u, v in values]
    for start in range(0, len(sent), 500):
        told = await reports.record_outcomes(ports, sent[start : start + 500])
        assert not told.refused, told


async def follow(ports: Ports) -> None:
    while any([(await consume_once(ports, each))[0] for each in CONSUMERS]):
        pass


async def read(ports: Ports, id: str = "exp") -> ExperimentResults:
    await follow(ports)
    return (await results.read(ports, await service.get(ports, id))).told


def metric(told: ExperimentResults, name: str) -> MetricResult:
    return next(each for each in told.metrics if each.name == name)


async def sell(ports: Ports, rows: Sequence[dict[str, Any]]) -> None:
    """Lines in the lake as the orders' domain writes them, now unless a line says when."""
    now = ports.clock.now().replace(tzinfo=None)
    columns: dict[str, list[Any]] = {name: [] for name in SALES.columns}
    for number, row in enumerate(rows):
        at = row.get("at", now)
        usual = {
            "order_id": f"ord_{number}_{instant(ports.clock.now())}",
            "line": 1,
            "kind": "sale",
            "quantity": 1,
            "discount_minor": 0,
            "currency": "EUR",
            "source": "live",
        }
        made = {**usual, **row, "at": at, "day": at.date(), "month": f"{at:%Y-%m}"}
        for name, column in columns.items():
            column.append(made.get(name))
    await ports.lake.append(SALES, columns)
