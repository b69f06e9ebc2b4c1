"""Events of a customer who is erased: counted as before, of nobody."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domains.simulated import Counted, Killed, job, wrapped
from omnix.domains.streaming import live
from omnix.domains.streaming.erasing import SQL, forget_customer
from omnix.domains.streaming.reading import session_figures
from omnix.domains.streaming.replay import replay
from omnix.ports import Ports, Query

from .shop import advance, follow, made, opened, send

pytestmark = pytest.mark.anyio
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
        assert await forget_customer(ports, "ann") == len(mine)
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
                await forget_customer(broken, "ann")
        await forget_customer(ports, "ann")
        assert len(await _rows(ports)) == rows
        assert (await _figures(ports))[2].events == before[2].events


async def test_one_who_did_nothing_or_comes_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        assert await forget_customer(ports, "nobody") == 0
        await _day(ports)
        assert await forget_customer(ports, "ann") > 0
        assert await forget_customer(ports, "ann") == 0
        advance(ports, minutes=5)
        view = {"message_id": "again", "type": "page_view", "anonymous_id": "v1",
                "customer_id": "ann"}  # fmt: skip
        await send(ports, view)
        await follow(ports)
        assert await forget_customer(ports, "ann") == 1
        assert all(row["customer_id"] != "ann" for row in await _rows(ports))
