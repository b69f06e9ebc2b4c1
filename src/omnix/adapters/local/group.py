"""The writes of one transaction, gathered: each item is read once and written once.

Many callers' batches share a commit, and popular items are in many of them. Statements of many
rows also let go of Python's lock once, not once a row.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import apsw

from omnix.adapters.local.log import INSERT as LOG_INSERT
from omnix.adapters.local.log import ROW as LOG_ROW
from omnix.adapters.local.tables import Table, decode, encode

KeyParts = tuple[Any, ...]
Need = tuple[Table, KeyParts]
Row = tuple[Any, ...]

SIZES = 64, 8, 1
_CHANGED: Row = ()
_DELETED: Row = ("deleted",)


def store(connection: apsw.Connection, head: str, row: str, tail: str, rows: Sequence[Row]) -> None:
    """Run ``head VALUES row, row... tail`` over all ``rows``, in statements of few sizes."""
    start = 0
    for size in SIZES:
        if len(rows) - start < size:
            continue
        sql = f"{head} VALUES {','.join([row] * size)} {tail}"
        while len(rows) - start >= size:
            part = rows[start : start + size]
            connection.execute(sql, tuple(chain.from_iterable(part)))
            start += size


class _Changes:
    """Items of one table: encoded until somebody looks; None is absent."""

    __slots__ = ("dirty", "items", "rowids")

    def __init__(self) -> None:
        self.items: dict[KeyParts, Any] = {}
        self.rowids: dict[KeyParts, int] = {}
        self.dirty: dict[KeyParts, Row] = {}


class Group:
    """One transaction's view: its own changes over what the database holds."""

    __slots__ = ("_connection", "_events", "_tables")

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._tables: dict[Table, _Changes] = {}
        self._events: list[Row] = []

    def direct(self) -> apsw.Connection:
        """The connection, with all changes so far written, for statements of one's own."""
        self.flush()
        self._tables.clear()
        return self._connection

    def expect(self, needs: Iterable[Need]) -> None:
        """Read ahead what will be asked for."""
        wanted: dict[Table, dict[KeyParts, None]] = {}
        for table, key in needs:
            wanted.setdefault(table, {})[key] = None
        for table, keys in wanted.items():
            if len(keys) > 1:
                self._fetch(table, list(keys))

    def _fetch(self, table: Table, keys: list[KeyParts]) -> None:
        changes = self._changes(table)
        items, rowids = changes.items, changes.rowids
        parts = len(table.key)
        mark = "(" + ",".join("?" * parts) + ")"
        start = 0
        for size in SIZES:
            sql = table.among + ",".join([mark] * size) + ")"
            while len(keys) - start >= size:
                part = keys[start : start + size]
                start += size
                for key in part:
                    items[key] = None
                found = self._connection.execute(sql, tuple(chain.from_iterable(part)))
                for rowid, body, *key_parts in found:
                    key = tuple(key_parts)
                    items[key] = body
                    rowids[key] = rowid

    def _changes(self, table: Table) -> _Changes:
        changes = self._tables.get(table)
        if changes is None:
            changes = self._tables[table] = _Changes()
        return changes

    def read(self, table: Table, key: KeyParts) -> dict[str, Any] | None:
        """The item as of now. It is shared: whoever changes it makes a copy."""
        changes = self._changes(table)
        if key not in changes.items:
            self._fetch(table, [key])
        item: Any = changes.items[key]
        if type(item) is bytes:
            item = changes.items[key] = decode(item)
        found: dict[str, Any] | None = item
        return found

    def put(self, table: Table, key: KeyParts, row: Row) -> None:
        changes = self._changes(table)
        changes.items[key] = row[-1]
        changes.dirty[key] = row

    def change(self, table: Table, key: KeyParts, item: dict[str, Any]) -> None:
        changes = self._changes(table)
        changes.items[key] = item
        changes.dirty[key] = _CHANGED

    def delete(self, table: Table, key: KeyParts) -> None:
        changes = self._changes(table)
        changes.items[key] = None
        changes.dirty[key] = _DELETED

    def append(self, events: Sequence[Row]) -> None:
        """Add rows to the log of events."""
        self._events += events

    def flush(self) -> None:
        for table, changes in self._tables.items():
            if changes.dirty:
                self._flush(table, changes)
        if self._events:
            store(self._connection, LOG_INSERT, LOG_ROW, "", self._events)
            self._events.clear()

    def _flush(self, table: Table, changes: _Changes) -> None:
        puts: list[Row] = []
        bodies: list[Row] = []
        gone: list[KeyParts] = []
        for key, row in changes.dirty.items():
            if row is _DELETED:
                gone.append(key)
            elif row is not _CHANGED:
                puts.append(row)
            elif not table.extra and key in changes.rowids:
                bodies.append((changes.rowids[key], encode(changes.items[key])))
            else:
                puts.append(table.row(changes.items[key]))
        changes.dirty.clear()
        store(self._connection, table.insert, table.marks, table.replace, puts)
        store(self._connection, table.change, "(?,?)", table.changed, bodies)
        if gone:
            self._connection.executemany(table.delete, gone)
        if table.remembered:
            self._connection.execute(table.count, (table.collection.name,))
