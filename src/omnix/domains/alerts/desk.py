"""What people do with alerts."""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from omnix.domains.auth.declare import USERS
from omnix.kit.errors import ConditionFailed, Conflict, Invalid, NotFound
from omnix.kit.paging import Page
from omnix.kit.time import instant, parse_instant
from omnix.platform.access import Actor
from omnix.ports import Operation, Ports

from . import life, notices, rules
from .declare import ALERTS, STANDING, TALLIES
from .model import Alert, Standing, State

LONGEST_SNOOZE = timedelta(days=30)
_TRIES = 3


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How a rule fares: alerts opened, how they ended, and their money in the shop's currency."""

    rule_id: str
    opened: int = 0
    ended: int = 0
    resolved: int = 0
    dismissed: int = 0
    expected_minor: int = 0
    realised_minor: int = 0
    avoided_minor: int = 0


async def get(ports: Ports, id: str) -> Alert:
    """Raises NotFound."""
    stored = await ports.records.get(ALERTS, id)
    if stored is None:
        raise NotFound(f"no alert {id}")
    return msgspec.convert(stored, Alert)


async def listing(
    ports: Ports, state: State, kind: str | None, newest: bool, limit: int, cursor: str | None
) -> Page[Alert]:
    """By money at stake, or newest first. Raises Invalid for newest first of one kind."""
    if kind is not None and newest:
        raise Invalid.field("sort", "alerts of one kind are sorted by money only")
    index, partition = "priority-created-index", str(state)
    if kind is not None:
        index, partition = "kind-index", f"{state}#{kind}"
    elif newest:
        index = "created-index"
    page = await ports.records.query(
        ALERTS, partition, index=index, newest_first=True, limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(item, Alert) for item in page.items], page.next_cursor)


async def of_subject(ports: Ports, subject: str, limit: int, cursor: str | None) -> Page[Alert]:
    """Every alert of one subject that is still kept, newest first."""
    page = await ports.records.query(
        ALERTS, subject, index="subject-index", newest_first=True, limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(item, Alert) for item in page.items], page.next_cursor)


async def tallies(ports: Ports, ids: list[str]) -> dict[str, Tally]:
    """What came of the alerts of these rules."""
    found = {id: Tally(rule_id=id) for id in ids}
    for start in range(0, len(ids), 100):
        for item in await ports.records.get_many(TALLIES, ids[start : start + 100]):
            if item is not None:
                found[item["rule_id"]] = msgspec.convert(item, Tally)
    return found


async def _change(
    ports: Ports,
    actor: Actor,
    id: str,
    what: str,
    make: Callable[[Alert, datetime], Alert | None],
    more: Callable[[Alert, Alert, datetime], list[Operation]] | None = None,
) -> Alert:
    """``make`` gives the alert as it shall be, or None where it is so already; ``more`` takes it
    as it was and as it shall be.
    """
    for _ in range(_TRIES):
        now = ports.clock.now()
        before = await get(ports, id)
        after = make(before, now)
        if after is None:
            return before
        operations: list[Operation] = [life.put(after, now, before)]
        operations += more(before, after, now) if more is not None else []
        try:
            await ports.records.write(operations, [life.told_changed(after, actor.id, what, now)])
        except ConditionFailed:
            continue  # most likely its figures were brought up to date in between
        return after
    raise Conflict("the alert changed meanwhile; read it again")


def _standing(alert: Alert) -> Alert:
    if alert.ended_at is not None:
        raise Conflict(f"the alert has ended: {alert.status}")
    return alert


async def acknowledge(ports: Ports, actor: Actor, id: str, note: str = "") -> Alert:
    """Somebody has it in hand, so nobody else is alarmed. Raises NotFound, Conflict."""

    def make(alert: Alert, now: datetime) -> Alert | None:
        if _standing(alert).status == "acknowledged":
            return None
        taken = msgspec.structs.replace(
            alert, status="acknowledged", acknowledged_at=instant(now), acknowledged_by=actor.id,
            snoozed_until=None, assignee=alert.assignee or actor.id,
        )  # fmt: skip
        return life.stepped(taken, now, actor.id, "acknowledged", note)

    return await _change(ports, actor, id, "acknowledged", make)


async def assign(ports: Ports, actor: Actor, id: str, user_id: str | None, note: str = "") -> Alert:
    """Give it to a user, or to nobody. Raises NotFound, Invalid for no such user, Conflict."""
    if user_id is not None:
        user = await ports.records.get(USERS, user_id)
        if user is None or user.get("role") == "customer":
            raise Invalid.field("user_id", "is none of the shop's users")

    def make(alert: Alert, now: datetime) -> Alert | None:
        if _standing(alert).assignee == user_id:
            return None
        given = msgspec.structs.replace(alert, assignee=user_id)
        return life.stepped(given, now, actor.id, "assigned", note)

    return await _change(ports, actor, id, "assigned", make)


async def snooze(ports: Ports, actor: Actor, id: str, until: str, note: str = "") -> Alert:
    """Not now: it comes back at ``until``, or ends by itself before.

    Raises NotFound, Conflict, and Invalid for a moment that is past or too far off.
    """
    now = ports.clock.now()
    try:
        moment = parse_instant(until)
    except ValueError as error:
        raise Invalid.field("until", "must be a time with an offset") from error
    if not now < moment <= now + LONGEST_SNOOZE:
        raise Invalid.field("until", f"must be within the next {LONGEST_SNOOZE.days} days")

    def make(alert: Alert, now: datetime) -> Alert | None:
        if _standing(alert).snoozed_until == instant(moment):
            return None
        slept = msgspec.structs.replace(alert, status="snoozed", snoozed_until=instant(moment))
        return life.stepped(slept, now, actor.id, "snoozed", note)

    def more(_: Alert, alert: Alert, __: datetime) -> list[Operation]:
        return [notices.reminder(moment, "wake", alert.id, alert_id=alert.id)]

    return await _change(ports, actor, id, "snoozed", make, more)


async def resolve(ports: Ports, actor: Actor, id: str, note: str = "") -> Alert:
    """It is mended. Found again within the rule's pause, it opens no other. Raises NotFound."""
    return await _finish(ports, actor, id, "resolved", note)


async def dismiss(ports: Ports, actor: Actor, id: str, note: str = "") -> Alert:
    """It does not matter: none is opened before the condition has ended. Raises NotFound."""
    return await _finish(ports, actor, id, "dismissed", note)


async def reopen(ports: Ports, actor: Actor, id: str, note: str = "") -> Alert:
    """Take back that it was put off, dismissed or mended. What stands already stays as it is.

    Raises NotFound, and Conflict for one that ended by itself or gave way to a newer one.
    """
    found = await get(ports, id)
    stored = await ports.records.get(STANDING, (found.rule_id, found.subject))
    standing = None if stored is None else msgspec.convert(stored, Standing)
    try:
        minutes = (await rules.get(ports, found.rule_id)).escalate_minutes
    except NotFound:
        minutes = None

    def make(alert: Alert, now: datetime) -> Alert | None:
        if alert.outcome is None:
            return life.reopened(alert, actor.id, now, note) if alert.status == "snoozed" else None
        if alert.outcome.ended == "condition-ended":
            raise Conflict("the alert ended by itself; if it comes back, another one opens")
        if standing is not None and standing.alert_id != id:
            newer = standing.alert_id
            raise Conflict(f"a newer alert tells of the same: {newer}", alert_id=newer)
        return life.reopened(alert, actor.id, now, note)

    def more(before: Alert, alert: Alert, now: datetime) -> list[Operation]:
        back: list[Operation] = []
        if before.outcome is not None:
            back += [
                life.stand(life.stands_again(before, standing, now), now, standing),
                life.tally(alert.rule_id, before.outcome.ended, before.outcome, times=-1),
            ]
        if minutes is not None and alert.status == "open" and alert.escalated_at is None:
            moment = now + timedelta(minutes=minutes)
            back.append(notices.reminder(moment, "escalate", id, alert_id=id))
        return back

    return await _change(ports, actor, id, "reopened", make, more)


async def _finish(ports: Ports, actor: Actor, id: str, how: life.Ended, note: str) -> Alert:
    found = await get(ports, id)
    stored = await ports.records.get(STANDING, (found.rule_id, found.subject))
    standing = None if stored is None else msgspec.convert(stored, Standing)
    if standing is not None and standing.alert_id != id:
        standing = None
    try:
        pause = (await rules.get(ports, found.rule_id)).pause_hours
    except NotFound:
        pause = 0  # the rule was deleted, so nothing opens another one

    def make(alert: Alert, now: datetime) -> Alert | None:
        if alert.ended_at is not None:
            if alert.outcome is not None and alert.outcome.ended == how:
                return None
            raise Conflict(f"the alert has ended: {alert.status}")
        return life.ended(alert, standing, how, actor.id, now, note)

    def more(_: Alert, alert: Alert, now: datetime) -> list[Operation]:
        told: list[Operation] = [life.tally(alert.rule_id, how, alert.outcome)]
        if standing is not None:
            kept = msgspec.structs.replace(standing, muted=True)
            if how == "resolved":
                until = instant(now + timedelta(hours=pause))
                kept = msgspec.structs.replace(kept, muted=False, quiet_until=until)
            told.append(life.stand(kept, now, standing))
        return told

    return await _change(ports, actor, id, how, make, more)
