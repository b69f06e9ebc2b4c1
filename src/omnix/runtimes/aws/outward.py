"""Events of the shop for other systems: on EventBridge's bus, where their rules pick from.

At least once and in no order, as EventBridge has it: an event's ``id`` tells a repetition, its
``sequence`` what came first.
"""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from omnix.adapters.aws.calls import Calls, pause, refused
from omnix.kit.errors import Unavailable
from omnix.kit.events import Event
from omnix.platform.consume import Consumer
from omnix.ports import Ports

AT_ONCE = 10
LARGEST = 200_000
"""Bytes of an event; EventBridge takes 256 kB of all that are put together."""

ATTEMPTS = 8
_TOLD = frozenset(
    {
        "alert",
        "forecast",
        "location",
        "order",
        "product",
        "purchase-order",
        "replenishment",
        "stock",
        "supplier",
    }
)
"""Nouns that are told outside: what the shop has and does, and nothing of people."""


def outward(calls: Calls, bus: str, source: str) -> Consumer:
    """Puts what is told outside on ``bus``, as coming from ``source``."""

    async def handle(ports: Ports, events: Sequence[Event]) -> None:
        told = [_entry(event, bus, source) for event in events if _outside(event)]
        for some in _together(told):
            await _put(calls, some)

    return Consumer("other-systems", (), handle)


def _outside(event: Event) -> bool:
    return event.type.partition(".")[0] in _TOLD


def _entry(event: Event, bus: str, source: str) -> dict[str, Any]:
    detail = {
        "id": event.id,
        "key": event.key,
        "at": event.at,
        "sequence": event.sequence,
        "data": dict(event.data),
    }
    text = json.dumps(detail, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > LARGEST:
        # Who wants the rest asks for it by its key.
        text = json.dumps({**detail, "data": {}, "shortened": True}, separators=(",", ":"))
    return {"EventBusName": bus, "Source": source, "DetailType": event.type, "Detail": text}


def _together(entries: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """As many as may be put at once, in order."""
    found: list[list[dict[str, Any]]] = []
    size = 0
    for entry in entries:
        more = len(entry["Detail"].encode()) + 1000
        if not found or len(found[-1]) == AT_ONCE or size + more > LARGEST + 1000:
            found.append([])
            size = 0
        found[-1].append(entry)
        size += more
    return found


async def _put(calls: Calls, entries: list[dict[str, Any]]) -> None:
    """Those that the bus did not take are put again."""
    for attempt in range(ATTEMPTS):
        try:
            answer = await calls.call("events", "put_events", Entries=entries)
        except ClientError as error:
            raise refused(error, "the bus of other systems cannot be used") from error
        results = answer["Entries"]
        entries = [e for e, r in zip(entries, results, strict=True) if "ErrorCode" in r]
        if not entries:
            return
        await asyncio.sleep(pause(attempt))
    raise Unavailable(f"the bus of other systems takes {len(entries)} events not")
