"""Tails of collections that grow are filed: what came lately gets its place in the table."""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from typing import Any

import apsw

from omnix.adapters.local.database import Database
from omnix.adapters.local.group import Group
from omnix.adapters.local.tables import Table
from omnix.kit.errors import Unavailable

_log = logging.getLogger("omnix.database")

MOST = 8192
"""From so many on they are filed, twice as many at most at once. So many keep other writes
waiting for 36 to 75 ms, by the size of the table, and a reader looks through them in 2 ms."""

FILE_SECONDS = 30.0
"""How often fewer are filed, and what other processes left."""


class Filing:
    """Files what waits in the tails of ``tables``, unless that is left to others: who has to let
    others go first must not hold the database for so long.
    """

    def __init__(self, database: Database, tables: Iterable[Table]) -> None:
        self._database = database
        self._tables = [table for table in tables if table.tail and database.goes_first]
        self._loop: asyncio.AbstractEventLoop | None = None  # that looks every FILE_SECONDS
        self._under_way = False
        self._failed = False

    def begin(self, connection: apsw.Connection) -> None:
        """File what a process left that ended."""
        for table in self._tables:
            connection.execute(table.file)
            connection.execute(table.clear)

    def look(self) -> None:
        """Whether enough is to be filed, after each write."""
        if not self._tables:
            return
        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.get_running_loop()
            self._loop.call_later(FILE_SECONDS, self._look_again)
        if not self._failed and any(table.waiting >= MOST for table in self._tables):
            self._start()

    def _look_again(self) -> None:
        assert self._loop is not None
        self._failed = False
        # A database that closes leaves it to who opens it next.
        with contextlib.suppress(Unavailable):
            for table in self._tables:
                ((table.waiting,),) = self._database.select(table.newest_waiting)
            if any(table.waiting for table in self._tables):
                self._start()
            self._loop.call_later(FILE_SECONDS, self._look_again)

    def _start(self) -> None:
        if self._under_way:
            return
        self._under_way = True
        with contextlib.suppress(Unavailable):
            self._database.submit(self._file, long=True).add_done_callback(self._filed)

    def _file(self, group: Group) -> None:
        for table in self._tables:
            ((oldest, newest),) = group.look(table.ends_waiting, ())
            if newest - oldest < 2 * MOST:
                group.run(table.file, ())
                group.run(table.clear, ())
                table.waiting = 0
            else:
                upto = (oldest + MOST,)
                group.run(table.file_some, upto)
                group.run(table.clear_some, upto)
                table.waiting = newest

    def _filed(self, done: "asyncio.Future[Any]") -> None:
        self._under_way = False
        if done.cancelled():
            return
        error = done.exception()
        if error is None:
            self.look()
        else:
            # Nothing is lost; each attempt keeps others waiting, so not at once again.
            self._failed = True
            _log.warning("what came lately could not be filed", exc_info=error)
