"""What a process changed last it knows by heart, and never believes once somebody else wrote."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import apsw
import pytest

from omnix.adapters.local import database, latest
from omnix.adapters.local.database import Database
from omnix.adapters.local.group import Group
from omnix.adapters.local.platform import LocalPlatform, open_local
from omnix.kit.declare import Collection
from omnix.kit.errors import ConditionFailed
from omnix.kit.events import Event
from omnix.kit.urgency import CAN_WAIT
from omnix.platform.consume import POISONED, TROUBLED, Consumer, consume_forever
from omnix.ports import AtLeast, Delete, Ports, Put, Update

pytestmark = pytest.mark.anyio

COUNTS = Collection("counts", "things", ("shop", "id"))


def opened(data: Path, pause: float = 0.0) -> LocalPlatform:
    return open_local(data, (COUNTS, POISONED, TROUBLED), (), pause=pause)


@pytest.fixture
async def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LocalPlatform]:
    monkeypatch.setattr(database, "SLOW_SECONDS", 10.0)
    async with opened(tmp_path) as platform:
        for id in ("a", "b", "c"):
            await platform.records.write([Put(COUNTS, {"shop": "s", "id": id, "left": 10})])
        yield platform


@pytest.fixture
def reads(here: LocalPlatform) -> list[str]:
    """Statements by which the writing connection looks at items."""
    seen: list[str] = []

    def trace(cursor: Any, sql: str, bindings: Any) -> bool:
        if sql.startswith("SELECT"):
            seen.append(sql)
        return True

    here.database._writer.exec_trace = trace
    return seen


async def take(platform: LocalPlatform, id: str, units: int = 1) -> None:
    when = (AtLeast("left", units),)
    await platform.records.write([Update(COUNTS, ("s", id), add={"left": -units}, when=when)])


async def left(platform: LocalPlatform) -> dict[str, int]:
    found = await platform.records.query(COUNTS, "s")
    return {item["id"]: item["left"] for item in found.items}


async def test_an_item_changed_again_and_again_is_read_once(
    here: LocalPlatform, reads: list[str]
) -> None:
    for _ in range(5):
        await asyncio.gather(take(here, "a"), take(here, "b"))
    assert len(reads) == 2  # one of each
    await asyncio.gather(*[take(here, id) for id in "abc"])
    assert len(reads) == 3
    assert await left(here) == {"a": 4, "b": 4, "c": 9}
    with pytest.raises(ConditionFailed):
        await take(here, "a", 5)


async def test_what_another_process_wrote_is_what_counts(
    here: LocalPlatform, reads: list[str], tmp_path: Path
) -> None:
    await take(here, "a")
    async with opened(tmp_path) as there:
        await take(there, "a", 8)
        with pytest.raises(ConditionFailed):
            await take(here, "a", 2)
        await take(here, "a")
        await there.records.write([Delete(COUNTS, ("s", "a"))])
        with pytest.raises(ConditionFailed):
            await take(here, "a")
        await there.records.load(COUNTS, [{"shop": "s", "id": "a", "left": 3}])
        await take(here, "a", 3)
    assert await left(here) == {"a": 0, "b": 10, "c": 10}
    assert reads


async def test_what_is_put_deleted_or_loaded_here_is_no_longer_what_it_was(
    here: LocalPlatform,
) -> None:
    await asyncio.gather(*[take(here, id) for id in "abc"])
    await here.records.write(
        [Put(COUNTS, {"shop": "s", "id": "a", "left": 5}), Delete(COUNTS, ("s", "b"))]
    )
    await here.records.load(COUNTS, [{"shop": "s", "id": "c", "left": 2}])
    await take(here, "a", 5)
    await take(here, "c", 2)
    for id in "abc":
        with pytest.raises(ConditionFailed):
            await take(here, id)
    assert await left(here) == {"a": 0, "c": 0}


async def test_a_transaction_that_came_to_nothing_is_not_remembered(here: LocalPlatform) -> None:
    await take(here, "a")

    def faulty(group: Group) -> None:
        group.run("INSERT INTO nowhere VALUES(?)", (1,))

    results = await asyncio.gather(
        take(here, "a", 2), here.database.submit(faulty), return_exceptions=True
    )
    assert results[0] is None
    assert isinstance(results[1], apsw.SQLError)
    await take(here, "a", 7)
    assert (await left(here))["a"] == 0


async def test_of_many_items_those_known_longest_are_read_again(
    here: LocalPlatform, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latest, "MOST", 2)
    for id in "abc":
        await take(here, id)
    seen = len(reads)
    await take(here, "c")
    assert len(reads) == seen
    await take(here, "a")
    assert len(reads) == seen + 1
    assert await left(here) == {"a": 8, "b": 9, "c": 8}


async def test_who_writes_beside_others_gathers_for_a_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SLOW_SECONDS", 10.0)
    sizes: list[int] = []
    write_all = Database._write_all

    def counted(self: Database, group: list[database._Unit]) -> list[Any]:
        if self is behind.database:
            sizes.append(len(group))
        return write_all(self, group)

    monkeypatch.setattr(Database, "_write_all", counted)

    async def thrice() -> None:
        writes = []
        for units in range(3):
            new = Put(COUNTS, {"shop": "s", "id": str(units), "left": units})
            writes.append(asyncio.ensure_future(behind.records.write([new])))
            for _ in range(2 * database.TURNS):
                await asyncio.sleep(0)
        await asyncio.gather(*writes)

    async with opened(tmp_path) as first, opened(tmp_path, pause=0.2) as behind:
        CAN_WAIT.set(True)
        await behind.records.write([Put(COUNTS, {"shop": "s", "id": "a", "left": 1})])
        await asyncio.sleep(0.2)
        sizes.clear()
        await thrice()
        assert sizes == [1, 1, 1]
        await first.records.write([Put(COUNTS, {"shop": "s", "id": "b", "left": 1})])
        await take(behind, "b")
        sizes.clear()
        await thrice()
        assert sizes == [3]
        sizes.clear()
        await thrice()
        assert sizes == [1, 1, 1]
        # What cannot wait is written at once, and takes along what could.
        await first.records.write([Put(COUNTS, {"shop": "s", "id": "b", "left": 1})])
        await take(behind, "b")
        sizes.clear()
        waits = asyncio.ensure_future(take(behind, "a"))
        for _ in range(2 * database.TURNS):
            await asyncio.sleep(0)
        assert sizes == []
        CAN_WAIT.set(False)
        await take(behind, "b", 0)
        assert sizes == [2]
        await waits


async def test_a_consumer_that_never_rests_waits_for_no_company(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SLOW_SECONDS", 10.0)
    taken: list[str] = []

    async def take_down(_: Ports, events: Sequence[Event]) -> None:
        taken.extend(event.key for event in events)

    async with opened(tmp_path) as first, opened(tmp_path, pause=3600.0) as behind:

        def reached(name: str) -> int:
            sql = "SELECT coalesce(max(position),0) FROM bus_positions WHERE consumer=?"
            return int(first.database.select(sql, (name,))[0][0])

        live = Consumer("live", ("made",), take_down, rest=0.0)
        dear = Consumer("dear", ("made",), take_down, rest=1e-9)
        working = [asyncio.create_task(consume_forever(behind.ports, c)) for c in (live, dear)]
        for number in range(4):
            key = f"k{number}"
            # Another process writes before each batch, so each commit is one beside others.
            await first.bus.publish([Event("made", key, "2026-01-01T00:00:00.000Z", {})])
            async with asyncio.timeout(30):
                while reached("live") < await first.bus.end():  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.01)
            assert key in taken
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
