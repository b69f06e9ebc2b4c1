"""Streaming over HTTP: from an event to the live figures, and who may do what."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from api.serving import Served, assert_problem, serving
from omnix.domains.streaming import watch
from omnix.domains.streaming.declare import EVENTS
from omnix.domains.streaming.model import NewEvent
from omnix.kit.time import instant

from .shop import follow

pytestmark = pytest.mark.anyio


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as it:
        yield it


async def did(served: Served, method: str, path: str, **request: Any) -> Any:
    answer = await served.call(method, path, "manager", **request)
    assert answer.status_code < 300, answer.text
    return answer.json()


def event(number: int, type: str, visitor: str, **given: Any) -> dict[str, Any]:
    return {"message_id": f"m{number}", "type": type, "anonymous_id": visitor, **given}


async def test_from_events_to_live_figures(served: Served) -> None:
    now = served.clock.now()
    early = instant(now - timedelta(minutes=12))
    sent = [
        event(1, "product_view", "a", product_id="mug"),
        event(2, "product_view", "b", product_id="mug"),
        event(3, "product_view", "c", product_id="tray", at=early),
        event(4, "add_to_cart", "a", product_id="mug"),
        event(5, "checkout", "a"),
        event(6, "purchase", "a", items=[{"product_id": "mug", "price_minor": 1200}]),
        event(7, "purchase", "d", revenue_minor=700, currency="USD"),
        event(8, "page_view", "e", at=instant(now - timedelta(minutes=50))),
        event(9, "page_view", "e", at=instant(now - timedelta(hours=30))),
    ]
    told = await did(served, "POST", "/events/batch", json={"events": sent})
    assert told == {"accepted": 9, "duplicates": [], "refused": []}
    assert await did(served, "POST", "/events", json=sent[0]) == {
        "message_id": "m1",
        "outcome": "duplicate",
    }
    await follow(served.ports)
    figures = await did(served, "GET", "/streaming/metrics?minutes=15")
    assert (figures["revenue_minor"], figures["currency"]) == (1200, "EUR")
    assert figures["other_currencies"] == {"USD": 700}
    assert (figures["orders"], figures["events"], figures["late_events"]) == (2, 7, 1)
    assert figures["too_late_events"] == 1
    assert (figures["active_5_minutes"], figures["active_30_minutes"]) == (3, 4)
    funnel = {step["step"]: step["visitors"] for step in figures["funnel"]}
    assert funnel == {"product_view": 3, "add_to_cart": 1, "checkout": 1, "purchase": 2}
    assert len(figures["series"]) == 15
    assert sum(point["events"] for point in figures["series"]) == 7
    trending = await did(served, "GET", "/streaming/trending?minutes=30")
    assert [(i["product_id"], i["interest"]) for i in trending["items"]] == [
        ("mug", 15), ("tray", 1),
    ]  # fmt: skip
    served.clock.advance(1)  # what happens now is of the hour that ends now
    sessions = await did(served, "GET", "/streaming/sessions?hours=24")
    assert (sessions["sessions"], sessions["visitors"], sessions["converted"]) == (5, 5, 2)
    assert sessions["events"] == 8


async def test_an_event_that_is_wrong_is_refused_by_its_field(served: Served) -> None:
    answer = await served.call("POST", "/events", json={"type": "page_view"})
    assert_problem(answer)
    assert answer.json()["errors"][0]["field"] == "message_id"
    raw = b'{"events": [{"message_id": "m", "type": "page_view", "revenue_minor": NaN}]}'
    answer = await served.call(
        "POST", "/events/batch", content=raw, headers={"Content-Type": "application/json"}
    )
    assert_problem(answer)
    deep = b'{"events":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}"
    answer = await served.call(
        "POST", "/events/batch", content=deep, headers={"Content-Type": "application/json"}
    )
    assert_problem(answer)


async def test_a_write_key_writes_and_nothing_else(served: Served) -> None:
    new = {"name": "web shop", "permissions": ["events:write"]}
    made = (await served.call("POST", "/auth/api-keys", json=new)).json()
    key = {"Authorization": f"Bearer {made['key']}"}
    view = event(1, "page_view", "a")
    answer = await served.call("POST", "/events", None, json=view, headers=key)
    assert answer.status_code == 202, answer.text
    for path in ("/streaming/metrics", "/streaming/anomalies", "/customers"):
        assert (await served.call("GET", path, None, headers=key)).status_code == 403
    assert (await served.call("POST", "/events", "customer", json=view)).status_code == 403
    assert (await served.call("POST", "/streaming/replay", "manager", json={})).status_code == 403
    assert (await served.call("POST", "/streaming/replay", json={})).status_code == 202


async def test_the_published_schema_is_the_one_that_judges(served: Served) -> None:
    schema = (await served.call("GET", "/events/schema")).json()
    assert schema["$schema"].startswith("https://json-schema.org/")
    ((_, told),) = [pair for pair in schema["$defs"].items() if pair[0] == "NewEvent"]
    assert set(told["properties"]) == set(NewEvent.__struct_fields__)
    assert set(told["required"]) == {"message_id", "type"}
    assert told["additionalProperties"] is False


async def test_an_outage_is_told_once_with_its_usual_range(served: Served) -> None:
    """Six weeks of orders in the lake, and an evening in which nobody could pay."""
    settled = served.clock.now() - timedelta(minutes=10)
    end = settled.replace(minute=0, second=0, microsecond=0)
    rng = np.random.default_rng(1)
    hours = 6 * 168 + 2
    columns: dict[str, list[Any]] = {name: [] for name in EVENTS.columns}
    for back in range(hours, 0, -1):
        hour = end - timedelta(hours=back)
        for number in range(0 if back == 2 else int(rng.poisson(30))):
            at = (hour + timedelta(seconds=number)).replace(tzinfo=None)
            row = {
                "message_id": f"{back}-{number}", "type": "purchase", "visitor": f"v{number}",
                "currency": "EUR", "revenue_minor": int(rng.integers(500, 5000)), "at": at,
                "received_at": at, "day": at.date(), "stream": "0", "sequence": 1,
            }  # fmt: skip
            for name, column in columns.items():
                column.append(row.get(name))
    await served.ports.lake.append(EVENTS, columns)
    told = await watch.look(served.ports)
    assert told == {"hours": 6, "anomalies": 3}
    assert (await watch.look(served.ports))["anomalies"] == 0
    first = await did(served, "GET", "/streaming/anomalies?limit=2")
    rest = await did(served, "GET", f"/streaming/anomalies?limit=2&cursor={first['next_cursor']}")
    found = {each["metric"]: each for each in [*first["items"], *rest["items"]]}
    assert set(found) == {"revenue", "orders", "visits"}
    for each in found.values():
        assert (each["value"], each["direction"]) == (0, "low")
        assert each["hour"] == instant(end - timedelta(hours=2))
        assert 0 < each["low"] < each["expected"] < each["high"]
    assert abs(found["orders"]["expected"] - 30) < 6
    only = await did(served, "GET", "/streaming/anomalies?metric=orders")
    assert [each["metric"] for each in only["items"]] == ["orders"]
    batch = await served.ports.bus.read("test", ("anomaly.detected",))
    assert len(batch.events) == 3
    assert msgspec.json.encode(batch.events[0].data)
