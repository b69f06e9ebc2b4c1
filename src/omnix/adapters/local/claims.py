"""Claims of keys in SQLite: a row for each call, which holds the marks of the keys it claimed.

The rows are the truth and are only appended; whether a mark is among them is asked of a table in
memory, which each process makes from them when it first needs it and follows by their numbers.
An index of keys on the disk would change a page of it for nearly every key.
"""

import threading
from collections.abc import Sequence

import numpy as np

from omnix.adapters.local.database import Database
from omnix.adapters.local.group import Group
from omnix.adapters.local.marks import BYTES, Marks, halves, marks_of
from omnix.adapters.local.tables import Table

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS claims(seq INTEGER PRIMARY KEY, ends INTEGER NOT NULL, "
    "marks BLOB NOT NULL)"
)
# The newest row stays: its number is where the next one goes on.
SWEEP = (
    "DELETE FROM claims WHERE seq IN (SELECT seq FROM claims WHERE ends<=? "
    "AND seq<(SELECT max(seq) FROM claims) LIMIT 500)"
)
_AFTER = "SELECT seq,ends,marks FROM claims WHERE seq>? ORDER BY seq LIMIT 2000"


class Claims:
    """All claims of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # The table, and the number of the last row that is in it.
        self._held = Marks(), 0
        self._tables: tuple[Table, ...] = ()
        self._making = threading.Lock()

    def made(self, table: Table) -> bool:
        """Whether ``make`` was done."""
        return table in self._tables

    def make(self, table: Table, now: int) -> None:
        """Read what there is, which takes a second for each million keys.

        Items of ``table`` count too: an older version kept claims there.
        """
        with self._making:
            if table in self._tables:
                return
            made, upto = Marks(), 0
            while rows := self._database.select(_AFTER, (upto,)):
                upto = rows[-1][0]
                _add(made, rows, now)
            for own in (*self._tables, table):
                ends = own.columns[str(own.ttl)]
                sql = f"SELECT pk,{ends} FROM {own.name} WHERE {ends}>?"
                for key, end in self._database.select(sql, (now,)):
                    made.add(*halves(marks_of(own.collection.name, [str(key)])), end, now)
            self._held = made, upto
            self._tables = (*self._tables, table)

    def known(self, group: Group, marks: bytes, now: int) -> list[int]:
        """The positions of those of ``marks`` that are claimed, in the transaction of ``group``."""
        with self._making:
            held, upto = self._held
            if group.claimed is None:
                # What is there as a transaction begins is committed.
                group.claimed = {}
                while rows := group.look(_AFTER, (upto,)):
                    upto = rows[-1][0]
                    _add(held, rows, now)
                self._held = held, upto
        found = held.ends(*halves(marks)) > now
        if group.claimed:
            own = group.claimed
            ends = [own.get(marks[at : at + BYTES], 0) for at in range(0, len(marks), BYTES)]
            found |= np.array(ends) > now
        return [int(position) for position in np.flatnonzero(found)]

    def take(self, group: Group, marks: bytes, end: int) -> None:
        """Claim them, which nobody has."""
        group.claim(end, marks)
        assert group.claimed is not None
        for at in range(0, len(marks), BYTES):
            group.claimed[marks[at : at + BYTES]] = end


def _add(marks: Marks, rows: Sequence[tuple[int, int, bytes]], now: int) -> None:
    by_end: dict[int, list[bytes]] = {}
    for _, end, some in rows:
        if end > now:
            by_end.setdefault(end, []).append(some)
    for end, parts in by_end.items():
        marks.add(*halves(b"".join(parts)), end, now)
