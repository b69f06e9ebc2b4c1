"""Connections to the file, all set up alike."""

from pathlib import Path

import apsw

from omnix.adapters.local.patience import Patience

# Small pages: what a commit touches of the ledger's index lies far apart.
_PRAGMAS = (
    "page_size=4096",
    "journal_mode=WAL",
    "synchronous=FULL",
    "temp_store=MEMORY",
    "cache_size=-32768",
    "wal_autocheckpoint=0",
    "journal_size_limit=134217728",
)


def _count_no_memory() -> None:
    """SQLite else counts what it holds behind one lock, at each allocation and release.

    That can only be changed while nothing is open: where something is, it counts on.
    """
    if not apsw.connections():
        apsw.shutdown()
        apsw.config(apsw.SQLITE_CONFIG_MEMSTATUS, False)
        apsw.initialize()


_count_no_memory()


def connect(path: Path, patience: Patience | None = None) -> apsw.Connection:
    """A connection that may be used by any thread, by one at a time."""
    connection = apsw.Connection(str(path), statementcachesize=400)
    connection.set_busy_handler(patience or Patience())
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection
