"""What the shop can do, each as one request that can be made again and again.

Together they use what the functions of the stack are granted; the day alone leaves some of it out.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from journeys.compare import PAGES

PATIENCE = 60.0
Body = Callable[[str], Any]


@dataclass(frozen=True)
class Feature:
    """A request; ``body`` and ``content`` make it from a word that is new each time, which also
    stands for ``{new}`` in the path. ``{first}`` there is the id of the first that ``of`` lists,
    which is waited for. ``whole`` paths do not lie below /v1.
    """

    method: str
    path: str
    body: Body | None = None
    content: str | None = None
    keyed: bool = False
    of: str | None = None
    whole: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def _of(**body: Any) -> Body:
    """``body`` with the new word wherever a text holds ``{new}``."""

    def made(new: str) -> Any:
        return _filled(body, new)

    return made


def _filled(value: Any, new: str) -> Any:
    match value:
        case str():
            return value.replace("{new}", new)
        case Mapping():
            return {key: _filled(one, new) for key, one in value.items()}
        case list():
            return [_filled(one, new) for one in value]
    return value


def _within_a_day(new: str) -> str:
    """A time of its own for each word."""
    later = timedelta(hours=1, seconds=int(new[1:], 16) % 80_000)
    return (datetime.now(UTC) + later).isoformat()


_EXPERIMENT = _of(
    id="{new}",
    key="{new}",
    name="A button",
    variants=[
        {"key": "old", "weight": 5000, "value": "grey"},
        {"key": "new", "weight": 5000, "value": "red"},
    ],
    metrics=[{"name": "conversion"}],
)
_DESK = {"name": "Desk", "kind": "email", "to": "desk@example.com"}
_BELOW_COST = {"sku": "loss", "name": "Jug", "price_minor": 100, "cost_minor": 200}
_LINE = [{"product_id": "mug", "quantity": 1}]
_SHOWN = [{"experiment_id": "tour", "unit_id": "{new}", "variant": "old"}]
_SNOOZED = Feature(
    "POST", "/alerts/{first}/snooze", lambda new: {"until": _within_a_day(new)},
    of="/alerts?subject=product:loss",
)  # fmt: skip
_MCP = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
_LOW = {"any": [{"all": [{"attribute": "state", "operator": "is", "value": "low"}]}]}
_OFTEN = {"attribute": "orders", "operator": "at_least", "value": 5}

OPENING: tuple[Feature, ...] = (
    Feature("POST", "/experiments", lambda new: _EXPERIMENT("tour")),
    Feature("POST", "/experiments/tour/start"),
    Feature("POST", "/customers", lambda new: {"id": "ann", "name": "Ann"}),
    Feature("POST", "/alert-channels", lambda new: {"id": "desk", **_DESK}),
    Feature("POST", "/products", lambda new: {"id": "loss", **_BELOW_COST}),
)
"""Once, before the others."""

CHANGES = (
    Feature("POST", "/products", _of(id="{new}", sku="{new}", name="Cup", price_minor=100)),
    Feature("POST", "/product-parents", _of(id="{new}", name="Cups", options=["Size"])),
    Feature("PATCH", "/user/profile", _of(name="Admin {new}")),
    Feature("POST", "/customers", _of(id="{new}", name="Ann")),
    Feature("POST", "/customers/batch-analysis"),
    Feature("POST", "/segments", _of(name="{new}", rule={"any": [{"all": [_OFTEN]}]})),
    Feature("POST", "/locations", _of(id="{new}", name="Low Street")),
    Feature("POST", "/suppliers", _of(id="{new}", name="Glass", lead_time_days=3)),
    Feature("POST", "/inventory/mug/receive", _of(quantity=1), keyed=True),
    Feature("POST", "/inventory/classes"),
    Feature("POST", "/inventory/simulate", _of(product_ids=["mug"]), keyed=True),
    Feature("POST", "/orders", _of(lines=_LINE, customer_id="ann"), keyed=True),
    Feature("POST", "/purchase-orders/from-replenishment", _of(fill_up=True), keyed=True),
    Feature("POST", "/forecasts/batch"),
    Feature("POST", "/ai/forecast", _of(product_id="mug", forecast_days=7)),
    Feature("POST", "/forecasts/promotions",
            _of(name="{new}", percent_off=10, first_day="2030-01-01", last_day="2030-01-07",
                product_ids=["mug"])),
    # Before the questions, which are answered also where a tool may not look.
    Feature("POST", "/ai/insights/experiments/tour"),
    Feature("POST", "/customers/ann/analyze"),
    Feature("POST", "/products/mug/analyze"),
    Feature("POST", "/ai/ask", _of(question="Why did revenue change last week?")),
    Feature("POST", "/ai/ask", _of(question="Did the test win?")),
    Feature("POST", "/ai/ask", _of(question="What should I do first?")),
    Feature("POST", "/ai/ask", _of(question="Which customers may leave?")),
    Feature("POST", "/mcp", lambda new: {**_MCP, "params": {"name": "explain_change"}},
            whole=True),
    Feature("POST", "/ml/models/forecast/train"),
    Feature("POST", "/experiments", _EXPERIMENT),
    Feature("POST", "/experiments/tour/assignment", _of(unit_id="{new}", expose=True)),
    Feature("POST", "/experiments/exposures", _of(exposures=_SHOWN)),
    Feature("POST", "/ofrep/v1/evaluate/flags", _of(context={"targetingKey": "{new}"})),
    Feature("POST", "/ofrep/v1/evaluate/flags/tour", _of(context={"targetingKey": "{new}"})),
    Feature("POST", "/events", _of(message_id="{new}", type="page_view", anonymous_id="v1")),
    Feature("POST", "/streaming/replay", _of()),
    Feature("POST", "/imports?file_name=products.csv", content="sku,name,price\n{new},New,1.00\n"),
    Feature("POST", "/users", _of(email="{new}@example.com", name="Bo", role="manager")),
    Feature("POST", "/users/invitations",
            _of(email="{new}@example.com", name="Di", role="analyst")),
    Feature("POST", "/auth/api-keys", _of(name="{new}", permissions=["orders:read"])),
    Feature("POST", "/auth/register",
            _of(email="{new}@example.com", name="Cy", password="correct horse battery")),
    Feature("POST", "/alert-channels", _of(id="{new}", **_DESK)),
    Feature("POST", "/alert-channels/desk/test"),
    Feature("POST", "/alert-rules", _of(id="{new}", name="{new}", kind="stock", when=_LOW)),
    _SNOOZED,
    Feature("POST", "/recommendations/ann~rec_{new}/dismiss", _of(product_id="mug")),
    Feature("POST", "/recommendations/refresh"),
    Feature("PUT", "/dashboard/digest", _of(every="week")),
    Feature("POST", "/auth/password/forgot", _of(email="admin@omnix.local")),
)  # fmt: skip

LOOKS = tuple(
    Feature("GET", path)
    for path in (
        *PAGES,
        "/health", "/system/status", "/system/cost", "/jobs", "/audit-log",
        "/audit-log/verification", "/auth/sessions", "/user/totp", "/segments",
        "/customers/ann", "/customers/ann/churn", "/streaming/metrics", "/streaming/trending",
        "/streaming/sessions", "/streaming/anomalies", "/ml/models", "/ml/models/forecast/versions",
        "/ml/models/forecast/drift", "/alerts", "/alert-rules", "/alert-channels",
        "/experiments/tour", "/experiments/tour/results", "/recommendations", "/ai/usage",
        "/dashboard/changes", "/dashboard/products", "/dashboard/inventory-graph",
        "/recommendations/customers/ann", "/recommendations/popular", "/products/mug/similar",
        "/product-parents",
    )
)  # fmt: skip


async def ask(client: httpx.AsyncClient, feature: Feature, new: str) -> httpx.Response:
    """The answer to ``feature`` with the word ``new``."""
    content = None if feature.content is None else feature.content.replace("{new}", new)
    path = feature.path.replace("{new}", new)
    if feature.of is not None:
        listed = await _listed(client, feature.of)
        if listed.is_error:
            return listed
        path = path.replace("{first}", listed.json()["items"][0]["id"])
    return await client.request(
        feature.method,
        path if feature.whole else f"/v1{path}",
        json=None if feature.body is None else feature.body(new),
        content=content,
        headers={"Idempotency-Key": new} if feature.keyed else {},
    )


async def _listed(client: httpx.AsyncClient, path: str) -> httpx.Response:
    """A list with something in it, or an error."""
    end = time.monotonic() + PATIENCE
    while True:
        answer = await client.get(f"/v1{path}")
        if answer.is_error or answer.json()["items"]:
            return answer
        assert time.monotonic() < end, path
        await asyncio.sleep(0.2)
