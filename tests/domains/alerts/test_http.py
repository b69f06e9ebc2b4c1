"""Alerts, rules and channels over HTTP."""

from pathlib import Path
from typing import Any

import pytest

from api.serving import Served, assert_problem, serving
from omnix.domains.alerts.channels import SECRET
from omnix.domains.alerts.evaluate import evaluate
from omnix.domains.alerts.kinds import KINDS, STOCK
from omnix.domains.alerts.outbound import NETWORKS
from omnix.domains.alerts.rules import BUILT_IN

from .shop import receiving, stock

pytestmark = pytest.mark.anyio
WHEN = {"any": [{"all": [{"attribute": "available", "operator": "below", "value": 3}]}]}
RULE = {"name": "Few left", "kind": "stock", "when": WHEN}


async def _ok(served: Served, method: str, path: str, **request: Any) -> Any:
    answer = await served.call(method, path, **request)
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


async def test_an_alert_from_opening_to_its_end(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        await evaluate(served.ports, STOCK, [stock("mug"), stock("tray", loss=9)])
        page = await _ok(served, "GET", "/alerts?limit=1")
        assert [alert["loss_minor"] for alert in page["items"]] == [500]
        more = await _ok(served, "GET", f"/alerts?limit=1&cursor={page['next_cursor']}")
        assert [alert["loss_minor"] for alert in more["items"]] == [9]
        id = page["items"][0]["id"]
        assert (await _ok(served, "GET", f"/alerts/{id}"))["subject"] == "product:mug@shop"
        mine = await _ok(served, "POST", f"/alerts/{id}/acknowledge", json={"note": "mine"})
        assert (mine["status"], mine["acknowledged_by"]) == ("acknowledged", "usr_admin")
        again = await _ok(served, "POST", f"/alerts/{id}/acknowledge", json={})
        assert again == mine
        given = await _ok(served, "POST", f"/alerts/{id}/assign", json={"user_id": "usr_analyst"})
        assert given["assignee"] == "usr_analyst"
        refused = await served.call(
            "POST", f"/alerts/{id}/assign", json={"user_id": "usr_customer"}
        )
        assert assert_problem(refused)["status"] == 400
        until = "2026-01-02T00:00:00Z"
        await _ok(served, "POST", f"/alerts/{id}/snooze", json={"until": until})
        snoozed = await _ok(served, "GET", "/alerts?state=snoozed")
        assert [alert["id"] for alert in snoozed["items"]] == [id]
        done = await _ok(served, "POST", f"/alerts/{id}/resolve", json={"note": "ordered"})
        assert [step["what"] for step in done["steps"]] == [
            "acknowledged", "assigned", "snoozed", "resolved",
        ]  # fmt: skip
        refused = await served.call("POST", f"/alerts/{id}/dismiss", json={})
        assert assert_problem(refused)["status"] == 409
        back = await _ok(served, "POST", f"/alerts/{id}/reopen", json={"note": "it was not"})
        assert (back["status"], back["outcome"]) == ("acknowledged", None)
        assert back == await _ok(served, "POST", f"/alerts/{id}/reopen", json={})
        missing = await served.call("POST", "/alerts/alr_none/reopen", json={})
        assert assert_problem(missing)["status"] == 404
        await _ok(served, "POST", f"/alerts/{id}/resolve", json={})
        subject = await _ok(served, "GET", "/alerts?subject=product:mug@shop")
        assert [alert["id"] for alert in subject["items"]] == [id]
        assert not (await _ok(served, "GET", "/alerts?kind=live"))["items"]
        newest = await _ok(served, "GET", "/alerts?sort=-created_at")
        assert len(newest["items"]) == 1


async def test_who_only_reads_changes_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        await evaluate(served.ports, STOCK, [stock()])
        (alert,) = (await _ok(served, "GET", "/alerts", role="analyst"))["items"]
        for what in ("acknowledge", "resolve", "dismiss", "reopen"):
            refused = await served.call("POST", f"/alerts/{alert['id']}/{what}", "analyst", json={})
            assert assert_problem(refused)["status"] == 403
        for path in ("/alerts", "/alert-rules", "/alert-channels"):
            refused = await served.call("GET", path, "customer")
            assert assert_problem(refused)["status"] == 403
        refused = await served.call("GET", "/alert-channels", "service")
        assert assert_problem(refused)["status"] == 403


async def test_rules_are_written_changed_and_taken_away(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        key = {"Idempotency-Key": "k1"}
        made = await _ok(served, "POST", "/alert-rules", json=RULE, headers=key)
        assert made == await _ok(served, "POST", "/alert-rules", json=RULE, headers=key)
        assert made["text"] == "available below 3"
        other = await served.call("POST", "/alert-rules", json={**RULE, "name": "B"}, headers=key)
        assert assert_problem(other)["status"] == 422
        path = f"/alert-rules/{made['id']}"
        changed = await _ok(served, "PATCH", path, json={"version": 1, "severity": "critical"})
        assert (changed["severity"], changed["version"]) == ("critical", 2)
        stale = await served.call("PATCH", path, json={"version": 1, "enabled": False})
        assert assert_problem(stale)["status"] == 409
        await _ok(served, "DELETE", path)
        assert (await served.call("GET", path)).status_code == 404
        listed = await _ok(served, "GET", "/alert-rules?limit=200")
        assert [each["rule"]["id"] for each in listed["items"]] == sorted(BUILT_IN)


async def test_pages_of_rules_give_each_once(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        for limit in (1, 4, len(BUILT_IN)):
            found, cursor = [], ""
            while True:
                page = await _ok(served, "GET", f"/alert-rules?limit={limit}{cursor}")
                found += [each["rule"]["id"] for each in page["items"]]
                if page["next_cursor"] is None:
                    break
                cursor = f"&cursor={page['next_cursor']}"
            assert found == sorted(BUILT_IN)


async def test_a_built_in_rule_can_be_changed_and_goes_back(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        path = "/alert-rules/low-stock"
        assert (await served.call("DELETE", path)).status_code == 409
        taken = await served.call("POST", "/alert-rules", json={**RULE, "id": "low-stock"})
        assert taken.status_code == 409
        await _ok(served, "PATCH", path, json={"version": 0, "enabled": False})
        assert not (await _ok(served, "GET", path))["rule"]["enabled"]
        await _ok(served, "DELETE", path)
        back = (await _ok(served, "GET", path))["rule"]
        assert (back["enabled"], back["version"]) == (True, 0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "weather"}, "kind"),
        ({"name": "  "}, "name"),
        ({"channels": ["nobody"]}, "channels[0]"),
        ({"face": "churn"}, "face"),
        ({"when": {"any": []}}, "when.any"),
        ({"when": {"any": [{"all": [{**WHEN["any"][0]["all"][0], "attribute": "__class__"}]}]}},
         "when.any[0].all[0].attribute"),
        ({"when": {"any": [{"all": [{**WHEN["any"][0]["all"][0], "value": "3"}]}]}},
         "when.any[0].all[0].value"),
        ({"when": {"any": [{"all": [
            {"attribute": "state", "operator": "above", "value": "low"}]}]}},
         "when.any[0].all[0].operator"),
        ({"when": "available < 3"}, "when"),
        ({"code": "import os"}, "code"),
        ({"escalate_minutes": 0}, "escalate_minutes"),
        ({"least_loss_minor": -1}, "least_loss_minor"),
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_no_rule(
    tmp_path: Path, wrong: dict[str, Any], field: str
) -> None:
    async with serving(tmp_path) as served:
        for path in ("/alert-rules", "/alert-rules/preview"):
            body = {**RULE, **wrong}
            if path.endswith("preview"):
                body.pop("name")
                if not set(wrong) <= {"kind", "face", "when", "code", "least_loss_minor"}:
                    continue
            refused = assert_problem(await served.call("POST", path, json=body))
            assert refused["status"] == 400
            assert field in [each["field"] for each in refused["errors"]]


async def test_kinds_say_what_can_be_compared(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        told = (await _ok(served, "GET", "/alert-rules/kinds"))["items"]
        assert [kind["name"] for kind in told] == list(KINDS)
        for kind in told:
            text = next((a for a in kind["attributes"] if a["type"] == "text"), None)
            first = text or kind["attributes"][0]
            condition = {
                "attribute": first["name"], "operator": "is", "value": "x" if text else 1,
            }  # fmt: skip
            draft = {"kind": kind["name"], "when": {"any": [{"all": [condition]}]}}
            preview = await _ok(served, "POST", "/alert-rules/preview", json=draft)
            assert preview["fired"] == 0


async def test_a_secret_is_shown_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NETWORKS, "127.0.0.1/32")
    async with serving(tmp_path) as served, receiving() as receiver:
        hook = {"name": "Hook", "kind": "webhook", "url": receiver.url}
        made = await _ok(served, "POST", "/alert-channels", json=hook)
        assert made["secret"].startswith(SECRET)
        path = f"/alert-channels/{made['id']}"
        for answer in (
            await _ok(served, "GET", path),
            (await _ok(served, "GET", "/alert-channels"))["items"][0],
            await _ok(served, "PATCH", path, json={"version": 1, "name": "H"}),
        ):
            assert answer["secret"] is None
            assert "hook" not in answer["url"]
        rotated = await _ok(served, "PATCH", path, json={"version": 2, "rotate_secret": True})
        assert rotated["secret"] not in (None, made["secret"])
        assert await _ok(served, "POST", f"{path}/test") == {"delivered": True, "detail": ""}
        receiver.answers = [b"HTTP/1.1 404 No\r\n\r\n"]
        told = await _ok(served, "POST", f"{path}/test")
        assert not told["delivered"]
        assert "404" in told["detail"]
        await _ok(served, "DELETE", path)
        assert (await served.call("GET", path)).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "email"}, "to"),
        ({"kind": "email", "to": "nobody"}, "to"),
        ({"kind": "email", "to": "a@b.test\r\nBcc: c@d.test"}, "to"),
        ({"kind": "email", "to": "a@b.test", "url": "https://example.com/"}, "url"),
        ({"kind": "webhook"}, "url"),
        ({"kind": "webhook", "url": "http://example.com/"}, "url"),
        ({"kind": "slack", "url": "https://user:secret@example.com/"}, "url"),
        ({"kind": "email", "to": "a@b.test", "quiet": {"begins": "08:00", "ends": "08:00"}},
         "quiet.ends"),
        ({"kind": "email", "to": "a@b.test", "quiet": {"begins": "8", "ends": "25:00"}},
         "quiet.begins"),
        ({"kind": "pigeon", "to": "a@b.test"}, "kind"),
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_no_channel(
    tmp_path: Path, body: dict[str, Any], field: str
) -> None:
    async with serving(tmp_path) as served:
        answer = await served.call("POST", "/alert-channels", json={"name": "C", **body})
        refused = assert_problem(answer)
        assert refused["status"] == 400
        assert field in [each["field"] for each in refused["errors"]]


async def test_a_private_address_is_refused_by_name_and_in_words(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, receiving() as receiver:
        hook = {"name": "H", "kind": "webhook", "url": f"https://localhost:{receiver.port}/"}
        made = await _ok(served, "POST", "/alert-channels", json=hook)
        told = await _ok(served, "POST", f"/alert-channels/{made['id']}/test")
        assert told["delivered"] is False
        assert "no public address" in told["detail"]
        assert not receiver.came
