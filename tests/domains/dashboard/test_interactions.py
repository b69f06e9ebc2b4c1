"""A customer's line of time: everything once, in order, whatever the page, merged records too."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api.serving import Served, assert_problem, serving
from domains.simulated import follow
from omnix.domains.alerts.declare import ALERTS
from omnix.domains.alerts.watch.people import subject
from omnix.kit.time import instant
from omnix.ports import Put

pytestmark = pytest.mark.anyio


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as it:
        await _lived(it)
        yield it


async def _post(served: Served, path: str, body: Any) -> Any:
    answer = await served.call("POST", path, json=body)
    assert answer.status_code in (200, 201, 202), answer.text
    return answer.json()


async def _lived(served: Served) -> None:
    """Two records of Ann, and Bob, who did much at the same moments."""
    mug = {"id": "mug", "sku": "mug", "name": "Mug", "price_minor": 900, "category": "Kitchen"}
    await _post(served, "/products", mug)
    await _post(served, "/inventory/mug/adjust", {"delta": 90, "reason": "opening"})
    for id in ("ann", "ann-2", "bob"):
        await _post(served, "/customers", {"id": id, "name": id})
    for number in range(3):
        for id in ("ann", "ann-2", "bob"):
            lines = [{"product_id": "mug", "quantity": 1}]
            order = await _post(served, "/orders", {"customer_id": id, "lines": lines})
            await _post(served, f"/orders/{order['id']}/pay", {})
            now = instant(served.clock.now())
            for kind in ("product_view", "search"):
                visit = {"message_id": f"{kind}-{id}-{number}", "type": kind,
                         "anonymous_id": f"v-{id}", "customer_id": id}  # fmt: skip
                told = ("query", "blue mug") if kind == "search" else ("product_id", "mug")
                visit[told[0]] = told[1]
                await _post(served, "/events", visit)
            shown = (await served.call("GET", f"/recommendations/customers/{id}")).json()
            said = {"product_id": "mug"}
            await _post(served, f"/recommendations/{shown['id']}/accept", said)
            alert = {
                "id": f"alr-{id}-{number}", "subject": subject(id), "created_at": now,
                "title": "Stays away", "rule": "churn", "severity": "info", "status": "open",
                "text": "t", "loss_minor": 1, "currency": "EUR",
            }  # fmt: skip
            await served.ports.records.write([Put(ALERTS, alert)])
        served.clock.advance(60)
    await follow(served.ports)


async def _all(served: Served, id: str, limit: int = 200, **given: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        asked = {"limit": limit, **given, **({"cursor": cursor} if cursor else {})}
        answer = await served.call("GET", f"/customers/{id}/interactions", params=asked)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= limit
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


async def test_everything_is_there_once_newest_first(served: Served) -> None:
    whole = await _all(served, "ann")
    kinds = [one["kind"] for one in whole]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "order": 3, "visit": 6, "answer": 3, "alert": 3,
    }  # fmt: skip
    assert {one["customer_id"] for one in whole} == {"ann"}
    order = [(one["at"], one["id"]) for one in whole]
    assert order == sorted(order, reverse=True)
    placed = next(one for one in whole if one["kind"] == "order")
    assert placed["details"]["total_minor"] == 900
    assert [change["kind"] for change in placed["details"]["changes"]] == ["pay"]
    searched = next(one for one in whole if one["details"].get("query"))
    assert searched["details"] == {"type": "search", "query": "blue mug"}
    assert searched["title"] == "Search"
    looked = next(one for one in whole if one["title"] == "Product view")
    assert looked["details"] == {"type": "product_view", "product_id": "mug", "products": 1}


async def test_pages_of_any_size_give_the_same(served: Served) -> None:
    for id in ("ann", "bob"):
        whole = await _all(served, id)
        for limit in (1, 2, 4, 7, len(whole)):
            assert await _all(served, id, limit) == whole
    for kind in ("order", "visit", "answer", "alert"):
        some = await _all(served, "ann", kind=kind)
        assert some == [one for one in await _all(served, "ann") if one["kind"] == kind]
        assert await _all(served, "ann", 2, kind=kind) == some


async def test_a_merged_record_s_time_is_told_with_the_one_that_is_kept(served: Served) -> None:
    ann, other = await _all(served, "ann"), await _all(served, "ann-2")
    await _post(served, "/customers/ann/merge", {"other": "ann-2"})
    both = sorted([*ann, *other], key=lambda one: (one["at"], one["id"]), reverse=True)
    assert await _all(served, "ann") == both
    assert await _all(served, "ann-2", 3) == both
    await _post(served, "/customers/ann/unmerge", {"other": "ann-2"})
    assert await _all(served, "ann") == ann


async def test_what_cannot_be_asked_is_refused(served: Served) -> None:
    path = "/customers/ann/interactions"
    for given in ({"cursor": "WyJ4IiwieSJd"}, {"cursor": "WyJ4Il0"}, {"kind": "gossip"}):
        assert assert_problem(await served.call("GET", path, params=given))["status"] == 400
    none = await served.call("GET", "/customers/none/interactions")
    assert assert_problem(none)["status"] == 404
    assert (await served.call("GET", path, "customer")).status_code == 403
