"""Asking over HTTP: the whole answer, the answer in steps, tools, limits and what was spent."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from api.serving import Served, assert_problem, serving

pytestmark = pytest.mark.anyio


async def ok(served: Served, method: str, path: str, **request: Any) -> Any:
    answer = await served.call(method, path, **request)
    assert answer.status_code < 300, answer.text
    return answer.json()


async def test_a_question_is_answered_with_its_sources(data: Path) -> None:
    async with serving(data) as served:
        answer = await ok(served, "POST", "/ai/ask", json={"question": "What sold best?"})
        assert (answer["by"], answer["answered"], answer["model"]) == ("narrator", True, None)
        summary = await ok(served, "GET", "/dashboard/summary?days=30")
        top = summary["top_products"][0]
        cited = {
            answer["text"][c["start"] : c["end"]]: c for c in answer["citations"]
        }  # fmt: skip
        (result,) = answer["results"]
        assert result["rows"][0]["figures"][0]["value"] == top["revenue_minor"]
        assert any(c["figure"] == "1.revenue" for c in cited.values())
        assert result["rows"][0]["link"] == f"/product/?id={top['product_id']}"
        again = await ok(served, "POST", "/ai/ask", json={"question": "flibbertigibbet"})
        assert (again["answered"], bool(again["suggestions"])) == (False, True)


async def test_an_answer_comes_in_steps(data: Path) -> None:
    async with serving(data) as served:
        answer = await served.call(
            "POST", "/ai/ask", json={"question": "How is the shop doing?"},
            headers={"Accept": "text/event-stream"},
        )  # fmt: skip
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = [block.split("\n", 1) for block in answer.text.strip().split("\n\n")]
        names = [head.removeprefix("event: ") for head, _ in events]
        bodies = [msgspec.json.decode(body.removeprefix("data: ")) for _, body in events]
        assert names[0] == "tool"
        assert names[-1] == "answer"
        assert names[1:].count("text") >= 2
        said = "".join(b["text"] for n, b in zip(names, bodies, strict=True) if n == "text")
        assert said == bodies[-1]["answer"]["text"]
        assert [b["event"] for b in bodies] == names
        blank = await served.call(
            "POST", "/ai/ask", json={"question": "  "}, headers={"Accept": "text/event-stream"}
        )
        assert blank.text.startswith("event: error\n")


async def test_tools_over_http_are_the_routes_figures(data: Path) -> None:
    async with serving(data) as served:
        known = {tool["name"]: tool for tool in (await ok(served, "GET", "/ai/tools"))["items"]}
        assert len(known) >= 18
        assert known["sales"]["parameters"]["additionalProperties"] is False
        summary = await ok(served, "GET", "/dashboard/summary?days=90")
        found = await ok(served, "POST", "/ai/tools/metrics", json={"days": 90})
        values = {figure["key"]: figure["value"] for figure in found["figures"]}
        for metric in summary["metrics"]:
            assert values[metric["name"]] == metric["value"], metric["name"]
        proposals = await ok(served, "GET", "/inventory/replenishment?limit=5")
        found = await ok(served, "POST", "/ai/tools/replenishment", json={"limit": 5})
        assert [(row["id"], row["figures"][0]["value"]) for row in found["rows"]] == [
            (p["product_id"], p["quantity"]) for p in proposals["items"]
        ]
        changes = await ok(served, "GET", "/dashboard/changes")
        found = await ok(served, "POST", "/ai/tools/explain_change", json={})
        values = {figure["key"]: figure["value"] for figure in found["figures"]}
        assert values["change"] == changes["change"]
        assert [row["figures"][0]["value"] for row in found["rows"]] == [
            cause["effect"] for cause in changes["causes"]
        ]
        advice = await ok(served, "GET", "/recommendations?limit=5")
        found = await ok(served, "POST", "/ai/tools/actions", json={"limit": 5})
        assert [row["figures"][1]["value"] for row in found["rows"]] == [
            each["at_stake_minor"] for each in advice["items"]
        ]
        segments = await ok(served, "GET", "/segments")
        found = await ok(served, "POST", "/ai/tools/segments", json={})
        assert {row["id"] for row in found["rows"]} == {s["id"] for s in segments["items"]}
        for name in known:
            given: dict[str, Any] = {}
            if "product_id" in known[name]["parameters"]["required"]:
                given["product_id"] = summary["top_products"][0]["product_id"]
            if "text" in known[name]["parameters"]["required"]:
                given["text"] = "tea"
            if name in ("customer", "experiment_results"):
                continue
            found = await ok(served, "POST", f"/ai/tools/{name}", json=given)
            assert found["tool"] == name
            assert found["source"].startswith("GET /v1/")
        people = await ok(served, "GET", "/customers?limit=1")
        id = people["items"][0]["id"]
        insights = await ok(served, "GET", f"/customers/{id}/insights")
        found = await ok(served, "POST", "/ai/tools/customer", json={"customer_id": id})
        if insights["state"] == "ready":
            values = {figure["key"]: figure["value"] for figure in found["figures"]}
            assert values["churn"] == insights["insights"]["churn"]["churn"]


async def test_wrong_arguments_are_named(data: Path) -> None:
    async with serving(data) as served:
        for name, given in (
            ("metrics", {"days": 8}), ("sales", {"from": "yesterday"}), ("sales", {"until": "x"}),
            ("top_products", {"limit": 1000}), ("find_products", {}),
        ):  # fmt: skip
            refused = await served.call("POST", f"/ai/tools/{name}", json=given)
            (error,) = assert_problem(refused)["errors"]
            assert error["field"] == next(iter(given), "text"), name
        missing = await served.call("POST", "/ai/tools/nothing", json={})
        assert assert_problem(missing)["status"] == 404


async def test_who_may_ask_what(data: Path) -> None:
    async with serving(data) as served:
        for role, status in (("analyst", 200), ("manager", 200), ("customer", 403), (None, 401)):
            answer = await served.call("POST", "/ai/ask", role, json={"question": "Any alerts?"})
            assert answer.status_code == status, role
        made = await ok(
            served, "POST", "/auth/api-keys",
            json={"name": "narrow", "permissions": ["ai:ask", "inventory:read"]},
        )  # fmt: skip
        headers = {"Authorization": f"Bearer {made['key']}"}
        tools = await served.call("GET", "/ai/tools", None, headers=headers)
        assert [t["name"] for t in tools.json()["items"]] == ["low_stock", "replenishment"]
        refused = await served.call("POST", "/ai/tools/metrics", None, json={}, headers=headers)
        assert assert_problem(refused)["status"] == 403


async def test_limits_are_set_by_admins_and_calls_are_kept(data: Path) -> None:
    async with serving(data) as served:
        usage = await ok(served, "GET", "/ai/usage")
        assert usage["model"] is None
        changed = await ok(served, "PATCH", "/ai/limits", json={"version": 0, "calls_per_user": 5})
        assert (changed["version"], changed["calls_per_user"]) == (1, 5)
        stale = await served.call("PATCH", "/ai/limits", json={"version": 0})
        assert assert_problem(stale)["status"] == 409
        refused = await served.call("PATCH", "/ai/limits", "manager", json={"version": 1})
        assert assert_problem(refused)["status"] == 403
        await ok(served, "POST", "/ai/ask", json={"question": "Secret words: any alerts?"})
        page = await ok(served, "GET", "/ai/calls")
        assert [(c["user"], c["by"], c["kind"]) for c in page["items"]] == [
            ("usr_admin", "narrator", "ask")
        ]
        assert "ecret" not in str(page)
        for _ in range(2):
            await ok(served, "POST", "/ai/ask", json={"question": "Any alerts?"})
        found: list[str] = []
        cursor = ""
        while cursor is not None:
            page = await ok(served, "GET", f"/ai/calls?limit=1{cursor}")
            found += [each["id"] for each in page["items"]]
            cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
        assert len(found) == len(set(found)) == 3
