"""Backups of a local data folder: one instant, checked, and restored as it was."""

import asyncio
from pathlib import Path

import pytest

from omnix.adapters.local import backup as backup_module
from omnix.adapters.local.backup import restore, verify
from omnix.adapters.local.platform import LocalPlatform, open_local
from omnix.kit.errors import AlreadyExists, Invalid
from omnix.kit.events import Event
from omnix.ports import Put, Query, Update
from ports.declared import COLLECTIONS, FACTS, SALES, THINGS

pytestmark = pytest.mark.anyio
COUNT = Query("n", "", "SELECT count(*) AS n FROM sales", ("sales",))


def opened(data: Path) -> LocalPlatform:
    return open_local(data, COLLECTIONS, FACTS)


async def project(platform: LocalPlatform) -> None:
    """What a projector does: events of the bus become rows, each once.

    A batch that was appended but not acknowledged comes again with newer events behind it, so
    the lake's own position tells which are new.
    """
    batch = await platform.bus.read("sales", ["thing.made"])
    known = await platform.lake.position(SALES, "sales") or 0
    new = [event for event in batch.events if event.sequence > known]
    if new:
        rows = {"month": ["2026-01"] * len(new), "units": [1] * len(new)}
        await platform.lake.append(SALES, rows, source="sales", version=batch.position)
    await platform.bus.acknowledge("sales", batch.position)


async def test_a_backup_under_writes_is_one_instant(tmp_path: Path) -> None:
    at = "2026-01-01T00:00:00.000Z"
    async with opened(tmp_path / "data") as platform:
        stop = False

        async def write() -> None:
            number = 0
            while not stop:
                number += 1
                await platform.records.write(
                    [Put(THINGS, {"id": f"t{number}"}), Update(THINGS, "count", {"n": 1})],
                    [Event("thing.made", f"t{number}", at, {})],
                )

        async def projecting() -> None:
            while not stop:
                await project(platform)
                await asyncio.sleep(0.005)

        at_work = asyncio.gather(write(), projecting())
        await platform.blobs.put("m/x", b"model")
        await platform.secrets.put("key", b"secret")
        for number in range(3):
            await asyncio.sleep(0.1)
            await platform.backup(tmp_path / f"backup{number}")
        stop = True
        await at_work
        with pytest.raises(AlreadyExists):
            await platform.backup(tmp_path / "backup0")
    for number in range(3):
        data = tmp_path / f"restored{number}"
        restore(tmp_path / f"backup{number}", data)
        async with opened(data) as platform:
            things = [i async for chunk in platform.records.scan(THINGS) for i in chunk]
            total = next(i["n"] for i in things if i["id"] == "count")
            assert total == len(things) - 1 > 0
            assert await platform.bus.end() == total
            position = await platform.lake.position(SALES, "sales") or 0
            assert position <= total
            # Going on from here loses and doubles nothing.
            await project(platform)
            assert await platform.lake.rows(COUNT) == [{"n": total}]
            assert await platform.blobs.get("m/x") == b"model"
            assert await platform.secrets.get("key") is None


async def test_a_commit_amid_the_backup_is_wholly_in_or_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event recorded, projected and acknowledged between the looks at lake and database."""
    at = "2026-01-01T00:00:00.000Z"
    look = backup_module._versions
    looks = 0

    async def step() -> None:
        async with opened(tmp_path / "data") as other:
            await other.bus.publish([Event("thing.made", "late", at, {})])
            await project(other)

    def disturbed(lake: Path) -> dict[str, int]:
        nonlocal looks
        looks += 1
        versions = look(lake)
        if looks == 1:
            asyncio.run(step())
        return versions

    async with opened(tmp_path / "data") as platform:
        await platform.bus.publish([Event("thing.made", "early", at, {})])
        await project(platform)
        monkeypatch.setattr(backup_module, "_versions", disturbed)
        await platform.backup(tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "restored")
    async with opened(tmp_path / "restored") as platform:
        await project(platform)
        assert await platform.lake.rows(COUNT) == [{"n": await platform.bus.end()}]


async def test_secrets_come_along_if_asked_for(tmp_path: Path) -> None:
    async with opened(tmp_path / "data") as platform:
        await platform.secrets.put("key", b"secret")
        await platform.backup(tmp_path / "backup", secrets=True)
    restore(tmp_path / "backup", tmp_path / "restored")
    file = tmp_path / "restored" / "secrets" / "key"
    assert file.read_bytes() == b"secret"
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("how", ["flip", "cut", "remove", "unfinished"])
async def test_a_damaged_backup_is_refused(tmp_path: Path, how: str) -> None:
    async with opened(tmp_path / "data") as platform:
        await platform.lake.append(SALES, {"month": ["2026-01"], "units": [1]})
        await platform.backup(tmp_path / "backup")
    verify(tmp_path / "backup")
    victim = next((tmp_path / "backup" / "lake").rglob("*.parquet"))
    if how == "flip":
        data = bytearray(victim.read_bytes())
        data[len(data) // 2] ^= 1
        victim.write_bytes(data)
    elif how == "cut":
        victim.write_bytes(victim.read_bytes()[:-1])
    elif how == "remove":
        victim.unlink()
    else:
        (tmp_path / "backup" / "manifest.json").unlink()
    with pytest.raises(Invalid):
        restore(tmp_path / "backup", tmp_path / "restored")
    assert not (tmp_path / "restored").exists()


async def test_a_restore_never_overwrites(tmp_path: Path) -> None:
    async with opened(tmp_path / "data") as platform:
        await platform.backup(tmp_path / "backup")
    with pytest.raises(AlreadyExists):
        restore(tmp_path / "backup", tmp_path / "data")
