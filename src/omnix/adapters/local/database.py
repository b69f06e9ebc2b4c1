"""One SQLite file: writes in groups, one at a time, and a reading connection per thread.

What an event loop wants written in a few turns is one group. The loop writes it itself while the
disk is quick and nobody else writes: that costs less than to wake a thread. Otherwise, and for
what is long, the writer thread does, and the loop goes on.

Several processes may write the same file. Each groups its own writes; SQLite's lock puts the
groups in turn, and short transactions keep the turns short.
"""

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import apsw

from omnix.adapters.local.away import AWAY, translated, unavailable
from omnix.adapters.local.connection import connect
from omnix.adapters.local.group import Group, Need
from omnix.adapters.local.latest import Latest
from omnix.adapters.local.patience import BUSY_SECONDS, Patience
from omnix.adapters.local.waiting import Waiters
from omnix.kit.errors import OmnixError, Unavailable
from omnix.kit.urgency import CAN_WAIT

Work = Callable[[Group], Any]

_log = logging.getLogger("omnix.database")

GROUP = 512
TURNS = 4
"""How many more turns a group waits at most, as long as each brings it more."""

LOG_BYTES = 128 << 20
"""Of the write-ahead log, when it is written back: pages that many commits change only once."""
SLOW_SECONDS = 0.005
TYPICAL_SECONDS = 0.0003
"""Where a write usually takes the first, beyond the second for each of its units, loops leave
writing to the thread for REST_SECONDS."""

REST_SECONDS = 1.0
_MEMORY = 0.8
_Unit = tuple[Work, str, Sequence[Need], asyncio.AbstractEventLoop, "asyncio.Future[Any]"]


class Database:
    """The file at ``path``, opened. Raises Unavailable if it cannot be.

    Where another process wrote since the group before, the next one waits until ``pause`` seconds
    have passed, if all in it can wait: each commit has the other read anew what it had at hand.
    """

    def __init__(self, path: Path, pause: float = 0.0) -> None:
        self.path = path
        self._pause = pause
        self.goes_first = not pause
        self._pauses_until = 0.0
        self._local = threading.local()
        self._readers: list[apsw.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        self._queue: queue.SimpleQueue[list[_Unit] | None] = queue.SimpleQueue()
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Unit]] = {}
        self._urgent: set[asyncio.AbstractEventLoop] = set()  # that gathered what cannot wait
        self.waiters = Waiters(self._version)
        # Password hashes and customers lie here.
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Whose turn it is to use the writing connection, and how long it waits for other processes.
        self._turn = threading.Lock()
        self._patience = Patience()
        self._rests_until = 0.0
        self._usual_seconds = 0.0
        self._latest = Latest()
        with translated():
            self._writer = connect(path, self._patience)
            page_size = int(self._writer.execute("PRAGMA page_size").get)
        self._log_pages = LOG_BYTES // page_size
        self._log_is_full = False
        self._writer.set_wal_hook(self._look_at_log)
        self._thread = threading.Thread(target=self._run, name="omnix-writer", daemon=True)
        self._thread.start()

    def reader(self) -> apsw.Connection:
        """The calling thread's connection for reading. Raises Unavailable once closed."""
        connection: apsw.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            if self._closed:
                raise Unavailable("the database is closed")
            with translated():
                connection = connect(self.path)
                connection.execute("PRAGMA query_only=1").fetchall()
            with self._lock:
                self._readers.append(connection)
            self._local.connection = connection
        return connection

    def select(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows of one statement, which is its own transaction."""
        try:
            rows: list[tuple[Any, ...]] = self.reader().execute(sql, parameters).fetchall()
        except AWAY as error:
            raise unavailable(error) from error
        return rows

    def transact(self, work: Callable[[apsw.Connection], Any]) -> Any:
        """Run ``work`` in a write transaction on a connection of its own: for set-up and tools."""
        with translated():
            connection = connect(self.path)
            try:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    result = work(connection)
                except BaseException:
                    connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
                return result
            finally:
                connection.close()

    def submit(
        self, work: Work, topic: str = "", needs: Sequence[Need] = (), *, long: bool = False
    ) -> "asyncio.Future[Any]":
        """Queue ``work`` for the next group; the future is done when it is durable.

        ``work`` either changes nothing and returns the error to raise, or writes and returns
        the result. It may run twice, as a group that fails is taken apart. ``topic`` names
        whom to wake after the commit; ``needs`` is what ``work`` will read; ``long`` work is
        never done by the loop itself.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        unit = (work, topic, needs, loop, future)
        with self._lock:
            if self._closed:
                raise Unavailable("the database is closed")
            if long:
                self._queue.put([unit])
                return future
            waiting = self._gathered.setdefault(loop, [])
            waiting.append(unit)
            first = len(waiting) == 1
            if not CAN_WAIT.get() and loop not in self._urgent:
                self._urgent.add(loop)
                first = True
        if first:
            loop.call_soon(self._write, loop, 0)
        return future

    def _write(self, loop: asyncio.AbstractEventLoop, before: int, turns: int = 0) -> None:
        """Commit what the loop has gathered, here or by the thread.

        Half of the callers would else be asked for the next write while the other half's is
        answered, for ever, and twice as many commits be made: so what came since there were
        ``before`` is a reason to look once more. A turn in which nothing comes takes no time.
        """
        with self._lock:
            units = self._gathered.get(loop)
            if not units:
                return
            if loop not in self._urgent:
                pause = self._pauses_until - time.monotonic()
                if pause > 0:
                    loop.call_later(pause, self._write, loop, GROUP)
                    return
            if turns < TURNS and before < len(units) < GROUP:
                loop.call_soon(self._write, loop, len(units), turns + 1)
                return
            del self._gathered[loop]
            self._urgent.discard(loop)
        if time.monotonic() >= self._rests_until and self._turn.acquire(blocking=False):
            try:
                results = self._attempt(units)
            except BaseException:
                # Interrupted: nothing of it was kept, and nobody else knows of these units.
                _answer([(unit[4], Unavailable("the write was interrupted")) for unit in units])
                raise
            finally:
                self._turn.release()
            if results is not None:
                self._finish(units, results, loop)
                return
        with self._lock:
            # Behind the mark that ends the queue nobody would find them.
            if not self._closed:
                self._queue.put(units)
                return
        _answer([(unit[4], Unavailable("the database is closed")) for unit in units])

    def _attempt(self, units: list[_Unit]) -> list[Any] | None:
        """The results, committed by the loop itself; None if the thread should see to it.

        It waits for no other process, and takes no group with a fault in it apart.
        """
        began = time.monotonic()
        self._patience.seconds = 0.0
        try:
            self._writer.execute("BEGIN IMMEDIATE")
        except AWAY:
            return None
        finally:
            self._patience.seconds = BUSY_SECONDS
        results: list[Any] | None = None
        with contextlib.suppress(Exception):
            results = self._write_all(units)
        ended = time.monotonic()
        self._usual_seconds = _MEMORY * self._usual_seconds + (1 - _MEMORY) * (
            ended - began - TYPICAL_SECONDS * len(units)
        )
        if self._usual_seconds > SLOW_SECONDS:
            self._usual_seconds = 0.0
            self._rests_until = ended + REST_SECONDS
        return results

    def _write_all(self, group: list[_Unit]) -> list[Any]:
        """The results of the group in the transaction that was begun, committed or rolled back."""
        connection = self._writer
        try:
            together = self._latest.begin(connection)
            changes = Group(connection, self._latest)
            changes.expect(need for unit in group for need in unit[2])
            results = [unit[0](changes) for unit in group]
            changes.flush()
            connection.execute("COMMIT")
            if together:
                self._pauses_until = time.monotonic() + self._pause
        except BaseException:
            self._latest.forget()
            # A full disk may have rolled back already.
            if connection.in_transaction:
                with contextlib.suppress(apsw.Error):
                    connection.execute("ROLLBACK")
            raise
        return results

    def close(self) -> None:
        """Finish what is queued, then close every connection."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            for units in self._gathered.values():
                self._queue.put(units)
            self._gathered.clear()
            self._urgent.clear()
            self._queue.put(None)
        self._thread.join()
        for connection in self._readers:
            connection.close()
        with self._turn:
            self._writer.close()

    def _run(self) -> None:
        stopped = False
        while not stopped:
            group: list[_Unit] = []
            units = self._queue.get()
            while units is not None:
                group += units
                if len(group) >= GROUP:
                    break
                try:
                    units = self._queue.get_nowait()
                except queue.Empty:
                    break
            stopped = units is None
            if group:
                with self._turn:
                    results = self._commit(group)
                self._finish(group, results)
            if self._log_is_full:
                self._write_back()

    def _look_at_log(self, connection: apsw.Connection, schema: str, pages: int) -> int:
        """Called after each commit, with the pages in the log."""
        if pages >= self._log_pages and not self._log_is_full:
            self._log_is_full = True
            self._queue.put([])
        return apsw.SQLITE_OK

    def _write_back(self) -> None:
        """Most of it while others write, then what came meanwhile, so that the log begins anew.

        If readers or another process are in the way, there will be a next commit.
        """
        try:
            with translated():
                connection = connect(self.path)
                try:
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                finally:
                    connection.close()
            with self._turn:
                self._patience.seconds = SLOW_SECONDS
                try:
                    with contextlib.suppress(apsw.Error):
                        self._writer.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
                finally:
                    self._patience.seconds = BUSY_SECONDS
        except Unavailable:
            pass  # told in the log; what is committed stays where it is
        finally:
            self._log_is_full = False

    def _commit(self, group: list[_Unit]) -> list[Any]:
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            return self._write_all(group)
        except Exception as error:
            if len(group) == 1 or isinstance(error, apsw.BusyError):
                shown: Exception = error
                if isinstance(error, AWAY):
                    shown = unavailable(error)
                    shown.__cause__ = error
                return [shown] * len(group)
        return [result for unit in group for result in self._commit([unit])]

    def _finish(
        self,
        group: list[_Unit],
        results: list[Any],
        here: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Tell everybody; directly those of the loop that runs ``here``."""
        topics = {
            unit[1]
            for unit, result in zip(group, results, strict=True)
            if unit[1] and not isinstance(result, Exception)
        }
        answers: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
        for (_, _, _, loop, future), result in zip(group, results, strict=True):
            answers.setdefault(loop, []).append((future, result))
        for loop, pairs in answers.items():
            if loop is here:
                _answer(pairs)
                continue
            # The loop may be gone: a caller that was killed does not need its answer.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_answer, pairs)
        self.waiters.tell(topics)

    def _version(self) -> int:
        return int(self.select("PRAGMA data_version")[0][0])


def _answer(pairs: list[tuple["asyncio.Future[Any]", Any]]) -> None:
    for future, result in pairs:
        if future.done():
            continue
        if isinstance(result, Exception):
            # Several callers of one failed group must not share a traceback.
            future.set_exception(_fresh(result))
        else:
            future.set_result(result)


def _fresh(error: Exception) -> Exception:
    if isinstance(error, Unavailable):
        copy: OmnixError = Unavailable(error.detail)
        copy.__cause__ = error.__cause__
        return copy
    return error
