"""Every declared event, made by what really causes it, and what the channels tell of it."""

from datetime import timedelta
from typing import Any

import pytest

from api.serving import Served, serving
from omnix import app
from omnix.declared import EVENTS
from omnix.domains.ml import service as registry
from omnix.domains.ml.desk import roll_back
from omnix.domains.ml.model import Contest, Data, Feature, Trained
from omnix.domains.ml.watching import watch
from omnix.domains.realtime.channels import MOST_PRODUCTS, QUIET, messages
from omnix.domains.realtime.declare import CHANNELS
from omnix.domains.system.setup import tell_setup
from omnix.kit.declare import JobType, Model
from omnix.kit.events import Event
from omnix.platform.consume import consume_once
from omnix.platform.jobs import work_once
from transfer import samples

pytestmark = pytest.mark.anyio


async def _did(served: Served, method: str, path: str, **request: Any) -> Any:
    answer = await served.call(method, path, **request)
    assert answer.status_code < 300, f"{method} {path}: {answer.text}"
    return answer.json() if answer.content else None


async def _people(served: Served) -> None:
    await _did(
        served,
        "POST",
        "/users",
        json={"email": "bo@example.test", "name": "Bo", "role": "analyst"},
    )
    await _did(served, "PATCH", "/user/profile", json={"name": "Another"})
    new = {"name": "till", "permissions": ["orders:read"]}
    key = await _did(served, "POST", "/auth/api-keys", json=new)
    await _did(served, "DELETE", f"/auth/api-keys/{key['api_key']['id']}")
    customer = await _did(
        served, "POST", "/customers", json={"id": "ann", "name": "Ann", "email": "ann@example.test"}
    )
    await _did(served, "POST", "/customers", json={"id": "ann-2", "name": "Ann"})
    for step in ("merge", "unmerge"):
        customer = await _did(served, "POST", f"/customers/ann/{step}", json={"other": "ann-2"})
    await _did(served, "DELETE", "/customers/ann-2")
    customer = await _did(served, "GET", "/customers/ann")
    change = {"version": customer["version"], "name": "Anna"}
    changed = await _did(served, "PATCH", "/customers/ann", json=change)
    gone = {"version": changed["version"], "status": "archived"}
    await _did(served, "PATCH", "/customers/ann", json=gone)


async def _goods(served: Served) -> None:
    for place in ("shop", "store"):
        await _did(served, "POST", "/locations", json={"id": place, "name": place.title()})
    for id in ("mug", "tray"):
        new = {"id": id, "sku": id, "name": id.title(), "price_minor": 1200}
        await _did(served, "POST", "/products", json=new)
        await _did(
            served, "POST", f"/inventory/{id}/adjust", json={"count_to": 40, "location_id": "shop"}
        )
    await _did(served, "PATCH", "/products/mug", json={"version": 1, "price_minor": 1300})
    move = {"from_location_id": "shop", "to_location_id": "store"}
    lines = [{"product_id": id, "quantity": 2} for id in ("mug", "tray")]
    await _did(served, "POST", "/inventory/transfers", json={**move, "lines": lines})
    await _did(served, "POST", "/suppliers", json={"id": "pot", "name": "P", "lead_time_days": 9})
    bought = {"supplier_id": "pot", "lines": [{"product_id": "mug", "quantity": 5}]}
    await _did(served, "POST", "/purchase-orders", json=bought)
    await _did(served, "PATCH", "/inventory/policy", json={"version": 0, "order_minor": 150})
    await _did(served, "DELETE", "/products/tray")


async def _order(served: Served, *kinds: str, **more: Any) -> None:
    body = {"lines": [{"product_id": "mug", "quantity": 2}], "location_id": "shop", **more}
    order = await _did(served, "POST", "/orders", json=body)
    bodies = {
        "return": {"lines": [{"line": 1, "quantity": 1}]},
        "refund": {"amount_minor": 100},
    }
    for kind in kinds:
        await _did(served, "POST", f"/orders/{order['id']}/{kind}", json=bodies.get(kind, {}))


async def _experiment(served: Served) -> None:
    new = {
        "id": "exp",
        "key": "button",
        "name": "Button",
        "variants": [{"key": "a", "weight": 5000}, {"key": "b", "weight": 5000}],
        "metrics": [{"name": "clicks", "outcome": {"kind": "mean"}}],
    }
    await _did(served, "POST", "/experiments", json=new)
    await _did(served, "PATCH", "/experiments/exp", json={"version": 1, "name": "Buttons"})
    await _did(served, "POST", "/experiments/exp/start")
    await _did(served, "POST", "/experiments/exp/assignment", json={"unit_id": "ann"})
    outcome = {"experiment_id": "exp", "unit_id": "ann", "metric": "clicks", "value": 2}
    await _did(served, "POST", "/experiments/outcomes", json={"outcomes": [outcome]})
    await _did(served, "POST", "/experiments/exp/stop")
    await _did(served, "POST", "/experiments/exp/ship", json={"variant": "b"})
    view = {"message_id": "m1", "type": "page_view", "anonymous_id": "ann"}
    await _did(served, "POST", "/events", json=view)


async def _alerts(served: Served) -> None:
    """A product sold below cost, somebody who sees to it, and whom to tell next time."""
    room = {"name": "Room", "kind": "email", "to": "room@example.test"}
    await _did(served, "POST", "/alert-channels", json=room)
    await _did(served, "PATCH", "/alert-rules/below-cost", json={"version": 0, "severity": "info"})
    bad = {"id": "bad", "sku": "bad", "name": "Bad", "price_minor": 100, "cost_minor": 200}
    await _did(served, "POST", "/products", json=bad)
    await _work(served)
    (alert,) = (await _did(served, "GET", "/alerts?kind=price"))["items"]
    await _did(served, "POST", f"/alerts/{alert['id']}/acknowledge", json={})


async def _advice(served: Served) -> None:
    """A night's lists, what somebody was shown of them and said, and a forecast known better."""
    await _did(served, "POST", "/recommendations/refresh")
    await _work(served)
    told = {"name": "Bo", "id": "bo"}
    await _did(served, "POST", "/customers", json=told)
    shown = await _did(served, "GET", "/recommendations/customers/bo")
    liked = {"product_id": shown["items"][0]["product_id"], "liked": True}
    await _did(served, "POST", f"/recommendations/{shown['id']}/feedback", json=liked)
    day = served.ports.clock.now().date() + timedelta(days=3)
    known = {
        "product_id": liked["product_id"],
        "first_day": day.isoformat(),
        "last_day": day.isoformat(),
        "reason": "A fair in town",
        "multiplier": 2,
    }
    await _did(served, "POST", "/forecasts/overrides", json=known)


async def _models(served: Served) -> None:
    """One that wins its backtest, is rolled back, comes again, and drifts."""
    model = Model("test", "Test", "forecast", JobType("test", "Test"), "pinball")
    data = Data(fingerprint="f", first_day="2025-01-01", last_day="2025-12-31", rows=1)
    days = ["2025-10-01", "2025-11-01", "2025-12-01"]
    won = Contest(group="all", origins=days, series=9, champion=[3] * 3, challenger=[2] * 3)
    for name in ("a", "b", "b again"):
        profile = {"level": Feature(counts=[500, 500], edges=[1.0])}
        made = Trained(algorithm=name[0], code="c", data=data, profile=profile)
        version = await registry.register(served.ports, model, made, name)
        await registry.contend(served.ports, model, version, [won])
        if name == "b":
            await roll_back(served.ports, model, "usr_admin", "It orders too much.")
    moved = {"level": Feature(counts=[900, 100], edges=[1.0])}
    await watch(served.ports, model, "2026-01-01", profile=moved)


async def _work(served: Served) -> None:
    """Everything that workers do, until nothing is left to do."""
    while True:
        taken = [(await consume_once(served.ports, each))[0] for each in app.CONSUMERS]
        if not any(taken) and not await work_once(served.ports, app.JOBS):
            return


@pytest.fixture(scope="module")
async def events(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    async with serving(tmp_path_factory.mktemp("shop")) as served:
        await _did(served, "POST", "/imports?file_name=a.csv", content=samples.UCI.encode())
        await _work(served)
        await tell_setup(served.ports, "working", "test")
        settings = await _did(served, "GET", "/system/settings")
        change = {"version": settings["version"], "name": "Corner"}
        await _did(served, "PATCH", "/system/settings", json=change)
        await _people(served)
        await _goods(served)
        await _order(served, "confirm", "pay", "fulfil", "return", "refund")
        await _order(served, "cancel")
        await _experiment(served)
        await _models(served)
        await _alerts(served)
        await _advice(served)
        await _work(served)
        found: list[Event] = []
        while (batch := await served.ports.bus.read("test", [])).events:
            found += batch.events
            await served.ports.bus.acknowledge("test", batch.position)
        return found


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


async def test_each_declared_event_is_told_or_deliberately_quiet(events: list[Event]) -> None:
    # A refresh token that was stolen takes a thief, an anomaly and advice weeks of a shop's life;
    # their nouns say where they would go.
    untold = {
        "session.reused",
        "session.ended",
        "user.registered",
        "user.erased",
        "user.second-factor-changed",
        "anomaly.detected",
        "alert.refreshed",
        "customers.analysed",
        "action.decided",
        "promotion.changed",
        "ai.asked",
        "ai.drafted",
    }
    assert set(EVENTS) - {event.type for event in events} == untold
    for event in events:
        told = list(messages(event))
        assert bool(told) != (event.type.split(".")[0] in QUIET), event
        for channel, data in told:
            assert channel.partition(".")[0] in CHANNELS, event
            assert data, event
    assert {name.split(".")[0] for name in EVENTS} >= QUIET


async def test_a_change_of_stock_tells_product_and_place(events: list[Event]) -> None:
    (moved,) = [event for event in events if event.type == "stock.moved"]
    told = [data for channel, data in messages(moved) if channel == "inventory"]
    assert [(d["product_id"], d["location_id"], d["on_hand_delta"], d["kind"]) for d in told] == [
        ("mug", "shop", -2, "transfer"),
        ("tray", "shop", -2, "transfer"),
        ("mug", "store", 2, "transfer"),
        ("tray", "store", 2, "transfer"),
    ]
    counted = next(event for event in events if event.type == "stock.counted")
    assert dict(messages(counted)) == {
        "inventory": {"product_id": "mug", "location_id": "shop", "counted": 40},
        "product.mug": {"id": "mug"},
    }


async def test_a_product_s_own_channel_tells_nothing_of_money_or_people(
    events: list[Event],
) -> None:
    told = [(e.type, d) for e in events for c, d in messages(e) if c == "product.mug"]
    kinds = {type for type, _ in told}
    assert {"order.placed", "order.cancelled", "product.changed", "stock.moved"} <= kinds
    assert all(set(data) == {"id"} for _, data in told)


async def test_what_one_event_tells_is_bounded() -> None:
    many = [f"p{n}" for n in range(1000)]
    data = {"part": 2, "parts": 2, "rows": {"product_id": [None, *many, *many]}}
    order = Event("order.placed", "ord_1", "2026-01-01T00:00:00.000Z", data)
    assert [channel for channel, _ in messages(order)] == [
        f"product.{id}" for id in many[:MOST_PRODUCTS]
    ]
