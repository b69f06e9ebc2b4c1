"""Every list gives each item once, whatever the size of the page."""

import csv
import io
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
    "/users/invitations": "id",
    "/auth/api-keys": "id",
    "/system/settings/history": "version",
    "/jobs": "id",
    "/dead-letters": "id",
    "/poisoned-events": "event_id",
    "/products": "id",
    "/categories": "name",
    "/product-parents": "id",
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
    "/customers/duplicates",
    "/system/data-quality",
    "/ai/calls",
    "/ai/drafts",
}
"""Lists whose paging their own domains' tests prove."""


async def _fill(served: Served) -> None:
    async def made(path: str, body: dict[str, Any]) -> None:
        answer = await served.call("POST", path, json=body)
        assert answer.status_code == 201, answer.text

    for number in range(7):
        name = f"Thing {number % 3}"  # equal names, so that a page ends among equals
        await made("/product-parents", {"id": f"par-{number}", "name": name, "options": ["Size"]})
        await made(
            "/products",
            {
                "id": f"p{number}",
                "sku": f"S-{number}",
                "name": name,
                "price_minor": 1 + number % 4,
                "cost_minor": 1,
                "category": f"C{number}",
                "parent_id": "par-0",
                "options": [str(number)],
            },
        )
        supplier = {"id": f"s{number}", "name": name, "lead_time_days": number % 4}
        await made("/suppliers", supplier)
        await made(
            "/purchase-orders",
            {"supplier_id": f"s{number}", "lines": [{"product_id": f"p{number}", "quantity": 1}]},
        )
        counted = await served.call(
            "POST", f"/inventory/p{number}/adjust", json={"count_to": number % 3}
        )
        assert counted.status_code == 200, counted.text
        await made("/customers", {"name": name, "tags": ["x"]})
        await made("/locations", {"name": f"Place {number}"})
        await made("/auth/api-keys", {"name": name, "permissions": ["products:read"]})
        await made("/experiments", {**_EXPERIMENT, "key": f"flag-{number}"})
        mail = {"name": name, "kind": "email", "to": f"a{number}@example.test"}
        await made("/alert-channels", mail)
        body = {"name": name, "email": f"b{number}@example.test", "role": "analyst"}
        assert (await served.call("POST", "/users/invitations", json=body)).status_code == 200
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
        ("/products", {"sort": "-name"}),
        ("/products", {"sort": "created_at"}),
        ("/products", {"sort": "price_minor"}),
        ("/products", {"sort": "-price_minor"}),
        ("/products", {"category": "C1"}),
        ("/products", {"parent": "par-0"}),
        ("/products", {"category": "C1", "sort": "-name"}),
        ("/products", {"search": "thing"}),
        ("/customers", {"sort": "name"}),
        ("/customers", {"sort": "-name"}),
        ("/customers", {"sort": "created_at"}),
        ("/customers", {"search": "thing"}),
        ("/suppliers", {"sort": "name"}),
        ("/suppliers", {"sort": "-lead_time"}),
        ("/suppliers", {"search": "THING 1"}),
        ("/inventory/values", {"sort": "-name"}),
        ("/inventory/values", {"sort": "on_hand"}),
        ("/inventory/values", {"sort": "-value", "search": "thing"}),
        ("/purchase-orders", {"sort": "created_at"}),
        ("/purchase-orders", {"sort": "expected_on"}),
        ("/purchase-orders", {"sort": "-supplier", "state": "draft"}),
        ("/experiments", {"sort": "created_at"}),
        ("/jobs", {"state": "failed"}),
        ("/experiments", {"status": "draft"}),
    ):
        whole = await _all(served, path, 200, **query)
        assert whole, f"{path} {query}"
        ids = [item.get("id") or item["product_id"] for item in whole]
        assert len(set(ids)) == len(ids)
        for limit in (1, 2, 3):
            assert await _all(served, path, limit, **query) == whole, f"{path} {query} {limit}"
    for path, sort, name in (
        ("/customers", "name", "name"),
        ("/products", "price_minor", "price_minor"),
        ("/suppliers", "lead_time", "lead_time_days"),
        ("/inventory/values", "value", "value_minor"),
        ("/purchase-orders", "supplier", "supplier"),
    ):
        for minus in ("", "-"):
            values = [each[name] for each in await _all(served, path, 2, sort=minus + sort)]
            assert len(set(values)) > 1, path
            assert values == sorted(values, reverse=bool(minus)), path
    refused = await served.call("GET", "/products", params={"category": "C1", "sort": "created_at"})
    assert refused.status_code == 400
    assert len(await _all(served, "/products", 3, search="thing 1")) == 2


async def test_an_exported_list_is_the_list(served: Served) -> None:
    await _fill(served)
    for path, query in (
        ("/products", {"sort": "-price_minor"}),
        ("/products", {"search": "thing 1"}),
        ("/customers", {"sort": "name"}),
        ("/purchase-orders", {"sort": "-supplier"}),
        ("/orders", {"sort": "placed_at"}),
    ):
        answer = await served.call("GET", f"{path}/export.csv", params=query)
        assert answer.status_code == 200, answer.text
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        listed = await _all(served, path, 200, **query)
        assert [row["id"] for row in rows] == [one["id"] for one in listed], path
    refused = await served.call(
        "GET", "/orders/export.csv", params={"number": "1", "status": "placed"}
    )
    assert refused.status_code == 400


async def test_a_cursor_of_another_list_is_refused_or_harmless(served: Served) -> None:
    await _fill(served)
    cursors = {}
    for path in _LISTS:
        cursors[path] = (await served.call("GET", path, params={"limit": 1})).json()["next_cursor"]
    for path in _LISTS:
        for cursor in cursors.values():
            answer = await served.call("GET", path, params={"cursor": cursor})
            assert answer.status_code in (200, 400), answer.text
