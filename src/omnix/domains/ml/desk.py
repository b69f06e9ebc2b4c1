"""What people decide about models, and what they see of them."""

import msgspec

from omnix.kit.declare import Model
from omnix.kit.errors import Conflict
from omnix.kit.events import Event
from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.ports import Ports

from . import gate, stored
from .declare import CHANGES, VERSIONS, WATCHES
from .model import ALL, Change, Held, Place, Standing, Version, Watch
from .stored import standing, version

_MOST_HELD = 50


async def promote(ports: Ports, model: Model, number: int, by: str, reason: str) -> Standing:
    """Let a version answer where it won against what answers there now.

    For what was held back after a rollback. Raises NotFound, and Conflict for a version that
    won nothing, or against something else than what answers now.
    """
    chosen = await version(ports, model.name, number)
    before = await standing(ports, model)
    assert before.now is not None
    won = []
    for verdict in chosen.verdicts:
        answers = await version(ports, model.name, before.now.of(verdict.group))
        if verdict.won and verdict.against == answers.recipe_id:
            won.append(verdict.group)
    if number in before.now.versions():
        raise Conflict(f"version {number} answers already")
    if not won:
        told = gate.text(chosen.verdicts)
        raise Conflict(f"version {number} won no backtest against what answers now: {told}")
    groups = {**before.now.groups, **{g: number for g in won if g != ALL}}
    place = stored.tidy(Place(number if ALL in won else before.now.default, groups))
    held = [h for h in before.held if h.recipe_id != chosen.recipe_id]
    freed = msgspec.structs.replace(before, held=held)
    if not await stored.take(ports, freed, place, chosen, by, reason, chosen.verdicts):
        raise Conflict("the model changed meanwhile; read it again")
    return await standing(ports, model)


async def roll_back(
    ports: Ports, model: Model, by: str, reason: str, number: int | None = None
) -> Standing:
    """Go back to what answered before the last decision, or to the former version ``number``.

    The recipes that are left are held back from then on. Raises Conflict where there is nothing
    to go back to, NotFound for no such version.
    """
    before = await standing(ports, model)
    if before.now is None or (number is None and not before.before):
        raise Conflict(f"{model.name} has nothing to go back to")
    if number is None:
        place, rest = before.before[-1], before.before[:-1]
    else:
        if (await version(ports, model.name, number)).state != "former":
            raise Conflict(f"version {number} has not answered before, or does so now")
        place, rest = Place(number), [*before.before, before.now][-stored.FORMER_KEPT :]
    gone = sorted(before.now.versions() - place.versions())
    left = [await version(ports, model.name, n) for n in gone]
    back = [await version(ports, model.name, n) for n in sorted(place.versions())]
    recipes = {v.recipe_id for v in left} - {v.recipe_id for v in back}
    held = [h for h in before.held if h.recipe_id not in recipes | {v.recipe_id for v in back}]
    held += [Held(recipe, by, reason) for recipe in sorted(recipes)]
    now = instant(ports.clock.now())
    after = msgspec.structs.replace(
        before, now=place, before=rest, held=held[-_MOST_HELD:], reference=place.default
    )
    moved = stored.answering([*left, *back], place)
    main = next(v for v in moved if v.version == place.default)
    told = {"model": model.name, "version": place.default, "by": by}
    done = await stored.store(
        ports, before, after, moved,
        [stored.change(before, main, "rolled-back", main.answers_for, by, now, reason)],
        [], [Event("model.rolled-back", model.name, now, told)],
    )  # fmt: skip
    if not done:
        raise Conflict("the model changed meanwhile; read it again")
    return await standing(ports, model)


async def versions(ports: Ports, model: Model, limit: int, cursor: str | None) -> Page[Version]:
    """Newest first."""
    page = await ports.records.query(
        VERSIONS, model.name, newest_first=True, limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(item, Version) for item in page.items], page.next_cursor)


async def changes(ports: Ports, model: Model, limit: int, cursor: str | None) -> Page[Change]:
    """Newest first."""
    page = await ports.records.query(
        CHANGES, model.name, newest_first=True, limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(item, Change) for item in page.items], page.next_cursor)


async def watches(ports: Ports, model: Model, limit: int, cursor: str | None) -> Page[Watch]:
    """Newest first."""
    page = await ports.records.query(
        WATCHES, model.name, newest_first=True, limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(item, Watch) for item in page.items], page.next_cursor)
