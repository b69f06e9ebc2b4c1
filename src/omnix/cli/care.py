"""``omnix doctor``, ``backup``, ``restore`` and ``forecast``."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from omnix.cli import DEFAULT_DATA, DataOption, app, console, existing
from omnix.kit.errors import Conflict


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")],
    data: DataOption = DEFAULT_DATA,
    secrets: Annotated[
        bool, typer.Option("--secrets", help="Copy signing keys too: keep such a copy safe.")
    ] = False,
) -> None:
    """Copy everything, at one instant, while OMNIX runs or not."""
    from omnix.runtimes.local import platform

    async def work() -> int:
        async with platform(existing(data)) as local:
            return len((await local.backup(target, secrets=secrets)).files)

    console.print(f"{asyncio.run(work()):,} files in {target}, verified.", markup=False)


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="A backup.")], data: DataOption = DEFAULT_DATA
) -> None:
    """Verify a backup and put it in place of an empty data folder."""
    from omnix.adapters.local.backup import restore as put_back

    manifest = put_back(source, data)
    console.print(
        f"{len(manifest.files):,} files of {manifest.made_at} restored to {data}.", markup=False
    )


@app.command()
def doctor(data: DataOption = DEFAULT_DATA) -> None:
    """Check this machine and the data: what is installed, and whether everything adds up."""
    from omnix.declared import FACTS
    from omnix.domains.inventory import stock
    from omnix.domains.system.health import Doctor
    from omnix.engine.forecast import implementation
    from omnix.runtimes import local, offline

    table = Table("check", "result", box=None)
    table.add_row("Python", sys.version.split()[0])
    kernel = implementation()
    table.add_row("forecast kernel", f"{kernel}" + ("" if kernel == "native" else " (slower)"))
    web = (local.web_root() / "index.html").is_file()
    table.add_row("web pages", "built" if web else "not built: run `make web`")
    failed = False

    async def work() -> None:
        nonlocal failed
        async with local.platform(data) as platform:
            if platform.foundation.configured:
                try:
                    table.add_row("foundation model", await platform.foundation.name())
                except Conflict as error:
                    table.add_row("foundation model", error.detail)
                    failed = True
            health = await Doctor(platform.ports, FACTS).report()
            for check in health.checks:
                if check.name == "worker" and not offline.server_running(data):
                    table.add_row("server", "not running")
                    continue
                table.add_row(check.name, f"{check.status} {check.detail}")
                failed = failed or check.status == "failed"
            wrong = await stock.differences(platform.ports)
            told = "ledger equals balance" if not wrong else f"{len(wrong)} stocks differ"
            table.add_row("stock", told)
            for line in wrong[:10]:
                table.add_row("", line)
            failed = failed or bool(wrong)

    if (data / "omnix.db").is_file():
        asyncio.run(work())
    else:
        table.add_row("data", f"{data} is empty: a first start will fill it")
    console.print(table)
    if failed:
        raise typer.Exit(1)


@app.command()
def forecast(
    data: DataOption = DEFAULT_DATA,
    product: Annotated[str | None, typer.Option(help="Show one product's forecast.")] = None,
    days: Annotated[int, typer.Option(min=1, max=365)] = 30,
    foundation: Annotated[
        bool, typer.Option("--foundation", help="Try the foundation model against what answers.")
    ] = False,
) -> None:
    """Forecast every product now, or show the forecast of one."""
    from omnix.adapters.local.platform import LocalPlatform
    from omnix.domains.forecasting import service
    from omnix.domains.forecasting.declare import FORECAST_ALL, FORECAST_CONTEST
    from omnix.kit.declare import JobType
    from omnix.kit.time import instant
    from omnix.platform import jobs
    from omnix.runtimes import offline
    from omnix.runtimes.local import platform

    async def one(id: str) -> None:
        async with platform(existing(data)) as local:
            made = await service.forecast_one(local.ports, id, days)
        table = Table("day", "mean", "10%", "50%", "90%", box=None, title=made.name)
        for point in made.points:
            figures = (point.mean, point.q10, point.q50, point.q90)
            table.add_row(point.day, *(f"{figure:,.1f}" for figure in figures))
        console.print(table)
        for note in made.notes:
            console.print(note.text, markup=False)

    async def done(local: LocalPlatform, type: JobType) -> dict[str, Any]:
        ports = local.ports
        id = f"cli-{type.name}-{instant(ports.clock.now())}"
        await jobs.submit(ports, type, {}, by="command line", id=id)
        with console.status("Forecasting") as status:
            if offline.server_running(data):
                await offline.watch(ports, [id], lambda step: status.update(escape(step)))
            else:
                await offline.finish(local, lambda step: status.update(escape(step)))
        run = await jobs.get(ports, id)
        if run.state != "done":
            raise Conflict(f"the forecast {run.state}: {run.error}")
        return run.result or {}

    async def contest() -> None:
        async with platform(existing(data)) as local:
            await local.ports.foundation.name()
            told = await done(local, FORECAST_CONTEST)
        if told["model"] is None:
            raise Conflict(f"the foundation model was not tried: {told['reason']}")
        groups = ", ".join(told["answers_for"]) or "nothing"
        console.print(f"{told['model']} answers for {groups}.", markup=False)
        console.print(told["verdict"], markup=False)

    async def all() -> None:
        async with platform(existing(data)) as local:
            told = await done(local, FORECAST_ALL)
            accuracy = await service.accuracy(local.ports)
        console.print(f"{told.get('products', 0):,} products forecast.")
        if accuracy.wape is not None:
            console.print(
                f"Backtest over {accuracy.horizon_days} days: WAPE {accuracy.wape:.1%}, "
                f"bias {accuracy.bias:+.1%}, 80% interval holds {accuracy.coverage_80:.1%}."
            )

    asyncio.run(contest() if foundation else one(product) if product else all())
