"""Running an import from plan to report, resumable at every step."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from omnix.domains.system.settings import Shop, shop, store_shop
from omnix.domains.system.setup import tell_data_until
from omnix.kit.errors import Conflict, Invalid
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.platform.access import SYSTEM
from omnix.ports import Ports, Update
from omnix.transfer import following
from omnix.transfer.declare import IMPORTS
from omnix.transfer.report import REFUSED, Assumption, ImportReport, Progress

from .context import Context
from .describe import describe_orders, describe_rows
from .orders.apply_orders import apply_orders
from .orders.judge_orders import stage_orders
from .orders.raw_table import load_raw, open_stage
from .plan.planning import ImportPlan
from .records.apply_records import apply_records, read_judged


def _silent(done: int, total: int, step: str) -> None:
    del done, total, step


async def run_import(
    ports: Ports,
    data_dir: Path,
    plan: ImportPlan,
    *,
    dry_run: bool = False,
    progress: Progress = _silent,
    follow_up: bool = True,
) -> ImportReport:
    """Bring the file in. Again for the same file, it changes nothing; after a crash, it goes on.

    ``follow_up`` asks for what would else be made at night. A dry run reads and judges
    the whole file and stores nothing but, under ``data_dir``, the file of refused rows. Raises
    Invalid for what the file does not allow, Conflict where the shop holds a demo.
    """
    settings = await shop(ports)
    if settings.mode == "demo" and not dry_run:
        raise Conflict(
            "this shop is the demo: import into a data folder of its own, or remove the demo first"
        )
    report = _begin(plan, settings)
    stored = await ports.records.get(IMPORTS, plan.id)
    if stored is not None and stored["state"] == "done" and not dry_run:
        known = msgspec.convert(stored["report"], ImportReport)
        known.warnings = [*known.warnings, "this file was imported before: nothing changed"]
        known.unchanged = dict(known.counts)
        known.created, known.changed = {}, {}
        return known
    folder = data_dir / "imports" / (plan.id + ("-dry" if dry_run else ""))
    stage = await asyncio.to_thread(open_stage, folder)
    try:
        apply = await _read(ports, plan, stage, folder, report, progress)
        if not any(report.counts.values()):
            raise Invalid.field("file", _nothing(report))
        if dry_run:
            report.state = "dry-run"
            return report
        checkpoint = dict(stored["checkpoint"]) if stored is not None else {}
        torn = await _others_torn(ports, plan.id)
        await _record(ports, plan, report, checkpoint, fresh=stored is None)
        await _settle(ports, plan, report, settings)
        if report.refused_file is not None:
            refused = await asyncio.to_thread(Path(report.refused_file).read_bytes)
            await ports.blobs.put(REFUSED.format(plan.id), refused)
        context = Context(ports, plan, folder, stage, report, progress, checkpoint, torn=torn)
        await apply(context)
        await _finish(ports, context, follow_up)
        return report
    finally:
        stage.close()
        for name in ("spill", "input.csv"):
            _remove(folder / name)


async def _read(
    ports: Ports,
    plan: ImportPlan,
    stage: duckdb.DuckDBPyConnection,
    folder: Path,
    report: ImportReport,
    progress: Progress,
) -> Callable[[Context], Awaitable[None]]:
    """Read and judge the whole file; what is to be done with it."""
    if plan.kind == "orders":
        await _staged(plan, stage, folder, report, progress)
        return apply_orders
    progress(0, 5, "reading")
    now = instant(ports.clock.now())
    judged, text = await read_judged(ports, plan, report.currency, now)
    describe_rows(plan, folder, text, judged, report)
    return lambda context: apply_records(context, judged, text)


def _nothing(report: ImportReport) -> str:
    reasons = sorted(report.not_imported, key=lambda r: -report.not_imported[r])[:3]
    return "has no row that can be imported" + (f": {'; '.join(reasons)}" if reasons else "")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _begin(plan: ImportPlan, settings: Shop) -> ImportReport:
    guessed = {g.name: g.value for g in plan.guesses}
    empty = settings.mode == "empty"
    currency = guessed.get("currency") or settings.currency
    if not empty and currency != settings.currency:
        raise Invalid.field(
            "currency", f"the file is in {currency}, the shop in {settings.currency}"
        )
    report = ImportReport(
        id=plan.id,
        file=plan.source.path.name,
        layout=plan.layout.name,
        currency=currency,
        time_zone=guessed.get("time_zone", settings.time_zone) if empty else settings.time_zone,
        warnings=list(plan.warnings),
    )
    for name, value in (("currency", report.currency), ("time_zone", report.time_zone)):
        if empty and name not in guessed:
            report.assumptions.append(
                Assumption(f"{name}-default", f"The file names no {name}; {value} is taken.")
            )
    return report


async def _staged(
    plan: ImportPlan,
    stage: duckdb.DuckDBPyConnection,
    folder: Path,
    report: ImportReport,
    progress: Progress,
) -> None:
    progress(0, 8, "reading")
    loaded = await asyncio.to_thread(load_raw, stage, plan, folder)
    progress(1, 8, "checking")
    staged = await asyncio.to_thread(
        stage_orders, stage, plan, loaded, report.currency, report.time_zone
    )
    await asyncio.to_thread(describe_orders, stage, plan, folder, loaded, staged, report)
    stage.execute("DROP TABLE raw")


async def _others_torn(ports: Ports, id: str) -> bool:
    page = await ports.records.query(IMPORTS, "running", index="state-index", limit=10)
    return any(item["id"] != id for item in page.items)


async def _record(
    ports: Ports, plan: ImportPlan, report: ImportReport, checkpoint: dict[str, int], *, fresh: bool
) -> None:
    now = instant(ports.clock.now())
    values: dict[str, Any] = {
        "state": "running",
        "checkpoint": checkpoint,
        "updated_at": now,
        "report": report.plain(),
    }
    if fresh:
        values |= {
            "listing": "all",
            "created_at": now,
            "file": report.file,
            "sha256": plan.source.sha256,
            "layout": report.layout,
            "done": 0,
            "total": 8,
            "step": "",
        }
    await ports.records.write([Update(IMPORTS, plan.id, set=values)])


async def _settle(ports: Ports, plan: ImportPlan, report: ImportReport, settings: Shop) -> None:
    """An empty shop takes currency, zone and name from the file."""
    if settings.mode != "empty":
        return
    name = plan.options.shop_name or settings.name
    after = msgspec.structs.replace(
        settings, name=name, currency=report.currency, time_zone=report.time_zone, mode="real"
    )
    await store_shop(ports, SYSTEM, settings, after)


async def _finish(ports: Ports, context: Context, follow_up: bool) -> None:
    """What follows is asked for first: an import that is done is not looked at again."""
    report = context.report
    if report.last_day is not None:
        await tell_data_until(ports, date.fromisoformat(report.last_day))
    if follow_up:
        await following.ask(ports, f"job_{context.id[4:]}")
    report.state = "done"
    now = instant(ports.clock.now())
    values = {"state": "done", "ended_at": now, "updated_at": now, "report": report.plain()}
    event = Event("import.finished", context.id, now, {"id": context.id, "layout": report.layout})
    await ports.records.write([Update(IMPORTS, context.id, set=values)], [event])
    context.progress(context.total, context.total, "done")
