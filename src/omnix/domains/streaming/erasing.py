"""The events of a customer who is erased: counted as before, of nobody."""

from collections.abc import Mapping
from typing import Any

from omnix.platform import queries
from omnix.platform.renaming import renamed
from omnix.ports import Ports

from .declare import EVENT_ITEMS, EVENTS

SQL = queries.load(__package__)
_TELLING = ("session_id", "order_id", "query", "url", "properties")


async def forget_customer(ports: Ports, customer_id: str, nobody: str) -> int:
    """Put ``nobody`` in place of the customer; the number of events.

    What was done stays, so that totals and replays stay right; who did it does not: ids,
    searches, addresses of pages and whatever was told besides are gone. What the same person did
    without signing in was never known to be theirs. Done again after a crash, it ends the same.
    Events that are still on their way to the lake come after it, and those that come meanwhile
    stay: whoever erases calls it again.
    """

    def also(row: Mapping[str, Any]) -> Mapping[str, Any]:
        known = row["visitor"] is not None
        gone = {name: None for name in _TELLING if name in row}
        return {**row, **gone, "visitor": nobody if known else None}

    count = 0
    for fact, query in ((EVENT_ITEMS, "event_items_of_customer"), (EVENTS, "events_of_customer")):
        # A message's rows come in one commit, and no other message has its id.
        count = await renamed(
            ports, fact, SQL[query], "customer_id", customer_id, nobody, also=also, by="message_id"
        )
    return count
