"""What the local records keep in memory is never what somebody changed, in whichever process."""

import asyncio
import os
from pathlib import Path
from typing import Any

import apsw
import pytest

from omnix.adapters.local.backup import DATABASE
from omnix.adapters.local.database import Database
from omnix.adapters.local.platform import LocalPlatform, open_local, read_ahead
from omnix.adapters.local.remembered import MOST, READY
from omnix.adapters.local.tables import encode
from omnix.ports import Delete, Put, Update
from ports.declared import COLLECTIONS, FACTS, LINES, THINGS

pytestmark = pytest.mark.anyio


def opened(data: Path) -> LocalPlatform:
    return open_local(data, COLLECTIONS, FACTS)


def thing(id: str, rank: int = 1) -> dict[str, Any]:
    return {"id": id, "group": "g", "rank": rank}


async def rank(platform: LocalPlatform, id: str) -> Any:
    item = await platform.records.get(THINGS, id)
    return item["rank"] if item is not None else None


async def test_every_kind_of_change_by_another_process_is_seen_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as here, opened(tmp_path) as there:
        await here.records.write([Put(THINGS, thing("a"))])
        assert [await rank(here, "a"), await rank(there, "a")] == [1, 1]
        await there.records.write([Update(THINGS, "a", add={"rank": 1})])
        assert await rank(here, "a") == 2
        await there.records.load(THINGS, [thing("a", 3)])
        assert await rank(here, "a") == 3
        await there.records.write([Delete(THINGS, "a")])
        assert await rank(here, "a") is None
        assert await here.records.get_many(THINGS, ["a", "b"]) == [None, None]
        await there.records.write([Put(THINGS, thing("a", 4)), Put(THINGS, thing("b", 5))])
        assert [
            each["rank"] for each in await here.records.get_many(THINGS, ["b", "a"]) if each
        ] == [
            5,
            4,
        ]


async def test_readers_and_writers_at_once_never_read_backwards(tmp_path: Path) -> None:
    async with opened(tmp_path) as here, opened(tmp_path) as there:
        await here.records.write([Put(THINGS, thing("a", 0))])
        acknowledged = 0

        async def write(platform: LocalPlatform) -> None:
            nonlocal acknowledged
            for _ in range(50):
                await platform.records.write([Update(THINGS, "a", add={"rank": 1})])
                acknowledged += 1

        async def read(platform: LocalPlatform) -> None:
            while acknowledged < 100:
                known = acknowledged
                assert await rank(platform, "a") >= known
                await asyncio.sleep(0)

        await asyncio.gather(write(here), write(there), read(here), read(there))
        assert await rank(here, "a") == 100


async def test_what_is_kept_costs_one_look_at_the_counts_a_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: list[str] = []
    select = Database.select

    def counted(self: Database, sql: str, parameters: tuple[Any, ...] = ()) -> Any:
        statements.append(sql)
        return select(self, sql, parameters)

    async with opened(tmp_path) as platform:
        await platform.records.write([Put(THINGS, thing(f"t{n}")) for n in range(90)])
        keys = [f"t{n}" for n in range(90)]
        await platform.records.get_many(THINGS, keys)
        await asyncio.sleep(0)
        monkeypatch.setattr(Database, "select", counted)
        for _ in range(20):
            await platform.records.get_many(THINGS, keys)
            await platform.records.get(THINGS, "t7")
        assert len(statements) == 1

        # A change of another collection forgets nothing.
        await platform.records.write([Put(LINES, {"order": "o", "line": 1})])
        statements.clear()
        await platform.records.get_many(THINGS, keys)
        assert len(statements) == 1

        # Of what is asked for only the unknown is read, and that there is none is kept too.
        statements.clear()
        for _ in range(3):
            assert await platform.records.get_many(THINGS, ["t7", "none"]) == [thing("t7"), None]
            assert await platform.records.get(THINGS, "none") is None
        assert len(statements) == 2


async def test_what_is_partly_kept_is_read_of_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    select = Database.select
    async with opened(tmp_path) as platform:
        await platform.records.write([Put(THINGS, thing("a")), Put(THINGS, thing("b"))])
        assert await rank(platform, "a") == 1

        def change(connection: apsw.Connection) -> None:
            for id in "ab":
                body = encode(thing(id, 2))
                connection.execute("UPDATE c_things SET body=? WHERE pk=?", (body, id))
            connection.execute("UPDATE remembered SET changes=changes+1 WHERE name='things'")

        def late(self: Database, sql: str, parameters: tuple[Any, ...] = ()) -> Any:
            if parameters == ("b",):  # another process is quicker than this read
                self.transact(change)
            return select(self, sql, parameters)

        monkeypatch.setattr(Database, "select", late)
        found = await platform.records.get_many(THINGS, ["a", "b"])
        assert [item["rank"] for item in found if item] == [2, 2]


async def test_memory_is_bounded(tmp_path: Path) -> None:
    async with opened(tmp_path) as platform:
        await platform.records.load(THINGS, [thing(f"t{n}") for n in range(MOST + 50)])
        for start in range(0, MOST + 50, 50):
            keys = [f"t{n}" for n in range(start, start + 50)]
            assert None not in await platform.records.get_many(THINGS, keys)
        kept = platform.records._remembered.of(platform.records._tables["things"])  # type: ignore[attr-defined]
        assert len(kept) == MOST
        assert sum(type(item) is not bytes for item in kept.values()) < READY
        assert await platform.records.get(THINGS, f"t{MOST}") == thing(f"t{MOST}")


async def test_the_whole_database_is_read_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(
        os, "posix_fadvise", lambda _, start, length, how: asked.append((start, length))
    )
    read_ahead(tmp_path)
    assert asked == []
    async with opened(tmp_path) as platform:
        await platform.records.load(THINGS, [thing(f"t{n}" * 20) for n in range(3000)])
    read_ahead(tmp_path)
    ends = [0, *(start + length for start, length in asked)]
    assert [start for start, _ in asked] == ends[:-1]
    size = (tmp_path / DATABASE).stat().st_size
    assert len(asked) > 1
    assert ends[-2] < size <= ends[-1]
