"""The compiled reader and Python say the same of every body, and keep the same rows."""

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from omnix.domains.streaming import reader
from omnix.domains.streaming.model import EventBatch, TakenEvents
from omnix.domains.streaming.taking import take_batch, take_body
from omnix.kit.errors import Invalid
from omnix.kit.time import instant
from omnix.platform.http import decoded
from omnix.ports import Ports

from .shop import advance, made, opened
from .test_taking import WRONG

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not reader.native(), reason="the reader was not compiled here"),
]

TEXTS = (
    "", "a", "x" * 64, "x" * 65, "\U0001f600" * 64, "\U0001f600" * 65, "é", "a b", 'q"q',
    "b\\b", "n\nn", "\x7f", "ann@example.test", "@", "null", "\u2028", "mug", "x" * 200,
    "x" * 201, "\ud800",
)  # fmt: skip
MOMENTS = (
    "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123Z", "2026-01-01T00:00:00.123456+01:00",
    "2025-12-31T23:59:59.9Z", "2026-01-01t00:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00Z",
    "2025-02-29T00:00:00Z", "2025-02-28T23:59:60Z", "2025-12-31T24:00:00Z", "2026-01-01T00:00:00",
    "2025-12-31T12:00:00-14:00", "2025-12-31T23:59:59.123456789Z", "2025-07-01T00:00:00+23:59",
    "1989-01-01T00:00:00Z", "2201-01-01T00:00:00Z", "20260101T000000Z", "2026-01-01T00:00:00+24:00",
)  # fmt: skip
URLS = (
    "https://shop.test/a/b?c=d#e", "http://shop.test:8080/x?y@z", "https://shop.test", "/cart?x=1",
    "//shop.test/x", "HTTPS://Shop.Test/A", "https://ann:pw@shop.test/", "/a/ann@example.test/b",
    "https://[::1]/x", "https://shop.test/é", "shop.test/x", "https://shop.test?x", "/", "https://",
    " /x", "/a b", "mailto:ann@example.test", "https://shop.test/[x]", "https://shop.test#x[",
    "javascript:alert(1)", "https://shop.test/%zz", "/" + "x" * 999, "/" + "x" * 1000,
)  # fmt: skip
NUMBERS = (0, 1, 2, 10**6, 10**6 + 1, 10**12, 10**12 + 1, -1, 1.0, 1.5, 1e3, "1", True, None, -0.0,
           10**15, 10**16, 2**63, 2**64, 10**30)  # fmt: skip
NAMES = (
    "colour", "size", "email", "e_mail", "ip", "tip", "client_ip", "first_name", "filename",
    "Phone", "zipcode", "card", "discard", "", "kéy", "a.b", "name", "nameplate", "shipping", "IP",
    "postal",
)  # fmt: skip


def mutated(rng: random.Random, event: dict[str, Any]) -> Any:
    """The event with something about it changed, for better or worse."""
    event = {**event}
    how = rng.randrange(14)
    texts = ("message_id", "anonymous_id", "customer_id", "session_id", "name", "query",
             "product_id", "order_id", "currency", "type")  # fmt: skip
    if how < 3:
        event[rng.choice(texts)] = rng.choice(TEXTS)
    elif how == 3:
        event[rng.choice(("quantity", "price_minor", "revenue_minor"))] = rng.choice(NUMBERS)
    elif how == 4:
        event[rng.choice(("at", "sent_at"))] = rng.choice(MOMENTS)
    elif how == 5:
        event["url"] = rng.choice(URLS)
    elif how == 6:
        values = (*TEXTS, *NUMBERS, [], {})
        event["properties"] = {
            rng.choice(NAMES): rng.choice(values) for _ in range(rng.randrange(4))
        }
    elif how == 7:
        item = {"product_id": rng.choice(TEXTS), "quantity": rng.choice(NUMBERS)}
        event["items"] = [item] * rng.randrange(3)
    elif how == 8:
        event["items"] = [
            {"product_id": f"p{n}", "price_minor": rng.choice((0, 10**11, 10**12, None))}
            for n in range(rng.choice((0, 1, 2, 50, 51)))
        ]
    elif how == 9:
        del event[rng.choice(list(event))]
    elif how == 10:
        event[rng.choice(("colour", *texts))] = rng.choice((None, 7, [1], {"a": {"b": []}}))
    elif how == 11:
        event["type"] = rng.choice(
            ("purchase", "refund", "search", "custom", "track", "add_to_cart")
        )
    elif how == 12:
        return rng.choice([wrong for wrong, _ in WRONG[:-3]])
    return event


def written(rng: random.Random, events: list[Any], sent_at: Any) -> bytes:
    """A request's body, in one of the ways in which it may be written."""
    parts = [("events", events)]
    if sent_at is not None:
        parts.insert(rng.randrange(2), ("sent_at", sent_at))
    style = rng.randrange(4)
    if style == 0:
        return json.dumps(dict(parts), indent=1).encode()
    if style == 1:
        return json.dumps(dict(parts)).encode()
    text = json.dumps(dict(parts), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def twisted(rng: random.Random, body: bytes) -> bytes:
    """The body with a few bytes changed, gone or doubled."""
    changed = bytearray(body)
    for _ in range(rng.randrange(1, 3)):
        place = rng.randrange(len(changed))
        how = rng.randrange(3)
        if how == 0:
            changed[place] = rng.choice(b'{}[]",:\\0e-.\x00\x1f\x7f\xc3\xed\xff @nt')
        elif how == 1:
            del changed[place]
        else:
            changed[place:place] = changed[place : place + rng.randrange(1, 9)]
    return bytes(changed)


async def by_python(ports: Ports, body: bytes) -> TakenEvents | list[Any]:
    try:
        return await take_batch(ports, decoded(body, "application/json", EventBatch))
    except Invalid as error:
        return error.errors


async def kept(ports: Ports) -> list[Any]:
    """The rows of all events told since the last time, in order."""
    found: list[Any] = []
    while (batch := await ports.bus.read("test", ["events.received"])).events:
        for event in batch.events:
            found += zip(*event.data["rows"].values(), strict=True)
        await ports.bus.acknowledge("test", batch.position, batch.stream)
    return found


@pytest.mark.parametrize("seed", [1, 2])
async def test_bodies_of_every_kind_are_taken_alike(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    number, quick, refused = 0, 0, 0
    async with opened(tmp_path / "a") as one, opened(tmp_path / "b") as other:
        for _ in range(400):
            for ports in (one, other):
                advance(ports, seconds=0.001234)
            now = one.clock.now()
            events: list[Any] = []
            for _ in range(rng.randrange(1, 9)):
                number += rng.random() < 0.97
                event: Any = made(rng, number, now - timedelta(seconds=rng.random() * 9_000))
                events.append(mutated(rng, event) if rng.random() < 0.5 else event)
            moments = (instant(now), instant(now + timedelta(hours=3)), "", "no", *MOMENTS)
            sent_at = rng.choice(moments) if rng.random() < 0.4 else None
            body = written(rng, events, sent_at)
            if rng.random() < 0.3:
                body = twisted(rng, body)
            told = await take_body(one, body)
            expected = await by_python(other, body)
            if told is None:
                assert await by_python(one, body) == expected, body
            else:
                quick += 1
                assert told == expected, body
                refused += bool(told.refused)
            assert await kept(one) == await kept(other), body
    # Both ways were gone, and both outcomes met.
    assert 200 < quick < 390
    assert refused > 50


async def test_a_plain_batch_is_read_whole_and_told_in_one_event(tmp_path: Path) -> None:
    rng = random.Random(4)
    async with opened(tmp_path) as ports:
        now = ports.clock.now()
        events = [made(rng, n, now - timedelta(seconds=rng.random() * 60)) for n in range(500)]
        body = msgspec.json.encode({"events": events})
        told = await take_body(ports, body)
        assert told == TakenEvents(accepted=500, duplicates=[], refused=[])
        assert len((await ports.bus.read("one", ["events.received"])).events) == 1
        assert [row[0] for row in await kept(ports)] == [event["message_id"] for event in events]
        again = [{**event, "message_id": f"n{n}"} if n % 3 else event
                 for n, event in enumerate(events)]  # fmt: skip
        told = await take_body(ports, msgspec.json.encode({"events": again}))
        assert told is not None
        assert told.duplicates == list(range(0, 500, 3))
        assert [row[0] for row in await kept(ports)] == [f"n{n}" for n in range(500) if n % 3]
