"""Tails of collections that grow are filed: what came lately gets its place in the table."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable
from typing import Any

import apsw

from omnix.adapters.local.database import Database
from omnix.adapters.local.group import Group
from omnix.adapters.local.tables import Table
from omnix.kit.errors import Unavailable

_log = logging.getLogger("omnix.database")

MOST = 8192
"""So many are filed at once: it keeps other writes waiting for some 50 ms, and a reader looks
through so many in 2 ms."""

FILE_SECONDS = 30.0
"""How long an item waits at most while fewer come."""


class Filing:
    """Files what waits in the tails of ``tables``, unless that is left to others: who has to let
    others go first must not hold the database for so long.
    """

    def __init__(self, database: Database, tables: Iterable[Table]) -> None:
        self._database = database
        self._tables = [table for table in tables if table.tail and database.goes_first]
        self._due: float | None = None
        self._under_way = False

    def begin(self, connection: apsw.Connection) -> None:
        """File what a process left that ended."""
        for table in self._tables:
            connection.execute(table.file)
            connection.execute(table.clear)

    def look(self) -> None:
        """Whether something is to be filed, after each write."""
        waiting = max((table.waiting for table in self._tables), default=0)
        if not waiting or self._under_way:
            return
        now = time.monotonic()
        if self._due is None:
            self._due = now + FILE_SECONDS
            asyncio.get_running_loop().call_later(FILE_SECONDS, self.look)
        if waiting < MOST and now < self._due:
            return
        self._under_way = True
        # A database that closes leaves it to who opens it next.
        with contextlib.suppress(Unavailable):
            self._database.submit(self._file, long=True).add_done_callback(self._filed)

    def _file(self, group: Group) -> None:
        for table in self._tables:
            group.run(table.file, ())
            group.run(table.clear, ())
            table.waiting = 0

    def _filed(self, done: "asyncio.Future[Any]") -> None:
        self._under_way, self._due = False, None
        if not done.cancelled() and (error := done.exception()) is not None:
            # Nothing is lost, and the next write asks again.
            _log.warning("what came lately could not be filed", exc_info=error)
