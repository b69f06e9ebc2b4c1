"""Items of collections that change seldom, kept for as long as no process changed any.

Every batch that changes such a collection counts that in its own transaction. Once in a turn of
the event loop the counts are read, and what another count was kept under is forgotten: so a
change that was acknowledged is seen by every request that comes after, from whichever process
it came, and a kill between the two cannot part them. Within a turn an item may be older than what
was read of another collection.
"""

import asyncio
import threading
from collections.abc import Iterable
from typing import Any

import apsw

from omnix.adapters.local.database import Database
from omnix.adapters.local.tables import Table, decode
from omnix.ports import Item

MOST = 40_000
"""Items of one collection that a thread keeps; then the one it kept first goes."""

READY = 10_000
"""Of them so many are kept decoded, at some 3 kB each, the others as they are stored."""

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS remembered(name TEXT PRIMARY KEY, changes INTEGER NOT NULL)"
    " WITHOUT ROWID"
)
_COUNTS = "SELECT name,changes FROM remembered"

UNKNOWN = object()
"""In place of a key of which nothing is kept, not even that it has no item."""

Kept = dict[tuple[Any, ...], Any]
"""By key: an item that all its readers share, or its bytes, or None where there is none."""


def create(connection: apsw.Connection, tables: Iterable[Table]) -> None:
    connection.execute(SCHEMA)
    names = [(table.collection.name,) for table in tables if table.collection.remembered]
    connection.executemany("INSERT OR IGNORE INTO remembered VALUES(?,0)", names)


class _State(threading.local):
    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}
        self.counts: dict[str, int] = {}
        self.looked = False


class Remembered:
    """What each thread's event loop keeps."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._state = _State()

    def of(self, table: Table, *, again: bool = False) -> Kept:
        """What is kept of ``table`` and still true; for one statement's worth of reads.

        ``again`` looks at the counts also where this turn did: another dictionary than before
        says that something changed.
        """
        state = self._state
        if not state.looked or again:
            for name, changes in self._database.select(_COUNTS):
                if state.counts.get(name) != changes:
                    state.counts[name], state.kept[name] = changes, {}
            if not state.looked:
                state.looked = True
                asyncio.get_running_loop().call_soon(self._look_again)
        return state.kept[table.collection.name]

    def _look_again(self) -> None:
        self._state.looked = False

    @staticmethod
    def keep(kept: Kept, key: tuple[Any, ...], body: bytes | None) -> Item | None:
        """The item that ``body`` encodes."""
        item: Item | None = None if body is None else decode(body)
        if len(kept) >= MOST:
            del kept[next(iter(kept))]
        kept[key] = item if len(kept) < READY else body
        return item
