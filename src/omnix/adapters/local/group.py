"""The writes of one transaction, gathered: each item is read once and written once.

Many callers' batches share a commit, and popular items are in many of them. Statements of many
rows also let go of Python's lock once, not once a row.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import apsw

from omnix.adapters.local.latest import KeyParts, Latest
from omnix.adapters.local.log import INSERT as LOG_INSERT
from omnix.adapters.local.log import INSERT_TRACES
from omnix.adapters.local.log import ROW as LOG_ROW
from omnix.adapters.local.tables import Table, decode, encode

CLAIM = "INSERT INTO claims(ends,marks) VALUES(?,?)"
Need = tuple[Table, KeyParts]
Row = tuple[Any, ...]
Stored = tuple[Table, KeyParts, Row | None]
"""The row of an item; None for one that is to be deleted."""

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

    __slots__ = ("_claims", "_connection", "_events", "_latest", "_tables", "_traces", "claimed")

    def __init__(self, connection: apsw.Connection, latest: Latest | None = None) -> None:
        self._connection = connection
        self._latest = latest or Latest()
        self._tables: dict[Table, _Changes] = {}
        self._events: list[Row] = []
        # By the position in ``_events``.
        self._traces: dict[int, str] = {}
        self._claims: dict[int, list[bytes]] = {}
        # The marks that this transaction claimed, with their ends; None until one is asked for.
        self.claimed: dict[bytes, int] | None = None

    def direct(self) -> apsw.Connection:
        """The connection, with all changes so far written, for statements of one's own."""
        self.flush()
        self._tables.clear()
        self._latest.forget()
        return self._connection

    def expect(self, needs: Iterable[Need]) -> None:
        """Read ahead what will be asked for."""
        wanted: dict[Table, dict[KeyParts, None]] = {}
        for table, key in needs:
            wanted.setdefault(table, {})[key] = None
        for table, keys in wanted.items():
            self._fetch(table, self._recall(table, keys))

    def _recall(self, table: Table, keys: Iterable[KeyParts]) -> list[KeyParts]:
        """Take what is known of ``keys``; the others."""
        known = self._latest.of(table)
        if not known:
            return list(keys)
        changes = self._changes(table)
        rest: list[KeyParts] = []
        for key in keys:
            found = known.get(key)
            if found is None:
                rest.append(key)
            else:
                changes.rowids[key], changes.items[key] = found
        return rest

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
            self._fetch(table, self._recall(table, [key]))
        item: Any = changes.items[key]
        if type(item) is bytes:
            item = changes.items[key] = decode(item)
        found: dict[str, Any] | None = item
        return found

    def replace(self, stored: Iterable[Stored]) -> None:
        """Put rows in place of what there is, or nothing."""
        for table, key, row in stored:
            changes = self._changes(table)
            changes.items[key] = row and row[-1]
            changes.dirty[key] = row or _DELETED

    def change(self, changed: Iterable[tuple[Table, KeyParts, dict[str, Any]]]) -> None:
        """Put items that were made of others in their place."""
        for table, key, item in changed:
            changes = self._changes(table)
            changes.items[key] = item
            changes.dirty[key] = _CHANGED

    def append(self, events: Sequence[Row], trace: str = "") -> None:
        """Add rows to the log of events, which the span ``trace`` caused, if it is known."""
        if trace:
            start = len(self._events)
            self._traces.update(dict.fromkeys(range(start, start + len(events)), trace))
        self._events += events

    def claim(self, end: int, marks: bytes) -> None:
        """Add marks to the claims."""
        self._claims.setdefault(end, []).append(marks)

    def run(self, sql: str, parameters: Row) -> None:
        """One statement that changes no item."""
        self._connection.execute(sql, parameters)

    def look(self, sql: str, parameters: Row) -> list[Row]:
        """What one statement finds, without the changes that are not yet written."""
        found: list[Row] = self._connection.execute(sql, parameters).fetchall()
        return found

    def flush(self) -> None:
        for table, changes in self._tables.items():
            if changes.dirty:
                self._flush(table, changes)
        if self._events:
            store(self._connection, LOG_INSERT, LOG_ROW, "", self._events)
            if self._traces:
                self._flush_traces()
            self._events.clear()
        for end, marks in self._claims.items():
            self._connection.execute(CLAIM, (end, b"".join(marks)))
        self._claims.clear()

    def _flush_traces(self) -> None:
        # Numbers of one transaction follow one another.
        first = self._connection.last_insert_rowid() - len(self._events) + 1
        rows = [(first + place, trace) for place, trace in self._traces.items()]
        store(self._connection, INSERT_TRACES, "(?,?)", "", rows)
        self._traces.clear()

    def _flush(self, table: Table, changes: _Changes) -> None:
        puts: list[Row] = []
        bodies: list[Row] = []
        gone: list[KeyParts] = []
        items, rowids, latest = changes.items, changes.rowids, self._latest
        for key, row in changes.dirty.items():
            if row is _CHANGED:
                item, rowid = items[key], rowids.get(key)
                if rowid is not None and not table.extra:
                    bodies.append((rowid, encode(item)))
                    latest.keep(table, key, rowid, item)
                    continue
                puts.append(table.row(item))
            elif row is _DELETED:
                gone.append(key)
            else:
                puts.append(row)
            latest.drop(table, key)
        changes.dirty.clear()
        if table.tail:
            if puts:
                store(self._connection, table.append, table.marks, "", puts)
                table.waiting = self._connection.last_insert_rowid()
            if gone:
                self._connection.executemany(table.drop_waiting, gone)
        else:
            store(self._connection, table.insert, table.marks, table.replace, puts)
        store(self._connection, table.change, "(?,?)", table.changed, bodies)
        if gone:
            self._connection.executemany(table.delete, gone)
        if table.remembered:
            self._connection.execute(table.count, (table.collection.name,))
