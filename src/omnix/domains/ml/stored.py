"""What the registry stores, and the one batch in which a model's standing changes."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from omnix.kit.declare import Model
from omnix.kit.errors import ConditionFailed, NotFound
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.ports import Absent, Equals, Operation, Ports, Put

from .declare import CHANGES, STANDINGS, VERSIONS
from .lineage import fingerprint
from .model import ALL, MOST_SCORES, Change, Place, Standing, State, Trained, Verdict, Version

FORMER_KEPT = 20
TRIES = 5
Kind = Literal["first", "promoted", "upgraded", "refused", "rolled-back"]


async def standing(ports: Ports, model: Model) -> Standing:
    """How it stands; before the first training nothing answers."""
    item = await ports.records.get(STANDINGS, model.name)
    return Standing(model=model.name) if item is None else msgspec.convert(item, Standing)


async def version(ports: Ports, name: str, number: int) -> Version:
    """Raises NotFound."""
    item = await ports.records.get(VERSIONS, (name, number))
    if item is None:
        raise NotFound(f"no version {number} of {name}")
    return msgspec.convert(item, Version)


def tidy(place: Place) -> Place:
    """Without the groups for which the default answers anyway."""
    return Place(place.default, {g: n for g, n in place.groups.items() if n != place.default})


def challenger(
    model: Model, trained: Trained, number: int, training: str, by: str, now: str
) -> Version:
    """A training's result as it is stored."""
    scores = sorted(trained.scores, key=lambda score: (score.group != ALL, -score.series))
    recipe = fingerprint(trained.algorithm, msgspec.json.encode(trained.recipe, order="sorted"))
    return Version(
        model=model.name, version=number, state="challenger", algorithm=trained.algorithm,
        code=trained.code, recipe_id=recipe, recipe=trained.recipe, fitted=trained.fitted,
        data=trained.data, scores=scores[:MOST_SCORES],
        scores_left_out=max(0, len(scores) - MOST_SCORES), profile=trained.profile,
        training=training, trained_by=by, trained_at=now,
    )  # fmt: skip


def change(
    before: Standing, of: Version, kind: Kind, groups: list[str], by: str, at: str, reason: str,
    verdicts: Sequence[Verdict] = (),
) -> Change:  # fmt: skip
    """A decision about a version, made when the standing was ``before``."""
    return Change(
        model=of.model, entry=f"{at}~{before.revision:08}", at=at, kind=kind, version=of.version,
        groups=groups, by=by, reason=reason, verdicts=list(verdicts),
    )  # fmt: skip


def answering(versions: Sequence[Version], place: Place) -> list[Version]:
    """The versions with what they answer for under ``place``."""
    out = []
    for one in versions:
        mine = [group for group, number in place.groups.items() if number == one.version]
        mine = [ALL, *mine] if one.version == place.default else mine
        state: State = "challenger" if one.state == "challenger" else "former"
        out.append(
            msgspec.structs.replace(one, answers_for=mine, state="champion" if mine else state)
        )
    return out


async def take(
    ports: Ports, before: Standing, place: Place, winner: Version, by: str, reason: str,
    verdicts: Sequence[Verdict] = (),
) -> bool:  # fmt: skip
    """Put ``place`` in force by a decision; False where the standing changed meanwhile."""
    assert before.now is not None
    moved = await _moved(ports, before.now, place, winner)
    now = instant(ports.clock.now())
    after = msgspec.structs.replace(
        before, now=place, before=[*before.before, before.now][-FORMER_KEPT:],
        reference=_reference(before, place),
    )  # fmt: skip
    made = change(before, winner, "promoted", moved[0].answers_for, by, now, reason, verdicts)
    told = {"model": winner.model, "version": winner.version, "groups": made.groups, "by": by}
    event = Event("model.promoted", winner.model, now, told)
    return await store(ports, before, after, moved, [made], [], [event])


async def refit(
    ports: Ports, before: Standing, place: Place, newer: Version, by: str, upgraded: str | None
) -> bool:
    """Put a refit of what answers already in force; False where the standing changed meanwhile.

    Nobody decided anything, so a rollback leads to what was before the last decision; only that
    the code changed (``upgraded``, in words) is noted.
    """
    assert before.now is not None
    moved = await _moved(ports, before.now, place, newer)
    now = instant(ports.clock.now())
    after = msgspec.structs.replace(before, now=place, last_refit_at=now)
    told = [] if upgraded is None else [
        change(before, newer, "upgraded", moved[0].answers_for, by, now, upgraded)
    ]  # fmt: skip
    return await store(ports, before, after, moved, told, [], [])


async def _moved(ports: Ports, now: Place, place: Place, winner: Version) -> list[Version]:
    """All that answer before or after, with what they answer for under ``place``."""
    others = (now.versions() | place.versions()) - {winner.version}
    rest = [await version(ports, winner.model, number) for number in sorted(others)]
    return answering([winner, *rest], place)


def _reference(before: Standing, place: Place) -> int:
    """Another default learnt from other data; the same one still stands where it stood."""
    assert before.now is not None
    if place.default != before.now.default or before.reference is None:
        return place.default
    return before.reference


async def store(
    ports: Ports, before: Standing, after: Standing, versions: Sequence[Version],
    changes: Sequence[Change], more: Sequence[Operation], events: Sequence[Event],
) -> bool:  # fmt: skip
    """All in one batch; False where somebody changed the standing since it was read as
    ``before``, or a condition of ``more`` does not hold.
    """
    stood = Equals("revision", before.revision) if before.revision else Absent()
    after = msgspec.structs.replace(after, revision=before.revision + 1)
    try:
        await ports.records.write(
            [
                Put(STANDINGS, msgspec.to_builtins(after), when=(stood,)),
                *(Put(VERSIONS, msgspec.to_builtins(one)) for one in versions),
                *(Put(CHANGES, msgspec.to_builtins(one)) for one in changes),
                *more,
            ],
            events,
        )
    except ConditionFailed:
        return False
    return True
