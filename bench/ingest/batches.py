"""Batches of 500 events of a web shop, made beforehand: each request only gets ids of its own."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from omnix.kit.time import instant

EVENTS = 500
TEMPLATES = 24
_SLOT = b"slot-of-the-batch"
_WIDTH = len(_SLOT)
KINDS = (
    ("page_view", 38),
    ("product_view", 34),
    ("list_view", 8),
    ("search", 6),
    ("add_to_cart", 8),
    ("checkout", 3),
    ("purchase", 3),
)
_NAMES = [name for name, _ in KINDS]
_WEIGHTS = [weight for _, weight in KINDS]


def _event(rng: random.Random, number: int, now: datetime) -> dict[str, Any]:
    """As the web snippet writes it; every fifth has properties, every sixth visitor signed in."""
    kind = rng.choices(_NAMES, _WEIGHTS)[0]
    visitor = rng.randrange(20_000)
    event: dict[str, Any] = {
        "anonymous_id": f"{visitor:032x}",
        "at": instant(now - timedelta(seconds=rng.random() * 20)),
        "url": f"https://shop.example/c/{rng.randrange(60)}/p/{rng.randrange(5000)}?utm_source=x",
        "type": kind,
        "message_id": f"{_SLOT.decode()}-{number:014d}",
    }
    if visitor % 6 == 0:
        event["customer_id"] = f"cus_{visitor:026d}"
    if kind in ("product_view", "add_to_cart"):
        event |= {"product_id": f"prd-{rng.randrange(5000):05d}", "price_minor": 1999}
    elif kind == "search":
        event["query"] = "large coffee mug"
    elif kind == "purchase":
        event["items"] = [
            {"product_id": f"prd-{rng.randrange(5000):05d}", "quantity": 2, "price_minor": 1250}
            for _ in range(3)
        ]
    if number % 5 == 0:
        event["properties"] = {"theme": "dark", "position": number}
    return event


class Batches:
    """Bodies whose ids no other body has; ``run`` tells those of one run from another's."""

    def __init__(self, run: int, seed: int = 1) -> None:
        rng = random.Random(seed)
        now = datetime.now(UTC)
        self._run = run
        self._made = 0
        self.templates = [
            json.dumps(
                {
                    "events": [_event(rng, n, now) for n in range(EVENTS)],
                    # Moments move along with the server's clock.
                    "sent_at": instant(now),
                },
                separators=(",", ":"),
            ).encode()
            for _ in range(TEMPLATES)
        ]

    def next(self) -> bytes:
        self._made += 1
        name = b"%04d-%012d" % (self._run, self._made)
        return self.templates[self._made % TEMPLATES].replace(_SLOT, name)
