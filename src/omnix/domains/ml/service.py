"""The registry of models, for whoever trains one and whoever answers with one.

A domain declares each of its models beside its other declarations (``kit.declare.Model``, listed
in ``Domain.models``). Its training job then goes

    version = await registry.register(ports, MODEL, trained, context.id, artefact=file)
    await registry.contend(ports, MODEL, version, contests)

where ``contests`` compare it with the champion from the same rolling origins, in the group
``all`` and in as many others as shall have a champion of their own. What answers asks

    place = (await registry.standing(ports, MODEL)).now      # None before the first training
    version = await registry.version(ports, MODEL.name, place.of("category:Tea"))
    file = await registry.artefact(ports, version)

What refits the champion's own recipe on newer data calls ``refresh`` in place of both: there is
nothing to choose, so it answers from then on. How data moved, and how answers came true, is told
to ``watching.watch``. Nothing here needs numerics.
"""

import hashlib
from collections.abc import Sequence

import msgspec

from omnix.kit.declare import Model
from omnix.kit.errors import Conflict, Unavailable
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.ports import Absent, Ports, Put

from . import gate, stored
from .declare import TRAININGS
from .model import ALL, Change, Contest, Place, Trained, Verdict, Version
from .stored import TRIES, standing, version

__all__ = [
    "artefact", "champion", "contend", "refresh", "register", "standing", "version",
]  # fmt: skip

_KEPT_SECONDS = 183 * 86_400


async def champion(ports: Ports, model: Model, group: str = ALL) -> Version | None:
    """The version that answers for ``group``; None before the first training."""
    place = (await standing(ports, model)).now
    return None if place is None else await version(ports, model.name, place.of(group))


async def artefact(ports: Ports, of: Version) -> bytes | None:
    """A version's file, None if it has none. Raises Unavailable for one that is gone or spoilt:
    an answer from something else than what was judged would be worse than none.
    """
    if of.artefact is None:
        return None
    data = await ports.blobs.get(of.artefact)
    if data is None or hashlib.sha256(data).hexdigest() != of.artefact_sha256:
        raise Unavailable(f"the file of {of.model} {of.version} is gone or is not what was stored")
    return data


async def register(
    ports: Ports,
    model: Model,
    trained: Trained,
    training: str,
    *,
    artefact: bytes | None = None,
    by: str = "system",
) -> Version:
    """Store what a training made as a challenger; the first one becomes the champion.

    ``training`` names the training, such as the job's id: asked again under it, the same version
    is returned and nothing is stored. Figures of more than MOST_SCORES groups are cut off.
    """
    return await _register(ports, model, trained, training, artefact, by, refit=False)


async def _register(
    ports: Ports, model: Model, trained: Trained, training: str, artefact: bytes | None, by: str,
    *, refit: bool,
) -> Version:  # fmt: skip
    known = await _made_by(ports, model, training)
    if known is not None:
        return known
    sha = None if artefact is None else hashlib.sha256(artefact).hexdigest()
    name = None
    if artefact is not None and sha is not None:
        # Named by what is in it: a repetition after a crash puts the same file again.
        name = f"models/{model.name}/{sha[:32]}"
        await ports.blobs.put(name, artefact)
    for _ in range(TRIES):
        before = await standing(ports, model)
        now = instant(ports.clock.now())
        made = stored.challenger(model, trained, before.latest + 1, training, by, now)
        made = msgspec.structs.replace(
            made, artefact=name, artefact_sha256=sha, artefact_bytes=len(artefact or b"")
        )
        after = msgspec.structs.replace(
            before, latest=made.version,
            last_trained_at=before.last_trained_at if refit else now,
        )  # fmt: skip
        changes: list[Change] = []
        if before.now is None:
            made = msgspec.structs.replace(made, state="champion", answers_for=[ALL])
            after = msgspec.structs.replace(after, now=Place(made.version), reference=made.version)
            changes.append(
                stored.change(before, made, "first", [ALL], by, now, "nothing answered before it")
            )
        link = {
            "model": model.name,
            "id": training,
            "version": made.version,
            "expires": int(ports.clock.now().timestamp()) + _KEPT_SECONDS,
        }
        told = {"model": model.name, "version": made.version, "algorithm": made.algorithm}
        event = Event("model.trained", model.name, now, told)
        only = Put(TRAININGS, link, when=(Absent(),))
        if await stored.store(ports, before, after, [made], changes, [only], [event]):
            return made
        known = await _made_by(ports, model, training)
        if known is not None:
            return known
    raise Conflict(f"{model.name} is being changed by others again and again")


async def refresh(
    ports: Ports,
    model: Model,
    trained: Trained,
    training: str,
    *,
    artefact: bytes | None = None,
    by: str = "system",
) -> Version:
    """Store a champion's own recipe, refitted: it answers wherever that recipe did.

    Where the code is another, the platform was upgraded, which is noted: there is no way back to
    code that is gone. With a recipe that answers nowhere it is a challenger as any other.
    """
    made = await _register(ports, model, trained, training, artefact, by, refit=True)
    for _ in range(TRIES):
        before = await standing(ports, model)
        assert before.now is not None
        known = [await version(ports, model.name, n) for n in sorted(before.now.versions())]
        same = {v.version: v.code for v in known if v.recipe_id == made.recipe_id}
        # A repetition of a training long ago must not replace what a later one made.
        if not same or max(same) >= made.version:
            return made
        place = Place(
            made.version if before.now.default in same else before.now.default,
            {g: made.version if n in same else n for g, n in before.now.groups.items()},
        )
        codes = sorted(set(same.values()) - {made.code})
        told = f"code {made.code} in place of {', '.join(codes)}" if codes else None
        if await stored.refit(ports, before, stored.tidy(place), made, by, told):
            return await version(ports, model.name, made.version)
    raise Conflict(f"{model.name} is being changed by others again and again")


async def contend(
    ports: Ports,
    model: Model,
    challenger: Version,
    contests: Sequence[Contest],
    *,
    by: str = "system",
) -> list[Verdict]:
    """Judge a challenger against the champions, and let it answer where it won.

    Winning in ``all`` makes it the default; the champion keeps the groups in which it would win
    the contest the other way round. A recipe that somebody rolled back is judged, not promoted.
    """
    for _ in range(TRIES):
        before = await standing(ports, model)
        if before.now is None:
            raise Conflict(f"nothing of {model.name} was registered")
        current = await version(ports, model.name, challenger.version)
        verdicts = [await _judged(ports, model, before.now, contest) for contest in contests]
        # The first there was, or a job that runs again.
        if current.version in before.now.versions() or current.verdicts == verdicts != []:
            return verdicts
        current = msgspec.structs.replace(current, verdicts=verdicts)
        held = next((h for h in before.held if h.recipe_id == current.recipe_id), None)
        place = _won(model, before.now, current.version, contests, verdicts)
        reason = gate.text(verdicts)
        if held is None and place != before.now:
            done = await stored.take(ports, before, place, current, by, reason, verdicts)
        else:
            if held is not None:
                reason = f"{held.by} rolled this recipe back: {held.reason}. {reason}"
            now = instant(ports.clock.now())
            told = {"model": model.name, "version": current.version, "by": by}
            done = await stored.store(
                ports, before, before, [current],
                [stored.change(before, current, "refused", [], by, now, reason, verdicts)],
                [], [Event("model.refused", model.name, now, told)],
            )  # fmt: skip
        if done:
            return verdicts
    raise Conflict(f"{model.name} is being changed by others again and again")


async def _judged(ports: Ports, model: Model, now: Place, contest: Contest) -> Verdict:
    against = await version(ports, model.name, now.of(contest.group))
    return msgspec.structs.replace(gate.judge(model, contest), against=against.recipe_id)


def _won(
    model: Model, now: Place, number: int, contests: Sequence[Contest], verdicts: Sequence[Verdict]
) -> Place:
    won = {verdict.group for verdict in verdicts if verdict.won}
    groups = dict(now.groups)
    if ALL in won:
        for contest in contests:
            turned = msgspec.structs.replace(
                contest,
                champion=contest.challenger,
                challenger=contest.champion,
                champion_guards=contest.challenger_guards,
                challenger_guards=contest.champion_guards,
            )
            if contest.group not in (ALL, *groups) and gate.judge(model, turned).won:
                groups[contest.group] = now.default
    groups.update((group, number) for group in won if group != ALL)
    return stored.tidy(Place(number if ALL in won else now.default, groups))


async def _made_by(ports: Ports, model: Model, training: str) -> Version | None:
    link = await ports.records.get(TRAININGS, (model.name, training))
    return None if link is None else await version(ports, model.name, link["version"])
