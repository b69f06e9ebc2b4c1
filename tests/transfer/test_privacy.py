"""A customer who is told everything that is kept, and is then erased everywhere."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.serving import Served, serving, signed_in, user_of
from domains.simulated import Counted, Killed, follow, job, wrapped
from granted import held_to_grants
from omnix import app
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.auth.declare import AUDIT, USERS
from omnix.domains.customers.declare import INSIGHTS
from omnix.domains.recommendations.declare import LISTS
from omnix.platform import jobs
from omnix.platform.idempotency import IDEMPOTENCY
from omnix.platform.jobs import JOB_RUNS
from omnix.ports import Ports, Put, Query
from omnix.transfer.declare import ERASURES, IMPORT_SOURCES
from omnix.transfer.privacy.erase import LATE_DAYS, erase, erase_late

pytestmark = pytest.mark.anyio
ANN = "cus_ann"
PERSONAL = ("Ann Other", "ann@example.test", "5550199", "Mind the dog", "Elm Street")
MAY_NAME = {AUDIT.name, JOB_RUNS.name, IDEMPOTENCY.name, ERASURES.name}
"""What keeps the bare id: it says nothing of anybody any more."""


@pytest.fixture(autouse=True)
def granted() -> Iterator[None]:
    with held_to_grants() as missing:
        yield
    assert not missing, missing


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as it:
        await _lived(it)
        yield it


async def _post(served: Served, path: str, body: Any, role: str = "admin") -> Any:
    answer = await served.call("POST", path, role, json=body)
    assert answer.status_code in (200, 201, 202), answer.text
    return answer.json()


async def _lived(served: Served) -> None:
    """Two customers who bought, looked, judged, and took part in an experiment."""
    ports = served.ports
    await _post(served, "/products", {"id": "mug", "sku": "mug", "name": "Mug",
                                      "price_minor": 900, "category": "Kitchen"})  # fmt: skip
    experiment = {
        "id": "colours", "key": "colours", "name": "Colours",
        "variants": [{"key": "a", "weight": 5000}, {"key": "b", "weight": 5000}],
        "metrics": [{"name": "conversion"}],
    }  # fmt: skip
    await _post(served, "/experiments", experiment)
    await _post(served, "/experiments/colours/start", {"version": 1})
    people = (
        (ANN, "Ann Other", "ann@example.test", "+1 5550199", "Elm Street", "Mind the dog"),
        ("cus_bob", "Bob", None, None, "Oak Street", "Ring twice"),
    )
    for number, (id, name, email, phone, street, note) in enumerate(people):
        await _post(served, "/customers", {
            "id": id, "name": name, "email": email, "phone": phone,
            "address": {"street": street}, "external_ids": {"till": f"T-{id}"},
        })  # fmt: skip
        await ports.records.write([
            Put(INSIGHTS, {"customer_id": id, "segments": []}),
            Put(LISTS, {"customer_id": id, "items": [], "made_at": "2026-01-01",
                        "as_of": "2026-01-01", "model_version": 1}),
        ])  # fmt: skip
        order = {"lines": [{"product_id": "mug", "quantity": 2}], "customer_id": id,
                 "note": note}  # fmt: skip
        await _post(served, "/inventory/mug/adjust", {"delta": 5, "reason": "found"})
        made = await _post(served, "/orders", order)
        await _post(served, f"/orders/{made['id']}/pay", {"note": note})
        await _post(served, "/events", {
            "message_id": f"message-{number}", "type": "product_view", "product_id": "mug",
            "anonymous_id": f"visitor-{number}", "customer_id": id,
            "url": f"https://shop.test/?mail={email}",
        })  # fmt: skip
        answer = (await served.call("GET", f"/recommendations/customers/{id}")).json()
        await _post(served, f"/recommendations/{answer['id']}/dismiss", {"product_id": "mug"})
        shown = {"experiment_id": "colours", "unit_id": id, "variant": "a"}
        await _post(served, "/experiments/exposures", {"exposures": [shown]})
        figure = {"experiment_id": "colours", "unit_id": id, "metric": "seconds", "value": 2.5}
        await _post(served, "/experiments/outcomes", {"outcomes": [figure]})
    for key, raw in (("#header", "Email\n"), ("Ann@Example.test", "ann@example.test\n")):
        row = {"layout": "shopify-customers", "key": key, "raw": raw, "position": 1}
        await ports.records.write([Put(IMPORT_SOURCES, row)])
    user = user_of("customer", id="usr_ann", email="ann@example.test", name="Ann Other",
                   customer_id=ANN)  # fmt: skip
    served.tokens["ann"] = await signed_in(ports, served.access, user)
    await follow(ports)


async def _work(ports: Ports) -> None:
    """Whatever was asked for, and what follows."""
    while await jobs.work_once(ports, app.JOBS):
        pass
    await follow(ports)


async def _rows(ports: Ports) -> dict[str, list[dict[str, Any]]]:
    return {
        fact.name: await ports.lake.rows(Query("all", "All.", f"SELECT * FROM {fact.name}",
                                               (fact.name,)))
        for fact in FACTS
    }  # fmt: skip


async def _found(ports: Ports) -> set[str]:
    """Where anything of Ann still stands."""
    found = set()
    for collection in COLLECTIONS:
        words = PERSONAL if collection.name in MAY_NAME else (*PERSONAL, ANN)
        async for items in ports.records.scan(collection):
            text = json.dumps([dict(item) for item in items])
            found |= {collection.name for word in words if word in text}
    for name, rows in (await _rows(ports)).items():
        found |= {name for word in (*PERSONAL, ANN) if word in str(rows)}
    return found


async def _figures(ports: Ports) -> Any:
    rows = await _rows(ports)
    return (
        {name: len(some) for name, some in rows.items()},
        sum(row["revenue_minor"] for row in rows["sales"]),
        len({row["customer_id"] for row in rows["sales"]}),
    )


async def _exported(served: Served, role: str, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        given = {"limit": limit, **({"cursor": cursor} if cursor else {})}
        answer = await served.call("GET", f"/customers/{ANN}/export", role, params=given)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= limit
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


async def test_everything_is_told_to_the_customer_alone_and_by_pages(served: Served) -> None:
    whole = await _exported(served, "ann", 200)
    kinds = [each["kind"] for each in whole]
    assert set(kinds) == {
        "customer", "account", "insights", "recommendations", "recent", "order", "visit",
        "visited product", "recommended product", "answer to a recommendation", "experiment",
        "imported row",
    }  # fmt: skip
    text = json.dumps(whole)
    assert "Elm Street" in text
    assert "hash" not in text
    assert "cus_bob" not in text
    for limit in (1, 2):
        assert await _exported(served, "admin", limit) == whole
    for path in ("export", "erasure", "preferences", "purchases"):
        answer = await served.call("GET", f"/customers/cus_bob/{path}", "ann")
        assert answer.status_code == 404, path
    assert (await served.call("DELETE", "/customers/cus_bob", "ann")).status_code == 404
    assert (await served.call("GET", f"/customers/{ANN}/export", "analyst")).status_code == 403
    odd = await served.call("GET", f"/customers/{ANN}/export", params={"cursor": "WzksIi0xIl0"})
    assert odd.status_code == 400


async def test_a_customer_erases_itself_everywhere_and_totals_stay(served: Served) -> None:
    ports = served.ports
    before = await _figures(ports)
    assert await _found(ports) > {"customers", "orders", "sales", "events", "users", "search"}
    asked = await served.call("DELETE", f"/customers/{ANN}", "ann")
    assert asked.status_code == 202
    assert asked.json()["state"] == "running"
    again = await served.call("DELETE", f"/customers/{ANN}", "manager")
    assert again.json()["job_id"] == asked.json()["job_id"]
    await _work(ports)
    assert await _found(ports) == set()
    assert await _figures(ports) == before
    told = (await served.call("GET", f"/customers/{ANN}/erasure")).json()
    assert told["state"] == "done"
    assert told["requested_by"] == "customer"
    assert told["removed"]["orders"] == 1
    assert told["removed"]["imported rows"] == 1
    assert (await served.call("GET", "/user/profile", "ann")).status_code == 401
    assert (await served.call("GET", f"/customers/{ANN}")).status_code == 404
    assert (await served.call("DELETE", f"/customers/{ANN}")).json() == told
    entries = (await served.call("GET", "/audit-log", params={"type": "customer.erased"})).json()
    assert [entry["subject"] for entry in entries["items"]] == [ANN]
    # Bob is as he was, and Ann may come again as somebody new.
    assert len(await _exported_of(served, "cus_bob")) > 5
    await _post(served, "/customers", {"id": ANN, "name": "Ann", "email": "ann@example.test"})
    fresh = await served.call("DELETE", f"/customers/{ANN}")
    assert fresh.json()["job_id"] != asked.json()["job_id"]
    await _work(ports)
    assert (await served.call("GET", f"/customers/{ANN}")).status_code == 404


async def _exported_of(served: Served, id: str) -> list[Any]:
    answer = await served.call("GET", f"/customers/{id}/export", params={"limit": 200})
    items: list[Any] = answer.json()["items"]
    return items


async def _killed(folder: Path, port: str, at: int) -> bool:
    """Kill it at one call of a port, let it go on, and look; False if it ended before."""
    async with serving(folder) as served:
        await _lived(served)
        ports = served.ports
        before = await _figures(ports)
        await served.call("DELETE", f"/customers/{ANN}")
        only = None if port == "lake" else "write"
        broken = wrapped(ports, **{port: Counted(getattr(ports, port), at, only)})
        try:
            await erase(job(broken), {"customer_id": ANN})
        except Killed:
            await _work(ports)
            assert await _found(ports) == set(), at
            assert await _figures(ports) == before, at
            return True
        return False


@pytest.mark.parametrize(("port", "at"), [("lake", 4), ("lake", 9), ("records", 4)])
async def test_killed_in_the_middle_it_goes_on_and_doubles_nothing(
    tmp_path: Path, port: str, at: int
) -> None:
    assert await _killed(tmp_path, port, at)


@pytest.mark.soak
@pytest.mark.parametrize("port", ["lake", "records"])
async def test_killed_at_any_step_it_goes_on_and_doubles_nothing(tmp_path: Path, port: str) -> None:
    at = 1
    while await _killed(tmp_path / str(at), port, at):
        at += 1
    assert at > 10


async def test_what_comes_late_is_erased_at_night_until_nothing_can_come(served: Served) -> None:
    ports = served.ports
    await served.call("DELETE", f"/customers/{ANN}")
    await _work(ports)
    await _post(served, "/events", {"message_id": "late", "type": "page_view",
                                    "anonymous_id": "v-x", "customer_id": ANN})  # fmt: skip
    await follow(ports)
    assert await _found(ports) != set()
    served.clock.advance(86_400)
    await erase_late(job(ports), {})
    await _work(ports)
    assert await _found(ports) == set()
    served.clock.advance(LATE_DAYS * 86_400)
    await erase_late(job(ports), {})
    kept = await ports.records.get(ERASURES, ANN)
    assert kept is not None
    assert kept["nobody"] is None
    assert (await erase_late(job(ports), {})) == {"customers": 0}


async def test_staff_with_a_customers_id_keep_their_account(served: Served) -> None:
    ports = served.ports
    clerk = user_of("manager", id="usr_clerk", email="clerk@example.test", customer_id=ANN)
    await signed_in(ports, served.access, clerk)
    await served.call("DELETE", f"/customers/{ANN}")
    await _work(ports)
    assert await ports.records.get(USERS, "usr_clerk") is not None
    assert await ports.records.get(USERS, "usr_ann") is None


async def test_a_customer_sees_its_purchases_and_decides_what_it_agrees_to(
    served: Served,
) -> None:
    bought = (await served.call("GET", f"/customers/{ANN}/purchases", "ann")).json()["items"]
    assert [line["name"] for line in bought[0]["lines"]] == ["Mug"]
    assert "cost" not in json.dumps(bought)
    assert "dog" not in json.dumps(bought)
    path = f"/customers/{ANN}/preferences"
    held = (await served.call("GET", path, "ann")).json()
    assert held["consent"]["email_marketing"] is False
    agreed = {"version": held["version"], "consent": {"email_marketing": True}, "name": "Annie"}
    changed = await served.call("PATCH", path, "ann", json=agreed)
    assert changed.json()["consent"]["email_marketing"] is True
    assert changed.json()["name"] == "Annie"
    assert (await served.call("PATCH", path, "ann", json=agreed)).status_code == 409
    more = {"version": 2, "tags": ["vip"]}
    assert (await served.call("PATCH", path, "ann", json=more)).status_code == 400
    assert (await served.call("GET", f"/customers/{ANN}", "ann")).status_code == 403


async def test_who_was_merged_is_told_and_erased_with_the_one_that_is_kept(
    served: Served,
) -> None:
    ports = served.ports
    before = await _figures(ports)
    await _post(served, f"/customers/{ANN}/merge", {"other": "cus_bob"})
    text = json.dumps(whole := await _exported(served, "ann", 200))
    assert "Elm Street" in text
    assert "Oak Street" in text
    assert [each["kind"] for each in whole].count("customer") == 2
    for limit in (1, 3):
        assert await _exported(served, "admin", limit) == whole
    assert (await served.call("DELETE", "/customers/cus_bob")).status_code == 202
    await _work(ports)
    assert await _found(ports) == set()
    for id in (ANN, "cus_bob"):
        assert (await served.call("GET", f"/customers/{id}")).status_code == 404
        receipt = (await served.call("GET", f"/customers/{id}/erasure")).json()
        assert receipt["state"] == "done"
    assert await _figures(ports) == before
