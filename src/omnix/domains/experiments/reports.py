"""What callers report: who was shown what, and figures of units. Each is kept once."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from omnix.kit.errors import ConditionFailed
from omnix.kit.events import Event
from omnix.kit.ids import Id
from omnix.kit.time import instant, parse_instant
from omnix.ports import Absent, Equals, Item, Operation, Ports, Put

from .declare import EXPERIMENTS, EXPOSED, OUTCOME_IDS
from .model import Experiment, UnitId

_AT_ONCE = 45
_AHEAD = timedelta(minutes=5)
_KEPT = timedelta(days=30)
_TRIES = 5


class Exposure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit that was shown a variant, at a moment; now, if none is given."""

    experiment_id: Id
    unit_id: UnitId
    variant: Id
    at: Annotated[str, Meta(max_length=40)] | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure of a unit. Under an ``id`` told before, it changes nothing."""

    experiment_id: Id
    unit_id: UnitId
    metric: Id
    value: Annotated[float, Meta(ge=-1e15, le=1e15)]
    at: Annotated[str, Meta(max_length=40)] | None = None
    id: Id | None = None


class Refused(msgspec.Struct, frozen=True):
    """One that was not taken: its position in the request, and why."""

    position: int
    reason: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of what was sent. ``crossed`` units had been shown another variant before."""

    recorded: int
    repeated: int
    crossed: int = 0
    refused: list[Refused]


def seen_item(exposure: Exposure, before: Item | None) -> dict[str, Any]:
    variants = exposure.variant if before is None else f"{before['variants']},{exposure.variant}"
    return {
        "experiment_id": exposure.experiment_id,
        "unit_id": exposure.unit_id,
        "variants": variants,
        "at": exposure.at if before is None else before["at"],
    }


def exposed_event(experiment_id: str, exposures: Sequence[Exposure]) -> Event:
    columns = {
        "unit_id": [each.unit_id for each in exposures],
        "variant": [each.variant for each in exposures],
        "at": [each.at for each in exposures],
    }
    at = max(str(each.at) for each in exposures)
    return Event("exposure.recorded", experiment_id, at, {"rows": columns})


async def record(ports: Ports, sent: Sequence[Exposure]) -> Taken:
    """Keep what callers showed, each unit and variant once, in the order sent."""
    experiments = await _experiments(ports, (each.experiment_id for each in sent))
    now = ports.clock.now()
    refused: list[Refused] = []
    fine: dict[str, dict[tuple[str, str], Exposure]] = {}
    repeated = 0
    for position, exposure in enumerate(sent):
        experiment = experiments.get(exposure.experiment_id)
        at = _moment(exposure.at, now)
        told = _refusal(experiment, at, now)
        if told is None and experiment is not None and experiment.variant(exposure.variant) is None:
            told = f"variant: {experiment.id} has none called {exposure.variant}"
        if told is not None or at is None:
            refused.append(Refused(position, told or "at: is no moment"))
            continue
        own = fine.setdefault(exposure.experiment_id, {})
        named = (exposure.unit_id, exposure.variant)
        repeated += named in own
        own.setdefault(named, msgspec.structs.replace(exposure, at=instant(at)))
    counts = [0, repeated, 0]
    for own in fine.values():
        rows = list(own.values())
        while rows:
            units: dict[str, Exposure] = {}
            for row in rows:
                if len(units) < _AT_ONCE:
                    units.setdefault(row.unit_id, row)
            part = list(units.values())
            rows = [row for row in rows if units.get(row.unit_id) is not row]
            for number, more in enumerate(await _record(ports, part)):
                counts[number] += more
    return Taken(recorded=counts[0], repeated=counts[1], crossed=counts[2], refused=refused)


async def _record(ports: Ports, part: Sequence[Exposure]) -> tuple[int, int, int]:
    """Exposures of different units of one experiment: how many were new, known, and crossed."""
    for _ in range(_TRIES):
        keys = [(each.experiment_id, each.unit_id) for each in part]
        before = await ports.records.get_many(EXPOSED, keys)
        operations: list[Operation] = []
        fresh: list[Exposure] = []
        crossed = 0
        for exposure, seen in zip(part, before, strict=True):
            if seen is not None and exposure.variant in seen["variants"].split(","):
                continue
            when = Absent() if seen is None else Equals("variants", seen["variants"])
            operations.append(Put(EXPOSED, seen_item(exposure, seen), when=(when,)))
            fresh.append(exposure)
            crossed += seen is not None
        if not fresh:
            return 0, len(part), 0
        try:
            await ports.records.write(operations, [exposed_event(part[0].experiment_id, fresh)])
        except ConditionFailed:
            continue
        return len(fresh) - crossed, len(part) - len(fresh), crossed
    raise ConditionFailed(range(len(part)))


async def record_outcomes(ports: Ports, sent: Sequence[Outcome]) -> Taken:
    """Keep figures of units; those under an id told before are left out."""
    experiments = await _experiments(ports, (each.experiment_id for each in sent))
    now = ports.clock.now()
    refused: list[Refused] = []
    fine: dict[str, list[Outcome]] = {}
    for position, outcome in enumerate(sent):
        experiment = experiments.get(outcome.experiment_id)
        at = _moment(outcome.at, now)
        told = _refusal(experiment, at, now)
        if told is None and experiment is not None:
            own = {metric.name for metric in experiment.metrics if metric.outcome is not None}
            if outcome.metric not in own:
                told = f"metric: {experiment.id} has no outcome called {outcome.metric}"
        if told is not None or at is None:
            refused.append(Refused(position, told or "at: is no moment"))
            continue
        kept = msgspec.structs.replace(outcome, at=instant(at))
        fine.setdefault(outcome.experiment_id, []).append(kept)
    recorded = repeated = 0
    for own_outcomes in fine.values():
        for start in range(0, len(own_outcomes), _AT_ONCE):
            part = own_outcomes[start : start + _AT_ONCE]
            new = await _record_outcomes(ports, part)
            recorded, repeated = recorded + new, repeated + len(part) - new
    return Taken(recorded=recorded, repeated=repeated, refused=refused)


async def _record_outcomes(ports: Ports, part: Sequence[Outcome]) -> int:
    expires = int((ports.clock.now() + _KEPT).timestamp())
    for _ in range(_TRIES):
        named = list(dict.fromkeys((p.experiment_id, p.id) for p in part if p.id is not None))
        known = await ports.records.get_many(OUTCOME_IDS, named) if named else []
        seen = {key for key, item in zip(named, known, strict=True) if item is not None}
        fresh = []
        for outcome in part:
            key = (outcome.experiment_id, outcome.id)
            if outcome.id is not None:
                if key in seen:
                    continue
                seen.add(key)  # type: ignore[arg-type]
            fresh.append(outcome)
        if not fresh:
            return 0
        operations: list[Operation] = [
            Put(
                OUTCOME_IDS,
                {"experiment_id": each.experiment_id, "id": each.id, "expires": expires},
                when=(Absent(),),
            )
            for each in fresh
            if each.id is not None
        ]
        columns = {name: [getattr(each, name) for each in fresh] for name in _OUTCOME}
        at = max(str(each.at) for each in fresh)
        event = Event("outcome.recorded", part[0].experiment_id, at, {"rows": columns})
        try:
            await ports.records.write(operations, [event])
        except ConditionFailed:
            continue
        return len(fresh)
    raise ConditionFailed(range(len(part)))


_OUTCOME = ("unit_id", "metric", "value", "at")


async def _experiments(ports: Ports, ids: Iterable[str]) -> dict[str, Experiment]:
    distinct = list(dict.fromkeys(ids))
    found: dict[str, Experiment] = {}
    for start in range(0, len(distinct), 100):
        stored = await ports.records.get_many(EXPERIMENTS, distinct[start : start + 100])
        for each in stored:
            if each is not None:
                found[each["id"]] = msgspec.convert(each, Experiment)
    return found


def _moment(text: str | None, now: datetime) -> datetime | None:
    if text is None:
        return now
    try:
        return parse_instant(text)
    except (ValueError, OverflowError):
        return None


def _refusal(experiment: Experiment | None, at: datetime | None, now: datetime) -> str | None:
    if experiment is None:
        return "experiment_id: there is no such experiment"
    if at is None:
        return "at: is no moment in RFC 3339 with an offset"
    if experiment.started_at is None:
        return "experiment_id: it was not started yet"
    if at > now + _AHEAD:
        return "at: lies in the future; check the clock"
    if at < parse_instant(experiment.started_at) - timedelta(seconds=1):
        return "at: lies before the experiment's start"
    if experiment.stopped_at is not None and at > parse_instant(experiment.stopped_at):
        return "at: lies after the experiment's end"
    return None
