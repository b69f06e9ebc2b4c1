"""The events of a customer who is erased: counted as before, of nobody."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from omnix.kit.declare import Fact
from omnix.kit.ids import new_id
from omnix.platform import queries
from omnix.ports import Ports

from .declare import EVENT_ITEMS, EVENTS

SQL = queries.load(__package__)
_TELLING = ("customer_id", "session_id", "order_id", "query", "url", "properties")


async def forget_customer(ports: Ports, customer_id: str) -> int:
    """Put rows of a made-up visitor in place of the customer's; the number of events.

    What was done stays, so that totals and replays stay right; who did it does not: ids,
    searches, addresses of pages and whatever was told besides are gone. What the same person did
    without signing in was never known to be theirs. Done again after a crash, it ends the same.
    Events that are still on their way to the lake come after it: whoever erases calls it again.
    """
    rows = await ports.lake.rows(SQL["events_of_customer"], customer_id=customer_id)
    items = await ports.lake.rows(SQL["event_items_of_customer"], customer_id=customer_id)
    nobody = new_id("gone")
    await _replace(ports, EVENT_ITEMS, customer_id, items, nobody)
    await _replace(ports, EVENTS, customer_id, rows, nobody)
    return len(rows)


async def _replace(
    ports: Ports, fact: Fact, customer_id: str, rows: Sequence[Mapping[str, Any]], nobody: str
) -> None:
    if not rows:
        return
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in fact.columns}
    for name in _TELLING:
        if name in columns:
            columns[name] = [None] * len(rows)
    columns["visitor"] = [None if row["visitor"] is None else nobody for row in rows]
    newest = max(row["received_at"] for row in rows).replace(tzinfo=UTC)
    # The same rows have the same version, so that a repetition puts none there twice.
    await ports.lake.append(
        fact, columns, source=f"erased:{customer_id}", version=int(newest.timestamp() * 1000)
    )
    await ports.lake.delete(fact, {"customer_id": customer_id})
