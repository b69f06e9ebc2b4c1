"""What comes to a collection that grows waits in its tail, and is filed many at a time."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from omnix.adapters.local import filing
from omnix.adapters.local.filing import Filing
from omnix.adapters.local.platform import LocalPlatform, open_local
from omnix.kit.declare import Collection, Index
from omnix.ports import Put

pytestmark = pytest.mark.anyio

MOVES = Collection("moves", "things", ("stock", "entry"), grows=True)


def opened(data: Path, pause: float = 0.0) -> LocalPlatform:
    return open_local(data, (MOVES,), (), pause=pause)


def move(number: int) -> dict[str, Any]:
    # The keys come in another order than the items.
    return {"stock": f"p{number * 7 % 10}", "entry": f"e{number:04}", "units": number}


async def put(platform: LocalPlatform, first: int, last: int) -> None:
    for start in range(first, last, 50):
        some = range(start, min(start + 50, last))
        await platform.records.write([Put(MOVES, move(number)) for number in some])


def places(platform: LocalPlatform) -> tuple[int, int]:
    """How many lie in the table and in its tail."""
    ((table, tail),) = platform.database.select(
        "SELECT (SELECT count(*) FROM c_moves),(SELECT count(*) FROM t_moves)"
    )
    return table, tail


async def filed(platform: LocalPlatform, count: int) -> None:
    async with asyncio.timeout(20):
        while places(platform)[0] < count:  # noqa: ASYNC110 - done by a thread
            await asyncio.sleep(0.01)


async def found(platform: LocalPlatform) -> list[int]:
    """By query, and the same by scan."""
    numbers: list[int] = []
    for stock in range(10):
        cursor = None
        while True:
            page = await platform.records.query(MOVES, f"p{stock}", limit=20, cursor=cursor)
            numbers += [item["units"] for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
    scanned = [i["units"] async for chunk in platform.records.scan(MOVES) for i in chunk]
    assert sorted(scanned) == sorted(numbers)
    return sorted(numbers)


async def test_many_are_filed_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "MOST", 300)
    async with opened(tmp_path) as platform:
        await put(platform, 0, 250)
        assert places(platform) == (0, 250)
        assert await found(platform) == list(range(250))
        await put(platform, 250, 320)
        await filed(platform, 300)
        assert sum(places(platform)) == 320
        assert await found(platform) == list(range(320))
        await put(platform, 320, 700)
        await filed(platform, 600)
        assert await found(platform) == list(range(700))


async def test_few_are_filed_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "FILE_SECONDS", 0.05)
    async with opened(tmp_path) as platform:
        for number in range(3):
            await put(platform, number, number + 1)
            await filed(platform, number + 1)
        assert places(platform) == (3, 0)


async def test_what_was_left_is_filed_by_who_opens(tmp_path: Path) -> None:
    async with opened(tmp_path) as platform:
        await put(platform, 0, 120)
    async with opened(tmp_path) as platform:
        assert places(platform) == (120, 0)
        assert await found(platform) == list(range(120))


async def test_who_lets_others_go_first_files_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filing, "MOST", 10)
    monkeypatch.setattr(filing, "FILE_SECONDS", 0.01)
    async with opened(tmp_path) as first, opened(tmp_path, pause=0.001) as behind:
        await put(behind, 0, 100)
        await asyncio.sleep(0.1)
        assert places(behind) == (0, 100)
        assert await found(first) == list(range(100))
        await put(first, 100, 101)
        await filed(first, 101)
        assert places(behind) == (101, 0)
        await put(behind, 101, 110)
        assert await found(behind) == list(range(110))
        # Without another write of its own.
        await filed(first, 110)


async def test_very_many_are_filed_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filing, "MOST", 50)
    sizes: list[int] = []
    async with opened(tmp_path) as platform, opened(tmp_path, pause=0.001) as behind:
        await put(behind, 0, 420)
        await put(platform, 420, 421)
        while places(platform)[1]:
            sizes.append(places(platform)[1])
            await asyncio.sleep(0)
        assert places(platform) == (421, 0)
        assert len(set(sizes)) > 3
        assert await found(platform) == list(range(421))
        await put(platform, 421, 430)
        assert platform.database.select("SELECT max(rowid) FROM t_moves") == [(9,)]


async def test_a_scan_finds_each_once_while_others_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as platform:
        await put(platform, 0, 600)
        await platform.database.submit(Filing(platform.database, [_table(platform)])._file)
        await put(platform, 600, 1300)
        numbers: list[int] = []
        chunks = 0
        async for chunk in platform.records.scan(MOVES):
            numbers += [item["units"] for item in chunk]
            chunks += 1
            if chunks == 1:
                assert places(platform) == (600, 700)
                await platform.database.submit(Filing(platform.database, [_table(platform)])._file)
                assert places(platform) == (1300, 0)
        assert sorted(numbers) == list(range(1300))


async def test_a_filing_that_fails_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as platform:
        monkeypatch.setattr(filing, "MOST", 20)
        table = _table(platform)
        asked: list[str] = []
        submit = platform.database.submit
        monkeypatch.setattr(
            platform.database,
            "submit",
            lambda work, *given, **how: asked.append(work.__name__) or submit(work, *given, **how),
        )
        monkeypatch.setattr(filing, "FILE_SECONDS", 0.5)
        sound, table.clear = table.clear, "DELETE FROM nowhere"
        for start in range(0, 50, 10):
            await put(platform, start, start + 10)
        assert places(platform) == (0, 50)
        assert asked.count("_file") == 1  # and not with each of the writes
        table.clear = sound
        # With no further write.
        await filed(platform, 50)
        await put(platform, 50, 60)
        assert await found(platform) == list(range(60))


async def test_filed_items_come_in_the_order_of_their_keys(tmp_path: Path) -> None:
    async with opened(tmp_path) as platform:
        await put(platform, 0, 100)
    async with opened(tmp_path) as platform:
        keys = platform.database.select("SELECT pk,sk FROM c_moves ORDER BY rowid")
        assert keys == sorted(keys)
        assert len(keys) == 100


def test_what_grows_has_a_key_and_nothing_else() -> None:
    with pytest.raises(ValueError, match="moves grows"):
        Collection("moves", "things", ("id",), ttl="ends", grows=True)
    with pytest.raises(ValueError, match="moves grows"):
        Collection("moves", "things", ("id",), (Index("by", "a", "b"),), grows=True)


def _table(platform: LocalPlatform) -> Any:
    records: Any = platform.records
    return records._tables["moves"]
