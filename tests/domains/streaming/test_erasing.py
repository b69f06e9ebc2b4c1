"""Events of a customer who is erased: counted as before, of nobody."""

import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

from domains.simulated import Counted, Killed, job, wrapped
from omnix.domains.streaming import live
from omnix.domains.streaming.erasing import SQL, forget_customer
from omnix.domains.streaming.reading import session_figures
from omnix.domains.streaming.replay import replay
from omnix.kit.declare import Fact
from omnix.kit.time import instant
from omnix.ports import Lake, Ports, Query

from .shop import advance, follow, made, opened, send

pytestmark = pytest.mark.anyio
GONE = "gone_1"
ROWS = Query("all_events", "Every row.", "SELECT * FROM events", ("events",))
ITEMS = Query("all_items", "Every row.", "SELECT * FROM event_items", ("event_items",))


async def _day(ports: Ports) -> list[dict[str, Any]]:
    """Three hundred events of sixty visitors; six of them are Ann, at times signed in."""
    rng = random.Random(3)
    events = []
    for number in range(300):
        event = made(rng, number, ports.clock.now() - timedelta(seconds=rng.randrange(1500)))
        if event["anonymous_id"] in {f"v{n}" for n in range(6)}:
            if rng.random() < 0.6:
                event["customer_id"] = "ann"
                event["url"] = "https://shop.test/?mail=ann@example.test"
        elif rng.random() < 0.5:
            event["customer_id"] = "bob"
        events.append(event)
    await send(ports, *events)
    await follow(ports)
    return events


async def _figures(ports: Ports) -> tuple[Any, ...]:
    now = ports.clock.now()
    hours = await ports.lake.rows(
        SQL["hours"], currency="EUR", since=now.replace(tzinfo=None) - timedelta(hours=5),
        until=now.replace(tzinfo=None) + timedelta(hours=1),
        first_day=(now - timedelta(days=1)).date(), last_day=now.date(),
    )  # fmt: skip
    await replay(job(ports), {})
    return hours, await session_figures(ports, 5), await live.metrics(ports, 30)


async def _rows(ports: Ports) -> list[dict[str, Any]]:
    return [*await ports.lake.rows(ROWS), *await ports.lake.rows(ITEMS)]


async def test_totals_stay_and_nothing_leads_to_the_customer(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        events = await _day(ports)
        before, rows = await _figures(ports), len(await _rows(ports))
        mine = [event for event in events if event.get("customer_id") == "ann"]
        assert await forget_customer(ports, "ann", GONE) == len(mine)
        left = await _rows(ports)
        assert len(left) == rows
        told = {str(value) for row in left for value in row.values()}
        assert "ann" not in told
        assert not any("ann@" in value for value in told)
        assert "bob" in told
        assert await _figures(ports) == before


async def test_a_crash_at_any_step_doubles_and_loses_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await _day(ports)
        before, rows = await _figures(ports), len(await _rows(ports))
        for step in range(1, 6):
            broken = wrapped(ports, lake=Counted(ports.lake, fail_at=step, only=None))
            with pytest.raises(Killed):
                await forget_customer(broken, "ann", GONE)
        await forget_customer(ports, "ann", GONE)
        assert len(await _rows(ports)) == rows
        assert (await _figures(ports))[2].events == before[2].events


async def test_one_who_did_nothing_or_comes_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        assert await forget_customer(ports, "nobody", GONE) == 0
        await _day(ports)
        assert await forget_customer(ports, "ann", GONE) > 0
        assert await forget_customer(ports, "ann", GONE) == 0
        advance(ports, minutes=5)
        view = {"message_id": "again", "type": "page_view", "anonymous_id": "v1",
                "customer_id": "ann"}  # fmt: skip
        await send(ports, view)
        await follow(ports)
        assert await forget_customer(ports, "ann", GONE) == 1
        assert all(row["customer_id"] != "ann" for row in await _rows(ports))


class _Meanwhile:
    """A lake to which something comes between a look and a deletion."""

    def __init__(self, lake: Lake, comes: Callable[[], Awaitable[object]]) -> None:
        self._lake, self._comes = lake, comes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lake, name)

    async def delete(self, fact: Fact, where: Mapping[str, Any]) -> int:
        await self._comes()
        return await self._lake.delete(fact, where)


async def test_what_comes_meanwhile_is_not_lost(tmp_path: Path) -> None:
    """At the very moment at which an event happened that is being erased."""
    async with opened(tmp_path) as ports:
        await _day(ports)
        before = len(await _rows(ports))
        (first, *_) = await ports.lake.rows(SQL["events_of_customer"], who="ann")
        come = []

        async def comes() -> None:
            number = len(come)
            come.append(number)
            at = instant(first["at"].replace(tzinfo=UTC))
            view = {"message_id": f"late{number}", "type": "product_view", "product_id": "p1",
                    "customer_id": "ann", "at": at}  # fmt: skip
            await send(ports, view)
            await follow(ports, ("event-facts", "event-item-facts"))

        await forget_customer(wrapped(ports, lake=_Meanwhile(ports.lake, comes)), "ann", GONE)
        assert len(come) == 2
        assert len(await _rows(ports)) == before + 2 * len(come)
        assert await forget_customer(ports, "ann", GONE) > 0
        left = await _rows(ports)
        assert len(left) == before + 2 * len(come)
        assert not any(row["customer_id"] == "ann" for row in left)
