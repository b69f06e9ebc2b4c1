"""The price history follows the catalogue, once however often it is told."""

import asyncio

import pytest

from omnix.adapters.local.clock import ManualClock
from omnix.domains.dashboard.analytics import price_history, prices
from omnix.domains.products import service
from omnix.domains.products.handlers import CONSUMERS
from omnix.domains.products.model import NewProduct, ProductChange
from omnix.domains.system import settings
from omnix.domains.system.settings import ShopChange
from omnix.platform.access import Actor
from omnix.platform.consume import consume_once
from omnix.ports import Ports, Query

pytestmark = pytest.mark.anyio
ACTOR = Actor("usr_test", "manager", frozenset())
ALL = Query("all_prices", "Every row.", 'SELECT * FROM prices ORDER BY "at"', ("prices",))
(CONSUMER,) = CONSUMERS


async def changed(ports: Ports, price: int) -> None:
    assert isinstance(ports.clock, ManualClock)
    ports.clock.advance(1)
    version = (await service.get(ports, "a")).version
    await service.change(ports, ACTOR, "a", ProductChange(version=version, price_minor=price))


async def history(ports: Ports) -> list[tuple[str, int]]:
    found = await price_history(ports, await service.get(ports, "a"))
    return [(point.day, point.price_minor) for point in found]


async def test_prices_of_days_in_the_shops_zone(ports: Ports, clock: ManualClock) -> None:
    change = ShopChange(version=0, time_zone="Europe/Berlin")
    await settings.change_shop(ports, ACTOR, change)
    first = clock.now().date().isoformat()
    new = NewProduct(id="a", sku="a", name="A", price_minor=900)
    await service.create(ports, ACTOR, new)
    assert await history(ports) == [(first, 900)]  # at once, before anything is consumed
    await consume_once(ports, CONSUMER)
    await changed(ports, 700)
    await changed(ports, 800)
    assert await history(ports) == [(first, 800)]
    await consume_once(ports, CONSUMER)
    assert await history(ports) == [(first, 800)]
    clock.advance(40 * 3600)
    later = clock.now().date().isoformat()
    await changed(ports, 700)
    await service.change(ports, ACTOR, "a", ProductChange(version=4, name="B"))
    await service.archive(ports, ACTOR, "a")
    assert await history(ports) == [(first, 800), (later, 700)]
    await consume_once(ports, CONSUMER)
    told = await prices(ports, "a")
    assert [(p.day, p.price_minor, p.source) for p in told] == [
        (first, 800, "live"),
        (later, 700, "live"),
    ]
    assert [row["price_minor"] for row in await ports.lake.rows(ALL)] == [900, 700, 800, 700]


async def test_events_delivered_again_add_nothing(ports: Ports) -> None:
    await service.create(ports, ACTOR, NewProduct(id="a", sku="a", name="A", price_minor=1))
    for price in range(2, 8):
        await changed(ports, price)
    events = (await ports.bus.read("test", CONSUMER.types)).events
    await CONSUMER.handle(ports, events[:4])
    await asyncio.gather(*(CONSUMER.handle(ports, events) for _ in range(3)))
    await CONSUMER.handle(ports, events[2:])
    rows = await ports.lake.rows(ALL)
    assert [row["price_minor"] for row in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert set(events[-1].data) == {
        "id", "version", "status", "category", "price_minor", "previous_price_minor",
        "cost_minor", "currency",
    }  # fmt: skip
