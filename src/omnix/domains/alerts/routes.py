"""Alerts over HTTP."""

from typing import Annotated, Literal

import msgspec
from litestar import get, post
from litestar.params import Parameter, QueryParameter
from msgspec import Meta

from omnix.kit.errors import Invalid
from omnix.kit.ids import Id
from omnix.kit.time import MomentText
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.ports import Ports

from . import channel_routes, desk, rule_routes
from .model import Alert, Note, State
from .rules import KindName

_READ, _WRITE = allow("alerts:read"), allow("alerts:write", 409)


class AlertList(Listing, frozen=True, kw_only=True):
    """A page of alerts."""

    items: list[Alert]


class Remark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to note beside the step."""

    note: Note = ""


class Snooze(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Until when not to be reminded: RFC 3339, at most 30 days ahead."""

    until: Annotated[MomentText, Meta(min_length=16, max_length=40)]
    note: Note = ""


class Assignment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose it is from now on; null for nobody's."""

    user_id: Id | None
    note: Note = ""


@get("/alerts", opt=_READ, summary="List alerts")
async def list_alerts(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    alert_state: Annotated[
        State,
        QueryParameter(name="state", description="active: open or acknowledged; snoozed; closed."),
    ] = "active",
    kind: KindName | None = None,
    subject: Annotated[
        str | None,
        Parameter(
            min_length=1, max_length=200,
            description="All alerts of one, newest first: product:ID@PLACE, customer:ID ...",
        ),
    ] = None,
    sort: Annotated[
        Literal["-loss", "-created_at"], Parameter(description="-loss: most money at stake first.")
    ] = "-loss",
) -> AlertList:  # fmt: skip
    """By money at stake, the most first; a subject's own whatever their state."""
    if subject is not None:
        if kind is not None:
            raise Invalid.field("kind", "cannot be asked for together with a subject")
        page = await desk.of_subject(ports, subject, limit, cursor)
    else:
        page = await desk.listing(ports, alert_state, kind, sort == "-created_at", limit, cursor)
    return AlertList(items=list(page.items), next_cursor=page.next_cursor)


@get("/alerts/{alert_id:str}", opt=_READ, summary="Get an alert")
async def get_alert(ports: Ports, alert_id: str) -> Alert:
    """One alert with its evidence, what to do about it, and what was done."""
    return await desk.get(ports, alert_id)


@post(
    "/alerts/{alert_id:str}/acknowledge", opt=_WRITE, status_code=200,
    summary="Acknowledge an alert",
)  # fmt: skip
async def acknowledge_alert(ports: Ports, actor: Actor, alert_id: str, data: Remark) -> Alert:
    """Says that somebody has it in hand, so that it is not escalated. Safe to repeat."""
    return await desk.acknowledge(ports, actor, alert_id, data.note)


@post("/alerts/{alert_id:str}/assign", opt=_WRITE, status_code=200, summary="Assign an alert")
async def assign_alert(ports: Ports, actor: Actor, alert_id: str, data: Assignment) -> Alert:
    """Gives it to one of the shop's users, or to nobody."""
    return await desk.assign(ports, actor, alert_id, data.user_id, data.note)


@post("/alerts/{alert_id:str}/snooze", opt=_WRITE, status_code=200, summary="Snooze an alert")
async def snooze_alert(ports: Ports, actor: Actor, alert_id: str, data: Snooze) -> Alert:
    """Takes it off the list until then, when it is told again."""
    return await desk.snooze(ports, actor, alert_id, data.until, data.note)


@post("/alerts/{alert_id:str}/resolve", opt=_WRITE, status_code=200, summary="Resolve an alert")
async def resolve_alert(ports: Ports, actor: Actor, alert_id: str, data: Remark) -> Alert:
    """Says that it is mended. If it is not, another one opens after the rule's pause."""
    return await desk.resolve(ports, actor, alert_id, data.note)


@post("/alerts/{alert_id:str}/dismiss", opt=_WRITE, status_code=200, summary="Dismiss an alert")
async def dismiss_alert(ports: Ports, actor: Actor, alert_id: str, data: Remark) -> Alert:
    """Says that it does not matter: no other one opens before the condition has ended."""
    return await desk.dismiss(ports, actor, alert_id, data.note)


@post("/alerts/{alert_id:str}/reopen", opt=_WRITE, status_code=200, summary="Reopen an alert")
async def reopen_alert(ports: Ports, actor: Actor, alert_id: str, data: Remark) -> Alert:
    """Takes back that it was snoozed, mended or dismissed; who had it in hand has it again.

    Safe to repeat. Refused for one that ended by itself, and where a newer alert tells of the same
    (`alert_id` is that one).
    """
    return await desk.reopen(ports, actor, alert_id, data.note)


ROUTES = (
    list_alerts,
    get_alert,
    acknowledge_alert,
    assign_alert,
    snooze_alert,
    resolve_alert,
    dismiss_alert,
    reopen_alert,
    *rule_routes.ROUTES,
    *channel_routes.ROUTES,
)
