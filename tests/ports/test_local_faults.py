"""What only the local adapters must bear: several processes, kill -9, a full disk, old schemas."""

import asyncio
import dataclasses
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import apsw
import pytest

from omnix.adapters.local.database import Database
from omnix.adapters.local.platform import LocalPlatform, open_local
from omnix.kit.declare import Index
from omnix.kit.errors import ConditionFailed, Unavailable
from omnix.kit.events import Event
from omnix.ports import Absent, Delete, Equals, Put, Query, Update
from ports.declared import COLLECTIONS, FACTS, LINES, SALES, THINGS

pytestmark = pytest.mark.anyio
CHILD = Path(__file__).with_name("faulty_child.py")
AT = "2026-01-01T00:00:00.000Z"
UNITS = Query("u", "", "SELECT units, count(*) AS n FROM sales GROUP BY 1 ORDER BY 1", ("sales",))


def opened(data: Path) -> LocalPlatform:
    return open_local(data, COLLECTIONS, FACTS)


@contextmanager
def child(how: str, data: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, str(CHILD), how, str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def killed_after(how: str, data: Path, lines: int) -> list[str]:
    """Start a child, kill -9 it after some lines, and return all that it acknowledged."""
    with child(how, data) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        said += process.stdout.readlines()
    return [line.strip() for line in said if line.endswith("\n")]


async def test_kill_9_loses_no_acknowledged_write_and_halves_none(tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    for _ in range(2):
        data = tmp_path / f"d{len(acknowledged)}"
        acknowledged = set(await asyncio.to_thread(killed_after, "writes", data, 400))
        async with opened(data) as platform:
            things = {i["id"] async for chunk in platform.records.scan(THINGS) for i in chunk}
            assert acknowledged <= things
            counts = [i["n"] async for chunk in platform.records.scan(LINES) for i in chunk]
            assert sum(counts) == len(things)
            events = []
            while (batch := await platform.bus.read("c", [])).events:
                events += [event.key for event in batch.events]
                await platform.bus.acknowledge("c", batch.position)
            assert sorted(events) == sorted(things)


async def test_kill_9_leaves_the_lake_readable_and_exact(tmp_path: Path) -> None:
    said: list[str] = []
    for _ in range(3):
        said = await asyncio.to_thread(killed_after, "appends", tmp_path, 4)
        async with opened(tmp_path) as platform:
            position = await platform.lake.position(SALES, "child")
            assert position is not None
            assert position in (int(said[-1]), int(said[-1]) + 1)
            rows = await platform.lake.rows(UNITS)
            assert rows == [{"units": n + 1, "n": 100} for n in range(position)]
            await platform.lake.compact(SALES)
            assert await platform.lake.rows(UNITS) == rows


async def test_processes_that_write_at_once_sell_each_unit_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as platform:
        await platform.records.write([Put(THINGS, {"id": "p", "stock": 150})])
        with child("buys", tmp_path) as one, child("buys", tmp_path) as two:
            own = 0
            for _ in range(20):
                await platform.records.write([Update(LINES, ("mine", 1), {"n": 1})])
                own += 1
            said = [
                await asyncio.to_thread(process.stdout.readline)
                for process in (one, two)
                if process.stdout is not None
            ]
        assert sum(map(int, said)) == 150
        assert await platform.records.get(THINGS, "p") == {"id": "p", "stock": 0}
        assert await platform.records.get(LINES, ("mine", 1)) == {
            "order": "mine",
            "line": 1,
            "n": own,
        }
        sold = await platform.bus.read("c", ["unit.sold"])
        assert len(sold.events) == 150


async def test_processes_that_append_the_same_versions_commit_each_once(tmp_path: Path) -> None:
    with child("shares", tmp_path) as one, child("shares", tmp_path) as two:
        said = [
            await asyncio.to_thread(process.stdout.readline)
            for process in (one, two)
            if process.stdout is not None
        ]
    assert sum(map(int, said)) == 10
    async with opened(tmp_path) as platform:
        assert await platform.lake.rows(UNITS) == [{"units": n, "n": 1} for n in range(1, 11)]


async def test_news_of_another_process_ends_a_wait(tmp_path: Path) -> None:
    async with opened(tmp_path) as platform, opened(tmp_path) as other:
        await platform.bus.read("c", [])
        waiting = asyncio.ensure_future(platform.bus.wait(60))
        receiving = asyncio.ensure_future(platform.jobs.receive(["work"], 30, wait=60))
        await asyncio.sleep(0.05)
        await other.bus.publish([Event("thing.made", "k", AT, {})])
        await other.jobs.send("work", {})
        async with asyncio.timeout(20):
            await waiting
            assert await receiving is not None


async def test_a_full_disk_refuses_keeps_and_recovers(tmp_path: Path) -> None:
    with child("starves", tmp_path) as process:
        said, _ = await asyncio.to_thread(process.communicate, timeout=60)
        assert process.returncode == 0
    assert said.splitlines()[:2] == ["blob refused", "readable True"]
    kept = int(said.split()[-1])
    async with opened(tmp_path) as platform:
        things = {i["id"] async for chunk in platform.records.scan(THINGS) for i in chunk}
        assert things == {f"t{n}" for n in range(kept)}
        assert await platform.bus.end() == kept - 1
        assert await platform.blobs.get("blob") == b"x" * 10
        assert await platform.blobs.list() == ["blob"]
    connection = apsw.Connection(str(tmp_path / "omnix.db"))
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


async def test_one_bad_batch_does_not_hurt_its_neighbours(tmp_path: Path) -> None:
    """A value that SQLite cannot hold fails at the write, after others of the group went in."""
    async with opened(tmp_path) as platform:

        async def put(number: int) -> bool:
            try:
                await platform.records.write(
                    [Put(THINGS, {"id": f"t{number}", "group": "g", "rank": number})],
                    [Event("thing.made", f"t{number}", AT, {})],
                )
            except (ValueError, OverflowError):
                return False
            return True

        numbers = [*range(20), 2**80, *range(20, 40)]
        done = await asyncio.gather(*[put(number) for number in numbers])
        assert [n for n, fine in zip(numbers, done, strict=True) if not fine] == [2**80]
        page = await platform.records.query(THINGS, "g", index="by_group", limit=100)
        assert [item["rank"] for item in page.items] == list(range(40))
        assert len((await platform.bus.read("c", [])).events) == 40


async def test_batches_of_one_group_see_each_other(tmp_path: Path) -> None:
    async with opened(tmp_path) as platform:
        records, key = platform.records, ("o", 1)
        await records.write([Update(LINES, key, {"n": 1})])
        # While the writer is held up, all the rest gathers into one group.
        held = threading.Event()
        platform.database.submit(lambda group: held.wait(10))
        await asyncio.sleep(0.05)
        at_once = [
            asyncio.ensure_future(records.write(batch))
            for batch in (
                [Update(LINES, key, {"n": 1}, when=(Equals("n", 1),))],
                [Update(LINES, key, {"n": 1}, when=(Equals("n", 1),))],
                [Delete(LINES, key, (Equals("n", 2),))],
                [Update(LINES, key, {"n": 5}, when=(Absent(),))],
                [Put(LINES, {"order": "o", "line": 2, "n": 7}, (Absent(),))],
            )
        ]
        await asyncio.sleep(0)
        direct = platform.database.submit(
            lambda group: len(group.direct().execute("DELETE FROM c_lines WHERE sk=1").fetchall())
        )
        last = asyncio.ensure_future(records.write([Update(LINES, key, {"n": 1})]))
        await asyncio.sleep(0)
        held.set()
        results = await asyncio.gather(*at_once, return_exceptions=True)
        await asyncio.gather(direct, last)
        assert [isinstance(result, ConditionFailed) for result in results] == [
            False,
            True,
            False,
            False,
            False,
        ]
        assert await records.get(LINES, key) == {"order": "o", "line": 1, "n": 1}
        assert await records.get(LINES, ("o", 2)) == {"order": "o", "line": 2, "n": 7}


async def test_a_closed_platform_is_unavailable(tmp_path: Path) -> None:
    platform = opened(tmp_path)
    await platform.records.get(THINGS, "a")
    platform.close()
    platform.close()
    with pytest.raises(Unavailable):
        await platform.records.get(THINGS, "b")  # what was looked up in this turn is known still
    with pytest.raises(Unavailable):
        await platform.records.write([Put(THINGS, {"id": "a"})])
    with pytest.raises(Unavailable):
        await platform.lake.rows(UNITS)
    with pytest.raises(Unavailable):
        await platform.bus.end()


async def test_what_was_queued_before_the_close_is_written(tmp_path: Path) -> None:
    platform = opened(tmp_path)
    writing = asyncio.gather(
        *[platform.records.write([Put(THINGS, {"id": f"t{n}"})]) for n in range(50)]
    )
    await asyncio.sleep(0)
    platform.close()
    await writing
    async with opened(tmp_path) as again:
        things = [i async for chunk in again.records.scan(THINGS) for i in chunk]
        assert len(things) == 50


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "omnix.db").write_bytes(b"no database at all " * 1000)
    with pytest.raises(Unavailable):
        Database(tmp_path / "omnix.db")


async def test_a_new_index_finds_old_items_even_after_an_old_version_wrote(
    tmp_path: Path,
) -> None:
    """Versions come and go: the one without the index leaves its columns behind the times."""
    old = dataclasses.replace(THINGS, indexes=())
    new = dataclasses.replace(THINGS, indexes=(Index("by_tag", "tag", "when"),))

    async def found() -> list[str]:
        async with open_local(tmp_path, [new], []) as platform:
            page = await platform.records.query(new, "x", index="by_tag")
            return [item["id"] for item in page.items]

    async with open_local(tmp_path, [old], []) as platform:
        await platform.records.write(
            [Put(old, {"id": "a", "tag": "x", "when": 2}), Put(old, {"id": "b", "tag": "x"})]
        )
    assert await found() == ["a"]
    async with open_local(tmp_path, [old], []) as platform:
        await platform.records.write(
            [
                Update(old, "a", set={"tag": "y"}),
                Put(old, {"id": "c", "tag": "x", "when": 1}),
                Update(old, "b", set={"when": 3}),
            ]
        )
    assert await found() == ["c", "b"]


async def test_a_new_column_reads_as_null_in_old_files(tmp_path: Path) -> None:
    new = dataclasses.replace(SALES, columns={**SALES.columns, "channel": "VARCHAR"})
    query = Query("q", "", "SELECT units, channel FROM sales ORDER BY units", ("sales",))
    async with open_local(tmp_path, [], [SALES]) as platform:
        await platform.lake.append(SALES, {"month": ["2026-01"], "units": [1]})
    async with open_local(tmp_path, [], [new]) as platform:
        assert await platform.lake.rows(query) == [{"units": 1, "channel": None}]
        assert await platform.lake.delete(new, {"channel": "web"}) == 0
        await platform.lake.append(new, {"month": ["2026-01"], "units": [2], "channel": ["web"]})
        expected = [{"units": 1, "channel": None}, {"units": 2, "channel": "web"}]
        assert await platform.lake.rows(query) == expected
        await platform.lake.compact(new)
        assert await platform.lake.rows(query) == expected
    async with open_local(tmp_path, [], [SALES]) as platform:
        await platform.lake.append(SALES, {"month": ["2026-01"], "units": [3]})
        assert [row["units"] for row in await platform.lake.rows(UNITS)] == [1, 2, 3]


async def test_expired_items_are_swept(tmp_path: Path) -> None:
    tokens = COLLECTIONS[2]
    async with opened(tmp_path) as platform:
        await platform.records.load(
            tokens, ({"id": f"t{n}", "expires": 1000 if n % 2 else 2**40} for n in range(2000))
        )
        await platform.records.sweep()
        rows = platform.database.select("SELECT count(*) FROM c_tokens")
        assert rows == [(1000,)]


async def test_a_page_is_found_by_its_index_alone(tmp_path: Path) -> None:
    """No plan may look at more than it returns: nothing scanned, nothing sorted."""
    async with opened(tmp_path) as platform:
        await platform.records.load(
            THINGS, ({"id": f"t{n:04}", "group": "g", "rank": n % 5} for n in range(500))
        )
        asked: list[str] = []
        select = platform.database.select

        def noted(sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
            plan = select(f"EXPLAIN QUERY PLAN {sql}", parameters)
            asked.extend(str(row[3]) for row in plan)
            return select(sql, parameters)

        platform.database.select = noted  # type: ignore[method-assign]
        for newest_first in (False, True):
            cursor = None
            for _ in range(3):
                page = await platform.records.query(
                    THINGS,
                    "g",
                    index="by_group",
                    low=0,
                    high=4,
                    newest_first=newest_first,
                    cursor=cursor,
                    limit=20,
                )
                cursor = page.next_cursor
        assert len(asked) == 6
        assert all(line.startswith("SEARCH c_things USING INDEX") for line in asked), asked
        assert all("a_rank,pk)" in line for line in (*asked[1:3], *asked[4:])), asked


async def test_who_asks_is_not_told_where_files_lie(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path) as platform:
        row = {"month": ["2026-01"], "day": [date(2026, 1, 1)], "units": [1]}
        await platform.lake.append(SALES, row)
        for file in platform.lake.folder(SALES).rglob("*.parquet"):
            file.unlink()
        with pytest.raises(Unavailable) as refused:
            await platform.lake.rows(UNITS)
        assert str(tmp_path) not in refused.value.detail
        assert str(tmp_path) in str(refused.value.__cause__)
        assert str(tmp_path) in caplog.text

    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database " * 100)
    caplog.clear()
    with pytest.raises(Unavailable) as refused:
        Database(broken)
    assert isinstance(refused.value.__cause__, apsw.NotADBError)
    assert str(refused.value.__cause__) not in refused.value.detail
    assert str(refused.value.__cause__) in caplog.text
