"""Who writes: the event loop while the disk is quick and free, else the writer thread."""

import asyncio
import threading
import time
from pathlib import Path

import apsw
import pytest

from omnix.adapters.local import database
from omnix.adapters.local.database import Database
from omnix.adapters.local.group import Group
from omnix.adapters.local.patience import BUSY_SECONDS
from omnix.kit.errors import Unavailable

pytestmark = pytest.mark.anyio


def writing(seen: list[int]) -> database.Work:
    def work(group: Group) -> int:
        group.direct().execute("INSERT INTO t VALUES(1)")
        seen.append(threading.get_ident())
        return len(seen)

    return work


@pytest.fixture
def db(tmp_path: Path) -> Database:
    made = Database(tmp_path / "omnix.db")
    made.transact(lambda connection: connection.execute("CREATE TABLE t(x)"))
    return made


def rows(db: Database) -> int:
    return int(db.select("SELECT count(*) FROM t")[0][0])


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many units each commit holds, on a disk that passes for a quick one."""
    monkeypatch.setattr(database, "SLOW_SECONDS", 10.0)
    sizes: list[int] = []
    before = Database._write_all

    def counted(self: Database, group: list[database._Unit]) -> list[object]:
        sizes.append(len(group))
        return before(self, group)

    monkeypatch.setattr(Database, "_write_all", counted)
    return sizes


async def test_a_turn_of_the_loop_is_one_group_that_it_writes_itself(
    db: Database, commits: list[int]
) -> None:
    seen: list[int] = []
    assert await asyncio.gather(*[db.submit(writing(seen)) for _ in range(40)]) == [*range(1, 41)]
    assert set(seen) == {threading.get_ident()}
    assert commits == [40]
    db.close()


async def test_a_group_waits_for_more_while_more_comes_but_not_for_ever(
    db: Database, commits: list[int]
) -> None:
    seen: list[int] = []
    waiting = []
    for _ in range(3):
        waiting.append(db.submit(writing(seen)))
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert commits == [3]
    # One who never stops must not keep the first from being written.
    first = db.submit(writing(seen))
    turns = 0
    while not first.done():
        waiting.append(db.submit(writing(seen)))
        await asyncio.sleep(0)
        turns += 1
        assert turns < 4 * database.TURNS
    await asyncio.gather(*waiting)
    assert rows(db) == len(waiting) + 1
    db.close()


async def test_long_work_and_a_slow_disk_leave_the_loop_alone(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SLOW_SECONDS", 10.0)
    seen: list[int] = []
    await db.submit(writing(seen), long=True)
    assert seen[0] != threading.get_ident()
    # Every disk is slow by this measure: the loop finds out once, and then has the thread do it.
    monkeypatch.setattr(database, "SLOW_SECONDS", -1.0)
    for _ in range(3):
        await db.submit(writing(seen))
    assert [each == threading.get_ident() for each in seen] == [False, True, False, False]
    assert rows(db) == 4
    db.close()


async def test_another_process_at_its_turn_does_not_hold_up_the_loop(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SLOW_SECONDS", 10.0)
    other = apsw.Connection(str(db.path))
    other.execute("BEGIN IMMEDIATE")
    seen: list[int] = []
    begun = time.monotonic()
    waiting = db.submit(writing(seen))
    turns = 0
    while turns < 20:
        await asyncio.sleep(0.005)
        turns += 1
    assert not waiting.done()
    assert time.monotonic() - begun < BUSY_SECONDS
    other.execute("COMMIT")
    await waiting
    assert seen == [db._thread.ident]
    other.close()
    db.close()


async def test_a_group_with_one_fault_in_it_keeps_the_others(db: Database) -> None:
    def faulty(group: Group) -> None:
        group.direct().execute("INSERT INTO nowhere VALUES(1)")

    seen: list[int] = []
    futures = [db.submit(writing(seen)), db.submit(faulty), db.submit(writing(seen))]
    results = await asyncio.gather(*futures, return_exceptions=True)
    assert isinstance(results[1], apsw.SQLError)
    assert rows(db) == 2
    db.close()


async def test_the_loop_takes_no_group_apart(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "SLOW_SECONDS", 10.0)
    seen: list[int] = []

    def faulty(group: Group) -> None:
        raise ValueError("no")

    futures = [db.submit(writing(seen)), db.submit(faulty), db.submit(writing(seen))]
    results = await asyncio.gather(*futures, return_exceptions=True)
    assert isinstance(results[1], ValueError)
    assert set(seen[1:]) == {db._thread.ident}
    assert rows(db) == 2
    db.close()


async def test_an_interrupt_leaves_no_half_of_a_batch(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a callback of the loop, asyncio lets it through: here it is caught on its way."""
    monkeypatch.setattr(database, "SLOW_SECONDS", 10.0)
    seen: list[int] = []

    def interrupted(group: Group) -> None:
        group.direct().execute("INSERT INTO t VALUES(2)")
        raise KeyboardInterrupt

    write = Database._write

    def caught(self: Database, *given: object) -> None:
        with pytest.raises(KeyboardInterrupt):
            write(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Database, "_write", caught)
    with pytest.raises(Unavailable):
        await db.submit(interrupted)
    monkeypatch.setattr(Database, "_write", write)
    await db.submit(writing(seen))
    assert db.select("SELECT x FROM t") == [(1,)]
    db.close()


async def test_the_log_is_written_back_by_the_thread_and_stays_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SLOW_SECONDS", 10.0)
    monkeypatch.setattr(database, "LOG_BYTES", 1 << 20)
    db = Database(tmp_path / "omnix.db")
    db.transact(lambda connection: connection.execute("CREATE TABLE t(x)"))

    def bulky(group: Group) -> None:
        group.direct().execute("INSERT INTO t VALUES(zeroblob(50000))")

    log = db.path.with_name("omnix.db-wal")
    largest = 0
    for _ in range(200):
        await db.submit(bulky)
        largest = max(largest, log.stat().st_size)
        await asyncio.sleep(0.002)
    assert (1 << 20) <= largest < (8 << 20)
    assert rows(db) == 200
    db.close()


async def test_what_waits_when_the_database_closes_is_written_or_refused(db: Database) -> None:
    seen: list[int] = []
    waiting = [db.submit(writing(seen)) for _ in range(5)]
    await asyncio.to_thread(db.close)
    results = await asyncio.gather(*waiting, return_exceptions=True)
    reopened = Database(db.path)
    assert rows(reopened) == sum(not isinstance(each, Unavailable) for each in results) == 5
    reopened.close()
    with pytest.raises(Unavailable):
        await db.submit(writing(seen))
