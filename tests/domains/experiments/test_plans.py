"""Plans and their refusals, transitions, namespaces, and rules of who takes part."""

import asyncio
from typing import Any

import msgspec
import pytest

from omnix.domains.experiments import service
from omnix.domains.experiments.model import ExperimentChange
from omnix.domains.experiments.targeting import Rule, eligible, holds
from omnix.kit.errors import AlreadyExists, Conflict, Invalid, NotFound
from omnix.ports import Ports

from .shop import ACTOR, TWO, plan, running

pytestmark = pytest.mark.anyio


def three(*values: Any) -> list[dict[str, Any]]:
    weights = (3_334, 3_333, 3_333)
    return [
        {"key": f"v{n}", "weight": w, "value": v}
        for n, (w, v) in enumerate(zip(weights, values, strict=True))
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"variants": [{"key": "a", "weight": 9_000}, {"key": "b", "weight": 999}]}, "variants"),
        ({"variants": [{"key": "a", "weight": 5_000}] * 2}, "variants"),
        ({"variants": three(True, False, "yes")}, "variants"),
        ({"variants": three(1, 2, "x" * 10_001)}, "variants"),
        ({"variants": three("a", "b", "x" * 10_001)}, "variants[2].value"),
        ({"metrics": [{"name": "fame"}]}, "metrics[0].name"),
        ({"metrics": [{"name": "conversion", "role": "guardrail"}]}, "metrics"),
        ({"metrics": [{"name": "conversion"}] * 2}, "metrics"),
        ({"metrics": [{"name": "conversion", "outcome": {"kind": "mean"}}]}, "metrics[0].name"),
        ({"metrics": [{"name": "profit_per_unit"}]}, "metrics[0].name"),
        ({"unit": "visitor"}, "metrics[0].name"),
        ({"namespace": {"name": "n", "first": 5, "end": 5}}, "namespace.end"),
        ({"method": "fixed"}, "planned_units"),
        ({"targeting": [{"attribute": "a", "operator": "in"}]}, "targeting[0].values"),
        (
            {"targeting": [{"attribute": "a", "operator": "at_least", "values": ["x"]}]},
            "targeting[0].values",
        ),
        (
            {"allocation": "thompson", "metrics": [{"name": "median_order_value"}]},
            "allocation",
        ),
        (
            {
                "variants": three(1, 2, 3),
                "metrics": [{"name": "wins", "outcome": {"kind": "preference"}}],
            },
            "metrics[0].outcome",
        ),
    ],
)
async def test_a_plan_that_contradicts_itself(
    ports: Ports, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as told:
        await service.create(ports, ACTOR, plan(**wrong))
    assert [error.field for error in told.value.errors] == [field]


def test_one_arm_is_no_experiment() -> None:
    with pytest.raises(msgspec.ValidationError, match="length >= 2"):
        plan(variants=[{"key": "a", "weight": 10_000}])


async def test_an_experiment_from_draft_to_everybody(ports: Ports) -> None:
    draft = await service.create(ports, ACTOR, plan())
    with pytest.raises(AlreadyExists):
        await service.create(ports, ACTOR, plan())
    for refused in (service.stop(ports, ACTOR, "exp"), service.ship(ports, ACTOR, "exp", "new")):
        with pytest.raises(Conflict):
            await refused
    change = ExperimentChange(version=draft.version, alpha=0.01, name="Better words")
    changed = await service.change(ports, ACTOR, "exp", change)
    assert (changed.alpha, changed.name, changed.version) == (0.01, "Better words", 2)
    with pytest.raises(Conflict, match="version 2"):
        await service.change(ports, ACTOR, "exp", change)
    started = await service.start(ports, ACTOR, "exp")
    assert started.status == "running"
    with pytest.raises(Conflict):
        await service.start(ports, ACTOR, "exp")
    stopped = await service.stop(ports, ACTOR, "exp", "enough")
    assert (stopped.status, stopped.stop_reason) == ("stopped", "enough")
    with pytest.raises(Invalid):
        await service.ship(ports, ACTOR, "exp", "none")
    shipped = await service.ship(ports, ACTOR, "exp", "new")
    assert (shipped.status, shipped.shipped_variant) == ("shipped", "new")
    assert shipped.stopped_at == stopped.stopped_at
    with pytest.raises(NotFound):
        await service.start(ports, ACTOR, "another")


async def test_what_units_were_shown_cannot_be_changed_behind_them(ports: Ports) -> None:
    made = await running(ports, traffic=1_000)
    for wrong in (
        {"traffic": 500},
        {"alpha": 0.1},
        {"variants": [{"key": "old", "weight": 1_000}, {"key": "new", "weight": 9_000}]},
        {"metrics": [{"name": "orders_per_unit"}]},
    ):
        change = msgspec.convert({"version": made.version, **wrong}, ExperimentChange)
        with pytest.raises(Conflict) as told:
            await service.change(ports, ACTOR, "exp", change)
        assert [error.field for error in told.value.errors] == list(wrong)
    words = {"version": made.version, "traffic": 2_000, "hypothesis": "h", "variants": TWO}
    grown = await service.change(ports, ACTOR, "exp", msgspec.convert(words, ExperimentChange))
    assert (grown.traffic, grown.hypothesis) == (2_000, "h")


async def test_a_key_goes_to_the_next_experiment_when_the_last_has_ended(ports: Ports) -> None:
    await running(ports)
    await service.create(ports, ACTOR, plan(id="next"))
    with pytest.raises(Conflict, match="exp is running"):
        await service.start(ports, ACTOR, "next")
    await service.stop(ports, ACTOR, "exp")
    await service.start(ports, ACTOR, "next")
    with pytest.raises(Conflict, match="another experiment"):
        await service.ship(ports, ACTOR, "exp", "new")


async def test_only_one_of_many_starts_wins(ports: Ports) -> None:
    for n in range(6):
        space = {"name": "page", "first": 0, "end": 6_000}
        await service.create(ports, ACTOR, plan(id=f"e{n}", key=f"k{n}", namespace=space))
    tried = await asyncio.gather(
        *(service.start(ports, ACTOR, f"e{n}") for n in range(6)), return_exceptions=True
    )
    assert sum(isinstance(each, Conflict) for each in tried) == 5
    rest = {"name": "page", "first": 6_000, "end": 10_000}
    await service.create(ports, ACTOR, plan(id="rest", key="rest", namespace=rest))
    await service.start(ports, ACTOR, "rest")
    winner = next(each for each in tried if not isinstance(each, BaseException))
    await service.stop(ports, ACTOR, winner.id)
    other = next(f"e{n}" for n in range(6) if f"e{n}" != winner.id)
    assert (await service.start(ports, ACTOR, other)).status == "running"


SOMEBODY = {"country": "DE", "orders": 3, "tags": ["vip", "b2b"], "new": False, "score": 1.5}


@pytest.mark.parametrize(
    ("attribute", "operator", "values", "expected"),
    [
        ("country", "in", ("DE", "AT"), True),
        ("country", "in", ("de",), False),
        ("country", "not_in", ("FR",), True),
        ("missing", "in", ("x",), False),
        ("missing", "not_in", ("x",), True),
        ("tags", "in", ("vip",), True),
        ("tags", "not_in", ("b2b",), False),
        ("orders", "in", (3.0,), True),
        ("new", "in", (0,), False),
        ("new", "in", (False,), True),
        ("orders", "at_least", (3,), True),
        ("orders", "at_least", (3.5,), False),
        ("score", "at_most", (2,), True),
        ("country", "at_least", (1,), False),
        ("new", "at_least", (0,), False),
        ("country", "starts_with", ("A", "D"), True),
        ("country", "contains", ("E",), True),
        ("orders", "contains", ("3",), False),
        ("country", "exists", (), True),
        ("missing", "exists", (), False),
        ("missing", "not_exists", (), True),
    ],
)
def test_rules(attribute: str, operator: Any, values: Any, expected: bool) -> None:
    rule = Rule(attribute, operator, values)
    assert rule.wrong() is None
    assert holds(rule, SOMEBODY) is expected


def test_all_rules_must_hold() -> None:
    one, other = Rule("orders", "at_least", (1,)), Rule("country", "in", ("FR",))
    assert eligible((), {})
    assert eligible((one,), SOMEBODY)
    assert not eligible((one, other), SOMEBODY)
