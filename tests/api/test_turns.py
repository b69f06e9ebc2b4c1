"""Heavy requests take turns: too many at once are sent away, and everything else goes on."""

import asyncio
import threading
from contextlib import AsyncExitStack

import pytest

from omnix.adapters.local.lake import THREADS, LocalLake
from omnix.kit.errors import Unavailable
from omnix.platform.turns import AT_ONCE, WAITING, Turns

from .serving import Served, assert_problem, routes

pytestmark = pytest.mark.anyio


async def test_so_many_at_once_so_many_wait_and_the_rest_are_sent_away() -> None:
    turns, free = Turns(at_once=2, waiting=3), asyncio.Event()
    inside = most = 0

    async def work() -> None:
        nonlocal inside, most
        async with turns.take():
            inside += 1
            most = max(most, inside)
            await free.wait()
            inside -= 1

    tasks = [asyncio.create_task(work()) for _ in range(7)]
    await asyncio.sleep(0)
    tasks[3].cancel()  # one who waits gives up, and another may wait instead
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(work()))
    await asyncio.sleep(0)
    free.set()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    refused = [each for each in done if isinstance(each, Unavailable)]
    assert len(refused) == 2
    assert all(each.extra["retry_after"] for each in refused)
    assert done.count(None) == 5
    assert most == 2
    async with turns.take():
        assert inside == 0


async def test_heavy_routes_are_refused_and_others_are_not(served: Served) -> None:
    new = {"id": "tea", "sku": "T", "name": "Tea", "price_minor": 100}
    assert (await served.call("POST", "/products", json=new)).status_code == 201
    parent = {"id": "tea", "name": "Teas", "options": ["Size"]}
    assert (await served.call("POST", "/product-parents", json=parent)).status_code == 201
    customer = {"id": "tea", "name": "Tea drinker"}
    assert (await served.call("POST", "/customers", json=customer)).status_code == 201
    plan = {
        "id": "tea",
        "key": "tea",
        "name": "Tea",
        "unit": "customer",
        "variants": [{"key": "a", "weight": 5000}, {"key": "b", "weight": 5000}],
        "metrics": [{"name": "conversion"}],
    }
    assert (await served.call("POST", "/experiments", json=plan)).status_code == 201
    assert (await served.call("POST", "/experiments/tea/start")).status_code == 200
    room = {"name": "Room", "kind": "email", "to": "room@example.test"}
    channel = (await served.call("POST", "/alert-channels", json=room)).json()["id"]
    loss = {"attribute": "margin_share", "operator": "below", "value": 0}
    rule = {"kind": "price", "when": {"any": [{"all": [loss]}]}}
    tree = {"stages": [{"id": "a", "time": 2, "holding": 1}]}
    line = {"lead_times": [1], "echelon_holding": [1], "shortage_cost": 9,
            "demand_mean": 5, "demand_deviation": 2}  # fmt: skip
    heavy = [
        ("POST", "/inventory/echelons/placement", {"json": tree}),
        ("POST", "/inventory/echelons/levels", {"json": line}),
        ("POST", "/ai/forecast", {"json": {"product_id": "tea", "forecast_days": 7}}),
        ("GET", "/forecasts/tea", {}),
        ("GET", "/products/tea/sales", {}),
        ("GET", "/product-parents/tea/sales", {}),
        ("GET", "/products/tea/prices", {}),
        ("GET", "/orders/summary", {}),
        ("GET", "/orders/statistics", {}),
        ("GET", "/dashboard/products", {}),
        ("GET", "/dashboard/products/export.csv", {}),
        ("GET", "/dashboard/changes", {}),
        ("GET", "/dashboard/inventory-graph", {}),
        ("GET", "/dashboard/inventory-graph/export.csv", {}),
        ("GET", "/customers/tea/interactions", {}),
        ("GET", "/system/cost", {}),
        ("GET", "/experiments/tea/results", {}),
        ("GET", "/experiments/tea/uplift", {}),
        ("GET", "/streaming/sessions", {}),
        ("POST", "/alert-rules/preview", {"json": rule}),
        ("POST", f"/alert-channels/{channel}/test", {}),
        ("POST", "/ai/ask", {"json": {"question": "How much tea did we sell?"}}),
        ("POST", "/products/tea/analyze", {}),
        ("POST", "/ai/insights/experiments/tea", {}),
        ("POST", "/ai/insights/pages/orders", {}),
        ("POST", "/ai/tools/product_sales", {"json": {"product_id": "tea"}}),
    ]
    taken = {
        h.handler_name
        for _, _, h in routes(served.app)
        if "turns" in h.parsed_fn_signature.parameters
    }
    assert len(taken) == len(heavy)
    async with AsyncExitStack() as held:
        full = Turns(at_once=AT_ONCE, waiting=0)
        served.app.state.turns = full
        for _ in range(AT_ONCE):
            await held.enter_async_context(full.take())
        for method, path, body in heavy:
            answer = await served.call(method, path, **body)
            assert answer.status_code == 503, path
            assert int(answer.headers["retry-after"]) == answer.json()["retry_after"] > 0
        assert (await served.call("GET", "/products/tea")).status_code == 200
        assert assert_problem(await served.call("GET", "/products/no/sales"))["status"] == 404
    for method, path, body in heavy:
        assert (await served.call(method, path, **body)).status_code == 200, path
    assert WAITING > 0


async def test_long_queries_do_not_make_the_lake_look_ill(served: Served) -> None:
    lake = served.ports.lake
    assert isinstance(lake, LocalLake)
    free = threading.Event()
    busy = [lake._pool.submit(free.wait) for _ in range(THREADS)]
    try:
        checks = (await served.call("GET", "/health", None)).json()["checks"]
        assert {"name": "lake", "status": "ok", "detail": "readable"} in checks
        assert not any(each.done() for each in busy)
    finally:
        free.set()
