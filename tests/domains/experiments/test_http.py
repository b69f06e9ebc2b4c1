"""Experiments over HTTP: the way of one from plan to everybody, and who may do what."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api.serving import Served, assert_problem, serving

from .shop import TWO, follow

pytestmark = pytest.mark.anyio
PLAN: dict[str, Any] = {
    "id": "exp",
    "key": "button",
    "name": "A button",
    "variants": TWO,
    "metrics": [{"name": "conversion"}, {"name": "seconds", "role": "secondary",
                                         "outcome": {"kind": "mean", "better": "lower"}}],
}  # fmt: skip


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as it:
        yield it


async def did(served: Served, method: str, path: str, **request: Any) -> Any:
    answer = await served.call(method, path, "manager", **request)
    assert answer.status_code < 300, answer.text
    return answer.json()


async def test_from_plan_to_everybody(served: Served) -> None:
    assert (await did(served, "POST", "/experiments", json=PLAN))["status"] == "draft"
    listed = await did(served, "GET", "/experiments?status=draft")
    assert [each["id"] for each in listed["items"]] == ["exp"]
    await did(served, "PATCH", "/experiments/exp", json={"version": 1, "hypothesis": "Red sells"})
    assert (await did(served, "POST", "/experiments/exp/start"))["status"] == "running"
    ask = {"unit_id": "u1", "attributes": {"country": "DE"}}
    told = await did(served, "POST", "/experiments/exp/assignment", json=ask)
    assert told["reason"] == "SPLIT"
    shown = [
        {"experiment_id": "exp", "unit_id": f"v{n}", "variant": ("old", "new")[n % 2]}
        for n in range(40)
    ]
    taken = await did(served, "POST", "/experiments/exposures", json={"exposures": shown})
    assert taken == {"recorded": 40, "repeated": 0, "crossed": 0, "refused": []}
    figures = [
        {"experiment_id": "exp", "unit_id": f"v{n}", "metric": "seconds", "value": 3 + n % 5}
        for n in range(40)
    ]
    taken = await did(served, "POST", "/experiments/outcomes", json={"outcomes": figures})
    assert taken["recorded"] == 40
    await follow(served.ports)
    served.clock.advance(60)
    results = await did(served, "GET", "/experiments/exp/results")
    assert results["units"] == 41
    assert [metric["name"] for metric in results["metrics"]] == ["conversion", "seconds"]
    assert results["verdict"]["state"] == "undecided"
    assert (await did(served, "POST", "/experiments/exp/stop"))["stop_reason"] == "by hand"
    shipped = await did(served, "POST", "/experiments/exp/ship", json={"variant": "new"})
    assert shipped["shipped_variant"] == "new"
    told = await did(served, "POST", "/experiments/exp/assignment", json={"unit_id": "anybody"})
    assert (told["variant"], told["reason"]) == ("new", "STATIC")


async def test_two_rankings_in_one_list(served: Served) -> None:
    await did(served, "POST", "/experiments", json=PLAN)
    ask = {"impression_id": "i1", "rankings": {"old": ["a", "b", "c"], "new": ["c", "d"]}}
    path = "/experiments/exp/interleaving"
    assert (await served.call("POST", path, json=ask)).status_code == 409
    await did(served, "POST", "/experiments/exp/start")
    told = await did(served, "POST", path, json=ask)
    assert told == await did(served, "POST", path, json=ask)
    assert sorted(each["id"] for each in told["items"]) == ["a", "b", "c", "d"]
    assert {each["id"]: each["variant"] for each in told["items"]}["d"] == "new"
    firsts = set()
    for n in range(20):
        shown = await did(served, "POST", path, json={**ask, "impression_id": f"i{n}"})
        firsts.add(shown["items"][0]["variant"])
    assert firsts == {"old", "new"}
    wrong = {**ask, "rankings": {"old": ["a"], "other": ["b"]}}
    assert (await served.call("POST", path, json=wrong)).status_code == 404


async def test_how_many_units(served: Served) -> None:
    ask = {"baseline": 0.05, "relative_effect": 0.1, "units_per_day": 1_000}
    told = await did(served, "POST", "/experiments/power", json=ask)
    assert told["units"] == 2 * told["units_per_arm"] == 59_654
    assert told["sequential_days"] > told["days"] == 63
    assert "63 days at this pace" in told["text"]
    for wrong, field in (
        ({"baseline": 1.2}, "baseline"),
        ({"kind": "mean"}, "deviation"),
        ({"relative_effect": 0}, "relative_effect"),
        ({"arms": 1}, "arms"),
    ):
        answer = await served.call("POST", "/experiments/power", json={**ask, **wrong})
        assert [error["field"] for error in assert_problem(answer)["errors"]] == [field]


async def test_the_catalogue_of_metrics(served: Served) -> None:
    told = await did(served, "GET", "/experiments/metrics")
    assert {"conversion", "profit_per_unit"} <= {each["name"] for each in told["items"]}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"variants": [{"key": "a", "weight": 10_000}]}, "variants"),
        ({"variants": [*TWO, {"key": "c", "weight": 1}]}, "variants"),
        ({"metrics": []}, "metrics"),
        ({"alpha": 0.5}, "alpha"),
        ({"targeting": [{"attribute": "x", "operator": "matches", "values": ["."]}]},
         "targeting[0].operator"),
        ({"surprise": 1}, "surprise"),
    ],
)  # fmt: skip
async def test_a_wrong_plan_names_its_field(
    served: Served, wrong: dict[str, Any], field: str
) -> None:
    answer = await served.call("POST", "/experiments", json={**PLAN, **wrong})
    assert answer.status_code == 400
    assert [error["field"] for error in assert_problem(answer)["errors"]] == [field]


async def test_an_infinite_outcome_is_refused(served: Served) -> None:
    await did(served, "POST", "/experiments", json=PLAN)
    for value in ("1e999", "NaN", "Infinity"):
        body = (
            '{"outcomes": [{"experiment_id": "exp", "unit_id": "u", "metric": "seconds", '
            f'"value": {value}}}]}}'
        )
        answer = await served.call(
            "POST",
            "/experiments/outcomes",
            content=body,
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 400
        assert_problem(answer)


async def test_who_may_do_what(served: Served) -> None:
    await did(served, "POST", "/experiments", json=PLAN)
    for role, may in (("analyst", (200, 403, 403)), ("customer", (403, 403, 403)),
                      ("service", (200, 200, 200))):  # fmt: skip
        seen = (
            await served.call("GET", "/experiments/exp", role),
            await served.call("PATCH", "/experiments/exp", role, json={"version": 1, "name": "x"}),
            await served.call("POST", "/experiments/exp/assignment", role, json={"unit_id": "u"}),
        )
        assert tuple(answer.status_code for answer in seen) == may, role
