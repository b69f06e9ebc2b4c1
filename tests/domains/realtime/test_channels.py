"""Every declared event, made by what really causes it, and what the channels tell of it."""

import pytest

from api.serving import serving
from omnix.declared import EVENTS
from omnix.domains.realtime.channels import MOST_PRODUCTS, QUIET, messages
from omnix.domains.realtime.declare import CHANNELS
from omnix.kit.events import Event
from shoplife import everything

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def events(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    async with serving(tmp_path_factory.mktemp("shop")) as served:
        await everything(served)
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
        "user.invited",
        "user.invitation-withdrawn",
        "user.erased",
        "user.second-factor-changed",
        "anomaly.detected",
        "alert.refreshed",
        "action.decided",
        "promotion.changed",
        "ai.asked",
        "ai.spent",
        "ai.drafted",
        "ai.decided",
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
