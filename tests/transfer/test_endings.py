"""Imports that die in between: what others need of them is there after the next attempt."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from omnix.domains.system.setup import data_until
from omnix.platform import jobs
from omnix.ports import Ports
from omnix.transfer import following
from omnix.transfer.incoming.plan.planning import plan
from omnix.transfer.incoming.run import run_import
from omnix.transfer.report import ImportReport

from . import samples
from .shop import bring, checksum, sales, shop

pytestmark = pytest.mark.anyio


class Died(Exception):
    """Stands for the end of the process."""


def dying(real: Any, count: Callable[[str], bool]) -> Any:
    """A port whose operations die where ``count`` says so of their name, before they begin."""

    class Dying:
        def __getattr__(self, name: str) -> Any:
            found = getattr(real, name)

            async def operation(*args: Any, **more: Any) -> Any:
                if count(name):
                    raise Died
                return await found(*args, **more)

            return operation if name in ("write", "send", "append", "delete", "put") else found

    return Dying()


def after(steps: int, seen: list[str]) -> Callable[[str], bool]:
    def count(name: str) -> bool:
        seen.append(name)
        return len(seen) > steps

    return count


async def test_what_follows_an_import_is_asked_for_wherever_it_dies(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(samples.UCI)

    async def run(ports: Ports, folder: Path) -> ImportReport:
        return await run_import(ports, folder, plan(path))

    async def attempt(folder: Path, steps: int) -> int:
        """Die after so many writes, then run again; how many there are without dying."""
        seen: list[str] = []
        async with shop(folder) as ports:
            count = after(steps, seen)
            mortal = replace(
                ports, records=dying(ports.records, count), jobs=dying(ports.jobs, count)
            )
            try:
                await run(mortal, folder)
            except Died:
                await run(ports, folder)
            assert str(await data_until(ports)) == "2010-06-09"
            # As a worker does when it starts: what was written down is sent.
            await jobs.resend(ports)
            queued = [await ports.jobs.receive([type.name], 60) for type in following.FOLLOWING]
            assert None not in queued
        return len(seen)

    whole = await attempt(tmp_path / "whole", 1000)
    # Each of what follows is written down and sent, before the end itself is written down.
    last = 2 * len(following.FOLLOWING) + 2
    for steps in range(whole - last, whole, 3):
        await attempt(tmp_path / str(steps), steps)


async def test_prices_of_earlier_imports_outlive_a_later_one_that_dies(tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text(samples.UCI)
    head = samples.UCI.splitlines()[0]
    second.write_text(
        f"{head}\n700020,10001,BLUE CUP,1,7/1/2010 9:00,2.75,503.0,France\n"
        "700021,10003,GREEN CUP,1,7/2/2010 9:00,4.00,503.0,France\n"
    )
    async with shop(tmp_path / "whole") as ports:
        await bring(ports, tmp_path, first)
        await bring(ports, tmp_path, second)
        whole = await checksum(ports)
        rows = await sales(ports, "SELECT price_minor FROM prices WHERE product_id='10001'")
        assert len(rows) == 3
    died = 0
    for steps in range(4):
        folder = tmp_path / str(steps)
        async with shop(folder) as ports:
            await bring(ports, folder, first)
            count = after(steps, [])
            mortal = replace(ports, lake=dying(ports.lake, count), blobs=dying(ports.blobs, count))
            try:
                await bring(mortal, folder, second)
            except Died:
                died += 1
                await bring(ports, folder, second)
            assert await checksum(ports) == whole
            assert not [name for name in await ports.blobs.list() if "known-prices" in name]
    assert died == 4


async def test_a_refused_row_is_no_formula_for_whoever_opens_the_file(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    row = '700030,=1+1,"@SUM(A1)",x,7/1/2010 9:00,2.75,503.0,France\n'
    path.write_text(samples.UCI + row)
    async with shop(tmp_path / "shop") as ports:
        report = await bring(ports, tmp_path / "shop", path, dry_run=True)
    told = list(csv.reader(Path(report.refused_file or "").read_text().splitlines()))
    assert told[-1][-2:] == ["'=1+1", "'@SUM(A1)"]
    assert not [cell for cells in told for cell in cells if cell.startswith(("=", "+", "-", "@"))]
