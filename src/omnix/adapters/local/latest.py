"""What this process changed last, decoded, for as long as no other one has written.

Popular items are changed by group after group: each would be read and decoded anew.
"""

from typing import Any

import apsw

from omnix.adapters.local.tables import Table

KeyParts = tuple[Any, ...]
MOST = 10_000
"""Items of one table; then the one it came to know first goes."""

_VERSION = "PRAGMA data_version"


class Latest:
    """Row ids and items as the writing connection left them; all calls are within its turn."""

    def __init__(self) -> None:
        self._version = -1
        self._tables: dict[Table, dict[KeyParts, tuple[int, dict[str, Any]]]] = {}

    def begin(self, connection: apsw.Connection) -> bool:
        """In a transaction that has begun: whether another connection wrote since the last."""
        version = connection.execute(_VERSION).get
        if version == self._version:
            return False
        self._version = version
        self._tables.clear()
        return True

    def of(self, table: Table) -> dict[KeyParts, tuple[int, dict[str, Any]]]:
        """By key, for reading."""
        return self._tables.get(table, {})

    def keep(self, table: Table, key: KeyParts, rowid: int, item: dict[str, Any]) -> None:
        """The item that was written; whoever forgets nothing that fails may call this before
        the commit.
        """
        kept = self._tables.setdefault(table, {})
        if len(kept) >= MOST:
            del kept[next(iter(kept))]
        kept[key] = rowid, item

    def drop(self, table: Table, key: KeyParts) -> None:
        """The item is stored in another way, or no more."""
        if table in self._tables:
            self._tables[table].pop(key, None)

    def forget(self) -> None:
        """Everything: a transaction came to nothing, or changed what it did not name."""
        self._tables.clear()
