"""``omnix import``, ``export`` and ``demo``."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from omnix.cli import DEFAULT_DATA, DataOption, app, console, existing
from omnix.kit.errors import Invalid

if TYPE_CHECKING:
    from omnix.transfer.incoming.plan.planning import ImportPlan
    from omnix.transfer.report import ImportReport


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=console,
    )


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = {}
    for text in given:
        field, equals, column = text.partition("=")
        if not equals:
            raise Invalid.field("--map", f"{text!r} must be FIELD=COLUMN")
        pairs[field.strip()] = column.strip()
    return pairs


def _show_plan(plan: "ImportPlan") -> None:
    source = plan.source
    size = f"{source.size / 1e6:.1f} MB"
    console.print(
        f"{source.path.name}: {plan.layout.title} ({source.format}, {size})", markup=False
    )
    table = Table("field", "column in the file", "how sure", "first row", box=None)
    first = plan.sample(1)
    for mapped in plan.mapping:
        example = first[0].get(mapped.field, "") if first else ""
        sure = f"{mapped.confidence:.0%} ({mapped.how})"
        table.add_row(mapped.title, mapped.column, sure, example[:40])
    console.print(table)
    if plan.unmapped:
        console.print(f"Not used: {', '.join(plan.unmapped)}", markup=False)
    for guess in plan.guesses:
        console.print(f"{guess.name}: {guess.value} ({guess.reason})", markup=False)
    for warning in plan.warnings:
        console.print(f"Warning: {warning}", style="yellow", markup=False)


def _show_report(report: "ImportReport") -> None:
    dry = report.state == "dry-run"
    console.print("\nDry run: nothing was stored." if dry else "\nImported.", style="bold")
    days = f"; days {report.first_day} to {report.last_day}" if report.first_day else ""
    console.print(f"Rows read: {report.rows:,}{days}")
    for name, count in report.counts.items():
        console.print(f"  {name}: {count:,}", markup=False)
    for title, group in (
        ("new", report.created),
        ("changed", report.changed),
        ("unchanged", report.unchanged),
    ):
        told = ", ".join(f"{count:,} {name}" for name, count in group.items() if count)
        if told:
            console.print(f"  {title}: {told}", markup=False)
    if report.doubled:
        console.print(f"Rows that stand twice, taken once: {report.doubled:,}")
    if report.not_imported:
        console.print("Rows that were not imported, by reason:")
        for reason, count in sorted(report.not_imported.items(), key=lambda r: -r[1]):
            console.print(f"  {count:,}: {reason}", markup=False)
        console.print(f"Every one of them: {report.refused_file}", markup=False, soft_wrap=True)
    for text in report.warnings:
        console.print(f"Warning: {text}", style="yellow", markup=False)
    for assumption in report.assumptions:
        console.print(f"Assumed: {assumption.text}", markup=False)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, XLSX, Parquet or JSON lines; .gz too.")],
    data: DataOption = DEFAULT_DATA,
    layout: Annotated[str | None, typer.Option(help="Its layout, if the guess is wrong.")] = None,
    map: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN, to correct the mapping.")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217 code, e.g. GBP.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="IANA zone, e.g. Europe/London.")] = None,
    name: Annotated[str | None, typer.Option(help="The shop's name, if it is empty yet.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Show the mapping and stop.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and check everything, store nothing.")
    ] = False,
) -> None:
    """Bring in products, customers, orders, sales history, stock and promotions.

    Again is safe: nothing doubles.
    """
    from omnix.runtimes import local, offline
    from omnix.transfer import following
    from omnix.transfer.incoming.plan.planning import ImportOptions, plan
    from omnix.transfer.incoming.run import run_import

    options = ImportOptions(
        layout=layout,
        mapping=_pairs(map or []),
        currency=currency,
        time_zone=time_zone,
        shop_name=name,
    )
    planned = plan(file, options)
    _show_plan(planned)
    if preview:
        return

    async def work() -> "ImportReport":
        async with local.platform(data) as platform:
            ports = platform.ports
            with _bar() as bar:
                task = bar.add_task("reading", total=None)

                def told(done: int, total: int, step: str) -> None:
                    bar.update(task, completed=done, total=total, description=step)

                report = await run_import(ports, data, planned, dry_run=dry_run, progress=told)
            if not dry_run:
                with console.status("Preparing dashboard and forecasts") as status:
                    if offline.server_running(data):
                        ids = following.ids(f"job_{planned.id[4:]}")
                        await offline.watch(ports, ids, lambda step: status.update(escape(step)))
                    else:
                        await offline.finish(platform, lambda step: status.update(escape(step)))
            return report

    _show_report(asyncio.run(work()))
    if not dry_run:
        console.print("\nSee it with: omnix run", markup=False)


@app.command()
def demo(
    data: DataOption = DEFAULT_DATA,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another shop.")] = 7,
    products: Annotated[int, typer.Option(min=1, max=200_000)] = 500,
    customers: Annotated[int, typer.Option(min=0, max=1_000_000)] = 2000,
    days: Annotated[int, typer.Option(min=7, max=3660, help="Days of history.")] = 1096,
    locations: Annotated[int, typer.Option(min=1, max=50)] = 2,
) -> None:
    """Fill an empty data folder with a simulated shop, whose truth is known."""
    import dataclasses

    from omnix.runtimes import local, offline
    from omnix.transfer.demo.load import default_spec, load_demo, prepare

    async def work() -> dict[str, int]:
        async with local.platform(data) as platform:
            ports = platform.ports
            spec = dataclasses.replace(
                await default_spec(ports),
                seed=seed,
                products=products,
                customers=customers,
                days=days,
                locations=locations,
            )
            with _bar() as bar:
                task = bar.add_task("simulating", total=None)

                async def told(done: int, total: int, step: str) -> None:
                    bar.update(task, completed=done, total=total, description=step)

                counts = await load_demo(ports, spec, told)
                bar.update(task, completed=bar.tasks[0].total or 1, description="stored")
            await prepare(ports, "demo")
            if not offline.server_running(data):
                with console.status("Preparing dashboard and forecasts") as status:
                    await offline.finish(platform, lambda step: status.update(escape(step)))
            return counts

    counts = asyncio.run(work())
    console.print(", ".join(f"{count:,} {name}" for name, count in counts.items()), markup=False)
    console.print("See it with: omnix run", markup=False)


@app.command()
def export(
    kind: Annotated[
        str, typer.Argument(help="products, customers, orders, stock, promotions, sales or prices.")
    ],
    target: Annotated[Path, typer.Argument(help="The file to write.")],
    data: DataOption = DEFAULT_DATA,
    format: Annotated[
        str | None, typer.Option(help="csv, jsonl, parquet or shopify; else by the file's ending.")
    ] = None,
) -> None:
    """Write a file of everything of one kind, in our own layout or the one it came in."""
    from omnix.runtimes.local import platform
    from omnix.transfer.outgoing.export import export as write

    chosen = format or target.suffix.removeprefix(".") or "csv"

    async def work() -> int:
        async with platform(existing(data)) as local:
            return await write(local.ports, kind, chosen, target)

    rows = asyncio.run(work())
    console.print(f"{rows:,} rows in {target}", markup=False, soft_wrap=True)
