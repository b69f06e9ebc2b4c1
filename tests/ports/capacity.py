"""What each route asks of DynamoDB: the calls, and the capacity that they consume.

``python -m ports.capacity`` in ``tests`` writes docs/aws-capacity.md.
"""

import asyncio
import re
import tempfile
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from api.serving import routes, signed_in, user_of
from omnix import app
from omnix.adapters.aws.calls import Calls
from omnix.adapters.aws.items import size
from omnix.adapters.aws.records import AwsRecords
from omnix.declared import COLLECTIONS, FACTS, ROLE_PERMISSIONS
from omnix.domains.auth.authenticate import make_authenticator
from omnix.platform.consume import consume_once
from omnix.ports import Ports
from ports import emulators
from ports.aws_stack import opened

PAGE = Path(__file__).parents[2] / "docs" / "aws-capacity.md"
FILLED = 60
"""Products, customers and orders of a shop whose lists fill a page."""

_INDEX_KEYS = (*(f"gsi{n}pk" for n in range(1, 21)), "-pk")
_ROW = re.compile(r"^\| `(?P<route>[A-Z]+ [^`]+)` \| (?P<calls>[^|]*) \|", re.MULTILINE)


@dataclass
class Cost:
    """Of one request: calls by operation, and units of reading and writing."""

    calls: Counter[str] = field(default_factory=Counter)
    read: float = 0.0
    written: float = 0.0
    status: int = 0

    @property
    def told(self) -> str:
        """The calls in words, such as ``2 GetItem, 1 Query``."""
        return ", ".join(f"{n} {name}" for name, n in sorted(self.calls.items())) or "none"


class Meter:
    """Counts every call to DynamoDB. Units of reading are the emulator's.

    Those of writing are counted here, since it forgets most of a transaction of several kinds:
    an item is written in its table and in every index that it stands in, twice if it is one of
    a transaction. An item that moves within an index counts once there, though it costs two.
    """

    def __init__(self, calls: Calls) -> None:
        self.cost = Cost()
        self._asked = threading.local()
        self._other = Calls(settings=calls.settings, endpoints=calls.endpoints)
        events = calls.client("dynamodb").meta.events
        events.register("before-parameter-build.dynamodb", self._ask)
        events.register("after-call.dynamodb", self._count)

    def close(self) -> None:
        self._other.close()

    def _ask(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if "ReturnConsumedCapacity" in model.input_shape.members:
            params["ReturnConsumedCapacity"] = "TOTAL"
        self._asked.params = params

    def _count(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        self.cost.calls[model.name] += 1
        asked = self._asked.params
        if model.name == "TransactWriteItems":
            for member in asked["TransactItems"]:
                ((_, one),) = member.items()
                self.cost.written += 2 * self._units(one)
        elif model.name in ("PutItem", "UpdateItem", "DeleteItem"):
            self.cost.written += self._units(asked)
        elif model.name == "BatchWriteItem":
            for table, members in asked["RequestItems"].items():
                for member in members:
                    self.cost.written += self._units({"TableName": table, **member["PutRequest"]})
        elif model.name in ("GetItem", "Query", "BatchGetItem", "Scan"):
            consumed = parsed.get("ConsumedCapacity") or []
            several = consumed if isinstance(consumed, list) else [consumed]
            self.cost.read += sum(one["CapacityUnits"] for one in several)

    def _units(self, member: dict[str, Any]) -> int:
        item = member.get("Item")
        if item is None:
            table, key = member["TableName"], member["Key"]
            given = {"TableName": table, "Key": key, "ConsistentRead": True}
            item = self._other.now("dynamodb", "get_item", **given).get("Item", {})
        places = 1 + sum(name.endswith(_INDEX_KEYS) for name in item)
        return places * max(1, -(-size(item) // 1024))


class Walk:
    """Requests of somebody who may do everything, each measured."""

    def __init__(self, client: httpx.AsyncClient, meter: Meter) -> None:
        self._client = client
        self._meter = meter
        self.costs: dict[str, Cost] = {}

    async def ask(
        self,
        method: str,
        route: str,
        ids: dict[str, str] | None = None,
        most: int = 299,
        **request: Any,
    ) -> Any:
        """The answer to a request whose path has ``ids`` in place of its parameters.

        Of a route that is asked several times, the dearest is kept.
        """
        path = re.sub(r"\{([^}:]*)[^}]*\}", lambda m: (ids or {}).get(m[1], "nothing"), route)
        self._meter.cost = Cost()
        answer = await self._client.request(method, f"/v1{path}", **request)
        cost, self._meter.cost = self._meter.cost, Cost()
        cost.status = answer.status_code
        name = f"{method} {route}"
        known = self.costs.get(name)
        if known is None or cost.read + cost.written >= known.read + known.written:
            self.costs[name] = cost
        assert answer.status_code <= most, f"{name}: {answer.status_code} {answer.text}"
        json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.json() if json else None

    async def get(self, route: str, **ids: str) -> Any:
        return await self.ask("GET", route, ids)

    async def post(self, route: str, body: Any = None, key: str = "", **ids: str) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.ask("POST", route, ids, json=body, headers=headers)


@asynccontextmanager
async def walking(
    ministack: str, dynamodb: str | None, cache: Path, filled: int = FILLED
) -> AsyncIterator[Walk]:
    """The application on the adapters to AWS, after somebody went everywhere."""
    async with opened(ministack, dynamodb, COLLECTIONS, FACTS, cache) as ports:
        assert isinstance(ports.records, AwsRecords)
        access = make_authenticator(ports, ROLE_PERMISSIONS)
        api = app.api(ports, access)
        token = await signed_in(ports, access, user_of("admin"))
        transport = httpx.ASGITransport(app=api, client=("192.0.2.1", 50000))
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://shop.test", headers=headers
        ) as client:
            meter = Meter(ports.records.calls)
            walk = Walk(client, meter)
            try:
                await _stock(walk, filled)
                await _sell(walk, ports, filled)
                await _manage(walk)
                await _look(walk, filled)
                # A route that is not named above is asked for what is not there.
                for method, route, _ in routes(api):
                    if f"{method} {route}" not in walk.costs and not route.startswith("/problems"):
                        json = {} if method != "GET" else None
                        await walk.ask(method, route, most=499, json=json)
                yield walk
            finally:
                meter.close()


async def _stock(walk: Walk, filled: int) -> None:
    """A shop that is open."""
    settings = await walk.get("/system/settings")
    change = {"version": settings["version"], "name": "Corner shop", "currency": "EUR"}
    await walk.ask("PATCH", "/system/settings", json=change)
    for place in ("here", "there"):
        await walk.post("/locations", {"id": place, "name": place.title()})
    await walk.post("/suppliers", {"id": "pottery", "name": "Pottery", "lead_time_days": 9})

    async def made(number: int) -> None:
        id = f"p{number:02}"
        new = {"id": id, "sku": id.upper(), "name": f"Mug {number}", "price_minor": 1200}
        await walk.post("/products", {**new, "cost_minor": 500, "category": "Kitchen"})
        await walk.post(
            "/inventory/{product_id}/adjust", {"count_to": 900}, f"count-{id}", product_id=id
        )
        await walk.post("/customers", {"id": f"c{number}", "name": f"Customer {number}"})

    for number in range(filled):
        await made(number)
    gift = {"id": "gift", "sku": "GIFT", "name": "Gift", "price_minor": 3000}
    parts = [{"product_id": "p01", "quantity": 2}, {"product_id": "p02", "quantity": 1}]
    await walk.post("/products", {**gift, "components": parts})
    terms = {"unit_cost_minor": 480, "pack_size": 6, "minimum_quantity": 12}
    route = "/inventory/{product_id}/suppliers/{supplier_id}"
    for id in ("p01", "p02"):
        ids = {"product_id": id, "supplier_id": "pottery"}
        await walk.ask("PUT", route, ids, json=terms)
    await walk.ask("DELETE", route, ids)
    await walk.post(
        "/inventory/{product_id}/receive", {"quantity": 5}, "receipt-1", product_id="p01"
    )
    lines = [{"product_id": f"p{n:02}", "quantity": 1} for n in range(5)]
    moved = {"from_location_id": "here", "to_location_id": "there", "lines": lines}
    await walk.post("/inventory/transfers", moved, "transfer-1")


async def _sell(walk: Walk, ports: Ports, filled: int) -> None:
    for number in range(filled):
        ordered = {
            "customer_id": f"c{number % 7}",
            "lines": [{"product_id": f"p{number:02}", "quantity": 2}],
        }
        await walk.post("/orders", ordered, f"order-{number}")
    lines = [{"product_id": f"p{n:02}", "quantity": 2} for n in range(5)]
    ids = []
    for number in range(3):
        order = await walk.post("/orders", {"lines": lines}, f"five-{number}")
        ids.append({"order_id": order["id"]})
    await walk.post("/orders/{order_id}/fulfil", {}, "fulfil", **ids[0])
    await walk.post("/orders/{order_id}/pay", {}, "pay", **ids[0])
    back = {"lines": [{"line": 1, "quantity": 1}]}
    await walk.post("/orders/{order_id}/return", back, "return", **ids[0])
    await walk.post("/orders/{order_id}/refund", {"amount_minor": 1200}, "refund", **ids[0])
    await walk.post("/orders/{order_id}/cancel", {}, "cancel", **ids[1])
    for consumer in app.CONSUMERS:
        while (await consume_once(ports, consumer))[0]:
            pass


async def _manage(walk: Walk) -> None:
    """People and keys."""
    new = {"email": "somebody@example.test", "name": "Somebody", "role": "manager"}
    made = await walk.post("/users", new)
    user = {"user_id": made["user"]["id"]}
    signing = {"email": new["email"], "password": made["one_time_password"]}
    tokens = await walk.post("/auth/login", signing)
    await walk.post("/auth/refresh", {"refresh_token": tokens["refresh_token"]})
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    secret = {"current_password": signing["password"], "new_password": "a long enough one"}
    await walk.ask("POST", "/user/password", json=secret, headers=headers)
    await walk.ask("POST", "/auth/logout", json={}, headers=headers)
    await walk.ask("PATCH", "/users/{user_id}", user, json={"version": 2, "name": "Else"})
    await walk.post("/users/{user_id}/password", **user)
    await walk.ask("PATCH", "/user/profile", json={"name": "Administrator"})
    made = await walk.post("/auth/api-keys", {"name": "till", "permissions": ["orders:read"]})
    key = {"key_id": made["api_key"]["id"]}
    await walk.ask("DELETE", "/auth/api-keys/{key_id}", key)
    rows = "sku,name,price\nNEW,New,1.00\n"
    made = await walk.ask("POST", "/imports", content=rows, params={"file_name": "products.csv"})
    await walk.post("/jobs/{job_id}/cancel", job_id=made["job"]["id"])
    await walk.get("/jobs/{job_id}", job_id=made["job"]["id"])
    await walk.post("/forecasts/batch")


async def _look(walk: Walk, filled: int) -> None:
    for route in (
        "/products/{product_id}",
        "/products/{product_id}/sales",
        "/products/{product_id}/prices",
        "/inventory/{product_id}/history",
        "/inventory/{product_id}/suppliers",
    ):
        await walk.get(route, product_id="p01")
    # A full page of one location, since it asks the next one for what is missing.
    await walk.ask("GET", "/inventory", params={"limit": min(50, filled - 1)})
    await walk.get("/customers/{customer_id}", customer_id="c1")
    await walk.get("/suppliers/{supplier_id}", supplier_id="pottery")
    await walk.get("/suppliers/{supplier_id}/products", supplier_id="pottery")
    orders = await walk.get("/orders")
    assert len(orders["items"]) == min(50, filled + 3)
    await walk.get("/orders/{order_id}", order_id=orders["items"][0]["id"])
    await walk.ask("GET", "/orders", params={"customer_id": "c1"})
    for query in ({"search": "mug"}, {"category": "Kitchen"}):
        await walk.ask("GET", "/products", params=query)
    await walk.ask("GET", "/customers", params={"search": "customer"})
    # Nothing was sold for long enough to forecast it.
    for method, route, asked in (
        ("GET", "/forecasts/{product_id}", None),
        ("POST", "/ai/forecast", {"product_id": "p01", "forecast_days": 30}),
    ):
        await walk.ask(method, route, {"product_id": "p01"}, most=409, json=asked)
    product = {"product_id": "p03"}
    await walk.ask("PATCH", "/products/{product_id}", product, json={"version": 1, "name": "Cup"})
    await walk.ask("DELETE", "/products/{product_id}", product)
    customer = {"customer_id": "c1"}
    change = {"version": 1, "name": "Else"}
    await walk.ask("PATCH", "/customers/{customer_id}", customer, json=change)
    await walk.ask("DELETE", "/customers/{customer_id}", {"customer_id": "c2"})
    supplier = {"supplier_id": "pottery"}
    await walk.ask("PATCH", "/suppliers/{supplier_id}", supplier, json=change)


def page(costs: dict[str, Cost]) -> str:
    """docs/aws-capacity.md."""
    lines = [
        "# What each route asks of DynamoDB",
        "",
        "Written by `cd tests && ../.venv/bin/python -m ports.capacity`. A shop of"
        f" {FILLED} products,",
        "customers and orders of one or five lines, lists of 50; of several requests to a route",
        "the dearest one counts. Each has two reads that tell who asks (the session, the user).",
        "**No route scans a table.** A test holds every route to these calls and two.",
        "",
        "A unit of reading is 4 kB, half of one where the read may lag (an index): measured on",
        "Amazon's own DynamoDB Local. A unit of writing is 1 kB, in the table and again in every",
        "index that the item stands in, times two in a transaction: counted from what was written,",
        "since the emulator forgets most of a transaction. 404 and 409 are answers of this walk,",
        "which has no such thing; what such a request finds costs a read or two more.",
        "",
        "| route | calls | read units | write units | status |",
        "|---|---|---|---|---|",
    ]
    for name, cost in sorted(costs.items(), key=lambda one: one[0].split()[::-1]):
        lines.append(
            f"| `{name}` | {cost.told} | {cost.read:g} | {cost.written:g} | {cost.status} |"
        )
    return "\n".join(lines) + "\n"


def documented() -> dict[str, Counter[str]]:
    """The calls of each route as the page says."""
    found = {}
    for row in _ROW.finditer(PAGE.read_text()):
        pairs = [one.split(" ") for one in row["calls"].split(", ") if one != "none"]
        found[row["route"]] = Counter({name: int(n) for n, name in pairs})
    return found


async def _measure(ministack: str, dynamodb: str) -> str:
    with tempfile.TemporaryDirectory() as cache:
        async with walking(ministack, dynamodb, Path(cache)) as walk:
            return page(walk.costs)


if __name__ == "__main__":
    with ExitStack() as stack:
        addresses = [
            stack.enter_context(e()) for e in (emulators.ministack, emulators.dynamodb_local)
        ]
        PAGE.write_text(asyncio.run(_measure(*addresses)))
