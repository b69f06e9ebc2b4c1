"""Events by the hundred, and what tests do with them."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from omnix.adapters.local.clock import ManualClock
from omnix.adapters.local.platform import open_local
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.streaming.handlers import CONSUMERS
from omnix.domains.streaming.model import EventBatch, TakenEvents
from omnix.domains.streaming.taking import take_batch
from omnix.kit.time import instant
from omnix.platform.consume import consume_once
from omnix.ports import Ports

KINDS = ("page_view", "product_view", "product_view", "search", "add_to_cart", "checkout",
         "purchase", "custom")  # fmt: skip


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Ports]:
    async with open_local(folder, COLLECTIONS, FACTS, clock=ManualClock()) as platform:
        yield platform.ports


def advance(ports: Ports, **span: float) -> None:
    assert isinstance(ports.clock, ManualClock)
    ports.clock.advance(timedelta(**span).total_seconds())


async def send(ports: Ports, *events: Any, **envelope: Any) -> TakenEvents:
    return await take_batch(ports, EventBatch(events=list(events), **envelope))


async def follow(ports: Ports, only: Sequence[str] = ()) -> None:
    """Let the consumers take all that there is."""
    for consumer in CONSUMERS:
        if not only or consumer.name in only:
            while (await consume_once(ports, consumer))[0]:
                pass


def made(rng: random.Random, number: int, at: datetime) -> dict[str, Any]:
    """A right event of some kind."""
    kind = rng.choice(KINDS)
    event: dict[str, Any] = {
        "message_id": f"m{number}",
        "type": kind,
        "at": instant(at),
        "anonymous_id": f"v{rng.randrange(60)}",
    }
    item = {"product_id": f"p{rng.randrange(12)}", "quantity": rng.randint(1, 3)}
    if kind in ("product_view", "add_to_cart"):
        event["product_id"] = item["product_id"]
    elif kind == "search":
        event["query"] = "mug"
    elif kind == "custom":
        event["name"] = "Scrolled"
    elif kind == "purchase":
        other = {"product_id": f"p{rng.randrange(12)}", "price_minor": 250}
        event["items"] = [{**item, "price_minor": rng.randrange(5_000)}, other]
        if rng.random() < 0.2:
            event["currency"] = "USD"
    return event
