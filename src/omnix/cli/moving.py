"""``omnix push`` and ``omnix pull``: a whole shop to AWS and back."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from omnix.cli import DEFAULT_DATA, DataOption, app, console, existing
from omnix.kit.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from omnix.transfer.moving.move import Report, Side

_AWS = "aws"
_RATE = 2000

EnvironmentOption = Annotated[str, typer.Option("--env", help="dev, staging, prod or test.")]
ProjectOption = Annotated[str, typer.Option(help="What the names of the resources begin with.")]
RegionOption = Annotated[str | None, typer.Option(help="Region; else the environment's own.")]
ProfileOption = Annotated[str | None, typer.Option(help="Profile of the AWS configuration.")]
StackOption = Annotated[
    str | None, typer.Option(help="The stack's name, if it is not <project>-infrastructure-<env>.")
]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on with a copy that was begun.")]
RateOption = Annotated[
    int, typer.Option(min=1, help="Items a second, so that a shop at work keeps its capacity.")
]


@app.command()
def push(
    to: Annotated[str, typer.Option("--to", help="Where to: aws.")] = _AWS,
    env: EnvironmentOption = "dev",
    project: ProjectOption = "omnix-ai",
    region: RegionOption = None,
    profile: ProfileOption = None,
    stack: StackOption = None,
    data: DataOption = DEFAULT_DATA,
    resume: ResumeOption = False,
    rate: RateOption = _RATE,
) -> None:
    """Copy this shop into a deployed stack that holds none, and compare both."""
    _only_aws("--to", to)
    existing(data)

    async def work() -> "Report":
        async with (
            _here(data) as here,
            _there(stack, project, env, region, profile) as there,
        ):
            return await _move(here, there, resume, rate)

    _show(asyncio.run(work()))
    console.print("The shop lives in the stack from now on; the folder stays as it was.")


@app.command()
def pull(
    data: Annotated[Path, typer.Option("--data", help="A folder that holds no shop yet.")],
    source: Annotated[str, typer.Option("--from", help="Where from: aws.")] = _AWS,
    env: EnvironmentOption = "dev",
    project: ProjectOption = "omnix-ai",
    region: RegionOption = None,
    profile: ProfileOption = None,
    stack: StackOption = None,
    resume: ResumeOption = False,
    rate: RateOption = _RATE,
) -> None:
    """Copy the shop of a deployed stack into an empty folder, and compare both."""
    _only_aws("--from", source)

    async def work() -> "Report":
        async with (
            _there(stack, project, env, region, profile) as there,
            _here(data) as here,
        ):
            return await _move(there, here, resume, rate)

    _show(asyncio.run(work()))
    console.print(f"See it with: omnix run --data {data}", markup=False, soft_wrap=True)


def _only_aws(option: str, given: str) -> None:
    if given != _AWS:
        raise Invalid.field(option, f"must be {_AWS}")


@asynccontextmanager
async def _here(data: Path) -> AsyncIterator["Side"]:
    """The shop of a folder, at rest: no server is at it, and what waited is done."""
    from omnix.runtimes import offline
    from omnix.runtimes.local import platform
    from omnix.runtimes.locking import FolderLock
    from omnix.transfer.moving.move import Side

    async with platform(data) as local:
        lock = FolderLock(data)
        lock.acquire("a copy of the whole shop")
        try:
            with console.status("Finishing what waits") as status:
                await offline.finish(local, lambda step: status.update(step))
            yield Side(local.ports, str(data))
        finally:
            lock.release()


@asynccontextmanager
async def _there(
    stack: str | None, project: str, env: str, region: str | None, profile: str | None
) -> AsyncIterator["Side"]:
    """The shop of a stack."""
    try:
        from omnix.runtimes.aws.outside import outside
    except ModuleNotFoundError as error:
        raise Unavailable("AWS needs its libraries: pip install 'omnix-ai[aws]'") from error
    from omnix.transfer.moving.move import Side

    name = stack or f"{project}-infrastructure-{env}"
    with tempfile.TemporaryDirectory(prefix="omnix-lake-") as cache:
        async with outside(name, project, env, Path(cache), region, profile) as ports:
            yield Side(ports, name)


async def _move(source: "Side", target: "Side", resume: bool, rate: int) -> "Report":
    from omnix.app import CONSUMERS
    from omnix.cli.data import _bar
    from omnix.declared import COLLECTIONS, FACTS
    from omnix.transfer.moving.move import move
    from omnix.transfer.moving.pace import Pace

    with _bar() as bar:
        task = bar.add_task("looking at both sides", total=None)

        def told(done: int, total: int, step: str) -> None:
            bar.update(task, completed=done, total=total, description=step)

        progress: Callable[[int, int, str], None] = told
        return await move(
            source,
            target,
            COLLECTIONS,
            FACTS,
            CONSUMERS,
            resume=resume,
            pace=Pace(rate),
            progress=progress,
        )


def _show(report: "Report") -> None:
    from omnix.transfer.moving.what import ALSO_STAYS, STAYS

    table = Table("part", "count", "checksum", "removed there", box=None)
    for part in report.parts:
        removed = f"{part.removed:,}" if part.removed else ""
        table.add_row(part.name, f"{part.count:,}", part.checksum[:16], removed)
    console.print(table)
    console.print("\nEqual on both sides. Not copied:")
    for name, reason in {**STAYS, **ALSO_STAYS}.items():
        console.print(f"  {name}: {reason}", markup=False, soft_wrap=True)
