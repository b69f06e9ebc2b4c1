"""A shop's day from its opening on, over HTTP and the live connection alone.

Knows nothing of the runtime: a base URL and an admin's token of an empty shop are all it needs.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from journeys.live import Live, listening

PATIENCE_SECONDS = 60.0
CHANNELS = ("dashboard", "orders", "inventory", "product.mug", "product.tray", "system")
QUANTILES = ("q10", "q25", "q50", "q75", "q90")


@dataclass(frozen=True)
class Answer:
    """What was asked, and the body of what was told."""

    asked: str
    status: int
    told: Any


class Shop:
    """The API as the day's people use it; ``answers`` are all that it gave them."""

    def __init__(self, client: httpx.AsyncClient, answers: list[Answer] | None = None) -> None:
        self._client = client
        self.answers = [] if answers is None else answers

    @classmethod
    @asynccontextmanager
    async def at(cls, base_url: str, token: str) -> AsyncIterator["Shop"]:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=base_url, headers=headers, timeout=60) as client:
            yield cls(client)

    async def ask(
        self, method: str, path: str, status: int = 200, key: str | None = None, **given: Any
    ) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        answer = await self._client.request(method, f"/v1{path}", headers=headers, **given)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        told = answer.json() if answer.content else None
        self.answers.append(Answer(f"{method} {path}", status, told))
        return told

    async def get(self, path: str, **parameters: Any) -> Any:
        return await self.ask("GET", path, params=parameters)

    async def post(
        self, path: str, body: Any = None, status: int = 200, key: str | None = None
    ) -> Any:
        return await self.ask("POST", path, status, key, json=body)

    async def stock(self, product: str) -> dict[str, int]:
        (balance,) = (await self.get("/inventory", product_id=product))["items"]
        return {name: balance[name] for name in ("on_hand", "reserved", "available")}

    async def figures(self) -> dict[str, Any]:
        summary = await self.get("/dashboard/summary", days=30)
        return {metric["name"]: metric["value"] for metric in summary["metrics"]}

    async def until(self, look: Callable[[], Awaitable[Any]], good: Callable[[Any], bool]) -> Any:
        """Look again until it is good; figures follow events, they do not come with them.

        What was told meanwhile depends on when it was asked, and is not kept.
        """
        known = len(self.answers)
        end = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not good(found := await look()):
            assert asyncio.get_running_loop().time() < end, f"it stays at {found}"
            await asyncio.sleep(0.1)
        del self.answers[known:]
        return found


@dataclass(frozen=True)
class Day:
    """All that a day's people were told: when they asked, and by the live connection."""

    answers: list[Answer]
    messages: list[dict[str, Any]]


async def shop_day(base_url: str, token: str, live_url: str | None = None) -> Day:
    """All of it, asserting on the way. ``live_url`` is where the live connection has an address
    of its own.
    """
    async with (
        Shop.at(base_url, token) as shop,
        listening(base_url, token, live_url) as live,
    ):
        # Before anything happens, so that everything is told.
        await live.subscribe(*CHANNELS)
        await _open(shop)
        orders = await _sell(shop, live)
        await _serve(shop, live, orders)
        await _look_ahead(shop, live)
        await _share(base_url, shop, live)
        assert live.gaps == [], live.gaps
        return Day(shop.answers, live.messages)


async def _open(shop: Shop) -> None:
    settings = await shop.get("/system/settings")
    change = {"version": settings["version"], "name": "Corner shop", "currency": "EUR"}
    await shop.ask("PATCH", "/system/settings", json={**change, "time_zone": "Europe/Berlin"})
    place = await shop.post("/locations", {"id": "high-street", "name": "High Street"}, 201)
    assert place["default"]
    for id, name, price, cost in (
        ("mug", "Mug", 1200, 500),
        ("tray", "Tray", 2500, 1100),
        ("rare", "Rare vase", 9900, None),
    ):
        new = {"id": id, "sku": id.upper(), "name": name, "price_minor": price, "cost_minor": cost}
        made = await shop.post("/products", {**new, "category": "Kitchen"}, 201)
        assert (made["currency"], made["status"]) == ("EUR", "active")
    gift = {"id": "gift", "sku": "GIFT", "name": "Gift set", "price_minor": 4000}
    parts = [{"product_id": "mug", "quantity": 2}, {"product_id": "tray", "quantity": 1}]
    await shop.post("/products", {**gift, "components": parts}, 201)
    await shop.post("/suppliers", {"id": "pottery", "name": "Pottery", "lead_time_days": 9}, 201)
    terms = {"unit_cost_minor": 480, "pack_size": 6, "minimum_quantity": 12}
    await shop.ask("PUT", "/inventory/mug/suppliers/pottery", json=terms)
    for id, count in (("mug", 40), ("tray", 15), ("rare", 1)):
        counted = await shop.post(f"/inventory/{id}/adjust", {"count_to": count}, key=f"c-{id}")
        assert counted["counted_at"]
    assert await shop.stock("mug") == {"on_hand": 40, "reserved": 0, "available": 40}


async def _sell(shop: Shop, live: Live) -> dict[str, Any]:
    body = {
        "lines": [{"product_id": "mug", "quantity": 3}, {"product_id": "gift", "quantity": 2}],
        "shipping_minor": 490,
        "payment_state": "paid",
    }
    first = await shop.post("/orders", body, 201, "order-1")
    assert first["total_minor"] == 3 * 1200 + 2 * 4000 + 490
    assert await shop.post("/orders", body, 201, "order-1") == first
    other = {**body, "shipping_minor": 0}
    refused = await shop.post("/orders", other, 422, "order-1")
    assert refused["type"] == "/problems/idempotency-key-reused"
    assert await shop.stock("mug") == {"on_hand": 40, "reserved": 7, "available": 33}
    heard = await live.heard("orders", "order.placed", id=first["id"])
    assert heard["data"]["total_minor"] == first["total_minor"]
    await live.heard("product.mug", "order.placed", id=first["id"])

    too_many = {
        "lines": [{"product_id": "rare", "quantity": 1}, {"product_id": "tray", "quantity": 14}]
    }
    refused = await shop.post("/orders", too_many, 409, "order-2")
    assert [error["field"] for error in refused["errors"]] == ["lines[1].quantity"]
    assert (await shop.stock("rare"))["reserved"] == 0

    second = await shop.post(
        "/orders", {"lines": [{"product_id": "rare", "quantity": 1}]}, 201, "o3"
    )
    third = await shop.post(
        "/orders", {"lines": [{"product_id": "tray", "quantity": 4}]}, 201, "o4"
    )
    await shop.until(shop.figures, lambda f: f["orders"] == 3 and f["units"] == 10)
    await live.heard("dashboard", "dashboard.refreshed")
    return {"first": first, "second": second, "third": third}


async def _serve(shop: Shop, live: Live, orders: dict[str, Any]) -> None:
    first, second, third = (orders[name]["id"] for name in ("first", "second", "third"))
    done = await shop.post(f"/orders/{first}/fulfil", {}, key="f1")
    assert done["status"] == "fulfilled"
    assert await shop.post(f"/orders/{first}/fulfil", {}, key="f1") == done
    assert await shop.stock("mug") == {"on_hand": 33, "reserved": 0, "available": 33}
    await live.heard("orders", "order.fulfilled", id=first)
    back = await shop.post(
        f"/orders/{first}/return", {"lines": [{"line": 1, "quantity": 1}]}, key="r1"
    )
    assert back["lines"][0]["returned"] == 1
    assert (await shop.stock("mug"))["on_hand"] == 34
    gone = await shop.post(f"/orders/{second}/cancel", {}, key="x2")
    assert gone["status"] == "cancelled"
    assert await shop.stock("rare") == {"on_hand": 1, "reserved": 0, "available": 1}
    refused = await shop.post(f"/orders/{second}/fulfil", {}, 409)
    assert refused["type"] == "/problems/conflict"
    await shop.post(f"/orders/{third}/fulfil", {}, key="f3")
    for event, id in (("order.returned", first), ("order.cancelled", second)):
        await live.heard("orders", event, id=id)
    entries = (await shop.get("/inventory/mug/history"))["items"]
    assert sum(entry["on_hand_delta"] for entry in entries) == 34
    assert sum(entry["reserved_delta"] for entry in entries) == 0
    revenue = 2 * 1200 + 2 * 4000 + 4 * 2500 + 490
    await shop.until(shop.figures, lambda f: f["revenue"] == revenue and f["units"] == 8)
    value = 34 * 500 + 9 * 1100
    await shop.until(shop.figures, lambda f: f["stock_value"] == value)


async def _look_ahead(shop: Shop, live: Live) -> None:
    job = await shop.post("/forecasts/batch", None, 202)
    await live.heard("system", "job.changed", id=job["id"], state="done")
    assert (await shop.get(f"/jobs/{job['id']}"))["state"] == "done"
    found = {item["product_id"]: item for item in (await shop.get("/forecasts"))["items"]}
    assert "mug" in found
    document = await shop.get("/forecasts/mug")
    assert len(document["points"]) == document["horizon_days"]
    asked = {"product_id": "mug", "forecast_days": 45}
    now = await shop.post("/ai/forecast", asked)
    assert len(now["points"]) == 45
    for point in (*document["points"], *now["points"]):
        quantiles = [point[name] for name in QUANTILES]
        assert quantiles == sorted(quantiles), point
        assert quantiles[0] >= 0, point
    proposals = await shop.until(
        lambda: shop.get("/inventory/replenishment", product_id="mug"),
        lambda found: [one["available"] for one in found["items"]] == [34],
    )
    (proposal,) = proposals["items"]
    assert proposal["inputs"]["lead_time_days"] == 9
    assert proposal["quantity"] % 6 == 0
    assert proposal["reason"]
    await shop.until(
        lambda: shop.get("/inventory/replenishment", include="all"),
        lambda all: {item["product_id"] for item in all["items"]} >= {"mug", "tray", "rare"},
    )


async def _share(base_url: str, shop: Shop, live: Live) -> None:
    """A key for a program may do what it was made for, and nothing else."""
    new = {"name": "till", "permissions": ["orders:read", "orders:write"]}
    made = await shop.post("/auth/api-keys", new, 201)
    headers = {"Authorization": f"Bearer {made['key']}"}
    async with httpx.AsyncClient(base_url=base_url, headers=headers, timeout=60) as client:
        till = Shop(client, shop.answers)
        placed = await till.post(
            "/orders", {"lines": [{"product_id": "tray", "quantity": 1}]}, 201, "till-1"
        )
        for channel in ("orders", "product.tray"):
            await live.heard(channel, "order.placed", id=placed["id"])
        assert len((await till.get("/orders"))["items"]) == 4
        refused = await till.ask("GET", "/products", 403)
        assert refused["type"] == "/problems/forbidden"
        await till.ask("GET", "/users", 403)
        await shop.ask("DELETE", f"/auth/api-keys/{made['api_key']['id']}", 204)
        await till.ask("GET", "/orders", 401)
