"""Alert rules over HTTP."""

from typing import Literal

import msgspec
from litestar import delete, get, patch, post

from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, RetryKey, allow
from omnix.platform.turns import Turns
from omnix.ports import Ports

from . import desk, rules, signals
from .desk import Tally
from .kinds import KINDS
from .rules import AlertRule, Draft, NewRule, RuleChange
from .signals import Preview


class RuleWithTally(msgspec.Struct, frozen=True, kw_only=True):
    """A rule and what came of its alerts."""

    rule: AlertRule
    tally: Tally


class RuleList(Listing, frozen=True, kw_only=True):
    """A page of rules."""

    items: list[RuleWithTally]


class AttributeTold(msgspec.Struct, frozen=True, kw_only=True):
    """Something that conditions may compare: ``text`` with ``is`` only."""

    name: str
    type: Literal["number", "text"]
    description: str


class KindTold(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule can look at. ``lasting``: its alerts end by themselves with the condition."""

    name: str
    title: str
    lasting: bool
    faces: list[str]
    attributes: list[AttributeTold]


class KindList(msgspec.Struct, frozen=True):
    """The catalogue."""

    items: list[KindTold]


@get("/alert-rules", opt=allow("alerts:read"), summary="List alert rules")
async def list_alert_rules(ports: Ports, limit: Limit, cursor: Cursor) -> RuleList:
    """One page, by id: built-in rules as they are in force, and those that people wrote."""
    page = await rules.listing(ports, limit, cursor)
    told = await desk.tallies(ports, [rule.id for rule in page.items])
    items = [RuleWithTally(rule=rule, tally=told[rule.id]) for rule in page.items]
    return RuleList(items=items, next_cursor=page.next_cursor)


@get(
    "/alert-rules/kinds", opt=allow("alerts:read"), summary="What rules can look at",
    sync_to_thread=False,
)  # fmt: skip
def list_alert_kinds() -> KindList:
    """The kinds, with the attributes that their conditions may compare."""
    return KindList(
        [
            KindTold(
                name=kind.name,
                title=kind.title,
                lasting=kind.lasting,
                faces=list(kind.faces),
                attributes=[
                    AttributeTold(
                        name=name, type="text" if type is str else "number", description=said
                    )
                    for name, type, said in kind.attributes
                ],
            )
            for kind in KINDS.values()
        ]
    )


@post("/alert-rules", opt=allow("alert-rules:write", 409), summary="Write an alert rule")
async def create_alert_rule(
    ports: Ports, actor: Actor, data: NewRule, idempotency_key: RetryKey = None
) -> AlertRule:
    """Adds it; it is held against what is known at once."""
    return await rules.create(ports, actor, data, idempotency_key)


@post(
    "/alert-rules/preview", opt=allow("alerts:read", 503), status_code=200,
    summary="Try an alert rule",
)  # fmt: skip
async def preview_alert_rule(ports: Ports, turns: Turns, data: Draft) -> Preview:
    """How often it would have fired in the last 30 days, on what was looked at then."""
    async with turns.take():
        return await signals.preview(ports, data)


@get("/alert-rules/{rule_id:str}", opt=allow("alerts:read"), summary="Get an alert rule")
async def get_alert_rule(ports: Ports, rule_id: str) -> RuleWithTally:
    """One rule and what came of its alerts."""
    rule = await rules.get(ports, rule_id)
    return RuleWithTally(rule=rule, tally=(await desk.tallies(ports, [rule.id]))[rule.id])


@patch(
    "/alert-rules/{rule_id:str}", opt=allow("alert-rules:write", 409),
    summary="Change an alert rule",
)  # fmt: skip
async def change_alert_rule(
    ports: Ports, actor: Actor, rule_id: str, data: RuleChange
) -> AlertRule:
    """Changes the fields sent, if ``version`` is still the current one; built-in ones too."""
    return await rules.change(ports, actor, rule_id, data)


@delete(
    "/alert-rules/{rule_id:str}", opt=allow("alert-rules:write", 409),
    summary="Delete an alert rule",
)  # fmt: skip
async def delete_alert_rule(ports: Ports, actor: Actor, rule_id: str) -> None:
    """Takes it away; of a built-in rule, what was changed of it."""
    await rules.delete(ports, actor, rule_id)


ROUTES = (
    list_alert_rules,
    list_alert_kinds,
    create_alert_rule,
    preview_alert_rule,
    get_alert_rule,
    change_alert_rule,
    delete_alert_rule,
)
