"""A foundation model from its weights to a forecast: over the API, on the real ONNX Runtime."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.serving import Served, serving
from omnix import app
from omnix.domains.forecasting import catalogue, history
from omnix.domains.forecasting.declare import FORECAST_MODEL
from omnix.domains.forecasting.foundation import desk
from omnix.domains.ml import service as registry
from omnix.platform.jobs import work_once
from onnx_models import HORIZON, remembering, steady

pytestmark = pytest.mark.anyio
KEY_DAYS = 56


@pytest.fixture
async def served(
    shop_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Served]:
    monkeypatch.setenv("OMNIX_FOUNDATION", str(tmp_path / "weights"))
    async with serving(shop_data) as served:
        yield served


async def _run(served: Served, path: str) -> dict[str, Any]:
    asked = await served.call("POST", path)
    assert asked.status_code == 202, asked.text
    while await work_once(served.ports, app.JOBS):
        pass
    return dict((await served.call("GET", f"/jobs/{asked.json()['id']}")).json())


async def _forecast(served: Served) -> set[str]:
    """The models that the products' forecasts rest on after a night's run."""
    assert (await _run(served, "/forecasts/batch"))["state"] == "done"
    listed = (await served.call("GET", "/forecasts?limit=200")).json()["items"]
    return {item["model"] for item in listed}


async def _foreseeing(served: Served, folder: Path) -> None:
    """Weights that have seen the shop's future: no honest model would win so surely."""
    span = await history.window(served.ports)
    assert span is not None
    past = await history.read(served.ports, span, await catalogue.active(served.ports), all=True)
    values = np.nan_to_num(past.by_product.values)
    days = values.shape[1]
    keys, after = [], []
    for cut in range(days - 28 * 7, days + 1, 28):
        keys.append(values[:, cut - KEY_DAYS : cut])
        usual = values[:, cut - KEY_DAYS : cut].mean(1, keepdims=True)
        rest = 0.6 * values[:, cut : cut + HORIZON] + 0.4 * usual
        after.append(np.hstack([rest, np.repeat(usual, HORIZON - rest.shape[1], 1)]))
    remembering(folder, np.concatenate(keys), np.concatenate(after))


async def test_it_answers_where_it_won_until_somebody_takes_it_back(
    served: Served, tmp_path: Path
) -> None:
    folder = tmp_path / "weights"
    await _foreseeing(served, folder)
    told = await _run(served, "/forecasts/foundation/contest")
    assert "nothing was forecast yet" in told["result"]["reason"]
    # The night has it tried, which only then lets it answer.
    assert "foundation" not in await _forecast(served)
    state = (await served.call("GET", "/forecasts/foundation")).json()
    assert (state["configured"], state["problem"]) == (True, None)
    assert state["groups"][0] == "all"
    seen = (await served.call("GET", f"/ml/models/forecast/versions/{state['version']}")).json()
    assert (seen["algorithm"], seen["recipe"]["context_days"]) == ("foundation", 512)
    assert len(seen["recipe"]["weights"]) == 32
    assert seen["scores"][0]["group"] == "all"
    assert seen["verdicts"][0]["won"] is True

    assert "foundation" in await _forecast(served)
    listed = (await served.call("GET", "/forecasts?limit=200")).json()["items"]
    one = next(item for item in listed if item["model"] == "foundation")
    made = (await served.call("GET", f"/forecasts/{one['product_id']}")).json()
    assert "trained elsewhere" in made["label"]
    assert made["horizon_days"] == len(made["points"]) == 90
    assert all(p["q10"] <= p["q50"] <= p["q90"] and p["mean"] >= 0 for p in made["points"])

    steady(folder)  # whoever puts others in their place gets the usual forecast
    assert "foundation" not in await _forecast(served)

    await _foreseeing(served, folder)
    reason = {"reason": "It is to be tried first."}
    back = await served.call("POST", "/ml/models/forecast/rollback", json=reason)
    assert back.status_code == 200
    assert (await served.call("GET", "/forecasts/foundation")).json()["groups"] == []
    told = await _run(served, "/forecasts/foundation/contest")
    assert told["result"]["answers_for"] == []
    changes = (await served.call("GET", "/ml/models/forecast/changes?limit=1")).json()["items"]
    assert "rolled this recipe back" in changes[0]["reason"]


async def test_a_bad_model_is_refused_also_where_a_good_one_answered(
    served: Served, tmp_path: Path
) -> None:
    await _foreseeing(served, tmp_path / "weights")
    await _forecast(served)
    assert (await served.call("GET", "/forecasts/foundation")).json()["groups"][0] == "all"
    steady(tmp_path / "weights", times=3.0)
    told = await _run(served, "/forecasts/foundation/contest")
    assert told["result"]["answers_for"] == []
    champion = await registry.champion(served.ports, FORECAST_MODEL)
    assert champion is not None
    assert champion.algorithm == "ets_tsb"
    changes = (await served.call("GET", "/ml/models/forecast/changes?limit=1")).json()["items"]
    assert (changes[0]["kind"], changes[0]["version"]) == ("refused", told["result"]["version"])
    assert "worse by" in changes[0]["reason"]
    for _ in range(2):
        await desk.ask_weekly(served.ports, date(2026, 1, 8))
    ran = (await served.call("GET", "/jobs?limit=50")).json()["items"]
    asked = [job["requested_by"] for job in ran if job["name"] == "forecast.contest"]
    assert sorted(asked) == ["schedule", "schedule", "usr_admin"]


async def test_what_is_missing_is_told_in_words(served: Served, tmp_path: Path) -> None:
    asked = await served.call("POST", "/forecasts/foundation/contest")
    assert asked.status_code == 409
    assert asked.headers["content-type"].startswith("application/problem+json")
    assert "OMNIX_FOUNDATION does not name a folder" in asked.json()["detail"]
    state = (await served.call("GET", "/forecasts/foundation")).json()
    assert state["configured"] is True
    assert "does not name a folder" in state["problem"]
    wrong = (("context", 1, ("batch", "days")), ("prices", 1, ("batch",)))
    steady(tmp_path / "weights", inputs=wrong)
    told = await _run(served, "/forecasts/foundation/contest")
    assert (told["state"], "asks for prices" in told["error"]) == ("failed", True)
    assert (
        await served.call("POST", "/forecasts/foundation/contest", "analyst")
    ).status_code == 403
