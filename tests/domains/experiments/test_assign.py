"""Assignment and exposures: the same answer whenever asked, noted once."""

import asyncio

import msgspec
import pytest

from omnix.domains.experiments import assign, reports, service
from omnix.domains.experiments.assign import evaluate
from omnix.domains.experiments.declare import EXPOSED
from omnix.domains.experiments.handlers import CONSUMERS
from omnix.domains.experiments.model import ExperimentChange
from omnix.domains.experiments.reports import Exposure, Outcome
from omnix.engine.experiments.buckets import assign as by_hash
from omnix.kit.time import instant
from omnix.ports import Ports, Query

from .shop import ACTOR, advance, expose, follow, running

pytestmark = pytest.mark.anyio
ALL = Query(
    "all_exposures", "Every row.", "SELECT * FROM exposures ORDER BY unit_id", ("exposures",)
)
REPORTED = Query("all_outcomes", "Every row.", "SELECT * FROM outcomes", ("outcomes",))


async def test_the_variant_is_the_hashs_and_stays(ports: Ports) -> None:
    experiment = await running(ports, traffic=6_000)
    units = [f"u{n}" for n in range(60)]
    first = [await evaluate(ports, experiment, unit, {}, expose=True) for unit in units]
    for unit, told in zip(units, first, strict=True):
        arm = by_hash("exp", unit, [5_000, 5_000], 6_000)
        assert (told.reason, told.variant) == (
            ("DEFAULT", "old") if arm is None else ("SPLIT", ("old", "new")[arm])
        )
    again = [await evaluate(ports, experiment, unit, {}, expose=True) for unit in units]
    assert again == first
    await follow(ports)
    rows = await ports.lake.rows(ALL)
    inside = {u: t.variant for u, t in zip(units, first, strict=True) if t.reason == "SPLIT"}
    assert {row["unit_id"]: row["variant"] for row in rows} == inside
    assert len(rows) == len(inside)


async def test_who_was_shown_a_variant_keeps_it(ports: Ports) -> None:
    rule = {"attribute": "country", "operator": "in", "values": ["DE"]}
    experiment = await running(ports, targeting=[rule], allocation="thompson")
    here = await evaluate(ports, experiment, "u1", {"country": "DE"}, expose=True)
    assert here.reason == "SPLIT"
    assert (await evaluate(ports, experiment, "u2", {}, expose=True)).reason == "DEFAULT"
    weights = [10_000, 0] if here.variant == "new" else [0, 10_000]
    moved = await service.divide(ports, "test", experiment, weights)
    assert await evaluate(ports, moved, "u1", {}, expose=True) == here
    assert await ports.records.get(EXPOSED, ("exp", "u2")) is None


async def test_asking_without_exposing_leaves_no_trace(ports: Ports) -> None:
    experiment = await running(ports)
    told = await evaluate(ports, experiment, "u1", {}, expose=False)
    assert told.reason == "SPLIT"
    await follow(ports)
    assert await ports.lake.rows(ALL) == []


async def test_many_askers_at_once_note_one_exposure(ports: Ports) -> None:
    experiment = await running(ports)
    told = await asyncio.gather(
        *(evaluate(ports, experiment, "u1", {}, expose=True) for _ in range(12))
    )
    assert len({each.variant for each in told}) == 1
    await follow(ports)
    assert len(await ports.lake.rows(ALL)) == 1


async def test_ended_and_shipped(ports: Ports) -> None:
    rule = {"attribute": "country", "operator": "in", "values": ["DE"]}
    values = [
        {"key": "old", "weight": 5_000, "value": 1},
        {"key": "new", "weight": 5_000, "value": 2},
    ]
    await running(ports, targeting=[rule], variants=values)
    ended = await service.stop(ports, ACTOR, "exp")
    told = await evaluate(ports, ended, "u1", {"country": "DE"}, expose=True)
    assert (told.reason, told.variant, told.value) == ("DISABLED", "old", 1)
    shipped = await service.ship(ports, ACTOR, "exp", "new")
    told = await evaluate(ports, shipped, "u1", {"country": "DE"}, expose=True)
    assert (told.reason, told.variant, told.value) == ("STATIC", "new", 2)
    assert (await evaluate(ports, shipped, "u1", {}, expose=True)).value == 1
    await follow(ports)
    assert await ports.lake.rows(ALL) == []


async def test_exposures_told_again_and_crossed(ports: Ports) -> None:
    await running(ports)
    many = [(f"u{n}", "old" if n % 2 else "new") for n in range(120)]
    told = await expose(ports, *many)
    assert (told.recorded, told.repeated, told.crossed) == (120, 0, 0)
    told = await expose(ports, *many, ("u1", "old"))
    assert (told.recorded, told.repeated, told.crossed) == (0, 121, 0)
    told = await expose(ports, ("u1", "new"), ("x", "old"), ("x", "new"))
    assert (told.recorded, told.repeated, told.crossed) == (1, 0, 2)
    await follow(ports)
    assert len(await ports.lake.rows(ALL)) == 123


async def test_wrong_exposures_are_named_and_the_others_taken(ports: Ports) -> None:
    await running(ports)
    advance(ports, hours=1)
    now = ports.clock.now()
    rows = [
        {"experiment_id": "none", "unit_id": "u", "variant": "old"},
        {"experiment_id": "exp", "unit_id": "u", "variant": "third"},
        {"experiment_id": "exp", "unit_id": "u", "variant": "old", "at": "yesterday"},
        {"experiment_id": "exp", "unit_id": "u", "variant": "old", "at": "2999-01-01T00:00:00Z"},
        {"experiment_id": "exp", "unit_id": "u", "variant": "old", "at": "1999-01-01T00:00:00Z"},
        {"experiment_id": "exp", "unit_id": "u", "variant": "old", "at": instant(now)},
    ]
    told = await reports.record(ports, msgspec.convert(rows, list[Exposure]))
    assert [each.position for each in told.refused] == [0, 1, 2, 3, 4]
    assert told.recorded == 1
    assert "future" in told.refused[3].reason
    await service.stop(ports, ACTOR, "exp")
    advance(ports, minutes=1)
    assert len((await expose(ports, ("v", "old"))).refused) == 1


async def test_events_delivered_again_add_nothing(ports: Ports) -> None:
    await running(ports)
    await expose(ports, *((f"u{n}", "old") for n in range(100)))
    consumer = CONSUMERS[0]
    events = (await ports.bus.read("test", consumer.types)).events
    await consumer.handle(ports, events[:1])
    await asyncio.gather(*(consumer.handle(ports, events) for _ in range(3)))
    assert len(await ports.lake.rows(ALL)) == 100


async def test_outcomes_under_an_id_count_once(ports: Ports) -> None:
    await running(ports, metrics=[{"name": "clicks", "outcome": {"kind": "mean"}}])
    rows = [
        {"experiment_id": "exp", "unit_id": "u", "metric": "clicks", "value": 1, "id": "m1"},
        {"experiment_id": "exp", "unit_id": "u", "metric": "clicks", "value": 1, "id": "m1"},
        {"experiment_id": "exp", "unit_id": "u", "metric": "clicks", "value": 2},
        {"experiment_id": "exp", "unit_id": "u", "metric": "fame", "value": 2},
    ]
    sent = msgspec.convert(rows, list[Outcome])
    told = await reports.record_outcomes(ports, sent)
    assert (told.recorded, told.repeated, [r.position for r in told.refused]) == (2, 1, [3])
    told = await reports.record_outcomes(ports, sent[:2])
    assert (told.recorded, told.repeated) == (0, 2)
    await follow(ports)
    assert sorted(row["value"] for row in await ports.lake.rows(REPORTED)) == [1.0, 2.0]


async def test_more_traffic_keeps_everybody(ports: Ports) -> None:
    experiment = await running(ports, traffic=1_000)
    before = {n: assign.chosen(experiment, f"u{n}", {}) for n in range(400)}
    change = ExperimentChange(version=experiment.version, traffic=9_000)
    after = await service.change(ports, ACTOR, "exp", change)
    for n, variant in before.items():
        assert variant in (None, assign.chosen(after, f"u{n}", {}))
    assert sum(assign.chosen(after, f"u{n}", {}) is not None for n in before) > 300
