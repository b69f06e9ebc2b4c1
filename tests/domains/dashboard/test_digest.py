"""Digests: who gets which, when, only once, and what they tell."""

import email
import email.policy
from pathlib import Path
from typing import Any

import pytest

from api.serving import Served, assert_problem, serving, signed_in, user_of
from domains.simulated import follow
from omnix import work
from omnix.domains.auth import keys
from omnix.domains.auth.declare import USERS
from omnix.domains.dashboard.declare import DIGEST
from omnix.domains.dashboard.handlers import CONSUMERS
from omnix.domains.orders.handlers import CONSUMERS as ORDERS
from omnix.platform import jobs
from omnix.ports import Update

pytestmark = pytest.mark.anyio
DAY = 86_400.0


async def _morning(served: Served, folder: Path) -> dict[str, Any]:
    """The letters that the schedule's job leads to, by the address they went to."""
    before = set((folder / "mail").glob("*.eml"))
    for _ in range(2):
        await jobs.submit(served.ports, DIGEST, {})
        while await jobs.work_once(served.ports, work.JOBS):
            pass
    new = [f for f in (folder / "mail").glob("*.eml") if f not in before]
    letters = [email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in new]
    assert len({letter["To"] for letter in letters}) == len(letters)
    return {str(letter["To"]): letter for letter in letters}


async def _ask(served: Served, role: str, every: str) -> None:
    answer = await served.call("PUT", "/dashboard/digest", role, json={"every": every})
    assert answer.status_code == 200, answer.text
    assert (await served.call("GET", "/dashboard/digest", role)).json() == {"every": every}


async def test_each_gets_what_was_asked_for_and_once(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        assert (await served.call("GET", "/dashboard/digest")).json() == {"every": "never"}
        await _ask(served, "analyst", "day")
        await _ask(served, "manager", "week")
        assert list(await _morning(served, tmp_path)) == ["analyst@example.test"]  # a Thursday
        served.clock.advance(4 * DAY)
        monday = await _morning(served, tmp_path)
        assert set(monday) == {"analyst@example.test", "manager@example.test"}
        assert "the week to 2026-01-04" in monday["manager@example.test"]["Subject"]
        # The first token is past its time.
        again = await signed_in(served.ports, served.access, user_of("manager"))
        served.tokens["manager"] = again
        await _ask(served, "manager", "never")
        gone = Update(USERS, "usr_analyst", set={"state": "disabled"})
        await served.ports.records.write([gone])
        served.clock.advance(7 * DAY)
        assert await _morning(served, tmp_path) == {}


async def test_it_tells_what_yesterday_brought(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        mug = {"id": "mug", "sku": "m", "name": "=Mug", "price_minor": 1250}
        assert (await served.call("POST", "/products", json=mug)).status_code == 201
        count = {"quantity": 9, "location_id": "main", "reason": "count"}
        await served.call("POST", "/inventory/mug/adjust", json=count)
        receive = {"quantity": 9}
        await served.call("POST", "/inventory/mug/receive", json=receive)
        order = {"lines": [{"product_id": "mug", "quantity": 2}]}
        assert (await served.call("POST", "/orders", json=order)).status_code == 201
        await follow(served.ports, (*ORDERS, *CONSUMERS))
        await _ask(served, "admin", "day")
        served.clock.advance(DAY)
        (letter,) = (await _morning(served, tmp_path)).values()
        text = letter.get_content()
        assert "Thursday 2026-01-01" in letter["Subject"]
        assert "Yesterday (2026-01-01)" in text
        assert "Revenue: 25.00 " in text
        assert "Orders: 1 (0)" in text
        assert "=Mug: 25.00 " in text


async def test_only_people_who_may_see_the_figures_ask(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        body = {"every": "day"}
        for role in ("customer", "service"):
            answer = await served.call("PUT", "/dashboard/digest", role, json=body)
            if role == "customer":
                assert assert_problem(answer)["status"] == 403
        key = await keys.create_for_system(served.ports, "k", ["dashboard:read"], 9)
        answer = await served.call(
            "PUT", "/dashboard/digest", None, json=body, headers={"Authorization": f"Bearer {key}"}
        )
        assert assert_problem(answer)["status"] == 403
        wrong = await served.call("PUT", "/dashboard/digest", json={"every": "hour"})
        assert assert_problem(wrong)["errors"][0]["field"] == "every"
