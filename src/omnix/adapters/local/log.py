"""The table of events: what the records write in their commits and the bus reads."""

from collections.abc import Mapping, Sequence
from typing import Any

from omnix.adapters.local.tables import encode
from omnix.kit.events import Encoded, Event

TOPIC = "bus"
# Without AUTOINCREMENT, which costs a second write for each event: the newest row is never
# trimmed, so that numbers are not used twice.
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS bus_log(seq INTEGER PRIMARY KEY, type TEXT NOT NULL, "
    "key TEXT NOT NULL, at TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL)"
)
INSERT = "INSERT OR FAIL INTO bus_log(type,key,at,id,body)"
ROW = "(?,?,?,?,?)"
# A table beside, so that the log is as it was and as small where nobody asks for traces.
TRACES = "CREATE TABLE IF NOT EXISTS bus_traces(seq INTEGER PRIMARY KEY, trace TEXT NOT NULL)"
INSERT_TRACES = "INSERT OR REPLACE INTO bus_traces(seq,trace)"


def prepared(events: Sequence[Event]) -> list[tuple[Any, ...]]:
    """The rows to append, encoded now so that later changes to ``data`` do not count."""
    return [(e.type, e.key, e.at, e.id, _json(e.data)) for e in events]


def _json(data: Mapping[str, Any]) -> bytes:
    return data.json if type(data) is Encoded else encode(data)
