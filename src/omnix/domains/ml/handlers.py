"""The registry's own job: what is due is trained anew, and what is too old is forgotten."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from omnix.domains.system.settings import shop
from omnix.kit.declare import Model
from omnix.kit.time import day_of, parse_instant
from omnix.platform import jobs
from omnix.platform.jobs import JobContext, JobHandler
from omnix.ports import Delete, Ports

from . import desk, stored
from .declare import RETRAIN, VERSIONS
from .model import Standing

VERSIONS_KEPT = 60
_AFTER_DRIFT_DAYS = 3
"""Days to let pass after a training before drift asks for another one."""


def retraining(models: Sequence[Model]) -> JobHandler:
    """The job that asks for what is due among ``models``, and sweeps their old versions."""

    async def run(context: JobContext, _: Mapping[str, Any]) -> dict[str, Any]:
        ports = context.ports
        today = day_of(ports.clock.now(), (await shop(ports)).time_zone).isoformat()
        asked: list[str] = []
        swept = 0
        for number, model in enumerate(models):
            await context.progress(number, len(models), model.title)
            why = due(ports, model, await stored.standing(ports, model))
            if why is not None:
                # Models that one job trains together are asked for once.
                id = f"retrain:{model.job.name}:{today}"
                await jobs.submit(ports, model.job, {"reason": why}, by="schedule", id=id)
                asked.append(model.name)
            swept += await sweep(ports, model)
        return {"asked": asked, "swept": swept}

    return JobHandler(RETRAIN, run)


def due(ports: Ports, model: Model, stands: Standing) -> str | None:
    """Why a model should be trained now; None where it need not be, or its job goes by itself."""
    if model.every_days is None:
        return None
    if stands.last_trained_at is None:
        return "it was never trained"
    trained = parse_instant(stands.last_trained_at)
    age = ports.clock.now() - trained
    if age >= timedelta(days=model.every_days):
        return f"it was last trained {age.days} days ago"
    if stands.drift == "drifted" and age >= timedelta(days=_AFTER_DRIFT_DAYS):
        return "its data or its errors have drifted"
    return None


async def sweep(ports: Ports, model: Model) -> int:
    """Forget versions beyond the newest VERSIONS_KEPT, but for those that a standing names."""
    stands = await stored.standing(ports, model)
    places = [*stands.before, *([stands.now] if stands.now else [])]
    kept = {n for place in places for n in place.versions()} | {stands.reference}
    files: set[str] = set()
    old = []
    cursor = None
    seen = 0
    while True:
        page = await desk.versions(ports, model, 50, cursor)
        for one in page.items:
            seen += 1
            if seen <= VERSIONS_KEPT or one.version in kept:
                files.update([one.artefact] if one.artefact else [])
            else:
                old.append(one)
        cursor = page.next_cursor
        if cursor is None:
            break
    for one in old:
        # The file first: what is left after a crash is found again by its version.
        if one.artefact and one.artefact not in files:
            await ports.blobs.delete(one.artefact)
        await ports.records.write([Delete(VERSIONS, (model.name, one.version))])
    return len(old)
