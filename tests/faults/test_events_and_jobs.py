"""Clocks that jump, events that come twice, late or spoilt, jobs that fail or are interrupted."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.serving import Served, serving
from domains.orders.shop import fill, product
from faults.books import FACTS_OF_ORDERS, make_key
from omnix import app
from omnix.domains.inventory import stock
from omnix.kit.declare import Collection, JobType
from omnix.kit.errors import Conflict, Unavailable
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.platform import jobs
from omnix.platform.consume import consume_once
from omnix.platform.jobs import JobContext, JobHandler
from omnix.ports import Item, Key, Operation, Ports, Query, Records

pytestmark = pytest.mark.anyio

DAYS = Query("days", "Days sold on.", "SELECT DISTINCT day FROM sales ORDER BY 1", ("sales",))
ODD = JobType("test.odd", "Odd work", timeout=300, attempts=3)


async def consume_all(ports: Ports) -> None:
    """Every consumer takes everything, again until none has anything left."""
    while sum([(await consume_once(ports, consumer))[0] for consumer in app.CONSUMERS]):
        pass


async def place(served: Served, units: int = 1, key: str = "") -> dict[str, Any]:
    body = {"lines": [{"product_id": "p", "quantity": units}]}
    headers = {"Idempotency-Key": key} if key else {}
    answer = await served.call("POST", "/orders", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    placed: dict[str, Any] = answer.json()
    return placed


async def facts(ports: Ports) -> dict[str, int]:
    """How many rows each order has in the lake."""
    found: dict[str, int] = {}
    for row in await ports.lake.rows(FACTS_OF_ORDERS):
        found[row["order_id"]] = found.get(row["order_id"], 0) + row["n"]
    return found


async def test_a_clock_that_is_put_back_an_hour_stops_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        ports = served.ports
        await fill(ports, [product("p")], {"p": 100})
        first = await place(served, 2, "first")
        await jobs.submit(ports, ODD, {})
        served.clock.advance(-3600)
        assert await place(served, 2, "first") == first
        second = await place(served, 3, "second")
        for order in (first, second):
            answer = await served.call("POST", f"/orders/{order['id']}/fulfil", json={})
            assert answer.status_code == 200, answer.text
            assert answer.json()["status"] == "fulfilled"
        assert await stock.differences(ports) == []
        answer = await served.call("GET", "/inventory/p/history")
        assert len(answer.json()["items"]) == 5
        await consume_all(ports)
        assert await facts(ports) == {first["id"]: 1, second["id"]: 1}
        assert await jobs.work_once(ports, [JobHandler(ODD, _nothing)]), "a job waits an hour"
        assert (await served.call("GET", "/dashboard/summary")).status_code == 200


async def test_events_that_come_twice_or_late_count_once_on_their_own_day(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        ports = served.ports
        await fill(ports, [product("p")], {"p": 100})
        day = served.clock.now().date()
        served.tokens["admin"] = await make_key(ports)  # outlasts the day
        orders = [await place(served, units) for units in (1, 2, 3)]
        served.clock.advance(86_400)
        orders.append(await place(served, 4))
        await consume_all(ports)
        assert await ports.lake.rows(DAYS) == [{"day": day}, {"day": day + timedelta(days=1)}]
        once = await facts(ports)
        assert once == {order["id"]: 1 for order in orders}
        path = "/dashboard/sales?from=2025-12-01&to=2026-02-01&by=day"
        before = await served.call("GET", path)
        assert sum(point["units"] for point in before.json()["points"]) == 10
        for consumer in app.CONSUMERS:
            await ports.bus.rewind(consumer.name, 0)
        await consume_all(ports)
        assert await facts(ports) == once
        assert (await served.call("GET", path)).json() == before.json()


async def test_a_spoilt_event_is_laid_aside_and_the_rest_go_on(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        ports = served.ports
        await fill(ports, [product("p")], {"p": 100})
        before = [await place(served) for _ in range(3)]
        spoilt = Event("order.placed", "ord_spoilt", instant(served.clock.now()), {"rows": 7})
        await ports.bus.publish([spoilt])
        after = [await place(served) for _ in range(4)]
        await consume_all(ports)
        assert await facts(ports) == {order["id"]: 1 for order in (*before, *after)}
        answer = await served.call("GET", "/poisoned-events")
        items = answer.json()["items"]
        assert {item["event_id"] for item in items} == {spoilt.id}
        laid = {item["consumer"]: item for item in items}["sales-facts"]
        assert laid["data"] == {"rows": 7}
        assert "TypeError" in laid["error"]
        refused = await served.call("GET", "/poisoned-events", role="analyst")
        assert refused.status_code == 403


async def _nothing(context: JobContext, payload: Mapping[str, Any]) -> None:
    del context, payload


class Odd:
    """Work that fails so many times, with what it was asked to do."""

    def __init__(self, failures: int, error: Exception) -> None:
        self.left, self.error = failures, error
        self.done: list[Mapping[str, Any]] = []

    @property
    def handler(self) -> JobHandler:
        return JobHandler(ODD, self.run)

    async def run(self, context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
        await context.progress(1, 2, "half")
        if self.left:
            self.left -= 1
            raise self.error
        self.done.append(payload)
        return {"attempt": context.attempt}


async def test_a_failing_job_is_retried_then_dead_then_redriven(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        ports, odd = served.ports, Odd(4, OSError("no luck"))
        run = await jobs.submit(ports, ODD, {"n": 1})
        for attempt in (1, 2, 3):
            assert await jobs.work_once(ports, [odd.handler])
            assert not await jobs.work_once(ports, [odd.handler]), "it is retried at once"
            shown = (await served.call("GET", f"/jobs/{run.id}")).json()
            assert shown["state"] == ("failed" if attempt == 3 else "queued")
            assert shown["error"] == "OSError: no luck"
            served.clock.advance(10)
        letters = (await served.call("GET", "/dead-letters")).json()["items"]
        assert [(each["id"], each["payload"]) for each in letters] == [(run.id, {"n": 1})]
        assert (await served.call("GET", "/system/status")).json()["jobs"]["dead"] == 1

        path = f"/dead-letters/{run.id}/redrive"
        assert (await served.call("POST", path)).status_code == 204
        assert await jobs.work_once(ports, [odd.handler])
        served.clock.advance(10)
        assert await jobs.work_once(ports, [odd.handler])
        shown = (await served.call("GET", f"/jobs/{run.id}")).json()
        assert (shown["state"], shown["error"]) == ("done", None)
        assert odd.done == [{"n": 1}]
        assert (await served.call("GET", "/dead-letters")).json()["items"] == []
        assert (await served.call("POST", path)).status_code == 404


class _Before:
    """Records in which another asker is done between a look and what follows from it."""

    def __init__(self, records: Records, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._records, self._meanwhile = records, meanwhile

    async def get(self, collection: Collection, key: Key) -> Item | None:
        found = await self._records.get(collection, key)
        await self._meanwhile()
        return found

    async def write(self, operations: Sequence[Operation], events: Sequence[Event] = ()) -> None:
        await self._records.write(operations, events)


async def test_a_late_request_for_a_job_that_has_ended_leaves_it_ended(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        ports, odd = served.ports, Odd(0, OSError())

        async def another() -> None:
            if not odd.done:
                await jobs.submit(ports, ODD, {"n": 1}, id="nightly:1")
                assert await jobs.work_once(ports, [odd.handler])

        late = dataclasses.replace(ports, records=_Before(ports.records, another))  # type: ignore[arg-type]
        assert (await jobs.submit(late, ODD, {"n": 2}, id="nightly:1")).state == "done"
        assert (await jobs.get(ports, "nightly:1")).state == "done"
        assert not await jobs.work_once(ports, [odd.handler])
        assert odd.done == [{"n": 1}]


async def test_a_refusal_of_ours_is_not_tried_again_and_an_outage_is(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        for error, state in ((Conflict("never"), "failed"), (Unavailable("later"), "queued")):
            run = await jobs.submit(served.ports, ODD, {})
            assert await jobs.work_once(served.ports, [Odd(1, error).handler])
            assert (await jobs.get(served.ports, run.id)).state == state


class _Dies:
    """A queue whose process dies before it can be asked anything."""

    async def send(self, *given: Any, **named: Any) -> str:
        raise SystemExit


async def test_a_job_asked_for_by_one_who_died_is_queued_at_the_next_start(tmp_path: Path) -> None:
    """A schedule's slot has one id: asking again would not help it."""
    async with serving(tmp_path) as served:
        ports, odd = served.ports, Odd(0, OSError())
        dying = dataclasses.replace(ports, jobs=_Dies())  # type: ignore[arg-type]
        with pytest.raises(SystemExit):
            await jobs.submit(dying, ODD, {"n": 7}, id="nightly:1")
        assert (await jobs.submit(ports, ODD, {"n": 7}, id="nightly:1")).state == "queued"
        assert not await jobs.work_once(ports, [odd.handler])
        assert await jobs.resend(ports, idle_seconds=60) == 0
        served.clock.advance(60)
        for _ in range(2):
            assert await jobs.resend(ports, idle_seconds=60) == 1
        assert await jobs.work_once(ports, [odd.handler])
        assert not await jobs.work_once(ports, [odd.handler])
        assert odd.done == [{"n": 7}]
        await jobs.resend(ports)
        assert not await jobs.work_once(ports, [odd.handler])


async def test_a_job_that_takes_its_worker_down_is_given_up(tmp_path: Path) -> None:
    class Killed(BaseException):
        """kill -9, as far as a coroutine can tell."""

    async def deadly(context: JobContext, payload: Mapping[str, Any]) -> None:
        raise Killed

    async with serving(tmp_path) as served:
        ports: Any = served.ports
        run = await jobs.submit(ports, ODD, {})
        deaths = 0
        while deaths <= jobs.MOST_DELIVERIES:
            try:
                assert await jobs.work_once(ports, [JobHandler(ODD, deadly)])
            except Killed:
                deaths += 1
                assert not await jobs.work_once(ports, [JobHandler(ODD, deadly)])
                await ports.jobs.release()
            else:
                break
        assert deaths == jobs.MOST_DELIVERIES
        shown = await jobs.get(ports, run.id)
        assert shown.state == "failed"
        assert [letter.id for letter in (await ports.jobs.dead()).items] == [run.id]
