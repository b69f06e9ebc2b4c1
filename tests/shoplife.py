"""What happens in a shop, each by what really causes it, over HTTP and by the workers."""

from datetime import timedelta
from typing import Any

from api.serving import Served
from omnix import app
from omnix.domains.ml import service as registry
from omnix.domains.ml.desk import roll_back
from omnix.domains.ml.model import Contest, Data, Feature, Trained
from omnix.domains.ml.watching import watch
from omnix.domains.system.setup import tell_setup
from omnix.kit.declare import JobType, Model
from omnix.platform.consume import consume_once
from omnix.platform.jobs import work_once
from transfer import samples


async def everything(served: Served) -> None:
    """All of what follows, and the work that it makes."""
    await did(served, "POST", "/imports?file_name=a.csv", content=samples.UCI.encode())
    await work(served)
    await tell_setup(served.ports, "working", "test")
    settings = await did(served, "GET", "/system/settings")
    change = {"version": settings["version"], "name": "Corner"}
    await did(served, "PATCH", "/system/settings", json=change)
    await people(served)
    await goods(served)
    await order(served, "confirm", "pay", "fulfil", "return", "refund")
    await order(served, "cancel")
    await experiment(served)
    await models(served)
    await alerts(served)
    await advice(served)
    await work(served)


async def did(served: Served, method: str, path: str, **request: Any) -> Any:
    """What was answered to a request that must succeed."""
    answer = await served.call(method, path, **request)
    assert answer.status_code < 300, f"{method} {path}: {answer.text}"
    return answer.json() if answer.content else None


async def people(served: Served) -> None:
    await did(
        served,
        "POST",
        "/users",
        json={"email": "bo@example.test", "name": "Bo", "role": "analyst"},
    )
    await did(served, "PATCH", "/user/profile", json={"name": "Another"})
    new = {"name": "till", "permissions": ["orders:read"]}
    key = await did(served, "POST", "/auth/api-keys", json=new)
    await did(served, "DELETE", f"/auth/api-keys/{key['api_key']['id']}")
    customer = await did(
        served, "POST", "/customers", json={"id": "ann", "name": "Ann", "email": "ann@example.test"}
    )
    await did(served, "POST", "/customers", json={"id": "ann-2", "name": "Ann"})
    for step in ("merge", "unmerge"):
        customer = await did(served, "POST", f"/customers/ann/{step}", json={"other": "ann-2"})
    await did(served, "DELETE", "/customers/ann-2")
    customer = await did(served, "GET", "/customers/ann")
    change = {"version": customer["version"], "name": "Anna"}
    changed = await did(served, "PATCH", "/customers/ann", json=change)
    gone = {"version": changed["version"], "status": "archived"}
    await did(served, "PATCH", "/customers/ann", json=gone)


async def goods(served: Served) -> None:
    for place in ("shop", "store"):
        await did(served, "POST", "/locations", json={"id": place, "name": place.title()})
    for id in ("mug", "tray"):
        new = {"id": id, "sku": id, "name": id.title(), "price_minor": 1200}
        await did(served, "POST", "/products", json=new)
        await did(
            served, "POST", f"/inventory/{id}/adjust", json={"count_to": 40, "location_id": "shop"}
        )
    await did(served, "PATCH", "/products/mug", json={"version": 1, "price_minor": 1300})
    move = {"from_location_id": "shop", "to_location_id": "store"}
    lines = [{"product_id": id, "quantity": 2} for id in ("mug", "tray")]
    await did(served, "POST", "/inventory/transfers", json={**move, "lines": lines})
    await did(served, "POST", "/suppliers", json={"id": "pot", "name": "P", "lead_time_days": 9})
    bought = {"supplier_id": "pot", "lines": [{"product_id": "mug", "quantity": 5}]}
    await did(served, "POST", "/purchase-orders", json=bought)
    await did(served, "PATCH", "/inventory/policy", json={"version": 0, "order_minor": 150})
    await did(served, "DELETE", "/products/tray")


async def order(served: Served, *kinds: str, **more: Any) -> None:
    body = {"lines": [{"product_id": "mug", "quantity": 2}], "location_id": "shop", **more}
    order = await did(served, "POST", "/orders", json=body)
    bodies = {
        "return": {"lines": [{"line": 1, "quantity": 1}]},
        "refund": {"amount_minor": 100},
    }
    for kind in kinds:
        await did(served, "POST", f"/orders/{order['id']}/{kind}", json=bodies.get(kind, {}))


async def experiment(served: Served) -> None:
    new = {
        "id": "exp",
        "key": "button",
        "name": "Button",
        "variants": [{"key": "a", "weight": 5000}, {"key": "b", "weight": 5000}],
        "metrics": [{"name": "clicks", "outcome": {"kind": "mean"}}],
    }
    await did(served, "POST", "/experiments", json=new)
    await did(served, "PATCH", "/experiments/exp", json={"version": 1, "name": "Buttons"})
    await did(served, "POST", "/experiments/exp/start")
    await did(served, "POST", "/experiments/exp/assignment", json={"unit_id": "ann"})
    outcome = {"experiment_id": "exp", "unit_id": "ann", "metric": "clicks", "value": 2}
    await did(served, "POST", "/experiments/outcomes", json={"outcomes": [outcome]})
    await did(served, "POST", "/experiments/exp/stop")
    await did(served, "POST", "/experiments/exp/ship", json={"variant": "b"})
    view = {"message_id": "m1", "type": "page_view", "anonymous_id": "ann"}
    await did(served, "POST", "/events", json=view)


async def alerts(served: Served) -> None:
    """A product sold below cost, somebody who sees to it, and whom to tell next time."""
    room = {"name": "Room", "kind": "email", "to": "room@example.test"}
    await did(served, "POST", "/alert-channels", json=room)
    await did(served, "PATCH", "/alert-rules/below-cost", json={"version": 0, "severity": "info"})
    bad = {"id": "bad", "sku": "bad", "name": "Bad", "price_minor": 100, "cost_minor": 200}
    await did(served, "POST", "/products", json=bad)
    await work(served)
    (alert,) = (await did(served, "GET", "/alerts?kind=price"))["items"]
    await did(served, "POST", f"/alerts/{alert['id']}/acknowledge", json={})


async def advice(served: Served) -> None:
    """A night's lists, what somebody was shown of them and said, and a forecast known better."""
    await did(served, "POST", "/recommendations/refresh")
    await work(served)
    told = {"name": "Bo", "id": "bo"}
    await did(served, "POST", "/customers", json=told)
    shown = await did(served, "GET", "/recommendations/customers/bo")
    liked = {"product_id": shown["items"][0]["product_id"], "liked": True}
    await did(served, "POST", f"/recommendations/{shown['id']}/feedback", json=liked)
    day = served.ports.clock.now().date() + timedelta(days=3)
    known = {
        "product_id": liked["product_id"],
        "first_day": day.isoformat(),
        "last_day": day.isoformat(),
        "reason": "A fair in town",
        "multiplier": 2,
    }
    await did(served, "POST", "/forecasts/overrides", json=known)


async def models(served: Served) -> None:
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


async def work(served: Served) -> None:
    """Everything that workers do, until nothing is left to do."""
    while True:
        taken = [(await consume_once(served.ports, each))[0] for each in app.CONSUMERS]
        if not any(taken) and not await work_once(served.ports, app.JOBS):
            return
