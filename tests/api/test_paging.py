"""Every list gives each item once, whatever the size of the page."""

from typing import Any

import pytest

from omnix.kit.declare import JobType
from omnix.kit.events import Event
from omnix.platform import jobs
from omnix.platform.consume import Consumer, deliver

from .serving import Served, routes

pytestmark = pytest.mark.anyio
_LISTS = {
    "/users": "id",
    "/auth/api-keys": "id",
    "/system/settings/history": "version",
    "/jobs": "id",
    "/dead-letters": "id",
    "/poisoned-events": "event_id",
    "/products": "id",
    "/categories": "name",
    "/customers": "id",
    "/locations": "id",
    "/experiments": "id",
    "/alert-channels": "id",
}
"""The lists that this test fills, and what names an item in each."""

_EXPERIMENT = {
    "name": "A thing",
    "variants": [{"key": "a", "weight": 5000}, {"key": "b", "weight": 5000}],
    "metrics": [{"name": "conversion"}],
}

_FILLED_ELSEWHERE = {
    "/inventory",
    "/inventory/replenishment",
    "/suppliers",
    "/purchase-orders",
    "/inventory/classes",
    "/inventory/values",
    "/orders",
    "/dashboard/products",
    "/forecasts",
    "/forecasts/backtests",
    "/forecasts/lost-sales",
    "/forecasts/overrides",
    "/forecasts/promotions",
    "/imports",
    "/segments",
    "/streaming/anomalies",
    "/alerts",
    "/streaming/trending",
    "/audit-log",
    "/auth/sessions",
    "/alert-rules",
    "/recommendations",
    "/system/data-quality",
    "/ai/calls",
}
"""Lists whose paging their own domains' tests prove."""


async def _fill(served: Served) -> None:
    async def made(path: str, body: dict[str, Any]) -> None:
        answer = await served.call("POST", path, json=body)
        assert answer.status_code == 201, answer.text

    for number in range(7):
        name = f"Thing {number % 3}"  # equal names, so that a page ends among equals
        await made(
            "/products",
            {"sku": f"S-{number}", "name": name, "price_minor": 1, "category": f"C{number}"},
        )
        await made("/customers", {"name": name, "tags": ["x"]})
        await made("/locations", {"name": f"Place {number}"})
        await made("/auth/api-keys", {"name": name, "permissions": ["products:read"]})
        await made("/experiments", {**_EXPERIMENT, "key": f"flag-{number}"})
        mail = {"name": name, "kind": "email", "to": f"a{number}@example.test"}
        await made("/alert-channels", mail)
        settings = (await served.call("GET", "/system/settings")).json()
        changed = {"version": settings["version"], "name": f"Shop {number}"}
        assert (await served.call("PATCH", "/system/settings", json=changed)).status_code == 200
    ports = served.ports
    kind = JobType("test-job", "A job that fails", attempts=1)

    async def fail(*_: Any) -> None:
        raise ValueError("not this one")

    for number in range(5):
        await jobs.submit(ports, kind, {"number": number})
        assert await jobs.work_once(ports, [jobs.JobHandler(kind, fail)])
        event = Event("product.changed", f"p{number}", "2026-01-01T00:00:00.000Z", {})
        await deliver(ports, Consumer("test", (), fail, attempts=1), [event])


async def _all(served: Served, path: str, limit: int, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    for _ in range(100):
        more = {"cursor": cursor} if cursor else {}
        answer = await served.call("GET", path, params={"limit": limit, **query, **more})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= limit
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found
    raise AssertionError(f"{path} never ends")


async def test_every_list_is_known_here(served: Served) -> None:
    lists = {
        path
        for method, path, handler in routes(served.app)
        if method == "GET" and "{" not in path and "cursor" in str(handler.parsed_fn_signature)
    }
    assert lists <= {*_LISTS, *_FILLED_ELSEWHERE}
    assert set(_LISTS) <= lists


async def test_pages_of_any_size_give_each_item_once(served: Served) -> None:
    await _fill(served)
    for path, key in _LISTS.items():
        whole = await _all(served, path, 200)
        assert len(whole) >= 5, path
        assert len({item[key] for item in whole}) == len(whole), path
        for limit in (1, 2, 3, len(whole) - 1, len(whole)):
            assert await _all(served, path, limit) == whole, f"{path} by {limit}"


async def test_pages_of_each_order_and_filter(served: Served) -> None:
    await _fill(served)
    for path, query in (
        ("/products", {"sort": "-created_at"}),
        ("/products", {"category": "C1"}),
        ("/products", {"search": "thing"}),
        ("/customers", {"sort": "name"}),
        ("/customers", {"search": "thing"}),
        ("/jobs", {"state": "failed"}),
        ("/experiments", {"status": "draft"}),
    ):
        whole = await _all(served, path, 200, **query)
        assert whole, f"{path} {query}"
        ids = [item["id"] for item in whole]
        assert len(set(ids)) == len(ids)
        for limit in (1, 2, 3):
            assert await _all(served, path, limit, **query) == whole, f"{path} {query} {limit}"
    names = [c["name"] for c in await _all(served, "/customers", 2, sort="name")]
    assert names == sorted(names)
    assert len(await _all(served, "/products", 3, search="thing 1")) == 2


async def test_a_cursor_of_another_list_is_refused_or_harmless(served: Served) -> None:
    await _fill(served)
    cursors = {}
    for path in _LISTS:
        cursors[path] = (await served.call("GET", path, params={"limit": 1})).json()["next_cursor"]
    for path in _LISTS:
        for cursor in cursors.values():
            answer = await served.call("GET", path, params={"cursor": cursor})
            assert answer.status_code in (200, 400), answer.text
