"""Changes of the form of what is stored, each made once in every shop.

Columns and indexes come by themselves; a migration is for what has to be computed of items that
are there already. It only adds, so that the version before still works beside it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from omnix.kit.declare import Collection, Index, JobType
from omnix.kit.time import instant
from omnix.platform.jobs import JobContext, JobHandler
from omnix.ports import Ports, Put
from omnix.version import VERSION

MADE = Collection(
    "migrations",
    table="system",
    key=("id",),
    indexes=(Index("listing-index", "listing", "id"),),
)
MIGRATE = JobType("data.migrate", "Bring what is stored to this version's form", timeout=900)


@dataclass(frozen=True)
class Migration:
    """``run`` may be called again after a crash; it returns how many items it looked at. Ids are
    in the order in which migrations are made.
    """

    id: str
    title: str
    run: Callable[[JobContext], Awaitable[int]]


class MigrationState(msgspec.Struct, frozen=True, kw_only=True):
    """A migration, and where it was made when, by which version, over how many items."""

    id: str
    title: str
    state: Literal["made", "pending"]
    at: str | None = None
    version: str | None = None
    items: int | None = None


async def states(ports: Ports, known: Sequence[Migration]) -> list[MigrationState]:
    """Those this version knows, and those that a later one made, in order."""
    made: dict[str, MigrationState] = {}
    cursor = None
    while True:
        page = await ports.records.query(
            MADE, "all", index="listing-index", limit=200, cursor=cursor
        )
        for item in page.items:
            made[item["id"]] = msgspec.convert(item, MigrationState)
        cursor = page.next_cursor
        if cursor is None:
            break
    for each in known:
        if each.id not in made:
            made[each.id] = MigrationState(id=each.id, title=each.title, state="pending")
    return [made[id] for id in sorted(made)]


def migrating(known: Sequence[Migration]) -> JobHandler:
    """The job that makes those of ``known`` that were not made, in order."""

    async def run(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
        ports = context.ports
        by_id = {each.id: each for each in known}
        pending = [one.id for one in await states(ports, known) if one.state == "pending"]
        for number, id in enumerate(pending):
            await context.progress(number, len(pending), by_id[id].title)
            count = await by_id[id].run(context)
            made = MigrationState(
                id=id,
                title=by_id[id].title,
                state="made",
                at=instant(ports.clock.now()),
                version=VERSION,
                items=count,
            )
            await ports.records.write([Put(MADE, {**msgspec.to_builtins(made), "listing": "all"})])
        return {"migrations": len(pending)}

    return JobHandler(MIGRATE, run)
