"""Closed days say what the ledger says, each once."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from domains.orders.shop import ACTOR, order, shop
from domains.simulated import advance, job
from omnix.domains.inventory import service
from omnix.domains.inventory.model import Adjustment
from omnix.domains.inventory.stock_days import CLOSES, OPENS, Step, close_days, closed
from omnix.domains.orders import service as orders
from omnix.kit.time import zone
from omnix.ports import Ports, Query

pytestmark = pytest.mark.anyio
ROWS = Query(
    "all_stock_days", "Every row.", "SELECT * FROM stock_days ORDER BY day", ("stock_days",)
)


def minute_by_minute(start: int, steps: list[Step], day: date, zone_name: str) -> tuple[int, float]:
    """The slow, obvious answer: available is on hand here."""
    tz = zone(zone_name)
    there = minutes = 0
    moment = datetime(day.year, day.month, day.day, tzinfo=tz).astimezone(UTC)
    while moment.astimezone(tz).date() == day:
        held = start + sum(step.on_hand for step in steps if step.at <= moment)
        if OPENS <= moment.astimezone(tz).hour < CLOSES:
            minutes += 1
            there += held > 0
        moment += timedelta(minutes=1)
    return start + sum(step.on_hand for step in steps if step.at < moment), there / minutes


@pytest.mark.parametrize("zone_name", ["UTC", "Europe/Berlin", "America/St_Johns"])
def test_shares_agree_with_a_slow_walk(zone_name: str) -> None:
    pick = Random(zone_name)
    first = date(2026, 3, 28)  # a clock goes forward in Berlin on the next day
    days = [first + timedelta(days=n) for n in range(3)]
    begun = datetime(2026, 3, 28, tzinfo=zone(zone_name)).astimezone(UTC)
    for _ in range(5):
        moments = sorted(begun + timedelta(minutes=pick.randrange(4 * 1440)) for _ in range(12))
        held = start = pick.randrange(4)
        steps = []
        for moment in moments:
            change = pick.choice((1, 2, -1, -held))
            change = max(change, -held)
            held += change
            steps.append(Step(moment, change, change))
        found = closed(held, held, steps, days, zone_name)
        slow = [minute_by_minute(start, steps, day, zone_name) for day in days]
        assert [(n, pytest.approx(share)) for n, share in slow] == found


async def rows(ports: Ports) -> list[tuple[Any, ...]]:
    found = await ports.lake.rows(ROWS)
    return [(r["product_id"], r["day"].day, r["on_hand"], r["in_stock"]) for r in found]


async def test_days_are_closed_from_the_ledger(tmp_path: Path) -> None:
    async with shop(tmp_path, {"a": 2, "b": 1}) as ports:  # counted as the first of January began
        start = ports.clock.now()
        assert (start.day, start.hour) == (1, 0)
        await close_days(job(ports), {})
        assert await rows(ports) == []
        advance(ports, hours=34)  # the 2nd, 10:00
        await orders.place(ports, ACTOR, order(("a", 2)))  # all reserved, none left to sell
        advance(ports, hours=9)
        await service.adjust(ports, ACTOR, "a", Adjustment(delta=3))  # 19:00
        advance(ports, days=1)
        expected = [("a", 2, 5, 0.25), ("b", 2, 1, 1.0)]
        assert await close_days(job(ports), {}) == {"days": 2, "stocks": 2}
        assert await rows(ports) == expected
        assert await close_days(job(ports), {}) == {"days": 0, "stocks": 0}
        advance(ports, days=2)
        await close_days(job(ports), {})
        later = [(id, day, n, 1.0) for day in (3, 4) for id, n in (("a", 5), ("b", 1))]
        assert sorted(await rows(ports)) == sorted(expected + later)
