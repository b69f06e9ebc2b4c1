"""Rules as data: the built-in ones, and those that people write or change."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from omnix.kit import conditions
from omnix.kit.errors import ConditionFailed, Conflict, Invalid, NotFound
from omnix.kit.events import Event
from omnix.kit.ids import Id, new_id
from omnix.kit.paging import Page, decode_cursor, encode_cursor
from omnix.kit.text import normal
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.platform.changing import sent
from omnix.platform.idempotency import Retry
from omnix.ports import Absent, Delete, Equals, Operation, Ports, Put
from omnix.ports import Condition as When

from .declare import CHANNELS, RULES
from .kinds import KINDS
from .model import Severity

SCOPE = "shop"
MOST_RULES = 200
KindName = Literal[
    "stock",
    "demand",
    "revenue",
    "live",
    "customer",
    "forecast",
    "data",
    "price",
    "price-change",
    "cost",
    "system",
]
Minutes = Annotated[int, Meta(ge=5, le=43_200)]
Hours = Annotated[int, Meta(ge=0, le=720)]
Channels = Annotated[tuple[Id, ...], Meta(max_length=10)]
RuleName = Annotated[str, Meta(min_length=1, max_length=100)]
LeastLoss = Annotated[int, Meta(ge=0, le=10**12)]


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a rule looks at and when it holds."""

    kind: KindName
    when: conditions.Rule
    face: Annotated[str, Meta(max_length=20)] | None = None
    least_loss_minor: LeastLoss = 0


class NewRule(Draft, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule to write.

    It opens an alert for each subject of its kind for which ``when`` holds and at least
    ``least_loss_minor`` is at stake. ``face`` chooses the loss and the action where the kind has
    several. An alert that nobody acknowledged within ``escalate_minutes`` becomes critical and is
    told to ``escalate_to``. After an alert was resolved, none is opened for ``pause_hours``.
    """

    name: RuleName
    id: Id | None = None
    severity: Severity = "warning"
    enabled: bool = True
    channels: Channels = ()
    escalate_minutes: Minutes | None = None
    escalate_to: Channels = ()
    pause_hours: Hours = 24


class RuleChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields to change; those left out stay. ``version`` is the one that was read."""

    version: int
    name: RuleName | UnsetType = UNSET
    when: conditions.Rule | UnsetType = UNSET
    face: Annotated[str, Meta(max_length=20)] | UnsetType = UNSET
    least_loss_minor: LeastLoss | UnsetType = UNSET
    severity: Severity | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    channels: Channels | UnsetType = UNSET
    escalate_minutes: Minutes | UnsetType | None = UNSET
    escalate_to: Channels | UnsetType = UNSET
    pause_hours: Hours | UnsetType = UNSET


class AlertRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in force. ``version`` 0 is a built-in one as it came. ``text`` says it in words."""

    id: str
    name: str
    kind: KindName
    face: str
    when: conditions.Rule
    least_loss_minor: int = 0
    severity: Severity = "warning"
    enabled: bool = True
    channels: tuple[str, ...] = ()
    escalate_minutes: int | None = None
    escalate_to: tuple[str, ...] = ()
    pause_hours: int = 24
    built_in: bool = False
    version: int = 0
    text: str = ""


def _when(*groups: Sequence[tuple[str, str, float | str]]) -> conditions.Rule:
    return msgspec.convert(
        {"any": [{"all": [_condition(*each) for each in group]} for group in groups]},
        conditions.Rule,
    )


def _condition(attribute: str, operator: str, value: float | str) -> dict[str, Any]:
    return {"attribute": attribute, "operator": operator, "value": value}


def _built(
    id: str, name: str, kind: KindName, severity: Severity,
    *groups: Sequence[tuple[str, str, float | str]], face: str | None = None, **more: Any,
) -> AlertRule:  # fmt: skip
    return AlertRule(
        id=id, name=name, kind=kind, face=face or KINDS[kind].faces[0], when=_when(*groups),
        severity=severity, built_in=True, **more,
    )  # fmt: skip


BUILT_IN: dict[str, AlertRule] = {
    rule.id: rule
    for rule in (
        _built("stock-out", "Out of stock", "stock", "critical", [("state", "is", "out")]),
        _built("stock-out-ahead", "Stock-out ahead", "stock", "critical",
               [("state", "is", "ahead")]),
        _built("low-stock", "Low stock", "stock", "warning", [("state", "is", "low")]),
        _built("overstock", "Overstock", "stock", "info",
               [("days_of_cover", "at_least", 180.0), ("excess_units", "above", 0.0)],
               face="excess"),
        _built("expiring", "Will expire unsold", "stock", "warning",
               [("spoiling_units", "at_least", 1.0)], face="spoilage"),
        _built("demand-spike", "Demand well above usual", "demand", "warning",
               [("direction", "is", "high"), ("score", "at_least", 5.0),
                ("ratio", "at_least", 2.0), ("sold", "at_least", 10.0)]),
        _built("demand-drop", "Demand well below usual", "demand", "info",
               [("direction", "is", "low"), ("score", "at_least", 4.0),
                ("usual", "at_least", 20.0)]),
        _built("revenue-day", "A day's revenue is unusual", "revenue", "warning",
               [("score", "at_least", 4.0), ("weeks", "at_least", 6.0)]),
        _built("revenue-hour", "An hour's live figures are unusual", "live", "warning",
               [("direction", "is", "low")], [("metric", "is", "revenue")]),
        _built("churn-risk", "A valuable customer may leave", "customer", "warning",
               [("money", "at_least", 5.0), ("churn", "at_least", 0.6), ("churn", "below", 0.95),
                ("orders", "at_least", 3.0)]),
        _built("forecast-drift", "Forecasts drift", "forecast", "warning",
               [("drift", "is", "drifted")],
               [("bias", "at_least", 0.25)], [("bias", "at_most", -0.25)],
               [("value_added", "below", 0.0)]),
        _built("data-stale", "Data is old", "data", "warning",
               [("source", "is", "sales"), ("age_days", "at_least", 3.0)],
               [("source", "is", "forecasts"), ("age_days", "at_least", 3.0)]),
        _built("below-cost", "Sold below cost", "price", "critical",
               [("margin_share", "below", 0.0)]),
        _built("price-jump", "A price changed by half or more", "price-change", "warning",
               [("change_share", "at_least", 0.5)], [("change_share", "at_most", -0.5)]),
        _built("model-budget", "The language model's budget is nearly used", "cost", "info",
               [("what", "is", "model"), ("share", "at_least", 0.8), ("share", "below", 1.0)]),
        _built("model-budget-used", "The language model's budget is used up", "cost", "warning",
               [("what", "is", "model"), ("share", "at_least", 1.0)]),
        _built("bill-high", "The month's bill is above its limit", "cost", "warning",
               [("what", "is", "bill"), ("share", "above", 1.0)]),
        _built("work-failed", "Work behind the scenes failed", "system", "warning",
               [("failures", "at_least", 1.0)]),
    )
}  # fmt: skip
"""The rules that are there from the start, told in the page and live; channels are added."""


async def everything(ports: Ports) -> list[AlertRule]:
    """All rules by id, built-in ones as somebody changed them."""
    page = await ports.records.query(RULES, SCOPE, limit=MOST_RULES + len(BUILT_IN))
    stored = {item["id"]: msgspec.convert(item, AlertRule) for item in page.items}
    found = {**BUILT_IN, **stored}
    return [_worded(found[id]) for id in sorted(found)]


async def listing(ports: Ports, limit: int, cursor: str | None) -> Page[AlertRule]:
    """One page, by id."""
    after = str(decode_cursor(cursor, 1)[0]) if cursor else ""
    rest = [rule for rule in await everything(ports) if rule.id > after]
    more = len(rest) > limit
    return Page(rest[:limit], encode_cursor([rest[limit - 1].id]) if more else None)


async def get(ports: Ports, id: str) -> AlertRule:
    """Raises NotFound."""
    stored = await ports.records.get(RULES, (SCOPE, id))
    found = BUILT_IN.get(id) if stored is None else msgspec.convert(stored, AlertRule)
    if found is None:
        raise NotFound(f"no alert rule {id}")
    return _worded(found)


def _worded(rule: AlertRule) -> AlertRule:
    return msgspec.structs.replace(rule, text=conditions.explained(rule.when))


def checked(draft: Draft) -> str:
    """The face that the rule puts on what it finds. Raises Invalid where it makes no sense."""
    kind = KINDS[draft.kind]
    conditions.check(draft.when, kind.types, "when")
    face = draft.face or kind.faces[0]
    if face not in kind.faces:
        raise Invalid.field("face", f"must be one of {', '.join(kind.faces)}")
    return face


async def create(ports: Ports, actor: Actor, new: NewRule, key: str | None = None) -> AlertRule:
    """Raises Invalid, and Conflict where the id is taken or there are too many."""
    retry = Retry.of(key, actor.id, "alert-rules", new)
    if retry is not None and (answer := await retry.recall(ports.records)) is not None:
        return msgspec.convert(answer, AlertRule)
    rule = AlertRule(
        id=new.id or new_id("rul"), name=_name(new.name), kind=new.kind, face=checked(new),
        when=new.when, least_loss_minor=new.least_loss_minor, severity=new.severity,
        enabled=new.enabled, channels=new.channels, escalate_minutes=new.escalate_minutes,
        escalate_to=new.escalate_to, pause_hours=new.pause_hours, version=1,
    )  # fmt: skip
    if rule.id in BUILT_IN:
        raise Conflict(f"{rule.id} is a built-in rule; change it instead")
    if len(await everything(ports)) >= MOST_RULES + len(BUILT_IN):
        raise Conflict(f"there are {MOST_RULES} rules already, the most there can be")
    await _check_channels(ports, rule)
    told = _worded(rule)
    more: list[Operation] = []
    if retry is not None:
        now = int(ports.clock.now().timestamp())
        more.append(retry.remember(msgspec.to_builtins(told), now))
    await _store(ports, actor, rule, (Absent(),), more)
    return told


async def change(ports: Ports, actor: Actor, id: str, change: RuleChange) -> AlertRule:
    """Raises NotFound, Invalid, and Conflict for another version than the current one."""
    before = await get(ports, id)
    given = sent(change, before.version, "the rule")
    if "name" in given:
        given["name"] = _name(given["name"])
    after = msgspec.structs.replace(before, **given, version=before.version + 1)
    checked(Draft(kind=after.kind, when=after.when, face=after.face))
    await _check_channels(ports, after)
    when: When = Equals("version", before.version) if before.version else Absent()
    await _store(ports, actor, after, (when,), [])
    return _worded(after)


async def delete(ports: Ports, actor: Actor, id: str) -> None:
    """Take a rule away, or what was changed of a built-in one. Raises NotFound.

    Its alerts stay until they are ended.
    """
    found = await get(ports, id)
    if found.version == 0:
        raise Conflict("a built-in rule cannot be deleted; disable it")
    event = _event(ports, actor, found, deleted=True)
    await ports.records.write([Delete(RULES, (SCOPE, id))], [event])


def _name(text: str) -> str:
    name = normal(text)
    if not name:
        raise Invalid.field("name", "must not be blank")
    return name


async def _check_channels(ports: Ports, rule: AlertRule) -> None:
    for field in ("channels", "escalate_to"):
        for n, id in enumerate(getattr(rule, field)):
            if await ports.records.get(CHANNELS, (SCOPE, id)) is None:
                raise Invalid.field(f"{field}[{n}]", f"there is no channel {id}")


def _event(ports: Ports, actor: Actor, rule: AlertRule, *, deleted: bool = False) -> Event:
    data = {"id": rule.id, "version": rule.version, "deleted": deleted, "by": actor.id}
    return Event("alert-rule.changed", rule.id, instant(ports.clock.now()), data)


async def _store(
    ports: Ports, actor: Actor, rule: AlertRule, when: tuple[When, ...], more: list[Operation]
) -> None:
    stored = {**msgspec.to_builtins(rule), "scope": SCOPE, "text": ""}
    try:
        await ports.records.write(
            [Put(RULES, stored, when=when), *more], [_event(ports, actor, rule)]
        )
    except ConditionFailed as error:
        raise Conflict("the rule was changed meanwhile, or its id is taken") from error
