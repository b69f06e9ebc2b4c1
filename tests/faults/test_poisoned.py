"""Events that a consumer cannot take: laid aside, redriven once, and a limit to it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from api.serving import Served, serving
from domains.orders.shop import fill, product
from faults.test_events_and_jobs import consume_all, facts, place
from omnix import app
from omnix.domains.orders import handlers
from omnix.domains.system.health import Doctor
from omnix.kit.events import Event
from omnix.platform import jobs
from omnix.platform.consume import MOST_IN_A_ROW, Consumer, Stuck, consume_once
from omnix.ports import Ports

pytestmark = pytest.mark.anyio

AT = "2026-01-01T00:00:00.000Z"


async def aside(served: Served) -> list[str]:
    answer = await served.call("GET", "/poisoned-events", params={"limit": 200})
    return [item["event_id"] for item in answer.json()["items"]]


async def health(ports: Ports) -> tuple[str, str]:
    checks = {check.name: check for check in (await Doctor(ports).report()).checks}
    return checks["events"].status, checks["events"].detail


async def redriven(served: Served, consumer: str, event_id: str) -> str:
    """The state of the job that it leads to."""
    answer = await served.call("POST", f"/poisoned-events/{consumer}/{event_id}/redrive")
    assert answer.status_code == 202, answer.text
    assert await jobs.work_once(served.ports, app.JOBS)
    return (await jobs.get(served.ports, answer.json()["id"])).state


async def test_a_redriven_sale_is_counted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although later sales were taken long before."""
    sound = handlers.rows
    async with serving(tmp_path) as served:
        ports = served.ports
        await fill(ports, [product("p")], {"p": 100})
        orders = [await place(served) for _ in range(5)]
        lost = orders[2]["id"]

        def faulty(events: Sequence[Event], time_zone: str) -> dict[str, list[Any]]:
            if any(event.data["order_id"] == lost for event in events):
                raise ZeroDivisionError
            return sound(events, time_zone)

        monkeypatch.setattr(handlers, "rows", faulty)
        await consume_all(ports)
        assert await facts(ports) == {order["id"]: 1 for order in orders if order["id"] != lost}
        (event_id,) = await aside(served)
        assert await health(ports) == ("degraded", "1 lie aside; redrive or discard them")

        assert await redriven(served, "sales-facts", event_id) == "failed"
        assert await aside(served) == [event_id]
        monkeypatch.setattr(handlers, "rows", sound)
        # The whole log again, as after a crash, does not take what lies aside.
        await ports.bus.rewind("sales-facts", 0)
        await consume_all(ports)
        assert lost not in await facts(ports)

        told = (await ports.bus.read("test", ["order.placed"])).events
        again = f"/poisoned-events/sales-facts/{event_id}/redrive"
        first, second = await served.call("POST", again), await served.call("POST", again)
        assert await jobs.work_once(ports, app.JOBS)
        assert await jobs.work_once(ports, app.JOBS)
        states = [(await jobs.get(ports, each.json()["id"])).state for each in (first, second)]
        assert states == ["done", "failed"]
        assert (await served.call("POST", again)).status_code == 404
        # A job that died before it could forget the event does it again.
        (event,) = [event for event in told if event.id == event_id]
        replay = Event(event.type, event.key, event.at, event.data, event.id, 1, event.id)
        await handlers.sales_facts(ports, [replay])
        await ports.bus.rewind("sales-facts", 0)
        await consume_all(ports)
        assert await facts(ports) == {order["id"]: 1 for order in orders}
        assert await health(ports) == ("ok", "all taken")


class Faulty:
    """A consumer that fails at the events whose number ``bad`` holds; keeps what it took."""

    def __init__(self, bad: set[int]) -> None:
        self.bad, self.taken = bad, list[int]()
        self.consumer = Consumer("faulty", ("thing.made",), self.take, attempts=1)

    async def take(self, ports: Ports, events: Sequence[Event]) -> None:
        numbers = [event.data["n"] for event in events]
        if self.bad.intersection(numbers):
            raise KeyError("nothing like it")
        self.taken += numbers


async def test_a_consumer_at_fault_itself_stops_and_loses_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        ports, count = served.ports, MOST_IN_A_ROW + 10
        faulty = Faulty(set(range(count)))
        await ports.bus.publish([Event("thing.made", "k", AT, {"n": n}) for n in range(count)])
        for _ in range(3):
            with pytest.raises(Stuck):
                await consume_once(ports, faulty.consumer)
            assert len(await aside(served)) == MOST_IN_A_ROW
            status, detail = await health(ports)
            assert (status, "faulty" in detail) == ("degraded", True)
        faulty.bad.clear()
        await consume_once(ports, faulty.consumer)
        assert faulty.taken == list(range(MOST_IN_A_ROW, count))
        assert "lie aside" in (await health(ports))[1]
        await consume_once(ports, faulty.consumer)
        assert len(faulty.taken) == count - MOST_IN_A_ROW
        for event_id in await aside(served):
            answer = await served.call("DELETE", f"/poisoned-events/faulty/{event_id}")
            assert answer.status_code == 204, answer.text
        assert (await health(ports))[0] == "ok"


async def test_events_at_fault_here_and_there_stop_nobody(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        ports, count = served.ports, 3 * MOST_IN_A_ROW
        faulty = Faulty(set(range(0, count, 2)))
        await ports.bus.publish([Event("thing.made", "k", AT, {"n": n}) for n in range(count)])
        await consume_once(ports, faulty.consumer)
        assert faulty.taken == list(range(1, count, 2))
        assert len(await aside(served)) == count // 2


async def test_a_consumer_that_is_no_more_leaves_its_events_to_be_discarded(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        faulty = Faulty({0})
        await served.ports.bus.publish([Event("thing.made", "k", AT, {"n": 0})])
        await consume_once(served.ports, faulty.consumer)
        (event_id,) = await aside(served)
        assert await redriven(served, "faulty", event_id) == "failed"
        path = f"/poisoned-events/faulty/{event_id}"
        assert (await served.call("DELETE", path, role="analyst")).status_code == 403
        assert (await served.call("DELETE", path)).status_code == 204
        assert (await served.call("DELETE", path)).status_code == 404
