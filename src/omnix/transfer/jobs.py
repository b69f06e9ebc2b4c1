"""Imports that were asked for over the API: the file lies in Blobs, a worker runs it."""

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from omnix.kit.errors import Invalid
from omnix.platform.jobs import JobContext, JobHandler

from .declare import IMPORT_RUN
from .incoming.plan.planning import ImportOptions, plan
from .report import ImportReport

UPLOADS = "imports/uploads/"


async def import_uploaded(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Run the import of an uploaded file; the report is the job's result."""
    blob, name = str(payload["blob"]), str(payload["file"])
    data = await context.ports.blobs.get(blob)
    if data is None:
        raise Invalid.field("file", "is no longer there; upload it again")
    options = ImportOptions(
        layout=payload.get("layout"),
        mapping=payload.get("mapping") or {},
        currency=payload.get("currency"),
        time_zone=payload.get("time_zone"),
    )
    with tempfile.TemporaryDirectory(prefix="omnix-import-") as folder:
        path = Path(folder) / name
        await asyncio.to_thread(path.write_bytes, data)
        planned = await asyncio.to_thread(plan, path, options)
        report = await _told(context, planned, Path(folder), bool(payload.get("dry_run")))
    if report.state == "done":
        await context.ports.blobs.delete(blob)
    return report.plain()


async def _told(context: JobContext, planned: Any, folder: Path, dry_run: bool) -> ImportReport:
    """Run it, and pass its progress on about once a second."""
    from .incoming.run import run_import  # only a worker needs DuckDB

    latest: list[tuple[int, int, str]] = []

    def note(done: int, total: int, step: str) -> None:
        latest[:] = [(done, total, step)]

    async def tell() -> None:
        while True:
            await asyncio.sleep(1)
            if latest:
                await context.progress(*latest[0])

    telling = asyncio.create_task(tell())
    running = asyncio.create_task(
        run_import(context.ports, folder, planned, dry_run=dry_run, progress=note)
    )
    try:
        # Whoever cancels the job is heard through its progress.
        await asyncio.wait({telling, running}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            return running.result()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        telling.result()
        raise AssertionError
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


JOBS: tuple[JobHandler, ...] = (JobHandler(IMPORT_RUN, import_uploaded),)
