"""Models over HTTP: what is shown, who may decide, and what is refused."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api.serving import Served, assert_problem, serving
from omnix import app
from omnix.declared import MODELS
from omnix.domains.forecasting.declare import FORECAST_MODEL
from omnix.domains.ml import service as registry
from omnix.domains.ml.declare import RETRAIN
from omnix.domains.ml.model import Contest, Data, Score, Trained
from omnix.platform import jobs
from omnix.platform.jobs import work_once

pytestmark = pytest.mark.anyio
NAME = FORECAST_MODEL.name
ORIGINS = ["2025-10-01", "2025-11-01", "2025-12-01"]


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as served:
        yield served


async def _train(served: Served, algorithm: str, *, wins: bool) -> int:
    data = Data(fingerprint="f" * 32, first_day="2025-01-01", last_day="2025-12-31", rows=10)
    score = Score(group="all", series=9, origins=3, values={"wql": 0.5, "rmsse": None})
    made = await registry.register(
        served.ports, FORECAST_MODEL,
        Trained(algorithm=algorithm, code="c", data=data, scores=[score]), f"job-{algorithm}",
    )  # fmt: skip
    guards = {"bias": 0.0, "coverage_80": 0.8}
    contest = Contest(
        group="all", origins=ORIGINS, series=9, champion=[3.0] * 3,
        challenger=[2.0 if wins else 3.0] * 3, champion_guards=guards, challenger_guards=guards,
    )  # fmt: skip
    await registry.contend(served.ports, FORECAST_MODEL, made, [contest])
    return made.version


async def _get(served: Served, path: str, **query: Any) -> Any:
    answer = await served.call("GET", path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _pages(served: Served, path: str) -> list[Any]:
    found, cursor = [], None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = await _get(served, path, **query)
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


async def test_every_declared_model_is_listed_before_it_was_trained(served: Served) -> None:
    told = await _get(served, "/ml/models")
    assert {m["name"] for m in told["items"]} == {m.name for m in MODELS}
    assert all(m["standing"]["now"] is None for m in told["items"])
    assert told["definitions"]["promotion"]
    one = await _get(served, f"/ml/models/{NAME}")
    assert (one["champions"], one["watched"]) == ([], None)
    assert one["model"]["guards"]
    assert await _pages(served, f"/ml/models/{NAME}/versions") == []


async def test_what_answers_and_how_it_came_to(served: Served) -> None:
    for number, wins in enumerate((False, False, True, False, True), 1):
        assert await _train(served, f"a{number}", wins=wins) == number
    one = await _get(served, f"/ml/models/{NAME}")
    assert [v["version"] for v in one["champions"]] == [5]
    assert one["champions"][0]["scores"][0]["values"] == {"wql": 0.5, "rmsse": None}
    versions = await _pages(served, f"/ml/models/{NAME}/versions")
    assert [v["version"] for v in versions] == [5, 4, 3, 2, 1]
    third = await _get(served, f"/ml/models/{NAME}/versions/3")
    assert (third["state"], third["verdicts"][0]["won"]) == ("former", True)
    changes = await _pages(served, f"/ml/models/{NAME}/changes")
    assert sorted(c["kind"] for c in changes) == [
        "first", "promoted", "promoted", "refused", "refused",
    ]  # fmt: skip
    assert await _pages(served, f"/ml/models/{NAME}/drift") == []


async def test_back_by_hand_with_a_reason(served: Served) -> None:
    await _train(served, "a", wins=False)
    await _train(served, "b", wins=True)
    path = f"/ml/models/{NAME}"
    for body in ({}, {"reason": "  "}, {"reason": "no"}, {"reason": "why", "to": 1}):
        answer = await served.call("POST", f"{path}/rollback", json=body)
        assert assert_problem(answer)["status"] == 400
    back = await served.call("POST", f"{path}/rollback", json={"reason": "orders too much"})
    assert back.status_code == 200
    assert back.json()["now"]["default"] == 1
    again = await served.call("POST", f"{path}/rollback", json={"reason": "once more"})
    assert assert_problem(again)["status"] == 409
    told = await _get(served, f"{path}/changes")
    assert (told["items"][0]["kind"], told["items"][0]["by"]) == ("rolled-back", "usr_admin")
    up = await served.call("POST", f"{path}/promote", json={"version": 2, "reason": "was mended"})
    assert up.status_code == 200, up.text
    assert up.json()["now"]["default"] == 2


async def test_a_loser_is_not_promoted_whoever_asks(served: Served) -> None:
    await _train(served, "a", wins=False)
    await _train(served, "b", wins=False)
    body = {"version": 2, "reason": "I like it"}
    answer = await served.call("POST", f"/ml/models/{NAME}/promote", json=body)
    told = assert_problem(answer)
    assert told["status"] == 409
    assert "better by 0.0%" in told["detail"]


async def test_what_does_not_exist(served: Served) -> None:
    await _train(served, "a", wins=False)
    for path in ("", "/versions", "/changes", "/drift"):
        answer = await served.call("GET", f"/ml/models/none{path}")
        assert assert_problem(answer)["status"] == 404
    for number in ("2", "0", "-1", "x", "1e3", "9" * 30):
        answer = await served.call("GET", f"/ml/models/{NAME}/versions/{number}")
        assert assert_problem(answer)["status"] == 404
    body = {"version": 9, "reason": "there is none"}
    for what in ("promote", "rollback"):
        answer = await served.call("POST", f"/ml/models/{NAME}/{what}", json=body)
        assert assert_problem(answer)["status"] == 404, what


async def test_training_is_a_job_and_only_for_some(served: Served) -> None:
    answer = await served.call("POST", f"/ml/models/{NAME}/train")
    assert answer.status_code == 202
    assert answer.json()["name"] == FORECAST_MODEL.job.name
    for role, status in (("analyst", 403), ("customer", 403), ("manager", 202)):
        told = await served.call("POST", f"/ml/models/{NAME}/train", role)
        assert told.status_code == status, role
    assert (await served.call("GET", "/ml/models", "analyst")).status_code == 200


async def test_the_daily_look_asks_for_what_is_due_once(served: Served) -> None:
    """No model of the platform asks to be trained of itself, so the look leaves all in peace."""
    await jobs.submit(served.ports, RETRAIN, {})
    await work_once(served.ports, app.JOBS)
    (done,) = (await jobs.listing(served.ports, "done", 10, None)).items
    due = {model.name for model in MODELS if model.every_days is not None}
    assert done.result is not None
    assert set(done.result["asked"]) == due
