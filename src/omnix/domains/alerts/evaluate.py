"""Holding observations against rules: alerts open, go on and end by it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from omnix.domains.system.settings import Shop, shop
from omnix.kit.conditions import holds
from omnix.kit.errors import ConditionFailed
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.time import instant, parse_instant
from omnix.ports import MAX_KEYS, Operation, Ports

from . import channels, life, notices, rules
from .declare import ALERTS, STANDING
from .kinds import Kind
from .model import Alert, Observation, Standing
from .notices import Telling
from .rules import AlertRule

_log = logging.getLogger("omnix.alerts")

MOST_STANDING = 500
"""Alerts of one rule at a time, the dearest: who has more has one problem, not a thousand."""

FLAP = timedelta(hours=1)
"""After a condition ended, none is opened anew for so long: one at its threshold comes and goes."""

_CHANGED = 0.1
_REFRESH = timedelta(hours=20)


@dataclass
class Counts:
    opened: int = 0
    went_on: int = 0
    ended: int = 0
    left_out: int = 0


@dataclass
class _Round:
    """One evaluation: everything that does not depend on the rule."""

    ports: Ports
    settings: Shop
    now: datetime
    telling: Telling
    counts: Counts = field(default_factory=Counts)
    ask: set[tuple[str, str]] = field(default_factory=set)


async def evaluate(
    ports: Ports, kind: Kind, seen: Sequence[Observation], *, complete: bool = False
) -> Counts:
    """Hold ``seen``, each of another subject, against the enabled rules of the kind.

    ``complete`` says that there is nothing else of the kind: what stands for a subject that is
    not among them has ended. Done again, it changes nothing.
    """
    settings = await shop(ports)
    now = ports.clock.now()
    telling = Telling(await channels.everything(ports), now, settings.time_zone, new_id("b"))
    round = _Round(ports, settings, now, telling)
    for rule in await rules.everything(ports):
        if rule.enabled and rule.kind == kind.name:
            await _rule(round, kind, rule, seen, complete)
    await notices.ask(ports, round.ask)
    return round.counts


def fires(rule: AlertRule, seen: Observation) -> bool:
    """Whether the rule holds for what was seen, and enough money is at stake."""
    face = seen.faces.get(rule.face)
    return (
        face is not None
        and face.loss_minor >= rule.least_loss_minor
        and holds(rule.when, seen.attributes)
    )


async def _rule(
    round: _Round, kind: Kind, rule: AlertRule, seen: Sequence[Observation], complete: bool
) -> None:
    standing = await _standing(round.ports, rule, seen, complete)
    firing = [one for one in seen if fires(rule, one)]
    new = [one for one in firing if _may_open(standing.get(one.subject), round.now)]
    if new:
        new.sort(key=lambda one: -one.faces[rule.face].loss_minor)
        room = MOST_STANDING - await _how_many(round.ports, rule, standing, complete)
        round.counts.left_out += max(0, len(new) - max(0, room))
        for one in new[: max(0, room)]:
            await _open(round, rule, one, standing.get(one.subject))
    on = {one.subject for one in firing}
    opened = {one.subject for one in new}
    for one in firing:
        known = standing.get(one.subject)
        if known is not None and one.subject not in opened:
            await _go_on(round, rule, one, known)
    if kind.lasting:
        looked_at = set(standing) if complete else {one.subject for one in seen}
        for subject in sorted(looked_at - on):
            if subject in standing:
                await _end(round, standing[subject])


def _may_open(known: Standing | None, now: datetime) -> bool:
    if known is None:
        return True
    return known.quiet_until is not None and not known.muted and known.quiet_until <= instant(now)


async def _standing(
    ports: Ports, rule: AlertRule, seen: Sequence[Observation], complete: bool
) -> dict[str, Standing]:
    found: dict[str, Standing] = {}
    if complete:
        cursor = None
        while True:
            page = await ports.records.query(STANDING, rule.id, limit=200, cursor=cursor)
            for item in page.items:
                found[item["subject"]] = msgspec.convert(item, Standing)
            cursor = page.next_cursor
            if cursor is None:
                return found
    for start in range(0, len(seen), MAX_KEYS):
        keys = [(rule.id, one.subject) for one in seen[start : start + MAX_KEYS]]
        for known in await ports.records.get_many(STANDING, keys):
            if known is not None:
                found[known["subject"]] = msgspec.convert(known, Standing)
    return found


async def standing_for(ports: Ports, kind: Kind) -> set[str]:
    """The subjects for which any enabled rule of the kind has something standing."""
    found: set[str] = set()
    for rule in await rules.everything(ports):
        if rule.enabled and rule.kind == kind.name:
            found |= set(await _standing(ports, rule, [], complete=True))
    return found


async def _how_many(
    ports: Ports, rule: AlertRule, standing: Mapping[str, Standing], complete: bool
) -> int:
    if complete:
        return len(standing)
    page = await ports.records.query(STANDING, rule.id, limit=MOST_STANDING)
    return len(page.items)


async def _open(round: _Round, rule: AlertRule, one: Observation, before: Standing | None) -> None:
    face = one.faces[rule.face]
    alert, standing = life.opened(rule, one, face, round.settings.currency, round.now)
    operations: list[Operation] = [
        life.put(alert, round.now),
        life.stand(standing, round.now, before),
        life.tally(rule.id, "opened"),
    ]
    more, at_once = round.telling.of(alert, "opened", rule.channels)
    operations += more
    if rule.escalate_minutes is not None:
        moment = round.now + timedelta(minutes=rule.escalate_minutes)
        operations.append(notices.reminder(moment, "escalate", alert.id, alert_id=alert.id))
    if await _written(round, operations, [life.told_opened(alert)]):
        round.counts.opened += 1
        round.ask |= at_once


async def _go_on(round: _Round, rule: AlertRule, one: Observation, known: Standing) -> None:
    """Keep the figures current, but do not write for what nobody would see."""
    if known.muted or known.quiet_until is not None:
        return
    stored = await round.ports.records.get(ALERTS, known.alert_id)
    if stored is None:
        return
    alert, face = msgspec.convert(stored, Alert), one.faces[rule.face]
    moved = abs(face.loss_minor - alert.loss_minor) > _CHANGED * max(1, abs(alert.loss_minor))
    old = parse_instant(alert.last_seen_at) + _REFRESH <= round.now
    if not (moved or old or face.rate_minor != known.rate_minor):
        return
    after, standing = life.again(alert, known, one, face, round.now)
    operations: list[Operation] = [
        life.put(after, round.now, alert), life.stand(standing, round.now, known),
    ]  # fmt: skip
    events = [life.told_refreshed(after)] if moved else []
    if await _written(round, operations, events):
        round.counts.went_on += 1


async def _end(round: _Round, known: Standing) -> None:
    if known.quiet_until is not None and known.quiet_until > instant(round.now):
        return
    operations: list[Operation] = []
    events: list[Event] = []
    stored = await round.ports.records.get(ALERTS, known.alert_id)
    alert = None if stored is None else msgspec.convert(stored, Alert)
    if alert is None or alert.ended_at is not None:
        operations.append(life.fall(known))
    else:
        after = life.ended(alert, known, "condition-ended", "system", round.now)
        pause = msgspec.structs.replace(known, quiet_until=instant(round.now + FLAP), rate_minor=0)
        operations += [
            life.put(after, round.now, alert),
            life.stand(pause, round.now, known),
            life.tally(alert.rule_id, "ended", after.outcome),
        ]
        events.append(life.told_changed(after, "system", "condition-ended", round.now))
    if await _written(round, operations, events) and events:
        round.counts.ended += 1


async def _written(round: _Round, operations: Sequence[Operation], events: Sequence[Event]) -> bool:
    try:
        await round.ports.records.write(operations, events)
    except ConditionFailed:
        # Somebody acted on it, or another evaluation was first; the next one sees what is left.
        _log.info("an alert changed while it was looked at")
        return False
    return True
