"""What becomes of an alert: opened, found again, ended; each as operations of one batch."""

from datetime import datetime
from typing import Literal

import msgspec

from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.time import instant, parse_instant
from omnix.ports import Absent, Condition, Delete, Equals, Operation, Put, Update

from .declare import ALERTS, STANDING, TALLIES
from .model import (
    KEPT_SECONDS,
    MOST_STEPS,
    Alert,
    Evidence,
    Face,
    Observation,
    Outcome,
    Standing,
    Step,
    item,
)
from .rules import AlertRule

Ended = Literal["condition-ended", "resolved", "dismissed"]
_DAY = 86_400


def opened(
    rule: AlertRule, seen: Observation, face: Face, currency: str, now: datetime
) -> tuple[Alert, Standing]:
    """A new alert, and what stands for it."""
    at = instant(now)
    alert = Alert(
        id=new_id("alr"),
        rule_id=rule.id,
        rule=rule.name,
        kind=rule.kind,
        face=rule.face,
        severity=rule.severity,
        status="open",
        subject=seen.subject,
        subject_name=seen.name,
        title=f"{rule.name}: {seen.name}" if seen.name else rule.name,
        text=face.text,
        loss_minor=face.loss_minor,
        currency=currency,
        basis=face.basis,
        evidence=Evidence(attributes=seen.attributes, rule=rule.text, source=seen.source),
        action=face.action,
        created_at=at,
        last_seen_at=at,
    )
    standing = Standing(
        rule_id=rule.id, subject=seen.subject, alert_id=alert.id, rate_minor=face.rate_minor,
        rate_since=at, peak_minor=face.loss_minor,
    )  # fmt: skip
    return alert, standing


def again(
    alert: Alert, standing: Standing, seen: Observation, face: Face, now: datetime
) -> tuple[Alert, Standing]:
    """It is still so: the figures as they are now."""
    after = msgspec.structs.replace(
        alert,
        text=face.text,
        loss_minor=face.loss_minor,
        basis=face.basis,
        evidence=msgspec.structs.replace(alert.evidence, attributes=seen.attributes),
        action=face.action,
        last_seen_at=instant(now),
        count=alert.count + 1,
        version=alert.version + 1,
    )
    return after, msgspec.structs.replace(
        standing,
        realised_minor=realised(standing, now),
        rate_minor=face.rate_minor,
        rate_since=instant(now),
        peak_minor=max(standing.peak_minor, face.loss_minor),
    )


def realised(standing: Standing, now: datetime) -> int:
    """Money lost so far, at the rates that held from when to when."""
    if not standing.rate_minor:
        return standing.realised_minor
    seconds = (now - parse_instant(standing.rate_since)).total_seconds()
    return standing.realised_minor + standing.rate_minor * max(0, int(seconds)) // _DAY


def ended(
    alert: Alert, standing: Standing | None, how: Ended, by: str, now: datetime, note: str = ""
) -> Alert:
    """The alert at its end, with what came of it.

    Money counts as avoided only where somebody had it in hand: what ends unseen ended by itself.
    """
    lost = realised(standing, now) if standing is not None else 0
    expected = max(alert.loss_minor, standing.peak_minor if standing is not None else 0)
    seen_to = how == "resolved" or (how == "condition-ended" and alert.acknowledged_by is not None)
    minutes = int((now - parse_instant(alert.created_at)).total_seconds()) // 60
    outcome = Outcome(
        ended=how,
        minutes=max(0, minutes),
        expected_minor=expected,
        realised_minor=lost,
        avoided_minor=max(0, expected - lost) if seen_to else 0,
    )
    done = msgspec.structs.replace(
        alert, status="dismissed" if how == "dismissed" else "resolved", ended_at=instant(now),
        ended_by=by, snoozed_until=None, outcome=outcome,
    )  # fmt: skip
    return stepped(done, now, by, how, note)


def stepped(alert: Alert, now: datetime, by: str, what: str, note: str = "") -> Alert:
    """With another step, the oldest forgotten beyond MOST_STEPS, and a version more."""
    step = Step(at=instant(now), by=by, what=what, note=note)
    return msgspec.structs.replace(
        alert, steps=(*alert.steps, step)[-MOST_STEPS:], version=alert.version + 1
    )


def put(alert: Alert, now: datetime, before: Alert | None = None) -> Put:
    """Store it, new or in place of exactly ``before``."""
    when: Condition = Absent() if before is None else Equals("version", before.version)
    return Put(ALERTS, item(alert, int(now.timestamp())), when=(when,))


def reopened(alert: Alert, by: str, now: datetime, note: str = "") -> Alert:
    """The alert as if it had not been put off or ended; who had it in hand has it again."""
    back = msgspec.structs.replace(
        alert, status="open" if alert.acknowledged_by is None else "acknowledged",
        snoozed_until=None, ended_at=None, ended_by=None, outcome=None,
    )  # fmt: skip
    return stepped(back, now, by, "reopened", note)


def stands_again(alert: Alert, known: Standing | None, now: datetime) -> Standing:
    """What stands for an ended alert that is reopened; between the two nothing counts as lost."""
    outcome = alert.outcome
    lost, peak = (0, 0) if outcome is None else (outcome.realised_minor, outcome.expected_minor)
    return Standing(
        rule_id=alert.rule_id, subject=alert.subject, alert_id=alert.id,
        rate_minor=0 if known is None else known.rate_minor, rate_since=instant(now),
        realised_minor=lost, peak_minor=peak,
    )  # fmt: skip


def stand(standing: Standing, now: datetime, before: Standing | None = None) -> Put:
    """Let it stand, if nothing does or what ``before`` says."""
    when = (Absent(),) if before is None else _still(before)
    expires = int(now.timestamp()) + KEPT_SECONDS
    return Put(STANDING, {**msgspec.to_builtins(standing), "expires": expires}, when=when)


def fall(standing: Standing) -> Delete:
    """Nothing stands any more."""
    return Delete(STANDING, (standing.rule_id, standing.subject), when=_still(standing))


def _still(known: Standing) -> tuple[Condition, ...]:
    """That nobody ended or reopened the alert since."""
    return (
        Equals("alert_id", known.alert_id),
        Equals("muted", known.muted),
        Equals("quiet_until", known.quiet_until),
    )


def tally(rule_id: str, what: str, outcome: Outcome | None = None, times: int = 1) -> Operation:
    """Count it for the rule; ``times`` -1 takes it back."""
    add = {what: 1}
    if outcome is not None:
        add |= {
            "expected_minor": outcome.expected_minor, "realised_minor": outcome.realised_minor,
            "avoided_minor": outcome.avoided_minor,
        }  # fmt: skip
    return Update(TALLIES, rule_id, add={name: times * n for name, n in add.items()})


def told_opened(alert: Alert) -> Event:
    return Event("alert.opened", alert.id, alert.created_at, _told(alert, "system"))


def told_changed(alert: Alert, by: str, what: str, now: datetime) -> Event:
    return Event("alert.changed", alert.id, instant(now), {**_told(alert, by), "what": what})


def told_refreshed(alert: Alert) -> Event:
    return Event("alert.refreshed", alert.id, alert.last_seen_at, _told(alert, "system"))


def _told(alert: Alert, by: str) -> dict[str, object]:
    return {
        "id": alert.id, "rule_id": alert.rule_id, "kind": alert.kind, "severity": alert.severity,
        "status": alert.status, "loss_minor": alert.loss_minor, "currency": alert.currency,
        "title": alert.title, "by": by,
    }  # fmt: skip
