"""What follows from changes of the catalogue: the price history."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from omnix.domains.system.settings import shop
from omnix.kit.events import Event
from omnix.kit.time import day_of, parse_instant
from omnix.platform.consume import Consumer
from omnix.ports import Ports

from .declare import PRICES


async def price_facts(ports: Ports, events: Sequence[Event]) -> None:
    """Append the prices that these events set, once however often they are delivered.

    They are of one stream, whose position the lake keeps with the rows.
    """
    time_zone = (await shop(ports)).time_zone
    source = f"bus:{events[0].stream}"
    while True:
        seen = await ports.lake.position(PRICES, source) or 0
        new = [
            event
            for event in events
            if event.sequence > seen
            and event.data["price_minor"] != event.data.get("previous_price_minor")
        ]
        # Another consumer at the same events may have been between: then all is looked at anew.
        if not new or await ports.lake.append(
            PRICES, _rows(new, time_zone), source=source, version=new[-1].sequence, after=seen
        ):
            return


def _rows(events: Sequence[Event], time_zone: str) -> dict[str, list[Any]]:
    moments = [parse_instant(event.at) for event in events]
    days = [day_of(moment, time_zone) for moment in moments]
    return {
        "product_id": [event.key for event in events],
        "day": days,
        "month": [f"{day:%Y-%m}" for day in days],
        "price_minor": [event.data["price_minor"] for event in events],
        "currency": [event.data["currency"] for event in events],
        "source": ["live"] * len(events),
        "at": [moment.astimezone(UTC).replace(tzinfo=None) for moment in moments],
    }


CONSUMERS = (
    Consumer(
        "price-facts", ("product.created", "product.changed", "product.archived"), price_facts
    ),
)
