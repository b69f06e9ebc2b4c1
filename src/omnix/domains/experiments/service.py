"""Experiments' use cases: plan, start, stop and ship."""

from collections.abc import Sequence
from typing import Any

import msgspec

from omnix.kit.errors import AlreadyExists, ConditionFailed, Conflict, FieldError, Invalid, NotFound
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.platform.changing import sent
from omnix.ports import Absent, Equals, Item, Operation, Ports, Put

from .declare import EXPERIMENTS, FLAGS, NAMESPACES
from .model import Experiment, ExperimentChange, NewExperiment, Status, check, item

_WORDS = frozenset({"name", "hypothesis"})


async def get(ports: Ports, id: str) -> Experiment:
    """Raises NotFound."""
    stored = await ports.records.get(EXPERIMENTS, id)
    if stored is None:
        raise NotFound(f"no experiment {id}")
    return msgspec.convert(stored, Experiment)


async def get_many(ports: Ports, ids: Sequence[str]) -> dict[str, Experiment]:
    """The experiments that exist among ``ids``, at most 100 of them."""
    found = await ports.records.get_many(EXPERIMENTS, list(dict.fromkeys(ids)))
    made = [msgspec.convert(each, Experiment) for each in found if each is not None]
    return {each.id: each for each in made}


async def listing(
    ports: Ports,
    status: Status | None,
    limit: int,
    cursor: str | None,
    *,
    newest_first: bool = True,
) -> Page[Experiment]:
    """One page by time; all, or those of one status."""
    index, value = ("listing-index", "all") if status is None else ("status-index", status)
    page = await ports.records.query(
        EXPERIMENTS, value, index=index, newest_first=newest_first, limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(each, Experiment) for each in page.items], page.next_cursor)


async def create(ports: Ports, actor: Actor, new: NewExperiment) -> Experiment:
    """Draft it. Raises Invalid for a plan that contradicts itself, AlreadyExists for its id."""
    now = instant(ports.clock.now())
    given = {name: getattr(new, name) for name in new.__struct_fields__ if name != "id"}
    made = Experiment(
        id=new.id or new_id("exp"), created_at=now, updated_at=now, created_by=actor.id, **given
    )
    check(made)
    told = {"id": made.id, "key": made.key, "status": made.status, "by": actor.id}
    try:
        await ports.records.write(
            [Put(EXPERIMENTS, item(made), when=(Absent(),))],
            [Event("experiment.created", made.id, now, told)],
        )
    except ConditionFailed as error:
        raise AlreadyExists.field("id", made.id) from error
    return made


async def change(ports: Ports, actor: Actor, id: str, change: ExperimentChange) -> Experiment:
    """Raises Conflict for an older version, and for what its status no longer lets change."""
    before = await get(ports, id)
    given = sent(change, before.version, "the experiment")
    _check_open(before, given)
    after = _next(ports, before, **given)
    check(after)
    await _store(ports, before, after, "experiment.changed", actor.id)
    return after


def _check_open(before: Experiment, given: dict[str, Any]) -> None:
    """What units were shown cannot be changed behind them; who wants that starts another."""
    if before.status == "draft":
        return
    fixed = [name for name in given if name not in _WORDS and given[name] != getattr(before, name)]
    grows = before.status == "running" and given.get("traffic", 0) > before.traffic
    wrong = [name for name in fixed if not (name == "traffic" and grows)]
    if wrong:
        told = f"cannot be changed in an experiment that is {before.status}"
        if before.status == "running" and "traffic" in wrong:
            told += "; traffic may only grow"
        errors = [FieldError(name, told) for name in wrong]
        raise Conflict("; ".join(f"{e.field}: {e.reason}" for e in errors), errors)


def _next(ports: Ports, before: Experiment, **given: Any) -> Experiment:
    now = instant(ports.clock.now())
    return msgspec.structs.replace(before, **given, updated_at=now, version=before.version + 1)


async def _store(
    ports: Ports,
    before: Experiment,
    after: Experiment,
    kind: str,
    by: str,
    more: Sequence[Operation] = (),
) -> None:
    told = {
        "id": after.id,
        "key": after.key,
        "status": after.status,
        "version": after.version,
        "shipped_variant": after.shipped_variant,
        "stop_reason": after.stop_reason,
        "by": by,
    }
    operations = [Put(EXPERIMENTS, item(after), when=(Equals("version", before.version),)), *more]
    try:
        await ports.records.write(operations, [Event(kind, after.id, after.updated_at, told)])
    except ConditionFailed as error:
        raise Conflict("somebody else changed this meanwhile; read it again") from error


async def start(ports: Ports, actor: Actor, id: str) -> Experiment:
    """Begin to show the variants under the experiment's key.

    Raises Conflict unless it is a draft, while another runs under its key, and where its part of
    the namespace overlaps with one that runs.
    """
    before = await get(ports, id)
    if before.status != "draft":
        raise Conflict(f"the experiment is {before.status}; only a draft can be started")
    now = instant(ports.clock.now())
    after = _next(ports, before, status="running", started_at=now)
    more = [await _take_key(ports, before), *await _take_part(ports, before)]
    await _store(ports, before, after, "experiment.started", actor.id, more)
    return after


async def _take_key(ports: Ports, experiment: Experiment) -> Operation:
    held = await ports.records.get(FLAGS, experiment.key)
    flag = {"key": experiment.key, "experiment_id": experiment.id, "listing": "all"}
    if held is None:
        return Put(FLAGS, flag, when=(Absent(),))
    other = await get(ports, held["experiment_id"])
    if other.status == "running":
        raise Conflict(f"{other.id} is running under the key {experiment.key}; stop it first")
    return Put(FLAGS, flag, when=(Equals("experiment_id", other.id),))


async def _take_part(ports: Ports, experiment: Experiment) -> list[Operation]:
    space = experiment.namespace
    if space is None:
        return []
    held = await ports.records.get(NAMESPACES, space.name)
    parts = list(held["parts"]) if held is not None else []
    for part in parts:
        if part["first"] < space.end and space.first < part["end"]:
            told = f"overlaps with {part['experiment_id']}, which runs"
            raise Conflict(f"namespace: {told}", [FieldError("namespace", told)])
    part = {"experiment_id": experiment.id, "first": space.first, "end": space.end}
    return [_namespace(space.name, held, [*parts, part])]


def _namespace(name: str, held: Item | None, parts: list[dict[str, Any]]) -> Operation:
    version = 0 if held is None else held["version"]
    when = Absent() if held is None else Equals("version", version)
    return Put(NAMESPACES, {"name": name, "version": version + 1, "parts": parts}, when=(when,))


async def _give_back(ports: Ports, experiment: Experiment) -> list[Operation]:
    """The part of the namespace, so that others may have it."""
    if experiment.namespace is None:
        return []
    held = await ports.records.get(NAMESPACES, experiment.namespace.name)
    if held is None:
        return []
    rest = [part for part in held["parts"] if part["experiment_id"] != experiment.id]
    return [_namespace(experiment.namespace.name, held, rest)]


async def stop(ports: Ports, actor: Actor, id: str, reason: str = "") -> Experiment:
    """End it: everybody sees the control. Raises Conflict unless it runs."""
    before = await get(ports, id)
    if before.status != "running":
        raise Conflict(f"the experiment is {before.status}; only one that runs can be stopped")
    now = instant(ports.clock.now())
    after = _next(ports, before, status="stopped", stopped_at=now, stop_reason=reason or "by hand")
    more = await _give_back(ports, before)
    await _store(ports, before, after, "experiment.stopped", actor.id, more)
    return after


async def ship(ports: Ports, actor: Actor, id: str, variant: str) -> Experiment:
    """Show one variant to everybody whom the targeting lets in; ends the experiment if it runs."""
    before = await get(ports, id)
    if before.status not in ("running", "stopped"):
        raise Conflict(f"the experiment is {before.status}; only one that ran can be shipped")
    if before.variant(variant) is None:
        named = ", ".join(each.key for each in before.variants)
        raise Invalid.field("variant", f"is none of {named}")
    held = await ports.records.get(FLAGS, before.key)
    if held is None or held["experiment_id"] != before.id:
        raise Conflict(f"another experiment has been started under the key {before.key}")
    now = instant(ports.clock.now())
    after = _next(
        ports,
        before,
        status="shipped",
        shipped_variant=variant,
        stopped_at=before.stopped_at or now,
        stop_reason=before.stop_reason or "shipped",
    )
    more = await _give_back(ports, before) if before.status == "running" else []
    await _store(ports, before, after, "experiment.shipped", actor.id, more)
    return after


async def divide(ports: Ports, by: str, before: Experiment, weights: Sequence[int]) -> Experiment:
    """Give a bandit's variants new weights; who was shown one before keeps it."""
    variants = tuple(
        msgspec.structs.replace(variant, weight=weight)
        for variant, weight in zip(before.variants, weights, strict=True)
    )
    after = _next(ports, before, variants=variants)
    await _store(ports, before, after, "experiment.changed", by)
    return after
