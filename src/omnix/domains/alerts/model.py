"""Alerts and what they are made of."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Severity = Literal["info", "warning", "critical"]
Status = Literal["open", "acknowledged", "snoozed", "resolved", "dismissed"]
State = Literal["active", "snoozed", "closed"]
Money = Annotated[int, Meta(description="Minor units of `currency`")]
Note = Annotated[str, Meta(max_length=1000)]
Value = float | str

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")
MOST_STEPS = 50
KEPT_SECONDS = 30 * 86_400


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """What to do about it. ``method`` and ``path`` with ``body`` are the request that does it,
    where one does; ``page`` is where a person goes instead. Nothing is done by itself.
    ``details`` is what would come of it, as the domain that does it proposes.
    """

    kind: str
    text: str
    method: Literal["POST", "PATCH"] | None = None
    path: str | None = None
    body: dict[str, Any] | None = None
    page: str | None = None
    details: dict[str, Any] | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the rule looked at: every attribute that was known, the rule in words, and the source
    of the figures as a path of this interface.
    """

    attributes: dict[str, Value]
    rule: str
    source: str


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """One side of an observation: the money it may cost, why it is so much, and what to do.

    ``rate_minor`` is what each further day of it costs for certain, to measure what came of it.
    """

    loss_minor: int
    basis: str
    text: str
    action: Action | None = None
    rate_minor: int = 0


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one subject (``product:ID@PLACE``, ``customer:ID``, ``shop``) now."""

    kind: str
    subject: str
    name: str
    attributes: dict[str, Value]
    faces: dict[str, Face]
    source: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an alert: the highest loss expected, what was lost while it stood, as far as
    that can be measured, and the difference where something was done.
    """

    ended: Literal["condition-ended", "resolved", "dismissed"]
    minutes: int
    expected_minor: Money
    realised_minor: Money
    avoided_minor: Money


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done with an alert, by whom and when."""

    at: str
    by: str
    what: str
    note: str = ""


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is about to cost money.

    ``loss_minor`` is the money expected to be lost if nothing is done, ``basis`` how that is
    reckoned. ``count`` says how often it was found anew while it stood.
    """

    id: str
    rule_id: str
    rule: str
    kind: str
    face: str
    severity: Severity
    status: Status
    subject: str
    subject_name: str
    title: str
    text: str
    loss_minor: Money
    currency: str
    basis: str
    evidence: Evidence
    action: Action | None = None
    assignee: str | None = None
    acknowledged_at: str | None = None
    acknowledged_by: str | None = None
    snoozed_until: str | None = None
    escalated_at: str | None = None
    ended_at: str | None = None
    ended_by: str | None = None
    outcome: Outcome | None = None
    created_at: str
    last_seen_at: str
    count: int = 1
    steps: tuple[Step, ...] = ()
    version: int = 1


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What stands for a rule and a subject.

    ``muted``: the alert was dismissed, and none is opened before the condition has ended.
    ``quiet_until``: it was resolved, and none is opened before. ``rate_minor`` holds since
    ``rate_since``; ``realised_minor`` was lost before, ``peak_minor`` is the highest loss.
    """

    rule_id: str
    subject: str
    alert_id: str
    muted: bool = False
    quiet_until: str | None = None
    rate_minor: int = 0
    rate_since: str = ""
    realised_minor: int = 0
    peak_minor: int = 0


def listing(status: Status) -> State:
    """The list that an alert of this status is in."""
    if status in ("open", "acknowledged"):
        return "active"
    return "snoozed" if status == "snoozed" else "closed"


def rank(alert: Alert) -> str:
    """Text that sorts alerts by money, severity and time."""
    level = SEVERITIES.index(alert.severity)
    return f"{max(0, alert.loss_minor):016d}#{level}#{alert.created_at}"


def item(alert: Alert, now_epoch: int) -> dict[str, Any]:
    """The alert as stored: its fields and those that its indexes need."""
    listed = listing(alert.status)
    return {
        **msgspec.to_builtins(alert),
        "listing": listed,
        "listing_kind": f"{listed}#{alert.kind}",
        "rank": rank(alert),
        "expires": now_epoch + KEPT_SECONDS,
    }
