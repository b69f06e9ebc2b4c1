"""What is taken, what is refused and why, and what is left behind of people."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from omnix.domains.streaming.declare import SEEN
from omnix.domains.streaming.taking import REMEMBERED_SECONDS
from omnix.kit.errors import Invalid
from omnix.kit.time import instant
from omnix.ports import Ports, Query

from .shop import advance, follow, opened, send

pytestmark = pytest.mark.anyio
KEPT = Query("kept", "All rows.", "SELECT * FROM events ORDER BY message_id", ("events",))
ITEMS = Query(
    "items", "All items.", "SELECT * FROM event_items ORDER BY message_id, product_id",
    ("event_items",),
)  # fmt: skip


def view(number: int, **given: Any) -> dict[str, Any]:
    return {"message_id": f"m{number}", "type": "page_view", "anonymous_id": "v1", **given}


async def rows(ports: Ports) -> list[dict[str, Any]]:
    await follow(ports, ("event-facts", "event-item-facts"))
    return await ports.lake.rows(KEPT)


async def test_499_good_and_1_bad(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        sent: list[Any] = [view(n) for n in range(500)]
        sent[137] = view(137, type="page_veiw")
        told = await send(ports, *sent)
        assert told.accepted == 499
        (bad,) = told.refused
        assert (bad.position, bad.message_id, bad.errors[0].field) == (137, "m137", "type")
        assert len(await rows(ports)) == 499


WRONG: list[tuple[Any, str]] = [
    ("text", "body"),
    (None, "body"),
    ([], "body"),
    ({}, "message_id"),
    (view(1, message_id=7), "message_id"),
    (view(1, message_id=""), "message_id"),
    (view(1, message_id="x" * 101), "message_id"),
    (view(1, message_id="a\0b"), "message_id"),
    (view(1, name="n" * 1_000_000), "name"),
    (view(1, colour="red"), "colour"),
    (view(1, at="yesterday"), "at"),
    (view(1, at="2026-01-01T00:00:00"), "at"),
    (view(1, at="0001-01-01T00:00:00+14:00"), "at"),
    (view(1, at="9999-12-31T23:59:59-14:00"), "at"),
    (view(1, at="2199-01-01T00:00:00Z"), "at"),
    (view(1, at="1999-01-01T00:00:00Z"), "at"),
    (view(1, product_id="p", quantity=0), "quantity"),
    (view(1, product_id="p", price_minor=1.5), "price_minor"),
    (view(1, product_id="p", price_minor=-1), "price_minor"),
    (view(1, quantity=1), "product_id"),
    (view(1, product_id="p", items=[{"product_id": "q"}]), "product_id"),
    (view(1, items=[{"product_id": "q"}] * 51), "items"),
    (view(1, items=[{"product_id": "q"}, {"quantity": 1}]), "items[1].product_id"),
    (view(1, currency="euro"), "currency"),
    (view(1, properties={"a": {"b": 1}}), "properties[...]"),
    (view(1, properties={str(n): n for n in range(31)}), "properties"),
    (view(1, type="product_view"), "product_id"),
    (view(1, type="search"), "query"),
    (view(1, type="custom"), "name"),
    (view(1, type="purchase"), "revenue_minor"),
    (view(1, type="purchase", revenue_minor=10**15), "revenue_minor"),
    (
        view(1, type="purchase",
             items=[{"product_id": "q", "quantity": 10**6, "price_minor": 10**12}]),
        "items",
    ),
    ({"type": "identify", "messageId": "s1", "traits": {"email": "a@example.test"}}, "type"),
    ({"type": "track", "messageId": "s1", "userId": "u"}, "event"),
    ({"type": "track", "event": "Product Viewed", "userId": "u"}, "message_id"),
    ({"type": "track", "event": "Product Viewed", "messageId": "s1", "properties": 7},
     "properties"),
    ({"type": "track", "event": "Order Completed", "messageId": "s1",
      "properties": {"total": "a lot"}}, "total"),
    ({"type": "track", "event": "Order Completed", "messageId": "s1",
      "properties": {"total": "9" * 50}}, "total"),
    ({"type": "track", "event": "Order Completed", "messageId": "s1",
      "properties": {"total": 1, "currency": ["EUR"]}}, "currency"),
    ({"name": "view_item", "params": {"items": [7]}}, "items[0]"),
    ({"name": "page_view", "params": {"x": 1}, "timestamp_micros": -1}, "timestamp_micros"),
    ({"name": "page_view", "params": {"x": 1}, "timestamp_micros": "1e9"}, "timestamp_micros"),
]  # fmt: skip


async def test_each_wrong_event_is_told_by_its_field(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        told = await send(ports, *(wrong for wrong, _ in WRONG), view(9))
        assert told.accepted == 1
        found = [(each.position, each.errors[0].field) for each in told.refused]
        assert found == [(n, field) for n, (_, field) in enumerate(WRONG)]
        assert all(len(each.errors[0].reason) < 300 for each in told.refused)


async def test_an_id_counts_once_for_seven_days(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        told = await send(ports, view(1), view(2), view(1))
        assert (told.accepted, told.duplicates) == (2, [2])
        told = await send(ports, view(3), view(2), view(4))
        assert (told.accepted, told.duplicates) == (2, [1])
        advance(ports, seconds=REMEMBERED_SECONDS - 10)
        assert (await send(ports, view(1))).duplicates == [0]
        advance(ports, seconds=20)
        assert (await ports.records.get(SEEN, "m1")) is None
        assert (await send(ports, view(1))).accepted == 1


async def test_the_same_batch_from_many_senders_at_once(tmp_path: Path) -> None:
    import asyncio

    async with opened(tmp_path) as ports:
        batch = [view(n) for n in range(250)]
        told = await asyncio.gather(*(send(ports, *batch[::step]) for step in (1, -1, 1, -1)))
        assert sum(each.accepted for each in told) == 250
        assert sum(len(each.duplicates) for each in told) == 750
        assert [row["message_id"] for row in await rows(ports)] == sorted(
            f"m{n}" for n in range(250)
        )


async def test_a_wrong_clock_is_put_right(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        now = ports.clock.now()
        theirs = now + timedelta(days=3)
        told = await send(
            ports,
            view(1, at=instant(theirs - timedelta(minutes=2)), sent_at=instant(theirs)),
            view(2, at=instant(theirs)),
        )
        assert told.accepted == 1
        assert told.refused[0].errors[0].field == "at"
        (row,) = await rows(ports)
        assert row["at"] == (now - timedelta(minutes=2)).replace(tzinfo=None)
        assert row["received_at"] == now.replace(tzinfo=None)


async def test_nothing_personal_is_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await send(
            ports,
            view(
                1,
                customer_id="Ann@Example.test",
                url="https://ann:secret@shop.test/a/ann@example.test/b?token=secret#ann",
                properties={
                    "email": "x", "customer_email": "x", "note": "write to ann@example.test",
                    "first_name": "Ann", "colour": "red", "product_name": "Mug",
                },
            ),
            view(2, customer_id="ann@example.test ", type="search", query="ann@example.test mug"),
            {
                "type": "track", "event": "Product Viewed", "messageId": "s1",
                "userId": "ann@example.test",
                "context": {"ip": "192.0.2.7", "userAgent": "Firefox",
                            "traits": {"email": "ann@example.test"}},
                "properties": {"product_id": "p1", "email": "ann@example.test"},
            },
        )  # fmt: skip
        kept = await rows(ports)
        text = str(kept).lower()
        for secret in ("ann@", "example.test", "secret", "192.0.2.7", "firefox", "first_name"):
            assert secret not in text, secret
        assert len({row["customer_id"] for row in kept}) == 1
        assert kept[0]["url"] == "https://shop.test/a/…/b"
        assert '"colour":"red"' in kept[0]["properties"]


async def test_segment_s_events(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        now = ports.clock.now()
        viewed = {
            "type": "track", "event": "Product Viewed", "messageId": "s1", "anonymousId": "a1",
            "timestamp": instant(now),
            "properties": {"product_id": "507f1f77", "sku": "G-32", "price": 18.99,
                           "quantity": 1, "currency": "usd".upper(), "url": "https://s.test/p?x=1"},
        }  # fmt: skip
        completed = {
            "type": "track", "event": "Order Completed", "messageId": "s2", "userId": "u1",
            "originalTimestamp": instant(now + timedelta(hours=5) - timedelta(minutes=1)),
            "sentAt": instant(now + timedelta(hours=5)),
            "properties": {"order_id": "o1", "total": 27.50, "revenue": "25.00", "currency": "USD",
                           "products": [{"product_id": "p1", "price": 19, "quantity": 1},
                                        {"sku": "p2", "price": "3", "quantity": 2}]},
        }  # fmt: skip
        page = {"type": "page", "messageId": "s3", "anonymousId": "a1", "name": "Home"}
        own = {"type": "track", "event": "Scrolled", "messageId": "s4", "anonymousId": "a1"}
        told = await send(ports, viewed, completed, page, own)
        assert (told.accepted, told.refused) == (4, [])
        first, second, third, fourth = await rows(ports)
        assert (first["type"], first["visitor"], first["url"]) == (
            "product_view", "a1", "https://s.test/p",
        )  # fmt: skip
        assert (second["type"], second["revenue_minor"], second["currency"]) == (
            "purchase", 2750, "USD",
        )  # fmt: skip
        assert second["at"] == (now - timedelta(minutes=1)).replace(tzinfo=None)
        assert (third["type"], fourth["type"], fourth["name"]) == (
            "page_view", "custom", "Scrolled",
        )  # fmt: skip
        items = await ports.lake.rows(ITEMS)
        assert [(i["product_id"], i["quantity"], i["price_minor"]) for i in items] == [
            ("507f1f77", 1, 1899), ("p1", 1, 1900), ("p2", 2, 300),
        ]  # fmt: skip


async def test_ga4_s_events(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        now = ports.clock.now()
        micros = int(now.timestamp() * 1_000_000)
        purchase = {
            "name": "purchase",
            "params": {"transaction_id": "T1", "value": 30.03, "currency": "JPY",
                       "items": [{"item_id": "SKU 1/2", "item_name": "x", "price": 10.01,
                                  "quantity": 3}]},
        }  # fmt: skip
        search = {"name": "search", "params": {"search_term": "mug"}}
        envelope: dict[str, Any] = {"client_id": "c1.2", "timestamp_micros": micros}
        told = await send(ports, purchase, search, {"name": "scroll", "params": {}}, **envelope)
        assert (told.accepted, told.refused) == (3, [])
        # The same request again is the same events.
        told = await send(ports, purchase, search, **envelope)
        assert (told.accepted, told.duplicates) == (0, [0, 1])
        kept = {row["type"]: row for row in await rows(ports)}
        assert kept["purchase"]["revenue_minor"] == 30
        assert kept["purchase"]["order_id"] == "T1"
        assert kept["search"]["query"] == "mug"
        assert kept["custom"]["name"] == "scroll"
        (item,) = await ports.lake.rows(ITEMS)
        assert (item["product_id"], item["price_minor"]) == ("SKU 1/2", 10)


async def test_the_revenue_of_a_purchase_follows_from_its_items(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        lines = [
            {"product_id": "p", "quantity": 3, "price_minor": 250},
            {"product_id": "q", "price_minor": 100},
        ]
        await send(ports, view(1, type="purchase", items=lines))
        (row,) = await rows(ports)
        assert (row["revenue_minor"], row["currency"]) == (850, "EUR")


async def test_the_heaviest_events_fit_into_writes(tmp_path: Path) -> None:
    """Nothing that the schema allows makes an item too large."""
    wide = "\U0001f600"
    heavy = {
        "anonymous_id": wide * 64, "customer_id": wide * 64, "session_id": wide * 64,
        "name": wide * 64, "query": wide * 200, "url": "https://s.test/" + wide * 900,
        "order_id": wide * 64,
        "items": [{"product_id": wide * 62 + f"{n:02}", "quantity": 10**6, "price_minor": 1}
                  for n in range(50)],
        "properties": {f"{n:02}" + wide * 62: wide * 200 for n in range(30)},
    }  # fmt: skip
    async with opened(tmp_path) as ports:
        told = await send(ports, *({**view(n), **heavy} for n in range(40)))
        assert (told.accepted, told.refused) == (40, [])
        batch = await ports.bus.read("test", ("events.received",), 500)
        import msgspec

        sizes = [len(msgspec.json.encode(dict(event.data))) for event in batch.events]
        assert max(sizes) < 300_000
        await follow(ports)
        assert len(await ports.lake.rows(KEPT)) == 40


async def test_an_empty_batch_and_one_too_large(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        with pytest.raises(Invalid):
            await send(ports)
        with pytest.raises(Invalid):
            await send(ports, *(view(n) for n in range(300)), batch=[view(n) for n in range(300)])
