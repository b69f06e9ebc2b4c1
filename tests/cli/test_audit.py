"""The audit log taken out by the command line, and proven by what was taken out."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from omnix.cli import app, audit  # noqa: F401 - adds its commands
from omnix.domains.auth import audit as log
from omnix.domains.auth.declare import AUDIT, AUDIT_HEAD
from omnix.kit.errors import Conflict, Invalid, OmnixError
from omnix.kit.events import Event
from omnix.ports import Ports, Put
from omnix.runtimes.local import platform

AT = "2026-01-01T00:00:00.000Z"


def omnix(*words: object, fails: type[OmnixError] | None = None) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if fails is None:
        assert result.exception is None, result.output
        return result.output
    assert isinstance(result.exception, fails), result.output
    return result.exception.detail


def _event(number: int, by: str = "usr_a") -> Event:
    return Event("product.changed", f"p{number}", AT, {"by": by}, f"evt_{number}", sequence=number)


async def _record(ports: Ports, *numbers: int) -> None:
    await log.record(ports, [_event(number) for number in numbers])


async def _forge(ports: Ports) -> None:
    """Make the chain anew from its second entry on, as who holds the database can."""
    entries = [entry async for entry in log.along(ports)]
    previous = entries[0].hash
    for number in range(2, len(entries) + 1):
        item = log._entry(_event(number, "usr_nobody"), number, previous)
        previous = item["hash"]
        await ports.records.write([Put(AUDIT, item)])
    head = await ports.records.get(AUDIT_HEAD, log.CHAIN)
    assert head is not None
    await ports.records.write([Put(AUDIT_HEAD, {**head, "hash": previous})])


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"

    async def make() -> None:
        async with platform(folder) as local:
            await _record(local.ports, *range(1, 8))

    asyncio.run(make())
    return folder


def test_an_export_proves_the_log_later(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    assert "7 entries" in omnix("audit", "export", file, "--data", shop)
    omnix("audit", "export", file, "--data", shop, fails=Conflict)

    async def more() -> None:
        async with platform(shop) as local:
            await _record(local.ports, 8, 9)

    asyncio.run(more())
    assert "9 entries, intact" in omnix("audit", "verify", "--against", file, "--data", shop)


def test_a_chain_made_anew_is_told_by_what_was_noted(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    omnix("audit", "export", file, "--data", shop)

    async def forge() -> None:
        async with platform(shop) as local:
            await _forge(local.ports)

    asyncio.run(forge())
    assert "intact" in omnix("audit", "verify", "--data", shop)
    told = omnix("audit", "verify", "--against", file, "--data", shop, fails=Conflict)
    assert told == "entry 2 is not the entry that was noted"


def test_an_altered_entry_is_found(shop: Path) -> None:
    async def alter() -> None:
        async with platform(shop) as local:
            item = await local.ports.records.get(AUDIT, (log.CHAIN, 4))
            assert item is not None
            await local.ports.records.write([Put(AUDIT, {**item, "actor": "usr_b"})])

    asyncio.run(alter())
    told = omnix("audit", "verify", "--data", shop, fails=Conflict)
    assert told == "entry 4 was altered"


def test_an_export_that_holds_more_than_the_log(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    omnix("audit", "export", file, "--data", shop)
    last = file.read_text().splitlines()[-1]
    file.write_text(file.read_text() + last.replace('"number":7', '"number":8') + "\n")
    told = omnix("audit", "verify", "--against", file, "--data", shop, fails=Conflict)
    assert told == "entry 8 is missing"
    file.write_text("no entry\n")
    omnix("audit", "verify", "--against", file, "--data", shop, fails=Invalid)
